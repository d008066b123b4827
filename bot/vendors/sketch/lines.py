"""Where lines may break (at spaces; between Chinese and Japanese characters), and how they are balanced."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from math import ceil

Measure = Callable[[str], float]
"""Gives the width of a text; the widths of two texts add up to at least that of both together."""

NEVER_FIRST = "、。，．・：；？！‥…ー々ゝゞヽヾぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ"
NEVER_FIRST += "）〕］｝〉》」』】”’％,.:;?!)]}»"
NEVER_LAST = "（〔［｛〈《「『【“‘([{«"


@dataclass(frozen=True)
class Atom:
    """A piece that is not broken, and whether a space stands before it."""

    text: str
    spaced: bool


def is_ideographic(character: str) -> bool:
    """Whether lines may break on both sides: kana, han, full-width signs; not hangul, which has spaces."""
    code = ord(character)
    return (
        0x2E80 <= code <= 0x9FFF
        or 0xF900 <= code <= 0xFAFF
        or 0xFF00 <= code <= 0xFFEF
        or 0x20000 <= code <= 0x3FFFF
    )


def is_hangul(character: str) -> bool:
    """Whether a character is a Korean syllable."""
    return "\uac00" <= character <= "\ud7a3"


def atoms_of(text: str) -> list[Atom]:
    """Take `text` apart into unbreakable pieces."""
    found: list[Atom] = []
    for word in text.split():
        pieces: list[str] = []
        for character in word:
            if pieces and not _may_break(pieces[-1][-1], character):
                pieces[-1] += character
            else:
                pieces.append(character)
        found += [Atom(piece, spaced=row == 0) for row, piece in enumerate(pieces)]
    return found


def _may_break(left: str, right: str) -> bool:
    if right in NEVER_FIRST or left in NEVER_LAST:
        return False
    return is_ideographic(left) or is_ideographic(right)


def split_long(atoms: Sequence[Atom], limit: float, measure: Measure) -> list[Atom]:
    """Cut pieces that are wider than `limit` into about equal parts, for words that no line could hold."""
    found: list[Atom] = []
    for atom in atoms:
        rest, spaced = atom.text, atom.spaced
        part = min(limit, 1.08 * measure(rest) / ceil(measure(rest) / limit))
        while measure(rest) > limit and len(rest) > 1:
            count = max(
                1, bisect_right(range(1, len(rest) + 1), part, key=partial(_width_of_start, rest, measure))
            )
            found.append(Atom(rest[:count], spaced))
            rest, spaced = rest[count:], False
        found.append(Atom(rest, spaced))
    return found


def _width_of_start(text: str, measure: Measure, count: int) -> float:
    return measure(text[:count])


def wrap(atoms: Sequence[Atom], limit: float, measure: Measure) -> list[str]:
    """Fill lines up to `limit` ems."""
    lines: list[list[str]] = []
    space, reach = measure(" "), 0.0
    for atom in atoms:
        width, gap = measure(atom.text), space if atom.spaced else 0.0
        if lines and reach + gap + width <= limit:
            lines[-1] += [" " * atom.spaced, atom.text]
            reach += gap + width
        else:
            lines.append([atom.text])
            reach = width
    return ["".join(line) for line in lines]


def balance(atoms: Sequence[Atom], limit: float, measure: Measure) -> list[str]:
    """Break into as few lines as `limit` allows, all about equally long."""
    lines = wrap(atoms, limit, measure)
    widest = max((measure(atom.text) for atom in atoms), default=0.0)
    low, high = min(widest, limit), limit
    for _ in range(9):
        middle = (low + high) / 2
        narrower = wrap(atoms, middle, measure)
        if len(narrower) > len(lines):
            low = middle
        else:
            high, lines = middle, narrower
    return lines
