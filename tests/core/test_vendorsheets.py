"""What is told of vendors, in words: honest about what nobody knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.core.catalogue import NOT_STATED, VendorEntry
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
    in_short,
    terms_of,
    ways_of,
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
        "Licence": ("",),
    }


def test_a_change_of_a_small_price_can_be_seen() -> None:
    """With as many places as tell both apart; two on one day keep their order, and the same twice is none."""
    days = ((DAY, 5_895_000), (2 * DAY, 5_310_000), (2 * DAY + 1, 5_310_000), (2 * DAY + 2, 53_000_000))

    lines = told(replace(sheet(Health()), prices=(PriceLine("low", 590, days),)))

    assert lines["Credits a square"][1:] == (
        "low: $0.0059 to $0.0054 on 1970-01-03",
        "low: $0.006 to $0.053 on 1970-01-03",
    )


def test_a_price_that_never_changed_says_since_when() -> None:
    """The day on which the last of its prices was first noted."""
    prices = (PriceLine("low", 590, ((DAY, 5_895_000),)), PriceLine("high", 9, ((3 * DAY, 90_000),)))

    lines = told(replace(sheet(Health()), prices=prices))

    assert lines["Credits a square"][1:] == ("unchanged since 1970-01-04",)


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


def entry(**more: object) -> VendorEntry:
    """Describe a vendor as the catalogue does."""
    said = {
        "name": "v",
        "title": "V",
        "dialect": "sketch",
        "crash": {"kind": "release"},
        "jobs_at_once": 1,
        "images_per_minute": 0,
        "answers": "by ticket",
        "sends": "links",
        "links_hours": 24,
        "bill": "not told",
        "cancels": False,
        "runs_in": "India",
        "keeps": NOT_STATED,
        "terms_url": "https://v.example",
        "privacy_url": NOT_STATED,
    }
    return VendorEntry.model_validate({**said, **more})


def vendor(model: ModelSheet, **more: object) -> VendorSheet:
    """Describe a vendor with one model."""
    facts = (*terms_of(entry(substitutes=True)), *ways_of(entry(substitutes=True)))
    return VendorSheet("v", "V", facts, (model,), **more)  # type: ignore[arg-type]


def test_a_vendor_says_where_it_works_and_what_it_keeps() -> None:
    """Also where nothing is stated, and that an order cannot be taken back."""
    assert {line.label: line.value for line in about_vendor(vendor(sheet(BUSY), paused="holidays"))} == {
        "Runs in": "India",
        "Keeps": "not stated by the vendor",
        "Terms": "https://v.example",
        "Privacy": "not stated by the vendor",
        "Answers": "by ticket, links that end after 24 hours",
        "Bill": "not told; the list price is booked",
        "Cancelling": "an order that was handed in cannot be taken back",
        "Substitutes": "it may draw with a similar model without saying so",
        "Paused": "holidays",
    }
    assert dict(ways_of(entry(bill="tokens", cancels=True)))["Cancelling"] == "possible"


def test_the_chat_gets_all_that_the_page_says() -> None:
    """Every line about the model and its vendor, with the details beside it; the newest few of a long list."""
    model = sheet(BUSY, breaker="open", licence="yours")

    rows = {row.label: row.value for row in chat_rows(vendor(model), model, NOW)}

    said = [*told(model), *(line.label for line in about_vendor(vendor(model)))]
    assert list(rows) == [label for label in said if label not in {"Answers", "Bill"}]
    assert rows["Credits a square"] == "medium 6; medium: $0.053 to $0.060 on 2026-11-17"
    assert "failed several times" in rows["Left alone"]
    assert rows["Last 30 days"].endswith("1 lost by a fault of ours")


@pytest.mark.parametrize(
    ("health", "more", "words"),
    [
        (BUSY, {}, "answered 94.0 %"),
        (Health(), {}, "no measurements yet"),
        (BUSY, {"breaker": "open"}, "left alone because it failed"),
        (BUSY, {"breaker": "half-open"}, "failed lately, is tried again"),
    ],
)
def test_a_list_says_in_a_few_words_how_a_model_does(
    health: Health, more: dict[str, object], words: str
) -> None:
    """What keeps it from drawing comes before its numbers."""
    model = sheet(health, **more)

    assert in_short(vendor(model), model) == words
    assert in_short(vendor(model, paused="holidays"), model) == "paused"


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
