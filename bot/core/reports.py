"""What admins read about a period: sums of a tenant's jobs by person, channel, model and vendor.

A job counts on the day it ended, a refund on the day it was given; days are those of the tenant's own clock.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.core.errors import BadOption

Dimension = Literal["person", "channel", "model", "vendor"]
DIMENSIONS: tuple[Dimension, ...] = ("person", "channel", "model", "vendor")

EPOCH = date(1970, 1, 1).toordinal()
"""Days are counted from here, as days of a calendar: a time zone has chosen which one a moment lies in."""

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

_NAMED = {"today": "day", "week": "week", "month": "month", "": "month"}
_MONTH = re.compile(r"(?P<year>20[0-9]{2})-(?P<month>0[1-9]|1[0-2])")
_WEEK = re.compile(r"(?P<year>20[0-9]{2})-w(?P<week>[0-9]{2})")
_DAY = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Sums:
    """What was done and what it cost; amounts are millicredits.

    `jobs` are those that ended, `failures` those of them that failed or were lost.
    """

    jobs: int = 0
    pictures: int = 0
    failures: int = 0
    charged: int = 0
    refunded: int = 0

    def __sub__(self, other: Sums) -> Sums:
        """Return what is left without `other`."""
        return Sums(*(mine - theirs for mine, theirs in zip(self.values, other.values, strict=True)))

    @property
    def values(self) -> tuple[int, ...]:
        """All sums, in their order."""
        return (self.jobs, self.pictures, self.failures, self.charged, self.refunded)


@dataclass(frozen=True)
class Days:
    """Days of a calendar, the last one included."""

    first: int
    last: int


@dataclass(frozen=True)
class Span:
    """A period to report on, and the days that it is compared with: as many of the period before, if it still runs."""

    key: str
    title: str
    days: Days
    before: Days
    is_open: bool


@dataclass(frozen=True)
class Part:
    """The share of one person, channel, model or vendor; all direct messages are one channel without a name."""

    name: str
    sums: Sums


@dataclass(frozen=True)
class Shares:
    """The largest shares, the largest first, and what all the others make together."""

    top: tuple[Part, ...]
    others: Sums
    others_count: int


@dataclass(frozen=True)
class Report:
    """A tenant's sums over a span."""

    tenant: str
    span: Span
    total: Sums
    before: Sums
    shares: Mapping[Dimension, Shares]


@dataclass(frozen=True)
class CsvRow:
    """One row of the table of sums; `day` is None where a row stands for the whole span.

    `channel` is what it is called, its id where nobody told, and empty in direct messages.
    """

    day: int | None
    person: str
    channel: str
    channel_id: str
    model: str
    vendor: str
    sums: Sums


def day_of(now_ms: int, zone: str) -> int:
    """Return the calendar day of a moment by an IANA time zone; one that nobody knows counts as UTC."""
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        place = ZoneInfo("UTC")
    return datetime.fromtimestamp(now_ms // 1000, UTC).astimezone(place).date().toordinal() - EPOCH


def date_of(day: int) -> date:
    """Return the date of a calendar day."""
    return date.fromordinal(day + EPOCH)


def span_of(text: str, today: int) -> Span:
    """Read "today", "week", "month", "2026-11", "2026-W47" or "2026-11-21"; raises BadOption for anything else."""
    first, unit = _first(text.strip().lower(), date_of(today))
    last = _next(first, unit) - timedelta(days=1)
    before = _first_of_period(first - timedelta(days=1), unit)
    days = Days(_number(first), _number(last))
    is_open = days.first <= today <= days.last
    until = first - timedelta(days=1)
    if is_open:
        until = min(until, before + timedelta(days=today - days.first))
    return Span(_key(first, unit), _title(first, unit), days, Days(_number(before), _number(until)), is_open)


def _first(text: str, today: date) -> tuple[date, str]:
    """Find the first day of the period that is named, and how long it is."""
    if text in _NAMED:
        return _first_of_period(today, _NAMED[text]), _NAMED[text]
    try:
        if named := _MONTH.fullmatch(text):
            return date(int(named["year"]), int(named["month"]), 1), "month"
        if named := _WEEK.fullmatch(text):
            return date.fromisocalendar(int(named["year"]), int(named["week"]), 1), "week"
        if _DAY.fullmatch(text):
            return date.fromisoformat(text), "day"
    except ValueError:
        pass
    raise BadOption("period_unclear", given=text[:40])


def _first_of_period(day: date, unit: str) -> date:
    if unit == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if unit == "week" else day


def _next(first: date, unit: str) -> date:
    if unit == "month":
        return (first + timedelta(days=31)).replace(day=1)
    return first + timedelta(days=7 if unit == "week" else 1)


def _key(first: date, unit: str) -> str:
    return {"month": f"{first:%Y-%m}", "week": f"{first:%G-W%V}"}.get(unit, first.isoformat())


def _title(first: date, unit: str) -> str:
    month = MONTHS[first.month - 1]
    words = {"month": f"{month} {first.year}", "week": f"week {first:%V} of {first:%G}"}
    return words.get(unit, f"{first.day} {month} {first.year}")


def _number(day: date) -> int:
    return day.toordinal() - EPOCH
