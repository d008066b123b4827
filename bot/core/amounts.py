"""Amounts of credits as people type and read them; inside they are integer millicredits."""

from __future__ import annotations

import re

from bot.core.errors import BadOption

MILLICREDITS = 1000
AMOUNT_CREDITS_MAX = 10_000_000

_CREDITS_PER_DOLLAR = 100
_AMOUNT = re.compile(r"(?P<dollars>\$?)(?P<whole>[0-9]{1,12})(?:\.(?P<decimals>[0-9]{1,3}))?")


def parse_amount(text: str) -> int:
    """Return the millicredits of "50", "2.125" (credits) or "$0.50" (dollars).

    Raises BadOption for signs, commas, thousands marks, more than three decimals, or over 10 million.
    """
    amount = _AMOUNT.fullmatch(text.strip())
    if amount is None:
        raise BadOption("amount_unreadable")
    millis = int(amount["whole"]) * MILLICREDITS + int((amount["decimals"] or "").ljust(3, "0"))
    millicredits = millis * _CREDITS_PER_DOLLAR if amount["dollars"] else millis
    if millicredits > AMOUNT_CREDITS_MAX * MILLICREDITS:
        raise BadOption("amount_too_large", limit=AMOUNT_CREDITS_MAX)
    return millicredits


def price_figure(millicredits: int) -> str:
    """Return a price as a bare number, rounded up to one decimal, so that it is never too low: "5.3"."""
    return _decimal(-(-millicredits // 100) * 100)


def format_price(millicredits: int) -> str:
    """Return a price in words, rounded up to one decimal: "5.3 credits", "1 credit"."""
    return _with_unit(price_figure(millicredits))


def format_exact(millicredits: int) -> str:
    """Return an amount of a statement in words, with every decimal that it has: "-5.345 credits"."""
    return _with_unit(_decimal(millicredits))


def _decimal(millicredits: int) -> str:
    whole, rest = divmod(abs(millicredits), MILLICREDITS)
    decimals = f".{rest:03}".rstrip("0") if rest else ""
    return f"{'-' if millicredits < 0 else ''}{whole}{decimals}"


def _with_unit(figure: str) -> str:
    return f"{figure} credit" if figure in {"1", "-1"} else f"{figure} credits"
