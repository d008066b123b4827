"""Sentences name what there is in Slack: three commands, and workspaces."""

from __future__ import annotations

import re

import pytest

from bot.core.replies import Button, Reply, Row
from bot.core.sentences import SENTENCES
from bot.platforms.slack.blocks import blocks_of, button, fallback
from bot.platforms.slack.manifest import COMMANDS
from bot.platforms.slack.speech import SLACKS_OWN, spoken, spoken_reply


@pytest.mark.parametrize(
    ("said", "in_slack"),
    [
        ("/history lists yours.", "/easel history lists yours."),
        ("See /quota lost, or draw with /imagine.", "See /quota lost, or draw with /imagine."),
        ("/easel setup shows it.", "/easel setup shows it."),
        ("Add me with /invite @Easel.", "Add me with /invite @Easel."),
        ("Edit #3 with “the /history of Rome”?", "Edit #3 with “the /history of Rome”?"),
        ("Easel in this server.", "Easel in this workspace."),
        ("You use Easel in several servers.", "You use Easel in several workspaces."),
        ("Whoever manages this server or workspace is one.", "Whoever manages this workspace is one."),
        ("“the server room” in this server", "“the server room” in this workspace"),
        ("Write and/or draw.", "Write and/or draw."),
    ],
)
def test_commands_and_places_have_their_names_in_slack(said: str, in_slack: str) -> None:
    """What people wrote stays as it is."""
    assert spoken(said) == in_slack


def test_every_sentence_names_only_commands_that_slack_has() -> None:
    """Whoever types what a sentence says is understood."""
    named = {
        name
        for text in SENTENCES.values()
        for name in re.findall(r"(?<![\w/.:}])/([a-z]{3,})\b", spoken(text))
    }

    assert named <= {*COMMANDS, *SLACKS_OWN}


def test_what_people_wrote_in_a_list_stays() -> None:
    """Their words, their style, and the words of their jobs."""
    rows = (
        Row(label="Words", value="/settings"),
        Row(label="#1", value="the /history of Rome", job=1),
        Row(label="/credits", value="See /models"),
    )
    found = spoken_reply(Reply(kind="info", text="", rows=rows)).rows

    assert [each.value for each in found] == ["/settings", "the /history of Rome", "See /easel models"]
    assert found[2].label == "/easel credits"


def test_messages_and_buttons_say_it_so() -> None:
    """Also in the text that stands for a message where its blocks cannot."""
    reply = Reply(kind="info", text="Look in /history.")

    assert "/easel history" in str(blocks_of(reply))
    assert fallback(reply) == "Look in /easel history."
    assert button(Button(act="open", label="Use /help", job="1"), 0)["text"]["text"] == "Use /easel help"
