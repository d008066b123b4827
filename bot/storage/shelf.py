"""Pictures as jobs use them: answers made durable, pictures stored and trimmed, masks checked, small copies made."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bot.core.errors import BadPicture
from bot.core.pictures import PictureRequest
from bot.core.ports import Drawing, DrawnPicture, Usage
from bot.storage import cleaning
from bot.storage.cleaning import CleanPicture, Limits, PictureInfo
from bot.storage.files import PictureFiles, StoredFile
from bot.storage.pool import PicturePool

THUMBNAIL_EDGE = 640
UPLOAD_PIXELS = 50_000_000


@dataclass(frozen=True)
class KeptPicture:
    """A picture whose bytes are on disk; `original_*` are the vendor's own, where what is shown is trimmed."""

    sha256: str
    mime: str
    width: int
    height: int
    size_bytes: int
    original_sha256: str | None = None
    original_mime: str | None = None


class Shelf:
    """Keeps pictures; all work with the disk and with pixels happens beside the event loop."""

    def __init__(self, files: PictureFiles, pool: PicturePool, cache: Path) -> None:
        self._files = files
        self._pool = pool
        self._cache = cache
        cache.mkdir(mode=0o700, parents=True, exist_ok=True)

    def path(self, sha256: str) -> Path:
        """Return where the bytes with this hash are."""
        return self._files.path(sha256)

    def incoming(self, call_id: str) -> Path:
        """Make the folder into which the vendor of this call writes."""
        return self._files.incoming(call_id)

    async def seal(self, call_id: str, drawing: Drawing) -> None:
        """Make an answer durable, so that a restarted worker can take it up. Raises StorageFull."""
        written = {
            "pictures": [[picture.path.name, picture.mime] for picture in drawing.pictures],
            "cost_nano": drawing.cost_nano,
            "usage": vars(drawing.usage) if drawing.usage else None,
        }
        await asyncio.to_thread(self._files.seal, call_id, json.dumps(written).encode())

    async def sealed(self, call_id: str) -> Drawing | None:
        """Read an answer that was made durable."""
        meta = await asyncio.to_thread(self._files.sealed, call_id)
        if meta is None:
            return None
        read = json.loads(meta)
        folder = self._files.incoming(call_id)
        return Drawing(
            tuple(DrawnPicture(folder / name, mime) for name, mime in read["pictures"]),
            read["cost_nano"],
            Usage(**read["usage"]) if read["usage"] else None,
        )

    async def calls_left(self, before: int) -> list[str]:
        """Name every call whose folder was last changed before this time, in milliseconds UTC."""
        return await asyncio.to_thread(lambda: sorted(self._files.list_incoming(before)))

    async def keep(self, request: PictureRequest, drawing: Drawing) -> tuple[KeptPicture, ...]:
        """Store the pictures of an answer, without what is no picture.

        Raises StorageFull, and BadPicture when nothing is left.
        """
        kept = []
        for picture in drawing.pictures:
            with suppress(BadPicture):
                kept.append(await self._keep(request, picture.path))
        if not kept:
            raise BadPicture("picture_broken")
        return tuple(kept)

    async def discard(self, call_id: str) -> None:
        """Forget the folder of this call."""
        await asyncio.to_thread(self._files.discard, call_id)

    async def keep_upload(self, upload: Path, work: str) -> tuple[CleanPicture, StoredFile]:
        """Store a clean copy of an upload; `work` names its folder meanwhile. Raises BadPicture, StorageFull."""
        target = self._files.incoming(work) / "clean"
        try:
            cleaned = await self._pool.run(cleaning.clean, upload, target, Limits(), pixels=UPLOAD_PIXELS)
            return cleaned, await asyncio.to_thread(self._files.store, target)
        finally:
            await asyncio.to_thread(self._files.discard, work)

    async def check_mask(self, mask: str, picture: str) -> None:
        """Raise BadPicture unless the mask fits the picture; both are named by their hashes."""
        info = await self.describe(mask)
        await self._pool.run(
            cleaning.check_mask, self.path(mask), self.path(picture), pixels=info.width * info.height
        )

    async def describe(self, sha256: str) -> PictureInfo:
        """Read a picture's header."""
        return await asyncio.to_thread(cleaning.describe, self.path(sha256))

    async def thumbnail(self, sha256: str) -> Path:
        """Make a small copy, once; raises FileNotFoundError when the bytes are gone."""
        small = self._cache / f"{sha256}.webp"
        if not await asyncio.to_thread(small.exists):
            info = await self.describe(sha256)
            pixels = info.width * info.height
            made = await self._pool.run(cleaning.thumbnail, self.path(sha256), THUMBNAIL_EDGE, pixels=pixels)
            await asyncio.to_thread(_write_whole, small, made)
        return small

    async def remove(self, sha256: str, *, older_than: int | None = None) -> bool:
        """Remove bytes that nobody needs, and their small copy."""
        removed = await asyncio.to_thread(self._files.remove, sha256, older_than=older_than)
        if removed:
            await asyncio.to_thread((self._cache / f"{sha256}.webp").unlink, missing_ok=True)
        return removed

    async def orphan_candidates(self, older_than: int) -> list[str]:
        """Name the bytes that were last stored before `older_than`, and clear what dead processes left half written."""
        await asyncio.to_thread(self._files.remove_stale_parts, older_than)
        return await asyncio.to_thread(lambda: list(self._files.list_orphan_candidates(older_than)))

    async def _keep(self, request: PictureRequest, path: Path) -> KeptPicture:
        info = await asyncio.to_thread(cleaning.describe, path)
        whole = await asyncio.to_thread(self._files.store, path)
        width, height = request.trim_width, request.trim_height
        if not width or not height or (info.width, info.height) == (width, height):
            return KeptPicture(whole.sha256, info.mime, info.width, info.height, whole.size_bytes)
        pixels = info.width * info.height
        cut = await self._pool.run(cleaning.trim, path, width, height, pixels=pixels)
        shown = await asyncio.to_thread(self._files.store, cut)
        return KeptPicture(shown.sha256, info.mime, width, height, shown.size_bytes, whole.sha256, info.mime)


def _write_whole(path: Path, content: bytes) -> None:
    part = path.with_suffix(".part")
    part.write_bytes(content)
    part.replace(path)
