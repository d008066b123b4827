"""What belongs to a person: all of it handed over in parts, or forgotten for good."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import structlog

from bot.core.commands import Caller
from bot.core.errors import Refusal
from bot.core.preferences import Export
from bot.core.studio import NewFile
from bot.documents import Documents
from bot.forgetting import Forgetting, Page, packed
from bot.moderation import Moderation
from bot.storage import forgetting
from bot.storage.admission import Places
from bot.storage.shelf import Shelf

log = structlog.get_logger(__name__)

PART_BYTES_MAX = 12_000_000
SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}


class Belongings(Moderation):
    """Hands over and forgets."""

    _shelf: Shelf
    _documents: Documents

    async def export(self, after: int, caller: Caller) -> Export:
        """Hand over the next part of everything the caller ordered; `after` is where the one before ended, from 0."""
        await self._rights.check_place(caller)
        found = await self._database.read(forgetting.own_jobs, caller.person, after)
        if not found:
            raise Refusal("export_empty")
        about: list[dict[str, Any]] = []
        files: list[tuple[str, Path]] = []
        room = PART_BYTES_MAX
        last = after
        for job in found:
            size = sum(picture.size_bytes for picture in job.pictures)
            if about and size > room:
                break
            names = []
            for picture in job.pictures:
                name = f"{job.number}-{picture.position}.{SUFFIXES.get(picture.mime, 'png')}"
                fits = picture.size_bytes <= room and await self._shelf.has(picture.sha256)
                if fits:
                    files.append((name, self._shelf.path(picture.sha256)))
                    room -= picture.size_bytes
                names.append(name if fits else f"{name}: not here, see /history {job.number}")
            about.append({**job.told, "pictures": names})
            last = job.seq
        content = await asyncio.to_thread(packed, Page(_about(caller, about), files))
        file = NewFile(name=f"easel-{last}.zip", mime="application/zip", content=content, alt="Your orders")
        kept = await self._documents.keep(file, caller)
        log.info("handed over", person=caller.person, jobs=len(about), pictures=len(files))
        is_last = last == found[-1].seq and len(found) < forgetting.AT_ONCE
        return Export(kept, len(about), None if is_last else last)

    async def forget(self, caller: Caller) -> int:
        """Forget the caller; returns how many jobs are still being drawn, then nothing is gone yet."""
        await self._rights.check_place(caller)
        whole = Forgetting(self._database, self._places, self._clock, self._shelf)
        return await whole.forget(caller.person)

    def _places(self, vendor: str) -> Places:
        raise NotImplementedError


def _about(caller: Caller, told: list[dict[str, Any]]) -> dict[str, Any]:
    return {"person": caller.name, "amounts": "millicredits", "times": "milliseconds UTC", "orders": told}
