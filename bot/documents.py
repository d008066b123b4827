"""Small documents made for one answer, such as a chart or a table: kept for a day, for one person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

import structlog

from bot.core.commands import Caller
from bot.core.errors import NotFound, Refusal
from bot.core.front import Served
from bot.core.ports import Clock, NewId
from bot.core.replies import ReplyFile
from bot.core.studio import NewFile
from bot.storage import documents
from bot.storage.database import Database
from bot.storage.documents import Document
from bot.storage.shelf import Shelf
from bot.storage.transaction import StorageFull
from bot.storage.types import clean_text

log = structlog.get_logger(__name__)

KEPT_MILLISECONDS = 24 * 3_600_000
BYTES_MAX = 16_000_000
EACH_MAX = 30
"""How many documents a person has at most; a new one takes the place of the oldest."""


@dataclass(frozen=True)
class NewDocument:
    """What a document is called and how it is described aloud."""

    name: str
    mime: str
    alt: str


@dataclass(frozen=True)
class Documents:
    """Keeps them: a row says for whom, the shelf has the bytes."""

    database: Database
    shelf: Shelf
    clock: Clock
    new_id: NewId

    async def keep(self, file: NewFile, caller: Caller) -> ReplyFile:
        """Keep a document for the caller. Raises Refusal when it is too large or the disk has no room."""
        if len(file.content) > BYTES_MAX:
            raise Refusal("document_too_large", limit=BYTES_MAX // 1_000_000)
        new = NewDocument(file.name, file.mime, file.alt)
        return await self.write(new, lambda opened: opened.write(file.content), caller)

    async def write(self, new: NewDocument, write: Callable[[BinaryIO], object], caller: Caller) -> ReplyFile:
        """Keep what `write`, which runs in a thread, writes into a file. Raises Refusal when the disk has no room."""
        id, now = self.new_id(), self.clock()
        try:
            size = await self.shelf.write_document(id, write)
        except StorageFull as error:
            raise Refusal("storage_full") from error
        name = clean_text(new.name)
        row = Document(id, caller.person, name, new.mime, size, now)
        gone = await self.database.write(documents.add, row, keep=EACH_MAX, since=now - KEPT_MILLISECONDS)
        for each in gone:
            await self.shelf.remove_document(each)
        return ReplyFile(id=id, name=name, mime=new.mime, alt=clean_text(new.alt))

    async def find(self, document: str, caller: Caller) -> Served:
        """Find a document that was made for the caller within the last day; raises NotFound."""
        since = self.clock() - KEPT_MILLISECONDS
        row = await self.database.read(documents.find, document, caller.person, since=since)
        if row is None or not (path := self.shelf.document(row.id)).exists():
            raise NotFound("document_gone")
        return Served(path, row.mime, row.name)

    async def clear_up(self) -> None:
        """Remove what is older than a day, and bytes whose row never came."""
        before = self.clock() - KEPT_MILLISECONDS
        await self.database.write(documents.forget, before=before)
        old = await self.shelf.documents_before(before)
        for each in old:
            await self.shelf.remove_document(each)
        log.info("documents cleared up", removed=len(old))
