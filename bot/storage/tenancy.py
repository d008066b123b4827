"""Servers and workspaces: met, let in, kept out, and what operators let each of them spend."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import update

from bot.core.plans import Allowance
from bot.storage import metering
from bot.storage.audit import OPERATOR, Deed, note
from bot.storage.insert import insert
from bot.storage.people import Tenant, find_tenant, know_tenant
from bot.storage.schema import first_tenants, tenants
from bot.storage.terms import lock
from bot.storage.transaction import Tx
from bot.storage.types import clean_text

Mode = Literal["first", "open"] | Collection[str]
"""Who is let in when first met: a platform's first, everybody, or these ids."""


@dataclass(frozen=True)
class Doors:
    """Who is let in when first met, and what every one but a platform's first may spend until operators say more."""

    mode: Mode
    newcomer_cap: Allowance


def meet(db: Tx, found: Tenant, doors: Doors, *, now: int) -> tuple[Tenant, bool]:
    """Find a tenant, or decide about a new one and add it; says whether it is new.

    The first one of a platform that is let in has no cap of the operators; one that waits has a cap of 0.
    """
    known = find_tenant(db, found.id)
    if known is not None:
        if found.name and known.name != found.name:
            db.execute(update(tenants).where(tenants.c.id == found.id).values(name=clean_text(found.name)))
        return known, False
    listed = not isinstance(doors.mode, str) and found.id in doors.mode
    is_first = (doors.mode in ("first", "open") or listed) and _is_first(db, found, now)
    is_let_in = is_first or listed or doors.mode == "open"
    cap = None if is_first else doors.newcomer_cap if is_let_in else _nothing(doors.newcomer_cap)
    new = replace(found, name=clean_text(found.name), state="approved" if is_let_in else "waiting", cap=cap)
    made = know_tenant(db, new, now=now)
    note(db, Deed("met", OPERATOR, new.id, detail=new.state), now=now)
    return made, True


@dataclass(frozen=True)
class Entry:
    """What operators decide about a tenant that wants to spend, and why."""

    state: Literal["approved", "refused"]
    reason: str = ""


def decide(db: Tx, tenant: str, entry: Entry, newcomer_cap: Allowance, *, now: int) -> bool:
    """Let a tenant in or keep it out; False when there is none of this id.

    One that waited with a cap of 0 gets the cap of newcomers; a cap that operators have set stays.
    """
    lock(db, tenant)
    known = find_tenant(db, tenant)
    if known is None:
        return False
    db.execute(update(tenants).where(tenants.c.id == tenant).values(state=entry.state))
    if entry.state == "approved" and known.state == "waiting" and known.cap and known.cap.credits == 0:
        _set_cap(db, tenant, newcomer_cap)
    if entry.state != known.state:
        note(db, Deed(entry.state, OPERATOR, tenant, reason=entry.reason), now=now)
    return True


def cap(db: Tx, tenant: str, limit: Allowance | None, *, reason: str = "", now: int) -> bool:
    """Set what operators let a tenant spend, None for no limit of its own; False when there is no such tenant."""
    lock(db, tenant)
    if find_tenant(db, tenant) is None:
        return False
    _set_cap(db, tenant, limit)
    detail = f"per {limit.per}" if limit else "no limit"
    amount = limit.credits if limit else None
    note(db, Deed("cap", OPERATOR, tenant, "tenant", amount, f"by operators, {detail}", reason), now=now)
    return True


def _set_cap(db: Tx, tenant: str, limit: Allowance | None) -> None:
    values = {"cap": limit.credits if limit else None, "cap_per": limit.per if limit else None}
    db.execute(update(tenants).where(tenants.c.id == tenant).values(values))
    metering.reopen(db, "tenancy", tenant)


def _is_first(db: Tx, tenant: Tenant, now: int) -> bool:
    """Whether no tenant of this platform was let in before; two that come at once cannot both be."""
    values = {"platform": tenant.platform, "tenant": tenant.id, "at": now}
    statement = insert(db, first_tenants).on_conflict_do_nothing().returning(first_tenants.c.tenant)
    return db.execute(statement, values).one_or_none() is not None


def _nothing(like: Allowance) -> Allowance:
    return like.model_copy(update={"credits": 0})
