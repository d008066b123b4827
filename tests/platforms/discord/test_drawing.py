"""Pictures come into the channel; everything about them is told to whoever asked."""

from __future__ import annotations

from sqlalchemy import select

from bot.app import App
from bot.core.sentences import say
from bot.storage.schema import jobs
from bot.storage.transaction import Tx
from tests.doubles.discord.double import Discord
from tests.doubles.discord.puppets import Person
from tests.doubles.discord.state import Channel, Guild, Message
from tests.platforms.discord.easel import PICTURE, drawn, labelled, labels, noted, picture_of


async def test_a_command_draws_a_picture_into_its_channel(
    easel: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """The answer is private and carries the price; the picture is an ordinary message of the bot."""
    made = await discord.answered(ann.slash(art, "imagine", {"prompt": "a lighthouse"}))

    told = await discord.response(made)
    assert made.is_ephemeral
    assert "credit" in told.content
    picture = await drawn(discord, art)
    assert "AI-generated" in picture.files[0]["description"]
    assert "Made with" in picture.content
    assert ann.mention in picture.content
    assert picture.interaction_id is None
    assert picture.wire["mentions"] == []
    done = await discord.response(made, lambda each: "is done" in each.content)
    assert picture.id in done.content


async def test_several_pictures_are_one_message(
    easel: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """Each with its own description."""
    ann.slash(art, "imagine", {"prompt": "a fox", "count": 3})

    picture = await drawn(discord, art)

    assert [each["description"].partition(",")[0] for each in picture.files] == [
        "Picture 1 of 3",
        "Picture 2 of 3",
        "Picture 3 of 3",
    ]


async def test_a_private_picture_is_seen_by_nobody_else(
    easel: App, discord: Discord, art: Channel, ann: Person, bob: Person
) -> None:
    """It becomes the private answer itself."""
    made = ann.slash(art, "imagine", {"prompt": "a secret", "private": True})

    told = await discord.response(made, lambda each: bool(each.files))

    assert told.seen_by == ann.id
    assert bob.sees(art) == []


async def test_a_refusal_is_told_to_the_caller_only(
    easel: App, discord: Discord, art: Channel, ann: Person, bob: Person
) -> None:
    """Nothing is ordered."""
    made = ann.slash(art, "imagine", {"prompt": "a cat", "size": "9000x9000"})

    told = await discord.response(made)

    assert "9000x9000" in told.content
    assert bob.sees(art) == []


async def test_words_that_are_missing_open_the_form(
    easel: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """It is sent later and draws; what was typed before is in it."""
    opened = await discord.answered(ann.slash(art, "imagine", {"size": "wide"}))
    assert opened.modal is not None

    ann.submit(opened, {"prompt": "a harbour"})

    picture = await drawn(discord, art)
    assert "harbour" in picture.content
    assert "1536x864" in picture.content


async def test_more_opens_the_form_with_what_was_typed(
    easel: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """Attached pictures are kept with it."""
    opened = await discord.answered(
        ann.slash(art, "imagine", {"prompt": "a ship", "more": True}, {"image1": PICTURE})
    )

    assert opened.modal is not None
    ann.submit(opened, {"prompt": "two ships"})
    picture = await drawn(discord, art)
    assert "two ships" in picture.content
    assert "References 1" in picture.content


async def test_attached_pictures_are_references(
    easel: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """In their order."""
    ann.slash(art, "imagine", {"prompt": "the same at night"}, {"image1": PICTURE, "image2": PICTURE})

    assert "References 2" in (await drawn(discord, art)).content


async def test_suggestions_name_jobs(easel: App, discord: Discord, art: Channel, ann: Person) -> None:
    """While a picture is chosen for an edit."""
    ann.slash(art, "imagine", {"prompt": "a lighthouse"})
    await drawn(discord, art)

    made = await discord.answered(ann.autocomplete(art, "edit", {"picture": ""}, "picture"))

    assert made.choices is not None
    assert made.choices[0]["name"].startswith("#1 · ")


async def test_the_first_edit_opens_a_thread_on_the_picture(
    easel: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """The edit stands in it, and its first line says how to go on."""
    first = await picture_of(easel, discord, art, ann)
    opened = await discord.answered(ann.press(first, labelled(first, "Edit…")))
    assert opened.modal is not None

    ann.submit(opened, {"prompt": "make it night"})

    thread = await thread_of(discord, first)
    edited = await drawn(discord, thread)
    assert edited.content.startswith("Reply to a picture to change it")
    assert "#1" in edited.content
    assert labelled(edited, "Edit…")


async def test_edits_of_edits_stay_in_the_thread(
    easel: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """The whole lineage lives there."""
    first = await picture_of(easel, discord, art, ann)
    ann.submit(
        await discord.answered(ann.press(first, labelled(first, "Edit…"))), {"prompt": "make it night"}
    )
    thread = await thread_of(discord, first)
    second = await noted(easel, await drawn(discord, thread))

    ann.submit(
        await discord.answered(ann.press(second, labelled(second, "Edit…"))), {"prompt": "add two gulls"}
    )

    third = await discord.wait_for_message(thread, lambda each: bool(each.files) and each.id != second.id)
    assert "add two gulls" in third.content


async def test_again_twice_is_one_job(easel: App, discord: Discord, art: Channel, ann: Person) -> None:
    """Who pressed pays; a double tap says so."""
    first = await picture_of(easel, discord, art, ann)
    again = next(each for each in labels(first) if each.startswith("Again"))

    one, two = ann.press(first, again), ann.press(first, again)

    told = {(await discord.response(each)).content.split(".")[0] for each in (one, two)}
    assert len(told) == 2


async def test_a_stranger_cannot_delete_a_picture(
    easel: App, discord: Discord, art: Channel, ann: Person, bob: Person
) -> None:
    """They are not even asked whether they are sure."""
    first = await picture_of(easel, discord, art, ann)

    told = await discord.response(bob.press(first, "Delete"))

    assert "somebody else" in told.content
    assert told.seen_by == bob.id
    assert first.id in art.messages


async def test_a_deleted_picture_goes_with_its_message(
    easel: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """Asked once."""
    first = await picture_of(easel, discord, art, ann)

    asked = await discord.response(ann.press(first, "Delete"))
    ann.press(asked, "Delete for good")

    await discord.world.changes.until(lambda: first.id not in art.messages, "the message to go")


async def test_whoever_deletes_a_private_picture_is_told_what_stays(
    easel: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """It goes from the message that is pressed; another private one, whose token is dead, nobody else can change."""
    made = ann.slash(art, "imagine", {"prompt": "a secret", "private": True})
    first = await discord.response(made, lambda each: bool(each.files))
    other = await discord.response(ann.slash(art, "history", {"number": 1}), lambda each: bool(each.files))

    ann.press(await discord.response(ann.press(first, "Delete")), "Delete for good")
    told = await discord.wait_for_message(art, lambda each: say("deleted") in each.content)

    assert (told.id, told.files) == (first.id, [])
    assert say("private_stays") in told.content
    assert other.files


async def test_whoever_is_forgotten_is_told_what_stays(
    easel: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """The words that only they still see are theirs to take away."""
    asked = await discord.response(ann.slash(art, "settings", {"what": "forget"}))

    told = await discord.response(ann.press(asked, "Forget me for good"))

    assert told.content.split("\n") == [say("forgotten"), say("private_stays")]


async def test_one_of_several_pictures_is_deleted(
    easel: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """The others stay where they are."""
    ann.slash(art, "imagine", {"prompt": "a fox", "count": 2})
    first = await noted(easel, await drawn(discord, art))

    which = await discord.response(ann.press(first, "Delete"))
    asked = await discord.response(ann.press(which, "Picture 1"))
    ann.press(asked, "Delete for good")

    await discord.world.changes.until(lambda: len(first.files) == 1, "one picture to go")
    assert first.files[0]["description"].startswith("Picture 2 of 2")


async def test_a_picture_of_somebody_else_is_edited_as_a_reference(
    easel: App, discord: Discord, art: Channel, ann: Person, bob: Person
) -> None:
    """Through the menu of their message; its attachment comes along."""
    theirs = bob.say(art, "look at this", files=[PICTURE])

    opened = await discord.answered(ann.message_command("Edit image", theirs))
    assert opened.modal is not None
    ann.submit(opened, {"prompt": "in blue"})

    assert "in blue" in (await drawn(discord, art)).content


async def test_our_picture_is_edited_through_its_menu(
    easel: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """As by its button."""
    first = await picture_of(easel, discord, art, ann)

    opened = await discord.answered(ann.message_command("Edit image", first))

    assert opened.modal is not None


async def test_a_message_without_a_picture_is_said_so(
    easel: App, discord: Discord, art: Channel, ann: Person, bob: Person
) -> None:
    """Nothing is guessed."""
    told = await discord.response(ann.message_command("Edit image", bob.say(art, "hello")))

    assert "no picture" in told.content


async def thread_of(discord: Discord, message: Message) -> Channel:
    """Wait for the thread of a message."""
    return await discord.world.changes.until(
        lambda: discord.world.channels.get(message.id), "a thread on the message"
    )


async def test_admins_commands_are_refused_to_others(
    easel: App, discord: Discord, guild: Guild, art: Channel, ann: Person, bob: Person
) -> None:
    """A server can show any command to anyone, so the right is checked for every act."""
    told = await discord.response(ann.slash(art, "quota grant", {"who": bob, "amount": "5"}))

    assert "Only admins" in told.content


async def test_a_thread_says_once_how_to_go_on(
    easel: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """The picture in the channel may be changed many times."""
    first = await picture_of(easel, discord, art, ann)
    for words in ("make it night", "add two gulls"):
        ann.submit(await discord.answered(ann.press(first, labelled(first, "Edit…"))), {"prompt": words})
        await noted(easel, await _with(discord, await thread_of(discord, first), words))
    thread = await thread_of(discord, first)
    ann.say(art, "add a sailing boat", reply_to=first)
    await _with(discord, thread, "sailing boat")
    beginnings = [each for each in thread.messages.values() if "Reply to a picture" in each.content]
    assert len(beginnings) == 1


async def _with(discord: Discord, channel: Channel, words: str) -> Message:
    return await discord.wait_for_message(channel, lambda each: bool(each.files) and words in each.content)


async def test_a_form_sent_twice_is_one_order_and_mended_another(
    easel: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """Discord lets people send a form again when the answer came too late, as an interaction of its own."""
    opened = await discord.answered(ann.slash(art, "imagine", {"size": "wide"}))

    for words in ("a harbour", "a harbour", "a lighthouse"):
        await discord.response(ann.submit(opened, {"prompt": words}))

    rows = await easel.stores.database.read(_words)
    assert [row.partition('"prompt":"')[2].partition('"')[0] for row in rows] == ["a harbour", "a lighthouse"]


def _words(db: Tx) -> list[str]:
    return list(db.execute(select(jobs.c.request).order_by(jobs.c.seq)).scalars())
