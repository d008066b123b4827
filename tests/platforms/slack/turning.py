"""An event loop by whose clock minutes pass at once."""

from __future__ import annotations

import asyncio
from typing import Any, cast


class TurningLoop(asyncio.SelectorEventLoop):
    """A loop whose clock goes on to the next thing that is due as soon as nothing else is to do, and only then."""

    turned = 0.0

    def time(self) -> float:
        return self.turned

    def _run_once(self) -> None:
        ready, due = cast("Any", self)._ready, cast("Any", self)._scheduled
        if not ready and due:
            self.turned += max(0.0, due[0].when() - self.time())
        cast("Any", super())._run_once()
