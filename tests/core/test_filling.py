"""A line that is put into a form: under its own command, and never drawn as it stands."""

from __future__ import annotations

import pytest

from bot.core.filling import draft_of_line
from commands import COMMANDS

NAMED = {command.name: command for command in COMMANDS}


@pytest.mark.parametrize(
    ("line", "command", "values"),
    [
        ("/settings --model", "settings", {}),
        ("/easel setup --model ", "easel setup", {}),
        ("/easel channel --style ", "easel channel", {}),
        ("/settings --size wide --model", "settings", {"size": "wide"}),
        ("/imagine a cat --size", "imagine", {"prompt": "a cat"}),
        ("/imagine a cat —size", "imagine", {"prompt": "a cat"}),
    ],
)
def test_an_option_that_waits_for_its_value_is_empty_in_the_form(
    line: str, command: str, values: dict[str, str]
) -> None:
    """It is the form of the command that was named."""
    draft = draft_of_line(line, NAMED)

    assert (draft.command, dict(draft.values)) == (command, values)


def test_words_that_cannot_be_read_stay_without_their_command() -> None:
    """What is sent from the box is drawn as it stands there."""
    draft = draft_of_line("/imagine a cat --szie wide", NAMED)

    assert draft.values == {"prompt": "a cat --szie wide"}


@pytest.mark.parametrize("line", ["/easel channel --szie wide", "/quota cap here 5 day --szie wide"])
def test_what_draws_nothing_never_becomes_words_to_draw(line: str) -> None:
    """Its own form is opened."""
    draft = draft_of_line(line, NAMED)

    assert draft.command == " ".join(line[1:].split()[:2])
    assert "prompt" not in draft.values


def test_a_word_that_is_no_command_is_kept_whole() -> None:
    """Nothing that was typed is lost."""
    assert draft_of_line("/imagin a cat", NAMED).values == {"prompt": "/imagin a cat"}
