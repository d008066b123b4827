"""What an operator asks and decides: jobs, late pictures, tenants, and how everything stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Select, cast, func, select

from bot.core.jobs import JobState
from bot.storage.schema import entries, jobs, people, pictures, tenants
from bot.storage.states import is_running, is_waiting
from bot.storage.transaction import Tx


@dataclass(frozen=True)
class JobLine:
    """One job as the operator sees it: never its words. Amounts are millicredits, times milliseconds UTC."""

    id: str
    number: int
    tenant: str
    person: str
    vendor: str
    model: str
    state: str
    wanted: int
    stored: int
    held: int
    charged: int | None
    counted: int | None
    reason: str | None
    created: int
    started: int | None
    ended: int | None


@dataclass(frozen=True)
class LatePicture:
    """A paid picture that arrived after its job had ended."""

    picture: str
    job: str
    number: int
    tenant: str
    person: str
    width: int
    height: int
    arrived: int


@dataclass(frozen=True)
class TenantLine:
    """A tenant, how many jobs it has ordered, and what operators let it spend in a period, in millicredits."""

    id: str
    platform: str
    name: str
    state: str
    plan: str
    time_zone: str
    jobs: int
    created: int
    cap: int | None = None
    cap_per: str | None = None


@dataclass(frozen=True)
class Standing:
    """The open jobs of one vendor in one state."""

    vendor: str
    state: str
    jobs: int
    held: int
    oldest: int


def jobs_in(db: Tx, states: Sequence[JobState], *, limit: int) -> list[JobLine]:
    """List the newest jobs in these states, newest first."""
    query = (
        select(jobs, people.c.name)
        .join(people, people.c.id == jobs.c.person)
        .where(jobs.c.state.in_([state.value for state in states]))
        .order_by(jobs.c.seq.desc())
        .limit(limit)
    )
    return [_line(row) for row in db.execute(query)]


def late_pictures(db: Tx, *, limit: int) -> list[LatePicture]:
    """List paid pictures that arrived after their job had ended, newest first."""
    columns = (
        pictures.c.id,
        jobs.c.id.label("job"),
        jobs.c.number,
        pictures.c.tenant,
        people.c.name,
        pictures.c.width,
        pictures.c.height,
        pictures.c.created,
    )
    query: Select[Any] = (
        select(*columns)
        .join(jobs, jobs.c.id == pictures.c.job)
        .join(people, people.c.id == pictures.c.person)
        .where(pictures.c.is_late == 1, pictures.c.deleted.is_(None))
        .order_by(pictures.c.created.desc())
        .limit(limit)
    )
    return [LatePicture(*row) for row in db.execute(query)]


def tenants_known(db: Tx) -> list[TenantLine]:
    """List every tenant, those that wait first."""
    columns = (tenants.c[name] for name in TenantLine.__dataclass_fields__)
    rows = db.execute(select(*columns).order_by(tenants.c.state == "approved", tenants.c.created))
    return [TenantLine(*row) for row in rows]


def standing(db: Tx) -> list[Standing]:
    """Count the open jobs by vendor and state; reads no ended one."""
    found = []
    for state, condition in ((JobState.WAITING, is_waiting()), (JobState.RUNNING, is_running())):
        held = cast(func.sum(jobs.c.held), BigInteger)
        query = select(jobs.c.vendor, func.count(), held, func.min(jobs.c.created)).where(condition)
        rows = db.execute(query.group_by(jobs.c.vendor).order_by(jobs.c.vendor))
        found += [Standing(row[0], state.value, row[1], int(row[2]), row[3]) for row in rows]
    return found


def newest_time(db: Tx) -> int:
    """Return the newest time in the books, in milliseconds UTC; 0 when they are empty."""
    posted = db.execute(select(entries.c.at).order_by(entries.c.seq.desc()).limit(1)).scalar_one_or_none()
    ordered = db.execute(select(func.max(jobs.c.created))).scalar_one_or_none()
    return max(posted or 0, ordered or 0)


def _line(row: Any) -> JobLine:
    return JobLine(
        id=row.id,
        number=row.number,
        tenant=row.tenant,
        person=row.name,
        vendor=row.vendor,
        model=row.model,
        state=row.state,
        wanted=row.pictures,
        stored=row.stored,
        held=row.held,
        charged=row.charged,
        counted=row.counted,
        reason=row.reason,
        created=row.created,
        started=row.started,
        ended=row.ended,
    )
