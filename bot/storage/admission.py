"""Admission: which waiting jobs may run now.

It happens in every transaction that adds a job or frees a place. On PostgreSQL running jobs are counted only under
the vendor's admission lock; on SQLite the one writer is that lock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import BigInteger, bindparam, cast, func, select, update

from bot.core.jobs import Ending, JobState
from bot.storage import pauses
from bot.storage.insert import insert
from bot.storage.schema import admissions, jobs, tenant_pauses, tenants
from bot.storage.states import is_running, is_waiting
from bot.storage.transaction import Tx, dialect_of

MINUTE = 60_000

_RUNNING = select(func.count()).select_from(jobs).where(is_running(), jobs.c.vendor == bindparam("of_vendor"))
_OTHER = jobs.alias("other")
_THEIRS = (
    select(func.count())
    .select_from(_OTHER)
    .where(is_running(_OTHER), _OTHER.c.vendor == bindparam("of_vendor"), _OTHER.c.person == jobs.c.person)
    .scalar_subquery()
)
_NEXT = (
    select(jobs.c.id, jobs.c.pictures, jobs.c.run_milliseconds)
    .where(is_waiting(), jobs.c.vendor == bindparam("of_vendor"), jobs.c.not_before <= bindparam("at"))
    .where(jobs.c.person_running_max > _THEIRS, jobs.c.tenant.not_in(select(tenant_pauses.c.tenant)))
    .where(jobs.c.tenant.not_in(select(tenants.c.id).where(tenants.c.state == "refused")))
    .order_by(jobs.c.turn, jobs.c.seq)
    .limit(1)
    .with_for_update(skip_locked=True)
)
"""The job whose turn it is, passing over people who run as many as they may here, and tenants paused or refused."""

_START = (
    update(jobs)
    .where(jobs.c.id == bindparam("this"))
    .values(state=JobState.RUNNING, owner=None, version=jobs.c.version + 1)
)


class Send(Protocol):
    """Sends a job's id to the workers; commits with the caller's transaction."""

    def __call__(self, db: Tx, job: str, *, at: int) -> None:
        """Deliver `job` at `at` or later."""
        ...


OnEnd = Callable[[str, Ending], None]
"""Is told, after the commit, of which vendor a job was and how it ended."""

OnMove = Callable[[str, str, str], None]
"""Is told, after the commit, which vendor a job has left, which one it went to, and why."""


@dataclass(frozen=True)
class Places:
    """What one vendor takes at once, how its jobs are sent to workers, and who hears of their ends and moves.

    `pictures_per_minute` of 0 means that the vendor sets no such limit.
    """

    vendor: str
    jobs_at_once: int
    pictures_per_minute: int
    send: Send
    on_end: OnEnd | None = None
    on_move: OnMove | None = None


def no_places(vendor: str, send: Send) -> Places:
    """Describe a vendor that is not on offer any more: its jobs can only end."""
    return Places(vendor, 0, 0, send)


def admit(db: Tx, places: Places, *, now: int) -> list[str]:
    """Let waiting jobs run while there are places and no pause; returns the ids of those that may."""
    lock(db, places.vendor)
    if pauses.of(db, places.vendor):
        return []
    running = db.execute(_RUNNING, {"of_vendor": places.vendor}).scalar_one()
    admitted: list[str] = []
    while running + len(admitted) < places.jobs_at_once:
        job = db.execute(_NEXT, {"of_vendor": places.vendor, "at": now}).one_or_none()
        if job is None:
            break
        opens_at = _room_at(db, places, job.pictures, now)
        if opens_at > now:
            _send_once(db, places, job.id, opens_at, now)
            break
        _start(db, job, now)
        places.send(db, job.id, at=now)
        admitted.append(job.id)
    return admitted


def lock(db: Tx, *vendors: str) -> None:
    """Take the admission locks of vendors, always in the order of their names."""
    if dialect_of(db) == "postgresql":
        for vendor in sorted(vendors):
            db.execute(select(func.pg_advisory_xact_lock(func.hashtext("admission:" + vendor))))


def _start(db: Tx, job: Any, now: int) -> None:
    db.execute(_START, {"this": job.id, "started": now, "run_until": now + job.run_milliseconds})


def _room_at(db: Tx, places: Places, pictures: int, now: int) -> int:
    """Tell when the vendor's pictures-per-minute limit lets `pictures` more start; `now` if it does already."""
    if not places.pictures_per_minute:
        return now
    recent = db.execute(
        select(jobs.c.started, cast(jobs.c.pictures, BigInteger))
        .where(jobs.c.vendor == places.vendor, jobs.c.started > now - MINUTE, jobs.c.started <= now)
        .order_by(jobs.c.started)
    ).all()
    in_window = sum(row.pictures for row in recent)
    opens_at = now
    for row in recent:
        if in_window + pictures <= places.pictures_per_minute:
            break
        in_window -= row.pictures
        opens_at = row.started + MINUTE + 1
    return opens_at


def _send_once(db: Tx, places: Places, job: str, at: int, now: int) -> None:
    """Send a waiting job at the time a place opens, unless an earlier send is already on its way."""
    statement = insert(db, admissions).values(vendor=places.vendor, wakes_at=at)
    upsert = statement.on_conflict_do_update(
        index_elements=["vendor"],
        set_={"wakes_at": at},
        where=(admissions.c.wakes_at <= now) | (admissions.c.wakes_at > at),
    ).returning(admissions.c.vendor)
    if db.execute(upsert).one_or_none() is not None:
        places.send(db, job, at=at)
