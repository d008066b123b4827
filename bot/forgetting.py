"""Everything of one person, handed over or forgotten; the books stay."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from bot.core.ports import Clock
from bot.storage import forgetting, jobs, retention
from bot.storage.admission import Places
from bot.storage.database import Database
from bot.storage.shelf import Shelf

log = structlog.get_logger(__name__)

KEPT_SINCE_EVER = 0
UNDERWAY_MILLISECONDS = 60_000
"""Bytes that were stored since may be somebody else's, whose row is still on the way; the collector looks again."""


@dataclass(frozen=True)
class Forgetting:
    """Forgets people. Without a shelf their bytes go when the gallery clears up next."""

    database: Database
    places: Callable[[str], Places]
    clock: Clock
    shelf: Shelf | None = None

    async def forget(self, person: str) -> int:
        """Cancel what is open and forget the rest; returns how many jobs are still being drawn, then nothing is gone.

        Safe to repeat, and to go on with after a crash.
        """
        for job, vendor in await self.database.read(forgetting.open_jobs, person):
            await self.database.write_patiently(jobs.cancel, job, self.places(vendor), now=self.clock())
        if left := await self.database.read(forgetting.open_jobs, person):
            return len(left)
        after: int | None = 0
        hashes: set[str] = set()
        while after is not None:
            step = await self.database.write(forgetting.forget_jobs, person, after, now=self.clock())
            after = step.seen
            hashes.update(step.hashes)
        last = await self.database.write(forgetting.forget_person, person, now=self.clock())
        await self._remove(sorted(hashes | set(last.hashes)), last.documents)
        log.warning("a person was forgotten", person=person)
        return 0

    async def _remove(self, hashes: Sequence[str], documents: Sequence[str]) -> None:
        """Remove bytes that nobody else needs."""
        if self.shelf is None:
            return
        for first in range(0, len(hashes), forgetting.AT_ONCE):
            some = hashes[first : first + forgetting.AT_ONCE]
            needed = await self.database.read(retention.needed, some, kept_since=KEPT_SINCE_EVER)
            before = self.clock() - UNDERWAY_MILLISECONDS
            for sha256 in set(some) - needed:
                await self.shelf.remove(sha256, older_than=before)
        for document in documents:
            await self.shelf.remove_document(document)


@dataclass(frozen=True)
class Page:
    """A part of what is handed over: words as data, and the files of pictures by their names."""

    about: object
    files: Sequence[tuple[str, Path]]


def packed(page: Page) -> bytes:
    """Pack a part as a ZIP; pictures are not squeezed again."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        text = json.dumps(page.about, ensure_ascii=False, indent=1)
        archive.writestr("easel.json", text, zipfile.ZIP_DEFLATED)
        for name, path in page.files:
            archive.write(path, name, zipfile.ZIP_STORED)
    return buffer.getvalue()
