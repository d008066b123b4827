"""What a call used and cost, as far as the vendor can be believed."""

from __future__ import annotations

from typing import Any

from bot.core.catalogue import Model, Size, TokenPrices
from bot.core.ports import Usage, VendorOrder

TOKENS_MAX = 1_000_000
"""Four times what the dearest call can use; a larger number is a mistake."""


def usage_of(value: Any, *, has_pictures: bool) -> Usage | None:
    """Read `usage`, also under the names that gateways give it; None when it is missing or cannot be true.

    Without details all input counts as the dearer kind that was sent, all output as picture.
    """
    if not isinstance(value, dict):
        return None
    text_in, image_in = _tokens(value, "input", "prompt")
    if image_in is None:
        total = text_in or 0
        text_in, image_in = (0, total) if has_pictures else (total, 0)
    output, drawn = _tokens(value, "output", "completion")
    image_out = drawn or output
    if text_in is None or not image_out:
        return None
    return Usage(text_in, image_in, image_out)


def _tokens(value: dict[str, Any], *names: str) -> tuple[int | None, int | None]:
    """Read text tokens and picture tokens of one direction; only the total, and None, without details.

    Gateways fill the names that they do not use with zeros, so a zero counts only where nothing else is said.
    """
    zero: tuple[int | None, int | None] = (None, None)
    for name in names:
        total = _count(value.get(f"{name}_tokens"))
        details = value.get(f"{name}_tokens_details")
        image = _count(details.get("image_tokens")) if isinstance(details, dict) else None
        text = (_count(details.get("text_tokens")) or 0) if isinstance(details, dict) else 0
        if image is not None and (image or text):
            return text, image
        if total:
            return total, None
        if zero == (None, None) and (image is not None or total is not None):
            zero = (0, image)
    return zero


def _count(value: Any) -> int | None:
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= TOKENS_MAX
    return value if is_count else None


def cost_nano(model: Model, order: VendorOrder, usage: Usage | None, got: int) -> int | None:
    """Price a call in nano-dollars by the catalogue; None when what it used is not known."""
    prices = model.prices
    if not isinstance(prices, TokenPrices):
        size = Size(order.width, order.height) if order.width else None
        is_known = order.quality != "auto" or len(model.qualities) == 1
        return prices.picture(order.quality, size) * got if is_known else None
    if usage is None:
        return None
    return (
        usage.text_in * prices.text_in_nano
        + usage.image_in * prices.image_in_nano
        + usage.image_out * prices.image_out_nano
    )
