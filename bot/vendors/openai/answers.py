"""An answer of the vendor: its pictures as files, how it goes on told while it arrives, and what it used."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.core.errors import OutcomeUnknown
from bot.core.ports import DrawnPicture, Report, VendorOrder
from bot.vendors.files import beside, named_by_kind
from bot.vendors.openai.encoded import EncodedPicture
from bot.vendors.openai.events import AnswerLimits, AnswerReader
from bot.vendors.openai.faults import error_of, told_fault
from bot.vendors.openai.scanner import Document


@dataclass
class Answer:
    """What came: pictures in their order, addresses in the place of those that were not sent, and `usage` as it is."""

    pictures: list[DrawnPicture | str] = field(default_factory=list)
    usage: Any = None
    model: str | None = None


class AnswerCollector:
    """Collects the answer to one order from the pieces in which it arrives."""

    def __init__(self, order: VendorOrder, report: Report | None, headers: Mapping[str, str]) -> None:
        self._order = order
        self._report = report
        self._headers = headers
        self._answer = Answer()
        self._partials = 0
        self._has_begun = False
        self._is_complete = False
        event_bytes = AnswerLimits.document_bytes
        pictures = order.count + order.partials
        self._reader = AnswerReader(order.folder, AnswerLimits(answer_bytes=event_bytes * pictures))

    async def collect(self, pieces: AsyncIterator[bytes]) -> Answer:
        """Read the pieces up to the last picture.

        Raises the VendorError that the vendor reports in its answer, and OutcomeUnknown for an answer that is cut, too
        large, no JSON or cannot be written.
        """
        try:
            async for piece in pieces:
                self._begin()
                for document in await beside(self._reader.feed, piece):
                    await self._take(document)
                if len(self._answer.pictures) >= self._order.count:
                    return self._answer
            for document in await beside(self._reader.finish):
                await self._take(document)
        except OSError as error:
            raise OutcomeUnknown("storage_full") from error
        finally:
            await beside(self._reader.discard)
        if not self._is_complete:
            raise OutcomeUnknown("stream_cut")
        return self._answer

    def _begin(self) -> None:
        if self._report is not None and not self._has_begun:
            self._report.first_byte()
        self._has_begun = True

    async def _take(self, document: Document) -> None:
        """Take one document: the whole answer, one event of a stream, or an error."""
        value = document.value if isinstance(document.value, dict) else {}
        kind = str(value.get("type") or "")
        if value.get("error") or kind == "error":
            _discard_others(document, ())
            raise error_of(told_fault(200, value), self._headers, is_keyed=bool(self._order.idempotency_key))
        if kind.endswith(".partial_image"):
            await self._take_partial(document)
        elif "data" in value:
            await self._take_pictures(document, value["data"] if isinstance(value["data"], list) else [])
            self._is_complete = True
        elif kind.endswith(".completed") or (not kind and "b64_json" in value):
            await self._take_pictures(document, [value])
            self._is_complete = True
        else:
            _discard_others(document, ())
        if isinstance(model := value.get("model"), str):
            # What no database takes, such as half a character, must not cost a picture that is paid for.
            self._answer.model = "".join(letter for letter in model[:100] if letter.isprintable()) or None
        self._answer.usage = value.get("usage") or self._answer.usage

    async def _take_pictures(self, document: Document, holders: list[Any]) -> None:
        kept = []
        for holder in holders[: self._order.count - len(self._answer.pictures)]:
            picture = document.picture(holder)
            if picture is not None:
                kept.append(picture)
                number = self._order.index + len(self._answer.pictures)
                self._answer.pictures.append(await beside(named_by_kind, picture.path, str(number)))
            elif isinstance(holder, dict) and isinstance(holder.get("url"), str):
                self._answer.pictures.append(holder["url"])
        await beside(_discard_others, document, tuple(kept))

    async def _take_partial(self, document: Document) -> None:
        picture = document.picture(document.value)
        if picture is None or self._report is None:
            await beside(_discard_others, document, ())
            return
        self._partials += 1
        name = f"{self._order.index}-partial-{self._partials}"
        partial = await beside(named_by_kind, picture.path, name)
        await self._report.partial(partial.path)


def _discard_others(document: Document, kept: tuple[EncodedPicture, ...]) -> None:
    """Remove the files of pictures that nobody wants."""
    for picture in document.pictures:
        if picture not in kept:
            picture.discard()
