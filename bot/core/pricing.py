"""What pictures cost and what people pay: exact nano-dollars, rounded up once to millicredits."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from bot.core.catalogue import Model, Size, TokenPrices
from bot.core.pictures import PictureRequest
from bot.core.ports import Usage

TEXT_TOKENS_EXTRA = 64
"""Tokens that a vendor may add around a prompt."""


@dataclass(frozen=True)
class Ask:
    """What a price depends on: `size` is what is drawn, None for "auto"; `inputs` counts sent pictures."""

    prompt: str
    quality: str
    size: Size | None
    count: int = 1
    inputs: int = 0


@dataclass(frozen=True)
class Quote:
    """The upper bound of an order: `parts` paid calls, each with input, and pictures at the list price.

    The fields are those of the same names of PictureRequest, which turns them into a hold.
    """

    parts: tuple[int, ...]
    input_nano: int
    picture_nano: int
    markup_percent: int
    partials: int = 0

    @property
    def cost_nano(self) -> int:
        """What all calls together can cost at most."""
        return self.input_nano * len(self.parts) + self.picture_nano * sum(self.parts)

    @property
    def price_millicredits(self) -> int:
        """What is held."""
        return price_of(self.cost_nano, self.markup_percent)


def quote(ask: Ask, model: Model) -> Quote:
    """Bound what an order can cost on a model; a single picture is watched while it is drawn."""
    partials = model.partials if ask.count == 1 else 0
    return Quote(
        parts=parts_of(ask.count, model.pictures_per_call),
        input_nano=input_nano(model, ask.prompt, ask.inputs),
        picture_nano=picture_nano(model, ask.quality, ask.size) + partials * partial_nano(model),
        markup_percent=model.markup_percent,
        partials=partials,
    )


def partial_nano(model: Model) -> int:
    """List what one unfinished picture adds."""
    prices = model.prices
    return prices.partial_picture_tokens * prices.image_out_nano if isinstance(prices, TokenPrices) else 0


def price_of(cost_nano: int, markup_percent: int) -> int:
    """Turn nano-dollars into millicredits, rounding up; keep in step with PictureRequest.price."""
    return -(-cost_nano * markup_percent // 1_000_000)


def parts_of(count: int, per_call: int) -> tuple[int, ...]:
    """Split an order over calls: as many pictures in each as one call can give."""
    full, rest = divmod(count, per_call)
    return (per_call,) * full + ((rest,) if rest else ())


def output_tokens(grid: int, size: Size) -> int:
    """Count the tokens of one picture; the vendor rounds halves to even."""
    rows = round(Fraction(grid * size.shortest, size.longest))
    return -(-grid * rows * (2_000_000 + size.pixels) // 4_000_000)


def picture_nano(model: Model, quality: str, size: Size | None) -> int:
    """List what one picture costs; an `auto` quality or size is taken at its dearest.

    Raises KeyError for a quality that the model does not have.
    """
    prices = model.prices
    if not isinstance(prices, TokenPrices):
        return prices.picture(quality, size)
    grid = max(prices.grid.values()) if quality == "auto" else prices.grid[quality]
    if size is None:
        # No shape has more rows than a square, so this bounds every size that the model may choose.
        tokens = -(-grid * grid * (2_000_000 + model.sizes.dearest_pixels) // 4_000_000)
    else:
        tokens = output_tokens(grid, size)
    return tokens * prices.image_out_nano


def input_nano(model: Model, prompt: str, inputs: int) -> int:
    """Bound the cost of one call's input: no prompt has more tokens than UTF-8 bytes, plus a few."""
    prices = model.prices
    if not isinstance(prices, TokenPrices):
        return 0
    text = (len(prompt.encode()) + TEXT_TOKENS_EXTRA) * prices.text_in_nano
    return text + inputs * prices.input_picture_tokens * prices.image_in_nano


def listed_nano(model: Model, request: PictureRequest, part: int, *, got: int, usage: Usage | None) -> int:
    """List the cost of the `got` stored pictures of one call, never above its quote.

    The call's input counts as soon as one picture is stored. Where the vendor tells its tokens, those count,
    those of the pictures by the share that is stored.
    """
    if not got:
        return 0
    prices = model.prices
    if usage is None or not isinstance(prices, TokenPrices):
        return min(request.quoted_nano(part), request.input_nano + request.picture_nano * got)
    measured = usage.text_in * prices.text_in_nano + usage.image_in * prices.image_in_nano
    drawn = -(-usage.image_out * prices.image_out_nano * got // max(got, request.parts[part]))
    return min(request.quoted_nano(part), measured + drawn)


def estimate_label(model: Model, quality: str, size: Size | None) -> int:
    """Price one picture without its input, in millicredits, for the label of a choice."""
    return price_of(picture_nano(model, quality, size), model.markup_percent)
