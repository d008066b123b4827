"""Hand-picked colours, and a stable source of choices."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TypeVar

from bot.vendors.sketch.canvas import Colour

T = TypeVar("T")


@dataclass(frozen=True)
class Palette:
    """`ground` under the words, `ink` for them, accents from loud to quiet, a sky from above to below."""

    ground: Colour
    ink: Colour
    accents: tuple[Colour, Colour, Colour, Colour]
    sky: tuple[Colour, Colour]
    is_dark: bool


class Dice:
    """An endless row of choices that depend on `seed` alone, on every machine and version."""

    def __init__(self, seed: str) -> None:
        self._seed = seed.encode("utf-8", "surrogatepass")
        self._throws = 0

    def between(self, low: float, high: float) -> float:
        """A number from low up to, not including, high."""
        self._throws += 1
        digest = sha256(self._seed + self._throws.to_bytes(4)).digest()
        return low + (high - low) * (int.from_bytes(digest[:6]) / (1 << 48))

    def choice(self, options: tuple[T, ...]) -> T:
        """One of the options."""
        return options[int(self.between(0, len(options)))]


def colour(code: str) -> Colour:
    """Read a colour written as six hex digits."""
    red, green, blue = bytes.fromhex(code)
    return red, green, blue


def _palette(codes: str, *, is_dark: bool = False) -> Palette:
    ground, ink, first, second, third, fourth, above, below = (colour(code) for code in codes.split())
    return Palette(ground, ink, (first, second, third, fourth), (above, below), is_dark)


LIGHT = (
    _palette("F4EADA 1D2A44 E4572E F3A712 2E86AB A8C0A0 2E86AB F3C98B"),
    _palette("F1EDE4 141414 D9281E E9B44C 2B2B2B BDB5A6 D9281E F0B69A"),
    _palette("E9EEF5 0B1F4B 1F4FD8 FF6B4A F7C548 9DB7F0 1F4FD8 B9CDF7"),
    _palette("EFF1E4 163A2E 2F7D5B E9A23B D9583B A9C7A0 2F7D5B E8D9A0"),
    _palette("F9E7DF 3A1730 D9376E F28A5B 6B2D5C F3BFAE 6B2D5C F6A17A"),
    _palette("F3B834 1B1B1B D8412F FFF1CF 23678F 8A5A00 23678F FFE3A3"),
    _palette("DEE6E8 1C2A33 C4553B E3B23C 3E6C82 97B1BA 3E6C82 EBD3B0"),
    _palette("E4F1E8 35194B 5B2A86 FF8A5B 2FB58A B3D6C4 5B2A86 FFB48F"),
)
DARK = (
    _palette("1F1B3A FBE9D0 FF7A59 FFC15E 7A5CFA 3B2F6B 2A2160 FF8A63", is_dark=True),
    _palette("0E2F3B F3EBDD F26B4E F2B950 2C8C8C 175062 123F52 F29A6B", is_dark=True),
    _palette("12141D F1EFE7 F25F4C FFB86B 5D7CFA 2A2F45 1B2040 C85C6E", is_dark=True),
    _palette("2A1420 FCE9DD FF5D73 FFB997 B23A68 5A2540 3A1838 FF7F6A", is_dark=True),
)
