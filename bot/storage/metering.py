"""Meters: what a limit counts, from the moment that it comes into force in the middle of its period.

A new limit finds jobs that ended, which it counts as spent, and jobs that are open, which it holds on: so it closes
with them on what they cost in the end, and neither misses nor keeps anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sqlalchemy import BigInteger, ColumnElement, and_, bindparam, case, cast, func, select, true, update

from bot.core.accounts import PAYERS, Account, HoldRequest, Line, Meter, Scope
from bot.storage import ledger
from bot.storage.schema import accounts, entries, jobs
from bot.storage.transaction import Tx

_IS_HELD = (
    select(entries.c.seq)
    .where(entries.c.key == "hold:" + jobs.c.id, entries.c.account == bindparam("held_on"))
    .exists()
)


def open_accounts(db: Tx, request: HoldRequest, *, now: int) -> Mapping[str, Account]:
    """Create or lock every account of a hold, until the transaction ends; new meters open with what was spent.

    The person's balance is always among them, so two orders of one person are decided one after the other.
    """
    wanted: list[tuple[str, Scope]] = [(meter.account, meter.scope) for meter in request.meters]
    locked = ledger.create_or_lock(db, [*wanted, *ledger.purses_of(db, request.person, now)])
    found = {name: one for name, (one, _) in locked.items()}
    new = [meter for meter in request.meters if locked[meter.account][1]]
    for meter in new:
        found[meter.account] = _opened(db, meter, found[meter.account], now)
    if new:
        db.execute(update(accounts).where(accounts.c.id.in_([m.account for m in new])).values(opened=1))
    return found


def _opened(db: Tx, meter: Meter, seen: Account, now: int) -> Account:
    """Let a locked meter hold on the open jobs of its period and count what else the period has cost."""
    if meter.scope == "allowance":
        return seen
    open_jobs = (
        select(jobs.c.id, jobs.c.held)
        .where(*_in_period(meter), jobs.c.ended.is_(None), ~_IS_HELD)
        # A job that is just being closed counts with its whole hold, as its hold was taken without this meter.
        .with_for_update(skip_locked=True)
    )
    holds = {row.id: row.held for row in db.execute(open_jobs, {"held_on": meter.account})}
    joined = sum(holds.values())
    missed = max(0, spent_so_far(db, meter) - seen.counted - joined)
    ledger.join(db, meter.account, holds, now=now)
    lines = [Line(meter.account, spent=missed)] if missed else []
    if not ledger.post(db, f"open:{meter.account}:{now}", lines, now=now):
        raise RuntimeError(f"{meter.account} was opened in this millisecond already")
    return replace(seen, held=seen.held + joined, spent=seen.spent + missed)


def reopen_meters(db: Tx) -> None:
    """Let every cap count its period anew at its next hold; for the start of a process.

    The limits may have changed since the last one: while a cap was out of force, its meter counted nothing.
    """
    is_open_cap = (accounts.c.opened == 1, accounts.c.scope.not_in(PAYERS))
    ledger.lock(db, db.execute(select(accounts.c.id).where(*is_open_cap)).scalars().all())
    db.execute(update(accounts).where(*is_open_cap).values(opened=0))


def reopen(db: Tx, scope: Scope, subject: str) -> None:
    """Let one cap count its period anew at its next hold: it may have been out of force since it counted."""
    these = (
        accounts.c.scope == scope,
        accounts.c.id.startswith(f"{scope}:{subject}:", autoescape=True),
        accounts.c.opened == 1,
    )
    ledger.lock(db, db.execute(select(accounts.c.id).where(*these)).scalars().all())
    db.execute(update(accounts).where(*these).values(opened=0))


def counted_by(db: Tx, meter: Meter) -> Account:
    """Read what a cap has counted, or would have counted if it had been in force."""
    seen = ledger.account(db, meter.account, meter.scope)
    return replace(seen, spent=seen.spent + max(0, spent_so_far(db, meter) - seen.counted))


def spent_so_far(db: Tx, meter: Meter) -> int:
    """Sum what the period has already cost when a limit comes into force in the middle of it.

    An allowance counts only what it pays itself, so it opens at zero. Open jobs count with their hold.
    """
    if meter.scope == "allowance":
        return 0
    counted = case((jobs.c.ended.is_(None), jobs.c.held), else_=func.coalesce(jobs.c.counted, 0))
    total = select(cast(func.coalesce(func.sum(counted), 0), BigInteger)).where(*_in_period(meter))
    return int(db.execute(total).scalar_one())


def _in_period(meter: Meter) -> Iterator[ColumnElement[bool]]:
    """Match the jobs that a cap counts: those that were taken in its period by its subject."""
    subject = meter.subject
    matches: ColumnElement[bool] = {
        "person": _of_person(subject),
        "channel": jobs.c.tenant + "/" + jobs.c.channel == subject,
        "tenant": jobs.c.tenant == subject,
        "tenancy": jobs.c.tenant == subject,
        "platform": jobs.c.platform == subject,
        "bot": true(),
    }[meter.scope]
    yield jobs.c.created >= meter.starts
    yield jobs.c.created < meter.ends
    yield matches


def _of_person(subject: str) -> ColumnElement[bool]:
    """Match a person's jobs: everywhere, or in the one tenant whose admins set the cap."""
    person, _, tenant = subject.partition("/")
    is_own = jobs.c.person == person
    return and_(is_own, jobs.c.tenant == tenant) if tenant else is_own
