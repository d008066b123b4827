"""On which terms somebody spends somewhere: read inside the transaction that takes the hold.

A change locks a tenant's terms before anything else and an order holds them still, so an order is taken on the terms
before a change or on those after it, never on half of both.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import bindparam, func, select

from bot.core.accounts import Account, HoldRequest, Meter, left
from bot.core.errors import NotAllowed
from bot.core.periods import period_of
from bot.core.plans import Place, Plan, Plans, Spender, TenantCap, limits_in_force
from bot.core.terms import Choice, Named, choose_plan
from bot.storage.insert import insert
from bot.storage.people import Tenant, find_tenant
from bot.storage.schema import terms as rows
from bot.storage.transaction import Tx, dialect_of

CAP = "cap "
SEEN = "seen"
_ABOUT = select(rows.c.about, rows.c.kind, rows.c.said, rows.c.amount).where(
    rows.c.tenant == bindparam("of"), rows.c.about.in_(bindparam("abouts", expanding=True))
)

WHOEVER = "whoever runs it"
"""Whom a sentence names when no contact is known."""


@dataclass(frozen=True)
class Queue:
    """How long a queue may be, of one person and of all, and how many jobs of one person run at once."""

    person_waiting_max: int = 20
    waiting_max: int = 10_000
    person_running_max: int = 2


@dataclass(frozen=True)
class Limits:
    """What an order is compared with: meters in the ledger's order of scopes, each account once, and the queue."""

    meters: tuple[Meter, ...] = ()
    queue: Queue = Queue()


@dataclass(frozen=True)
class Terms:
    """A tenant as it stands, a person's plan there and why, and every limit in force for them."""

    tenant: Tenant
    choice: Choice
    limits: Limits
    is_blocked: bool = False
    seen: str = ""
    """As what they last ordered here: their roles then, as `_told` writes them."""

    @property
    def plan(self) -> Plan:
        """The plan that they spend on."""
        return self.choice.plan

    @property
    def allowance(self) -> Meter | None:
        """The person's allowance, if their plan gives one."""
        return next((meter for meter in self.limits.meters if meter.scope == "allowance"), None)


def terms_of(db: Tx, who: Spender, plans: Plans, *, now: int) -> Terms | None:
    """Read the terms, whatever state the tenant is in; None when there is no such tenant."""
    tenant = find_tenant(db, who.tenant)
    if tenant is None:
        return None
    decided = _decided(db, who)
    choice = choose_plan(plans, _named(decided, tenant, who))
    place = Place(
        who.person,
        who.channel,
        tenant.id,
        tenant.platform,
        tenant.time_zone,
        tenant.cap,
        tuple(_cap(row, tenant.id) for row in decided if row.kind.startswith(CAP)),
    )
    plan = choice.plan
    queue = Queue(plan.waiting_max, plans.queue_max, plan.running_at_once)
    limits = Limits(limits_in_force(plans, plan, place, now=now), queue)
    seen = next((row.said for row in decided if row.kind == SEEN), "")
    return Terms(tenant, choice, limits, any(row.kind == "block" for row in decided), seen)


def terms_of_other(db: Tx, who: Spender, plans: Plans, *, now: int) -> Terms | None:
    """Read the terms of somebody who is not here to show their roles: with those of their last order here."""
    query = select(rows.c.said).where(
        rows.c.tenant == who.tenant, rows.c.about == f"person:{who.person}", rows.c.kind == SEEN
    )
    seen = json.loads(db.execute(query).scalar_one_or_none() or "{}")
    known = replace(who, roles=tuple(seen.get("roles", ())), is_guest=seen.get("is_guest", False))
    return terms_of(db, known, plans, now=now)


def limits_of(db: Tx, who: Spender, plans: Plans, *, now: int) -> Limits:
    """Read what an order is compared with, and hold it still; raises NotAllowed for those who may not order."""
    hold_still(db, who.tenant)
    terms = terms_of(db, who, plans, now=now)
    if terms is None or not terms.tenant.is_approved:
        raise NotAllowed("tenant_waiting", contact=WHOEVER)
    if terms.is_blocked:
        raise NotAllowed("blocked")
    if terms.seen != (told := _told(who)):
        _see(db, who, told, now)
    return terms.limits


def _told(who: Spender) -> str:
    """Write down as what somebody orders; most have no role and are no guest."""
    if not (who.roles or who.is_guest):
        return ""
    return json.dumps({"roles": sorted(who.roles), "is_guest": who.is_guest})


def _see(db: Tx, who: Spender, told: str, now: int) -> None:
    """Remember it for admins, who ask about people that are not here."""
    new = {"said": told, "by": "", "at": now}
    statement = insert(db, rows).values(tenant=who.tenant, about=f"person:{who.person}", kind=SEEN, **new)
    db.execute(statement.on_conflict_do_update(index_elements=["tenant", "about", "kind"], set_=new))


def hold_still(db: Tx, tenant: str) -> None:
    """Let nobody change a tenant's terms until the transaction ends."""
    # A row lock would let orders overtake a waiting change for ever; these locks queue.
    if dialect_of(db) == "postgresql":
        db.execute(select(func.pg_advisory_xact_lock_shared(func.hashtext("terms:" + tenant))))


def lock(db: Tx, tenant: str) -> None:
    """Wait for the orders that are being taken, and let none be taken until the transaction ends."""
    if dialect_of(db) == "postgresql":
        db.execute(select(func.pg_advisory_xact_lock(func.hashtext("terms:" + tenant))))


def little_left(hold: HoldRequest, found: Mapping[str, Account], picture_price: int) -> int | None:
    """Say what a person has after this hold, if it is less than a fifth of the allowance or than one picture."""
    allowance = next((meter for meter in hold.meters if meter.scope == "allowance"), None)
    have = sum(account.available for account in found.values() if account.scope == "credits") - hold.amount
    if allowance is not None:
        have += left(allowance, found[allowance.account])
    is_little = have < picture_price or (allowance is not None and have * 5 < allowance.limit)
    return have if is_little else None


def tell_once(db: Tx, tenant: str, hold: HoldRequest, *, now: int) -> bool:
    """Note that a person is told that little is left; False when they were told in this period already."""
    allowance = next((meter for meter in hold.meters if meter.scope == "allowance"), None)
    period = allowance.period if allowance else period_of(now, "UTC", "month").key
    new = {"said": period, "by": "", "at": now}
    key = ["tenant", "about", "kind"]
    statement = insert(db, rows).values(tenant=tenant, about=f"person:{hold.person}", kind="told", **new)
    told = statement.on_conflict_do_update(index_elements=key, set_=new, where=rows.c.said != period)
    return db.execute(told.returning(rows.c.about)).one_or_none() is not None


def about_role(role: str) -> str:
    """Name a role or user group in the table of terms."""
    return f"role:{role}"


def cap_subject(about: str, tenant: str) -> tuple[Any, str]:
    """Say which scope and subject the meter of a cap about somebody or something has."""
    scope, _, subject = about.partition(":")
    # A person's cap here is the tenant's affair: it neither counts nor limits what they spend elsewhere.
    return scope, {"tenant": tenant, "person": f"{subject}/{tenant}", "channel": f"{tenant}/{subject}"}[scope]


def _decided(db: Tx, who: Spender) -> Sequence[Any]:
    roles = [about_role(role) for role in who.roles]
    abouts = ["tenant", f"person:{who.person}", f"channel:{who.channel}", *roles]
    return db.execute(_ABOUT, {"of": who.tenant, "abouts": abouts}).all()


def _named(decided: Sequence[Any], tenant: Tenant, who: Spender) -> Named:
    plans = {row.about: row.said for row in decided if row.kind == "plan"}
    by_role = tuple((role, plans[about_role(role)]) for role in who.roles if about_role(role) in plans)
    return Named(plans.get(f"person:{who.person}"), by_role, tenant.plan, who.is_guest)


def _cap(row: Any, tenant: str) -> TenantCap:
    scope, subject = cap_subject(row.about, tenant)
    return TenantCap(scope, subject, row.amount, row.kind.removeprefix(CAP))
