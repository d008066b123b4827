"""Commands are declared within the limits of Discord, each once, with their prices."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from bot.core.commands import Command
from bot.core.studio import ModelOffer
from bot.platforms.discord.declaring import (
    MORE,
    PICTURE_OPTIONS,
    TOLD,
    Offer,
    declared,
    differing,
)
from commands import COMMANDS
from tests.fakes import FakeStudio, caller_of

NAME = re.compile(r"[-_a-z0-9]{1,32}")


async def offer(*more: ModelOffer) -> Offer:
    """What the fake studio offers, and more."""
    return Offer([*await FakeStudio().models(caller_of()), *more])


async def tree() -> list[dict[str, Any]]:
    """All commands as they are declared."""
    return declared(COMMANDS, await offer())


def walk(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield a command and all its acts and options."""
    yield node
    for each in node.get("options", ()):
        yield from walk(each)


def leaves(command: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield what can be used of a command: itself, or its acts."""
    acts = [each for each in command.get("options", ()) if each["type"] in {1, 2}]
    if not acts:
        yield command
    for act in acts:
        yield from leaves(act)


async def test_every_command_is_there_and_two_on_messages() -> None:
    """Nothing that can be asked for is missing in Discord."""
    names = [each["name"] for each in await tree()]

    assert names == [*(command.name for command in COMMANDS), "Edit image", "Report image"]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
async def test_commands_keep_to_the_limits(command: Command[Any]) -> None:
    """25 options and choices, names of 32 and descriptions of 100 characters, 8,000 characters in all."""
    [node, *_] = declared([command], await offer())

    assert len(str([list(each.values()) for each in walk(node)])) < 8_000 * 4
    for each in walk(node):
        assert NAME.fullmatch(each["name"])
        assert 1 <= len(each["description"]) <= 100
        assert len(each.get("options", ())) <= 25
        assert len(each.get("choices", ())) <= 25
        for choice in each.get("choices", ()):
            assert 1 <= len(choice["name"]) <= 100
            assert len(str(choice["value"])) <= 100
        assert not (each.get("choices") and each.get("autocomplete"))
        assert each.get("max_length", 1) <= 6_000


async def test_what_must_be_said_stands_first() -> None:
    """Discord refuses a required option after one that is not."""
    for command in await tree():
        for leaf in leaves(command):
            required = [bool(each.get("required")) for each in leaf.get("options", ())]
            assert required == sorted(required, reverse=True)


async def test_drawing_takes_pictures_and_has_a_form() -> None:
    """Four pictures, a mask, and `more` for everything that does not fit into one line."""
    for name in ("imagine", "edit"):
        [command] = [each for each in await tree() if each["name"] == name]
        options = {each["name"]: each for each in command["options"]}

        assert {*PICTURE_OPTIONS, "mask"} <= {key for key, each in options.items() if each["type"] == 11}
        assert options[MORE]["type"] == 5
        assert command["options"][0]["name"] == "prompt"
        assert "required" not in options["prompt"]
        assert (options["count"]["min_value"], options["count"]["max_value"]) == (1, 10)
        assert options["size"]["autocomplete"]


async def test_prices_stand_in_the_choices() -> None:
    """The price is seen before anything is ordered."""
    [imagine] = [each for each in await tree() if each["name"] == "imagine"]
    [quality] = [each for each in imagine["options"] if each["name"] == "quality"]

    assert [(each["name"], each["value"]) for each in quality["choices"]] == [
        ("low · about 0.6 credits a square", "low"),
        ("medium · about 5.3 credits a square", "medium"),
        ("auto · held at its dearest, 71.2 credits a picture", "auto"),
    ]


async def test_admins_commands_are_hidden_from_others() -> None:
    """By default only who manages the server sees them, and nobody in a direct message."""
    for command in (each for each in await tree() if each["type"] == 1):
        is_for_admins = next(each.admins_only for each in COMMANDS if each.name == command["name"])

        assert command.get("default_member_permissions") == (32 if is_for_admins else None)
        assert command["contexts"] == ([0] if is_for_admins else [0, 1])
        assert command["integration_types"] == [0]


async def test_what_changes_is_named() -> None:
    """So that commands are sent only when something is new: a price, a model, an option."""
    dearer = ModelOffer(
        "other",
        "Other",
        "sketch",
        False,
        (("high", 21_000),),
        (),
        default_quality="high",
        default_format="png",
    )
    changed = differing(declared(COMMANDS, await offer(dearer)), await tree())

    assert differing(await tree(), await tree()) == []
    assert {"imagine", "edit"} <= set(changed)
    assert "help" not in changed


async def test_everything_that_is_declared_is_compared() -> None:
    """A new kind of limit would otherwise never be sent to those who have the old one."""
    parts = [part for command in await tree() for part in walk(command)]
    choices = [choice for part in parts for choice in part.get("choices", ())]

    assert {key for each in (*parts, *choices) for key in each} == TOLD
