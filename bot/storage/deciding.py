"""What a tenant's admins decide about those who spend there; each act notes itself in the audit log.

Every change locks the tenant's terms first, so it waits for orders that are being taken and the next ones see it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import delete, func, or_, select, update

from bot.core.accounts import Adjustment, Line
from bot.core.periods import Unit
from bot.storage import ledger, metering
from bot.storage.audit import Deed, note
from bot.storage.insert import insert
from bot.storage.refunds import allowances_now
from bot.storage.schema import jobs, tenants
from bot.storage.schema import terms as rows
from bot.storage.states import is_waiting
from bot.storage.terms import CAP, cap_subject, lock
from bot.storage.transaction import Tx
from bot.storage.types import clean_text

EVERYONE = "tenant"


@dataclass(frozen=True)
class Decision:
    """Who decides about whom, and why. `about` is "tenant", or "person:", "role:" or "channel:" and an id."""

    tenant: str
    about: str
    by: str
    reason: str = ""

    def deed(self, act: str, amount: int | None = None, *, detail: str = "") -> Deed:
        """Put it into words for the audit log, which lists a person's id as their name."""
        whom = self.about.removeprefix("person:")
        return Deed(act, self.by, self.tenant, whom=whom, amount=amount, detail=detail, reason=self.reason)


@dataclass(frozen=True)
class NewCap:
    """A cap to set, in millicredits; without `credits` it is removed, without `per` that of every period."""

    credits: int | None
    per: Unit | None = None


def set_plan(db: Tx, what: Decision, name: str | None, *, now: int) -> bool:
    """Name a plan for somebody, or None for none of their own; False when it was so already."""
    lock(db, what.tenant)
    if what.about == EVERYONE:
        query = update(tenants).where(tenants.c.id == what.tenant, tenants.c.plan != (name or ""))
        is_changed = bool(db.execute(query.values(plan=name or "")).rowcount)
    elif name is None:
        is_changed = _remove(db, what, "plan")
    else:
        is_changed = _put(db, what, "plan", name, now=now)
    if is_changed:
        note(db, what.deed("plan", detail=name or "none"), now=now)
    return is_changed


def set_cap(db: Tx, what: Decision, cap: NewCap, *, now: int) -> bool:
    """Set or remove a cap; it counts from the next order on, with all that its period has spent so far.

    False when nothing changed. Open holds stay as they are.
    """
    lock(db, what.tenant)
    kind = f"{CAP}{cap.per}" if cap.per else CAP
    is_changed = (
        _put_cap(db, what, kind, cap.credits, now=now) if cap.credits is not None else _remove(db, what, kind)
    )
    if is_changed:
        # While it was out of force its meter counted nothing.
        metering.reopen(db, *cap_subject(what.about, what.tenant))
        note(db, what.deed("cap", cap.credits, detail=_period(cap)), now=now)
    return is_changed


def _period(cap: NewCap) -> str:
    """Say for the audit log how long a cap counts, or that it is gone."""
    return " ".join(filter(None, ("" if cap.credits is not None else "none", cap.per and f"per {cap.per}")))


def block(db: Tx, what: Decision, *, now: int) -> bool:
    """Refuse a person's further orders here; False when they are blocked already."""
    lock(db, what.tenant)
    is_changed = _put(db, what, "block", what.reason, now=now)
    if is_changed:
        note(db, what.deed("block"), now=now)
    return is_changed


def unblock(db: Tx, what: Decision, *, now: int) -> bool:
    """Take a person's orders again; False when they were not blocked."""
    lock(db, what.tenant)
    is_changed = _remove(db, what, "block")
    if is_changed:
        note(db, what.deed("unblock"), now=now)
    return is_changed


def reset(db: Tx, order: Adjustment, tenant: str, *, now: int) -> int:
    """Let a person's allowance of this period start again; returns what it had paid, which counts no more.

    What open jobs hold stays. The same event resets once; of `order` the amount is not used.
    """
    key = f"reset:{order.event}"
    locked = ledger.lock(db, sorted(allowances_now(db, order.person, tenant, now=now)))
    ledger.lock_balance(db, order.person)
    done = ledger.noted(db, key)
    if done is not None:
        return done
    lines = [Line(name, spent=-one.spent) for name, one in locked.items() if one.spent]
    ledger.post(db, key, lines, now=now)
    total = -sum(line.spent for line in lines)
    ledger.note(db, key, replace(order, amount=total), "reset", now)
    note(db, Deed("reset", order.by, tenant, whom=order.person, amount=total, reason=order.reason), now=now)
    return total


def waiting_of(db: Tx, tenant: str, person: str | None = None) -> Sequence[tuple[str, str]]:
    """List the waiting jobs of a tenant, or of one person there: each with its vendor, the oldest first."""
    query = select(jobs.c.id, jobs.c.vendor, jobs.c.seq).where(is_waiting(), jobs.c.tenant == tenant)
    if person is not None:
        query = query.where(jobs.c.person == person)
    return [(row.id, row.vendor) for row in sorted(db.execute(query), key=lambda row: row.seq)]


def waiting_of_blocked(db: Tx) -> Sequence[tuple[str, str]]:
    """List waiting jobs, with vendors, of people who are blocked where they ordered, or whose place was refused."""
    is_blocked = (
        select(rows.c.tenant)
        .where(
            rows.c.tenant == jobs.c.tenant,
            rows.c.about == "person:" + jobs.c.person,
            rows.c.kind == "block",
        )
        .exists()
    )
    is_refused = jobs.c.tenant.in_(select(tenants.c.id).where(tenants.c.state == "refused"))
    rows_found = db.execute(select(jobs.c.id, jobs.c.vendor).where(is_waiting(), or_(is_blocked, is_refused)))
    return [(row.id, row.vendor) for row in rows_found]


def _put(db: Tx, what: Decision, kind: str, said: str, *, now: int) -> bool:
    """Write one term; False when it says so already. A block keeps the reason that it began with."""
    these = (rows.c.tenant == what.tenant, rows.c.about == what.about, rows.c.kind == kind)
    before = db.execute(select(rows.c.said).where(*these)).scalar_one_or_none()
    if before == said or (before is not None and kind == "block"):
        return False
    _write(db, what, kind, {"said": clean_text(said)}, now=now)
    return True


def _put_cap(db: Tx, what: Decision, kind: str, credits_cap: int, *, now: int) -> bool:
    these = (rows.c.tenant == what.tenant, rows.c.about == what.about, rows.c.kind == kind)
    if db.execute(select(rows.c.amount).where(*these)).scalar_one_or_none() == credits_cap:
        return False
    _write(db, what, kind, {"said": "", "amount": credits_cap}, now=now)
    return True


def _write(db: Tx, what: Decision, kind: str, values: dict[str, str | int], *, now: int) -> None:
    new = {**values, "by": what.by, "at": now}
    statement = insert(db, rows).values(tenant=what.tenant, about=what.about, kind=kind, **new)
    db.execute(statement.on_conflict_do_update(index_elements=["tenant", "about", "kind"], set_=new))


def _remove(db: Tx, what: Decision, kind: str) -> bool:
    """Remove one term, or every cap."""
    is_kind = func.substr(rows.c.kind, 1, len(CAP)) == CAP if kind == CAP else rows.c.kind == kind
    query = delete(rows).where(rows.c.tenant == what.tenant, rows.c.about == what.about, is_kind)
    return bool(db.execute(query).rowcount)
