"""What a person wrote, drew and is called, taken out of the rows; entries, numbers and sums stay.

Everything may be repeated: a row that has nothing left to forget is not touched again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, or_, select, update

from bot.core.inbox import UNWANTED
from bot.core.jobs import CallState, JobState, ReplyState
from bot.core.pictures import PictureRequest
from bot.core.replies import Address, Reply
from bot.storage import removals
from bot.storage.calls import FORGOTTEN
from bot.storage.schema import (
    admins,
    calls,
    chat_messages,
    deliveries,
    documents,
    drafts,
    events,
    identities,
    inbox,
    jobs,
    people,
    pictures,
    preferences,
    replies,
    reports,
    standing_references,
    terms,
)
from bot.storage.terms import SEEN
from bot.storage.transaction import Tx

AT_ONCE = 200
LOOKED_THROUGH = 1_000
NOTICES_MAX = 200
"""More admins than this are never told of one report."""
OPEN = (JobState.WAITING, JobState.RUNNING)
LINGERS_MILLISECONDS = 5 * 60_000
"""What a platform told us is dealt with by then, files and all."""
SETTLED = (ReplyState.POSTED, ReplyState.GIVEN_UP)
NOBODY = "somebody who left"


@dataclass(frozen=True)
class Wish:
    """Whom to forget: everything of theirs up to a time (milliseconds UTC), and nothing of what they begin afterwards.

    Its id is what the courier calls it, so that a process that dies over it is followed by another one.
    """

    person: str
    until: int

    @property
    def id(self) -> str:
        """What the courier calls it."""
        return f"{_WISH}{self.person}:{self.until}"

    @classmethod
    def read(cls, id: str) -> Wish | None:
        """Read an id; None for one of something else."""
        if not id.startswith(_WISH):
            return None
        person, _, until = id.removeprefix(_WISH).rpartition(":")
        return cls(person, int(until))


_WISH = "forget:"
_BARE_JOB = (
    update(jobs)
    .where(jobs.c.id == bindparam("this"))
    .values(request=bindparam("bare"), address=bindparam("place"), partial=None, version=jobs.c.version + 1)
)
_EMPTY_MESSAGE = (
    update(chat_messages)
    .where(chat_messages.c.seq == bindparam("this"))
    .values(body="{}", deleted=1, changed=bindparam("number"))
)


@dataclass(frozen=True)
class Forgotten:
    """What one step did: where the next one begins, None at the end, and what nobody may need any more.

    `hashes` of bytes come with a time by which they were stored; `documents` are ids.
    """

    following: str | None
    hashes: Mapping[str, int] = field(default_factory=dict)
    documents: tuple[str, ...] = ()


Step = Callable[..., Forgotten]
"""Forgets the next few things of a kind: `step(db, wish, after, now=now)`, where `after` is "" at first."""


def open_jobs(db: Tx, wish: Wish) -> Sequence[tuple[str, str]]:
    """List the ids and vendors of a person's open jobs, in every place."""
    query = select(jobs.c.id, jobs.c.vendor).where(
        jobs.c.person == wish.person, jobs.c.state.in_(OPEN), jobs.c.created <= wish.until
    )
    return [(row.id, row.vendor) for row in db.execute(query)]


def forget_jobs(db: Tx, wish: Wish, after: str, *, now: int) -> Forgotten:
    """Take the words out of the next few jobs of a person, and their pictures out of every message."""
    rows = db.execute(
        select(jobs.c.seq, jobs.c.id, jobs.c.request, jobs.c.address, jobs.c.partial, jobs.c.created)
        .where(jobs.c.person == wish.person, jobs.c.seq > int(after or 0))
        .where(jobs.c.state.not_in(OPEN), jobs.c.created <= wish.until)
        .order_by(jobs.c.seq)
        .limit(AT_ONCE)
    ).all()
    ids = [row.id for row in rows]
    unneeded = _forget_pictures(db, pictures.c.job.in_(ids), now)
    unneeded |= {row.partial: row.created for row in rows if row.partial}
    if bared := [
        {"this": row.id, "bare": _bare_request(row.request), "place": _bare(row.address)} for row in rows
    ]:
        db.execute(_BARE_JOB, bared)
    is_closed = calls.c.state.not_in([each for each in CallState if each.is_open])
    db.execute(update(calls).where(calls.c.job.in_(ids), is_closed).values(request=FORGOTTEN))
    told = select(replies.c.id, replies.c.address, replies.c.state, replies.c.body).where(
        replies.c.job.in_(ids)
    )
    for reply in db.execute(told).all():
        values = {"address": _bare(reply.address), "body": None} if reply.state in SETTLED else {}
        if reply.body is not None and not values:
            # It shows what is forgotten now; what is on its way to its message is taken out of it afterwards.
            values = {"body": None, "state": ReplyState.GIVEN_UP, "reason": "forgotten"}
        if values:
            db.execute(update(replies).where(replies.c.id == reply.id).values(values))
    return Forgotten(str(rows[-1].seq) if len(rows) == AT_ONCE else None, unneeded)


def forget_uploads(db: Tx, wish: Wish, after: str, *, now: int) -> Forgotten:
    """Delete the next few uploads of a person."""
    query = (
        select(pictures.c.id)
        .where(pictures.c.person == wish.person, pictures.c.job.is_(None), pictures.c.id > after)
        .where(pictures.c.created <= wish.until)
        .order_by(pictures.c.id)
        .limit(AT_ONCE)
    )
    ids = list(db.execute(query).scalars())
    return Forgotten(
        ids[-1] if len(ids) == AT_ONCE else None, _forget_pictures(db, pictures.c.id.in_(ids), now)
    )


def forget_messages(db: Tx, wish: Wish, after: str, *, now: int) -> Forgotten:  # noqa: ARG001 - a step like the others
    """Empty the next few messages of a person's web chat: whoever has it open is told of each by its number."""
    texts = chat_messages
    query = (
        select(texts.c.seq)
        .where(
            texts.c.person == wish.person,
            texts.c.body != "{}",
            texts.c.seq > int(after or 0),
            texts.c.created <= wish.until,
        )
        .order_by(texts.c.seq)
        .limit(AT_ONCE)
    )
    seqs = list(db.execute(query).scalars())
    newest = _newest_change(db, wish.person)
    if emptied := [{"this": seq, "number": number} for number, seq in enumerate(seqs, start=newest + 1)]:
        db.execute(_EMPTY_MESSAGE, emptied)
    return Forgotten(str(seqs[-1]) if len(seqs) == AT_ONCE else None)


def forget_answers(db: Tx, wish: Wish, after: str, *, now: int) -> Forgotten:  # noqa: ARG001 - a step like the others
    """Empty what others were shown of a person's jobs in their web chats, of the next many messages."""
    texts = chat_messages
    rows = db.execute(
        select(texts.c.seq, texts.c.person, texts.c.tenant, texts.c.body, texts.c.deleted)
        .where(texts.c.author == "easel", texts.c.seq > int(after or 0), texts.c.created <= wish.until)
        .order_by(texts.c.seq)
        .limit(LOOKED_THROUGH)
    ).all()
    for row in rows:
        if row.person != wish.person and not row.deleted and _tells_of(db, wish.person, row):
            values = {"body": "{}", "deleted": 1, "changed": _newest_change(db, row.person) + 1}
            db.execute(update(texts).where(texts.c.seq == row.seq).values(values))
    return Forgotten(str(rows[-1].seq) if len(rows) == LOOKED_THROUGH else None)


def forget_refusals(db: Tx, wish: Wish, after: str, *, now: int) -> Forgotten:  # noqa: ARG001 - a step like the others
    """Take what was echoed out of the refusals that a person got."""
    who = json.dumps(wish.person)
    is_theirs = or_(
        events.c.refusal.contains(f'"person": {who}', autoescape=True),
        events.c.event.startswith(f"{wish.person}:", autoescape=True),
    )
    bare = json.dumps({"key": "event_forgotten", "values": {}})
    query = (
        select(events.c.platform, events.c.tenant, events.c.event)
        .where(
            events.c.refusal.is_not(None), events.c.refusal != bare, events.c.created <= wish.until, is_theirs
        )
        .limit(AT_ONCE)
    )
    rows = db.execute(query).all()
    for row in rows:
        this = (events.c.platform == row.platform, events.c.tenant == row.tenant, events.c.event == row.event)
        db.execute(update(events).where(*this).values(refusal=bare))
    return Forgotten("more" if len(rows) == AT_ONCE else None)


def forget_received(db: Tx, wish: Wish) -> None:
    """Take the words out of what a person has told a platform and nobody is done with.

    A note takes their place: what came of them by the time they are dealt with is forgotten, too.
    """
    who = select(identities.c.platform, identities.c.user).where(identities.c.person == wish.person)
    users = {tuple(row) for row in db.execute(who)}
    platforms = {platform for platform, _ in users}
    is_open = inbox.c.body.is_not(None), inbox.c.received <= wish.until
    note = json.dumps({"kind": UNWANTED, "wish": wish.id})
    for row in db.execute(select(inbox).where(inbox.c.platform.in_(platforms), *is_open)).all():
        if (row.platform, json.loads(row.body).get("user")) in users:
            this = inbox.c.platform == row.platform, inbox.c.key == row.key
            # It may have been dealt with since it was read.
            db.execute(update(inbox).where(*this, inbox.c.body.is_not(None)).values(body=note))


def wish_noted(body: str, *, now: int) -> Wish | None:
    """Read the note that `forget_received` left; None for anything else.

    It holds for what was begun until now, but not for long after the wish: who came back keeps what they begin.
    """
    told = json.loads(body)
    noted = Wish.read(told["wish"]) if told.get("kind") == UNWANTED else None
    return replace(noted, until=min(now, noted.until + LINGERS_MILLISECONDS)) if noted else None


def forget_choices(db: Tx, wish: Wish, after: str, *, now: int) -> Forgotten:  # noqa: ARG001 - a step like the others
    """Take out what a person has chosen, begun and said of others: what they choose next begins anew."""
    person = wish.person
    mine = documents.c.person == person, documents.c.created <= wish.until
    papers = tuple(db.execute(select(documents.c.id).where(*mine)).scalars())
    db.execute(delete(documents).where(*mine))
    db.execute(delete(drafts).where(drafts.c.person == person, drafts.c.created <= wish.until))
    seen = terms.c.about == f"person:{person}", terms.c.kind == SEEN
    db.execute(delete(terms).where(*seen, terms.c.at <= wish.until))
    kept = select(preferences.c.person).where(
        preferences.c.person == person, preferences.c.changed > wish.until
    )
    standing = standing_references
    db.execute(delete(standing).where(standing.c.owner == f"person:{person}", ~kept.exists()))
    db.execute(delete(preferences).where(preferences.c.person == person, preferences.c.changed <= wish.until))
    db.execute(
        update(reports).where(reports.c.reporter == person, reports.c.at <= wish.until).values(reason="")
    )
    _forget_notices(db, person)
    return Forgotten(None, documents=papers)


def forget_names(db: Tx, wish: Wish, after: str, *, now: int) -> Forgotten:  # noqa: ARG001 - a step like the others
    """Take out a person's names, and their pictures out of standing references; then the wish is fulfilled."""
    person = wish.person
    drawn = select(pictures.c.id).where(pictures.c.person == person, pictures.c.deleted.is_not(None))
    db.execute(delete(standing_references).where(standing_references.c.picture.in_(drawn)))
    named = and_(admins.c.kind == "person", admins.c.subject == person)
    db.execute(update(admins).where(named).values(name=NOBODY))
    db.execute(update(identities).where(identities.c.person == person).values(name=NOBODY))
    db.execute(update(people).where(people.c.id == person).values(name=NOBODY))
    db.execute(delete(deliveries).where(deliveries.c.job == wish.id))
    return Forgotten(None)


STEPS: tuple[Step, ...] = (
    forget_choices,
    forget_jobs,
    forget_uploads,
    forget_messages,
    forget_answers,
    forget_refusals,
    forget_names,
)
"""What forgetting consists of, in this order; each may be repeated, and the last one comes last."""


def _forget_pictures(db: Tx, which: ColumnElement[bool], now: int) -> dict[str, int]:
    """Delete pictures for good; they are owed out of the messages that show them. Returns their bytes."""
    rows = db.execute(select(pictures).where(which)).all()
    removals.owe(db, *(row.id for row in rows if row.deleted is None and row.job is not None), now=now)
    db.execute(update(pictures).where(which, pictures.c.deleted.is_(None)).values(deleted=now))
    found: dict[str, int] = {}
    for row in rows:
        for each in (row.sha256, row.original_sha256):
            if each:
                found[each] = max(row.created, found.get(each, 0))
    return found


def _newest_change(db: Tx, person: str) -> int:
    """Lock the chat of a person and read the number of its newest change."""
    db.execute(select(people.c.id).where(people.c.id == person).with_for_update(key_share=True))
    newest = select(func.max(chat_messages.c.changed)).where(chat_messages.c.person == person)
    return int(db.execute(newest).scalar_one() or 0)


def _tells_of(db: Tx, person: str, row: Any) -> bool:
    """Whether an answer tells of a job of this person, or lists one; one about somebody's own job only names them."""
    reply = json.loads(row.body).get("reply", {})
    numbers = {each["job"] for each in reply.get("rows", ()) if each.get("job") is not None}
    if reply.get("number") is not None:
        numbers = {reply["number"]}
    query = select(jobs.c.id).where(
        jobs.c.tenant == row.tenant, jobs.c.number.in_(numbers), jobs.c.person == person
    )
    return bool(numbers) and db.execute(query.limit(1)).first() is not None


def _forget_notices(db: Tx, person: str) -> None:
    """Take words and names out of what admins were told of the person's reports, and of their pictures."""
    reported = select(reports.c.picture).where(reports.c.reporter == person)
    drawn = select(reports.c.picture).join(pictures).where(pictures.c.person == person)
    for picture in db.execute(reported.union(drawn)).scalars().all():
        names = [f"{kind}:{picture}:{place}" for kind in ("reported", "down") for place in range(NOTICES_MAX)]
        for notice, body in db.execute(
            select(replies.c.id, replies.c.body).where(replies.c.id.in_(names))
        ).all():
            told = Reply.model_validate_json(body).model_copy(update={"rows": (), "pictures": ()})
            values = {"body": told.model_dump_json()}
            db.execute(update(replies).where(replies.c.id == notice).values(values))


def _bare_request(request: str) -> str:
    """Return a request without what the person wrote."""
    told = PictureRequest.model_validate_json(request)
    return told.model_copy(update={"prompt": "", "style": "", "size_words": ""}).model_dump_json()


def _bare(address: str) -> str:
    """Return an address without the platform's id of the person and its tokens."""
    told = Address.model_validate_json(address)
    return told.model_copy(update={"user": "", "token": None}).model_dump_json()
