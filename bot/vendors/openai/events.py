"""An answer in one piece or as server-sent events, read while it arrives.

What begins with a brace is one JSON document, whatever the vendor calls it: some answer a request for a stream in one
piece. Everything else is read as events, each of whose data is a JSON document.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path

from bot.core.errors import OutcomeUnknown
from bot.vendors.openai.encoded import EncodedPicture
from bot.vendors.openai.scanner import Document, Scanner

FIELD_BYTES_MAX = 1024
"""Longer beginnings of a line are no field that we know."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_DONE = b"[DONE]"


@dataclass(frozen=True)
class AnswerLimits:
    """How large an answer may be, counted after its transfer encoding is undone."""

    picture_bytes: int = 64 * 2**20
    document_bytes: int = 96 * 2**20
    answer_bytes: int = 96 * 2**20


class AnswerReader:
    """Reads an answer in pieces that are cut anywhere; pictures become `answer-*.part` in `folder`. Methods block.

    They raise OutcomeUnknown when something is too large, cut or no JSON, and OSError.
    """

    def __init__(self, folder: Path, limits: AnswerLimits) -> None:
        self._folder = folder
        self._limits = limits
        self._numbers = itertools.count()
        self._size_bytes = 0
        self._start: bytes | None = b""
        self._document: Scanner | None = None
        self._events = Events(self)

    def feed(self, chunk: bytes) -> list[Document]:
        """Read the next piece; returns the documents that are complete with it."""
        self._size_bytes += len(chunk)
        if self._size_bytes > self._limits.answer_bytes:
            raise OutcomeUnknown("answer_too_large")
        if self._start is not None:
            chunk = self._begin(self._start + chunk)
        if self._document is not None:
            self._document.feed(chunk)
            return []
        return self._events.feed(chunk)

    def finish(self) -> list[Document]:
        """End the answer; returns the document that is complete only now."""
        if self._document is None:
            return self._events.finish()
        document, self._document = self._document, None
        return [document.finish()]

    def discard(self) -> None:
        """Remove the files of a document that is not complete."""
        for scanner in (self._document, self._events.scanner):
            if scanner is not None:
                scanner.discard()

    def new_scanner(self) -> Scanner:
        """Begin a document."""
        return Scanner(self._new_picture)

    @property
    def document_bytes_max(self) -> int:
        """How large one event may be."""
        return self._limits.document_bytes

    def _new_picture(self) -> EncodedPicture:
        path = self._folder / f"answer-{next(self._numbers)}.part"
        return EncodedPicture(path, size_bytes_max=self._limits.picture_bytes)

    def _begin(self, start: bytes) -> bytes:
        """Decide by the first letter; until there is one, drop what comes before it."""
        if _BYTE_ORDER_MARK.startswith(start):
            self._start = start
            return b""
        start = start.removeprefix(_BYTE_ORDER_MARK).lstrip()
        self._start = None if start else b""
        if start.startswith((b"{", b"[")):
            self._document = self.new_scanner()
        return start


class Events:
    """Reads server-sent events: their data go to a scanner piece by piece, everything else is left out."""

    def __init__(self, reader: AnswerReader) -> None:
        self._reader = reader
        self.scanner: Scanner | None = None
        self._line = b""
        """The beginning of a line whose field is not clear yet."""
        self._is_data = False
        self._is_skipped = False
        self._is_after_return = False
        self._event_bytes = 0

    def feed(self, chunk: bytes) -> list[Document]:
        """Read the next piece; returns the documents that are complete with it."""
        found: list[Document] = []
        start = 0
        if self._is_after_return and chunk:
            self._is_after_return = False
            start = int(chunk.startswith(b"\n"))
        newline, carriage = -2, -2
        while start < len(chunk):
            # Each kind of line end is searched once and then passed: a picture has millions of letters and no line end.
            newline = _next(chunk, b"\n", start, newline)
            carriage = _next(chunk, b"\r", start, carriage)
            end = min(newline, carriage)
            self._read_part(chunk[start:end])
            start = end + 1
            if end < len(chunk):
                if end == carriage:
                    self._is_after_return = start == len(chunk)
                    start += chunk[start : start + 1] == b"\n"
                found += self._end_line()
        return found

    def finish(self) -> list[Document]:
        """End the stream; an event without its empty line counts if it is complete."""
        return self._end_line() + self._end_event()

    def _read_part(self, part: bytes) -> None:
        """Take a piece of a line."""
        if self._is_data:
            self._take(part)
        elif not self._is_skipped:
            self._line += part
            field, colon, value = self._line.partition(b":")
            if colon and field == b"data":
                self._begin_data(value)
            else:
                self._is_skipped = bool(colon) or len(self._line) > FIELD_BYTES_MAX

    def _begin_data(self, value: bytes) -> None:
        self._is_data = True
        if self.scanner is None:
            self.scanner = self._reader.new_scanner()
            self._event_bytes = 0
        else:
            self._take(b"\n")
        self._take(value)

    def _take(self, part: bytes) -> None:
        assert self.scanner is not None
        self._event_bytes += len(part)
        if self._event_bytes > self._reader.document_bytes_max:
            raise OutcomeUnknown("answer_too_large")
        self.scanner.feed(part)

    def _end_line(self) -> list[Document]:
        is_empty = not (self._line or self._is_data or self._is_skipped)
        self._line, self._is_data, self._is_skipped = b"", False, False
        return self._end_event() if is_empty else []

    def _end_event(self) -> list[Document]:
        if self.scanner is None:
            return []
        text = self.scanner.rest.strip()
        scanner, self.scanner = self.scanner, None
        if not text or text == _DONE:
            return []
        try:
            return [scanner.finish()]
        except OutcomeUnknown:
            scanner.discard()
            raise


def _next(chunk: bytes, letter: bytes, start: int, known: int) -> int:
    """Return where the letter is found from `start` on, the end if nowhere; `known` is the last answer."""
    if known >= start:
        return known
    found = chunk.find(letter, start)
    return len(chunk) if found < 0 else found
