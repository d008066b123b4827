"""Rows of pictures: uploads kept, pictures deleted, and pictures that come back."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, select, update

from bot.storage import removals
from bot.storage.calls import NewPicture
from bot.storage.schema import jobs, pictures
from bot.storage.transaction import Tx


@dataclass(frozen=True)
class Owner:
    """Whose upload it is, and where it was attached."""

    person: str
    tenant: str
    channel: str


def keep_upload(db: Tx, new: NewPicture, owner: Owner, *, now: int) -> None:
    """Give an uploaded picture its row: seen by its owner only, until a job shows what was made of it."""
    values = {**vars(new), **vars(owner), "is_private": 1, "source": "upload", "created": now}
    db.execute(pictures.insert(), values)


def is_ours(db: Tx, sha256: str, person: str) -> str | None:
    """Find the person's own picture that has exactly these bytes, so that an upload of it keeps its lineage."""
    query = (
        select(pictures.c.id)
        .where(or_(pictures.c.sha256 == sha256, pictures.c.original_sha256 == sha256))
        .where(pictures.c.person == person, pictures.c.deleted.is_(None))
        .order_by(pictures.c.created)
        .limit(1)
    )
    return db.execute(query).scalar_one_or_none()


def delete(db: Tx, picture: str, person: str, *, now: int) -> bool:
    """Mark a person's picture deleted. Its bytes go when no open job works from them; its row and lineage stay."""
    done = db.execute(
        update(pictures)
        .where(pictures.c.id == picture, pictures.c.person == person, pictures.c.deleted.is_(None))
        .values(deleted=now)
    )
    if done.rowcount:
        job = select(pictures.c.job).where(pictures.c.id == picture).scalar_subquery()
        db.execute(update(jobs).where(jobs.c.id == job).values(version=jobs.c.version + 1))
        removals.owe(db, picture, now=now)
    return bool(done.rowcount)
