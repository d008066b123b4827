"""Pictures of people: kept when uploaded, shown to those who may see them, deleted when asked."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import Literal

import structlog

from bot.core.commands import Caller
from bot.core.errors import NotFound, Refusal
from bot.core.front import Served, Uploaded
from bot.core.ports import Clock, NewId
from bot.storage import pictures, views
from bot.storage.calls import NewPicture
from bot.storage.database import Database
from bot.storage.pictures import Owner
from bot.storage.shelf import Shelf
from bot.storage.transaction import StorageFull
from bot.storage.views import PictureRow, Viewer

log = structlog.get_logger(__name__)

ORPHAN_MILLISECONDS = 24 * 3_600_000
COLLECT_SECONDS = 3_600.0
SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}


class EaselGallery:
    """The gallery that platforms use."""

    def __init__(self, database: Database, shelf: Shelf, clock: Clock, new_id: NewId) -> None:
        self._database = database
        self._shelf = shelf
        self._clock = clock
        self._new_id = new_id

    async def keep(self, caller: Caller, name: str, upload: Path) -> Uploaded:
        """Keep a clean copy of an upload; a picture of the caller's own that comes back is that picture."""
        digest = await asyncio.to_thread(_sha256, upload)
        own = await self._database.read(pictures.is_ours, digest, caller.person)
        if own is not None:
            row = await self._find(own, caller)
            return Uploaded(own, name, row.width, row.height)
        new_id = self._new_id()
        try:
            cleaned, stored = await self._shelf.keep_upload(upload, f"upload-{new_id}")
        except StorageFull as error:
            raise Refusal("storage_full") from error
        new = NewPicture(
            new_id, 0, stored.sha256, cleaned.mime, cleaned.width, cleaned.height, stored.size_bytes
        )
        owner = Owner(caller.person, caller.tenant, caller.address.channel)
        await self._database.write(pictures.keep_upload, new, owner, now=self._clock())
        return Uploaded(new_id, name, cleaned.width, cleaned.height, cleaned.converted_from)

    async def serve(
        self, picture: str, caller: Caller, kind: Literal["shown", "original", "thumbnail"]
    ) -> Served:
        """Find the bytes of a picture that the caller may see; raises NotFound."""
        row = await self._find(picture, caller)
        name = f"easel-{picture[-8:]}"
        try:
            if kind == "thumbnail":
                return Served(await self._shelf.thumbnail(row.sha256), "image/webp", f"{name}.webp")
        except FileNotFoundError as error:
            raise NotFound("picture_gone") from error
        sha256, mime = row.sha256, row.mime
        if kind == "original" and row.original_sha256 and row.original_mime:
            sha256, mime = row.original_sha256, row.original_mime
        path = self._shelf.path(sha256)
        if not await asyncio.to_thread(path.exists):
            raise NotFound("picture_gone")
        return Served(path, mime, f"{name}.{SUFFIXES.get(mime, 'png')}")

    async def delete(self, picture: str, caller: Caller) -> None:
        """Delete the caller's picture and, where nobody else needs them, its bytes."""
        row = await self._find(picture, caller)
        if not await self._database.write(pictures.delete, picture, caller.person, now=self._clock()):
            raise NotFound("picture_unknown")
        log.info("picture deleted", picture=picture, by=caller.person)
        for sha256 in {row.sha256, row.original_sha256} - {None}:
            await self._remove(str(sha256), older_than=None)

    async def collect(self) -> None:
        """Remove, every hour, bytes that no row needs, a day after they were stored; until cancelled."""
        while True:
            before = self._clock() - ORPHAN_MILLISECONDS
            for sha256 in await self._shelf.orphan_candidates(before):
                await self._remove(sha256, older_than=before)
            await asyncio.sleep(COLLECT_SECONDS)

    async def _remove(self, sha256: str, *, older_than: int | None) -> None:
        if not await self._database.read(pictures.is_needed, sha256):
            await self._shelf.remove(sha256, older_than=older_than)

    async def _find(self, picture: str, caller: Caller) -> PictureRow:
        row = await self._database.read(views.picture, picture, Viewer(caller.person, caller.tenant))
        if row is None:
            raise NotFound("picture_unknown")
        if row.is_deleted:
            raise NotFound("picture_gone")
        return row


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
