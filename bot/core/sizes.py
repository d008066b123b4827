"""From the words that say a size to the pixels that are drawn and the pixels that are delivered."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from bot.core.catalogue import Size, SizeRules
from bot.core.errors import BadOption

SHAPES: dict[str, tuple[Fraction, tuple[Size, Size, Size]]] = {
    "square": (Fraction(1), (Size(1024, 1024), Size(2048, 2048), Size(2880, 2880))),
    "landscape": (Fraction(3, 2), (Size(1536, 1024), Size(2304, 1536), Size(3504, 2336))),
    "wide": (Fraction(16, 9), (Size(1536, 864), Size(2560, 1440), Size(3840, 2160))),
    "portrait": (Fraction(2, 3), (Size(1024, 1536), Size(1536, 2304), Size(2336, 3504))),
    "tall": (Fraction(9, 16), (Size(864, 1536), Size(1440, 2560), Size(2160, 3840))),
}
"""Each shape: its ratio and its sizes at 1k, 2k and 4k."""

RESOLUTIONS = ("1k", "2k", "4k")
LONG_EDGES = (1536, 2560, 3840)
AREAS = (1536 * 1024, 2048 * 2048, 2880 * 2880)
"""What bounds a ratio without a name at 1k, 2k and 4k, in pixels."""

_PIXELS = re.compile(r"(\d{1,5})\s*[x×]\s*(\d{1,5})", re.ASCII)
_RATIO = re.compile(r"(\d{1,4}(?:\.\d{1,3})?):(\d{1,4}(?:\.\d{1,3})?)(?:[- ]([124]k))?", re.ASCII)
_NAMED = re.compile(r"(square|landscape|portrait|wide|tall)?(?:(?:^|[- ])([124]k))?")


@dataclass(frozen=True)
class Framing:
    """What was asked for and what is drawn for it: the same, or a little more that is trimmed centrally."""

    asked: Size
    drawn: Size

    @property
    def is_trimmed(self) -> bool:
        """Whether the drawn picture is cut to what was asked."""
        return self.asked != self.drawn


def read_size(words: str, rules: SizeRules) -> Framing | None:
    """Understand a size for a model with these rules; None is "auto", the model's own choice.

    Raises BadOption: `size_unreadable`, or `size_unfit` whose values name the `nearest` size that works.
    """
    text = " ".join(words.lower().split())
    if text == "auto":
        return None
    if match := _PIXELS.fullmatch(text):
        asked: Size | None = Size(int(match[1]), int(match[2]))
    elif match := _RATIO.fullmatch(text):
        asked = _by_ratio(match[1], match[2], match[3] or "1k")
    elif text and (match := _NAMED.fullmatch(text)):
        asked = SHAPES[match[1] or "square"][1][RESOLUTIONS.index(match[2] or "1k")]
    else:
        asked = None
    if asked is None or not asked.width or not asked.height:
        raise BadOption("size_unreadable", size=words.strip()[:40])
    return frame(asked, rules)


def frame(asked: Size, rules: SizeRules) -> Framing:
    """Find what is drawn for `asked`; raises BadOption `size_unfit` where nothing can be."""
    fault = _fault(asked, rules)
    drawn = _next_up(asked, rules) if fault is None else None
    if drawn is None:
        nearest = min(_nearby(asked, rules), key=lambda size: _distance(asked, size))
        raise BadOption("size_unfit", asked=str(asked), fault=fault or "just too large", nearest=str(nearest))
    return Framing(asked, drawn)


def _by_ratio(across: str, down: str, resolution: str) -> Size | None:
    """Choose pixels for a ratio: its shape's where it has one, else as large as the resolution lets it be."""
    if not Fraction(across) or not Fraction(down):
        return None
    ratio = Fraction(across) / Fraction(down)
    step = RESOLUTIONS.index(resolution)
    for named, sizes in SHAPES.values():
        if named == ratio:
            return sizes[step]
    longest = min(LONG_EDGES[step], math.isqrt(int(AREAS[step] * max(ratio, 1 / ratio))))
    exact = longest // (16 * max(ratio.as_integer_ratio()))
    if exact * 16 * max(ratio.as_integer_ratio()) * 5 >= longest * 4:
        # At least four fifths of the edge: drawn exactly, so that nothing has to be trimmed.
        return Size(16 * exact * ratio.numerator, 16 * exact * ratio.denominator)
    shortest = max(1, round(longest / max(ratio, 1 / ratio)))
    return Size(longest, shortest) if ratio > 1 else Size(shortest, longest)


def _fault(size: Size, rules: SizeRules) -> str | None:
    """Say why a size lies out of bounds, if it does; it need not fit the grid."""
    if rules.only:
        return None
    if size.longest > size.shortest * rules.ratio_max:
        return "too long and narrow"
    if size.longest > rules.edge_max or size.pixels > rules.pixels_max:
        return "too large"
    if size.pixels < rules.pixels_min:
        return "too small"
    return None


def _next_up(asked: Size, rules: SizeRules) -> Size | None:
    """Find the smallest size that can be drawn and holds `asked`."""
    if rules.only:
        holding = [each for each in rules.only if each.width >= asked.width and each.height >= asked.height]
        return min(holding, key=lambda size: size.pixels, default=None)
    grid = rules.multiple
    drawn = Size(-(-asked.width // grid) * grid, -(-asked.height // grid) * grid)
    return drawn if _fault(drawn, rules) is None else None


def _nearby(asked: Size, rules: SizeRules) -> Iterator[Size]:
    """Yield sizes that the model draws as they are: the best heights of every width."""
    yield from rules.only
    grid = rules.multiple
    for width in () if rules.only else range(grid, rules.edge_max + 1, grid):
        least = max(-(-width // rules.ratio_max), -(-rules.pixels_min // width))
        most = min(width * rules.ratio_max, rules.pixels_max // width, rules.edge_max)
        lowest, highest = -(-least // grid) * grid, most // grid * grid
        if lowest > highest:
            continue
        below = asked.height // grid * grid
        for height in (below, below + grid):
            yield Size(width, min(max(height, lowest), highest))


def _distance(asked: Size, other: Size) -> float:
    """Measure how far two sizes are apart, so that twice as large is as far as half as large."""
    return math.hypot(math.log(asked.width / other.width), math.log(asked.height / other.height))
