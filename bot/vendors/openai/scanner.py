"""A JSON answer taken apart while it arrives: its pictures become files, only the rest is kept in memory.

Every string under a key `b64_json`, wherever it stands, is decoded into a file; in the text that remains it is
replaced by its number. What remains is small and read by the standard library, so this module only has to know
where strings begin and end.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.core.errors import OutcomeUnknown
from bot.vendors.openai.encoded import EncodedPicture

REST_BYTES_MAX = 256 * 1024
KEY = "b64_json"

_PLAIN_KEY = b'"b64_json"'
_STRING_END = re.compile(rb'["\\]')
_ESCAPE = re.compile(rb"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_FREQUENT = {
    rb"\/": b"/",
    rb"\n": b"",
    rb"\r": b"",
    rb"\u002B": b"+",
    rb"\u002b": b"+",
    rb"\u002F": b"/",
    rb"\u002f": b"/",
    rb"\u003D": b"=",
    rb"\u003d": b"=",
}
"""Escapes that encoders put into base64, replaced in one go because there may be a million of them."""

_NO_BASE64 = b"!"


@dataclass(frozen=True)
class Document:
    """What was read: the JSON value, in which each picture's string is its number in `pictures`."""

    value: Any
    pictures: tuple[EncodedPicture, ...]

    def picture(self, holder: Any) -> EncodedPicture | None:
        """Return the readable picture that a JSON object holds."""
        number = holder.get(KEY) if isinstance(holder, dict) else None
        found = self.pictures[int(number)] if isinstance(number, str) else None
        return found if found is not None and found.size_bytes and not found.is_broken else None


class Scanner:
    """Reads one JSON document in pieces that are cut anywhere. Methods block.

    They raise OutcomeUnknown when the document is too large, cut or no JSON, and OSError.
    """

    def __init__(self, new_picture: Callable[[], EncodedPicture]) -> None:
        self._new_picture = new_picture
        self._pictures: list[EncodedPicture] = []
        self._rest = bytearray()
        self._string = (0, 0)
        """Where the last string begins and ends in the rest."""
        self._read = self._read_structure
        self._is_escaped = False
        self._carry = b""

    @property
    def rest(self) -> bytes:
        """What was read, without the pictures."""
        return bytes(self._rest)

    def feed(self, chunk: bytes) -> None:
        """Read the next piece."""
        start = 0
        while start < len(chunk):
            start = self._read(chunk, start)

    def finish(self) -> Document:
        """End the document and return it."""
        if self._read != self._read_structure:
            raise OutcomeUnknown("answer_cut")
        try:
            value = json.loads(self._rest.decode("utf-8", "replace"), strict=False)
        except (ValueError, RecursionError) as error:
            raise OutcomeUnknown("answer_unreadable") from error
        return Document(value, tuple(self._pictures))

    def discard(self) -> None:
        """Remove the files of all pictures."""
        for picture in self._pictures:
            picture.discard()

    def _keep(self, text: bytes) -> None:
        self._rest += text
        if len(self._rest) > REST_BYTES_MAX:
            raise OutcomeUnknown("answer_too_large")

    def _read_structure(self, chunk: bytes, start: int) -> int:
        """Read up to the beginning of the next string."""
        quote = chunk.find(b'"', start)
        if quote < 0:
            self._keep(chunk[start:])
            return len(chunk)
        self._keep(chunk[start:quote])
        if self._is_picture_next():
            self._keep(b'"%d"' % len(self._pictures))
            self._pictures.append(self._new_picture())
            self._read = self._read_picture
        else:
            self._string = (len(self._rest), len(self._rest))
            self._keep(b'"')
            self._read = self._read_string
        return quote + 1

    def _is_picture_next(self) -> bool:
        """Whether the last string was the key of a picture; only a key is followed by a colon."""
        start, end = self._string
        if self._rest[end:].strip() != b":":
            return False
        key = bytes(self._rest[start:end])
        if b"\\" not in key:
            return key == _PLAIN_KEY
        try:
            return bool(json.loads(key.decode("utf-8", "replace"), strict=False) == KEY)
        except ValueError:
            return False

    def _read_string(self, chunk: bytes, start: int) -> int:
        """Read up to the end of a string that is no picture."""
        position = start
        if self._is_escaped:
            self._is_escaped = False
            position += 1
        while found := _STRING_END.search(chunk, position):
            if found[0] == b'"':
                self._keep(chunk[start : found.end()])
                self._string = (self._string[0], len(self._rest))
                self._read = self._read_structure
                return found.end()
            position = found.end() + 1
        self._is_escaped = position > len(chunk)
        self._keep(chunk[start:])
        return len(chunk)

    def _read_picture(self, chunk: bytes, start: int) -> int:
        """Read up to the end of a picture's string."""
        quote = chunk.find(b'"', start)
        is_whole = quote >= 0
        text = self._carry + (chunk[start:quote] if is_whole else chunk[start:])
        self._carry = b""
        picture = self._pictures[-1]
        if not is_whole:
            text, self._carry = _split_cut_escape(text)
            picture.feed(_unescaped(text))
            return len(chunk)
        if _backslashes_at_end(text) % 2:
            picture.feed(_NO_BASE64)
            return quote + 1
        picture.feed(_unescaped(text))
        picture.finish()
        self._read = self._read_structure
        return quote + 1


def _backslashes_at_end(text: bytes) -> int:
    return len(text) - len(text.rstrip(b"\\"))


def _split_cut_escape(text: bytes) -> tuple[bytes, bytes]:
    """Split off an escape that goes on in the next piece."""
    if b"\\" not in text[-5:]:
        return text, b""
    if _backslashes_at_end(text) % 2:
        return text[:-1], text[-1:]
    begin = text.rfind(rb"\u", max(len(text) - 5, 0))
    if begin >= 0 and _backslashes_at_end(text[:begin]) % 2 == 0:
        return text[:begin], text[begin:]
    return text, b""


def _unescaped(text: bytes) -> bytes:
    """Resolve the escapes of a JSON string that should be base64; what cannot be base64 becomes a mark that is none."""
    if b"\\" not in text:
        return text
    if rb"\\" in text:
        return _NO_BASE64
    for escape, plain in _FREQUENT.items():
        text = text.replace(escape, plain)
        if b"\\" not in text:
            return text
    return _ESCAPE.sub(_plain, text)


def _plain(escape: re.Match[bytes]) -> bytes:
    code = escape[1]
    if code in b"tf":
        return b" "
    if len(code) == 5 and (number := int(code[1:], 16)) < 128 and number not in b'"\\':
        return bytes([number])
    return _NO_BASE64
