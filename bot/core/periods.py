"""Days, weeks and months by the clock on somebody's wall."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Unit = Literal["day", "week", "month"]
DASHES_OF_A_DAY = 2
UNITS: tuple[Unit, ...] = ("day", "week", "month")


@dataclass(frozen=True)
class Period:
    """A day, a week from Monday or a month: its name, its first millisecond and the first after it."""

    key: str
    start_ms: int
    end_ms: int


def period_of(now_ms: int, zone: str, unit: Unit) -> Period:
    """Find the period that `now_ms` lies in, by the IANA time zone `zone`.

    Raises ZoneInfoNotFoundError for an unknown zone. A day lasts 23 or 25 hours where clocks change.
    """
    place = ZoneInfo(zone)
    first = _first_day(datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(place).date(), unit)
    if now_ms >= _midnight_ms(_next(first, unit), place):
        # The clock went back over midnight: the old date is shown again, but its period has ended.
        first = _next(first, unit)
    return Period(_key(first, unit), _midnight_ms(first, place), _midnight_ms(_next(first, unit), place))


def unit_of(key: str) -> Unit:
    """Tell which kind of period a key names."""
    if "W" in key:
        return "week"
    return "day" if key.count("-") == DASHES_OF_A_DAY else "month"


def end_of_day(day: date, zone: str) -> int:
    """Return the first millisecond after a day, by the IANA time zone `zone`."""
    return _midnight_ms(_next(day, "day"), ZoneInfo(zone))


def day_of(at_ms: int, zone: str) -> date:
    """Return the day that a time lies in, by the IANA time zone `zone`."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(zone)).date()


def _first_day(day: date, unit: Unit) -> date:
    match unit:
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)


def _next(first: date, unit: Unit) -> date:
    match unit:
        case "day":
            return first + timedelta(days=1)
        case "week":
            return first + timedelta(days=7)
        case "month":
            return (first + timedelta(days=31)).replace(day=1)


def _midnight_ms(day: date, place: ZoneInfo) -> int:
    """Return when `day` begins: of two midnights the first, of a skipped one the moment it is skipped."""
    return int(datetime.combine(day, time(), place).timestamp()) * 1000


def _key(first: date, unit: Unit) -> str:
    match unit:
        case "day":
            return first.isoformat()
        case "week":
            return f"{first:%G-W%V}"
        case "month":
            return f"{first:%Y-%m}"
