"""How long a vendor asks us to wait."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

SECONDS_MIN = 0.1
SECONDS_MAX = 86_400.0
BUSY_SECONDS = 10.0
OVERLOADED_SECONDS = 30.0

_IN_WORDS = re.compile(r"try again in ((?:\d+(?:\.\d+)?(?:ms|h|m|s))+)", re.IGNORECASE)
_STEP = re.compile(r"(\d+(?:\.\d+)?)(ms|h|m|s)", re.IGNORECASE)
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def wait_seconds(headers: Mapping[str, str], message: str, *, otherwise: float) -> float:
    """Say how long to wait: as the headers say, else as the message says, else `otherwise`."""
    told = (
        _number(headers.get("retry-after-ms"), 0.001)
        or _number(headers.get("retry-after"), 1.0)
        or _until(headers.get("retry-after"), headers.get("date"))
        or _in_words(message)
        or otherwise
    )
    return min(max(told, SECONDS_MIN), SECONDS_MAX)


def _number(text: str | None, unit: float) -> float | None:
    if text is None or not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text.strip()):
        return None
    return float(text) * unit


def _until(moment: str | None, now: str | None) -> float | None:
    """Measure the time to a date by the vendor's own clock."""
    until, since = _date(moment), _date(now)
    return None if until is None or since is None else max((until - since).total_seconds(), 0.0)


def _date(text: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(text or "")
    except (ValueError, OverflowError):
        return None
    return found if found.tzinfo else None


def _in_words(message: str) -> float | None:
    found = _IN_WORDS.search(message)
    if found is None:
        return None
    return sum(float(number) * _UNITS[unit.lower()] for number, unit in _STEP.findall(found[1]))
