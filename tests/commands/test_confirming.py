"""A dear order shows its price and waits for one press."""

from __future__ import annotations

import asyncio

import pytest

from bot.core.front import Incoming, Press, Uploaded
from bot.core.replies import Button, Reply
from bot.reception import Reception
from tests.commands.conftest import Type
from tests.fakes import FakeStudio, caller_of, card_of, picture_id

DEAR = "a cat --count 4"
PHOTO = Uploaded(picture_id(900), "photo.png", 640, 480)


async def confirm(
    reception: Reception,
    button: Button,
    *,
    event: str = "press-1",
    person: str = "ann",
    files: tuple[Uploaded, ...] = (),
) -> Reply:
    """Press the button with the price."""
    caller = caller_of(person, event=event)
    press = Press(
        button.act,
        caller,
        job=button.job,
        picture=button.picture,
        words=button.words,
        attachments=files,
    )
    return await reception.press(press)


@pytest.mark.parametrize("line", [DEAR, f"/imagine {DEAR}"])
async def test_a_dear_order_shows_its_price_first(typed: Type, studio: FakeStudio, line: str) -> None:
    """Nothing is ordered; the caller alone sees the price, a button that says it, and the words for changing."""
    reply = await typed(line)

    assert (reply.kind, reply.private, studio.drafts) == ("question", True, [])
    assert "up to 21.2 credits" in reply.text
    assert [(button.act, button.label) for button in reply.buttons] == [
        ("confirm", "Draw · 21.2"),
        ("change_words", "Change words"),
    ]


async def test_the_price_at_the_limit_is_drawn_at_once(typed: Type, studio: FakeStudio) -> None:
    """Only what is above the limit is asked."""
    studio.confirm_above = 4 * 5_300

    assert (await typed(DEAR)).kind == "accepted"


@pytest.mark.parametrize(
    "line",
    [DEAR, 'a sign "use --size wide" --count 4', "-- --size wide", "two\nlines --count 4", "«x» —n 4 — end"],
)
async def test_the_press_orders_exactly_what_was_typed(
    typed: Type, reception: Reception, studio: FakeStudio, line: str
) -> None:
    """Quotes, dashes and line breaks go through the button as they came."""
    studio.confirm_above = 0
    asked = await typed(line)
    await confirm(reception, asked.buttons[0])
    studio.confirm_above = 10**9
    await typed(line)

    pressed, at_once = studio.drafts
    assert pressed == at_once


async def test_pictures_go_through_the_button(typed: Type, reception: Reception, studio: FakeStudio) -> None:
    """The picture that is changed and what was attached are still there."""
    studio.add(card_of(142))
    studio.confirm_above = 0
    asked = await typed("make it night", picture=picture_id(142), files=(PHOTO,))

    await confirm(reception, asked.buttons[0], files=(PHOTO,))

    assert [(draft.parent, draft.references) for draft in studio.drafts] == [
        (picture_id(142), (PHOTO.picture,))
    ]


async def test_two_presses_of_one_question_are_one_job(
    typed: Type, reception: Reception, studio: FakeStudio
) -> None:
    """A double tap orders once."""
    button = (await typed(DEAR)).buttons[0]

    replies = await asyncio.gather(*(confirm(reception, button, event=f"press-{n}") for n in range(5)))

    assert [(reply.kind, reply.number) for reply in replies] == [("accepted", 143), *[("question", None)] * 4]
    assert {reply.text.partition(",")[0] for reply in replies[1:]} == {"Already drawing #143"}
    assert len(studio.drafts) == 1


async def test_another_persons_question_is_not_answered(
    typed: Type, reception: Reception, studio: FakeStudio
) -> None:
    """Whoever copies a button orders for themselves, and learns nothing of the other's job."""
    studio.credits["bob"] = 100_000
    button = (await typed(f"{DEAR} --private")).buttons[0]
    mine = await confirm(reception, button)

    other = await confirm(reception, button.model_copy(update={"words": "a dog"}), person="bob")

    assert (mine.number, other.number) == (143, 144)


async def test_who_cannot_pay_is_told_at_once(reception: Reception, studio: FakeStudio) -> None:
    """Nobody is asked about a price that they do not have."""
    reply = await reception.receive(Incoming(DEAR, caller_of("bob")))

    assert reply.kind == "refusal"


async def test_buttons_with_a_price_do_not_ask_again(reception: Reception, studio: FakeStudio) -> None:
    """Again says what it costs, so one press is enough."""
    studio.add(card_of(142))
    studio.confirm_above = 0

    reply = await reception.press(Press("again", caller_of(), words="142"))

    assert reply.kind == "accepted"
