"""What was said so far, and the buttons that stand for it: for one person, for a while."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, select

from bot.storage.schema import drafts
from bot.storage.transaction import Tx
from bot.storage.types import clean_text

EACH_MAX = 200
"""How many drafts a person has at most; a new one takes the place of the oldest."""


@dataclass(frozen=True)
class DraftRow:
    """A draft: whose it is, what it holds as JSON, and until when it is kept, in milliseconds."""

    id: str
    tenant: str
    person: str
    body: str
    created: int
    until: int


def keep(db: Tx, *rows: DraftRow) -> None:
    """Keep drafts of one person; what is past its time goes."""
    first = rows[0]
    db.execute(delete(drafts).where(drafts.c.until <= first.created))
    db.execute(drafts.insert(), [{**vars(row), "body": clean_text(row.body)} for row in rows])
    newest = select(drafts.c.id).where(drafts.c.person == first.person)
    oldest = newest.order_by(drafts.c.created.desc(), drafts.c.id.desc()).offset(EACH_MAX)
    too_many = list(db.execute(oldest).scalars())
    if too_many:
        db.execute(delete(drafts).where(drafts.c.id.in_(too_many)))


def find(db: Tx, id: str, *, now: int) -> DraftRow | None:
    """Read a draft that is still kept, whosever it is."""
    found = db.execute(select(drafts).where(drafts.c.id == id, drafts.c.until > now))
    row = found.mappings().one_or_none()
    return DraftRow(**row) if row else None
