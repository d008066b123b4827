"""/quota: what admins may do, and how sums are read."""

from __future__ import annotations

import pytest

from bot.core.front import Press
from bot.core.studio import Limit
from bot.core.text import mention
from bot.reception import Reception
from tests.commands.conftest import Type
from tests.fakes import FakeStudio, caller_of, card_of


@pytest.mark.parametrize(
    ("line", "given"),
    [
        ("/quota grant @bob 50 for the workshop", 50_000),
        ("/quota grant @bob $0.50", 50_000),
        ("/quota grant @bob 2.125", 2_125),
        (f"/quota grant {mention('user', 'bob', '@Bob the Builder')} 50, for the workshop", 50_000),
        ("/quota grant --who @bob --amount 50 for the workshop", 50_000),
        ("/quota grant @bob 1000", 1_000_000),
    ],
)
async def test_grant_gives_credits(typed: Type, studio: FakeStudio, line: str, given: int) -> None:
    """Digits are credits, a dollar sign means dollars; the reason is what follows."""
    reply = await typed(line, is_admin=True)

    assert studio.credits["bob"] == given
    assert reply.kind == "info"
    assert reply.private


@pytest.mark.parametrize(
    "line",
    [
        "/quota grant @bob 1,000",
        "/quota grant @bob -5",
        "/quota grant @bob +5",
        "/quota grant @bob 0",
        "/quota grant @bob 1.2345",
        "/quota grant @bob 1e3",
        "/quota grant @bob",
        "/quota grant",
        "/quota grant @carol 5",
        "/quota grant @bob 99999999999",
        f"/quota grant {mention('channel', 'C1', '#design')} 5",
        "/quota grunt @bob 5",
        "/quota 5",
    ],
)
async def test_what_is_not_clear_is_refused(typed: Type, studio: FakeStudio, line: str) -> None:
    """Nobody is given anything by a line that can be read in two ways."""
    reply = await typed(line, is_admin=True)

    assert reply.kind == "refusal"
    assert studio.credits == {"ann": 100_000, "bob": 0}


@pytest.mark.parametrize(
    "line", ["/quota", "/quota show", "/quota show @bob", "/quota grant @ann 5", "/quota revoke @bob 5"]
)
async def test_only_admins_use_quota(typed: Type, studio: FakeStudio, line: str) -> None:
    """Anybody else is refused, whatever follows."""
    reply = await typed(line)

    assert reply.kind == "refusal"
    assert "admins" in reply.text
    assert studio.credits == {"ann": 100_000, "bob": 0}


async def test_a_large_grant_is_asked_once_with_the_sum_in_money(
    typed: Type, reception: Reception, studio: FakeStudio
) -> None:
    """The button says it again; pressed twice, it counts once."""
    asked = await typed('/quota grant @bob 2000.5 for "the workshop"', is_admin=True)
    before = studio.credits["bob"]
    button = asked.buttons[0]
    for event in ("press-1", "press-2"):
        caller = caller_of(event=event, is_admin=True)
        await reception.press(Press("say", caller, words=button.words))

    assert asked.kind == "question"
    assert "$20.01" in asked.text
    assert before == 0
    assert studio.credits["bob"] == 2_000_500


async def test_confirming_needs_an_admin_too(typed: Type, reception: Reception, studio: FakeStudio) -> None:
    """A button does not carry rights."""
    asked = await typed("/quota grant @bob 2000", is_admin=True)

    reply = await reception.press(Press("say", caller_of(), words=asked.buttons[0].words))

    assert reply.kind == "refusal"
    assert studio.credits["bob"] == 0


async def test_revoke_takes_what_is_there(typed: Type, studio: FakeStudio) -> None:
    """More than somebody has cannot be taken, and the answer says what was."""
    some = await typed("/quota revoke @ann 20 the workshop is over", is_admin=True)
    rest = await typed("/quota revoke @ann 500", is_admin=True)

    assert some.text.startswith("Done: 20 credits")
    assert rest.text.startswith("Only 80 credits")
    assert studio.credits["ann"] == 0


async def test_a_large_revoke_is_asked(typed: Type, studio: FakeStudio) -> None:
    """The same question as for a grant."""
    reply = await typed("/quota revoke @ann 5000", is_admin=True)

    assert reply.kind == "question"
    assert studio.credits["ann"] == 100_000


async def test_show_lists_balance_and_jobs(typed: Type, studio: FakeStudio) -> None:
    """Somebody's plan, credits and jobs; without a name, one's own."""
    studio.add(card_of(142), owner="bob")

    other = await typed("/quota show @bob", is_admin=True)
    own = await typed("/quota show", is_admin=True)

    assert {row.label: row.value for row in other.rows}["Credits"] == "0 credits"
    assert other.rows[-1].job == 142
    assert {row.label: row.value for row in own.rows}["Credits"] == "100 credits"
    assert all(row.job is None for row in own.rows)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("/quota show @bob and ann", "/quota show takes no further words"),
        ("/quota grant @bob 0", "That amount is nothing"),
        ("/quota grant @bob $0", "That amount is nothing"),
        ("/quota grant @bob 5 --xyzzy", "I do not know --xyzzy. There is --who, --amount."),
        ("/quota grant @bob 5 --sur x", "I do not know --sur"),
    ],
)
async def test_a_wrong_line_says_what_is_wrong(
    typed: Type, studio: FakeStudio, line: str, sentence: str
) -> None:
    """The act is called by its whole name, and what only buttons write is not offered."""
    reply = await typed(line, is_admin=True)

    assert reply.kind == "refusal"
    assert sentence in reply.text
    assert "--sure" not in reply.text
    assert studio.credits["bob"] == 0


@pytest.mark.parametrize(
    ("line", "sentence", "decided"),
    [
        ("plan @bob large", "Done: the plan for @bob is large", ("plan", "@bob", "large")),
        ("plan everyone none", "no plan is named for everyone any more", ("plan", "everyone", "none")),
        ("cap here 50 per day", "50 credits a day for this channel", ("cap", "here", Limit(50_000, "day"))),
        ("cap @bob $0.50 a week", "50 credits a week for @bob", ("cap", "@bob", Limit(50_000, "week"))),
        ("cap server 0 monthly", "0 credits a month for this server", ("cap", "server", Limit(0, "month"))),
        ("cap here none", "no such limit for this channel", ("cap", "here", Limit(None, None))),
        ("cap here none per day", "no such limit", ("cap", "here", Limit(None, "day"))),
        ("block @bob spam", "Waiting jobs that were cancelled: 2", ("block", "bob", "spam")),
        ("unblock @bob", "Done: @bob can order again", ("unblock", "bob", "")),
        ("reset @bob a bad day", "5 credits more", ("reset", "bob", "a bad day")),
    ],
)
async def test_terms_are_said_in_one_line(
    typed: Type, studio: FakeStudio, line: str, sentence: str, decided: tuple[str, str, object]
) -> None:
    """Each act reads its line and says what it did; a second time, that nothing changed; others may not."""
    denied = await typed(f"/quota {line}")
    done = await typed(f"/quota {line}", is_admin=True)

    assert denied.kind == "refusal"
    assert studio.decided == [decided]
    assert sentence in done.text
    assert done.private


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("cap here 50", "For how long does the limit count"),
        ("cap here 50 per fortnight", "per cannot be “fortnight”"),
        ("cap here much per day", "That amount is not clear"),
        (f"cap {mention('role', '7', '@team')} 5 per day", "needs a person or a channel"),
    ],
)
async def test_terms_that_cannot_be_meant_are_refused(
    typed: Type, studio: FakeStudio, line: str, sentence: str
) -> None:
    """Nothing is decided that was not said."""
    reply = await typed(f"/quota {line}", is_admin=True)

    assert reply.kind == "refusal"
    assert sentence in reply.text
    assert studio.decided == []


async def test_a_plan_is_chosen_among_those_there_are(typed: Type) -> None:
    """Without a name each plan is a button that says what it gives."""
    reply = await typed("/quota plan everyone", is_admin=True)

    assert (reply.kind, reply.private) == ("question", True)
    assert [(each.label, each.words) for each in reply.buttons] == [
        ("everyone (100 credits a month)", "/quota plan everyone everyone"),
        ("large (500 credits a month)", "/quota plan everyone large"),
    ]


async def test_everyone_is_an_overview(typed: Type) -> None:
    """The plan, the limits with what is left, how many people, and who spent most."""
    reply = await typed("/quota show everyone", is_admin=True)

    rows = {row.label: row.value for row in reply.rows}
    assert rows["Plan of everybody"] == "everyone"
    assert rows["Limit of this server"].startswith("20 of 50 credits left, opens again")
    assert (rows["People"], rows["ann"]) == ("2", "5.3 credits this month")
