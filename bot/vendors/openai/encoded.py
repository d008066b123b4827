"""Base64 text, decoded straight to a file while it arrives."""

from __future__ import annotations

import binascii
from pathlib import Path
from typing import BinaryIO

from bot.core.errors import OutcomeUnknown

PREFIX = b"data:"
PREFIX_BYTES_MAX = 256
WHITESPACE = b" \t\r\n\f\v"
_STANDARD = bytes.maketrans(b"-_", b"+/")


class EncodedPicture:
    """One base64 string on its way into `path`; what is no base64 leaves no file.

    Line breaks, a `data:` prefix, missing padding and the alphabet for addresses are understood. Methods block.
    """

    def __init__(self, path: Path, *, size_bytes_max: int) -> None:
        self.path = path
        self.size_bytes = 0
        self.is_broken = False
        self._size_bytes_max = size_bytes_max
        self._file: BinaryIO | None = None
        self._head: bytes | None = b""
        self._tail = b""
        self._is_padded = False

    def feed(self, text: bytes) -> None:
        """Take the next piece of the text, cut anywhere. Raises OutcomeUnknown when it grows too large, and OSError."""
        if self.is_broken:
            return
        if self._head is not None:
            text = self._without_prefix(self._head + text)
        try:
            decoded = self._decode(text)
        except binascii.Error:
            self.discard()
            self.is_broken = True
            return
        self._write(decoded)

    def finish(self) -> None:
        """End the text: pad what is left, close the file. Raises OSError."""
        if self._head:
            self._tail, self._head = self._head, None
        if self._tail and not self.is_broken:
            text = self._tail.translate(_STANDARD, WHITESPACE + b"=")
            self._tail = b""
            self.feed(text + b"=" * (-len(text) % 4))
        self._close()

    def discard(self) -> None:
        """Forget the picture and its file."""
        self._close()
        self.path.unlink(missing_ok=True)

    def _without_prefix(self, text: bytes) -> bytes:
        """Hold the text back until it is clear whether it has a prefix, then return it without."""
        text = text.lstrip(WHITESPACE)
        comma = text.find(b",", 0, PREFIX_BYTES_MAX) if text.startswith(PREFIX) else None
        is_open = PREFIX.startswith(text) if comma is None else comma < 0 and len(text) < PREFIX_BYTES_MAX
        self._head = text if is_open else None
        if is_open:
            return b""
        # A prefix that is longer than any is passed on whole and found to be no base64.
        return text if comma is None or comma < 0 else text[comma + 1 :]

    def _decode(self, text: bytes) -> bytes:
        """Decode as many whole groups of four as there are; raises binascii.Error."""
        text = self._tail + text
        try:
            return self._groups(text)
        except binascii.Error:
            return self._groups(text.translate(_STANDARD, WHITESPACE))

    def _groups(self, text: bytes) -> bytes:
        if self._is_padded:
            if text.strip(b"="):
                raise binascii.Error("text after its end")
            return b""
        usable = len(text) - len(text) % 4
        decoded = binascii.a2b_base64(text[:usable], strict_mode=True)
        self._tail = text[usable:]
        self._is_padded = text[:usable].endswith(b"=")
        return decoded

    def _write(self, decoded: bytes) -> None:
        self.size_bytes += len(decoded)
        if self.size_bytes > self._size_bytes_max:
            raise OutcomeUnknown("picture_too_large")
        if decoded:
            if self._file is None:
                self._file = self.path.open("wb")
            self._file.write(decoded)

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
