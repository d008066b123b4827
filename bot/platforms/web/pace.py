"""How often somebody may ask."""

from __future__ import annotations

from collections import Counter

from bot.core.ports import Clock


class Pace:
    """Counts what each person asks within a window of time; windows begin for everybody at once."""

    def __init__(self, clock: Clock, *, asks_max: int, window_milliseconds: int) -> None:
        self._clock = clock
        self._asks_max = asks_max
        self._window_milliseconds = window_milliseconds
        self._window = 0
        self._asked: Counter[str] = Counter()

    def takes(self, person: str) -> bool:
        """Count one more, and say whether it is still within the limit."""
        window = self._clock() // self._window_milliseconds
        if window != self._window:
            self._window = window
            self._asked.clear()
        self._asked[person] += 1
        return self._asked[person] <= self._asks_max
