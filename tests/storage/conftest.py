"""A database on each engine, always made by migrations."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, Engine, MetaData, NullPool, create_engine

from bot.storage import Database, Tx, open_database
from bot.storage.migrate import Revisions, migrate
from tests.migrated import lay
from tests.postgres import MISSING, find_server, throwaway_database

NOW = 1_700_000_000_000
NOTES = Revisions(Path(__file__).with_name("notes"), MetaData())
"""Revisions of two small tables, for tests of the machinery itself."""


@pytest.fixture(scope="session")
def postgres_server() -> URL:
    server = find_server()
    if server is None:
        pytest.skip(MISSING)
    return server


@pytest.fixture
def postgres_url(postgres_server: URL) -> Iterator[str]:
    """An empty PostgreSQL database."""
    with throwaway_database(postgres_server) as url:
        yield url.render_as_string(hide_password=False)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """An SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'easel.sqlite3'}"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database of each kind."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    return str(request.getfixturevalue(name))


@pytest.fixture(scope="session")
def postgres_template(postgres_server: URL) -> Iterator[str]:
    """The name of a PostgreSQL database that went through the migrations once, for all tests."""
    with throwaway_database(postgres_server) as url:
        asyncio.run(migrate(url.render_as_string(hide_password=False), backup_dir=None, now=NOW))
        assert url.database
        yield url.database


@pytest.fixture
def migrated_sqlite_url(tmp_path: Path) -> str:
    """A file that went through the migrations."""
    return lay(tmp_path / "easel.sqlite3")


@pytest.fixture
def migrated_postgres_url(postgres_server: URL, postgres_template: str) -> Iterator[str]:
    """A copy of the migrated database."""
    with throwaway_database(postgres_server, postgres_template) as url:
        yield url.render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.slow])])
def migrated_url(request: pytest.FixtureRequest) -> str:
    """Easel's own schema on each engine."""
    return str(request.getfixturevalue(f"migrated_{request.param}_url"))


@pytest.fixture
def checks() -> tuple[Callable[[Tx], None], ...]:
    """What holds at the end of every write; a module overrides it with its own."""
    return ()


@pytest.fixture
async def database(migrated_url: str, checks: tuple[Callable[[Tx], None], ...]) -> AsyncIterator[Database]:
    """Easel's own schema on each engine, open."""
    opened = await open_database(migrated_url, checks=checks)
    yield opened
    await opened.close()


@pytest.fixture
async def notes_url(database_url: str) -> str:
    """The two small tables on each engine."""
    await migrate(database_url, backup_dir=None, now=NOW, revisions=NOTES)
    return database_url


@pytest.fixture
async def notes(notes_url: str) -> AsyncIterator[Database]:
    """The two small tables on each engine, open."""
    opened = await open_database(notes_url)
    yield opened
    await opened.close()


@pytest.fixture
def outside(database_url: str) -> Iterator[Engine]:
    """Another program that uses the same database."""
    engine = create_engine(database_url, poolclass=NullPool, **_patience(database_url))
    yield engine
    engine.dispose()


def _patience(url: str) -> dict[str, Any]:
    return {"connect_args": {"timeout": 10.0}} if url.startswith("sqlite") else {}
