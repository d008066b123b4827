"""What is told of vendors, in words: honest about what nobody knows."""

from __future__ import annotations

from datetime import date

from bot.core.vendorsheets import (
    DAY,
    HOUR,
    MINUTE,
    ModelSheet,
    PriceLine,
    VendorSheet,
    about_model,
    about_vendor,
    ago,
    chat_rows,
    dollars,
)
from bot.core.vitals import Health, Speed

NOW = 1_795_000_000_000
BUSY = Health(
    outcomes={"drawn": 90, "refused": 4, "unreachable": 3, "too slow": 3, "busy": 7, "ours": 1},
    speeds=(Speed("1k", "medium", 80, 12, 31), Speed("2k", "high", 4, 70, 90)),
    billed=90,
    quoted_nano=4_770_000_000,
    billed_nano=4_512_300_000,
    masked=8,
    spilled=2,
    last_drawn=NOW - 5 * MINUTE,
)


def sheet(health: Health, **more: object) -> ModelSheet:
    """Describe a model."""
    history = ((NOW - 9 * DAY, 53_000_000), (NOW - DAY, 60_000_000))
    prices = (PriceLine("medium", 6_000, history),)
    return ModelSheet("gpt-image-2", "GPT Image 2", "gpt-image-2", prices, health, **more)  # type: ignore[arg-type]


def told(model: ModelSheet) -> dict[str, tuple[str, ...]]:
    """Say everything about a model, by label."""
    return {line.label: (line.value, *line.details) for line in about_model(model, NOW)}


def test_everything_that_is_known_is_told() -> None:
    """Errors as x of y by class, times by size and quality, quoted against billed, masks, and the price's history."""
    assert told(sheet(BUSY)) == {
        "Credits a square": ("medium 6", "medium: $0.053 to $0.060 on 2026-11-17"),
        "Last 30 days": (
            "answered 94 of 100 (94.0 %)",
            "90 drawn",
            "4 refused for safety",
            "3 of 100 out of reach",
            "3 of 100 too slow",
            "7 put off because of its limits",
            "1 lost by a fault of ours",
        ),
        "Drew last": ("5 minutes ago",),
        "Time": (
            "1k medium: half in 12 s, 95 % in 31 s (80 drawn)",
            "1k medium: half in 12 s, 95 % in 31 s (80 drawn)",
        ),
        "Quoted and billed": ("$4.770 quoted at most, $4.513 billed (90 of 108 calls say)",),
        "Masks not kept": ("2 of 8",),
    }


def test_what_nobody_measured_is_said_so() -> None:
    """No call: no number. Four pictures are no measurement of time."""
    assert told(sheet(Health()))["Last 30 days"] == ("no measurements yet",)
    few = Health(outcomes={"drawn": 4}, speeds=(Speed("1k", "low", 4, 3, 4),), last_drawn=NOW)
    assert told(sheet(few))["Time"] == ("no measurements yet",)
    old = Health(last_drawn=NOW - 40 * DAY)
    assert told(sheet(old))["Last 30 days"] == ("no measurements yet; drew last 40 days ago",)
    only_busy = Health(outcomes={"busy": 3})
    assert told(sheet(only_busy))["Last 30 days"][0] == "3 calls, none of which says how it is"


def test_a_hundred_percent_is_said_only_of_all() -> None:
    """999 of 1,000 are not all."""
    nearly = Health(outcomes={"drawn": 9_999, "failed": 1})

    assert told(sheet(nearly))["Last 30 days"][0] == "answered 9,999 of 10,000 (99.9 %)"
    assert told(sheet(Health(outcomes={"drawn": 7})))["Last 30 days"][0] == "answered 7 of 7 (100 %)"


def test_a_model_says_when_it_is_left_alone_and_when_it_ends() -> None:
    """The breaker and the day of retirement are part of the truth."""
    lines = told(sheet(Health(), breaker="open", retires=date(2026, 12, 1), successor="b", licence="yours"))

    assert "failed several times" in lines["Left alone"][0]
    assert lines["Retires"] == ("2026-12-01; b is drawn instead",)
    assert lines["Licence"] == ("yours",)
    assert "next order tries it" in told(sheet(Health(), breaker="half-open"))["Left alone"][0]


def test_a_vendor_says_where_it_works_and_what_it_keeps() -> None:
    """Also where nothing is stated."""
    vendor = VendorSheet("v", "V", "India", "not stated", "https://v.example", (), True, "holidays")

    assert {line.label: line.value for line in about_vendor(vendor)} == {
        "Runs in": "India",
        "Keeps": "not stated",
        "Terms": "https://v.example",
        "Substitutes": "it may draw with a similar model without saying so",
        "Paused": "holidays",
    }


def test_the_chat_gets_two_rows() -> None:
    """How often and how long; the rest is on the page."""
    assert [row.label for row in chat_rows(sheet(BUSY), NOW)] == ["Last 30 days", "Time"]


def test_amounts_and_times_are_short() -> None:
    """A tenth of a cent; minutes, hours, days."""
    assert [dollars(each) for each in (0, 1, 53_000_000, 1_234_567_000_000)] == [
        "$0.000",
        "$0.001",
        "$0.053",
        "$1,234.567",
    ]
    assert [ago(NOW - each, NOW) for each in (0, MINUTE, 2 * HOUR, DAY)] == [
        "just now",
        "1 minute ago",
        "2 hours ago",
        "1 day ago",
    ]
