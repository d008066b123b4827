"""The same statements on raw sqlite3: written down while Easel sends them, then sent again by one thread."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event

OWN_WORDS = ("BEGIN", "SAVEPOINT", "RELEASE")
"""The baseline has no savepoints, and begins by itself."""


@dataclass(frozen=True)
class Step:
    """One statement with its values, or a list of them."""

    sql: str
    values: Any = ()


BEGIN, COMMIT = Step("BEGIN IMMEDIATE"), Step("COMMIT")


@contextmanager
def recording() -> Iterator[list[Step]]:
    """Write down every statement of databases that are opened within the block."""
    steps: list[Step] = []

    def statement(*seen: Any) -> None:
        _, _, sql, values, *_ = seen
        if not sql.startswith(OWN_WORDS):
            steps.append(Step(sql, values))

    def mark(step: Step) -> Any:
        return lambda db: steps.append(step) if _writes(db) else None

    listeners = [
        ("before_cursor_execute", statement),
        ("begin", mark(BEGIN)),
        ("commit", mark(COMMIT)),
    ]
    for name, listener in listeners:
        event.listen(Engine, name, listener)
    try:
        yield steps
    finally:
        for name, listener in listeners:
            event.remove(Engine, name, listener)


@contextmanager
def raw(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a file as Easel's writer does: WAL, synchronous=FULL, foreign keys, no folding within a COMMIT."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in ("foreign_keys=1", "journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=0"):
            connection.execute(f"PRAGMA {pragma}")
        yield connection


def copy(path: Path, target: Path) -> None:
    """Copy a database that is in use."""
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as written:
        source.backup(written)


def replay(connection: sqlite3.Connection, steps: Sequence[Step]) -> None:
    """Send the statements again and read what they give."""
    for step in steps:
        if isinstance(step.values, list):
            connection.executemany(step.sql, step.values)
        else:
            connection.execute(step.sql, step.values).fetchall()


def _writes(db: Connection) -> bool:
    return "mode" not in db.engine.url.query
