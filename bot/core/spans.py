"""Hidden spans: quotes and code in a text line that are kept exactly as typed."""

from __future__ import annotations

import re

OPENERS = '"“„«`'

_CLOSERS = {'"': '"', "“": "”", "„": "“”", "«": "»", "`": "`"}
_TIGHT = '"`'  # the same sign opens and closes, so a space behind it means that it does not open
_STARTS_AFTER = " \n([{:="
_CLOSING = re.compile(r'["“”»`](?![^\W_])')


class HiddenSpans:
    """The spans of one text.

    Ask with rising positions: each pointer only moves forward, so that all questions together cost one walk.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        closing = [(found[0], found.start()) for found in _CLOSING.finditer(text)]
        self._closers = {sign: _Rising([at for found, at in closing if found == sign]) for sign in '"“”»`'}
        self._line_ends = _Rising([found.start() for found in re.finditer("\n", text)])

    def end_of(self, start: int) -> int | None:
        """Return the position after the span that opens at `start`; None if none opens or it never closes."""
        text, sign = self._text, self._text[start]
        if start and text[start - 1] not in _STARTS_AFTER:
            return None
        if sign in _TIGHT and text[start + 1 : start + 2] in {"", " ", "\n"}:
            return None
        ends = [end for closer in _CLOSERS[sign] if (end := self._closers[closer].after(start)) is not None]
        if not ends:
            return None
        line_end = self._line_ends.after(start) if sign == "`" else None
        end = min(ends)
        return None if line_end is not None and line_end < end else end + 1


class _Rising:
    """Positions in rising order, asked for with rising questions."""

    def __init__(self, positions: list[int]) -> None:
        self._positions = positions
        self._next = 0

    def after(self, position: int) -> int | None:
        """Return the first of them after `position`."""
        while self._next < len(self._positions) and self._positions[self._next] <= position:
            self._next += 1
        return self._positions[self._next] if self._next < len(self._positions) else None
