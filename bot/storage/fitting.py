"""Copies of pictures that fit what a platform takes: as good as the room allows, scaled down at last.

Every function blocks: run it in a `PicturePool`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

from bot.core.fitting import Room, Rung
from bot.storage.cleaning import decode
from bot.storage.encoding import plain_copy, shallow

WEBP, JPEG, PNG = "image/webp", "image/jpeg", "image/png"
QUALITY = 90
SCALE_STEP = 0.8
SHORTEST_EDGE = 64


@dataclass(frozen=True)
class Copy:
    """A copy that fits, and what was done for it."""

    content: bytes
    mime: str
    width: int
    height: int
    rung: Rung


def fit(path: Path, room: Room) -> Copy | None:
    """Make the best copy that fits: without loss, then as WebP, as JPEG where nothing is transparent, then smaller.

    None when even a tiny copy is too large, or no kind of file is taken that we can write.
    """
    image, _ = decode(path)
    plain, profile = plain_copy(image)
    del image  # a large picture is in memory twice at most
    full = shallow(plain).convert("RGBA" if plain.has_transparency_data else "RGB")
    whole: Rung | None = None
    while min(full.size) >= SHORTEST_EDGE:
        for mime, rung, options in _ways(full, room, is_whole=whole is None):
            buffer = BytesIO()
            full.save(buffer, mime.partition("/")[2].upper(), icc_profile=profile, **options)
            if buffer.tell() <= room.bytes_max:
                return Copy(buffer.getvalue(), mime, *full.size, whole or rung)
        whole = "scaled"
        width, height = (round(edge * SCALE_STEP) for edge in full.size)
        full = full.resize((width, height), Image.Resampling.LANCZOS)
    return None


def _ways(image: Image.Image, room: Room, *, is_whole: bool) -> Iterator[tuple[str, Rung, dict[str, object]]]:
    """List how a picture may be written, the best first; without loss only while it has its whole size."""
    is_opaque = not image.has_transparency_data
    if is_whole and WEBP in room.mimes:
        yield WEBP, "lossless", {"lossless": True, "quality": 50, "method": 2, "exact": not is_opaque}
    if PNG in room.mimes and WEBP not in room.mimes and (is_whole or not is_opaque):
        yield PNG, "lossless", {"compress_level": 6}
    if WEBP in room.mimes:
        yield WEBP, "webp", {"quality": QUALITY, "method": 4}
    if JPEG in room.mimes and is_opaque:
        yield JPEG, "jpeg", {"quality": QUALITY, "optimize": True}
