"""How a command is written, in words made from its declaration."""

from __future__ import annotations

from typing import Any

from bot.core.commands import Command
from bot.core.reading import bounds_of, choices_of, is_typed, listed_fields, specs_of
from bot.core.replies import Reply, Row
from bot.core.sentences import say


def explained(command: Command[Any]) -> Reply:
    """Explain a command: its acts or options, and examples."""
    acts = (Row(label=f"/{command.name} {act.name}", value=act.summary) for act in command.acts)
    examples = (Row(label="Example", value=example) for example in command.examples)
    text = say("help_command", name=command.name, summary=command.summary)
    return Reply(kind="info", text=text, rows=(*acts, *option_rows(command), *examples), private=True)


def option_rows(command: Command[Any]) -> tuple[Row, ...]:
    """List what a command takes, first what comes first in a line: its name, its aliases and what it may be."""
    fields = listed_fields(command)
    first = (*command.positional, *((command.words,) if command.words else ()))
    order = (*first, *(name for name in fields if name not in first))
    return tuple(Row(label=_label(command, name), value=_meaning(command, name)) for name in order)


def _label(command: Command[Any], field: str) -> str:
    is_plain = field in command.positional or field == command.words
    if is_plain or not is_typed(command.options.model_fields[field]):
        return field
    spec = next(each for each in specs_of(command) if each.name == field.replace("_", "-"))
    return ", ".join(f"--{name}" for name in (spec.name, *spec.aliases))


def _meaning(command: Command[Any], field: str) -> str:
    info = command.options.model_fields[field]
    parts = [info.description or ""]
    if choices := choices_of(info):
        parts.append(", ".join(choices))
    bounds = bounds_of(info)
    if bounds and bounds[1] < 1_000:
        parts.append(f"{bounds[0]} to {bounds[1]}")
    return ": ".join(parts)
