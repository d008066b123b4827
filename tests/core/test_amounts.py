"""Amounts of credits, read and written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.amounts import (
    AMOUNT_CREDITS_MAX,
    format_exact,
    format_price,
    parse_amount,
    price_figure,
)
from bot.core.errors import BadOption


@pytest.mark.parametrize(
    ("typed", "millicredits"),
    [
        pytest.param("50", 50_000, id="whole"),
        pytest.param("0.125", 125, id="three decimals"),
        pytest.param(" 2.5 ", 2_500, id="one decimal"),
        pytest.param("$0.50", 50_000, id="dollars"),
        pytest.param("$0.001", 100, id="a tenth of a cent"),
        pytest.param("0", 0, id="nothing"),
        pytest.param(str(AMOUNT_CREDITS_MAX), AMOUNT_CREDITS_MAX * 1000, id="the most"),
    ],
)
def test_amount_is_read(typed: str, millicredits: int) -> None:
    """Digits are credits, a dollar sign makes them hundredfold."""
    assert parse_amount(typed) == millicredits


@pytest.mark.parametrize(
    "typed",
    [
        *("", "-5", "+5", "1,000", "1'000", "1 000", "1_000", "1.2.3", "1.", ".5", "0.1234", "5 credits"),
        *("1e3", "$", "-$5", "$-5", "5$", "５０", "٥", "½", "inf", "10000000.001", "$100000.01", "9" * 5000),
    ],
)
def test_amount_is_refused(typed: str) -> None:
    """Signs, thousands marks, other digits, too many decimals and too much are refused."""
    with pytest.raises(BadOption):
        parse_amount(typed)


@pytest.mark.parametrize(
    ("millicredits", "price", "exact"),
    [
        pytest.param(5_300, "5.3 credits", "5.3 credits", id="one decimal"),
        pytest.param(5_301, "5.4 credits", "5.301 credits", id="price rounds up"),
        pytest.param(1_000, "1 credit", "1 credit", id="one"),
        pytest.param(999, "1 credit", "0.999 credits", id="almost one"),
        pytest.param(600, "0.6 credits", "0.6 credits", id="below one"),
        pytest.param(1, "0.1 credits", "0.001 credits", id="least"),
        pytest.param(0, "0 credits", "0 credits", id="nothing"),
        pytest.param(100_000, "100 credits", "100 credits", id="whole"),
    ],
)
def test_amount_is_written(millicredits: int, price: str, exact: str) -> None:
    """Prices have one decimal and are never too low; statements are exact."""
    assert format_price(millicredits) == price
    assert format_exact(millicredits) == exact


def test_what_goes_out_has_a_minus() -> None:
    """A statement shows what was taken."""
    assert format_exact(-1_000) == "-1 credit"
    assert format_exact(-5_050) == "-5.05 credits"


@given(st.integers(0, AMOUNT_CREDITS_MAX * 1000))
def test_written_amounts_are_read_again(millicredits: int) -> None:
    """Statements lose nothing, and a price is above the amount by less than a tenth."""
    exact = parse_amount(format_exact(millicredits).split()[0])
    price = parse_amount(price_figure(min(millicredits, AMOUNT_CREDITS_MAX * 1000 - 100)))

    assert exact == millicredits
    assert 0 <= price - min(millicredits, AMOUNT_CREDITS_MAX * 1000 - 100) < 100
