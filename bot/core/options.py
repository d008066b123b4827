"""The options of a text line: how they are declared, and how one is read where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from bot.core.errors import BadOption
from bot.core.text import MARK, visible


class Kind(StrEnum):
    """How the value of an option is read."""

    WORD = "word"
    FLAG = "flag"
    SIZE = "size"
    WHO = "who"
    WHERE = "where"
    TARGET = "target"
    AMOUNT = "amount"
    LIMIT = "limit"
    PERIOD = "period"
    PICTURE = "picture"
    JOB = "job"


@dataclass(frozen=True)
class OptionSpec:
    """An option that a line may have. Names and aliases are lower case, with `-` between words.

    One that is not listed is understood, and never offered.
    """

    name: str
    kind: Kind = Kind.WORD
    aliases: tuple[str, ...] = ()
    is_listed: bool = True


@dataclass(frozen=True)
class Value:
    """A value, and the position after it in its text."""

    text: str
    end: int


@dataclass(frozen=True)
class Option:
    """An option with its declared name and its value, and the position after it in its text."""

    name: str
    value: str | bool
    end: int


NAME = "(?P<dash>--|––|—|–)(?P<name>[A-Za-z][A-Za-z0-9_-]*)"

_OPTION = re.compile(NAME)
_AFTER_NAME = re.compile(r"(?P<equals> *= *)|[,;.]*(?=[ \n]|\Z)")
_SPACES = re.compile(" *")
_PIXELS = re.compile(r"([0-9]{1,5}) *[xX×] *([0-9]{1,5})(?![^\W_])")
_PERIOD = re.compile("(?:(?:per|a|each|every) +)?(?P<unit>[A-Za-z]+)", re.IGNORECASE)
_WORD = re.compile("[^ \n\ufdd0]+")
_PUNCTUATION = re.compile("[,;.]*")
_QUOTES = {'"': '"', "“": "”", "„": "“”", "«": "»", "'": "'", "‘": "’"}
_YES_NO = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}
_MENTIONED = {
    Kind.WHO: ("user:", "group:", "role:"),
    Kind.WHERE: ("channel:",),
    Kind.TARGET: ("user:", "channel:"),
}
_LISTED_CHARACTERS_MAX = 80


class AllowedOptions:
    """The options that a line may have, by name and alias."""

    def __init__(self, specs: Iterable[OptionSpec]) -> None:
        self._known: Mapping[str, OptionSpec] = {
            name: spec for spec in specs for name in (spec.name, *spec.aliases)
        }

    def read(self, text: str, point: re.Match[str]) -> Option | None:
        """Read the option whose name is at `point`; None if it is a dash in prose. Raises BadOption."""
        declared = self._find(point["name"])
        after = _AFTER_NAME.match(text, point.end())
        if declared is None or after is None:
            if point["dash"] != "--":
                return None
            raise (
                BadOption("option_form", name=declared[0].name) if declared else self._unknown(point["name"])
            )
        spec, says = declared
        if spec.kind is Kind.FLAG:
            return _flag(text, after, spec, says=says)
        start = after.end() if after["equals"] else _past(_SPACES, text, after.end())
        following = _OPTION.match(text, start)
        is_option = following and (following["dash"] == "--" or self._find(following["name"]))
        if is_option or text[start : start + 1] in {"", "\n"} or (after[0] and not after["equals"]):
            raise BadOption("option_value_missing", name=spec.name)
        value = read_value(text, start, spec)
        return Option(spec.name, value.text, value.end)

    def _find(self, typed: str) -> tuple[OptionSpec, bool] | None:
        """Find what `typed` names, and whether it says yes (`--private`) or no (`--no-private`)."""
        name = plain_name(typed)
        if name in self._known:
            return self._known[name], True
        denied = self._known.get(name.removeprefix("no-"))
        return (denied, False) if denied and denied.kind is Kind.FLAG else None

    def _unknown(self, typed: str) -> BadOption:
        """Name the nearest option, or all of them. What is echoed is letters, digits and hyphens."""
        name = plain_name(typed[:40])
        listed = {typed: spec.name for typed, spec in self._known.items() if spec.is_listed}
        if not listed:
            return BadOption("option_none", name=name)
        if near := get_close_matches(name.removeprefix("no-"), listed, n=1, cutoff=0.74):
            return BadOption("option_unknown_near", name=name, near=listed[near[0]])
        allowed = ", ".join(dict.fromkeys(f"--{each}" for each in listed.values()))
        if len(allowed) > _LISTED_CHARACTERS_MAX:
            allowed = allowed[:_LISTED_CHARACTERS_MAX].rsplit(",", 1)[0] + " …"
        return BadOption("option_unknown", name=name, allowed=allowed)


def read_value(text: str, start: int, spec: OptionSpec) -> Value:
    """Read the value at `start`, which is neither a space nor the end of `text`; raises BadOption."""
    if mark := MARK.match(text, start):
        return Value(_mentioned(mark, spec), _past(_PUNCTUATION, text, mark.end()))
    if spec.kind is Kind.SIZE and (pixels := _PIXELS.match(text, start)):
        return Value(f"{pixels[1]}x{pixels[2]}", _past(_PUNCTUATION, text, pixels.end()))
    if spec.kind is Kind.PERIOD and (period := _PERIOD.match(text, start)):
        return Value(period["unit"], _past(_PUNCTUATION, text, period.end()))
    if closers := _QUOTES.get(text[start]):
        close = re.compile(rf"[{closers}](?![^\W_])").search(text, start + 1)
        if close is None:
            raise BadOption("option_quote_open", name=spec.name)
        return Value(_typed(text[start + 1 : close.start()], spec), _past(_PUNCTUATION, text, close.end()))
    word = _WORD.match(text, start)
    typed = word[0].rstrip(",;.") if word else ""
    if word is None or not typed:
        raise BadOption("option_value_missing", name=spec.name)
    return Value(_typed(typed, spec), word.end())


def read_typed(value: str, spec: OptionSpec) -> str | bool:
    """Read a value that stands alone, as from a form; raises BadOption."""
    if spec.kind is not Kind.FLAG:
        mark = MARK.fullmatch(value)
        return _mentioned(mark, spec) if mark else _typed(value, spec)
    answer = _YES_NO.get(value.lower())
    if answer is None:
        raise BadOption("option_flag_value", name=spec.name)
    return answer


def plain_name(typed: str) -> str:
    """Return the name that `typed` means: any case, `_` for `-`."""
    return typed.lower().replace("_", "-")


def _flag(text: str, after: re.Match[str], spec: OptionSpec, *, says: bool) -> Option:
    if not after["equals"]:
        return Option(spec.name, says, after.end())
    word = _WORD.match(text, after.end())
    answer = _YES_NO.get(word[0].rstrip(",;.").lower()) if word else None
    if word is None or answer is None or not says:
        raise BadOption("option_flag_value", name=spec.name)
    return Option(spec.name, answer, word.end())


def _typed(value: str, spec: OptionSpec) -> str:
    value = visible(value)
    if spec.kind is Kind.SIZE:
        pixels = _PIXELS.fullmatch(value.strip())
        return f"{pixels[1]}x{pixels[2]}" if pixels else value.lower()
    return value.removeprefix("#") if spec.kind is Kind.JOB else value


def _mentioned(mark: re.Match[str], spec: OptionSpec) -> str:
    expected = _MENTIONED.get(spec.kind)
    if expected is None:
        return visible(mark["label"])
    if not mark["id"].startswith(expected):
        raise BadOption(f"option_not_{spec.kind}", name=spec.name)
    return mark["id"]


def _past(run: re.Pattern[str], text: str, start: int) -> int:
    found = run.match(text, start)
    return found.end() if found else start
