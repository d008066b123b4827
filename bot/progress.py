"""What people see while a vendor draws: when it began to answer, and how the picture looks so far."""

from __future__ import annotations

from pathlib import Path

import structlog

from bot.core.errors import EaselError
from bot.core.ports import Clock
from bot.storage import calls
from bot.storage.database import Database
from bot.storage.shelf import Shelf

log = structlog.get_logger(__name__)


class Progress:
    """Watches one paid call; nothing that goes wrong here may touch the call itself."""

    def __init__(self, call: str, database: Database, shelf: Shelf, clock: Clock) -> None:
        self._call = call
        self._database = database
        self._shelf = shelf
        self._clock = clock
        self.first_byte_at: int | None = None

    def first_byte(self) -> None:
        """Remember when the vendor began to answer."""
        self.first_byte_at = self.first_byte_at or self._clock()

    async def partial(self, path: Path) -> None:
        """Show the picture as it is so far."""
        try:
            sha256 = await self._shelf.keep_partial(path)
            await self._database.write(calls.show_partial, self._call, sha256)
        except (EaselError, OSError) as error:
            log.info("an unfinished picture is not shown", call=self._call, problem=type(error).__name__)
