"""A button that spends, pressed twice: one job, whoever hears the second press and whenever it comes."""

from __future__ import annotations

import pytest

from bot.core.replies import Act, Button, Reply
from bot.storage.schema import jobs
from tests.flows.chatroom import Chatroom, at_once
from tests.flows.conftest import Build
from tests.flows.world import Terms

DEAR = Terms(confirm_above="5")


def button(reply: Reply, start: str) -> Button:
    """Return the button whose label begins so."""
    return next(each for each in reply.buttons if each.label.startswith(start))


async def asked_in_a_form(room: Chatroom) -> Reply:
    """Fill in a form with a dear order."""
    form = await room.submit("ann", "imagine")
    return await room.send("ann", form, prompt="four boats", count="4")


async def asked_by_options(room: Chatroom) -> Reply:
    """Type a dear order as options of a command."""
    return await room.submit("ann", "imagine", prompt="four boats", count=4)


async def asked_in_a_message(room: Chatroom) -> Reply:
    """Say a dear order to the bot."""
    reply: Reply = await room.mention("ann", "four boats --count 4")
    return reply


async def asked_by_a_reply(room: Chatroom) -> Reply:
    """Answer a picture with a dear change."""
    _, message = await room.drawn()
    reply: Reply = await room.reply("ann", "four boats --count 4", to=message)
    return reply


WAYS = (asked_in_a_form, asked_by_options, asked_in_a_message, asked_by_a_reply)


@pytest.mark.parametrize("ask", WAYS)
async def test_a_dear_order_waits_for_one_press_by_its_author(build: Build, ask: object) -> None:
    """Its price is shown and nothing is held; nobody else can press; pressed twice at once it is one job."""
    room = Chatroom(await build(terms=DEAR))
    question = await ask(room)  # type: ignore[operator]
    before = len(await room.house.rows(jobs))
    draw = button(question, "Draw · 8")

    forbidden = await room.press("bob", draw)
    pressed = await at_once(*(room.press("ann", draw) for _ in range(3)))

    assert "8 credits" in question.text
    assert forbidden.kind == "refusal"
    assert {reply.kind for reply in pressed} <= {"accepted", "question"}
    assert len(await room.house.rows(jobs)) == before + 1
    again = await room.press("ann", draw)
    assert again.text.startswith("Already drawing #")
    assert again.buttons[0].label == "Draw another · 8"
    await room.house.live()
    await room.house.assert_sound()


@pytest.mark.parametrize("act", ["again", "vary"])
async def test_after_a_kill_the_second_press_is_still_the_first_job(build: Build, act: Act) -> None:
    """The process remembers nothing of that: another one says the same, also of a tap on its own button."""
    house = await build()
    room = Chatroom(house)
    post, _ = await room.drawn()
    pressed = Button(act=act, label="", job=post.job, picture=post.pictures[0].id, words="1")
    first = await room.press("ann", pressed)

    await house.restart()
    room.open()
    second = await room.press("ann", pressed)
    another = button(second, "Draw another · 2")
    third, fourth = await room.press("ann", another), await room.press("ann", another)
    await house.restart()
    room.open()
    fifth = await room.press("ann", another)

    assert (first.kind, second.kind, third.kind) == ("accepted", "question", "accepted")
    assert second.text.startswith(f"Already drawing #{first.number},")
    assert {fourth.text, fifth.text} == {second.text.replace(f"#{first.number}", f"#{third.number}")}
    assert len(await house.rows(jobs)) == 3


async def test_two_processes_hear_one_press_each(build: Build) -> None:
    """Both presses are under way at the same time in processes that know nothing of each other: one job."""
    house = await build()
    one = Chatroom(house)
    post, _ = await one.drawn()
    await house.start()
    two = Chatroom(house)
    again = button(post, "Again")

    pressed = await at_once(
        *(room.press("ann", again, event=f"click {n}") for n, room in enumerate((one, two, one, two)))
    )

    kinds = [reply.kind for reply in pressed]
    assert (kinds.count("accepted"), kinds.count("question")) == (1, 3)
    assert len(await house.rows(jobs)) == 2


async def test_a_repeated_event_gets_its_own_answer(build: Build) -> None:
    """What a platform tells twice is no second press."""
    room = Chatroom(await build())
    post, _ = await room.drawn()

    first = await room.press("ann", button(post, "Again"), event="click 1")
    repeated = await room.press("ann", button(post, "Again"), event="click 1")
    other = await room.press("ann", button(post, "Again"), event="click 2")
    other_repeated = await room.press("ann", button(post, "Again"), event="click 2")

    assert (repeated.kind, repeated.job) == ("accepted", first.job)
    assert (other.kind, other_repeated.text) == ("question", other.text)


DEARER = {"per": "picture", "picture_nano": {"low": 10_000_000, "medium": 40_000_000}}


@pytest.mark.parametrize("ask", WAYS)
async def test_what_became_dearer_since_the_question_is_asked_about_anew(build: Build, ask: object) -> None:
    """A button never takes more than it says; the next one says the new price, and orders."""
    house = await build(terms=DEAR)
    room = Chatroom(house)
    question = await ask(room)  # type: ignore[operator]
    before = len(await house.rows(jobs))

    house.site.catalogue = Terms(prices=DEARER).catalogue()
    await house.restart()
    room.open()
    anew = await room.press("ann", button(question, "Draw · 8"))
    unpaid = len(await house.rows(jobs))
    ordered = await room.press("ann", button(anew, "Draw · 16"))

    assert (anew.kind, unpaid) == ("question", before)
    assert (await room.job(ordered)).held == 16_000


@pytest.mark.parametrize("ask", WAYS)
async def test_a_question_that_was_refused_can_be_answered_when_nothing_is_in_the_way(
    build: Build, ask: object
) -> None:
    """What was in the way is not remembered for it, and a double tap is one job still."""
    room = Chatroom(await build(terms=DEAR))
    boss = room.caller("bob", is_admin=True)
    draw = button(await ask(room), "Draw · 8")  # type: ignore[operator]
    before = len(await room.house.rows(jobs))

    await room.house.life.studio.pause("a moment", boss)
    refused = [await room.press("ann", draw) for _ in range(2)]
    await room.house.life.studio.resume(boss)
    pressed = await at_once(*(room.press("ann", draw) for _ in range(3)))

    assert [reply.kind for reply in refused] == ["refusal"] * 2
    assert "accepted" in {reply.kind for reply in pressed}
    assert len(await room.house.rows(jobs)) == before + 1


async def test_a_form_that_was_refused_can_be_sent_again_as_it_is(build: Build) -> None:
    """It stays open where a platform shows refusals in it; sent twice it is one order still."""
    room = Chatroom(await build())
    boss = room.caller("bob", is_admin=True)
    form = await room.submit("ann", "imagine")

    await room.house.life.studio.pause("a moment", boss)
    refused = await room.send("ann", form, "7", prompt="a fox")
    await room.house.life.studio.resume(boss)
    sent = await at_once(*(room.send("ann", form, "7", prompt="a fox") for _ in range(3)))

    assert refused.kind == "refusal"
    assert {reply.number for reply in sent} == {1}
    assert len(await room.house.rows(jobs)) == 1


@pytest.mark.parametrize("start", ["Again · 2", "Vary · 2", "Draw another · 2"])
async def test_an_old_button_whose_order_became_dear_asks_first(build: Build, start: str) -> None:
    """It was fair when it was shown; nothing is taken by its old price, and its question is one order."""
    house = await build(terms=DEAR)
    room = Chatroom(house)
    post, _ = await room.drawn()
    shown = await room.press("ann", Button(act="open", label="", job=post.job, words="1"))
    pressed = button(shown, "Again" if start.startswith("Draw") else start)
    if start.startswith("Draw"):
        await room.press("ann", pressed)
        pressed = button(await room.press("ann", pressed), start)
        await house.live()
    before = len(await house.rows(jobs))

    dear = {"per": "picture", "picture_nano": {"low": 10_000_000, "medium": 90_000_000}}
    house.site.catalogue = Terms(prices=dear).catalogue()
    await house.restart()
    room.open()
    asked = await room.press("ann", pressed)
    unpaid = len(await house.rows(jobs))
    ordered = await at_once(*(room.press("ann", button(asked, "Draw · 9")) for _ in range(3)))

    assert (asked.kind, unpaid) == ("question", before)
    assert "accepted" in {reply.kind for reply in ordered}
    assert len(await house.rows(jobs)) == before + 1
