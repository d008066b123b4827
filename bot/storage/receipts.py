"""Why somebody was charged: one job with everything that was ever booked for it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from bot.core.accounts import Scope
from bot.core.studio import JobCard, RefundLine
from bot.storage import ledger, moves, views
from bot.storage.schema import adjustments, jobs, people
from bot.storage.transaction import Tx


@dataclass(frozen=True)
class Booked:
    """A job, whose it is, what was charged from where, and what came back; amounts are millicredits."""

    card: JobCard
    person: str
    name: str
    paid: tuple[tuple[Scope, int], ...]
    refunds: tuple[RefundLine, ...]
    passed_on: tuple[tuple[str, str], ...] = ()


def booked(db: Tx, tenant: str, number: int) -> Booked | None:
    """Read job `number` of a tenant with its bookings, whoever it belongs to."""
    query = select(jobs.c.id, jobs.c.person, people.c.name).join(people, people.c.id == jobs.c.person)
    row = db.execute(query.where(jobs.c.tenant == tenant, jobs.c.number == number)).one_or_none()
    card = views.card(db, row.id) if row else None
    if row is None or card is None:
        return None
    back = select(adjustments).where(adjustments.c.key == f"refund:{row.id}")
    return Booked(
        card=card,
        person=row.person,
        name=row.name,
        paid=tuple((scope, line.spent) for scope, line in ledger.paid_by(db, row.id) if line.spent),
        refunds=tuple(RefundLine(each.at, each.amount, each.reason) for each in db.execute(back)),
        passed_on=tuple((each.vendor, each.why) for each in moves.of(db, row.id)),
    )
