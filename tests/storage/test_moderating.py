"""Reports are counted one after the other, decisions act once, removals are owed with what causes them."""

from __future__ import annotations

import asyncio

from sqlalchemy import select

from bot.core.replies import Address, Posted
from bot.storage import Database, Tx, forgetting, ledger, moderating, pictures, removals, replies, views
from bot.storage.forgetting import Wish
from bot.storage.moderating import Filed, NewReport
from bot.storage.schema import entries, jobs, people
from bot.storage.schema import pictures as picture_table
from bot.storage.schema import removals as removal_table
from bot.storage.views import Viewer
from tests.storage.builders import CREDIT, HOUSE, NOW, Order, accept, deliver, furnish

REPORTERS = ("bob", "cy", "dee", "eve")


async def drawn(database: Database) -> str:
    """Let ann have a picture that was posted."""
    order = Order("1")
    await database.write(furnish, "ann", *REPORTERS, balance=10 * CREDIT)
    await database.write(accept, order)
    await database.write(deliver, order)

    def post(db: Tx) -> str:
        [reply] = replies.claim(db, order.job, "w1", now=NOW)
        replies.posted(db, reply.id, reply.address, Posted(message="m1", posted_at=NOW))
        return str(db.execute(select(picture_table.c.id)).scalar_one())

    return await database.write(post)


async def report(database: Database, picture: str, who: str) -> Filed:
    return await database.write(moderating.file_report, NewReport(picture, who, HOUSE, "hate"), now=NOW)


async def test_reports_at_once_are_each_counted(database: Database) -> None:
    """One is the first, one takes the picture down, whatever the order they come in."""
    picture = await drawn(database)

    filed = await asyncio.gather(*(report(database, picture, who) for who in (*REPORTERS, *REPORTERS)))

    assert sum(each.is_new for each in filed) == len(REPORTERS)
    assert sum(each.is_first for each in filed) == 1
    assert sum(each.has_taken_down for each in filed) == 1
    found = await database.read(views.picture, picture, Viewer("bob", HOUSE))
    assert found is not None
    assert found.is_deleted
    [waiting] = await database.read(moderating.undecided, HOUSE, limit=5)
    assert (waiting.picture, waiting.count, waiting.reasons, waiting.is_down) == (picture, 4, ("hate",), True)
    assert await database.read(moderating.undecided, "web:elsewhere", limit=5) == []


async def test_decisions_at_once_act_once(database: Database) -> None:
    """Twenty admins press the same button."""
    picture = await drawn(database)

    done = await asyncio.gather(
        *(database.write(moderating.decide, picture, "taken_down", "bob", now=NOW) for _ in range(20))
    )

    assert done.count(True) == 1
    assert await database.read(lambda db: len(db.execute(removal_table.select()).all())) == 1


async def test_a_claimed_removal_is_not_claimed_again_soon(database: Database) -> None:
    """Whoever dies with it leaves it due again after a while; one that is done never is."""
    picture = await drawn(database)
    await database.write(pictures.delete, picture, "ann", now=NOW)

    [first] = await database.write(removals.claim, limit=10, now=NOW)
    assert await database.write(removals.claim, limit=10, now=NOW + 1_000) == []
    [again] = await database.write(removals.claim, limit=10, now=NOW + removals.LEASE_MILLISECONDS)
    await database.write(removals.done, again.id)

    assert (first.id, first.tries, again.tries) == (again.id, 1, 2)
    assert first.removal.address.message == "m1"
    assert not await database.read(removals.is_any_due, now=NOW + 10**9)


async def test_admins_are_told_in_their_channel_or_by_name(database: Database) -> None:
    """Nobody is told where nobody is known."""
    await drawn(database)

    assert await database.read(moderating.whom_to_tell, HOUSE) == []


async def test_a_forgotten_person_leaves_sums_only(database: Database) -> None:
    """On both databases; twice is as good as once."""
    picture = await drawn(database)
    await report(database, picture, "bob")
    before = await database.read(lambda db: db.execute(entries.select()).all())

    wish = Wish("ann", NOW)
    twice = [await database.write(step, wish, "", now=NOW) for step in (*forgetting.STEPS, *forgetting.STEPS)]
    assert {each.following for each in twice} == {None}

    assert await database.read(lambda db: db.execute(entries.select()).all()) == before
    assert await database.read(ledger.unbalanced) == []
    [request] = await database.read(lambda db: list(db.execute(select(jobs.c.request)).scalars()))
    names = await database.read(lambda db: set(db.execute(select(people.c.name)).scalars()))
    assert "lighthouse" not in request
    assert names == {forgetting.NOBODY, *REPORTERS}
    assert list(twice[1].hashes) == [f"sha-{picture}"]
    address = await database.read(lambda db: db.execute(select(jobs.c.address)).scalar_one())
    assert Address.model_validate_json(address).user == ""
