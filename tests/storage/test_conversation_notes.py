"""What a conversation keeps, on each engine."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.core.postings import NONCE_MILLISECONDS, Posting
from bot.storage import Database, drafts, heard
from bot.storage.drafts import EACH_MAX, DraftRow
from bot.storage.postings import PostingNotes
from tests.storage.conftest import NOW


def row(id: str, person: str = "ann", *, created: int = NOW, until: int = NOW + 60_000) -> DraftRow:
    """Make a draft."""
    return DraftRow(id, "guild", person, "{}", created, until)


async def test_notes_of_a_delivery_are_read_back_as_they_were(database: Database) -> None:
    """A later note takes the place of the one before, and other parts stay."""
    notes = PostingNotes(database)
    marked = Posting("job:result", nonce="n", sending_since=NOW)
    await notes.note(marked)
    await notes.note(Posting("job:result", "file 1", file="F1"))
    posted = replace(
        marked,
        platform="discord",
        tenant="guild",
        channel="c",
        message="m",
        posted_at=NOW,
        pictures=("a", "b"),
    )
    await notes.note(posted)
    uploaded = Posting("job:result", "file 1", file="F1", is_uploaded=True)
    await notes.note(uploaded)

    assert await notes.find("job:result") == {"0": posted, "file 1": uploaded}
    assert await notes.find("other") == {}


def test_what_to_do_after_a_crash_follows_from_the_notes() -> None:
    """The same nonce for two minutes, then our own messages are searched; at once for what has no nonce."""
    fresh = Posting("key", nonce="n")
    marked = replace(fresh, sending_since=NOW)
    steps = [
        fresh.next_step(NOW),
        marked.next_step(NOW + NONCE_MILLISECONDS - 1),
        marked.next_step(NOW + NONCE_MILLISECONDS),
        replace(marked, nonce=None).next_step(NOW),
        replace(marked, message="m").next_step(NOW),
    ]

    assert steps == ["send", "repeat", "search", "search", "done"]


async def test_a_message_is_taken_once_however_many_try(database: Database) -> None:
    """Of many at once one gets it; after a minute without an answer, another one may."""
    taken = await asyncio.gather(
        *(database.write(heard.take, "discord", "guild", "m1", now=NOW) for _ in range(8))
    )
    soon = await database.write(heard.take, "discord", "guild", "m1", now=NOW + 30_000)
    later = await database.write(heard.take, "discord", "guild", "m1", now=NOW + 60_001)
    await database.write(heard.done, "discord", "guild", "m1", now=NOW + 60_002)
    never = await database.write(heard.take, "discord", "guild", "m1", now=NOW + 300_000)

    assert sorted(taken) == [False] * 7 + [True]
    assert (soon, later, never) == (False, True, False)
    assert await database.read(heard.is_known, "discord", "guild", "m1", now=NOW + 300_000)
    assert not await database.read(heard.is_known, "discord", "elsewhere", "m1", now=NOW)


async def test_a_draft_ends(database: Database) -> None:
    """It is found until its time, and gone with the next one that is kept."""
    await database.write(drafts.keep, row("one"), row("two", until=NOW + 1))
    found = await database.read(drafts.find, "one", now=NOW)
    over = await database.read(drafts.find, "two", now=NOW + 1)
    await database.write(drafts.keep, row("three", created=NOW + 1))

    assert found == row("one")
    assert over is None
    assert await database.read(drafts.find, "two", now=NOW) is None


async def test_nobody_fills_the_table(database: Database) -> None:
    """A person's oldest drafts make room for new ones; other people's stay."""
    await database.write(drafts.keep, row("bobs", "bob"))
    for number in range(EACH_MAX + 5):
        await database.write(drafts.keep, row(f"draft {number:03}", created=NOW + number))

    found = [
        await database.read(drafts.find, id, now=NOW)
        for id in ("draft 000", "draft 004", "draft 005", "bobs")
    ]
    assert [each is not None for each in found] == [False, False, True, True]
