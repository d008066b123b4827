"""Words that may not be asked for in a server: found whole, in any case and width, across invisible characters.

An entry is a word or several; `*` at its start or end stands for any letters. What is written without spaces is found
anywhere. Work is linear in the text for a list of bounded length.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from bot.core.conversation import is_unspaced
from bot.core.text import clean, visible

ENTRIES_MAX = 200
ENTRY_CHARACTERS_MAX = 60

# What is left after composing is decoration, and what nobody sees parts no words.
_IGNORED = re.compile("[\u0300-\u036f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0]")
_BETWEEN = re.compile(r"[\W_]+")
_BETWEEN_ENTRY = re.compile(r"[^\w*]|_")
_STARS = re.compile(r"\*+")


def is_asked(text: str, entries: Iterable[str]) -> bool:
    """Whether any of the entries, as `normal` wrote them, is in the text."""
    entries = tuple(entries)
    if not entries:
        return False
    words = _BETWEEN.sub(" ", _folded(text)).split()
    line = f" {' '.join(words)} "
    return any(_needle(entry) in line for entry in entries)


def normal(entry: str) -> str:
    """Write an entry as it is compared; empty when it holds no letter, or a star elsewhere than at its ends."""
    words = _BETWEEN_ENTRY.sub(" ", _STARS.sub("*", _folded(entry))).split()
    kept = " ".join(words)
    return kept if any(map(str.isalnum, kept)) and "*" not in kept[1:-1] else ""


def _needle(entry: str) -> str:
    """Write what is searched for in words that have one space around each of them."""
    if is_unspaced(entry):
        return entry.strip("*")
    start = "" if entry.startswith("*") else " "
    end = "" if entry.endswith("*") else " "
    return start + entry.strip("*") + end


def _folded(text: str) -> str:
    """Return the text in one case and width, without what nobody sees."""
    wide = unicodedata.normalize("NFKC", clean(visible(text))).casefold()
    seen = "".join(each for each in wide if each.isascii() or unicodedata.category(each) != "Cf")
    return _IGNORED.sub("", unicodedata.normalize("NFKC", seen))
