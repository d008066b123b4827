"""Says what a file is by its first bytes, never by its name."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.errors import BadPicture

HEAD_BYTES = 4096


@dataclass(frozen=True)
class Kind:
    """A kind that we read: what people call it, Pillow's name, and the mime type if it is kept as it is."""

    name: str
    pillow: str
    mime: str | None = None


PNG = Kind("PNG", "PNG", "image/png")
JPEG = Kind("JPEG", "JPEG", "image/jpeg")
WEBP = Kind("WebP", "WEBP", "image/webp")
GIF = Kind("GIF", "GIF")
BMP = Kind("BMP", "BMP")
TIFF = Kind("TIFF", "TIFF")
HEIC = Kind("HEIC", "HEIF")
AVIF = Kind("AVIF", "AVIF")

STARTS: tuple[tuple[bytes, Kind], ...] = (
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"BM", BMP),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
)
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF"),
    (b"8BPS", "a Photoshop file"),
    (b"PK\x03\x04", "a zip archive or an office document"),
    (b"\x1f\x8b", "a compressed archive"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"),
    (b"\x00\x00\x01\x00", "an icon file"),
    (b"v/1\x01", "an OpenEXR picture"),
    (b"\x1aE\xdf\xa3", "a video"),
    (b"RIFF", "a sound or a video"),
    (b"ID3", "a sound"),
    (b"OggS", "a sound or a video"),
    (b"%!PS", "a PostScript file"),
    (b"gimp xcf", "a GIMP file"),
    (b"{\\rtf", "a text document"),
)


def sniff(head: bytes) -> Kind:
    """Tell the kind from the first bytes; raises BadPicture that names what else it seems to be."""
    if not head:
        raise BadPicture("picture_empty")
    for start, kind in STARTS:
        if head.startswith(start):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp":
        return _sniff_boxes(head)
    words = head[:HEAD_BYTES].lower()
    if words.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<!doctype html", b"<html")):
        raise BadPicture("picture_kind", seems="a web page")
    if b"<svg" in words:
        raise BadPicture("picture_kind", seems="an SVG drawing")
    for start, seems in FOREIGN:
        if head.startswith(start):
            raise BadPicture("picture_kind", seems=seems)
    raise BadPicture("picture_kind_unknown")


def _sniff_boxes(head: bytes) -> Kind:
    """Tell HEIC, AVIF and videos apart by their brands, the major one and the compatible ones."""
    end = min(int.from_bytes(head[:4]), len(head), 256)
    brands = {head[8:12], *(head[at : at + 4] for at in range(16, end, 4))}
    if brands & {b"avif", b"avis"}:
        return AVIF
    if brands & HEIC_BRANDS:
        return HEIC
    raise BadPicture("picture_kind", seems="a video")
