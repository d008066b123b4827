"""Daily sums of paid calls by vendor and model: kept in the transaction that concludes a call, proved against calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Insert,
    Select,
    bindparam,
    case,
    cast,
    func,
    literal,
    select,
    union_all,
)

from bot.core.vitals import (
    ANSWERED,
    BY_STATE,
    DAY,
    DRAWN,
    FAULTS,
    OUTCOMES,
    PIXELS_1K,
    PIXELS_2K,
    SPILL_NOTICED,
    STEP_ABOVE,
    STEPS,
    Health,
    Vital,
    bucket_of,
    health_of,
    outcome_of,
    size_of,
)
from bot.storage.insert import insert_into
from bot.storage.schema import calls, vitals
from bot.storage.transaction import Dialect, Tx, dialect_of

_KEYS = ("day", "vendor", "model", "quality", "size", "outcome", "bucket")
_AMOUNTS = ("calls", "billed", "quoted_nano", "billed_nano", "masked", "spilled")
CALL_COLUMNS = (
    calls.c.vendor,
    calls.c.model,
    calls.c.quality,
    calls.c.pixels,
    calls.c.state,
    calls.c.reason,
    calls.c.called_at,
    calls.c.answered_at,
    calls.c.quoted_nano,
    calls.c.billed_nano,
    calls.c.mask_spill,
)
"""What the sums of a call are made from."""

WRONG_MAX = 20


def _summed(column: Any) -> ColumnElement[int]:
    return cast(func.sum(column), BigInteger).label(column.name)


_KIND = tuple(vitals.c[name] for name in _KEYS if name != "day")
_OVER_DAYS = (
    select(
        *_KIND, *(_summed(vitals.c[name]) for name in _AMOUNTS), func.max(vitals.c.last_at).label("last_at")
    )
    .where(vitals.c.day >= bindparam("since"), vitals.c.calls != 0)
    .group_by(*_KIND)
)
_IS_ANSWERED = vitals.c.outcome.in_(sorted(ANSWERED))
_IS_ASKED = vitals.c.outcome.in_(sorted({*ANSWERED, *FAULTS}))
_A_DAY = (vitals.c.day, vitals.c.vendor, vitals.c.model)
_BY_DAY = (
    select(
        *_A_DAY,
        cast(func.sum(case((_IS_ANSWERED, vitals.c.calls), else_=0)), BigInteger).label("answered"),
        cast(func.sum(case((_IS_ASKED, vitals.c.calls), else_=0)), BigInteger).label("asked"),
    )
    .where(vitals.c.day >= bindparam("since"))
    .group_by(*_A_DAY)
    .order_by(*_A_DAY)
)


def book(db: Tx, changes: Iterable[tuple[Any, Any]]) -> None:
    """Count calls that changed from one row to another; None is an open one. Comes last, or before any account."""
    found: dict[tuple[Any, ...], list[int]] = {}
    for before, after in changes:
        for row, sign in ((before, -1), (after, 1)):
            fact = _fact(row) if row is not None else None
            if fact is not None:
                key, amounts, last_at = fact
                sums = found.setdefault(key, [0] * (len(_AMOUNTS) + 1))
                for place, amount in enumerate(amounts):
                    sums[place] += sign * amount
                sums[-1] = max(sums[-1], last_at if sign > 0 else 0)
    statement = _add(dialect_of(db))
    for key, sums in sorted(found.items()):
        if any(sums[:-1]):
            values = dict(zip((*_KEYS, *_AMOUNTS, "last_at"), (*key, *sums), strict=True))
            db.execute(statement, values)


def last_drawn(db: Tx, *, before: int) -> Mapping[tuple[str, str], int]:
    """Say when each vendor's model drew last, before a day; reads all of its history."""
    latest = func.max(vitals.c.last_at)
    query = (
        select(vitals.c.vendor, vitals.c.model, latest)
        .where(vitals.c.day < before, vitals.c.outcome == DRAWN, vitals.c.calls != 0)
        .group_by(vitals.c.vendor, vitals.c.model)
    )
    return {(row[0], row[1]): row[2] for row in db.execute(query)}


def healths(db: Tx, day: int) -> Mapping[tuple[str, str], Health]:
    """Say how each vendor's model has done since a day, by sums that the database makes of those of its days."""
    found: dict[tuple[str, str], list[Vital]] = {}
    for row in db.execute(_OVER_DAYS, {"since": day}):
        found.setdefault((row.vendor, row.model), []).append(Vital(*tuple(row)))
    days: dict[tuple[str, str], list[tuple[int, int, int]]] = {}
    for row in db.execute(_BY_DAY, {"since": day}):
        if row.asked:
            days.setdefault((row.vendor, row.model), []).append((row.day, row.answered, row.asked))
    return {key: health_of(each, days.get(key, ())) for key, each in found.items()}


def wrong(db: Tx) -> list[str]:
    """List sums that are not what the calls make; there are none, or something is wrong."""
    kept = select(*(vitals.c[name] for name in _KEYS), *(-vitals.c[name] for name in _AMOUNTS))
    both = union_all(of_calls(), kept).subquery()
    keys = [both.c[name] for name in _KEYS]
    is_off: ColumnElement[bool] = literal(value=False)
    for name in _AMOUNTS:
        is_off |= func.sum(both.c[name]) != 0
    query = select(*keys).group_by(*keys).having(is_off).limit(WRONG_MAX)
    return [f"{row.model} of {row.vendor} on day {row.day}: {row.outcome}" for row in db.execute(query)]


def of_calls() -> Select[Any]:
    """Make the sums anew from all calls."""
    outcome = _outcome()
    is_drawn = outcome == DRAWN
    is_masked = is_drawn & calls.c.mask_spill.is_not(None)
    is_billed = calls.c.billed_nano.is_not(None)
    keys = {
        "day": calls.c.called_at // DAY,
        "vendor": calls.c.vendor,
        "model": calls.c.model,
        "quality": calls.c.quality,
        "size": case(
            (calls.c.pixels == 0, 0),
            (calls.c.pixels <= PIXELS_1K, 1),
            (calls.c.pixels <= PIXELS_2K, 2),
            else_=4,
        ),
        "outcome": outcome,
        "bucket": case((is_drawn, _bucket()), else_=0),
    }
    amounts = {
        "calls": literal(1),
        "billed": case((is_billed, 1), else_=0),
        "quoted_nano": case((is_billed, calls.c.quoted_nano), else_=0),
        "billed_nano": func.coalesce(calls.c.billed_nano, 0),
        "masked": case((is_masked, 1), else_=0),
        "spilled": case((is_masked & (calls.c.mask_spill >= SPILL_NOTICED), 1), else_=0),
    }
    labelled = [each.label(name) for name, each in (keys | amounts).items()]
    inner = select(*labelled).where(calls.c.state.in_(list(BY_STATE))).subquery()
    group = [inner.c[name] for name in _KEYS]
    summed = [cast(func.sum(inner.c[name]), BigInteger).label(name) for name in _AMOUNTS]
    return select(*group, *summed).group_by(*group)


def _fact(row: Any) -> tuple[tuple[Any, ...], tuple[int, ...], int] | None:
    """Return key, amounts and time of what a call's row counts as; None while it is open."""
    outcome = outcome_of(row.state, row.reason)
    if outcome is None:
        return None
    is_drawn = outcome == DRAWN
    answered_at = row.answered_at or row.called_at
    bucket = bucket_of(answered_at - row.called_at) if is_drawn else 0
    key = (row.called_at // DAY, row.vendor, row.model, row.quality, size_of(row.pixels), outcome, bucket)
    is_masked, is_billed = is_drawn and row.mask_spill is not None, row.billed_nano is not None
    amounts = (
        1,
        int(is_billed),
        row.quoted_nano if is_billed else 0,
        row.billed_nano or 0,
        int(is_masked),
        int(is_masked and row.mask_spill >= SPILL_NOTICED),
    )
    return key, amounts, answered_at if is_drawn else 0


@cache
def _add(dialect: Dialect) -> Insert:
    statement = insert_into(dialect, vitals)
    new = statement.excluded
    added = {name: vitals.c[name] + new[name] for name in _AMOUNTS}
    latest = case((vitals.c.last_at > new.last_at, vitals.c.last_at), else_=new.last_at)
    return statement.on_conflict_do_update(index_elements=_KEYS, set_={**added, "last_at": latest})


def _outcome() -> ColumnElement[str]:
    known = [
        ((calls.c.state == state) & (calls.c.reason == reason), outcome)
        for (state, reason), outcome in OUTCOMES.items()
    ]
    return case(*known, *((calls.c.state == state, outcome) for state, outcome in BY_STATE.items()), else_="")


def _bucket() -> ColumnElement[int]:
    passed = func.coalesce(calls.c.answered_at, calls.c.called_at) - calls.c.called_at
    known = case((passed < 0, 0), else_=passed)
    step = case(*((known < below, step) for below, step in STEPS), else_=STEP_ABOVE)
    return (known + step - 1) // step * step // 1_000
