"""How long credits last, as people write it."""

from __future__ import annotations

from datetime import date

import pytest

from bot.core.errors import BadOption
from bot.core.expiry import read_expiry

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("words", "day", "reason"),
    [
        ("until 2026-12-31 for the workshop", "2026-12-31", "for the workshop"),
        ("Until 2026-12-31, the workshop", "2026-12-31", "the workshop"),
        ("until 2026-11-21", "2026-11-21", ""),
        ("for 1 day", "2026-11-21", ""),
        ("for 30 days of drawing", "2026-12-20", "of drawing"),
        ("for 2 weeks", "2026-12-04", ""),
        ("for 3 months: thanks", "2027-02-18", "thanks"),
        ("for the workshop until 2026-12-31", None, "for the workshop until 2026-12-31"),
        ("for 30 dayspring songs", None, "for 30 dayspring songs"),
        ("for 2 pictures", None, "for 2 pictures"),
        ("", None, ""),
    ],
)
def test_only_the_beginning_says_how_long(words: str, day: str | None, reason: str) -> None:
    """A day or a number of days at the front, today counted; whatever else is the reason."""
    found, rest = read_expiry(words, TODAY)

    assert (found.isoformat() if found else None, rest) == (day, reason)


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("until 2026-11-20", "until_over"),
        ("until 2026-02-30", "until_unreadable"),
        ("until 31.12.2026", "until_unreadable"),
        ("until the workshop ends", "until_unreadable"),
        ("until 20261231", "until_unreadable"),
        ("until 2099-01-01", "until_too_far"),
        ("for 0 days", "until_too_far"),
        ("for 99999 months", "until_too_far"),
    ],
)
def test_a_day_that_cannot_be_meant_is_refused(words: str, key: str) -> None:
    """Nothing lasts for good only because its day was misread."""
    with pytest.raises(BadOption) as refused:
        read_expiry(words, TODAY)

    assert refused.value.key == key
