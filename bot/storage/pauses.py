"""Pauses, which survive restarts: of vendors, by operators, and of a tenant, by its own admins."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, delete, or_, select

from bot.core.errors import Paused
from bot.storage.audit import OPERATOR, Deed, note
from bot.storage.insert import insert
from bot.storage.schema import pauses, tenant_pauses
from bot.storage.transaction import Tx

EVERY_VENDOR = "*"
_OF = (
    select(pauses)
    .where(or_(pauses.c.vendor == EVERY_VENDOR, pauses.c.vendor == bindparam("of")))
    .order_by(pauses.c.vendor)
    .limit(1)
)

_HERE = select(tenant_pauses.c.reason).where(tenant_pauses.c.tenant == bindparam("of"))


@dataclass(frozen=True)
class Pause:
    """A vendor, or all of them, that gets nothing; `reason` is what people are told."""

    vendor: str
    reason: str
    since: int


def begin(db: Tx, vendor: str, reason: str, *, now: int) -> None:
    """Pause a vendor, or all of them; a pause that is there gets the new reason and keeps its time."""
    statement = insert(db, pauses).values(vendor=vendor, reason=reason, since=now)
    db.execute(statement.on_conflict_do_update(index_elements=["vendor"], set_={"reason": reason}))
    note(db, Deed("pause", OPERATOR, None, whom=vendor, reason=reason), now=now)


def lift(db: Tx, vendor: str, *, now: int) -> bool:
    """Lift one pause; False when there is none. One of all vendors is lifted by its own name only."""
    if not db.execute(delete(pauses).where(pauses.c.vendor == vendor)).rowcount:
        return False
    note(db, Deed("resume", OPERATOR, None, whom=vendor), now=now)
    return True


def begin_here(db: Tx, tenant: str, reason: str, by: str, *, now: int) -> None:
    """Pause one tenant; a pause that is there gets the new reason and keeps its time."""
    statement = insert(db, tenant_pauses).values(tenant=tenant, reason=reason, by=by, since=now)
    changes = {"reason": reason, "by": by}
    db.execute(statement.on_conflict_do_update(index_elements=["tenant"], set_=changes))
    note(db, Deed("pause", by, tenant, reason=reason), now=now)


def lift_here(db: Tx, tenant: str, by: str, *, reason: str = "", now: int) -> bool:
    """Lift the pause of one tenant; False when there is none."""
    if not db.execute(delete(tenant_pauses).where(tenant_pauses.c.tenant == tenant)).rowcount:
        return False
    note(db, Deed("resume", by, tenant, reason=reason), now=now)
    return True


def check_here(db: Tx, tenant: str) -> None:
    """Raise Paused, with the admin's reason, while a tenant takes no orders."""
    reason = db.execute(_HERE, {"of": tenant}).scalar_one_or_none()
    if reason is not None:
        raise Paused("paused_here", reason=reason)


def in_force(db: Tx) -> list[Pause]:
    """List every pause, the general one first."""
    rows = db.execute(select(pauses).order_by(pauses.c.vendor))
    return [Pause(row.vendor, row.reason, row.since) for row in rows]


def of(db: Tx, vendor: str) -> Pause | None:
    """Find the pause that holds for a vendor."""
    row = db.execute(_OF, {"of": vendor}).one_or_none()
    return Pause(row.vendor, row.reason, row.since) if row else None


def check(db: Tx, vendor: str) -> None:
    """Raise Paused, with the operator's reason, while nothing may be sent to a vendor."""
    pause = of(db, vendor)
    if pause is not None:
        raise Paused("paused" if pause.vendor == EVERY_VENDOR else "paused_model", reason=pause.reason)
