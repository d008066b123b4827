"""Pictures as jobs use them: answers made durable, pictures stored and trimmed, masks kept to, small copies made."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO, TypeVar, TypeVarTuple

import structlog

from bot.core.errors import BadPicture
from bot.core.fitting import RUNGS, Room, Rung
from bot.core.pictures import PictureRequest
from bot.core.ports import Drawing, DrawnPicture, Usage
from bot.storage import cleaning, compositing, fitting
from bot.storage.cleaning import CleanPicture, Limits, PictureInfo
from bot.storage.compositing import Composite, Masking
from bot.storage.files import PictureFiles, StoredFile, naming_full_disk
from bot.storage.pool import PicturePool

log = structlog.get_logger(__name__)

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

THUMBNAIL_EDGE = 640
UPLOAD_PIXELS = 50_000_000


@dataclass(frozen=True)
class KeptPicture:
    """A picture whose bytes are on disk; `original_*` are the vendor's own, where something else is shown."""

    sha256: str
    mime: str
    width: int
    height: int
    size_bytes: int
    original_sha256: str | None = None
    original_mime: str | None = None


@dataclass(frozen=True)
class Kept:
    """The pictures of an answer; `mask_spill` is the worst of them, in thousandths of the protected pixels."""

    pictures: tuple[KeptPicture, ...]
    mask_spill: int | None = None


class Shelf:
    """Keeps pictures; all work with the disk and with pixels happens beside the event loop.

    Without `keeps_to_masks` an edit with a mask is shown as the vendor drew it.
    """

    def __init__(
        self, files: PictureFiles, pool: PicturePool, cache: Path, *, keeps_to_masks: bool = True
    ) -> None:
        self._files = files
        self._pool = pool
        self._cache = cache
        self._keeps_to_masks = keeps_to_masks
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

    async def keep(self, request: PictureRequest, drawing: Drawing, masking: Masking | None = None) -> Kept:
        """Store the pictures of an answer, without what is no picture.

        Raises StorageFull, and BadPicture when nothing is left.
        """
        kept = []
        for picture in drawing.pictures:
            with suppress(BadPicture):
                kept.append(await self._keep(request, picture.path, masking))
        if not kept:
            raise BadPicture("picture_broken")
        spills = [spill for _, spill in kept if spill is not None]
        return Kept(tuple(picture for picture, _ in kept), max(spills, default=None))

    async def masked_inputs(self, call: str, masking: Masking) -> Masking:
        """Give a picture and its mask as PNG, written into the call's folder where they are not.

        Raises StorageFull, and BadPicture where either has become unreadable.
        """
        folder = self._files.incoming(call)
        return Masking(
            await self._prepared(masking.picture, compositing.png_of, folder / "masked.png"),
            await self._prepared(masking.mask, await self._mask_for(masking.picture), folder / "mask.png"),
        )

    async def keep_partial(self, path: Path) -> str:
        """Store an unfinished picture, which no row keeps; returns its hash. Raises StorageFull, BadPicture."""
        await asyncio.to_thread(cleaning.describe, path)
        return (await asyncio.to_thread(self._files.store, path)).sha256

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
        """Raise BadPicture unless the mask fits the picture and vendors take it; both are named by their hashes."""
        path = self.path(mask)
        await self._on_pixels([path], cleaning.check_mask, path, self.path(picture))
        prepare = await self._mask_for(self.path(picture))
        await self._on_pixels([path, self.path(picture)], prepare, path)

    async def has(self, *hashes: str) -> bool:
        """Whether all of these bytes are there."""
        return await asyncio.to_thread(lambda: all(self.path(each).exists() for each in hashes))

    async def size(self, sha256: str) -> int | None:
        """Return how many bytes have this hash; None when they are not there."""
        return await asyncio.to_thread(_size, self.path(sha256))

    async def describe(self, path: Path) -> PictureInfo:
        """Read a picture's header; raises BadPicture, FileNotFoundError."""
        return await self._pool.run(cleaning.describe, path, pixels=0)

    async def thumbnail(self, sha256: str) -> Path:
        """Make a small copy, once; raises FileNotFoundError when the bytes are gone, StorageFull."""
        small = self._cache / f"{sha256}.webp"
        if not await asyncio.to_thread(small.exists):
            path = self.path(sha256)
            made = await self._on_pixels([path], cleaning.thumbnail, path, THUMBNAIL_EDGE)
            await asyncio.to_thread(_write_whole, small, made)
        return small

    async def fitted(self, sha256: str, room: Room) -> FittedFile | None:
        """Make a copy that fits, once; None when none does. Raises FileNotFoundError, BadPicture, StorageFull."""
        path = self.path(sha256)
        info = await self.describe(path)
        size = (await asyncio.to_thread(path.stat)).st_size
        if size <= room.bytes_max and info.mime in room.mimes:
            return FittedFile(path, info.mime, size, info.width, info.height, "drawn")
        kinds = "".join(sorted(mime.partition("/")[2][0] for mime in room.mimes))
        start = f"{sha256}.fit-{room.bytes_max}-{kinds}-"
        known = await asyncio.to_thread(lambda: sorted(self._cache.glob(f"{start}*.copy")))
        if not known:
            made = await self._on_pixels([path], fitting.fit, path, room)
            if made is None:
                return None
            kind = made.mime.partition("/")[2]
            known = [self._cache / f"{start}{made.rung}-{kind}-{made.width}-{made.height}.copy"]
            await asyncio.to_thread(_write_whole, known[0], made.content)
        return await asyncio.to_thread(FittedFile.of, known[0])

    async def bound_cache(self, size_bytes: int) -> None:
        """Remove the oldest small copies until the rest has at most this size; they are made again when needed."""
        await asyncio.to_thread(_bound_folder, self._cache, size_bytes)

    async def remove(self, sha256: str, *, older_than: int | None = None) -> bool:
        """Remove bytes that nobody needs, and their small copy."""
        removed = await asyncio.to_thread(self._files.remove, sha256, older_than=older_than)
        if removed:
            await asyncio.to_thread(_remove_copies, self._cache, sha256)
        return removed

    async def draw(self, function: Callable[[*Ts], T], *arguments: *Ts, pixels: int) -> T:
        """Run work that makes a picture of so many pixels, beside the other work with pixels."""
        return await self._pool.run(function, *arguments, pixels=pixels)

    async def write_document(self, document: str, write: Callable[[BinaryIO], object]) -> int:
        """Keep what `write` writes as a document made for one answer; returns its size. Raises StorageFull."""
        return await asyncio.to_thread(self._files.write_document, document, write)

    def document(self, document: str) -> Path:
        """Return where a document's bytes are."""
        return self._files.document(document)

    async def remove_document(self, document: str) -> None:
        """Remove a document's bytes."""
        await asyncio.to_thread(self.document(document).unlink, missing_ok=True)

    async def documents_before(self, older_than: int) -> list[str]:
        """Name the documents that were written before `older_than`, in milliseconds UTC."""
        return await asyncio.to_thread(lambda: list(self._files.list_documents(older_than)))

    async def orphan_candidates(self, older_than: int) -> list[str]:
        """Name the bytes that were last stored before `older_than`, and clear what dead processes left half written."""
        await asyncio.to_thread(self._files.remove_stale_parts, older_than)
        return await asyncio.to_thread(lambda: list(self._files.list_orphan_candidates(older_than)))

    async def _keep(
        self, request: PictureRequest, path: Path, masking: Masking | None
    ) -> tuple[KeptPicture, int | None]:
        info = await self.describe(path)
        whole = await asyncio.to_thread(self._files.store, path)
        size = request.trim_width or info.width, request.trim_height or info.height
        laid = await self._composite(path, masking, size) if masking else None
        if laid is not None and self._keeps_to_masks:
            shown = await asyncio.to_thread(self._files.store, laid.content)
            mime = "image/png"
        elif size != (info.width, info.height):
            cut = await self._on_pixels([path], cleaning.trim, path, *size)
            shown, mime = await asyncio.to_thread(self._files.store, cut), info.mime
        else:
            shown, mime = whole, info.mime
        original = (None, None) if shown == whole else (whole.sha256, info.mime)
        kept = KeptPicture(shown.sha256, mime, *size, shown.size_bytes, *original)
        return kept, laid.spill if laid else None

    async def _composite(self, path: Path, masking: Masking, size: tuple[int, int]) -> Composite | None:
        """Lay a drawn picture into the one that it changes; a picture that was paid for is never lost over this."""
        try:
            files = [path, masking.picture, masking.mask]
            laid = await self._on_pixels(files, compositing.composite, path, masking, size)
        except (BadPicture, FileNotFoundError) as error:
            log.warning("what a mask protects could not be put back", problem=type(error).__name__)
            return None
        if laid is None:
            log.warning("the answer has another shape than the masked picture, so nothing was put back")
        return laid

    async def _mask_for(self, picture: Path) -> Callable[[Path], bytes | None]:
        """Prepare masks for this picture: those made on a smaller copy are scaled to it."""
        info = await self.describe(picture)
        return partial(compositing.mask_png, size=(info.width, info.height))

    async def _prepared(self, path: Path, prepare: Callable[[Path], bytes | None], target: Path) -> Path:
        made = await self._on_pixels([path], prepare, path)
        if made is None:
            return path
        await asyncio.to_thread(_write, target, made)
        return target

    async def _on_pixels(self, files: Sequence[Path], function: Callable[[*Ts], T], *arguments: *Ts) -> T:
        """Run work that decodes these files once there is room for their pixels."""
        infos = [await self.describe(file) for file in files]
        pixels = sum(info.width * info.height for info in infos)
        return await self._pool.run(function, *arguments, pixels=pixels)


@dataclass(frozen=True)
class FittedFile:
    """A copy on disk that fits, and what was done for it."""

    path: Path
    mime: str
    size_bytes: int
    width: int
    height: int
    rung: Rung

    @classmethod
    def of(cls, path: Path) -> FittedFile:
        """Read back what the name of a kept copy says."""
        *_, rung, kind, width, height = path.stem.split("-")
        [done] = (each for each in RUNGS if each == rung)
        return cls(path, f"image/{kind}", path.stat().st_size, int(width), int(height), done)


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None


def _remove_copies(folder: Path, sha256: str) -> None:
    for copy in (folder / f"{sha256}.webp", *folder.glob(f"{sha256}.fit-*")):
        copy.unlink(missing_ok=True)


def _write(path: Path, content: bytes) -> None:
    with naming_full_disk():
        path.write_bytes(content)


def _write_whole(path: Path, content: bytes) -> None:
    """Write a file that appears only when it is complete, however many write it at once."""
    with naming_full_disk(), NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
        try:
            part.write(content)
            part.flush()
            Path(part.name).replace(path)
        finally:
            Path(part.name).unlink(missing_ok=True)


def _bound_folder(folder: Path, size_bytes: int) -> None:
    """Remove a folder's oldest files until the rest has at most this size."""
    left = size_bytes
    for file in sorted(folder.iterdir(), key=lambda each: each.stat().st_mtime_ns, reverse=True):
        left -= file.stat().st_size
        if left < 0:
            file.unlink(missing_ok=True)
