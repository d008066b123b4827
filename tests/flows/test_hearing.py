"""What is said in a chat: most of it is no order, and an order is one job however often it is told."""

from __future__ import annotations

import pytest

from bot.core.chat import Event, Platform, Sender
from bot.core.front import Uploaded
from bot.core.jobs import JobState
from bot.storage.schema import heard, jobs
from tests.flows.chatroom import BOT, Chatroom, Files, at_once
from tests.flows.conftest import Build
from tests.flows.mortal import Died
from tests.flows.world import Terms

NIGHT = "make it night"


@pytest.fixture
async def room(build: Build) -> Chatroom:
    """A channel where ann has drawn a lighthouse is one call away."""
    return Chatroom(await build())


async def test_a_mention_draws(room: Chatroom) -> None:
    """Words to the bot are an order, and the picture comes to the channel."""
    reply = await room.mention("ann", "a fox in the snow")
    await room.house.live()

    assert reply.kind == "accepted"
    assert room.house.platform.shown_for(reply.job).pictures


async def test_a_pinged_reply_edits_the_picture_that_it_answers(room: Chatroom) -> None:
    """The picture replied to is the one that is changed."""
    post, message = await room.drawn()
    await room.drawn(prompt="a newer picture")
    reply = await room.reply("ann", NIGHT, message)

    row = await room.job(reply)
    assert reply.kind == "accepted"
    assert post.pictures[0].id in row.request


async def test_what_is_no_order_leaves_no_trace(room: Chatroom) -> None:
    """Bots, ourselves, edits, twins, bystanders and replies without ping: nothing is said, held or downloaded."""
    _, message = await room.drawn()
    files = Files((Uploaded("x" * 24, "a.png", 1, 1),))
    told = [
        await room.mention("bob", NIGHT, sender=Sender.BOT, files=files),
        await room.mention("bob", NIGHT, sender=Sender.WEBHOOK, files=files),
        await room.mention("bob", NIGHT, sender=Sender.OURSELVES, files=files),
        await room.mention("ann", NIGHT, event=Event.EDITED, files=files),
        await room.mention("ann", NIGHT, event=Event.DELETED, files=files),
        await room.mention("ann", NIGHT, event=Event.BROADCAST, files=files),
        await room.reply("bob", NIGHT, message, files=files),
        await room.say("ann", NIGHT, answered=message, files=files),
        await room.say("ann", NIGHT, answered=message, pings_reply=True, leading_mention="bob", files=files),
        await room.say("ann", "lunch?", files=files),
        await room.reply("ann", NIGHT, "some other message", files=files),
    ]

    assert told == [None] * 11
    assert files.downloads == 0
    assert await room.house.rows(heard) == []
    assert len(await room.house.rows(jobs)) == 1


async def test_the_same_message_three_times_at_once_is_one_order(room: Chatroom) -> None:
    """A platform that tells of a message again gets no second answer."""
    told = await at_once(*(room.mention("ann", "a fox", id="same") for _ in range(3)))
    again = await room.mention("ann", "a fox", id="same")

    assert [reply.kind for reply in told if reply] == ["accepted"]
    assert again is None
    assert len(await room.house.rows(jobs)) == 1


async def test_a_message_whose_listener_died_is_heard_again(build: Build) -> None:
    """Killed after the order was taken and before it was answered: the repeated message gets the same job."""
    house = await build(fatal=2)
    room = Chatroom(house)
    with pytest.raises(Died):
        await room.mention("ann", "a fox", id="same")
    await house.restart()
    house.clock.advance(60)
    room.open()
    reply = await room.mention("ann", "a fox", id="same")

    assert reply.kind == "accepted"
    assert len(await house.rows(jobs)) == 1


async def test_one_word_is_asked_back_with_its_price(room: Chatroom) -> None:
    """Only the author can press the button, once, within two minutes."""
    _, message = await room.drawn()
    asked = await room.reply("ann", "night", message)
    [button] = asked.buttons
    stranger = await room.press("bob", button)
    pressed = await at_once(*(room.press("ann", button) for _ in range(5)))

    assert asked.text == "Edit #1 with “night”? It costs at most 2 credits."
    assert (asked.private, asked.lives_seconds, button.label) == (False, 120, "Edit · 2")
    assert stranger.text == "Somebody else was asked this, so only they can press it. Order one of your own."
    assert {reply.number for reply in pressed} == {2}
    assert len(await room.house.rows(jobs)) == 2


async def test_a_question_is_over_after_two_minutes(room: Chatroom) -> None:
    """Pressed too late, nothing is ordered."""
    _, message = await room.drawn()
    asked = await room.reply("ann", "night", message)
    room.house.clock.advance(121)
    pressed = await room.press("ann", asked.buttons[0])

    assert pressed.text == "That question is over, and nothing was ordered. Say it again."
    assert len(await room.house.rows(jobs)) == 1


async def test_of_several_pictures_the_one_that_is_pressed_is_changed(room: Chatroom) -> None:
    """Nothing is guessed; each picture has a button with its price, and a number in front needs no question."""
    post, message = await room.drawn(count=2)
    asked = await room.reply("ann", NIGHT, message)
    pressed = await room.press("ann", asked.buttons[1])
    named = await room.reply("ann", f"1: {NIGHT}", message)

    rows = [await room.job(reply) for reply in (pressed, named)]
    assert [button.label for button in asked.buttons] == ["#1/1 · 2", "#1/2 · 2"]
    assert [post.pictures[place].id in row.request for place, row in ((1, rows[0]), (0, rows[1]))] == [
        True,
        True,
    ]


async def test_a_mention_in_a_thread_names_the_picture_that_it_took(room: Chatroom) -> None:
    """The newest picture of the thread before the message is changed, and the answer says which."""
    await room.drawn()
    reply = await room.mention(
        "ann", NIGHT, thread="thread", platform=Platform.SLACK, stamp=room.house.clock() + 1
    )

    assert reply.text.startswith("This changes #1/1. #2 is ordered.")


async def test_an_empty_reply_gets_the_form(room: Chatroom) -> None:
    """Where the words are hidden from us, one button opens the form for this very picture."""
    _, message = await room.drawn()
    asked = await room.reply("ann", "", message)
    opened = await room.press("ann", asked.buttons[0])
    sent = await room.send("ann", opened, prompt=NIGHT)

    assert opened.form is not None
    assert opened.form.command == "edit"
    assert sent.kind == "accepted"


async def test_a_refusal_in_public_has_no_amounts(build: Build) -> None:
    """What a person has is behind a button for them alone."""
    room = Chatroom(await build(terms=Terms(allowance="1")))
    told = await room.mention("ann", "a fox")
    [details] = told.buttons
    mine, theirs = await room.press("ann", details), await room.press("bob", details)

    assert (told.text, told.private) == ("That did not start.", False)
    assert "2 credits" in mine.text
    assert mine.private
    assert "credit" not in theirs.text


async def test_commands_can_be_said_to_the_bot(room: Chatroom) -> None:
    """In a direct message the answer is shown; in a channel it is for the author alone."""
    direct = await room.say("ann", "/credits", is_direct=True)
    public = await room.mention("ann", "/credits")
    prompt = await room.mention("ann", "history of Rome")

    assert "100 credits" in direct.text
    assert "credits" not in public.text
    assert "100 credits" in (await room.press("ann", public.buttons[0])).text
    assert prompt.kind == "accepted"


async def test_a_private_picture_of_somebody_else_is_unknown(room: Chatroom) -> None:
    """Neither a reply nor a mention reaches it."""
    _, message = await room.drawn(private="yes")
    told = await room.say("bob", NIGHT, answered=message, mentions=(BOT,), pings_reply=True)
    mine = await room.press("bob", told.buttons[0])

    assert (
        mine.text == "There is no such picture here. Reply to the picture that you mean, or look in /history."
    )


async def test_what_was_converted_is_said_to_whoever_attached_it(room: Chatroom) -> None:
    """Beside an order, and with the price that is asked about; what came as it is needs no words."""
    post, message = await room.drawn()
    picture = post.pictures[0].id
    files = Files(
        (
            Uploaded(picture, "plain.png", 1, 1),
            Uploaded(picture, "beach.heic", 1, 1, "HEIC"),
            Uploaded(picture, "party.gif", 1, 1, "animated GIF"),
        )
    )

    asked = await room.reply("ann", "blue", message, files=files)
    accepted = await room.reply("ann", "make the sky blue", message, files=files)

    told = "beach.heic was converted from HEIC. party.gif moves: only its first picture is used."
    assert asked.text.endswith(told)
    assert (accepted.kind, accepted.aside.text, accepted.aside.private) == ("accepted", told, True)


async def test_attachments_are_downloaded_for_an_order(room: Chatroom) -> None:
    """They are fetched once, and stay with a question until it is answered."""
    post, message = await room.drawn()
    files = Files((Uploaded(post.pictures[0].id, "sketch.png", 1, 1),))
    asked = await room.reply("ann", "blue", message, files=files)
    pressed = await room.press("ann", asked.buttons[0])

    row = await room.job(pressed)
    assert files.downloads == 1
    assert row.state in {JobState.WAITING, JobState.RUNNING}
    assert f'"references":["{post.pictures[0].id}"]' in row.request
