"""Finds in a prompt what is set large, what is set small, and what it is about."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.vendors.sketch.lines import atoms_of, is_hangul, is_ideographic

LONGEST_READ = 1_500
LONGEST_HEADLINE = 44
QUOTED = re.compile(
    r'(?<!\S)"([^"\n]{1,120})"(?!\w)|“([^”\n]{1,120})”|„([^“”\n]{1,120})[“”]|«([^»\n]{1,120})»|[「『]([^」』\n]{1,120})[」』]'
)
CUE = re.compile(
    r"[\s,;:–—-]*\b(?:with (?:the |a )?)?"
    r"(?:headline|titled?|caption(?:ed)?|text|slogan|lettering|(?:that )?says?|saying|reading"
    r"|(?:с )?заголовк?о?м?|(?:с )?надписью?|título|titre|titel|überschrift)\s*:?\s*$",
    re.IGNORECASE,
)
CLAUSE_END = re.compile(r"[.;:!?](?=\s|$)|[,](?=\s)|\s[–—-]\s|\n|[。，！？、；：]")


@dataclass(frozen=True)
class Wording:
    """What is set large and what is set under it; the second may be empty."""

    headline: str
    subline: str
    is_quoted: bool = False


def wording_of(prompt: str) -> Wording:
    """Take text in quotes as the headline, else the first clause."""
    text = prompt[:LONGEST_READ].strip()
    quote = QUOTED.search(text)
    if quote:
        before = CUE.sub("", text[: quote.start()])
        after = text[quote.end() :].lstrip(" ,;:、，；：")
        rest = f"{before.strip(' ,;:')} {after}"
        headline = next(group for group in quote.groups() if group)
        return Wording(headline.strip(), _sentence(rest), is_quoted=True)
    end = CLAUSE_END.search(text)
    first, rest = (text[: end.start()], text[end.end() :]) if end else (text, "")
    if columns(first) > LONGEST_HEADLINE:
        first = _opening(first)
        rest = text[len(first) :]
        return Wording(_sentence(first), " ".join(rest.split()))
    return Wording(_sentence(first) or "Untitled", _sentence(rest))


def columns(text: str) -> int:
    """How wide text is, a wide character counting as two."""
    return sum(2 if is_wide(character) else 1 for character in text)


def is_wide(character: str) -> bool:
    """Whether a character is as wide as two letters."""
    return is_ideographic(character) or is_hangul(character)


def _opening(text: str) -> str:
    """The first whole words that make a headline."""
    at = 0
    for atom in atoms_of(text):
        end = text.index(atom.text, at) + len(atom.text)
        if at and columns(text[:end]) > LONGEST_HEADLINE * 0.75:
            break
        at = end
    words = text[:at].split()
    while (
        len(words) > 2 and len(words[-1]) <= 3 and words[-1].isalpha() and not is_ideographic(words[-1][-1])
    ):
        at = text[:at].rindex(words.pop())
    return text[:at][: LONGEST_HEADLINE * 2]


def _sentence(text: str) -> str:
    text = " ".join(text.split()).strip(" ,;:、，；：")
    return text[:1].upper() + text[1:]


def names_any(text: str, names: str) -> bool:
    """Whether one of `names`, separated by commas, begins a word of `text`.

    Names of up to three letters must be the whole word; Chinese, Japanese, Korean ones may stand anywhere.
    """
    spaced = " ".join(["", *re.findall(r"[\w-]+", text.casefold()), ""])
    return any(_pattern(name) in spaced for name in names.split(", "))


def _pattern(name: str) -> str:
    if is_wide(name[0]):
        return name
    return f" {name} " if len(name) <= 3 else f" {name}"
