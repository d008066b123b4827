"""Bring a database to the schema of this version: all of it in one transaction, or nothing."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, MetaData, NullPool, create_engine, func, inspect, select, text

from bot.core.errors import EaselError
from bot.storage.database import database_url, sqlite_path
from bot.storage.schema import metadata
from bot.storage.sqlite_engines import named, writing_engine

SCRIPTS = Path(__file__).with_name("migrations")
ADVISORY_LOCK = 0x6561_7365_6C00  # "easel": one number for every process that may migrate this database


class SchemaUnknown(EaselError):
    """The database was last migrated by a newer version of Easel; this one must not touch it."""


class SchemaBroken(EaselError):
    """A migration would have left rows that point at nothing; it was undone."""


@dataclass(frozen=True, slots=True)
class Revisions:
    """Where the revision files are, and the tables that they lead to. A file's name begins with its revision."""

    folder: Path = SCRIPTS / "versions"
    metadata: MetaData = metadata

    @property
    def names(self) -> list[str]:
        """All revisions, the newest last."""
        return sorted(path.stem.partition("_")[0] for path in self.folder.glob("[0-9]*.py"))


@dataclass(frozen=True, slots=True)
class MigrationReport:
    """What was done: the revisions before and after (None: no revision yet), and the copy that was taken."""

    before: str | None
    after: str | None
    backup: Path | None = None

    @property
    def changed(self) -> bool:
        return self.before != self.after


async def migrate(
    url: str, *, backup_dir: Path | None, now: int, revisions: Revisions | None = None
) -> MigrationReport:
    """Run the revisions that `url` lacks, in one transaction on a connection of their own.

    Of several processes that start at once one migrates and the others wait. A process that is killed leaves
    the old version whole. An SQLite file that holds tables is copied to `backup_dir` first; `now`
    (milliseconds UTC) names the copy. Raises SchemaUnknown, SchemaBroken, StorageBusy, StorageFull.
    """
    return await asyncio.to_thread(_migrate, database_url(url), backup_dir, now, revisions or Revisions())


def revision_of(db: Connection) -> str | None:
    """Read the revision that a database is at."""
    if not inspect(db).has_table("alembic_version"):
        return None
    return db.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def _upgrade(revisions: Revisions, db: Connection) -> None:
    # Every start would load Alembic and all that it needs, and almost none has anything to migrate.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", _option(SCRIPTS))
    config.set_main_option("version_locations", _option(revisions.folder))
    config.set_main_option("path_separator", "newline")
    config.attributes["connection"] = db
    config.attributes["metadata"] = revisions.metadata
    command.upgrade(config, "head")


def _migrate(url: URL, backup_dir: Path | None, now: int, revisions: Revisions) -> MigrationReport:
    with _transaction(url) as db:
        before, head = revision_of(db), revisions.names[-1]
        if before == head:
            return MigrationReport(before, head)
        if before not in {None, *revisions.names}:
            raise SchemaUnknown(f"the database is at {before}, which this version of Easel does not know")
        backup = None
        if backup_dir and url.get_backend_name() == "sqlite" and inspect(db).get_table_names():
            backup = _back_up(sqlite_path(url), backup_dir / _backup_name(before, now))
        _upgrade(revisions, db)
        return MigrationReport(before, head, backup)


@contextmanager
def _transaction(url: URL) -> Iterator[Connection]:
    engine = _engine(url)
    try:
        with engine.connect() as db, db.begin():
            if url.get_backend_name() == "postgresql":
                # Taken before the version is read: who waited here must see what the first one did.
                db.execute(select(func.pg_advisory_xact_lock(ADVISORY_LOCK)))
            yield db
            if url.get_backend_name() == "sqlite" and (lost := _rows_without_parent(db)):
                raise SchemaBroken(f"rows that point at nothing, in: {', '.join(lost)}")
    except Exception as error:
        if (known := named(error)) is not error:
            raise known from error
        raise
    finally:
        engine.dispose()


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        # A batch drops the old table; with foreign keys on, SQLite would delete or refuse its children's rows.
        return writing_engine(sqlite_path(url), foreign_keys=False)
    return create_engine(url, poolclass=NullPool)


def _rows_without_parent(db: Connection) -> list[str]:
    return sorted({row[0] for row in db.exec_driver_sql("PRAGMA foreign_key_check")})


def _backup_name(before: str | None, now: int) -> str:
    moment = datetime.fromtimestamp(now / 1000, UTC).strftime("%Y%m%dT%H%M%S")
    return f"easel-{before or 'empty'}-{moment}-{now % 1000:03}.sqlite3"


def _back_up(path: Path, copy: Path) -> Path:
    """Copy the file as it is now; a copy that carries its final name is whole and on the disk."""
    copy.parent.mkdir(parents=True, exist_ok=True)
    part = copy.with_suffix(".part")
    part.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(part)) as target:
        source.backup(target)
    descriptor = os.open(part, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return part.rename(copy)


def _option(path: Path) -> str:
    return str(path).replace("%", "%%")
