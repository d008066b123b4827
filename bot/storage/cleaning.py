"""Clean copies of uploads, and what else is done to stored pictures.

Files are hostile: the kind is read from their first bytes, only that kind's reader is used, and sizes are
checked before anything is decoded. Every function blocks: run it in a `PicturePool`.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from PIL import Image, ImageOps

from bot.core.errors import BadPicture
from bot.storage.encoding import encode, plain_copy, shallow
from bot.storage.files import naming_full_disk
from bot.storage.sniffing import HEAD_BYTES, HEIC, JPEG, WEBP, Kind, sniff

if TYPE_CHECKING:
    from pillow_heif import HeifFile

UNREADABLE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    TypeError,
    IndexError,
    KeyError,
    AttributeError,
    OverflowError,
    RuntimeError,
    struct.error,
    zlib.error,
)
"""What Pillow and its plugins raise on damaged files."""


@dataclass(frozen=True)
class Limits:
    """What an upload may have."""

    size_bytes: int = 25_000_000
    pixels: int = 50_000_000


@dataclass(frozen=True)
class CleanPicture:
    """A clean copy; `converted_from` names the kind that it had, if people should hear of it."""

    path: Path
    mime: str
    width: int
    height: int
    converted_from: str | None


@dataclass(frozen=True)
class PictureInfo:
    """What the header says; sizes in pixels, as stored."""

    mime: str
    width: int
    height: int
    has_alpha: bool


def clean(source: Path, target: Path, limits: Limits) -> CleanPicture:
    """Write a clean copy of `source` to `target`: upright, its colour profile kept, no other word about it.

    Raises BadPicture for what is too large, damaged or of a kind that we cannot read; StorageFull.
    """
    if source.stat().st_size > limits.size_bytes:
        raise BadPicture("picture_heavy", limit=limits.size_bytes // 1_000_000)
    image, kind = decode(source, most_pixels=limits.pixels, is_upright=True)
    plain, profile = plain_copy(image)
    content = encode(plain, kind, profile=profile, is_lossless=_is_lossless(source, kind))
    with naming_full_disk():
        target.write_bytes(content)
    return CleanPicture(target, kind.mime or "image/png", *plain.size, _converted_from(image, kind))


def trim(path: Path, width: int, height: int) -> bytes:
    """Cut the middle out of a picture, in its own format; a smaller picture is scaled up to fill the size."""
    image, kind = decode(path)
    plain, profile = plain_copy(image)
    del image  # a large picture is in memory twice at most
    cut = middle(plain, width, height)
    cut.info = plain.info
    return encode(cut, kind, profile=profile, is_lossless=_is_lossless(path, kind))


def middle(image: Image.Image, width: int, height: int) -> Image.Image:
    """Cut the middle out; a smaller picture is scaled up to fill the size."""
    if image.width < width or image.height < height:
        return ImageOps.fit(image, (width, height), Image.Resampling.LANCZOS)
    left, top = (image.width - width) // 2, (image.height - height) // 2
    return image.crop((left, top, left + width, top + height))


def describe(path: Path) -> PictureInfo:
    """Read a picture's header; raises BadPicture for what is no picture."""
    with path.open("rb") as reader, _naming_damage():
        image, kind = _open(reader, None)
        return PictureInfo(kind.mime or "image/png", *image.size, has_alpha=image.has_transparency_data)


def check_mask(mask: Path, picture: Path) -> None:
    """Raise BadPicture unless the mask has the picture's size, or is smaller in its shape, and a transparent place."""
    wanted, found = describe(picture), describe(mask)
    if not _is_copy_of(found, wanted):
        sizes = [f"{info.width}x{info.height}" for info in (found, wanted)]
        raise BadPicture("mask_size", mask=sizes[0], picture=sizes[1])
    if not found.has_alpha or decode(mask)[0].convert("RGBA").getchannel("A").getextrema()[0] != 0:
        raise BadPicture("mask_opaque")


def _is_copy_of(small: PictureInfo, whole: PictureInfo) -> bool:
    """Whether one size is the other's scaled down, to the pixel."""
    apart = abs(small.width * whole.height - small.height * whole.width)
    return (
        small.width <= whole.width
        and small.height <= whole.height
        and apart <= max(whole.width, whole.height)
    )


def thumbnail(path: Path, edge: int) -> bytes:
    """Make a small WebP whose longer side has at most `edge` pixels."""
    image, _ = decode(path, draft=(edge * 2, edge * 2))
    has_alpha = image.has_transparency_data
    plain, profile = plain_copy(image)
    small = shallow(plain).convert("RGBA" if has_alpha else "RGB")
    small.thumbnail((edge, edge), Image.Resampling.BICUBIC, reducing_gap=2.0)
    buffer = BytesIO()
    small.save(buffer, "WEBP", quality=82, method=3, icc_profile=profile)
    return buffer.getvalue()


def decode(
    path: Path,
    *,
    most_pixels: int | None = None,
    is_upright: bool = False,
    draft: tuple[int, int] | None = None,
) -> tuple[Image.Image, Kind]:
    """Read a picture's pixels; raises BadPicture. A draft may be smaller, but not than the size asked for."""
    with path.open("rb") as reader, _naming_damage(most_pixels):
        image, kind = _open(reader, most_pixels)
        if draft:
            image.draft("RGB", draft)
        image.load()
        # HEIC comes upright from its reader.
        if is_upright and kind is not HEIC:
            ImageOps.exif_transpose(image, in_place=True)
        return image, kind


def _open_heic(reader: BinaryIO) -> HeifFile:
    # The decoder is as large as all of Pillow, and few uploads are HEIC.
    from pillow_heif import open_heif

    return open_heif(reader)


def _open(reader: BinaryIO, most_pixels: int | None) -> tuple[Image.Image, Kind]:
    """Read the header by the one reader of the file's kind, and check the size; nothing is decoded yet."""
    kind = sniff(reader.read(HEAD_BYTES))
    reader.seek(0)
    opened = _open_heic(reader) if kind is HEIC else Image.open(reader, formats=[kind.pillow])
    if most_pixels is not None and opened.size[0] * opened.size[1] > most_pixels:
        raise BadPicture("picture_large", limit=most_pixels // 1_000_000)
    return (opened if isinstance(opened, Image.Image) else opened.to_pillow()), kind


@contextmanager
def _naming_damage(most_pixels: int | None = None) -> Iterator[None]:
    """Turn what the readers raise on damaged or oversized files into BadPicture."""
    try:
        yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as problem:
        limit = most_pixels or Image.MAX_IMAGE_PIXELS or 0
        raise BadPicture("picture_large", limit=limit // 1_000_000) from problem
    except UNREADABLE as problem:
        raise BadPicture("picture_broken") from problem


def _converted_from(image: Image.Image, kind: Kind) -> str | None:
    if kind.mime is None:
        return kind.name
    if getattr(image, "is_animated", False):
        return f"animated {kind.name}"
    return "CMYK JPEG" if image.mode == "CMYK" else None


def _is_lossless(path: Path, kind: Kind) -> bool:
    """Whether the pixels came without loss; of WebP, the chunk of the (first) picture tells."""
    if kind is not WEBP:
        return kind is not JPEG
    with path.open("rb") as reader:
        head = reader.read(1 << 16)
    lossy, lossless = head.find(b"VP8 "), head.find(b"VP8L")
    return lossless >= 0 and (lossy < 0 or lossless < lossy)
