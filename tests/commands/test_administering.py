"""/quota admins, claim, pause, resume and log: who may say them, and what is answered."""

from __future__ import annotations

import pytest

from bot.core.administering import DoneDeed
from bot.core.text import mention
from tests.administration_for_tests import CODE
from tests.commands.conftest import Type
from tests.fakes import NOW, FakeStudio


@pytest.mark.parametrize(
    "line",
    [
        "/quota admins",
        "/quota admins list",
        "/quota admins add @ann",
        "/quota admins remove @ann",
        "/quota pause now",
        "/quota resume",
        "/quota log",
        "/quota pause help",
        "/quota nothing",
    ],
)
async def test_only_admins_administer(typed: Type, studio: FakeStudio, line: str) -> None:
    """Anybody else is refused, and learns nothing of what there is."""
    studio.named, studio.done = ["secret"], [DoneDeed(NOW, "secret", "grant", "", None, "", "")]

    reply = await typed(line)

    assert (reply.kind, reply.text) == ("refusal", "Only admins can do this. Ask one of them.")
    assert (studio.named, studio.paused) == (["secret"], None)
    assert not reply.rows


@pytest.mark.parametrize(
    ("who", "called"),
    [("@ann", "@ann"), (mention("role", "42", "@Moderators"), "This role"), ("me", "This person")],
)
async def test_admins_are_added_listed_and_removed(
    typed: Type, studio: FakeStudio, who: str, called: str
) -> None:
    """Each answer says what has changed, or that nothing has."""
    texts = [(await typed(f"/quota admins {do} {who}", is_admin=True)).text for do in ("add", "add")]
    listed = await typed("/quota admins", is_admin=True)
    texts += [(await typed(f"/quota admins {do} {who}", is_admin=True)).text for do in ("remove", "remove")]

    assert [row.label for row in listed.rows] == ["Admin"]
    assert [text.partition(called)[1] for text in texts] == [called] * 4
    assert ["nothing has changed" in text for text in texts] == [False, True, False, True]
    assert studio.named == []


async def test_adding_nobody_is_asked_back(typed: Type) -> None:
    """The sentence shows how it is written."""
    reply = await typed("/quota admins add", is_admin=True)

    assert reply.kind == "refusal"
    assert "/quota admins add @ann" in reply.text


async def test_everybody_may_claim_once(typed: Type, studio: FakeStudio) -> None:
    """The code is what gives the right."""
    wrong = await typed("/quota claim AAAA-AAAA")
    right = await typed(f"/quota claim {CODE}")
    again = await typed(f"/quota claim {CODE}")

    assert [each.kind for each in (wrong, right, again)] == ["refusal", "info", "refusal"]
    assert all(each.private for each in (wrong, right, again))
    assert studio.named == ["ann"]


async def test_a_pause_says_why_and_how_it_ends(typed: Type, studio: FakeStudio) -> None:
    """Without a reason nothing is paused."""
    unsaid = await typed("/quota pause", is_admin=True)
    before = studio.paused
    paused = await typed("/quota pause the budget is being checked.", is_admin=True)
    ends = [(await typed("/quota resume", is_admin=True)).text for _ in range(2)]

    assert (unsaid.kind, before) == ("question", None)
    assert "here: the budget is being checked. What" in paused.text
    assert ["goes on" in text for text in ends] == [True, False]


async def test_the_log_says_who_did_what_and_why(typed: Type, studio: FakeStudio) -> None:
    """One row for each deed, with its amount and reason."""
    empty = await typed("/quota log", is_admin=True)
    studio.done = [
        DoneDeed(NOW, "Cy", "grant", "Ann", 50_000, "", "the workshop"),
        DoneDeed(NOW, "Cy", "cap", "tenant", None, "none", ""),
        DoneDeed(NOW, "Cy", "cap", "channel:7", 9_000, "per day", ""),
    ]

    told = (await typed("/quota log", is_admin=True)).rows

    assert not empty.rows
    assert [row.value for row in told] == [
        "Cy · grant · Ann · 50 credits · “the workshop”",
        "Cy · cap · this server · none",
        "Cy · cap · channel 7 · 9 credits · per day",
    ]
