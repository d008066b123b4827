"""What people are told about jobs, pictures and money: their own, and nothing of others."""

from __future__ import annotations

import pytest

from bot.core.accounts import Adjustment
from bot.core.jobs import JobState
from bot.storage import Database, ledger, operator, pictures, refunds, views
from bot.storage.transaction import Check
from bot.storage.views import Viewer
from tests.storage.builders import (
    CREDIT,
    HOUSE,
    NOW,
    SECOND,
    Calling,
    Order,
    accept,
    allowance,
    call_out,
    deliver,
    finish,
    furnish,
    places,
    store,
    take,
)

ANN = Viewer("ann", HOUSE)


@pytest.fixture
def checks() -> tuple[Check, ...]:
    """Counters are the sums of their entries at every commit."""
    return (ledger.prove_touched,)


@pytest.fixture
async def house(database: Database) -> Database:
    """Ann and Bob, nine credits each."""
    await database.write(furnish, "ann", "bob", balance=9 * CREDIT)
    return database


async def test_the_statement_has_one_line_for_each_movement(house: Database) -> None:
    """A job from two payers, a refund, a revoke and a grant: one line each, newest first; open holds have none."""
    mine = allowance("ann", CREDIT)
    await house.write(accept, Order("1", parts=(2,), meters=(mine,)))
    await house.write(deliver, Order("1", parts=(2,)), now=NOW + 1)
    refund = Adjustment("x", "ann", 0, "admin", "sorry", "job-1")
    await house.write(refunds.refund, refund, current=frozenset({mine.account}), now=NOW + 2)
    await house.write(ledger.revoke, Adjustment("y", "ann", CREDIT, "admin", "oops"), now=NOW + 3)
    await house.write(accept, Order("2", parts=(3,)), now=NOW + 4)

    lines = await house.read(views.movements, "ann", HOUSE, limit=9, now=NOW)

    assert [(line.kind, line.amount, line.number, line.payers) for line in lines] == [
        ("revoke", -CREDIT, None, ()),
        ("refund", 2 * CREDIT, None, ()),
        ("done", -2 * CREDIT, 1, ("allowance", "credits")),
        ("grant", 9 * CREDIT, None, ()),
    ]
    assert await house.read(views.movements, "ann", HOUSE, limit=2, now=NOW) == lines[:2]
    money = await house.read(views.money, "ann", mine.account, now=NOW)
    assert (money.held, money.spent, money.allowance.counted) == (3 * CREDIT, 0, 0)


async def test_the_money_of_one_who_never_spent_is_zero(house: Database) -> None:
    """Accounts that do not exist yet read as empty; balances of others do not show."""
    cats = await house.read(views.money, "cat", allowance("cat", 5).account, now=NOW)
    bobs = await house.read(views.money, "bob", None, now=NOW)

    assert (cats.balance.available, cats.allowance.counted, cats.held, cats.spent) == (0, 0, 0, 0)
    assert (bobs.balance.available, bobs.allowance.counted) == (9 * CREDIT, 0)


async def test_a_card_tells_how_a_job_stands(house: Database) -> None:
    """A waiting job has a position, an ended one its price and pictures in their order."""
    await house.write(accept, Order("1", parts=(3,)), places(1))
    await house.write(accept, Order("2", person="bob"), places(1))
    waiting = await house.read(views.card, "job-2")
    await house.write(deliver, Order("1", parts=(3,)))

    done = await house.read(views.card, "job-1")

    assert waiting is not None
    assert done is not None
    assert (waiting.state, waiting.position, waiting.charged) == (JobState.WAITING, 0, None)
    assert (done.state, done.position, done.charged) == (JobState.DONE, None, 3 * CREDIT)
    assert [picture.id for picture in done.pictures] == [f"call-job-1-0-{n}" for n in range(3)]
    assert await house.read(views.card, "job-none") is None


async def test_nobody_sees_another_tenants_jobs_or_pictures(house: Database) -> None:
    """In one's own tenant pictures are shared; from another one there is nothing."""
    await house.write(accept, Order("1"))
    await house.write(deliver, Order("1"))
    ids = ["call-job-1-0-0"]
    bob, stranger = Viewer("bob", HOUSE), Viewer("eve", "web:other")

    seen = [await house.read(views.pictures_for, ids, viewer) for viewer in (ANN, bob, stranger)]
    cards = [await house.read(views.card_by_number, viewer, 1) for viewer in (ANN, bob, stranger)]

    assert [list(found) for found in seen] == [ids, ids, []]
    assert [card is not None for card in cards] == [True, True, False]
    assert await house.read(views.picture, ids[0], stranger) is None
    assert await house.read(views.cards_of, views.Whose("ann", "web:other"), limit=9) == []


async def test_a_late_picture_is_listed_and_not_shown(house: Database) -> None:
    """It belongs to the admin's list until somebody decides; the job's card does not change."""
    await house.write(accept, Order("1"))
    epoch = await house.write(take, "job-1")
    await house.write(call_out, Calling("job-1"), epoch)
    await house.write(finish, "job-1", epoch)
    await house.write(store, Calling("job-1"), now=NOW + SECOND)

    late = await house.read(operator.late_pictures, limit=9)
    card = await house.read(views.card, "job-1")

    assert [(row.picture, row.person) for row in late] == [("call-job-1-0-0", "ann")]
    assert card is not None
    assert (card.state, card.pictures) == (JobState.LOST, ())


async def test_a_deleted_picture_leaves_its_row(house: Database) -> None:
    """Only its owner deletes it, once; it is shown no more, and its row stays for the lineage."""
    await house.write(accept, Order("1"))
    await house.write(deliver, Order("1"))
    picture = "call-job-1-0-0"
    by_bob = await house.write(pictures.delete, picture, "bob", now=NOW)

    deleted = [await house.write(pictures.delete, picture, "ann", now=NOW) for _ in range(2)]

    assert (by_bob, deleted) == (False, [True, False])
    row = await house.read(views.picture, picture, ANN)
    card = await house.read(views.card, "job-1")
    assert row is not None
    assert row.is_deleted
    assert card is not None
    assert card.pictures == ()


async def test_open_jobs_are_listed_newest_first(house: Database) -> None:
    """The list of one person holds no job of another, and can leave ended ones out."""
    for number, person in enumerate(("ann", "bob", "ann")):
        await house.write(accept, Order(str(number), person=person))
    await house.write(deliver, Order("0"))

    every = await house.read(views.cards_of, views.Whose("ann", HOUSE), limit=9)
    still_open = await house.read(views.cards_of, views.Whose("ann", HOUSE), limit=9, only_open=True)

    assert [card.id for card in every] == ["job-2", "job-0"]
    assert [card.id for card in still_open] == ["job-2"]
