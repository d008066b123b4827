"""The tables of `notes/`, and the smallest functions that use them."""

from __future__ import annotations

from sqlalchemy import column, func, insert, select, table

from bot.storage import Tx

NOTES = table("notes", column("id"), column("writer"), column("part"))
LINKS = table("links", column("id"), column("note"))


def note(db: Tx, writer: str, part: int = 0) -> str:
    """Write one row."""
    db.execute(insert(NOTES), {"writer": writer, "part": part})
    return writer


def note_twice(db: Tx, writer: str) -> None:
    """Write two rows that belong together."""
    note(db, writer, 1)
    note(db, writer, 2)


def note_and_raise(db: Tx, writer: str, error: Exception) -> None:
    """Write a row that must not stay."""
    note(db, writer)
    raise error


def link_to_nothing(db: Tx, writer: str) -> None:
    """Write a row that the database refuses only at the COMMIT."""
    note(db, writer)
    db.execute(insert(LINKS), {"note": 10_000_000})


def writers(db: Tx) -> list[str]:
    """Name whoever wrote, in order of their names."""
    return list(db.execute(select(NOTES.c.writer).order_by(NOTES.c.writer)).scalars())


def count(db: Tx) -> int:
    """Count the rows."""
    return db.execute(select(func.count()).select_from(NOTES)).scalar_one()


def pieces(db: Tx) -> set[int]:
    """Return how many rows the writers have each."""
    return set(db.execute(select(func.count()).select_from(NOTES).group_by(NOTES.c.writer)).scalars())
