"""The page about vendors over many calls, from the daily sums, beside the same numbers from the calls themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from sqlalchemy import insert, select

import config
from benchmarks import orders
from benchmarks.replay import raw
from benchmarks.result import Result, Sizes
from benchmarks.turns import taking_turns
from bot.core.breaker import State
from bot.core.catalogue import Catalogue
from bot.core.vendorsheets import VendorSheet
from bot.core.vitals import ANSWERED, DAY, FAULTS, Health, Vital, health_of
from bot.platforms.web.vendorpage import page
from bot.storage import Database, Tx, open_database, vitals
from bot.storage.schema import vitals as kept
from bot.vendorbook import SoldBook
from tests.storage import builders

TARGET_SECONDS = 0.5
DAYS = 30
FIRST_DAY = builders.NOW // DAY - DAYS + 1

SOLD = "CREATE TEMP TABLE sold (n INTEGER PRIMARY KEY, vendor TEXT, model TEXT, quality TEXT)"
PAST_CALLS = """
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :calls)
INSERT INTO calls (
    id, job, part, state, vendor, model, quality, request, wanted, got, pixels, quoted_nano, billed_nano, reason,
    called_at, answered_at
)
SELECT 'past-' || i, job.id, 0,
    -- Eight of a hundred give no picture: refused, failed, out of reach, or unknown.
    CASE i % 100 WHEN 7 THEN 'refused' WHEN 21 THEN 'failed' WHEN 43 THEN 'void' WHEN 77 THEN 'unknown'
        WHEN 81 THEN 'refused' WHEN 85 THEN 'failed' WHEN 91 THEN 'void' WHEN 99 THEN 'unknown' ELSE 'stored' END,
    sold.vendor, sold.model, sold.quality, '{}', 1, 1, CASE i % 7 WHEN 0 THEN 4194304 ELSE 1048576 END,
    60000000, CASE i % 3 WHEN 0 THEN NULL ELSE 53000000 END,
    CASE i % 100 WHEN 43 THEN 'unreachable' WHEN 91 THEN 'busy' WHEN 99 THEN 'too_slow' END,
    :first + (i * 7907) % (:days * 86400000),
    :first + (i * 7907) % (:days * 86400000) + 4000 + (i * 104729) % 60000
FROM n JOIN sold ON sold.n = i % (SELECT count(*) FROM sold), (SELECT id FROM jobs LIMIT 1) AS job
"""


async def measure(sizes: Sizes, folder: Path) -> Sequence[Result]:
    """Let both take turns on the same file; they must agree."""
    path, catalogue = folder / "calls.db", config.load({}).catalogue
    await orders.furnished(path)
    _write_past(path, sizes.entries, catalogue)
    database = await open_database(f"sqlite:///{path}")
    await database.write(_sum_up)
    fast, plain = await taking_turns(
        sizes.rounds, lambda: _shown(database, catalogue), lambda _: database.read(_from_calls), _check
    )
    await database.close()
    return [
        Result(
            what=f"The page about vendors over {sizes.entries:,} calls of a month",
            measured=f"{fast * 1e3:.0f} ms",
            baseline=f"grouping its calls in SQL: {plain:.1f} s",
            ratio=fast / plain,
            target=f"at most {TARGET_SECONDS * 1e3:.0f} ms",
            is_met=fast <= TARGET_SECONDS,
        )
    ]


async def _shown(database: Database, catalogue: Catalogue) -> Sequence[VendorSheet]:
    """Read and write the whole page as for its first visitor."""
    sheets = await SoldBook(catalogue, database, _now, _closed).read()
    page(sheets, builders.NOW)
    return sheets


def _write_past(path: Path, wanted: int, catalogue: Catalogue) -> None:
    sold = [(model.vendor, model.name, quality) for model in catalogue.models for quality in model.qualities]
    with raw(path) as connection:
        connection.execute(SOLD)
        connection.executemany(
            "INSERT INTO sold VALUES (?, ?, ?, ?)", [(n, *each) for n, each in enumerate(sold)]
        )
        connection.execute("BEGIN")
        connection.execute(PAST_CALLS, {"calls": wanted, "first": FIRST_DAY * DAY, "days": DAYS})
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _sum_up(db: Tx) -> None:
    """Keep the sums that the calls would have left, had they been made one by one."""
    found = vitals.of_calls()
    db.execute(insert(kept).from_select([column.name for column in found.selected_columns], found))


def _from_calls(db: Tx) -> Mapping[tuple[str, str], Health]:
    """Say how every model has done without the sums: from the calls, grouped by the database."""
    found = vitals.of_calls().subquery()
    grouped: dict[tuple[str, str], list[Vital]] = {}
    days: dict[tuple[str, str], Counter[tuple[int, bool]]] = {}
    for day, *row in db.execute(select(found).where(found.c.day >= FIRST_DAY)):
        each = Vital(*(*row, 0))
        grouped.setdefault((each.vendor, each.model), []).append(each)
        if each.outcome in ANSWERED or each.outcome in FAULTS:
            days.setdefault((each.vendor, each.model), Counter())[day, each.outcome in ANSWERED] += each.calls
    return {key: health_of(each, _by_day(days[key])) for key, each in grouped.items()}


def _by_day(counted: Counter[tuple[int, bool]]) -> list[tuple[int, int, int]]:
    days = sorted({day for day, _ in counted})
    return [(day, counted[day, True], counted[day, True] + counted[day, False]) for day in days]


def _check(sheets: Sequence[VendorSheet], added: Mapping[tuple[str, str], Health]) -> None:
    shown = {(v.name, m.name): replace(m.health, last_drawn=None) for v in sheets for m in v.models}
    if shown != {key: replace(health, last_drawn=None) for key, health in added.items()}:
        raise RuntimeError("the page and the calls do not agree")


def _now() -> int:
    return builders.NOW


def _closed(*_: str) -> State:
    return "closed"
