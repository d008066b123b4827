"""How long credits last, as people write it: until a day, or for some days."""

from __future__ import annotations

import re
from datetime import date, timedelta

from bot.core.errors import BadOption

DAYS_MAX = 3_660
"""Ten years."""

_UNTIL = re.compile(r"until\s+(?P<day>\S+)(?:\s+(?P<rest>.*))?", re.IGNORECASE | re.DOTALL)
_FOR = re.compile(
    r"for\s+(?P<count>[0-9]{1,5})\s+(?P<unit>day|week|month)s?\b[,;.:]?\s*(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_expiry(words: str, today: date) -> tuple[date | None, str]:
    """Return the last day that the words begin with ("until 2026-12-31", "for 30 days"), and the words after it.

    "For 1 day" is today; a month has thirty days. Raises BadOption for a day that is over, unreadable or too far off.
    """
    if found := _FOR.fullmatch(words.strip()):
        days = int(found["count"]) * {"day": 1, "week": 7, "month": 30}[found["unit"].lower()]
        if not 1 <= days <= DAYS_MAX:
            raise BadOption("until_too_far")
        return today + timedelta(days=days - 1), found["rest"].strip()
    found = _UNTIL.fullmatch(words.strip())
    if found is None:
        return None, words
    typed = found["day"].rstrip(",;.:")
    try:
        day = date.fromisoformat(typed) if _DAY.fullmatch(typed) else None
    except ValueError:
        day = None
    if day is None:
        raise BadOption("until_unreadable")
    if day < today:
        raise BadOption("until_over", day=day.isoformat())
    if day > today + timedelta(days=DAYS_MAX):
        raise BadOption("until_too_far")
    return day, (found["rest"] or "").strip()
