"""Charts that come with reports."""

from __future__ import annotations

import io
import sys

from PIL import Image

from bot.charts import bars


def ink(drawn: bytes, left: float, right: float) -> int:
    """Count the dark pixels between two shares of a chart's width, below its title."""
    with Image.open(io.BytesIO(drawn)) as chart:
        part = chart.convert("L").crop((int(chart.width * left), 70, int(chart.width * right), chart.height))
        return sum(count for shade, count in enumerate(part.histogram()) if shade < 128)


def test_a_bar_says_whose_it_is_and_how_long() -> None:
    """Names and sizes stand beside the bars, whole; nothing else is written there."""
    short = bars("Credits", [("ann", 70_000, "70 credits"), ("bob", 20_000, "20 credits")])
    longer = bars("Credits", [("annabelle", 70_000, "70 credits"), ("bob", 20_000, "20 credits")])

    assert ink(longer, 0, 0.5) > ink(short, 0, 0.5) > 0
    assert ink(short, 0.5, 1) == 0
    assert ink(short, 0, 0.01) == 0


def test_what_draws_charts_changes_no_later_import() -> None:
    bars("Credits", [("ann", 70_000, "70 credits")])
    assert not [finder for finder in sys.meta_path if type(finder).__module__ == "pygal"]
