"""What every command and every generated page promises."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.core.commands import Command
from bot.core.front import Incoming
from bot.core.line import split_command
from bot.core.reading import Unlisted, listed_fields, read, specs_of
from bot.reception import Reception
from commands import COMMANDS
from docs.generate import FOLDER, pages
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


@pytest.mark.parametrize("name", pages())
def test_generated_pages_are_current(name: str) -> None:
    """`make docs` would change nothing."""
    assert (FOLDER / name).read_text(encoding="utf-8") == pages()[name], "run `make docs`"
