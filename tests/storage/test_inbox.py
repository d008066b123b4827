"""What came in is durable once, until it is dealt with."""

from __future__ import annotations

from bot.core.inbox import Received
from bot.storage import Database
from bot.storage.inbox import KEEP_MILLISECONDS, TableInbox, forget

NOW = 1_700_000_000_000
MENTION = Received("slack", "Ev1", '{"text": "a fox"}')


def inbox_of(database: Database) -> TableInbox:
    return TableInbox(database, lambda: NOW)


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
