"""Small documents made for one answer, such as a chart or a table: kept for a day, for one person."""

from __future__ import annotations

from dataclasses import dataclass

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
        new, now = self.new_id(), self.clock()
        try:
            await self.shelf.keep_document(new, file.content)
        except StorageFull as error:
            raise Refusal("storage_full") from error
        name = clean_text(file.name)
        row = Document(new, caller.person, name, file.mime, len(file.content), now)
        gone = await self.database.write(documents.add, row, keep=EACH_MAX, since=now - KEPT_MILLISECONDS)
        for each in gone:
            await self.shelf.remove_document(each)
        return ReplyFile(id=new, name=name, mime=file.mime, alt=clean_text(file.alt))

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
