"""Reporting a picture by button and by command, and deciding about it."""

from __future__ import annotations

from bot.core.front import Press
from bot.reception import Reception
from tests.commands.conftest import Type
from tests.fakes import FakeStudio, caller_of, card_of, picture_id


async def test_a_button_asks_why_and_then_reports(reception: Reception, studio: FakeStudio) -> None:
    """One press for the reason; a second report changes nothing."""
    studio.add(card_of(142), "bob")
    asked = await reception.press(Press("report", caller_of(), picture=picture_id(142)))
    chosen = next(each for each in asked.buttons if each.label == "Hate")

    told = [
        await reception.press(Press("report", caller_of(), picture=chosen.picture, words=chosen.words))
        for _ in "12"
    ]

    assert (asked.kind, asked.private) == ("question", True)
    assert studio.reports == {(picture_id(142), "ann"): "hate"}
    assert [each.text.split(".")[0] for each in told] == [
        "Thank you",
        "You have reported this picture already",
    ]


async def test_a_line_reports_by_number(typed: Type, studio: FakeStudio) -> None:
    """With the reason in words; without one it is asked."""
    studio.add(card_of(142), "bob")

    asked = await typed("/report 142")
    told = await typed("/report 142 shows my neighbour")

    assert (asked.kind, told.private) == ("question", True)
    assert studio.reports == {(picture_id(142), "ann"): "shows my neighbour"}
    assert (await typed("/report")).kind == "refusal"


async def test_only_admins_decide(reception: Reception, studio: FakeStudio) -> None:
    """Whoever else presses is told so."""
    press = Press("take_down", caller_of(), picture=picture_id(142))
    refused = await reception.press(press)
    done = await reception.press(Press("take_down", caller_of(is_admin=True), picture=picture_id(142)))
    kept = await reception.press(Press("keep", caller_of(is_admin=True), picture=picture_id(142)))

    assert (refused.kind, done.kind, kept.kind) == ("refusal", "info", "info")
    assert studio.verdicts == {picture_id(142): "kept"}
