"""Charts as pictures, with the project's own faces. What draws them is loaded at the first one."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.resources import as_file, files
from typing import Any

from bot.core.line import clean

FACES = ("text.otf", "cjk.otf")
FAMILIES = "'Inter Medium', 'Noto Sans CJK JP'"
WIDTH, BAR_HEIGHT, FRAME_HEIGHT = 1_200, 56, 140
NAME_CHARACTERS_MAX = 24
PIXELS_MAX = 1_200 * 1_000
"""Bounds one chart for the pool that draws it."""


def bars(title: str, parts: Sequence[tuple[str, int, str]]) -> bytes:
    """Draw a PNG with a bar for each name, its size and what is written on it; the first one is on top.

    Blocks for about a tenth of a second: call it in a thread.
    """
    # Both are wanted a few times a week, and cost memory.
    import resvg_py  # noqa: PLC0415

    source = _svg(title, parts)
    with as_file(files("bot.vendors") / "fonts") as folder:
        drawn = resvg_py.svg_to_bytes(
            svg_string=source,
            skip_system_fonts=True,
            font_files=[str(folder / face) for face in FACES],
            font_family="Inter Medium",
            sans_serif_family="Inter Medium",
        )
    return bytes(drawn)


def _svg(title: str, parts: Sequence[tuple[str, int, str]]) -> str:
    pygal = _pygal()
    chart = pygal.HorizontalBar(
        style=_style(),
        js=(),
        title=_words(title, 80),
        width=WIDTH,
        height=FRAME_HEIGHT + BAR_HEIGHT * len(parts),
        explicit_size=True,
        margin=24,
        spacing=12,
        show_legend=False,
        # On a chart that lies on its side the names are the labels of y, and sizes those of x.
        show_x_labels=False,
        show_x_guides=False,
        show_y_guides=False,
        truncate_label=-1,
    )
    chart.x_labels = [f"{_words(name, NAME_CHARACTERS_MAX)} · {said}" for name, _, said in reversed(parts)]
    chart.add("", [size for _, size, _ in reversed(parts)])
    return str(chart.render(is_unicode=True))


def _pygal() -> Any:
    """Import pygal, and take its finder of plugins out again: every later import would warn about how old it is."""
    before = list(sys.meta_path)
    import pygal  # type: ignore[import-untyped]  # noqa: PLC0415 - it brings no types

    for finder in [each for each in sys.meta_path if each not in before]:
        if type(finder).__module__ == "pygal":
            sys.meta_path.remove(finder)
    return pygal


def _style() -> Any:
    return _pygal().style.Style(
        background="#ffffff",
        plot_background="#ffffff",
        foreground="#303030",
        foreground_strong="#101010",
        foreground_subtle="#d8d8d8",
        colors=("#a9c4e4",),
        opacity="1",
        font_family=FAMILIES,
        title_font_size=30,
        label_font_size=24,
        major_label_font_size=24,
    )


def _words(text: str, limit: int) -> str:
    """Return words as a picture can show them: on one line, without what XML cannot hold, not too long."""
    line = " ".join(clean(text).split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
