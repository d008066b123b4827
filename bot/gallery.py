"""Pictures of people: kept when uploaded, shown to those who may see them, deleted when asked."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import structlog

from bot.core.commands import Caller
from bot.core.errors import EaselError, NotAllowed, NotFound, Refusal
from bot.core.fitting import Fitted, Room
from bot.core.front import Served, Uploaded
from bot.core.jobs import CallState
from bot.core.ports import Clock, NewId
from bot.documents import Documents
from bot.rights import Rights
from bot.storage import calls, jobs, pictures, retention, views
from bot.storage.calls import NewPicture
from bot.storage.database import Database
from bot.storage.pictures import Owner
from bot.storage.shelf import Shelf
from bot.storage.transaction import StorageFull
from bot.storage.views import PictureRow, Viewer

log = structlog.get_logger(__name__)

DAY_MILLISECONDS = 24 * 3_600_000
UNSTORED_MILLISECONDS = 30 * DAY_MILLISECONDS
"""An answer that was paid for and could not be stored waits this long for somebody to look at it."""

COLLECT_SECONDS = 3_600.0
CHECKED_AT_ONCE = 500
CACHE_BYTES_MAX = 256_000_000
SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}


@dataclass(frozen=True)
class GalleryMeans:
    """What the gallery works with. A picture's bytes go `keep_days` after they came; 0 keeps them for ever."""

    database: Database
    shelf: Shelf
    clock: Clock
    new_id: NewId
    rights: Rights
    keep_days: int = 0
    link: Callable[[str], str] | None = None
    """Makes an address for the bytes of a hash, where others reach us."""
    ring: Callable[[], None] = lambda: None
    """Wakes whoever takes a deleted picture out of its messages."""


class EaselGallery:
    """The gallery that platforms use."""

    def __init__(self, means: GalleryMeans) -> None:
        self._database = means.database
        self._shelf = means.shelf
        self._clock = means.clock
        self._new_id = means.new_id
        self._rights = means.rights
        self._link = means.link
        self._ring = means.ring
        self._documents = Documents(means.database, means.shelf, means.clock, means.new_id)
        self._keep_milliseconds = means.keep_days * DAY_MILLISECONDS

    async def keep(self, caller: Caller, name: str, upload: Path) -> Uploaded:
        """Keep a clean copy of an upload; a picture of the caller's own that comes back is that picture.

        Raises BadPicture, and NotAllowed where nobody may act yet.
        """
        await self._rights.check_place(caller)
        digest = await asyncio.to_thread(_sha256, upload)
        own = await self._database.read(pictures.is_ours, digest, caller.person)
        if own is not None:
            row = await self._find(own, caller)
            if await self._shelf.has(row.sha256):
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
        except StorageFull:
            log.warning("no room for small copies; whole pictures are shown")
        sha256, mime = row.sha256, row.mime
        if kind == "original" and row.original_sha256 and row.original_mime:
            sha256, mime = row.original_sha256, row.original_mime
        if not await self._shelf.has(sha256):
            raise NotFound("picture_gone")
        return Served(self._shelf.path(sha256), mime, f"{name}.{SUFFIXES.get(mime, 'png')}")

    async def fitted(self, picture: str, caller: Caller, room: Room) -> Fitted:
        """Give the best copy of a picture that fits; raises NotFound, and Refusal when none does."""
        row = await self._find(picture, caller)
        try:
            made = await self._shelf.fitted(row.sha256, room)
        except FileNotFoundError as error:
            raise NotFound("picture_gone") from error
        except StorageFull as error:
            raise Refusal("storage_full") from error
        if made is None:
            raise Refusal("picture_fits_not", limit=room.bytes_max // 1_000_000)
        name = f"easel-{picture[-8:]}.{SUFFIXES.get(made.mime, 'png')}"
        return Fitted(made.path, made.mime, name, made.size_bytes, made.width, made.height, made.rung)

    async def original_link(self, picture: str, caller: Caller) -> str | None:
        """Return where the vendor's own bytes can be fetched for two hours, without a session; raises NotFound.

        None where nobody outside reaches us.
        """
        row = await self._find(picture, caller)
        sha256 = row.original_sha256 or row.sha256
        if not await self._shelf.has(sha256):
            raise NotFound("picture_gone")
        return self._link(sha256) if self._link is not None else None

    async def partial(self, job: int, caller: Caller) -> Served:
        """Find the newest unfinished picture of the caller's running job; raises NotFound."""
        card = await self._database.read(views.card_by_number, Viewer(caller.person, caller.tenant), job)
        row = await self._database.read(jobs.find, card.id) if card else None
        if card is None or card.partial is None or row is None or row.person != caller.person:
            raise NotFound("picture_unknown")
        info = await self._shelf.describe(self._shelf.path(card.partial))
        return Served(self._shelf.path(card.partial), info.mime, f"easel-{job}-unfinished")

    async def document(self, document: str, caller: Caller) -> Served:
        """Find the bytes of a reply's file that was made for the caller; raises NotFound."""
        return await self._documents.find(document, caller)

    async def delete(self, picture: str, caller: Caller) -> None:
        """Delete a picture and, where nobody else needs them, its bytes: the caller's own or, for admins, any they see.

        One that was taken down, too; what was decided about it stays on record. Raises NotFound, NotAllowed.
        """
        await self._rights.check_place(caller)
        row = await self._row(picture, caller)
        if row.person != caller.person and not await self._rights.may_administer(caller):
            raise NotAllowed("not_yours")
        if not await self._database.write(pictures.delete, picture, row.person, now=self._clock()):
            raise NotFound("picture_gone")
        self._ring()
        log.info("picture deleted", picture=picture, by=caller.person)
        hashes = [each for each in (row.sha256, row.original_sha256) if each]
        for sha256 in await self._unneeded(hashes, kept_since=0):
            # Who stored the same bytes since may not have written their row yet; if nobody has, the collector comes.
            await self._shelf.remove(sha256, older_than=row.created + 1)

    async def collect(self) -> None:
        """Clear up every hour, until cancelled."""
        while True:
            try:
                await self.clear_up()
            except (EaselError, OSError) as error:
                log.warning("could not clear up", problem=str(error))
            await asyncio.sleep(COLLECT_SECONDS)

    async def clear_up(self) -> None:
        """Remove bytes that no row needs or that are too old to be kept, spent folders of calls, and small copies.

        Nothing goes in its first day: its row may still be on the way.
        """
        now = self._clock()
        before = now - DAY_MILLISECONDS
        kept_since = now - self._keep_milliseconds if self._keep_milliseconds else 0
        candidates = await self._shelf.orphan_candidates(before)
        removed = 0
        for first in range(0, len(candidates), CHECKED_AT_ONCE):
            some = candidates[first : first + CHECKED_AT_ONCE]
            for sha256 in await self._unneeded(some, kept_since=kept_since):
                removed += await self._shelf.remove(sha256, older_than=before)
        for call in await self._shelf.calls_left(before):
            if await self._is_spent(call, now):
                await self._shelf.discard(call)
        await self._documents.clear_up()
        await self._shelf.bound_cache(CACHE_BYTES_MAX)
        log.info("cleared up", looked_at=len(candidates), removed=removed)

    async def _unneeded(self, hashes: Sequence[str], *, kept_since: int) -> set[str]:
        return set(hashes) - await self._database.read(retention.needed, hashes, kept_since=kept_since)

    async def _is_spent(self, name: str, now: int) -> bool:
        """Whether nothing more can come of a call's folder, or of an upload's."""
        call = await self._database.read(calls.find, name)
        if call is None or call.state is CallState.STORED:
            return True
        if call.state.is_open:
            return False
        return now - call.called_at > UNSTORED_MILLISECONDS or await self._shelf.sealed(name) is None

    async def _find(self, picture: str, caller: Caller) -> PictureRow:
        """Find a picture that can be shown; raises NotFound."""
        row = await self._row(picture, caller)
        if row.is_deleted:
            raise NotFound("picture_gone")
        return row

    async def _row(self, picture: str, caller: Caller) -> PictureRow:
        row = await self._database.read(views.picture, picture, Viewer(caller.person, caller.tenant))
        if row is None:
            raise NotFound("picture_unknown")
        return row


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
