"""The writer thread: one commit for many, other programs' locks, full disks, and the write-ahead log."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from time import monotonic

import pytest
from sqlalchemy import URL, Engine, NullPool, create_engine, event
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.storage import StorageBusy, StorageFull, Tx, after_commit
from bot.storage.migrate import migrate
from bot.storage.sqlite import SqliteDatabase
from bot.storage.sqlite_writer import Pace
from tests.storage.conftest import NOTES, NOW
from tests.storage.tables import count, link_to_nothing, note, writers

QUICK = Pace(batch=16, patience_seconds=0.3, attempt_seconds=0.05, fold_rest_seconds=0.05)


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    file = tmp_path / "a folder" / "100% easel?.sqlite3"
    file.parent.mkdir()
    await migrate(
        f"sqlite:///{file}".replace("%", "%25").replace("?", "%3F"),
        backup_dir=None,
        now=NOW,
        revisions=NOTES,
    )
    return file


@pytest.fixture
async def database(path: Path) -> AsyncIterator[SqliteDatabase]:
    opened = SqliteDatabase(path, pace=QUICK)
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
def outside(path: Path) -> Iterator[Engine]:
    """Another program that writes to the same file."""
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        poolclass=NullPool,
        connect_args={"timeout": 5, "isolation_level": None},
    )
    yield engine
    engine.dispose()


def wal(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


async def until(condition: Callable[[], bool]) -> None:
    """Wait until it holds; the test's own time limit ends a wait that is in vain."""
    while not condition():  # noqa: ASYNC110 — nobody announces what another thread does to a file
        await asyncio.sleep(0.01)


async def test_waiting_functions_share_a_commit(database: SqliteDatabase, outside: Engine) -> None:
    """As many as a batch holds reach the disk together."""
    commits: list[Tx] = []

    def committed(db: Tx) -> None:
        commits.append(db)

    with outside.connect() as other:
        other.exec_driver_sql("BEGIN IMMEDIATE")
        waiting = [asyncio.create_task(database.write_patiently(note, str(n))) for n in range(64)]
        await asyncio.sleep(0)
        event.listen(Engine, "commit", committed)
        other.exec_driver_sql("ROLLBACK")
    await asyncio.gather(*waiting)
    event.remove(Engine, "commit", committed)

    assert len(commits) == 64 / QUICK.batch
    assert await database.read(count) == 64


async def test_a_commit_that_fails_is_found_out_one_by_one(database: SqliteDatabase) -> None:
    """Only the function that broke the COMMIT fails; the hooks of the others run once."""
    hooks: list[int] = []

    def write(db: Tx, number: int) -> None:
        note(db, f"{number:02}")
        after_commit(db, lambda: hooks.append(number))

    waiting = [database.write(write, n) for n in range(10)]
    waiting.insert(4, database.write(link_to_nothing, "bad"))
    results = await asyncio.gather(*waiting, return_exceptions=True)

    assert [type(result) for result in results if result] == [IntegrityError]
    assert hooks == list(range(10))
    assert await database.read(writers) == [f"{n:02}" for n in range(10)]


async def test_a_lock_held_elsewhere_is_named_in_time(database: SqliteDatabase, outside: Engine) -> None:
    """A write gives up with StorageBusy; a patient one waits and succeeds; reads go on."""
    with outside.connect() as other:
        other.exec_driver_sql("BEGIN IMMEDIATE")
        patient = asyncio.create_task(database.write_patiently(note, "patient"))
        started = monotonic()

        results = await asyncio.gather(
            *(database.write(note, f"hurried{n}") for n in range(5)), return_exceptions=True
        )

        waited = monotonic() - started
        assert {type(result) for result in results} == {StorageBusy}
        assert 0.3 <= waited < 5
        assert await database.read(count) == 0
        assert not patient.done()
        other.exec_driver_sql("ROLLBACK")
    await patient

    await database.write(note, "next")
    assert await database.read(writers) == ["next", "patient"]


async def test_closing_waits_for_a_patient_write(path: Path, outside: Engine) -> None:
    """Also when somebody else holds the lock while Easel wants to stop."""
    database = SqliteDatabase(path, pace=QUICK)
    await database.open()
    with outside.connect() as other:
        other.exec_driver_sql("BEGIN IMMEDIATE")
        patient = asyncio.create_task(database.write_patiently(note, "patient"))
        await asyncio.sleep(0)
        closing = asyncio.create_task(database.close())
        await asyncio.wait([closing], timeout=0.2)
        assert not closing.done()
        other.exec_driver_sql("ROLLBACK")
    await closing

    assert await patient == "patient"
    with outside.connect() as other:
        assert writers(other) == ["patient"]


async def test_a_full_disk_is_named_and_passes(database: SqliteDatabase) -> None:
    """Only what does not fit fails, and there is nothing to repair when there is room again."""

    def limit(db: Tx, *, pages: int) -> None:
        db.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    await database.write(note, "before")
    await database.write(limit, pages=1)  # SQLite takes the present size when that is larger

    results = await asyncio.gather(
        database.write(note, "x" * 1_000_000), database.write(note, "small"), return_exceptions=True
    )

    assert [type(result) for result in results] == [StorageFull, str]
    await database.write(limit, pages=1_000_000)
    await database.write(note, "later")
    assert await database.read(writers) == ["before", "later", "small"]


async def test_nothing_is_written_after_sqlite_gave_up(database: SqliteDatabase) -> None:
    """A function that goes on after SQLite rolled everything back writes nothing, and its neighbours all."""

    def write(db: Tx) -> None:
        note(db, "early")
        with pytest.raises(DBAPIError):
            db.exec_driver_sql("INSERT OR ROLLBACK INTO notes (writer, part) VALUES ('early', 0)")
        note(db, "late")

    results = await asyncio.gather(
        database.write(note, "one"),
        database.write(write),
        database.write(note, "two"),
        return_exceptions=True,
    )

    assert [type(result) for result in results] == [str, RuntimeError, str]
    assert await database.read(writers) == ["one", "two"]


@pytest.mark.parametrize(
    "pace", [Pace(fold_bytes=100_000), Pace(fold_seconds=0.05, fold_rest_seconds=0.05)], ids=["size", "time"]
)
async def test_the_log_is_folded_in(path: Path, pace: Pace) -> None:
    """When it has grown, and after a while even if nothing is written."""
    database = SqliteDatabase(path, pace=pace)
    await database.open()

    await database.write(note, "x" * 200_000)

    await until(lambda: wal(path).stat().st_size == 0)
    assert await database.read(count) == 1
    await database.close()


async def test_a_log_that_cannot_be_folded_is_folded_later(path: Path, outside: Engine) -> None:
    """A reader in the way costs no write, and the log shrinks when it has gone."""
    database = SqliteDatabase(path, pace=Pace(attempt_seconds=0.01, fold_bytes=1, fold_rest_seconds=0.05))
    await database.open()
    await database.write(note, "first")
    with outside.connect() as other:
        other.exec_driver_sql("BEGIN")
        assert count(other) == 1
        await asyncio.gather(*(database.write(note, str(n)) for n in range(20)))
        assert wal(path).stat().st_size > 0
        other.exec_driver_sql("COMMIT")

    await until(lambda: wal(path).stat().st_size == 0)

    assert await database.read(count) == 21
    await database.close()


async def test_closing_leaves_one_whole_file(path: Path) -> None:
    """No log stays behind, with writes pending and reads open when it begins."""
    database = SqliteDatabase(path)
    await database.open()
    pending = [asyncio.create_task(database.write(note, str(n))) for n in range(100)]
    pending += [asyncio.create_task(database.read(writers)) for _ in range(10)]  # type: ignore[arg-type]
    await asyncio.sleep(0)

    await database.close()
    await asyncio.gather(*pending)

    assert [file.name for file in path.parent.iterdir()] == [path.name]


async def test_a_file_that_is_no_database_is_said_at_once(tmp_path: Path) -> None:
    """Opening fails with SQLite's own words, and nothing is left running."""
    broken = tmp_path / "broken.sqlite3"
    broken.write_bytes(b"this is no database, whatever its name says" * 100)
    database = SqliteDatabase(broken)

    with pytest.raises(DBAPIError, match="not a database"):
        await database.open()

    await database.close()
