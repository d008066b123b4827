"""The notes of deliveries, and the messages of ours that people answer."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from bot.core.chat import Post
from bot.core.jobs import ReplyState
from bot.core.links import message_link
from bot.core.postings import FIRST, Posting
from bot.core.replies import Address
from bot.storage.database import Database
from bot.storage.insert import insert
from bot.storage.schema import jobs, pictures, postings, replies
from bot.storage.transaction import Tx

THREAD_POSTS_MAX = 200


class PostingNotes:
    """Keeps the notes of deliveries in the database; implements `bot.core.postings.Postings`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, key: str) -> Mapping[str, Posting]:
        """Return the notes of a reply, by part."""
        return await self._database.read(find, key)

    async def note(self, posting: Posting) -> None:
        """Commit a note, in place of the one with the same key and part."""
        await self._database.write_patiently(note, posting)

    async def showing(self, job: str, picture: str) -> Posting | None:
        """Return the newest message that was posted with a picture of a job."""
        return await self._database.read(showing, job, picture)

    async def is_begun(self, address: Address, thread: str) -> bool:
        """Whether a thread in the address's tenant has a reply of ours already."""
        spot = Spot(address.platform, address.tenant, address.channel, thread)
        return await self._database.read(is_begun, spot)


@dataclass(frozen=True)
class ShownJobs:
    """Finds the job whose pictures a message of ours shows."""

    database: Database

    async def job_at(self, address: Address, message: str) -> int | None:
        """Return the number of the job that a message in the address's channel shows."""
        spot = Spot(address.platform, address.tenant, address.channel)
        found = await self.database.read(post_of, spot, message)
        return found.job if found else None


@dataclass(frozen=True)
class Spot:
    """Where a message stands: a channel, or a thread of it, of a tenant on a platform."""

    platform: str
    tenant: str
    channel: str
    thread: str | None = None


def find(db: Tx, key: str) -> dict[str, Posting]:
    """Read the notes of a reply, by part."""
    rows = db.execute(select(postings).where(postings.c.reply == key).order_by(postings.c.part))
    return {row["part"]: _posting(row) for row in rows.mappings()}


def showing(db: Tx, job: str, picture: str) -> Posting | None:
    """Find the newest message of a job that was posted with a picture."""
    rows = db.execute(
        select(postings)
        .join(replies, replies.c.id == postings.c.reply)
        .where(replies.c.job == job, postings.c.message != "", postings.c.channel != "")
        .order_by(postings.c.posted_at.desc())
    )
    found = (_posting(row) for row in rows.mappings())
    return next((each for each in found if picture in each.pictures), None)


def note(db: Tx, posting: Posting) -> None:
    """Write a note, in place of the one with the same key and part."""
    values = {
        **{name: value for name, value in vars(posting).items() if name != "key"},
        "reply": posting.key,
        "is_uploaded": int(posting.is_uploaded),
        "pictures": json.dumps(posting.pictures),
    }
    statement = insert(db, postings).values(values)
    changed = {name: value for name, value in values.items() if name not in {"reply", "part"}}
    db.execute(statement.on_conflict_do_update(index_elements=["reply", "part"], set_=changed))


def is_begun(db: Tx, spot: Spot) -> bool:
    """Whether a reply was posted into a thread."""
    found = select(replies.c.id).where(
        replies.c.platform == spot.platform,
        replies.c.tenant == spot.tenant,
        replies.c.thread == spot.thread,
        replies.c.state == ReplyState.POSTED,
    )
    return db.execute(found.limit(1)).first() is not None


def number_of(db: Tx, job: str, tenant: str) -> int | None:
    """Find the number of a job of this tenant."""
    query = select(jobs.c.number).where(jobs.c.id == job, jobs.c.tenant == tenant)
    return db.execute(query).scalar_one_or_none()


def post_of(db: Tx, spot: Spot, message: str) -> Post | None:
    """Find the pictures that a message of ours shows; None when it shows none that we know."""
    at = (replies.c.platform == spot.platform, replies.c.tenant == spot.tenant)
    row = db.execute(
        _POSTED.where(*at, replies.c.channel == spot.channel, replies.c.message == message)
    ).first()
    if row is not None:
        return _post(db, row)
    further = (
        select(postings.c.reply, postings.c.pictures)
        .where(postings.c.platform == spot.platform, postings.c.tenant == spot.tenant)
        .where(postings.c.channel == spot.channel, postings.c.message == message)
        .where(postings.c.reply.not_like(f"%{FIRST}"))
    )
    noted = db.execute(further).first()
    if noted is None:
        return None
    row = db.execute(_POSTED.where(replies.c.id == noted.reply)).first()
    return _post(db, row, tuple(json.loads(noted.pictures))) if row else None


def links_of(db: Tx, ids: Collection[str]) -> dict[str, str]:
    """Find where the results of jobs stand, by job; not those in direct messages, which nobody else can open."""
    query = (
        select(replies)
        .where(replies.c.job.in_(ids), replies.c.state == ReplyState.POSTED, replies.c.message != "")
        .where(replies.c.id.not_like(f"%{FIRST}"))
        .order_by(replies.c.posted_at)
    )
    found: dict[str, str] = {}
    for row in db.execute(query).all():
        is_direct = not row.channel or Address.model_validate_json(row.address).is_direct
        place = row.thread if row.platform == "discord" and row.thread else row.channel
        link = None if is_direct else message_link(row.platform, row.tenant, place, row.message, row.thread)
        if link:
            found[row.job] = link
    return found


def posts_in(db: Tx, spot: Spot) -> tuple[Post, ...]:
    """List the posts of a thread, the earliest first."""
    if spot.thread is None:
        return ()
    query = (
        _POSTED.where(replies.c.platform == spot.platform, replies.c.tenant == spot.tenant)
        .where(replies.c.thread == spot.thread, replies.c.state == ReplyState.POSTED)
        .where(replies.c.id.not_like(f"%{FIRST}"))
        .order_by(replies.c.posted_at.desc())
        .limit(THREAD_POSTS_MAX)
    )
    found = [_post(db, row) for row in db.execute(query).all()]
    return tuple(reversed(found))


_COLUMNS = (
    jobs.c.id.label("job"),
    jobs.c.number,
    jobs.c.person,
    jobs.c.tenant,
    jobs.c.is_private,
    replies.c.posted_at,
)
_POSTED = select(*_COLUMNS).join(jobs, jobs.c.id == replies.c.job)


def _post(db: Tx, row: Any, only: tuple[str, ...] = ()) -> Post:
    """Make a post of a job's pictures that are still there; `only` are those that one of several messages shows."""
    query = (
        select(pictures.c.id, pictures.c.position)
        .where(pictures.c.job == row.job, pictures.c.deleted.is_(None), pictures.c.is_late == 0)
        .order_by(pictures.c.position)
    )
    shown = [(each.id, each.position) for each in db.execute(query)]
    if only:
        shown = [each for each in shown if each[0] in only]
    return Post(
        tenant=row.tenant,
        job=row.number,
        asker=row.person,
        pictures=tuple(id for id, _ in shown),
        positions=tuple(position for _, position in shown),
        stamp=row.posted_at or 0,
        is_private=bool(row.is_private),
    )


def _posting(row: Mapping[Any, Any]) -> Posting:
    values = dict(row)
    values["key"] = values.pop("reply")
    values["is_uploaded"] = bool(values["is_uploaded"])
    values["pictures"] = tuple(json.loads(values["pictures"]))
    return Posting(**values)
