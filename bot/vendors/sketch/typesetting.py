"""Sets text: picks a face per character, fits lines into a box, draws them glyph by glyph with kerning."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import floor

from bot.vendors.sketch.canvas import Canvas, Colour
from bot.vendors.sketch.faces import Face
from bot.vendors.sketch.lines import (
    Atom,
    Measure,
    atoms_of,
    balance,
    is_hangul,
    is_ideographic,
    split_long,
    wrap,
)

DOT = "\ufffc"
"""Stands for what no face can draw, such as an emoji; drawn as a plain disc."""
DOT_ADVANCE = 0.9
JOINER = "\u200d"
"""Makes one emoji of several."""
ELLIPSIS = "…"


Breaking = Callable[[Sequence[Atom], float, Measure], list[str]]


@dataclass(frozen=True)
class Block:
    """Lines that fit: `size` in pixels to the em, `leading` from baseline to baseline in pixels."""

    lines: tuple[str, ...]
    size: int
    leading: float
    rise: float

    @property
    def height(self) -> float:
        """From the top of the capitals to a little under the last baseline, in pixels."""
        return (self.rise + 0.16) * self.size + self.leading * (len(self.lines) - 1)


@dataclass(frozen=True)
class Fit:
    """The box to fill and the sizes allowed, in pixels; a word is broken only below `unbroken`."""

    width: float
    height: float
    largest: float
    smallest: float
    leading: float = 1.0
    unbroken: float = 0.0


class Style:
    """One way of setting text: faces in order of preference, and the space added between letters in ems."""

    def __init__(self, faces: Sequence[Face], tracking: float) -> None:
        self._faces = faces
        self._tracking = tracking
        self._widths: dict[str, float] = {}

    def legible(self, text: str) -> str:
        """Replace each run of characters that no face has by one dot; drop what is invisible anyway."""
        shown: list[str] = []
        joined = False
        for character in unicodedata.normalize("NFC", text):
            category = unicodedata.category(character)
            was_joined, joined = joined, character == JOINER
            if was_joined and shown and shown[-1] == DOT:
                continue
            if character.isspace():
                shown.append(" ")
            elif self._face(character):
                shown.append(character)
            elif category[0] not in "CM" and (not shown or shown[-1] != DOT):
                shown.append(DOT)
        return " ".join("".join(shown).split())

    def _face(self, character: str) -> Face | None:
        return next((face for face in self._faces if character in face), None)

    def width(self, text: str) -> float:
        """The width of one line in ems."""
        if text not in self._widths:
            self._widths[text] = self._places(text)[-1] - (self._tracking if text else 0.0)
        return self._widths[text]

    def _places(self, text: str) -> list[float]:
        """Where each character starts, and where the line ends, in ems."""
        places, before = [0.0], None
        for at, character in enumerate(text):
            face = self._face(character)
            kerning = face.kerning(text[at - 1], character) if face and face is before else 0.0
            places[-1] += kerning
            advance = face.advance(character) if face else DOT_ADVANCE
            tracking = 0.0 if is_ideographic(character) else self._tracking
            places.append(places[-1] + advance + tracking)
            before = face
        return places

    def fit(self, text: str, fit: Fit) -> Block:
        """Set `text` as large as the box allows; what does not fit at the smallest size is cut off by “…”."""
        atoms = atoms_of(text)
        size = fit.largest
        while size > fit.smallest:
            block = self._set(atoms, size, fit, wrap)
            whole = all(self.width(atom.text) * size <= fit.width for atom in atoms)
            if block.height <= fit.height and (whole or size <= fit.unbroken):
                return self._set(atoms, size, fit, balance)
            size *= 0.95
        return self._cut(self._set(atoms, fit.smallest, fit, wrap), fit)

    def _set(self, atoms: Sequence[Atom], ems: float, fit: Fit, breaking: Breaking) -> Block:
        size = max(1, floor(ems))
        limit = fit.width / size
        lines = tuple(breaking(split_long(atoms, limit, self.width), limit, self.width))
        tall = any(is_ideographic(character) or is_hangul(character) for character in "".join(lines))
        leading = max(fit.leading, 1.16) if tall else fit.leading
        return Block(lines, size, leading * size, 0.86 if tall else 0.73)

    def _cut(self, block: Block, fit: Fit) -> Block:
        room = max(1, floor((fit.height / block.size - block.rise - 0.16) * block.size / block.leading) + 1)
        if len(block.lines) <= room:
            return block
        last = block.lines[room - 1]
        while last and self.width(last + ELLIPSIS) * block.size > fit.width:
            last = last[:-1]
        return Block(
            (*block.lines[: room - 1], last.rstrip() + ELLIPSIS), block.size, block.leading, block.rise
        )

    def draw(
        self, canvas: Canvas, at: tuple[float, float], block: Block, colours: tuple[Colour, Colour]
    ) -> None:
        """Draw `block` with its top left corner `at`; the colours are of the letters and of the dots."""
        left, top = at
        for row, line in enumerate(block.lines):
            baseline = top + block.rise * block.size + row * block.leading
            for place, character in zip(self._places(line), line, strict=False):
                x = left + place * block.size
                face = self._face(character)
                if face:
                    canvas.glyph((x, baseline), character, face.font(block.size), colours[0])
                elif character == DOT:
                    radius = 0.34 * block.size
                    canvas.disc((x + 1.2 * radius, baseline - 0.365 * block.size), radius, colours[1])


def is_chinese(text: str) -> bool:
    """Whether han characters take their Chinese forms: no kana, no hangul, all in simplified Chinese."""
    if any(0x3040 <= ord(character) <= 0x30FF or is_hangul(character) for character in text):
        return False
    try:
        "".join(character for character in text if 0x4E00 <= ord(character) <= 0x9FFF).encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def styles_for(text: str) -> tuple[Style, Style]:
    """The styles of headlines and of running text for words in any script."""
    cjk = [Face("cjk.otf")]
    if is_chinese(text):
        cjk.insert(0, Face("chinese.otf"))
    return Style([Face("headline.otf"), *cjk], -0.012), Style([Face("text.otf"), *cjk], 0.0)
