"""A command becomes one message, which becomes the picture."""

from __future__ import annotations

from bot.app import App
from tests.doubles.slack.double import Slack
from tests.doubles.slack.puppets import Person
from tests.doubles.slack.state import Conversation
from tests.platforms.slack.easel import drawn, images, labels, pictures_posted, text_of


async def test_a_command_draws_a_picture(easel: App, slack: Slack, design: Conversation, ann: Person) -> None:
    """Its first message names the asker and becomes the picture, with what it cost."""
    made = await slack.over(ann.slash("/imagine", "a lighthouse —size wide", design))

    assert made.is_acked
    picture = await drawn(slack, design)
    assert "Made with" in text_of(picture)
    assert "credits" in text_of(picture)
    assert "AI-generated" in images(picture)[0]["alt_text"]
    assert {"Again", "Edit…", "Vary"} <= {each.split(" ")[0] for each in labels(picture)}
    assert len(pictures_posted(design)) == 1
