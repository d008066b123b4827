"""A migration happens whole or not at all, whoever else starts and whenever the process dies."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, func, insert, inspect, select, text

from bot.storage import Tx, open_database
from bot.storage.migrate import MigrationReport, Revisions, SchemaBroken, SchemaUnknown, migrate
from bot.storage.schema import metadata
from tests.storage.conftest import NOTES, NOW
from tests.storage.tables import LINKS, note, writers
from tests.storage.tables import NOTES as NOTES_TABLE

ROOT = Path(__file__).parents[2]

COLOUR = """
import os, signal, sqlalchemy as sa
from alembic import op
revision, down_revision = "0002", "0001"

def upgrade():
    with op.batch_alter_table("notes", recreate="auto") as batch:
        batch.add_column(sa.Column("colour", sa.Text, nullable=False, server_default="blue"))
        batch.alter_column("writer", new_column_name="author")
    {then}
"""

PROCESS = """
import asyncio, sys
from pathlib import Path
from sqlalchemy import MetaData
from bot.storage.migrate import Revisions, migrate
revisions = Revisions(Path(sys.argv[2]), MetaData())
print(asyncio.run(migrate(sys.argv[1], backup_dir=None, now=1, revisions=revisions)).changed)
"""


@pytest.fixture
def newer(tmp_path: Path) -> Revisions:
    """The next version's revisions: a column more, and one renamed."""
    return write_revision(tmp_path / "newer % version", "pass")


def write_revision(folder: Path, then: str) -> Revisions:
    folder.mkdir()
    (folder / "0001.py").write_bytes((NOTES.folder / "0001_notes.py").read_bytes())
    (folder / "0002.py").write_text(COLOUR.format(then=then))
    return Revisions(folder, NOTES.metadata)


async def fill(url: str) -> None:
    """Two notes, and a link to the second."""

    def write(db: Tx) -> None:
        note(db, "ada")
        note(db, "bob")
        db.execute(insert(LINKS).from_select(["note"], select(func.max(NOTES_TABLE.c.id))))

    database = await open_database(url)
    await database.write(write)
    await database.close()


def is_old_and_whole(outside: Engine) -> bool:
    """Everything is as `fill` left it."""
    with outside.connect() as db:
        columns = {column["name"] for column in inspect(db).get_columns("notes")}
        revision = MigrationContext.configure(db).get_current_revision()
        links = db.execute(text("SELECT count(*) FROM links")).scalar()
        return (columns, revision, links, writers(db)) == (
            {"id", "writer", "part"},
            "0001",
            1,
            ["ada", "bob"],
        )


async def all_wait(gate: Connection) -> None:
    """Return when four sessions stand behind a lock."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    while True:
        # PostgreSQL shows one transaction the same activity again and again unless told otherwise.
        gate.execute(text("SELECT pg_stat_clear_snapshot()"))
        if gate.execute(waiting).scalar() == 4:
            return
        await asyncio.sleep(0.02)


def start(url: str, revisions: Revisions) -> asyncio.Future[asyncio.subprocess.Process]:
    """Migrate in a process of its own."""
    return asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            *(sys.executable, "-c", PROCESS, url, str(revisions.folder)),
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
    )


async def test_the_schema_is_what_the_revisions_lead_to(database_url: str, outside: Engine) -> None:
    """A forgotten revision, or one that differs from the tables, shows here."""
    report = await migrate(database_url, backup_dir=None, now=NOW)

    assert report.before is None
    with outside.connect() as db:
        assert compare_metadata(MigrationContext.configure(db), metadata) == []


async def test_a_second_migration_does_nothing(database_url: str) -> None:
    """A database of this version stays as it is."""
    first = await migrate(database_url, backup_dir=None, now=NOW, revisions=NOTES)
    second = await migrate(database_url, backup_dir=None, now=NOW, revisions=NOTES)

    assert (first, first.changed) == (MigrationReport(None, "0001"), True)
    assert (second, second.changed) == (MigrationReport("0001", "0001"), False)


async def test_rows_and_their_children_are_kept(notes_url: str, newer: Revisions, outside: Engine) -> None:
    """Copying a table loses neither its rows nor those that point at them."""
    await fill(notes_url)

    report = await migrate(notes_url, backup_dir=None, now=NOW, revisions=newer)

    assert (report.before, report.after) == ("0001", "0002")
    with outside.connect() as db:
        joined = db.execute(text("SELECT author, colour FROM notes JOIN links ON links.note = notes.id"))
        assert joined.all() == [("bob", "blue")]
        assert db.execute(text("SELECT count(*) FROM notes")).scalar() == 2


@pytest.mark.parametrize(
    ("then", "error"),
    [("raise KeyError(1)", KeyError), ("op.execute('SELECT nonsense')", Exception)],
    ids=["python", "sql"],
)
async def test_a_migration_that_fails_changes_nothing(
    notes_url: str, tmp_path: Path, outside: Engine, then: str, error: type[Exception]
) -> None:
    """The version before stays whole."""
    await fill(notes_url)

    with pytest.raises(error):
        await migrate(
            notes_url, backup_dir=None, now=NOW, revisions=write_revision(tmp_path / "broken", then)
        )

    assert is_old_and_whole(outside)


async def test_a_migration_that_orphans_rows_is_undone(sqlite_url: str, tmp_path: Path) -> None:
    """SQLite does not check foreign keys while it migrates, so Easel does before the COMMIT."""
    await migrate(sqlite_url, backup_dir=None, now=NOW, revisions=NOTES)
    await fill(sqlite_url)
    careless = write_revision(tmp_path / "careless", "op.execute('DELETE FROM notes')")

    with pytest.raises(SchemaBroken, match="links"):
        await migrate(sqlite_url, backup_dir=None, now=NOW, revisions=careless)

    assert (await migrate(sqlite_url, backup_dir=None, now=NOW, revisions=NOTES)).before == "0001"


async def test_a_newer_database_is_left_alone(notes_url: str, newer: Revisions) -> None:
    """An older Easel says so instead of guessing."""
    await migrate(notes_url, backup_dir=None, now=NOW, revisions=newer)

    with pytest.raises(SchemaUnknown, match="0002"):
        await migrate(notes_url, backup_dir=None, now=NOW, revisions=NOTES)


async def test_a_filled_file_is_copied_first(sqlite_url: str, newer: Revisions, tmp_path: Path) -> None:
    """Only when there is something to lose and something to do; the copy is the version before."""
    backups = tmp_path / "backups"
    first = await migrate(sqlite_url, backup_dir=backups, now=NOW, revisions=NOTES)
    await fill(sqlite_url)
    again = await migrate(sqlite_url, backup_dir=backups, now=NOW, revisions=NOTES)

    report = await migrate(sqlite_url, backup_dir=backups, now=NOW, revisions=newer)

    assert (first.backup, again.backup) == (None, None)
    assert report.backup == backups / "easel-0001-20231114T221320-000.sqlite3"
    assert [file.name for file in backups.iterdir()] == [report.backup.name]
    with closing(sqlite3.connect(report.backup)) as copy:
        assert copy.execute("SELECT writer FROM notes").fetchall() == [("ada",), ("bob",)]
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_a_killed_migration_leaves_the_old_version(
    notes_url: str, newer: Revisions, tmp_path: Path, outside: Engine
) -> None:
    """After kill -9 between two statements everything is as before, and the next start migrates."""
    await fill(notes_url)
    suicidal = write_revision(tmp_path / "suicidal", "os.kill(os.getpid(), signal.SIGKILL)")

    process = await start(notes_url, suicidal)
    await process.communicate()

    assert process.returncode == -signal.SIGKILL
    assert is_old_and_whole(outside)
    assert (await migrate(notes_url, backup_dir=None, now=NOW, revisions=newer)).changed


@pytest.mark.slow
async def test_four_processes_start_at_once(notes_url: str, newer: Revisions, outside: Engine) -> None:
    """One migrates, three wait, none dies."""
    await fill(notes_url)

    with outside.begin() as gate:
        if gate.dialect.name == "postgresql":
            gate.execute(text("LOCK TABLE notes IN ACCESS SHARE MODE"))
        processes = await asyncio.gather(*(start(notes_url, newer) for _ in range(4)))
        if gate.dialect.name == "postgresql":
            await all_wait(gate)
    outputs = await asyncio.gather(*(process.communicate() for process in processes))

    assert [process.returncode for process in processes] == [0] * 4, outputs
    assert sorted(output.strip() for output, _ in outputs) == [b"False"] * 3 + [b"True"]
    with outside.connect() as db:
        assert db.execute(text("SELECT count(*) FROM notes WHERE colour = 'blue'")).scalar() == 2


async def test_the_environment_is_not_read(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The URL that is handed in counts, not where the process happens to stand."""
    monkeypatch.chdir(os.sep)

    assert (await migrate(sqlite_url, backup_dir=None, now=NOW)).changed
