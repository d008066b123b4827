"""What a transaction promises, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Coroutine
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.storage import Database, StorageClosed, Tx, after_commit, dialect_of, open_database
from tests.storage.tables import (
    count,
    link_to_nothing,
    note,
    note_and_raise,
    note_twice,
    pieces,
    writers,
)


async def test_what_a_function_wrote_is_there_when_it_returns(notes: Database) -> None:
    """The value comes back, and everybody sees the row."""
    returned = await notes.write(note, "ada", part=3)

    assert returned == "ada"
    assert await notes.read(writers) == ["ada"]


async def test_the_dialect_is_named(notes: Database, database_url: str) -> None:
    """Functions can tell the two databases apart."""
    assert await notes.read(dialect_of) == ("sqlite" if "sqlite" in database_url else "postgresql")


@pytest.mark.parametrize("error", [ValueError("no"), StopIteration()], ids=repr)
async def test_a_function_that_raises_leaves_nothing(notes: Database, error: Exception) -> None:
    """Whatever it raises reaches the caller, and the next write works."""
    with pytest.raises((type(error), RuntimeError)):
        await notes.write(note_and_raise, "ada", error)

    await notes.write(note, "bob")
    assert await notes.read(writers) == ["bob"]


async def test_one_failure_among_many_undoes_only_itself(notes: Database) -> None:
    """Functions that wait together do not share their errors, not even one that shows at the COMMIT."""
    waiting: list[Coroutine[Any, Any, str | None]] = [notes.write(note, f"good{n}") for n in range(20)]
    waiting[5:5] = [notes.write(note_and_raise, "bad", LookupError())]
    waiting[9:9] = [notes.write(link_to_nothing, "worse")]

    results = await asyncio.gather(*waiting, return_exceptions=True)

    errors = [type(result) for result in results if isinstance(result, BaseException)]
    assert errors == [LookupError, IntegrityError]
    assert await notes.read(writers) == sorted(f"good{n}" for n in range(20))


async def test_an_expected_conflict_costs_only_its_savepoint(notes: Database) -> None:
    """What was written before and after the conflict stays."""

    def write(db: Tx) -> None:
        note(db, "before")
        with pytest.raises(IntegrityError), db.begin_nested():
            note(db, "before")
        note(db, "later")

    await notes.write(write)

    assert await notes.read(writers) == ["before", "later"]


async def test_a_function_cannot_commit_by_itself(notes: Database) -> None:
    """Half a transaction can never be made permanent."""

    def write(db: Tx) -> None:
        note(db, "early")
        db.commit()

    with pytest.raises(RuntimeError, match="must not commit"):
        await notes.write(write)

    await notes.write(note, "next")
    assert await notes.read(writers) == ["next"]


async def test_a_function_that_rolls_back_writes_nothing(notes: Database) -> None:
    """Undoing everything and going on is an error, not half a transaction."""

    def write(db: Tx) -> None:
        note(db, "early")
        db.rollback()
        note(db, "late")

    results = await asyncio.gather(notes.write(note, "other"), notes.write(write), return_exceptions=True)

    assert isinstance(results[1], Exception)
    assert await notes.read(writers) == ["other"]


async def test_a_read_cannot_write(notes: Database) -> None:
    """The database itself refuses."""
    with pytest.raises(DBAPIError):
        await notes.read(note, "ada")

    assert await notes.read(count) == 0


async def test_a_read_is_one_snapshot(notes: Database, outside: Engine) -> None:
    """Two statements of one read agree, whatever commits between them."""

    def read(db: Tx) -> tuple[int, int]:
        before = count(db)
        with outside.begin() as other:
            note(other, "between")
        return before, count(db)

    assert await notes.read(read) == (0, 0)
    assert await notes.read(count) == 1


async def test_hooks_run_after_the_commit_on_the_loop(notes: Database, outside: Engine) -> None:
    """Once each, in their order, with the row visible to everybody, before the caller goes on."""
    seen: list[Any] = []

    def look(name: str) -> None:
        with outside.connect() as other:
            seen.append((name, count(other), threading.current_thread() is threading.main_thread()))

    def write(db: Tx) -> None:
        after_commit(db, lambda: look("first"))
        note(db, "ada")
        after_commit(db, lambda: look("second"))

    await notes.write(write)

    assert seen == [("first", 1, True), ("second", 1, True)]


async def test_hooks_of_undone_work_never_run(notes: Database) -> None:
    """A function that raised and a savepoint that was undone take their hooks with them."""
    seen: list[str] = []

    def write(db: Tx, name: str, *, fail: bool) -> None:
        after_commit(db, lambda: seen.append(f"{name} before"))
        undone = db.begin_nested()
        after_commit(db, lambda: seen.append(f"{name} undone"))
        undone.rollback()
        with db.begin_nested():
            after_commit(db, lambda: seen.append(f"{name} kept"))
        if fail:
            raise LookupError

    await asyncio.gather(
        notes.write(write, "good", fail=False), notes.write(write, "bad", fail=True), return_exceptions=True
    )

    assert seen == ["good before", "good kept"]


async def test_a_hook_that_fails_harms_nobody(notes: Database) -> None:
    """The caller gets its value, later hooks run, and the loop's own handler hears of it."""
    heard: list[Any] = []
    seen: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: heard.append(context["exception"]))

    def write(db: Tx) -> str:
        after_commit(db, lambda: [].remove(1))  # type: ignore[arg-type]
        after_commit(db, lambda: seen.append("second"))
        return note(db, "ada")

    assert await notes.write(write) == "ada"

    assert seen == ["second"]
    assert [type(error) for error in heard] == [ValueError]


async def test_a_hook_belongs_in_a_write(notes: Database) -> None:
    """In a read there is no commit to wait for."""
    with pytest.raises(RuntimeError, match="after_commit"):
        await notes.read(after_commit, lambda: None)


async def test_checks_run_inside_every_write(notes_url: str) -> None:
    """A check that fails undoes the write that broke it, and no other."""

    def at_most_one_row_per_writer(db: Tx) -> None:
        if pieces(db) - {1}:
            raise AssertionError("twice")

    database = await open_database(notes_url, checks=(at_most_one_row_per_writer,))

    results = await asyncio.gather(
        database.write(note, "ada"), database.write(note_twice, "bob"), return_exceptions=True
    )

    assert isinstance(results[1], AssertionError)
    assert await database.read(writers) == ["ada"]
    await database.close()


async def test_cancelled_callers_never_leave_half_a_transaction(notes: Database, notes_url: str) -> None:
    """2,000 callers give up at random moments: what was asked is done whole, and the next write works."""
    chance = random.Random(7)
    asked: list[str] = []

    async def ask(number: int) -> None:
        asked.append(str(number))
        await notes.write(note_twice, str(number))

    for start in range(0, 2_000, 100):
        tasks = [asyncio.create_task(ask(number)) for number in range(start, start + 100)]
        for task in chance.sample(tasks, 70):
            for _ in range(chance.randrange(4)):
                await asyncio.sleep(0)
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    await notes.write(note_twice, "last")

    await notes.close()
    again = await open_database(notes_url)
    assert await again.read(pieces) == {2}
    assert await again.read(count) == 2 * (len(asked) + 1)
    await again.close()


async def test_closing_finishes_what_waits(notes: Database, notes_url: str) -> None:
    """Every pending write is kept, every hook runs once on the loop's thread, and nothing new is taken."""
    hooks: list[threading.Thread] = []

    def write(db: Tx, number: int) -> None:
        note(db, str(number))
        after_commit(db, lambda: hooks.append(threading.current_thread()))

    pending = [asyncio.create_task(notes.write(write, number)) for number in range(200)]
    reading = asyncio.create_task(notes.read(count))
    await asyncio.sleep(0)

    await asyncio.gather(notes.close(), notes.close())

    assert hooks == [threading.main_thread()] * 200
    await asyncio.gather(*pending, reading)
    for call in (notes.write, notes.write_patiently, notes.read):
        with pytest.raises(StorageClosed):
            await call(count)
    again = await open_database(notes_url)
    assert await again.read(count) == 200
    await again.close()


async def test_text_of_every_kind_survives(notes: Database) -> None:
    """Bound values are values: quotes, statements and emoji come back as they went in."""
    nasty = "'); DROP TABLE notes; -- 🖼️ \\ % :x"

    await notes.write(note, nasty)

    assert await notes.read(writers) == [nasty]


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://host/name"])
async def test_a_database_that_cannot_work_is_refused(url: str) -> None:
    """Memory would be two databases; other servers are not supported."""
    with pytest.raises(ValueError, match=r"SQLite needs a file|not supported"):
        await open_database(url)


async def test_the_database_enforces_foreign_keys(notes: Database) -> None:
    """A link to nothing is refused on both engines."""
    with pytest.raises(IntegrityError):
        await notes.write(link_to_nothing, "ada")

    assert await notes.read(lambda db: db.execute(text("SELECT count(*) FROM links")).scalar()) == 0
