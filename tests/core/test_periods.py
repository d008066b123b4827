"""Periods: midnights, changing clocks, weeks and months."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.periods import Period, Unit, period_of

HOUR = 3_600_000


def ms(text: str, zone: str = "UTC") -> int:
    """Read a local time as milliseconds."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def test_a_period_begins_at_midnight() -> None:
    """The last millisecond of a day belongs to it, the next one to the next day."""
    midnight = ms("2026-11-22T00:00", "Europe/Berlin")

    assert period_of(midnight - 1, "Europe/Berlin", "day").key == "2026-11-21"
    assert period_of(midnight, "Europe/Berlin", "day") == Period("2026-11-22", midnight, midnight + 24 * HOUR)


def test_the_zone_decides_the_date() -> None:
    """The same moment is another day elsewhere."""
    now = ms("2026-11-21T12:00")

    assert period_of(now, "Pacific/Kiritimati", "day").key == "2026-11-22"
    assert period_of(now, "Pacific/Pago_Pago", "day").key == "2026-11-21"


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", "2026-03-29", 23),
        ("Europe/Berlin", "2026-10-25", 25),
        ("America/Sao_Paulo", "2018-11-04", 23),
        ("Africa/Cairo", "2026-04-24", 23),
        ("America/Havana", "2026-11-01", 25),
    ],
    ids=["spring", "autumn", "midnight skipped", "midnight skipped too", "midnight twice"],
)
def test_days_with_a_clock_change(zone: str, day: str, hours: int) -> None:
    """A day with a changed clock is an hour shorter or longer, also where the change is at midnight."""
    found = period_of(ms(f"{day}T12:00", zone), zone, "day")

    assert (found.key, (found.end_ms - found.start_ms) / HOUR) == (day, hours)


def test_a_clock_set_back_over_midnight_does_not_reopen_a_day() -> None:
    """Where 00:01 became 23:01, the day that has begun stays."""
    after = ms("2009-11-01T02:31")
    found = period_of(after + 10 * 60_000, "America/St_Johns", "day")

    assert found.key == "2009-11-01"
    assert found.start_ms <= after < found.end_ms


@pytest.mark.parametrize(
    ("now", "unit", "key", "start", "end"),
    [
        ("2026-11-21T12:00", "week", "2026-W47", "2026-11-16", "2026-11-23"),
        ("2027-01-01T12:00", "week", "2026-W53", "2026-12-28", "2027-01-04"),
        ("2026-12-31T23:59", "month", "2026-12", "2026-12-01", "2027-01-01"),
        ("2028-02-29T00:00", "month", "2028-02", "2028-02-01", "2028-03-01"),
    ],
)
def test_weeks_and_months(now: str, unit: Unit, key: str, start: str, end: str) -> None:
    """Weeks begin on Monday and are numbered as ISO says; months are as long as they are."""
    assert period_of(ms(now), "UTC", unit) == Period(key, ms(f"{start}T00:00"), ms(f"{end}T00:00"))


ZONES = ["UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Apia", "Asia/Kathmandu", "Africa/Cairo"]


@given(
    st.integers(ms("1990-01-01"), ms("2037-12-31")),
    st.sampled_from(ZONES),
    st.sampled_from(["day", "week", "month"]),
)
def test_periods_follow_each_other_without_gaps(now: int, zone: str, unit: Unit) -> None:
    """Every moment lies in its period, the neighbours touch it, and every moment of it says the same."""
    found = period_of(now, zone, unit)

    assert found.start_ms <= now < found.end_ms
    assert period_of(found.start_ms, zone, unit) == period_of(found.end_ms - 1, zone, unit) == found
    assert period_of(found.end_ms, zone, unit).start_ms == found.end_ms
    assert period_of(found.start_ms - 1, zone, unit).end_ms == found.start_ms
