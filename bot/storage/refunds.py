"""Refunds of whole jobs, as an operator decides them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import select, update

from bot.core.accounts import Adjustment, Line, credits_account, merged
from bot.core.plans import allowances_of
from bot.core.reports import Sums
from bot.storage import ledger, sums
from bot.storage.audit import Deed, note
from bot.storage.people import find_tenant
from bot.storage.schema import adjustments, jobs, people
from bot.storage.transaction import Tx


@dataclass(frozen=True)
class RefundOrder:
    """Which job is refunded, by whom and why."""

    tenant: str
    number: int
    by: str
    reason: str


@dataclass(frozen=True)
class Refund:
    """What came of it. Amounts are millicredits; those of a job that was refunded before are 0."""

    outcome: Literal["given", "given before", "open", "free"]
    name: str
    to_allowance: int = 0
    to_credits: int = 0


def refund_job(db: Tx, order: RefundOrder, *, now: int) -> Refund | None:
    """Give back what a job cost, once, to where it came from; None when there is no such job.

    Allowances and credits that end get their part back while they last, after that the lasting credits get it.
    """
    query = select(jobs.c.id, jobs.c.person, jobs.c.ended, people.c.name).join(
        people, people.c.id == jobs.c.person
    )
    row = db.execute(query.where(jobs.c.tenant == order.tenant, jobs.c.number == order.number)).one_or_none()
    if row is None:
        return None
    if row.ended is None:
        return Refund("open", row.name)
    current = allowances_now(db, row.person, order.tenant, now=now)
    wish = Adjustment("", row.person, 0, order.by, order.reason, row.id)
    total = refund(db, wish, current=current, now=now)
    if not total:
        key = select(adjustments.c.key).where(adjustments.c.key == f"refund:{row.id}")
        return Refund("given before" if db.execute(key).first() else "free", row.name)
    note(
        db,
        Deed("refund", order.by, order.tenant, row.person, total, f"#{order.number}", order.reason),
        now=now,
    )
    paid = ledger.paid_by(db, row.id, since_reset=True)
    back = sum(x.spent for scope, x in paid if scope == "allowance" and x.account in current)
    return Refund("given", row.name, back, total - back)


def refund(db: Tx, order: Adjustment, *, current: frozenset[str], now: int) -> int:
    """Give back what the settled job `order.job` cost, once; returns the millicredits given back.

    What came from an allowance returns to it while its period lasts (its account is in `current`), and what came
    from credits that end to those while they last; after that it goes to the lasting credits of who paid. The caps
    keep what the job cost the operator. Of `order` only the job, who and why are used.
    """
    key = f"refund:{order.job}"
    # A repetition may find another period and so another account: the entries' own key would not stop it.
    job = db.execute(select(jobs).where(jobs.c.id == order.job).with_for_update()).one()
    person = job.person
    paid = ledger.paid_by(db, str(order.job))
    if ledger.noted(db, key) is not None:
        return 0
    ledger.lock(db, [line.account for scope, line in paid if scope == "allowance"])
    purses = ledger.create_or_lock(db, ledger.purses_of(db, person, now))
    lines, late = [], 0
    for _, line in ledger.paid_by(db, str(order.job), since_reset=True):
        if line.account in current or line.account in purses:
            lines.append(Line(line.account, spent=-line.spent))
        else:
            late += line.spent
    if late:
        lines.append(Line(credits_account(person), granted=late))
    lines = merged(lines)
    if not lines:
        return 0
    ledger.post(db, key, lines, now=now)
    total = sum(line.granted - line.spent for line in lines)
    ledger.note(db, key, replace(order, person=person, amount=total), "refund", now)
    day = sums.today(db, job.tenant, now)
    db.execute(update(adjustments).where(adjustments.c.key == key).values(day=day))
    sums.book(db, job, day, Sums(refunded=total))
    return total


def allowances_now(db: Tx, person: str, tenant_id: str, *, now: int) -> frozenset[str]:
    """Name the accounts of a person's allowances that have not ended, whatever plan they spend on by now."""
    tenant = find_tenant(db, tenant_id)
    return allowances_of(person, tenant_id, tenant.time_zone, now=now) if tenant else frozenset()
