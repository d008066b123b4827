"""Deadlocks and locks between processes on PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from sqlalchemy import URL, Engine, NullPool, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from bot.storage import StorageBusy, Tx, after_commit
from bot.storage.migrate import migrate
from bot.storage.postgres import Limits, PostgresDatabase
from tests.storage.conftest import NOTES, NOW
from tests.storage.tables import note, writers

pytestmark = pytest.mark.postgres


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[PostgresDatabase]:
    await migrate(postgres_url, backup_dir=None, now=NOW, revisions=NOTES)
    opened = PostgresDatabase(make_url(postgres_url), limits=Limits(lock_milliseconds=200, pool_seconds=0.3))
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
def outside(postgres_url: str) -> Iterator[Engine]:
    engine = create_engine(postgres_url, poolclass=NullPool)
    yield engine
    engine.dispose()


async def test_a_lost_deadlock_is_repeated(postgres_url: str) -> None:
    """Two functions that lock in opposite orders both succeed, and their hooks run once."""
    await migrate(postgres_url, backup_dir=None, now=NOW, revisions=NOTES)
    database = PostgresDatabase(make_url(postgres_url))
    tries: list[str] = []
    hooks: list[str] = []

    def swap(db: Tx, first: str, second: str) -> None:
        tries.append(first)
        after_commit(db, lambda: hooks.append(first))
        for writer in (first, second):
            db.execute(text("UPDATE notes SET part = part + 1 WHERE writer = :writer"), {"writer": writer})
            if tries.count(first) == 1:
                db.execute(text("SELECT pg_sleep(0.2)"))

    await asyncio.gather(database.write(note, "a"), database.write(note, "b"))
    await asyncio.gather(database.write(swap, "a", "b"), database.write(swap, "b", "a"))

    assert sorted(tries) in (["a", "a", "b"], ["a", "b", "b"])
    assert sorted(hooks) == ["a", "b"]
    parts = await database.read(lambda db: list(db.execute(text("SELECT part FROM notes")).scalars()))
    assert parts == [2, 2]
    await database.close()


async def test_a_function_that_always_loses_is_given_up(database: PostgresDatabase) -> None:
    """After three repeats the database's own error reaches the caller."""
    tries: list[int] = []

    def lose(db: Tx) -> None:
        tries.append(1)
        db.execute(text("DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '40001'; END $$"))

    with pytest.raises(DBAPIError, match="lost"):
        await database.write(lose)

    assert len(tries) == 4


async def test_a_lock_held_elsewhere_is_named_in_time(database: PostgresDatabase, outside: Engine) -> None:
    """A write gives up with StorageBusy; a patient one waits and succeeds."""
    with outside.begin() as other:
        other.execute(text("LOCK TABLE notes IN EXCLUSIVE MODE"))
        patient = asyncio.create_task(database.write_patiently(note, "patient"))
        with pytest.raises(StorageBusy):
            await database.write(note, "hurried")
        await asyncio.wait([patient], timeout=0.5)
        assert not patient.done()
    await patient

    assert await database.read(writers) == ["patient"]


async def test_a_pool_in_use_is_named(database: PostgresDatabase, outside: Engine) -> None:
    """When every connection waits, the next caller hears it instead of waiting for ever."""
    await database.write(note, "row")

    def hold(db: Tx) -> None:
        db.execute(text("SELECT pg_sleep(1)"))

    holding = [asyncio.create_task(database.write(hold)) for _ in range(Limits().connections)]
    await asyncio.sleep(0)

    with pytest.raises(StorageBusy):
        await database.write(note, "late")

    await asyncio.gather(*holding)


async def test_a_server_that_is_away_is_waited_for(
    database: PostgresDatabase, postgres_server: URL, postgres_url: str
) -> None:
    """Nothing was written, so a write says busy, and a patient one succeeds when the server is back."""
    name = make_url(postgres_url).database
    server = create_engine(
        postgres_server.set(drivername="postgresql+psycopg"), poolclass=NullPool, isolation_level="AUTOCOMMIT"
    )

    def cut_off(db: Tx) -> None:
        note(db, "cut off")
        with server.connect() as admin:
            admin.exec_driver_sql(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            admin.exec_driver_sql(
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
            )
        with db.begin_nested():
            note(db, "never")

    with pytest.raises(StorageBusy):
        await database.write(cut_off)
    with pytest.raises(StorageBusy):
        await database.write(note, "hurried")
    patient = asyncio.create_task(database.write_patiently(note, "patient"))
    await asyncio.wait([patient], timeout=0.2)
    assert not patient.done()
    with server.connect() as admin:
        admin.exec_driver_sql(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    await patient

    assert await database.read(writers) == ["patient"]


async def test_limits_keep_what_the_url_asked_for(postgres_url: str) -> None:
    """A search path or another option in the URL stays in force beside ours."""
    url = make_url(postgres_url).update_query_dict({"options": "-c application_name=easel-test"})
    database = PostgresDatabase(url)

    shown = await database.read(
        lambda db: [
            db.exec_driver_sql(f"SHOW {name}").scalar_one()
            for name in ("application_name", "lock_timeout", "statement_timeout", "transaction_isolation")
        ]
    )

    assert shown == ["easel-test", "5s", "15s", "repeatable read"]
    assert await database.write(lambda db: db.exec_driver_sql("SHOW transaction_isolation").scalar_one()) == (
        "read committed"
    )
    await database.close()
