"""Why somebody was charged, and the pages of their statement."""

from __future__ import annotations

from bot.core.front import Incoming
from bot.core.replies import Reply
from bot.reception import Reception
from commands import COMMANDS
from tests.flows.conftest import Build
from tests.flows.house import House
from tests.flows.world import THERE, caller


async def ask(house: House, line: str, person: str = "ann", *, is_admin: bool = False) -> Reply:
    """Type a line."""
    front = Reception(COMMANDS, house.life.studio, house.life.gallery)
    return await front.receive(Incoming(line, caller(line, person, is_admin=is_admin)))


async def test_a_receipt_says_why(build: Build) -> None:
    """What was understood, quoted, held, paid from where, and what came back; spent is without that."""
    house = await build()
    await house.order(caller("1"))
    await house.live()
    before = await ask(house, "/credits 1")
    await ask(house, "/quota refund 1 sorry", "bob", is_admin=True)

    after = await ask(house, "/credits #1")
    panel = {row.label: row.value for row in (await ask(house, "/credits")).rows}

    rows = {row.label: row.value for row in before.rows}
    assert before.private
    assert before.text.startswith("#1 cost 2 credits")
    assert (rows["Model"], rows["Quoted"], rows["Held"]) == ("paper-1", "at most 2 credits", "2 credits")
    assert (rows["Paid"], rows["Released"]) == ("2 credits from allowance", "0 credits")
    assert rows["Words"] == "a lighthouse"
    assert (rows["Licence"], rows["Runs in"], rows["Keeps"]) == (
        "whoever ordered them",
        "this process",
        "nothing",
    )
    assert (rows["Terms"], rows["Privacy"]) == ("https://paper.example/terms", "not stated by the vendor")
    assert after.text == "#1 cost 2 credits, and 2 credits came back."
    [refund] = [row.value for row in after.rows if row.label == "Refunded"]
    assert refund.startswith("2 credits on")
    assert refund.endswith(": sorry")
    assert panel["Spent"] == "0 credits"


async def test_whose_receipts_are_shown(build: Build) -> None:
    """One's own; for admins anybody's here, without the words of what is private."""
    house = await build()
    await house.order(caller("1"), prompt="a secret", private=True)
    await house.live()

    other = await ask(house, "/credits 1", "cy")
    admin = await ask(house, "/credits 1", "bob", is_admin=True)
    front = Reception(COMMANDS, house.life.studio, house.life.gallery)
    foreign = await front.receive(Incoming("/credits 1", caller("f", tenant=THERE, is_admin=True)))

    assert (other.kind, foreign.kind) == ("refusal", "refusal")
    assert admin.kind == "info"
    assert "secret" not in str(admin)
    assert {row.label: row.value for row in admin.rows}["Ordered by"] == "ann"


async def test_the_statement_has_pages(build: Build) -> None:
    """Every line is on one page, the newest first, with buttons to the pages beside it."""
    house = await build()
    for number in range(12):
        await house.order(caller(str(number)))
        await house.live()
        house.clock.advance(1)

    first, second = [await ask(house, line) for line in ("/credits", "/credits --page 2")]

    jobs = [[row.job for row in page.rows if row.job] for page in (first, second)]
    assert jobs == [list(range(12, 2, -1)), [2, 1]]
    assert [(b.label, b.words) for b in first.buttons] == [("Older", "/credits --page 2")]
    assert [(b.label, b.words) for b in second.buttons] == [("Newer", "/credits --page 1")]
