"""Where a person's credits came from: a balance is one for all places, and each takes back only what it gave."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, cast, func, or_, select

from bot.core.accounts import credits_account
from bot.storage.people import find_tenant
from bot.storage.schema import adjustments, entries, jobs
from bot.storage.transaction import Tx


def given_in(db: Tx, person: str, tenant: str, *, now: int) -> int:
    """Sum what a tenant gave a person and did not take back, in millicredits, without what has ended.

    A refund of its own job that came too late for the allowance is given, too.
    """
    place = find_tenant(db, tenant)
    event = f"{place.platform if place else ''}:{tenant}:"
    column = adjustments.c.key
    own = or_(*(column.startswith(f"{act}:{event}", autoescape=True) for act in ("grant", "revoke")))
    lasts = or_(adjustments.c.until.is_(None), adjustments.c.until > now)
    given = select(_sum(adjustments.c.amount)).where(adjustments.c.person == person, own, lasts)
    returned = (
        select(_sum(entries.c.granted))
        .join(jobs, entries.c.key == "refund:" + jobs.c.id)
        .where(jobs.c.person == person, jobs.c.tenant == tenant, entries.c.account == credits_account(person))
    )
    return int(db.execute(given).scalar_one()) + int(db.execute(returned).scalar_one())


def _sum(column: Any) -> Any:
    return cast(func.coalesce(func.sum(column), 0), BigInteger)
