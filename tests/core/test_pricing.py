"""Prices: the vendor's published numbers exactly, upper bounds, and the one rounding."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import config
from bot.core.catalogue import FlatPrices, Model, Size
from bot.core.pictures import PictureRequest
from bot.core.ports import Usage
from bot.core.pricing import (
    Ask,
    estimate_label,
    input_nano,
    listed_nano,
    output_tokens,
    parts_of,
    picture_nano,
    price_of,
    quote,
)

SKETCH = config.load({}).catalogue.model("sketch")
SQUARE = Size(1024, 1024)
GRIDS = {"low": 16, "medium": 48, "high": 96}


@pytest.mark.parametrize(
    ("width", "height", "low", "medium", "high"),
    [
        (1024, 1024, 196, 1_756, 7_024),
        (1536, 1024, 158, 1_372, 5_488),
        (1024, 1536, 158, 1_372, 5_488),
        (1920, 1088, 148, 1_325, 5_300),
        (2048, 1152, 157, 1_413, 5_650),
        (2560, 1440, 205, 1_843, 7_370),
        (2048, 2048, 397, 3_568, 14_272),
        (3840, 2160, 371, 3_336, 13_342),
        (2880, 2880, 659, 5_930, 23_719),
    ],
)
def test_output_tokens_are_the_published_ones(
    width: int, height: int, low: int, medium: int, high: int
) -> None:
    """The formula gives each published count exactly."""
    size = Size(width, height)

    assert [output_tokens(grid, size) for grid in GRIDS.values()] == [low, medium, high]


@pytest.mark.parametrize(
    ("grid", "size", "tokens"),
    [
        (24, "1024x1024", 439),
        (24, "1920x1088", 344),
        (24, "2048x1152", 367),
        (24, "2560x1440", 478),
        (24, "3840x2160", 865),
        (24, "2880x2880", 1_483),
        (24, "2048x2048", 892),
        (24, "1536x1024", 343),
    ],
)
def test_halves_are_rounded_to_even(grid: int, size: str, tokens: int) -> None:
    """A grid of 24 over 16:9 has 13.5 rows, which the vendor takes as 14; the newer models' counts agree."""
    width, height = map(int, size.split("x"))

    assert output_tokens(grid, Size(width, height)) == tokens


def test_a_half_below_an_even_number_goes_down() -> None:
    """12.5 rows are 12."""
    assert output_tokens(20, Size(1600, 1000)) == -(-20 * 12 * 3_600_000 // 4_000_000)


@pytest.mark.parametrize(
    ("quality", "square", "oblong"),
    [("low", "0.006", "0.005"), ("medium", "0.053", "0.041"), ("high", "0.211", "0.165")],
)
def test_the_official_table_of_pictures_is_met(quality: str, square: str, oblong: str) -> None:
    """Prices in dollars, rounded to three places, are those of the vendor's page."""
    dollars = [f"{picture_nano(SKETCH, quality, size) / 10**9:.3f}" for size in (SQUARE, Size(1536, 1024))]

    assert dollars == [square, oblong]


def test_auto_is_held_at_its_dearest() -> None:
    """One picture of any quality and size costs at most 71.2 credits."""
    assert picture_nano(SKETCH, "auto", None) == 23_719 * 30_000
    assert estimate_label(SKETCH, "auto", None) == 71_157
    assert picture_nano(SKETCH, "medium", None) == 5_930 * 30_000


def test_input_is_bounded_by_bytes_and_pictures() -> None:
    """A prompt counts its UTF-8 bytes and 64 more, each input picture twice 1,536 tokens."""
    assert input_nano(SKETCH, "猫", 2) == (3 + 64) * 5_000 + 2 * 3_072 * 8_000


def test_a_quote_bounds_every_call() -> None:
    """Six pictures over four a call are two calls with input each; the request holds the same."""
    found = quote(Ask("a cat", "medium", SQUARE, count=6, inputs=1), SKETCH)
    request = request_for(found)

    assert found.parts == (4, 2)
    assert found.cost_nano == 2 * (69 * 5_000 + 3_072 * 8_000) + 6 * 1_756 * 30_000
    assert found.price_millicredits == request.hold == 36_593


def test_one_medium_square_is_about_five_credits() -> None:
    """The label of a choice is the list price of one picture."""
    assert estimate_label(SKETCH, "medium", SQUARE) == 5_268


def test_what_is_stored_is_what_is_listed() -> None:
    """Of four ordered pictures two stored ones cost half, whether the vendor tells its tokens or not."""
    found = quote(Ask("a cat", "low", SQUARE, count=4), SKETCH)
    request = request_for(found)
    told = Usage(text_in=10, image_in=0, image_out=4 * 196)

    assert listed_nano(SKETCH, request, 0, got=0, usage=told) == 0
    assert listed_nano(SKETCH, request, 0, got=2, usage=None) == found.input_nano + 2 * 196 * 30_000
    assert listed_nano(SKETCH, request, 0, got=2, usage=told) == 10 * 5_000 + 2 * 196 * 30_000


def test_a_bill_above_the_quote_is_ours() -> None:
    """However much a vendor says that it used, the price stays within the hold."""
    request = request_for(quote(Ask("a cat", "low", SQUARE), SKETCH))

    listed = listed_nano(SKETCH, request, 0, got=1, usage=Usage(text_in=9, image_in=0, image_out=10**6))

    assert listed == request.quoted_nano(0)


def test_flat_prices_have_no_input() -> None:
    """A vendor that sells by the picture has one price for each quality."""
    flat = SKETCH.model_copy(
        update={"prices": FlatPrices(per="picture", picture_nano={"low": 1, "medium": 40_000_000, "high": 5})}
    )

    assert quote(Ask("a cat", "medium", SQUARE, count=2, inputs=3), flat).price_millicredits == 8_000
    assert picture_nano(flat, "auto", None) == 40_000_000


@given(st.integers(0, 10**12), st.integers(0, 1000))
def test_prices_round_up_once(cost: int, markup: int) -> None:
    """A price covers its cost, by less than one millicredit, and is the request's own price."""
    price = price_of(cost, markup)

    assert 0 <= price * 1_000_000 - cost * markup < 1_000_000
    assert price == request_for(quote(Ask("", "low", SQUARE), SKETCH), markup).price(cost)


@given(st.integers(1, 100), st.integers(1, 10))
def test_parts_make_the_whole(count: int, per_call: int) -> None:
    """Calls together order the count, none more than the vendor gives and none nothing."""
    parts = parts_of(count, per_call)

    assert sum(parts) == count
    assert all(0 < part <= per_call for part in parts)
    assert len(parts) == -(-count // per_call)


def request_for(found: object, markup: int = 100) -> PictureRequest:
    """Make the request that a quote is for."""
    return PictureRequest.model_validate(
        {
            "prompt": "a cat",
            "vendor": "sketch",
            "model": "sketch",
            "quality": "low",
            "width": 1024,
            "height": 1024,
            **vars(found),
            "markup_percent": markup,
        }
    )


def test_the_model_is_the_one_of_the_table() -> None:
    """The demo's prices are real ones: the offline model and the real one list the same."""
    real: Model = config.load({}).catalogue.model("gpt-image-2")

    assert real.prices == SKETCH.prices
