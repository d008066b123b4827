"""Charts as pictures, with the project's own faces. What draws them is loaded at the first one."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.resources import as_file, files
from types import MappingProxyType
from typing import Any, Literal

from bot.core.line import clean

FACES = ("text.otf", "cjk.otf")
FAMILIES = "'Inter Medium', 'Noto Sans CJK JP'"
WIDTH, BAR_HEIGHT, FRAME_HEIGHT = 1_200, 56, 140
NAME_CHARACTERS_MAX = 24
NARROW, LINES_HEIGHT, DAYS_HEIGHT = 960, 380, 240
LABELS_MAX = 4
DAY = 86_400_000
Theme = Literal["report", "light", "dark"]
THEMES: Mapping[Theme, Mapping[str, Any]] = MappingProxyType(
    {
        "report": {
            "background": "#ffffff",
            "plot_background": "#ffffff",
            "foreground": "#303030",
            "foreground_strong": "#101010",
            "foreground_subtle": "#d8d8d8",
            "colors": ("#a9c4e4",),
        },
        "light": {
            "background": "#ffffff",
            "plot_background": "#ffffff",
            "foreground": "#69665e",
            "foreground_strong": "#21201d",
            "foreground_subtle": "#e3e0d8",
            "colors": ("#1f6b5b", "#c07a2b", "#5b6fb0", "#a3352b", "#7a6a8f"),
        },
        "dark": {
            "background": "#1e2120",
            "plot_background": "#1e2120",
            "foreground": "#a3a199",
            "foreground_strong": "#ecebe6",
            "foreground_subtle": "#303432",
            "colors": ("#7fcbb6", "#e0ab6b", "#9fb0e8", "#f19a90", "#c3b2d9"),
        },
    }
)
PIXELS_MAX = 1_200 * 1_000
"""Bounds one chart for the pool that draws it."""


def bars(title: str, parts: Sequence[tuple[str, int, str]]) -> bytes:
    """Draw a PNG with a bar for each name, its size and what is written on it; the first one is on top.

    Blocks for about a tenth of a second: call it in a thread.
    """
    return _png(_svg(title, parts))


def steps(lines: Sequence[tuple[str, Sequence[tuple[int, int]]]], end: int, theme: Theme) -> bytes:
    """Draw a PNG of what changed by steps until `end`: for each name its times and nano-dollars, each marked.

    Blocks for about a tenth of a second: call it in a thread.
    """
    highest = max((nano for _, line in lines for _, nano in line), default=1)
    chart = _pygal().XY(
        **_frame(theme, LINES_HEIGHT),
        show_legend=len(lines) > 1,
        legend_at_bottom=True,
        legend_at_bottom_columns=len(lines),
        legend_box_size=16,
        x_value_formatter=_date,
        value_formatter=lambda nano: f"${nano / 1_000_000_000:.3f}",
        range=(0, highest * 1.15),
    )
    chart.y_labels = [highest / 2, highest]
    changes = sorted({at for _, line in lines for at, _ in line})
    chart.x_labels = changes[-LABELS_MAX:]
    for name, line in lines:
        chart.add(_words(name, NAME_CHARACTERS_MAX), _stairs(line, end), stroke_style={"width": 4})
    return _png(str(chart.render(is_unicode=True)))


def days(shares: Sequence[tuple[int, int]], theme: Theme) -> bytes:
    """Draw a PNG with a bar for each day, UTC, counted from 1970, and its share in thousandths.

    Blocks for about a tenth of a second: call it in a thread.
    """
    chart = _pygal().Bar(
        **_frame(theme, DAYS_HEIGHT),
        show_legend=False,
        range=(0, 1000),
        x_labels_major_every=7,
        show_minor_x_labels=False,
        value_formatter=lambda share: f"{share / 10:.0f} %",
    )
    chart.x_labels = [_date(day * DAY) for day, _ in shares]
    chart.y_labels = [500, 1000]
    chart.add("", [share for _, share in shares])
    return _png(str(chart.render(is_unicode=True)))


def _stairs(line: Sequence[tuple[int, int]], end: int) -> list[dict[str, Any]]:
    """Draw a corner before each step; only what was noted gets a mark."""
    points: list[dict[str, Any]] = []
    before: int | None = None
    for at, value in line:
        if before is not None:
            points.append({"value": (at, before), "node": {"r": 0}})
        points.append({"value": (at, value), "node": {"r": 7}})
        before = value
    if before is not None:
        points.append({"value": (end, before), "node": {"r": 0}})
    return points


def _frame(theme: Theme, height: int) -> dict[str, Any]:
    return {
        "style": _style(theme),
        "js": (),
        "width": NARROW,
        "height": height,
        "explicit_size": True,
        "margin": 16,
        "show_x_guides": False,
        "show_y_guides": True,
        "truncate_label": -1,
        "truncate_legend": -1,
    }


def _date(milliseconds: float) -> str:
    return f"{datetime.fromtimestamp(milliseconds / 1_000, UTC):%Y-%m-%d}"


def _png(source: str) -> bytes:
    # Both libraries are wanted a few times a week, and cost memory.
    import resvg_py  # noqa: PLC0415

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
        style=_style("report"),
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


def _style(theme: Theme) -> Any:
    return _pygal().style.Style(
        **THEMES[theme],
        opacity="1",
        stroke_opacity="1",
        guide_stroke_color=THEMES[theme]["foreground_subtle"],
        major_guide_stroke_color=THEMES[theme]["foreground_subtle"],
        guide_stroke_dasharray="1,0",
        major_guide_stroke_dasharray="1,0",
        legend_font_size=24,
        font_family=FAMILIES,
        title_font_size=30,
        label_font_size=24,
        major_label_font_size=24,
    )


def _words(text: str, limit: int) -> str:
    """Return words as a picture can show them: on one line, without what XML cannot hold, not too long."""
    line = " ".join(clean(text).split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
