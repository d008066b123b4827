"""The text line: `words --option value`, as typed in the web chat, in Slack and in messages to the bot.

Reading costs work in proportion to the length: one walk over the text, with patterns that never look back.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from bot.core.errors import BadOption
from bot.core.options import NAME, AllowedOptions, Kind, OptionSpec, plain_name, read_value
from bot.core.spans import OPENERS, HiddenSpans
from bot.core.text import MARK, clean, from_slack, mention, visible

__all__ = [
    "HELP",
    "Kind",
    "Line",
    "OptionSpec",
    "clean",
    "first_value",
    "from_slack",
    "mention",
    "parse_line",
    "split_command",
    "visible",
]


@dataclass(frozen=True)
class Line:
    """A line, taken apart.

    `options` maps declared names to values: text as typed, True or False for a flag, lower case for a size,
    and "user:U12" for a mention where a person, group or channel is expected. `marked` is `words` with its
    mentions still in their marks, for `first_value`.
    """

    words: str
    options: Mapping[str, str | bool] = field(default_factory=dict)
    wants_help: bool = False
    marked: str = ""


HELP = frozenset({"help", "?", "--help", "—help"})

_POINT = re.compile(rf"[{OPENERS}\ufdd0]|(?<![^ \n]){NAME}")
_SLASH_WORD = re.compile(r"/(?P<name>[A-Za-z][A-Za-z_-]{0,31})(?:[ \n]+|\Z)")


def parse_line(text: str, specs: Sequence[OptionSpec]) -> Line:
    """Take a line apart into its words and its options; raises BadOption."""
    text = clean(text).strip()
    if text.lower() in HELP:
        return Line("", wants_help=True)
    if text.startswith(("-- ", "--\n")):
        return _line([text[3:]], {})
    allowed, spans = AllowedOptions(specs), HiddenSpans(text)
    pieces: list[str] = []
    options: dict[str, str | bool] = {}
    position = kept = 0
    while point := _POINT.search(text, position):
        if point["name"] is None:
            position = _past_span(text, point.start(), spans)
        elif option := allowed.read(text, point):
            if option.name in options:
                raise BadOption("option_twice", name=option.name)
            options[option.name] = option.value
            pieces.append(text[kept : point.start()])
            position = kept = option.end
        else:
            position = point.end()
    return _line([*pieces, text[kept:]], options)


def first_value(text: str, spec: OptionSpec) -> tuple[str, str]:
    """Read the value of a positional option from the front of `text`, a line's `marked` words.

    Return it and the rest, or ("", "") at the end of the text. Raises BadOption for an open quote, or for a
    mention of the wrong kind.
    """
    text = text.lstrip()
    if not text:
        return "", ""
    value = read_value(text, 0, spec)
    return value.text, text[value.end :].lstrip()


def split_command(text: str, names: Collection[str], *, direct: bool) -> tuple[str | None, str]:
    """Return the command that a message names, or None, and what follows.

    Only a message to the bot itself (`direct`: a mention, a direct message, the web's box) may name one: by a
    slash word at its start, or by being the bare name. Raises BadOption for a slash word that is no command,
    so that a misspelt command is never drawn.
    """
    text = clean(text).strip()
    if not direct:
        return None, text
    if text.lower() in names:
        return text.lower(), ""
    slash = _SLASH_WORD.match(text)
    if slash is None:
        return None, text
    name = plain_name(slash["name"])
    if name in names:
        return name, text[slash.end() :]
    near = get_close_matches(name, names, n=1)
    raise BadOption("command_unknown", name=name, near=near[0] if near else "help")


def _past_span(text: str, start: int, spans: HiddenSpans) -> int:
    """Return where to go on after a quote or a mention that may begin at `start`."""
    if text[start] in OPENERS:
        return spans.end_of(start) or start + 1
    mark = MARK.match(text, start)
    return mark.end() if mark else start + 1


def _line(pieces: list[str], options: Mapping[str, str | bool]) -> Line:
    """Join what was left between the options: by one space, or by the line breaks that stood there."""
    marked: list[str] = []
    breaks = 0
    for piece in pieces:
        words = piece.strip()
        before = piece[: len(piece) - len(piece.lstrip())]
        breaks = max(breaks, before.count("\n"))
        if words:
            marked += ["\n" * breaks or " ", words] if marked else [words]
            breaks = piece[len(piece.rstrip()) :].count("\n")
    joined = "".join(marked)
    return Line(visible(joined), options, marked=joined)
