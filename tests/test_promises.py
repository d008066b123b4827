"""What every command promises, whatever platform shows it."""

from __future__ import annotations

import re
from types import NoneType
from typing import Any, get_args

import pytest
from pydantic.fields import FieldInfo

from bot.core.commands import Command
from bot.core.front import Incoming, Uploaded
from bot.core.line import split_command
from bot.core.options import Kind
from bot.core.reading import Unlisted, bounds_of, choices_of, listed_fields, read, specs_of, write_line
from bot.reception import Reception
from commands import COMMANDS
from tests.fakes import FakeGallery, FakeStudio, caller_of

ACTS: tuple[tuple[str, Command[Any]], ...] = tuple(
    (name, each)
    for command in COMMANDS
    for name, each in (
        (command.name, command),
        *((f"{command.name} {act.name}", act) for act in command.acts),
    )
)
NAMES = [name for name, _ in ACTS]


@pytest.mark.parametrize(("name", "command"), ACTS, ids=NAMES)
def test_a_command_has_a_summary(name: str, command: Command[Any]) -> None:
    """It begins large, is short, and leaves the stop to the page that shows it."""
    assert re.fullmatch(r"[A-Z].{8,78}[^.]", command.summary)
    assert re.fullmatch(r"[a-z]{2,20}", command.name)


@pytest.mark.parametrize(("name", "command"), ACTS, ids=NAMES)
def test_every_option_is_described(name: str, command: Command[Any]) -> None:
    """Only what buttons write may go without, and what a command names is there."""
    fields = command.options.model_fields
    unlisted = {
        field for field, info in fields.items() if any(isinstance(each, Unlisted) for each in info.metadata)
    }
    named = {*command.positional, *((command.words,) if command.words else ())}

    assert set(listed_fields(command)) == set(fields) - unlisted
    assert all(len(info.description or "") <= 100 for info in fields.values())
    assert named <= set(fields)


@pytest.mark.parametrize(("name", "command"), ACTS, ids=NAMES)
def test_option_names_do_not_collide(name: str, command: Command[Any]) -> None:
    """Every name and alias means one option."""
    names = [each for spec in specs_of(command) for each in (spec.name, *spec.aliases)]

    assert len(names) == len(set(names))


@pytest.mark.parametrize(("name", "command"), ACTS, ids=NAMES)
def test_examples_can_be_typed(name: str, command: Command[Any]) -> None:
    """Each example names its command and is read without a refusal."""
    assert command.examples
    for example in command.examples:
        found, words = split_command(example, [each.name for each in COMMANDS], direct=True)
        whole = next(each for each in COMMANDS if each.name == found)
        act = whole.act(words.split()[0]) if whole.acts else None
        read(act or whole, words.partition(" ")[2] if act else words)

        assert f"{example} ".startswith(f"/{name} ") or command.acts


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("is_admin", [True, False])
async def test_an_empty_call_gets_one_answer(name: str, *, is_admin: bool) -> None:
    """A command alone never fails and never spends: it answers, asks or refuses in words."""
    studio = FakeStudio()
    reception = Reception(COMMANDS, studio, FakeGallery())

    reply = await reception.receive(Incoming(f"/{name}", caller_of(is_admin=is_admin)))

    assert reply.kind in {"info", "question", "refusal"}
    assert reply.text
    assert reply.private
    assert not studio.drafts


SHAPES: tuple[Any, ...] = (str, int, bool, tuple[str, ...])
"""What a form of any chat service can ask for: words, a whole number, yes or no, files. Choices are words too."""

OPTIONS_MAX = CHOICES_MAX = 25
COMMANDS_MAX = 100
LABEL_CHARACTERS_MAX = 100
EXAMPLES = {
    Kind.WORD: "fox",
    Kind.SIZE: "wide",
    Kind.WHO: "@ann",
    Kind.WHERE: "here",
    Kind.TARGET: "here",
    Kind.AMOUNT: "50",
    Kind.LIMIT: "50",
    Kind.PICTURE: "142/2",
    Kind.JOB: "142",
}


def shape_of(info: FieldInfo) -> Any:
    """Return what a field holds when it holds something."""
    parts = [part for part in get_args(info.annotation) if part is not NoneType]
    is_optional = NoneType in get_args(info.annotation)
    held = parts[0] if is_optional and len(parts) == 1 else info.annotation
    return str if choices_of(info) else held


@pytest.mark.parametrize(("name", "command"), ACTS, ids=NAMES)
def test_every_platform_can_declare_it(name: str, command: Command[Any]) -> None:
    """Names, types, lengths and numbers of options are within what the forms of chat services hold."""
    fields = listed_fields(command)
    choices = [choice for info in fields.values() for choice in choices_of(info)]

    assert len(COMMANDS) <= COMMANDS_MAX
    assert len(command.acts) <= OPTIONS_MAX
    assert len(fields) <= OPTIONS_MAX
    assert all(len(choices_of(info)) <= CHOICES_MAX for info in fields.values())
    assert all(re.fullmatch(r"[a-z][a-z_]{0,31}", field) for field in fields)
    assert all(1 <= len(info.description or "") <= LABEL_CHARACTERS_MAX for info in fields.values())
    assert all(1 <= len(choice) <= LABEL_CHARACTERS_MAX for choice in choices)
    assert all(shape_of(info) in SHAPES for info in command.options.model_fields.values())
    assert not (command.acts and fields), "a group has no options of its own"


@pytest.mark.parametrize(("name", "command"), ACTS, ids=NAMES)
def test_a_line_can_say_all_of_it(name: str, command: Command[Any]) -> None:
    """The web chat, and whatever has no forms: one line with its files fills every option."""
    fields = command.options.model_fields
    given: dict[str, str | int | bool | None] = {}
    for spec in specs_of(command):
        info = fields[spec.name.replace("-", "_")]
        number = bounds_of(info)
        value = choices_of(info)[0] if choices_of(info) else EXAMPLES.get(spec.kind, "")
        given[spec.name] = True if spec.kind is Kind.FLAG else number[1] if number else value
    files = [Uploaded(f"id-{each}", f"{each}.png", 8, 8) for each in ("fox", "mask")]
    wanted = [each for each, field in zip(files, ("references", "mask"), strict=True) if field in fields]

    options = read(command, write_line("a fox" if command.words else "", given), wanted)

    assert options.model_fields_set == set(fields)
