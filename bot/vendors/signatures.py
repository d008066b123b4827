"""What kind of picture bytes are, told by how they begin."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

EXTENSIONS: Mapping[str, str] = MappingProxyType(
    {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "application/octet-stream": "bin"}
)
"""How files of a kind end."""


def mime_of(start: bytes) -> str:
    """Name the kind by the first twelve bytes; what is not known is named as that."""
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if start.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        return "image/webp"
    return "application/octet-stream"
