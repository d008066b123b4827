"""What came in is durable once, until it is dealt with."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.core.inbox import Received
from bot.storage import Database, Tx, people
from bot.storage.deliveries import send
from bot.storage.forgetting import LINGERS_MILLISECONDS, Wish, forget_received
from bot.storage.inbox import KEEP_MILLISECONDS, TableInbox, close, forget
from bot.storage.people import Identity
from bot.storage.schema import deliveries

NOW = 1_700_000_000_000
MENTION = Received("slack", "Ev1", '{"text": "a fox"}')


def inbox_of(database: Database) -> TableInbox:
    return TableInbox(database, lambda: NOW, send)


async def test_the_same_event_is_new_once(database: Database) -> None:
    inbox = inbox_of(database)
    assert [await inbox.commit(MENTION) for _ in range(3)] == [True, False, False]
    assert await inbox.open("slack") == [MENTION]
    assert await inbox.open("discord") == []


async def test_what_was_dealt_with_leaves_only_its_key(database: Database) -> None:
    inbox = inbox_of(database)
    await inbox.commit(MENTION)
    await inbox.done("slack", "Ev1")
    assert await inbox.open("slack") == []
    assert not await inbox.commit(MENTION)


async def test_keys_go_after_a_day_and_what_is_open_stays(database: Database) -> None:
    inbox = inbox_of(database)
    await inbox.commit(MENTION)
    await inbox.commit(Received("slack", "Ev2", "{}"))
    await inbox.done("slack", "Ev2")
    await database.write(forget, now=NOW + KEEP_MILLISECONDS + 1)
    assert await inbox.open("slack") == [MENTION]
    assert await inbox.commit(Received("slack", "Ev2", "{}"))


async def somebody(database: Database) -> None:
    """Ann is known in Slack."""
    await database.write(people.know_person, Identity("slack", "slack:T1", "U1", "Ann"), "ann", now=NOW)


def promised(db: Tx) -> list[str]:
    return list(db.execute(select(deliveries.c.job).where(deliveries.c.at <= NOW + HOUR)).scalars())


HOUR = 3_600_000
WORDS = Received("slack", "Ev3", '{"kind": "event", "user": "U1", "body": "a xylophone"}')


async def test_what_is_under_way_is_forgotten_as_soon_as_it_is_dealt_with(database: Database) -> None:
    """Its words go at once; what came of it by the end is wished away, too, and nothing of others."""
    inbox, wish = inbox_of(database), Wish("ann", NOW)
    theirs = Received("slack", "Ev4", '{"kind": "event", "user": "U2", "body": "<@U1> a fox"}')
    await somebody(database)
    await inbox.commit(WORDS)
    await inbox.commit(theirs)

    await database.write(forget_received, wish)
    note, other = await inbox.open("slack")
    await inbox.done("slack", "Ev3")
    await inbox.done("slack", "Ev4")

    assert ("xylophone" in note.body, other) == (False, theirs)
    assert await database.read(promised) == [wish.id]
    assert await inbox.open("slack") == []


@pytest.mark.parametrize(("later", "until"), [(1_000, 1_000), (30 * 86_400_000, LINGERS_MILLISECONDS)])
async def test_who_comes_back_keeps_what_they_begin(database: Database, later: int, until: int) -> None:
    """What nobody could note as dealt with is noted at the next start, perhaps weeks later."""
    await somebody(database)
    await inbox_of(database).commit(WORDS)
    await database.write(forget_received, Wish("ann", NOW))

    await database.write(close, ("slack", "Ev3"), send, now=NOW + later)

    wishes = (await database.read(lambda db: db.execute(select(deliveries.c.job)))).scalars()
    assert list(wishes) == [Wish("ann", NOW + until).id]


async def test_what_comes_in_after_a_wish_is_dealt_with(database: Database) -> None:
    """They begin anew."""
    await somebody(database)
    await inbox_of(database).commit(WORDS)

    await database.write(forget_received, Wish("ann", NOW - 1))

    assert await inbox_of(database).open("slack") == [WORDS]
