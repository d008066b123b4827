"""Paid calls and what came of them. Starting one is fenced; facts about one are keyed by its id and always recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select, update

from bot.core.errors import Conflict
from bot.core.jobs import Call, CallState, JobState
from bot.storage import vitals
from bot.storage.schema import calls, jobs, pictures
from bot.storage.transaction import Tx

FORGOTTEN = '{"forgotten":true}'
"""What is left of a call's request when the person who ordered was forgotten."""

_OPEN = (CallState.CALLED, CallState.TICKETED, CallState.ANSWERED)
_FENCE = (
    select(jobs.c.state, jobs.c.epoch, jobs.c.is_cancelled)
    .where(jobs.c.id == bindparam("this"))
    .with_for_update()
)
_NEW = calls.insert()
_CHANGE = update(jobs).where(jobs.c.id == bindparam("this")).values(version=jobs.c.version + 1)
_JOB_OF = select(calls.c.job).where(calls.c.id == bindparam("this"))
_LOCK = select(jobs).where(jobs.c.id == bindparam("this")).with_for_update()
_BEFORE = select(*vitals.CALL_COLUMNS, calls.c.request).where(calls.c.id == bindparam("this"))
_CALLS_OF = select(calls).where(calls.c.job == bindparam("this")).order_by(calls.c.called_at, calls.c.id)


@dataclass(frozen=True)
class NewCall:
    """A paid call that is about to be made, with the exact request as JSON."""

    id: str
    job: str
    part: int
    vendor: str
    model: str
    request: str
    wanted: int
    quoted_nano: int
    idempotency_key: str | None
    quality: str = ""
    pixels: int = 0


@dataclass(frozen=True)
class NewPicture:
    """A picture whose bytes are on disk and that gets its row now."""

    id: str
    position: int
    sha256: str
    mime: str
    width: int
    height: int
    size_bytes: int
    original_sha256: str | None = None
    original_mime: str | None = None


@dataclass(frozen=True)
class Answer:
    """What a call gave. Costs are nano-dollars; `mask_spill` is in thousandths of the protected pixels."""

    pictures: tuple[NewPicture, ...]
    listed_nano: int
    billed_nano: int | None
    mask_spill: int | None = None


@dataclass(frozen=True)
class Loss:
    """Why a call gave no picture, and what the vendor is known to have billed for it."""

    state: CallState
    reason: str
    billed_nano: int | None = None


def call_out(db: Tx, new: NewCall, epoch: int, *, now: int) -> bool:
    """Record that a paid call is about to be made; False when the job was cancelled.

    Raises Conflict when another worker has taken the job, or it has ended.
    """
    row = db.execute(_FENCE, {"this": new.job}).one()
    if row.state != JobState.RUNNING or row.epoch != epoch:
        raise Conflict(f"job {new.job} has moved on")
    if row.is_cancelled:
        return False
    db.execute(
        _NEW,
        {
            "id": new.id,
            "job": new.job,
            "part": new.part,
            "state": CallState.CALLED,
            "vendor": new.vendor,
            "model": new.model,
            "request": new.request,
            "wanted": new.wanted,
            "quoted_nano": new.quoted_nano,
            "idempotency_key": new.idempotency_key,
            "quality": new.quality,
            "pixels": new.pixels,
            "called_at": now,
        },
    )
    db.execute(_CHANGE, {"this": new.job})
    return True


@dataclass(frozen=True)
class Arrival:
    """What is known of an answer as soon as it is here: the bill, the vendor's own id, when its first byte came."""

    billed_nano: int | None
    vendor_request: str | None = None
    first_byte_at: int | None = None
    served_by: str | None = None


def answered(db: Tx, call: str, arrival: Arrival, *, now: int) -> None:
    """Record that the vendor's answer has arrived whole."""
    db.execute(
        update(calls)
        .where(calls.c.id == call, calls.c.state.in_((CallState.CALLED, CallState.TICKETED)))
        .values(state=CallState.ANSWERED, answered_at=now, **vars(arrival))
    )


def ticketed(db: Tx, call: str, ticket: str) -> None:
    """Record the ticket that the vendor gave; the first one stays."""
    db.execute(update(calls).where(calls.c.id == call, calls.c.ticket.is_(None)).values(ticket=ticket))
    db.execute(
        update(calls)
        .where(calls.c.id == call, calls.c.state == CallState.CALLED)
        .values(state=CallState.TICKETED)
    )


def sought(db: Tx, call: str, *, now: int) -> int:
    """Note that the vendor is asked whether it knows a call; returns since when it is."""
    mine = calls.c.id == call
    db.execute(update(calls).where(mine, calls.c.sought_since.is_(None)).values(sought_since=now))
    return int(db.execute(select(calls.c.sought_since).where(mine)).scalar_one())


def show_partial(db: Tx, call: str, sha256: str) -> None:
    """Show how a picture looks so far; nothing once its job has moved on."""
    job = select(calls.c.job).where(calls.c.id == call, calls.c.state.in_(_OPEN)).scalar_subquery()
    db.execute(
        update(jobs)
        .where(jobs.c.id == job, jobs.c.state == JobState.RUNNING)
        .values(partial=sha256, version=jobs.c.version + 1)
    )


def store(db: Tx, call: str, answer: Answer, *, now: int) -> bool:
    """Give the pictures of a call their rows. False when they have them already, or there is none.

    Never fenced: a paid picture that arrives after its job has ended is kept too, marked late.
    """
    if not answer.pictures:
        give_up(db, call, Loss(CallState.FAILED, "no_picture", answer.billed_nano), now=now)
        return False
    job = _job_of(db, call)
    before = db.execute(_BEFORE, {"this": call}).one()
    if before.state == CallState.STORED:
        return False
    after = db.execute(
        update(calls)
        .where(calls.c.id == call)
        .values(
            state=CallState.STORED,
            got=len(answer.pictures),
            mask_spill=answer.mask_spill,
            listed_nano=answer.listed_nano,
            billed_nano=_known(answer.billed_nano),
            answered_at=now,
            reason=None,
        )
        .returning(*vitals.CALL_COLUMNS)
    ).one()
    is_late = not JobState(job.state).is_open
    common = {
        "job": job.id,
        "call": call,
        "person": job.person,
        "tenant": job.tenant,
        "channel": job.channel,
        "is_private": job.is_private,
        "source": "vendor",
        "is_late": int(is_late),
        "created": now,
        # Whoever was forgotten gets nothing more, and nobody is shown it.
        "deleted": now if before.request == FORGOTTEN else None,
    }
    db.execute(pictures.insert(), [{**vars(picture), **common} for picture in answer.pictures])
    stored = jobs.c.stored if is_late else jobs.c.stored + len(answer.pictures)
    db.execute(update(jobs).where(jobs.c.id == job.id).values(stored=stored, version=jobs.c.version + 1))
    vitals.book(db, [(before, after)])
    return True


def give_up(db: Tx, call: str, loss: Loss, *, now: int) -> bool:
    """Record why a call gave no picture. False when it was concluded before."""
    _job_of(db, call)
    before = db.execute(_BEFORE, {"this": call}).one()
    after = db.execute(
        update(calls)
        .where(calls.c.id == call, calls.c.state.in_((*_OPEN, CallState.UNKNOWN)))
        .values(state=loss.state, reason=loss.reason, billed_nano=_known(loss.billed_nano), answered_at=now)
        .returning(*vitals.CALL_COLUMNS)
    ).one_or_none()
    if after is not None:
        vitals.book(db, [(before, after)])
    return after is not None


def _known(billed_nano: int | None) -> Any:
    """Keep a bill that came before, where none comes now."""
    return calls.c.billed_nano if billed_nano is None else billed_nano


def give_up_open_calls(db: Tx, job: str, *, reason: str) -> None:
    """Mark every call of `job` that was not answered as unknown."""
    given_up = db.execute(
        update(calls)
        .where(calls.c.job == job, calls.c.state.in_(_OPEN))
        .values(state=CallState.UNKNOWN, reason=reason)
        .returning(*vitals.CALL_COLUMNS)
    )
    vitals.book(db, [(None, after) for after in given_up.all()])


def find(db: Tx, call: str) -> Call | None:
    """Read a call, or None."""
    row = db.execute(select(calls).where(calls.c.id == call)).one_or_none()
    return _call(row) if row else None


def calls_of(db: Tx, job: str) -> tuple[Call, ...]:
    """Read the calls of a job, oldest first."""
    rows = db.execute(_CALLS_OF, {"this": job})
    return tuple(_call(row) for row in rows)


def request_of(db: Tx, call: str) -> str:
    """Read the exact request of a call, as JSON."""
    return str(db.execute(select(calls.c.request).where(calls.c.id == call)).scalar_one())


def _job_of(db: Tx, call: str) -> Any:
    """Lock and read the job of a call; a job's own row comes before everything else."""
    job = db.execute(_JOB_OF, {"this": call}).scalar_one()
    return db.execute(_LOCK, {"this": job}).one()


def _call(row: Any) -> Call:
    return Call(
        id=row.id,
        job=row.job,
        part=row.part,
        state=CallState(row.state),
        wanted=row.wanted,
        got=row.got,
        quoted_nano=row.quoted_nano,
        listed_nano=row.listed_nano,
        billed_nano=row.billed_nano,
        idempotency_key=row.idempotency_key,
        ticket=row.ticket,
        reason=row.reason,
        called_at=row.called_at,
        sought_since=row.sought_since,
        vendor=row.vendor,
    )
