"""What a person can do with a line that was refused: send it mended, or change it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from bot.core.commands import Command
from bot.core.errors import NotAllowed, Refusal
from bot.core.line import parse_line, split_command
from bot.core.reading import specs_of, write_line
from bot.core.replies import Button

MENDED = MappingProxyType({"size_unfit": ("size", "nearest"), "model_cannot": ("model", "other")})
"""Which option a refusal is about, and which of its values would work."""

_SLASH_WORD = re.compile(r"/[^\s]+")


def ways_on(refusal: Refusal, line: str, commands: Mapping[str, Command[Any]]) -> tuple[Button, ...]:
    """Offer the mended line where we know one, and the line as it was typed, so that no words are lost.

    The buttons put a line back into the box; nothing is spent by them.
    """
    if not line.strip() or isinstance(refusal, NotAllowed):
        return ()
    as_typed = Button(act="change_words", label="Change words", words=line)
    mended = _mended(refusal, line, commands)
    return (as_typed,) if mended is None else (mended, as_typed)


def _mended(refusal: Refusal, line: str, commands: Mapping[str, Command[Any]]) -> Button | None:
    values = refusal.values
    fixed: str | None
    match refusal.key:
        case "command_unknown":
            better, fixed = f"/{values['near']}", _SLASH_WORD.sub(f"/{values['near']}", line, count=1)
        case "option_unknown_near":
            better = f"--{values['near']}"
            typed = re.escape(values["name"]).replace(r"\-", "[-_]")
            fixed = re.sub(
                rf"(?<!\S)(?:--|––|—|–){typed}(?![\w-])", better, line, count=1, flags=re.IGNORECASE
            )
        case "option_not_choice_near":
            better = values["near"]
            fixed = _with_option(values["name"], better, line, commands)
        case key if key in MENDED:
            name, value = MENDED[key]
            better = values[value]
            fixed = _with_option(name, better, line, commands)
        case _:
            return None
    return Button(act="change_words", label=f"Use {better}", words=fixed) if fixed else None


def _with_option(name: str, value: str, line: str, commands: Mapping[str, Command[Any]]) -> str | None:
    """Write the line again with another value of one option; None if it cannot be read."""
    try:
        command, words = split_command(line, commands, direct=True)
        specs = specs_of(commands[command or "imagine"])
        read = parse_line(words, specs)
    except Refusal:
        return None
    start = f"/{command} " if command else ""
    return start + write_line(read.words, {**read.options, name: value})
