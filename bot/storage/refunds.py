"""Refunds of whole jobs, as an operator decides them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select

from bot.core.accounts import Adjustment
from bot.core.plans import Plans, Spender
from bot.storage import ledger
from bot.storage.audit import Deed, note
from bot.storage.schema import adjustments, jobs, people
from bot.storage.terms import terms_of
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


def refund_job(db: Tx, order: RefundOrder, plans: Plans, *, now: int) -> Refund | None:
    """Give back what a job cost, once, to where it came from; None when there is no such job.

    The allowance gets its part back while its period lasts, after that the person's own credits get it.
    """
    query = select(jobs.c.id, jobs.c.person, jobs.c.ended, people.c.name).join(
        people, people.c.id == jobs.c.person
    )
    row = db.execute(query.where(jobs.c.tenant == order.tenant, jobs.c.number == order.number)).one_or_none()
    if row is None:
        return None
    if row.ended is None:
        return Refund("open", row.name)
    current = _allowances_now(db, row.person, order.tenant, plans, now)
    paid = ledger.paid_by(db, row.id)
    wish = Adjustment("", row.person, 0, order.by, order.reason, row.id)
    total = ledger.refund(db, wish, current=current, now=now)
    if not total:
        key = select(adjustments.c.key).where(adjustments.c.key == f"refund:{row.id}")
        return Refund("given before" if db.execute(key).first() else "free", row.name)
    note(
        db,
        Deed("refund", order.by, order.tenant, row.person, total, f"#{order.number}", order.reason),
        now=now,
    )
    back = sum(x.spent for scope, x in paid if scope == "allowance" and x.account in current)
    return Refund("given", row.name, back, total - back)


def _allowances_now(db: Tx, person: str, tenant_id: str, plans: Plans, now: int) -> frozenset[str]:
    """Name the account of the person's allowance of this period, if the plan gives one."""
    terms = terms_of(db, Spender(person, tenant_id), plans, now=now)
    return frozenset((terms.allowance.account,) if terms and terms.allowance else ())
