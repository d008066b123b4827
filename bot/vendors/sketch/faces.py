"""The faces that posters are set in: metrics read from the font files, glyphs drawn by Pillow."""

from __future__ import annotations

import struct
from functools import cached_property
from pathlib import Path

from PIL import ImageFont

FOLDER = Path(__file__).parent.parent / "fonts"


class Face:
    """One font file.

    Metrics are in ems, so that lines can be broken before a size is chosen. They are read here because Pillow
    does not tell which characters a font has, nor its true kerning in the layout that needs no library.
    """

    def __init__(self, name: str) -> None:
        self._path = FOLDER / name
        self._sizes: dict[int, ImageFont.FreeTypeFont] = {}

    @cached_property
    def _tables(self) -> dict[str, bytes]:
        content = self._path.read_bytes()
        (count,) = struct.unpack_from(">H", content, 4)
        entries = [struct.unpack_from(">4sIII", content, 12 + 16 * row) for row in range(count)]
        wanted = {b"head", b"hhea", b"hmtx", b"cmap", b"kern"}
        return {tag.decode(): content[at : at + size] for tag, _, at, size in entries if tag in wanted}

    @cached_property
    def _glyphs(self) -> dict[int, int]:
        """Character code to glyph number, from the only map that the files have (format 12)."""
        cmap = self._tables["cmap"]
        (at,) = struct.unpack_from(">I", cmap, 8)
        (groups,) = struct.unpack_from(">I", cmap, at + 12)
        return {
            code: glyph + code - first
            for first, last, glyph in struct.iter_unpack(">III", cmap[at + 16 : at + 16 + 12 * groups])
            for code in range(first, last + 1)
        }

    @cached_property
    def _kerning(self) -> dict[tuple[int, int], int]:
        kern = self._tables.get("kern")
        if kern is None:
            return {}
        (pairs,) = struct.unpack_from(">H", kern, 10)
        rows = struct.iter_unpack(">HHh", kern[18 : 18 + 6 * pairs])
        return {(left, right): units for left, right, units in rows}

    @cached_property
    def _advances(self) -> tuple[int, ...]:
        (count,) = struct.unpack_from(">H", self._tables["hhea"], 34)
        return tuple(width for width, _ in struct.iter_unpack(">Hh", self._tables["hmtx"][: 4 * count]))

    @cached_property
    def _units(self) -> int:
        (units,) = struct.unpack_from(">H", self._tables["head"], 18)
        return int(units)

    def __contains__(self, character: str) -> bool:
        return ord(character) in self._glyphs

    def advance(self, character: str) -> float:
        """The width of one character in ems."""
        return self._advances[min(self._glyphs[ord(character)], len(self._advances) - 1)] / self._units

    def kerning(self, left: str, right: str) -> float:
        """How much closer (negative) or wider the pair stands, in ems."""
        glyphs = self._glyphs
        return self._kerning.get((glyphs.get(ord(left), -1), glyphs.get(ord(right), -1)), 0) / self._units

    def font(self, size: int) -> ImageFont.FreeTypeFont:
        """The face at `size` pixels to the em; not to be shared between threads."""
        if size not in self._sizes:
            self._sizes[size] = ImageFont.truetype(self._path, size, layout_engine=ImageFont.Layout.BASIC)
        return self._sizes[size]
