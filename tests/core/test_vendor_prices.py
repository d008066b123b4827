"""Each vendor's rule for prices, with worked examples; the published table exactly, and what an edit costs."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pydantic import ValidationError

import config
from bot.core.catalogue import FlatPrices, Model, Size
from bot.core.prices import Tier, TierPrices
from bot.core.pricing import Ask, estimate_label, picture_nano, quote

CATALOGUE = config.load({}).catalogue
SQUARE = Size(1024, 1024)

TABLE = {
    Size(1024, 1024): ("0.0059", "0.0527", "0.2107", "0.0132", "0.0527", "0.2107"),
    Size(1536, 1024): ("0.0047", "0.0412", "0.1646", "0.0103", "0.0412", "0.1646"),
    Size(1920, 1088): ("0.0044", "0.0398", "0.1590", "0.0103", "0.0398", "0.1590"),
    Size(2048, 1152): ("0.0047", "0.0424", "0.1695", "0.0110", "0.0424", "0.1695"),
    Size(2560, 1440): ("0.0062", "0.0553", "0.2211", "0.0143", "0.0553", "0.2211"),
    Size(2048, 2048): ("0.0119", "0.1070", "0.4282", "0.0268", "0.1070", "0.4282"),
    Size(3840, 2160): ("0.0111", "0.1001", "0.4003", "0.0260", "0.1001", "0.4003"),
    Size(2880, 2880): ("0.0198", "0.1779", "0.7116", "0.0445", "0.1779", "0.7116"),
}
"""Dollars for one picture: low, medium and high of GPT Image 2, then medium, high and max of 2.5."""


def model(name: str, vendor: str) -> Model:
    """Find a model as it is shipped."""
    return CATALOGUE.model(name, vendor)


def dollars(nano: int, places: int = 4) -> str:
    """Write an amount as a table does."""
    return f"{Decimal(nano) / 10**9:.{places}f}"


@pytest.mark.parametrize("size", TABLE, ids=str)
def test_openai_costs_what_its_table_says(size: Size) -> None:
    """Every figure of the published table, to its last place."""
    two, newer = model("gpt-image-2", "openai"), model("gpt-image-2.5-flare", "openai")
    listed = [picture_nano(two, quality, size) for quality in ("low", "medium", "high")]
    listed += [picture_nano(newer, quality, size) for quality in ("medium", "high", "max")]

    assert tuple(map(dollars, listed)) == TABLE[size]


@pytest.mark.parametrize("vendor", ["openai", "cometapi"])
def test_cometapi_takes_four_fifths(vendor: str) -> None:
    """196 tokens of a low square: 4.7 thousandths of a dollar instead of 5.9; input of any kind at $4."""
    share = Decimal("0.8") if vendor == "cometapi" else Decimal(1)
    found = quote(Ask("x" * 36, "low", SQUARE, count=1, inputs=0), model("gpt-image-2", vendor))

    assert Decimal(picture_nano(model("gpt-image-2", vendor), "low", SQUARE)) == 196 * 30_000 * share
    assert Decimal(found.input_nano) == 100 * 5_000 * share


def test_cometapi_counts_pictures_as_any_input() -> None:
    """A reference is 3,072 tokens at most, at $4 a million; at OpenAI it is $8."""
    comet = quote(Ask("", "low", SQUARE, inputs=2), model("gpt-image-2", "cometapi"))
    openai = quote(Ask("", "low", SQUARE, inputs=2), model("gpt-image-2", "openai"))

    assert comet.input_nano - 64 * 4_000 == 2 * 3_072 * 4_000
    assert openai.input_nano - 64 * 5_000 == 2 * 3_072 * 8_000


def test_callmissed_sells_credits() -> None:
    """25 of them for a picture, 96 for a dollar: $0.2604, whatever the size; four pictures are one call."""
    callmissed = model("gpt-image-2", "callmissed")
    found = quote(Ask("a fox", "standard", SQUARE, count=5, inputs=3), callmissed)

    assert dollars(picture_nano(callmissed, "standard", Size(1536, 1024))) == "0.2604"
    assert found.parts == (4, 1)
    assert (found.input_nano, found.cost_nano) == (0, 5 * 260_416_667)
    assert estimate_label(callmissed, "standard", SQUARE) == 26_042


def test_apixo_sells_resolutions() -> None:
    """$0.02 at 1k; every picture is a call of its own; nothing dearer is on offer without a price."""
    apixo = model("gpt-image-2", "apixo")
    found = quote(Ask("a fox", "standard", Size(1536, 864), count=3), apixo)

    assert found.parts == (1, 1, 1)
    assert found.cost_nano == 3 * 20_000_000
    assert picture_nano(apixo, "auto", None) == 20_000_000
    assert isinstance(apixo.prices, TierPrices)
    assert {tier.name for tier in apixo.prices.tiers} == {"1k"}


@pytest.mark.parametrize(
    ("name", "quality", "price"),
    [
        ("gpt-image-2", "low", "0.009"),
        ("gpt-image-2", "medium", "0.053"),
        ("gpt-image-2", "high", "0.211"),
        ("gpt-image-2", "auto", "0.211"),
        ("gpt-image-1.5", "high", "0.133"),
        ("flux-1.1-pro", "standard", "0.040"),
        ("flux-1.1-pro-ultra", "standard", "0.060"),
    ],
)
def test_runflow_sells_pictures_by_quality(name: str, quality: str, price: str) -> None:
    """What is held is the higher of the prices that it publishes."""
    assert dollars(picture_nano(model(name, "runflow"), quality, SQUARE), 3) == price


def test_credits_need_a_rate() -> None:
    """Without one there is no price in dollars."""
    for wrong in (
        {"picture_credits": {"standard": 25}},
        {},
        {"picture_credits": 25, "credits_per_dollar": 96},
    ):
        with pytest.raises(ValidationError):
            FlatPrices.model_validate({"per": "picture", **wrong})
    third = FlatPrices.model_validate(
        {"per": "picture", "picture_credits": {"standard": "13.4"}, "credits_per_dollar": "95.5"}
    )
    assert third.picture_nano == {"standard": 140_314_137}


def test_a_tier_without_the_size_is_the_next_larger() -> None:
    """A price for a label exists for every size; quality has one name."""
    tiers = TierPrices(
        per="tier",
        tiers=(
            Tier(name="1k", sizes=(Size(1024, 768),), picture_nano=1),
            Tier(name="2k", sizes=(Size(2048, 2048),), picture_nano=2),
        ),
    )

    assert [tiers.picture("standard", size) for size in (Size(64, 64), SQUARE, Size(3000, 3000))] == [1, 2, 2]
    with pytest.raises(KeyError):
        tiers.picture("high", None)


def test_every_vendor_says_what_it_keeps() -> None:
    """Where it runs, what it keeps and on which terms, or that it is not stated; and its crash policy."""
    policies = {vendor.name: vendor.crash.kind for vendor in CATALOGUE.vendors}

    assert policies == {
        "openai": "release",
        "cometapi": "release",
        "callmissed": "idempotency-key",
        "apixo": "release",
        "runflow": "look-up",
        "sketch": "idempotency-key",
    }
    assert all(vendor.keeps != "not stated" for vendor in CATALOGUE.vendors)
    assert CATALOGUE.vendor("runflow").crash.seek_seconds >= 60
