"""A tenant's report, read from the daily sums at one moment."""

from __future__ import annotations

from bot.core.errors import NotFound
from bot.core.reports import DIMENSIONS, Report, span_of
from bot.storage import sums
from bot.storage.people import find_tenant
from bot.storage.transaction import Tx

TOP = 10

rows = sums.rows


def report(db: Tx, tenant: str, period: str, *, now: int) -> Report:
    """Sum up a period by the tenant's clock. Raises BadOption for a period that cannot be read, NotFound."""
    if find_tenant(db, tenant) is None:
        raise NotFound("tenant_unknown", tenant=tenant[:60])
    span = span_of(period, sums.today(db, tenant, now))
    return Report(
        tenant=tenant,
        span=span,
        total=sums.total(db, tenant, span.days),
        before=sums.total(db, tenant, span.before),
        shares={each: sums.shares(db, tenant, span.days, each, limit=TOP) for each in DIMENSIONS},
    )
