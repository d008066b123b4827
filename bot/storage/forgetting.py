"""What a person wrote, drew and is called, taken out of the rows; entries, numbers and sums stay.

Everything may be repeated: a row that has nothing left to forget is not touched again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, delete, or_, select, update

from bot.core.jobs import CallState, JobState, ReplyState
from bot.core.pictures import PictureRequest
from bot.core.replies import Address, Reply
from bot.storage import removals
from bot.storage.calls import FORGOTTEN
from bot.storage.schema import (
    admins,
    calls,
    chat_messages,
    documents,
    drafts,
    events,
    identities,
    jobs,
    people,
    pictures,
    preferences,
    replies,
    reports,
    standing_references,
)
from bot.storage.transaction import Tx

AT_ONCE = 200
OPEN = (JobState.WAITING, JobState.RUNNING)
NOBODY = "somebody who left"


@dataclass(frozen=True)
class Forgotten:
    """What one step did: the newest job it has seen, None at the end, and bytes that nobody may need any more."""

    seen: int | None
    hashes: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()


def open_jobs(db: Tx, person: str) -> Sequence[tuple[str, str]]:
    """List the ids and vendors of a person's open jobs, in every place."""
    rows = db.execute(select(jobs.c.id, jobs.c.vendor).where(jobs.c.person == person, jobs.c.state.in_(OPEN)))
    return [(row.id, row.vendor) for row in rows]


def forget_jobs(db: Tx, person: str, after: int, *, now: int) -> Forgotten:
    """Take the words out of the next few jobs of a person, and their pictures out of every message."""
    rows = db.execute(
        select(jobs.c.seq, jobs.c.id, jobs.c.request, jobs.c.address)
        .where(jobs.c.person == person, jobs.c.seq > after, jobs.c.state.not_in(OPEN))
        .order_by(jobs.c.seq)
        .limit(AT_ONCE)
    ).all()
    ids = [row.id for row in rows]
    hashes = _forget_pictures(db, pictures.c.job.in_(ids), now)
    for row in rows:
        request = PictureRequest.model_validate_json(row.request)
        bare = request.model_copy(update={"prompt": "", "style": "", "size_words": ""})
        values = {"request": bare.model_dump_json(), "address": _bare(row.address), "partial": None}
        db.execute(update(jobs).where(jobs.c.id == row.id).values(**values, version=jobs.c.version + 1))
    is_closed = calls.c.state.not_in([each for each in CallState if each.is_open])
    db.execute(update(calls).where(calls.c.job.in_(ids), is_closed).values(request=FORGOTTEN))
    db.execute(update(events).where(events.c.job.in_(ids)).values(refusal=None))
    told = select(replies.c.id, replies.c.address).where(replies.c.job.in_(ids), replies.c.state.in_(SETTLED))
    for reply, address in db.execute(told).all():
        bared = {"address": _bare(address), "body": None}
        db.execute(update(replies).where(replies.c.id == reply).values(bared))
    return Forgotten(rows[-1].seq if rows else None, hashes)


def forget_person(db: Tx, person: str, *, now: int) -> Forgotten:
    """Take out what else is kept of a person: uploads, messages, drafts, choices, reasons and names."""
    hashes = _forget_pictures(db, and_(pictures.c.person == person, pictures.c.job.is_(None)), now)
    papers = tuple(db.execute(select(documents.c.id).where(documents.c.person == person)).scalars())
    for table in (drafts, documents, preferences):
        db.execute(delete(table).where(table.c.person == person))
    mine = select(pictures.c.id).where(pictures.c.person == person)
    standing = standing_references
    db.execute(
        delete(standing).where(or_(standing.c.owner == f"person:{person}", standing.c.picture.in_(mine)))
    )
    # The rows stay: whoever has the chat open is told of each change by its number.
    texts = chat_messages
    db.execute(update(texts).where(texts.c.person == person).values(body="{}", deleted=1))
    _forget_refusals(db, person)
    db.execute(update(reports).where(reports.c.reporter == person).values(reason=""))
    _forget_notices(db, person)
    named = and_(admins.c.kind == "person", admins.c.subject == person)
    db.execute(update(admins).where(named).values(name=NOBODY))
    db.execute(update(identities).where(identities.c.person == person).values(name=NOBODY))
    db.execute(update(people).where(people.c.id == person).values(name=NOBODY))
    return Forgotten(None, hashes, papers)


SETTLED = (ReplyState.POSTED, ReplyState.GIVEN_UP)


def _forget_pictures(db: Tx, which: Any, now: int) -> tuple[str, ...]:
    """Delete pictures for good; they are owed out of the messages that show them."""
    rows = db.execute(
        select(pictures.c.id, pictures.c.sha256, pictures.c.original_sha256, pictures.c.deleted).where(which)
    ).all()
    for row in rows:
        if row.deleted is None:
            removals.owe(db, row.id, now=now)
    db.execute(update(pictures).where(which, pictures.c.deleted.is_(None)).values(deleted=now))
    return tuple({each for row in rows for each in (row.sha256, row.original_sha256) if each})


def _forget_refusals(db: Tx, person: str) -> None:
    """Take what was echoed out of the refusals of events that name the person, as those of the web chat do."""
    own = events.c.event.startswith(f"{person}:", autoescape=True)
    bare = json.dumps({"key": "event_forgotten", "values": {}})
    db.execute(update(events).where(own, events.c.refusal.is_not(None)).values(refusal=bare))


def _forget_notices(db: Tx, person: str) -> None:
    """Take words and names out of what admins were told of the person's reports, and of their pictures."""
    reported = select(reports.c.picture).where(reports.c.reporter == person)
    drawn = select(reports.c.picture).join(pictures).where(pictures.c.person == person)
    for picture in db.execute(reported.union(drawn)).scalars().all():
        for kind in ("reported", "down"):
            own = replies.c.id.startswith(f"{kind}:{picture}:", autoescape=True)
            for notice, body in db.execute(select(replies.c.id, replies.c.body).where(own)).all():
                told = Reply.model_validate_json(body).model_copy(update={"rows": (), "pictures": ()})
                values = {"body": told.model_dump_json()}
                db.execute(update(replies).where(replies.c.id == notice).values(values))


def _bare(address: str) -> str:
    """Return an address without the platform's id of the person and its tokens."""
    told = Address.model_validate_json(address)
    return told.model_copy(update={"user": "", "token": None}).model_dump_json()


@dataclass(frozen=True)
class OwnPicture:
    """A picture of one's own, as it is handed over."""

    position: int
    sha256: str
    mime: str
    size_bytes: int


@dataclass(frozen=True)
class OwnJob:
    """An order of one's own: `told` are its words, options and receipt, ready to be written as JSON."""

    seq: int
    number: int
    told: dict[str, Any]
    pictures: tuple[OwnPicture, ...]


def own_jobs(db: Tx, person: str, after: int) -> list[OwnJob]:
    """List the next orders of a person, in every place, the oldest first."""
    rows = db.execute(
        select(jobs).where(jobs.c.person == person, jobs.c.seq > after).order_by(jobs.c.seq).limit(AT_ONCE)
    ).all()
    found = []
    for row in rows:
        drawn = db.execute(
            select(pictures.c.position, pictures.c.sha256, pictures.c.mime, pictures.c.size_bytes)
            .where(pictures.c.job == row.id, pictures.c.deleted.is_(None), pictures.c.hidden.is_(None))
            .order_by(pictures.c.position)
        )
        request = PictureRequest.model_validate_json(row.request)
        told = {
            "number": row.number,
            "place": row.tenant,
            "command": row.command,
            "state": row.state,
            "ordered": row.created,
            "ended": row.ended,
            "held": row.held,
            "charged": row.charged,
            **request.model_dump(include={"prompt", "style", "model", "vendor", "quality", "format"}),
            "size": f"{request.width}x{request.height}" if request.width else "auto",
        }
        found.append(OwnJob(row.seq, row.number, told, tuple(OwnPicture(*each) for each in drawn)))
    return found
