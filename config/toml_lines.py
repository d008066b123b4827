"""Where in a TOML file a value is written; the standard reader does not tell."""

from __future__ import annotations

import re
from collections.abc import Sequence


def line_of(text: str, place: Sequence[int | str]) -> int:
    """Return the line, from 1, nearest to a place such as ("models", 2, "prices", "grid"); 1 when nothing is found.

    A step that is not written, such as a key that is missing, leaves the line where its table begins.
    """
    lines = text.splitlines()
    line = 0
    for position, step in enumerate(place):
        if isinstance(step, int):
            continue
        following = place[position + 1] if position + 1 < len(place) else None
        if isinstance(following, int):
            headers = _matches(lines, rf"\[\[{re.escape(step)}\]\]", 0)
            line = headers[following] if following < len(headers) else line
            continue
        ends = _matches(lines, r"\[\[", line + 1)
        table = lines[: ends[0]] if ends else lines
        key = rf"(\[[\w.]*\.{re.escape(step)}\]|{re.escape(step)}\s*=)"
        line = next(iter(_matches(table, key, line)), line)
    return line + 1


def line_with(text: str, name: str) -> int:
    """Return the line, from 1, in which a name is first written in quotes or as a key; 1 when it is nowhere."""
    escaped = re.escape(name)
    pattern = rf"""[^#]*(["']{escaped}["']|\b{escaped}\s*[=\]])"""
    return next(iter(_matches(text.splitlines(), pattern, 0)), 0) + 1


def _matches(lines: Sequence[str], pattern: str, start: int) -> list[int]:
    return [number for number in range(start, len(lines)) if re.match(rf"\s*{pattern}", lines[number])]
