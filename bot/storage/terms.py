"""On which terms somebody spends somewhere: read inside the transaction that takes the hold."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.accounts import Meter
from bot.core.errors import NotAllowed
from bot.core.plans import Place, Plan, Plans, Spender, limits_in_force
from bot.storage.people import Tenant, find_tenant
from bot.storage.transaction import Tx

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
    """A tenant as it stands, a person's plan there, and every limit in force for them."""

    tenant: Tenant
    plan: Plan
    limits: Limits

    @property
    def allowance(self) -> Meter | None:
        """The person's allowance, if their plan gives one."""
        return next((meter for meter in self.limits.meters if meter.scope == "allowance"), None)


def terms_of(db: Tx, who: Spender, plans: Plans, *, now: int) -> Terms | None:
    """Read the terms, whatever state the tenant is in; None when there is no such tenant."""
    tenant = find_tenant(db, who.tenant)
    if tenant is None:
        return None
    plan = plans.plan(tenant.plan)
    place = Place(who.person, who.channel, tenant.id, tenant.platform, tenant.time_zone, tenant.cap)
    meters = limits_in_force(plans, plan, place, now=now)
    return Terms(tenant, plan, Limits(meters, Queue(plan.waiting_max, plans.queue_max, plan.running_at_once)))


def limits_of(db: Tx, who: Spender, plans: Plans, *, now: int) -> Limits:
    """Read what an order is compared with; raises NotAllowed where nobody may order."""
    terms = terms_of(db, who, plans, now=now)
    if terms is None or not terms.tenant.is_approved:
        raise NotAllowed("tenant_waiting", contact=WHOEVER)
    return terms.limits
