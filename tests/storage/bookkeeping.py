"""What the books should say, added up from the jobs instead of from the ledger."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from bot.core.accounts import Meter, Scope
from bot.storage import Tx
from bot.storage.schema import entries
from bot.storage.schema import jobs as job_table
from tests.storage.builders import CREDIT, HOUSE, allowance, meter

SUBJECTS: dict[Scope, str] = {"tenant": HOUSE, "platform": "web", "bot": "bot"}


class PowerCut(Exception):
    """The process dies before the COMMIT."""


@dataclass
class Plan:
    """Limits in force, in credits; None is no limit."""

    allowance: int | None = 5
    caps: dict[tuple[str, str], int | None] = field(default_factory=dict)

    def meters(self, person: str, now: int) -> tuple[Meter, ...]:
        """List the limits for a person at a time."""
        found = []
        if self.allowance is not None:
            found.append(allowance(person, self.allowance * CREDIT, now=now))
        for (scope, per), limit in self.caps.items():
            if limit is not None:
                subject = person if scope == "person" else SUBJECTS[scope]  # type: ignore[index]
                found.append(meter(scope, limit * CREDIT, subject, per=per, now=now))  # type: ignore[arg-type]
        return tuple(found)


def spent_in(db: Tx, cap: Meter) -> int:
    """Add up by the jobs what a cap has to have counted: open ones by their hold, ended ones by what counts."""
    counted = func.coalesce(job_table.c.counted, job_table.c.held)
    query = select(func.coalesce(func.sum(counted), 0)).where(
        job_table.c.created >= cap.starts, job_table.c.created < cap.ends
    )
    if cap.scope == "person":
        query = query.where(job_table.c.person == cap.subject)
    return int(db.execute(query).scalar_one())


def total(db: Tx, what: Any, *where: Any) -> int:
    """Sum a column, or count rows."""
    return int(db.execute(select(func.coalesce(what, 0)).where(*where)).scalar_one())


def ledger_rows(db: Tx) -> int:
    """Count what the ledger has written."""
    return total(db, func.count(entries.c.seq))
