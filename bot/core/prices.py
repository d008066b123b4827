"""What pictures cost at a vendor, as data: by the token, by the picture, or by the picture's resolution."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PositiveInt, model_validator

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
Nano = Annotated[int, Field(strict=True, ge=0, le=10**12)]
NANO_PER_DOLLAR = 1_000_000_000


@dataclass(frozen=True)
class Size:
    """Pixels across and down."""

    width: int
    height: int

    @property
    def longest(self) -> int:
        """The longer edge."""
        return max(self.width, self.height)

    @property
    def shortest(self) -> int:
        """The shorter edge."""
        return min(self.width, self.height)

    @property
    def pixels(self) -> int:
        """Pixels in all."""
        return self.width * self.height

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


def _as_size(written: object) -> object:
    """Read "1024x1536"."""
    if isinstance(written, str):
        width, _, height = written.partition("x")
        if width.isdecimal() and height.isdecimal():
            return Size(int(width), int(height))
        raise ValueError("must be written like 1024x1536")
    return written


ListedSize = Annotated[Size, BeforeValidator(_as_size)]
"""Written like 1024x1536."""


class Entry(BaseModel):
    """A part of the catalogue: frozen, and without keys that nobody reads."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TokenPrices(Entry):
    """Prices by the token, in nano-dollars.

    `grid` gives each quality's grid number, from which tokens follow; `input_picture_tokens` bounds the
    tokens of one input picture from above.
    """

    per: Literal["token"]
    text_in_nano: Nano
    image_in_nano: Nano
    image_out_nano: Nano
    input_picture_tokens: PositiveInt
    grid: dict[Name, PositiveInt]
    partial_picture_tokens: int = Field(default=100, ge=0, le=100_000)
    """What each partial picture adds to the output."""

    @property
    def qualities(self) -> frozenset[str]:
        """The qualities that have a price."""
        return frozenset(self.grid)


class FlatPrices(Entry):
    """Prices by the picture and its quality, in nano-dollars; input is free.

    A vendor that sells credits has `picture_credits` and `credits_per_dollar` instead.
    """

    per: Literal["picture"]
    picture_nano: dict[Name, Nano]
    picture_credits: dict[Name, Decimal] = {}
    credits_per_dollar: Decimal | None = Field(default=None, gt=0)

    @model_validator(mode="before")
    @classmethod
    def _in_dollars(cls, written: Any) -> Any:
        if not isinstance(written, dict) or "picture_nano" in written:
            return written
        try:
            rate = Decimal(str(written["credits_per_dollar"]))
            nano = {
                name: nano_of(Decimal(str(each)) / rate) for name, each in written["picture_credits"].items()
            }
        except (KeyError, ArithmeticError, AttributeError):
            raise ValueError("picture_nano: or picture_credits with credits_per_dollar") from None
        return {**written, "picture_nano": nano}

    @property
    def qualities(self) -> frozenset[str]:
        """The qualities that have a price."""
        return frozenset(self.picture_nano)

    def picture(self, quality: str, size: Size | None) -> int:
        """List one picture; raises KeyError for a quality without a price."""
        return max(self.picture_nano.values()) if quality == "auto" else self.picture_nano[quality]


class Tier(Entry):
    """Sizes that are sold under one name, such as 2k, at one price."""

    name: Name
    sizes: tuple[ListedSize, ...] = Field(min_length=1)
    picture_nano: Nano


class TierPrices(Entry):
    """Prices by the picture and its resolution; there is one quality, and input is free."""

    per: Literal["tier"]
    quality: Name = "standard"
    tiers: tuple[Tier, ...] = Field(min_length=1)

    @property
    def qualities(self) -> frozenset[str]:
        """The qualities that have a price."""
        return frozenset({self.quality})

    @property
    def sizes(self) -> tuple[Size, ...]:
        """Every size that has a price."""
        return tuple(size for tier in self.tiers for size in tier.sizes)

    def tier_of(self, size: Size | None) -> Tier:
        """Find the tier of a size; of "auto", the first; of a size without one, the first that is large enough."""
        for tier in self.tiers:
            if size is None or size in tier.sizes:
                return tier
        pixels = size.pixels if size else 0
        large = [tier for tier in self.tiers if max(each.pixels for each in tier.sizes) >= pixels]
        return large[0] if large else self.tiers[-1]

    def picture(self, quality: str, size: Size | None) -> int:
        """List one picture; raises KeyError for a quality without a price."""
        if quality not in {self.quality, "auto"}:
            raise KeyError(quality)
        return self.tier_of(size).picture_nano


Prices = TokenPrices | FlatPrices | TierPrices


def nano_of(dollars: Decimal) -> int:
    """Turn dollars into nano-dollars, rounding up."""
    return int((dollars * NANO_PER_DOLLAR).to_integral_value(ROUND_CEILING))
