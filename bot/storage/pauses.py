"""Pauses: vendors to which nothing is sent until an operator lifts it. They survive restarts."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, delete, or_, select

from bot.core.errors import Paused
from bot.storage.insert import insert
from bot.storage.schema import pauses
from bot.storage.transaction import Tx

EVERY_VENDOR = "*"
_OF = (
    select(pauses)
    .where(or_(pauses.c.vendor == EVERY_VENDOR, pauses.c.vendor == bindparam("of")))
    .order_by(pauses.c.vendor)
    .limit(1)
)


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


def lift(db: Tx, vendor: str) -> bool:
    """Lift one pause; False when there is none. One of all vendors is lifted by its own name only."""
    return bool(db.execute(delete(pauses).where(pauses.c.vendor == vendor)).rowcount)


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
