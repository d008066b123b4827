"""Sentences name what there is in Slack: three commands, and workspaces."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.core.forms import Form, FormField
from bot.core.replies import Button, Reply, Row
from bot.core.sentences import SENTENCES
from bot.platforms.slack.manifest import COMMANDS
from bot.platforms.slack.speech import SLACKS_OWN, Speech
from tests.doubles.slack.double import Slack
from tests.doubles.slack.puppets import Person
from tests.doubles.slack.state import Conversation
from tests.platforms.slack.easel import running_easel, text_of

SPEECH = Speech()


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
    assert Speech().text(said) == in_slack


def test_every_sentence_names_only_commands_that_slack_has() -> None:
    """Whoever types what a sentence says is understood."""
    named = {
        name
        for text in SENTENCES.values()
        for name in re.findall(r"(?<![\w/.:}])/([a-z]{3,})\b", SPEECH.text(text))
    }

    assert named <= {*COMMANDS, *SLACKS_OWN}


def test_what_people_wrote_in_a_list_stays() -> None:
    """Their words, their style, and the words of their jobs."""
    rows = (
        Row(label="Words", value="/settings"),
        Row(label="#1", value="the /history of Rome", job=1),
        Row(label="/credits", value="See /models"),
    )
    found = SPEECH.reply(Reply(kind="info", text="", rows=rows)).rows

    assert [each.value for each in found] == ["/settings", "the /history of Rome", "See /easel models"]
    assert found[2].label == "/easel credits"


@pytest.mark.parametrize(
    ("said", "in_slack"),
    [
        ("/history lists yours.", "/art-easel history lists yours."),
        ("/imagine draws, /easel setup sets up.", "/art-imagine draws, /art-easel setup sets up."),
        ("Add me with /invite @Easel.", "Add me with /invite @Easel."),
        ("“/imagine” in this server", "“/imagine” in this workspace"),
    ],
)
def test_a_prefix_is_in_every_name_of_easels_commands(said: str, in_slack: str) -> None:
    """A workspace in which another app has /imagine."""
    assert Speech("art-").text(said) == in_slack


def test_buttons_and_forms_say_it_so() -> None:
    """What people wrote on a button stays."""
    buttons = (Button(act="open", label="Use /help"), Button(act="confirm", label="Edit with “/help”?"))
    field = FormField(name="style", label="Style", kind="text", help="See /settings.")
    form = Form(draft="d", command="x", title="/settings", submit="Send", fields=(field,))

    said = SPEECH.reply(Reply(kind="info", text="", buttons=buttons))
    shown = SPEECH.form(form)

    assert [each.label for each in said.buttons] == ["Use /easel help", "Edit with “/help”?"]
    assert (shown.title, shown.fields[0].help) == ("/easel settings", "See /easel settings.")


async def test_everywhere_the_commands_of_the_workspace_are_named(
    slack: Slack, ann: Person, design: Conversation, tmp_path: Path
) -> None:
    """In answers, in messages, in forms and on a person's own page; a mention understands them, in threads too."""
    async with running_easel(slack, tmp_path, more={"SLACK_COMMAND_PREFIX": "art-"}):
        ann.slash("/art-easel", "help", design)
        helped = await slack.wait_for_ephemeral(ann, design)
        ann.slash("/art-imagine", "", design)
        form = await slack.wait_for_view(ann, lambda each: each.wire["type"] == "modal")
        ann.opens_home()
        home = await slack.wait_for_view(ann, lambda each: each.wire["type"] == "home")
        ann.say(design, f"{slack.bot_mention} /art-easel credits")
        await slack.wait_for_ephemeral(ann, design, lambda each: "You can spend" in text_of(each))

    said = [text_of(helped), text_of(form.wire), text_of(home.wire)]
    named = {name for text in said for name in re.findall(r"(?<![\w/.:])/([a-z-]{3,})", text)}
    assert "/art-easel" in said[0]
    assert "/art-imagine" in said[2]
    assert named <= {"art-imagine", "art-easel", "art-quota"}
