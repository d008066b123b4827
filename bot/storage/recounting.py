"""Meters of a tenant whose clock was set: each counts what its period holds by the new clock."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from sqlalchemy import select

from bot.core.accounts import RANKS, Account, Line, Meter, Scope
from bot.core.periods import Unit, period_of
from bot.storage import ledger, metering
from bot.storage.schema import accounts
from bot.storage.transaction import Tx

SCOPES: tuple[Scope, ...] = ("person", "channel", "tenant")


def recount(db: Tx, tenant: str, zone: str, *, now: int) -> None:
    """Let the tenant's caps count their present periods by the clock of `zone`.

    A period of the same name may begin and end at other times now. What a meter has missed, its next hold adds; what
    it counts too much is taken off here. While holds are open on it, it keeps what it counts: they close on it.
    Allowances stay: each named period gives one, whatever the clock.
    """
    meters = {meter.account: meter for meter in _meters(db, tenant, zone, now)}
    locked = ledger.lock(db, sorted(meters))
    for name, seen in locked.items():
        _take_off(db, meters[name], seen, now=now)
    subjects: set[tuple[Scope, str]] = {(each.scope, each.subject) for each in meters.values()}
    for scope, subject in sorted(subjects, key=lambda pair: (RANKS[pair[0]], pair[1])):
        metering.reopen(db, scope, subject)


def _take_off(db: Tx, meter: Meter, seen: Account, *, now: int) -> None:
    too_much = seen.counted - metering.spent_so_far(db, meter)
    if too_much > 0 and not seen.held:
        ledger.post(db, f"open:{meter.account}:{now}", [Line(meter.account, spent=-too_much)], now=now)


def _meters(db: Tx, tenant: str, zone: str, now: int) -> Iterator[Meter]:
    """Yield the meters that the tenant's caps would count in now, as far as they have an account."""
    periods = {period.key: period for period in (period_of(now, zone, unit) for unit in get_args(Unit))}
    for scope in SCOPES:
        rows = db.execute(
            select(accounts.c.id).where(
                accounts.c.scope == scope, accounts.c.id.contains(tenant, autoescape=True)
            )
        )
        for account in rows.scalars():
            subject, _, key = account.removeprefix(f"{scope}:").rpartition(":")
            if key in periods and _is_of(scope, subject, tenant):
                period = periods[key]
                yield Meter(scope, subject, 0, key, period.start_ms, period.end_ms)


def _is_of(scope: Scope, subject: str, tenant: str) -> bool:
    """Whether a meter turns with this tenant's clock; a cap that operators set on a person does not."""
    match scope:
        case "person":
            return subject.partition("/")[2] == tenant
        case "channel":
            return subject.startswith(f"{tenant}/")
        case _:
            return subject == tenant
