"""Daily sums that reports read: kept in the transaction of whatever they count, proved against jobs and refunds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Insert,
    Select,
    Text,
    bindparam,
    case,
    cast,
    func,
    literal,
    literal_column,
    select,
    union_all,
)

from bot.core.jobs import JobState
from bot.core.reports import CsvRow, Days, Dimension, Part, Shares, Sums, day_of
from bot.storage.channels import names as channel_names
from bot.storage.insert import insert_into
from bot.storage.schema import adjustments, channels, jobs, people, sums, tenants
from bot.storage.transaction import Dialect, Tx, dialect_of

FAILURES = (JobState.FAILED, JobState.LOST)
WRONG_MAX = 20

_KEYS = ("tenant", "day", "person", "channel", "model", "vendor")
_AMOUNTS = tuple(each.name for each in fields(Sums))
_IS_NAMED = (channels.c.tenant == sums.c.tenant) & (channels.c.channel == sums.c.channel)
# What is grouped by holds no parameter: PostgreSQL takes two of the same value for two expressions.
_IS_DIRECT = channels.c.is_direct == literal_column("1")
_UNNAMED = literal_column("''", Text)
_CHANNEL = case((_IS_DIRECT, _UNNAMED), else_=sums.c.channel)
"""All direct messages are one channel: who wrote them is said by the people."""

_CALLED = case((_IS_DIRECT, _UNNAMED), (channels.c.name.is_not(None), channels.c.name), else_=sums.c.channel)
_ZONE = select(tenants.c.time_zone).where(tenants.c.id == bindparam("this"))


def of_job(state: JobState, stored: int, charged: int) -> Sums:
    """Say what an ended job adds to its day."""
    return Sums(1, stored, int(state in FAILURES), charged)


def today(db: Tx, tenant: str, now: int) -> int:
    """Return the day of the tenant's calendar."""
    return day_of(now, db.execute(_ZONE, {"this": tenant}).scalar_one())


def book(db: Tx, job: Any, day: int, change: Sums) -> None:
    """Add `change` to the sums of the day for the row of a job; comes after the accounts in the order of locks."""
    keys = {name: getattr(job, name) for name in _KEYS if name != "day"}
    db.execute(_add(dialect_of(db)), {**keys, "day": day, **vars(change)})


@cache
def _add(dialect: Dialect) -> Insert:
    statement = insert_into(dialect, sums)
    added = {name: sums.c[name] + statement.excluded[name] for name in _AMOUNTS}
    return statement.on_conflict_do_update(index_elements=_KEYS, set_=added)


def total(db: Tx, tenant: str, days: Days) -> Sums:
    """Sum everything of some days."""
    row = db.execute(select(*_added()).where(*_within(tenant, days))).one()
    return Sums(*row)


def shares(db: Tx, tenant: str, days: Days, by: Dimension, *, limit: int) -> Shares:
    """Sum some days by person, channel, model or vendor: the largest `limit`, and what the rest make together."""
    name = _CHANNEL if by == "channel" else sums.c[by]
    added = _added()
    source = sums.outerjoin(channels, _IS_NAMED) if by == "channel" else sums
    grouped = (
        select(name.label("name"), *added)
        .select_from(source)
        .where(*_within(tenant, days))
        .group_by(name)
        .order_by(func.sum(sums.c.charged).desc(), func.sum(sums.c.pictures).desc(), name)
    )
    rows = db.execute(grouped).all()
    top = [Part(row[0], Sums(*row[1:])) for row in rows[:limit]]
    others = Sums(*(sum(each) for each in zip(*(row[1:] for row in rows[limit:]), strict=True)))
    named = _names(db, tenant, by, [part.name for part in top])
    return Shares(
        tuple(replace(part, name=named.get(part.name, part.name)) for part in top),
        others,
        max(0, len(rows) - limit),
    )


def rows(db: Tx, tenant: str, days: Days, *, limit: int) -> list[CsvRow]:
    """List the sums of every day, or, where these are more than `limit` rows, of the whole span, the largest first."""
    query = (
        select(sums.c.day, people.c.name, _CALLED, sums.c.channel, sums.c.model, sums.c.vendor, *_columns())
        .join(people, people.c.id == sums.c.person)
        .outerjoin(channels, _IS_NAMED)
        .where(*_within(tenant, days))
        .order_by(sums.c.day, people.c.name, sums.c.person, sums.c.channel, sums.c.model)
        .limit(limit + 1)
    )
    found = db.execute(query).all()
    if len(found) > limit:
        found = db.execute(_whole_span(tenant, days).limit(limit)).all()
    return [CsvRow(row[0], row[1], row[2], row[3], row[4], row[5], Sums(*row[6:])) for row in found]


def _whole_span(tenant: str, days: Days) -> Select[Any]:
    keys = (people.c.name, _CALLED, sums.c.channel, sums.c.model, sums.c.vendor)
    return (
        select(literal(None), *keys, *_added())
        .join(people, people.c.id == sums.c.person)
        .outerjoin(channels, _IS_NAMED)
        .where(*_within(tenant, days))
        .group_by(sums.c.person, *keys)
        .order_by(func.sum(sums.c.charged).desc(), sums.c.person, sums.c.channel)
    )


def wrong(db: Tx) -> list[str]:
    """List sums that are not what jobs and refunds make; there are none, or the books are wrong."""
    kept = select(*(sums.c[name] for name in _KEYS), *(-sums.c[name] for name in _AMOUNTS))
    both = union_all(of_jobs(), of_refunds(), kept).subquery()
    keys = [both.c[name] for name in _KEYS]
    off = [func.sum(both.c[name]) != 0 for name in _AMOUNTS]
    query = select(*keys).group_by(*keys).having(off[0] | off[1] | off[2] | off[3] | off[4]).limit(WRONG_MAX)
    return [f"{row.tenant} on day {row.day} for {row.person}" for row in db.execute(query)]


def of_jobs() -> Select[Any]:
    """Make the sums of ended jobs anew, from the jobs."""
    keys = [jobs.c[name] for name in _KEYS]
    is_failure = case((jobs.c.state.in_(FAILURES), 1), else_=0)
    amounts = (
        func.count(),
        _sum(jobs.c.stored),
        _sum(is_failure),
        _sum(func.coalesce(jobs.c.charged, 0)),
        literal(0),
    )
    named = [each.label(name) for each, name in zip(amounts, _AMOUNTS, strict=True)]
    return select(*keys, *named).where(jobs.c.ended.is_not(None)).group_by(*keys)


def of_refunds() -> Select[Any]:
    """Make the sums of refunds anew, from the adjustments."""
    keys = [adjustments.c.day if name == "day" else jobs.c[name] for name in _KEYS]
    nothing = [literal(0).label(name) for name in _AMOUNTS[:-1]]
    return (
        select(*keys, *nothing, _sum(adjustments.c.amount).label("refunded"))
        .join(jobs, jobs.c.id == adjustments.c.job)
        .where(adjustments.c.kind == "refund")
        .group_by(*keys)
    )


def _names(db: Tx, tenant: str, by: Dimension, ids: list[str]) -> dict[str, str]:
    if by == "channel":
        return channel_names(db, tenant, ids)
    if by != "person":
        return {}
    rows = db.execute(select(people.c.id, people.c.name).where(people.c.id.in_(ids)))
    return {row.id: row.name for row in rows}


def _within(tenant: str, days: Days) -> Iterator[Any]:
    yield sums.c.tenant == tenant
    yield sums.c.day.between(days.first, days.last)


def _columns() -> list[Any]:
    return [sums.c[name] for name in _AMOUNTS]


def _added() -> list[Any]:
    return [_sum(column).label(column.name) for column in _columns()]


def _sum(column: Any) -> Any:
    return cast(func.coalesce(func.sum(column), 0), BigInteger)
