"""Jobs that go from one vendor to another, in one transaction: whenever the process dies, one vendor has the job."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from sqlalchemy import func, select, update

from bot.core.alarms import Alarm
from bot.core.jobs import JobState
from bot.core.pictures import PictureRequest
from bot.core.routing import is_untouched
from bot.storage import alarms
from bot.storage.accepting import turn_of
from bot.storage.admission import Places, admit, lock
from bot.storage.calls import calls_of
from bot.storage.jobs import Claim
from bot.storage.schema import jobs, moves
from bot.storage.transaction import Tx, after_commit


@dataclass(frozen=True)
class Move:
    """A running job that is to be drawn elsewhere: as which request, how long that may take, and why it leaves."""

    claim: Claim
    request: PictureRequest
    run_milliseconds: int
    why: str


@dataclass(frozen=True)
class Left:
    """A vendor that a job has left, and why."""

    vendor: str
    why: str


def move(db: Tx, move: Move, old: Places, new: Places, *, now: int) -> bool:
    """Let a running job wait at another vendor; the place at the old one goes to the next.

    False, and nothing changes, when the job has moved on or was cancelled, when anything may have been executed for it,
    or when its hold does not cover the new request.
    """
    job = move.claim.job
    row = db.execute(select(jobs).where(jobs.c.id == job).with_for_update()).one_or_none()
    if row is None or row.state != JobState.RUNNING or row.epoch != move.claim.epoch or row.is_cancelled:
        return False
    if row.vendor != old.vendor or not is_untouched(calls_of(db, job)) or move.request.hold > row.held:
        return False
    lock(db, old.vendor, new.vendor)
    places = select(func.count()).select_from(moves).where(moves.c.job == job)
    step = {"job": job, "place": db.execute(places).scalar_one(), "vendor": old.vendor}
    db.execute(moves.insert().values(**step, to=new.vendor, why=move.why, at=now))
    db.execute(
        update(jobs)
        .where(jobs.c.id == job)
        .values(
            state=JobState.WAITING,
            vendor=new.vendor,
            model=move.request.model,
            request=move.request.model_dump_json(),
            run_milliseconds=move.run_milliseconds,
            turn=turn_of(db, row.person, new.vendor),
            owner=None,
            not_before=now,
            takes=jobs.c.takes - 1,
            version=jobs.c.version + 1,
        )
    )
    new.send(db, job, at=now)
    for each in sorted((old, new), key=lambda places: places.vendor):
        admit(db, each, now=now)
    if old.on_move is not None:
        after_commit(db, partial(old.on_move, old.vendor, new.vendor, move.why))
    if move.why == "account":
        alarms.ring(db, (Alarm(f"account:{old.vendor}", "alarm_account", {"vendor": old.vendor}),), now=now)
    return True


def of(db: Tx, job: str) -> tuple[Left, ...]:
    """List the vendors that a job has left, the first one first."""
    rows = db.execute(select(moves).where(moves.c.job == job).order_by(moves.c.place))
    return tuple(Left(row.vendor, row.why) for row in rows)


def tried(db: Tx, job: str) -> frozenset[str]:
    """Name the vendors that a job has left."""
    return frozenset(each.vendor for each in of(db, job))
