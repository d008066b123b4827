"""Sums of calls equal a slow recomputation, whatever happened to the calls, on both databases."""

from __future__ import annotations

import math
import os
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select, text, update

import config
from bot.core.jobs import CallState
from bot.core.vitals import DAY, DRAWN, FAULTS, Health, bucket_of, health_of, outcome_of, share_of, size_of
from bot.storage import Database, Tx, calls, prices, vitals
from bot.storage.calls import Answer, Loss, NewCall, NewPicture
from bot.storage.migrate import migrate
from bot.storage.prices import Listed
from bot.storage.schema import calls as call_table
from bot.storage.schema import vitals as vital_table
from bot.vendorbook import SoldBook, known
from tests.storage.builders import CREDIT, Order, accept, furnish, take
from tests.storage.conftest import NOW

LOSSES = (
    (CallState.REFUSED, "refused"),
    (CallState.FAILED, "account"),
    (CallState.FAILED, "rejected"),
    (CallState.FAILED, "failed"),
    (CallState.FAILED, "bad_picture"),
    (CallState.FAILED, "storage_full"),
    (CallState.UNKNOWN, "unknown"),
    (CallState.UNKNOWN, "too_slow"),
    (CallState.UNKNOWN, "bug"),
    (CallState.VOID, "busy"),
    (CallState.VOID, "unreachable"),
)
CALLS = st.tuples(
    st.sampled_from(("openai", "spare")),
    st.sampled_from(("one", "two")),
    st.sampled_from(("low", "high")),
    st.sampled_from((0, 1024 * 1024, 2048 * 2048, 3840 * 2160)),
    st.integers(0, 3),
)
ACTS = st.lists(
    st.one_of(
        st.tuples(
            st.just("store"), st.integers(0, 700), st.sampled_from((None, 7)), st.none() | st.integers(0, 999)
        ),
        st.tuples(st.just("lose"), st.integers(0, 60), st.sampled_from((None, 9)), st.sampled_from(LOSSES)),
        st.tuples(st.just("leave"), st.just(0), st.none(), st.none()),
    ),
    max_size=3,
)


@pytest.fixture
async def epoch(database: Database) -> int:
    """A running job."""
    await database.write(furnish, "ann", balance=9 * CREDIT)
    await database.write(accept, Order("1", parts=(1, 1)))
    return await database.write(take, "job-1")


def live(db: Tx, history: list[tuple[tuple[Any, ...], list[Any]]], epoch: int, prefix: str) -> None:
    """Make calls and let all of this happen to them, in this order."""
    for number, ((vendor, model, quality, pixels, day), acts) in enumerate(history):
        at, name = NOW + day * DAY, f"{prefix}-{number}"
        new = NewCall(name, "job-1", 0, vendor, model, '{"prompt": "p"}', 1, 1_000, None, quality, pixels)
        calls.call_out(db, new, epoch, now=at)
        for kind, seconds, bill, more in acts:
            now = at + seconds * 1_017
            if kind == "store":
                picture = NewPicture(name, 0, name, "image/png", 8, 8, 9)
                calls.store(db, name, Answer((picture,), 5, bill, more), now=now)
            elif kind == "lose":
                calls.give_up(db, name, Loss(more[0], more[1], bill), now=now)
            else:
                calls.give_up_open_calls(db, "job-1", reason="cancelled")


async def test_a_vendor_out_of_reach_is_not_said_to_have_billed(database: Database, epoch: int) -> None:
    """What was never taken up costs nothing, and that is no bill below the quote."""
    one = ("openai", "one", "low", 1024 * 1024, 0)
    drawn = [("store", 5, 900_000, None)]
    lost = [("lose", 1, 0, (CallState.VOID, "unreachable"))]
    await database.write(live, [(one, drawn), (one, lost), (one, lost)], epoch, "quoted")

    health = (await database.read(known, since=0)).healths["openai", "one"]

    assert (health.calls, health.billed, health.quoted_nano, health.billed_nano) == (3, 1, 1_000, 900_000)


def spoil(db: Tx) -> None:
    """Count a call twice."""
    db.execute(update(vital_table).values(calls=2))


def everything(db: Tx) -> list[Any]:
    """Read every call."""
    return list(db.execute(select(call_table)))


@settings(
    max_examples=int(os.environ.get("EASEL_HISTORIES", "12")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=st.lists(st.tuples(CALLS, ACTS), max_size=12))
async def test_sums_equal_a_slow_recomputation(database: Database, epoch: int, history: list[Any]) -> None:
    """Every number that people are shown, counted one call after the other; the histories pile up."""
    made = len(await database.read(everything))
    await database.write(live, history, epoch, f"after {made}")

    rows = await database.read(everything)
    told = (await database.read(known, since=0)).healths

    assert await database.read(vitals.wrong) == []
    ended = [row for row in rows if outcome_of(row.state, row.reason)]
    assert {(row.vendor, row.model) for row in ended} == {key for key, each in told.items() if each.calls}
    for (vendor, model), health in told.items():
        mine = [row for row in ended if (row.vendor, row.model) == (vendor, model)]
        drawn = [row for row in mine if row.state == CallState.STORED]
        assert health.outcomes == Counter(outcome_of(row.state, row.reason) for row in mine)
        assert health.last_drawn == max((row.answered_at for row in drawn), default=health.last_drawn)
        billed = [row for row in mine if row.billed_nano is not None]
        begun = [row for row in billed if row.reason not in {"account", "rejected", "busy", "unreachable"}]
        assert health.billed == len(begun)
        assert health.billed_nano == sum(row.billed_nano for row in billed)
        assert health.quoted_nano == sum(row.quoted_nano for row in begun)
        assert health.masked == sum(row.mask_spill is not None for row in drawn)
        assert health.spilled == sum((row.mask_spill or 0) >= 200 for row in drawn)
        assert [(each.size, each.quality, each.calls, each.half, each.most) for each in health.speeds] == [
            (name, quality, *slow_speed(drawn, size, quality))
            for size, name in ((0, "auto"), (1, "1k"), (2, "2k"), (4, "4k"))
            for quality in ("high", "low")
            if any((size_of(row.pixels), row.quality) == (size, quality) for row in drawn)
        ]


def slow_speed(drawn: list[Any], size: int, quality: str) -> tuple[int, int, int]:
    """Sort all times and count along them."""
    times = sorted(
        bucket_of(row.answered_at - row.called_at)
        for row in drawn
        if (size_of(row.pixels), row.quality) == (size, quality)
    )
    place = [math.ceil(len(times) * percent / 100) - 1 for percent in (50, 95)]
    return len(times), times[place[0]], times[place[1]]


@pytest.mark.parametrize(
    "milliseconds", [0, 1, 999, 1_000, 1_001, 29_999, 30_000, 59_999, 61_000, 599_000, 3_601_000]
)
def test_a_time_is_rounded_up_and_by_little(milliseconds: int) -> None:
    """No time is told shorter than it was, nor longer by more than a tenth, or a second."""
    told = bucket_of(milliseconds) * 1_000

    assert milliseconds <= told <= milliseconds + max(1_000, milliseconds / 10)


def test_a_share_of_nothing_is_nothing() -> None:
    """No division, no index out of range."""
    assert share_of({}, 95) == 0
    assert health_of([], ()).calls == 0
    assert DRAWN not in FAULTS


async def test_what_is_older_than_the_page_is_still_the_last_success(database: Database, epoch: int) -> None:
    """Thirty-one days on nothing is measured any more, and when it drew last is still known; days sum to themselves."""
    model = config.load({}).catalogue.model("sketch")
    calls_made = [
        ((model.vendor, model.name, "low", 1024 * 1024, day), [(kind, 3, None, loss)])
        for day, kind, loss in ((0, "store", None), (1, "store", None), (1, "lose", LOSSES[3]))
    ]
    await database.write(live, calls_made, epoch, "c")
    offered = config.load({}).catalogue.offered(variables=(), dialects={"sketch"})

    async def told(days: int) -> Health:
        book = SoldBook(offered, database, lambda: NOW + days * DAY, lambda *_: "closed")
        [sheet] = await book.read()
        return sheet.models[0].health

    soon, late = await told(1), await told(31)
    first = NOW // DAY
    assert (soon.calls, soon.by_day) == (3, ((first, 1, 1), (first + 1, 1, 2)))
    assert (late.calls, late.by_day) == (0, ())
    assert soon.last_drawn == late.last_drawn == NOW + DAY + 3 * 1_017


async def test_a_wrong_sum_is_found(database: Database, epoch: int) -> None:
    """One call too many, in one row."""
    history = [(("openai", "one", "low", 0, 0), [("store", 5, None, None)])]
    await database.write(live, history, epoch, "c")
    await database.write(spoil)

    assert await database.read(vitals.wrong) == ["one of openai on day 19675: drawn"]


async def test_only_changed_prices_are_noted(database: Database) -> None:
    """A start with the same catalogue writes nothing; a change is a new row beside the old one."""
    old, new = Listed("openai", "one", "low", 7), Listed("openai", "one", "low", 8)
    noted = [
        await database.write(prices.note, (each,), now=NOW + place)
        for place, each in enumerate((old, old, new, new, old))
    ]

    assert noted == [1, 0, 1, 0, 1]
    history = await database.read(prices.history)
    assert [(each.since - NOW, each.listed.nano) for each in history] == [(0, 7), (2, 8), (4, 7)]


async def test_old_calls_get_their_sums(database_url: str, outside: Engine) -> None:
    """What was recorded before the sums were kept is counted in them, to the last number."""
    await migrate(database_url, backup_dir=None, now=NOW)
    with outside.begin() as db:
        for statement in OLD:
            db.execute(text(statement))
        for place, (state, reason) in enumerate((("stored", None), ("called", None), *LOSSES)):
            values = {"id": f"c{place}", "state": str(state), "reason": reason, "at": NOW + place}
            db.execute(text(CALL), values)
        # As the version before left it: without sums, and without what they are made from.
        for table in ("vitals", "prices", "moves", "channels"):
            db.execute(text(f"DROP TABLE {table}"))
        for column in ("quality", "pixels"):
            db.execute(text(f"ALTER TABLE calls DROP COLUMN {column}"))
        db.execute(text("UPDATE alembic_version SET version_num = '0009'"))

    await migrate(database_url, backup_dir=None, now=NOW)

    with outside.connect() as db:
        found = db.execute(text("SELECT outcome, size, quality, bucket, calls, masked FROM vitals")).all()
        assert vitals.wrong(db) == []
    assert sum(row.calls for row in found) == 1 + len(LOSSES)
    assert {(row.size, row.quality) for row in found} == {(2, "high")}
    assert [(row.bucket, row.masked) for row in found if row.outcome == "drawn"] == [(65, 1)]


OLD = (
    "INSERT INTO people (id, name) VALUES ('ann', 'Ann')",
    "INSERT INTO tenants (id, platform, name, state, time_zone, plan) VALUES ('t', 'web', 'T', 'approved', 'UTC', '')",
    (
        "INSERT INTO jobs (id, number, platform, tenant, channel, person, command, request, address, vendor, state)"
        " VALUES ('j', 1, 'web', 't', 'c', 'ann', 'imagine', '{}', '{}', 'v', 'done')"
    ),
)
CALL = (
    "INSERT INTO calls (id, job, part, state, reason, vendor, model, request, wanted, called_at, answered_at,"
    " mask_spill) VALUES (:id, 'j', 0, :state, :reason, 'v', 'm',"
    ' \'{"width": 2048, "height": 2048, "quality": "high"}\', 1, :at, :at + 61500, 300)'
).replace(":at + 61500", "CAST(:at AS BIGINT) + 61500")
