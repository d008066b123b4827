"""Rows of small documents that were made for one answer: whose they are, and until when."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, select

from bot.storage.schema import documents
from bot.storage.transaction import Tx


@dataclass(frozen=True)
class Document:
    """A document and the person that it was made for."""

    id: str
    person: str
    name: str
    mime: str
    size_bytes: int
    created: int


def add(db: Tx, new: Document, *, keep: int, since: int) -> list[str]:
    """Give a document its row; names those of the person that go for it: older than `since`, or more than `keep`."""
    db.execute(documents.insert(), vars(new))
    newest = (
        select(documents.c.id)
        .where(documents.c.person == new.person, documents.c.created >= since)
        .order_by(documents.c.created.desc(), documents.c.id.desc())
        .limit(keep)
    )
    kept = db.execute(newest).scalars().all()
    gone = (
        delete(documents)
        .where(documents.c.person == new.person, documents.c.id.not_in(kept))
        .returning(documents.c.id)
    )
    return list(db.execute(gone).scalars())


def find(db: Tx, document: str, person: str, *, since: int) -> Document | None:
    """Read a document that was made for this person at `since` or later."""
    row = db.execute(
        select(documents).where(
            documents.c.id == document, documents.c.person == person, documents.c.created >= since
        )
    ).one_or_none()
    return Document(*row) if row else None


def forget(db: Tx, *, before: int) -> None:
    """Remove the rows of what was made before this time, in milliseconds UTC."""
    db.execute(delete(documents).where(documents.c.created < before))
