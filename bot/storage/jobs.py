"""A job's moves. Each is one transaction that compares the job's epoch, so a worker that was overtaken stops."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import bindparam, select, update

from bot.core.alarms import Ended, of_job
from bot.core.errors import Conflict
from bot.core.jobs import MOVES, Call, Ending, JobState, end
from bot.core.pictures import PictureRequest
from bot.core.replies import Address
from bot.storage import alarms, ledger, replies, sums
from bot.storage.admission import Places, Send, admit
from bot.storage.calls import calls_of, give_up_open_calls
from bot.storage.schema import jobs
from bot.storage.transaction import Tx, after_commit
from bot.storage.workers import STALE_MILLISECONDS, is_alive

TAKES_MAX = 5

_FIND = select(jobs).where(jobs.c.id == bindparam("this"))
_LOCK = _FIND.with_for_update()
_CHANGE = update(jobs).where(jobs.c.id == bindparam("this")).values(version=jobs.c.version + 1)
_TAKE = _CHANGE.values(epoch=jobs.c.epoch + 1, takes=jobs.c.takes + 1)
_END = _CHANGE.values(epoch=jobs.c.epoch + 1)


@dataclass(frozen=True)
class Job:
    """A job as the worker sees it."""

    id: str
    number: int
    person: str
    tenant: str
    channel: str
    vendor: str
    state: JobState
    request: PictureRequest
    address: Address
    epoch: int
    takes: int
    held: int
    is_cancelled: bool
    created: int
    wait_until: int
    run_until: int | None
    calls: tuple[Call, ...] = ()
    command: str = "imagine"


@dataclass(frozen=True)
class Claim:
    """A worker's claim on a job: good while nobody has taken the job since. Without an epoch it is always good."""

    job: str
    epoch: int | None = None


@dataclass(frozen=True)
class Taken:
    """What a worker got when it asked for a job."""

    job: Job | None
    state: JobState
    is_busy: bool = False


def find(db: Tx, job: str) -> Job | None:
    """Read a job with its calls, or None."""
    row = db.execute(_FIND, {"this": job}).one_or_none()
    return _job(row, calls_of(db, job)) if row else None


def state_of(db: Tx, job: str) -> JobState | None:
    """Lock a job and read its state; None when there is no such job."""
    row = _lock(db, job)
    return JobState(row.state) if row else None


def take(db: Tx, job: str, worker: str, *, now: int, stale: int = STALE_MILLISECONDS) -> Taken | None:
    """Take a running job for `worker`, or say why not; None when there is no such job.

    A job whose owner lives is busy. Taking it over bumps its epoch, so the owner's later moves fail.
    """
    row = _lock(db, job)
    if row is None:
        return None
    state = JobState(row.state)
    if state is not JobState.RUNNING:
        return Taken(None, state)
    if row.owner not in (None, worker) and is_alive(db, row.owner, now=now, stale=stale):
        return Taken(None, state, is_busy=True)
    db.execute(_TAKE, {"this": job, "owner": worker})
    return Taken(find(db, job), state)


def put_back(db: Tx, claim: Claim, places: Places, *, not_before: int, now: int) -> bool:
    """Let a running job wait again, and give its place away; False when the job has moved on.

    A job that was cancelled meanwhile has nothing to wait for and ends.
    """
    job = claim.job
    row = _lock(db, job)
    if row is None or row.state != JobState.RUNNING or row.epoch != claim.epoch:
        return False
    if row.is_cancelled:
        return finish(db, claim, places, reason="cancelled", now=now) is not None
    db.execute(
        update(jobs)
        .where(jobs.c.id == job)
        .values(
            state=JobState.WAITING,
            owner=None,
            not_before=not_before,
            takes=jobs.c.takes - 1,
            version=jobs.c.version + 1,
        )
    )
    places.send(db, job, at=not_before)
    admit(db, places, now=now)
    return True


def rest(db: Tx, claim: Claim, send: Send, *, until: int) -> bool:
    """Leave a running job to nobody while its vendor draws; False when the job has moved on.

    It keeps its place at the vendor. Whoever gets its id next goes on with it.
    """
    row = _lock(db, claim.job)
    if row is None or row.state != JobState.RUNNING or row.epoch != claim.epoch:
        return False
    db.execute(
        update(jobs)
        .where(jobs.c.id == claim.job)
        .values(owner=None, not_before=until, takes=jobs.c.takes - 1, version=jobs.c.version + 1)
    )
    send(db, claim.job, at=until)
    return True


def finish(db: Tx, claim: Claim, places: Places, *, reason: str | None, now: int) -> Ending | None:
    """End a job by what its calls gave: close its hold, owe its reply, give its place away.

    An open call becomes unknown. A claim without an epoch ends the job whoever owns it (cancel and recovery).
    Returns None when the job has moved on or has ended.
    """
    job = claim.job
    row = _lock(db, job)
    if row is None or not JobState(row.state).is_open or claim.epoch not in (None, row.epoch):
        return None
    give_up_open_calls(db, job, reason=reason or "unknown")
    request = PictureRequest.model_validate_json(row.request)
    made = calls_of(db, job)
    ending = end(request, row.held, made, cancelled=bool(row.is_cancelled), reason=reason)
    if ending.state not in MOVES[JobState(row.state)]:
        raise Conflict(f"a {row.state} job cannot become {ending.state}")
    if not ledger.close(db, job, charged=ending.charged, counted=ending.counted, now=now):
        raise Conflict(f"the hold of job {job} is closed already")
    day = sums.today(db, row.tenant, now)
    sums.book(db, row, day, sums.of_job(ending.state, ending.stored, ending.charged))
    db.execute(_END, {"this": job, **vars(ending), "ended": now, "day": day})
    replies.owe(db, job, row.address, now=now)
    places.send(db, job, at=now)
    if places.on_end is not None:
        after_commit(db, partial(places.on_end, row.vendor, ending))
    admit(db, places, now=now)
    alarms.ring(db, of_job(Ended(row.vendor, row.tenant, row.number, ending, made)), now=now)
    return ending


def cancel(db: Tx, job: str, places: Places, *, now: int) -> JobState | None:
    """Cancel an open job: at once while nothing was called, else no further call is started.

    Returns the state the job is in afterwards, or None when there is no such job.
    """
    row = _lock(db, job)
    if row is None:
        return None
    state = JobState(row.state)
    if not state.is_open:
        return state
    db.execute(update(jobs).where(jobs.c.id == job).values(is_cancelled=1, version=jobs.c.version + 1))
    if any(call.state.is_open for call in calls_of(db, job)):
        return state
    ending = finish(db, Claim(job), places, reason="cancelled", now=now)
    return ending.state if ending else state


def withdraw(db: Tx, job: str, places: Places, *, now: int) -> bool:
    """Cancel a job that still waits; False when it runs by now, or has ended."""
    row = _lock(db, job)
    if row is None or row.state != JobState.WAITING:
        return False
    db.execute(update(jobs).where(jobs.c.id == job).values(is_cancelled=1))
    return finish(db, Claim(job), places, reason="cancelled", now=now) is not None


def expire(db: Tx, job: str, places: Places, *, now: int) -> Ending | None:
    """End a job that has waited longer than it may; None when it runs by now, may wait on or has ended."""
    row = _lock(db, job)
    if row is None or row.state != JobState.WAITING or row.wait_until > now:
        return None
    return finish(db, Claim(job), places, reason="busy", now=now)


def _lock(db: Tx, job: str) -> Any:
    return db.execute(_LOCK, {"this": job}).one_or_none()


def _job(row: Any, calls: tuple[Call, ...]) -> Job:
    return Job(
        id=row.id,
        number=row.number,
        person=row.person,
        tenant=row.tenant,
        channel=row.channel,
        vendor=row.vendor,
        state=JobState(row.state),
        request=PictureRequest.model_validate_json(row.request),
        address=Address.model_validate_json(row.address),
        epoch=row.epoch,
        takes=row.takes,
        held=row.held,
        is_cancelled=bool(row.is_cancelled),
        created=row.created,
        wait_until=row.wait_until,
        run_until=row.run_until,
        calls=calls,
        command=row.command,
    )
