"""Orders that wait and pictures that Slack does not take, with a vendor whose behaviour a test plans."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from bot.app import App
from tests.doubles.openai_simulator import OpenAISimulator
from tests.doubles.slack.double import Slack
from tests.doubles.slack.puppets import Person
from tests.doubles.slack.state import Conversation
from tests.platforms.discord.easel import vendor_settings
from tests.platforms.slack.easel import Message, Way, drawn, labels, running_easel, text_of


@pytest.fixture
async def vendor() -> AsyncIterator[OpenAISimulator]:
    """A vendor that draws, or waits."""
    async with OpenAISimulator().serving() as made:
        yield made


@pytest.fixture
async def easel(slack: Slack, vendor: OpenAISimulator, way: Way, tmp_path: Path) -> AsyncIterator[App]:
    """Easel, drawing with that vendor; two orders of a person run at once."""
    async with running_easel(slack, tmp_path, way, vendor_settings(vendor, tmp_path)) as app:
        yield app


def says(words: str, message: Message) -> bool:
    """Whether a message holds these words."""
    return words in text_of(message)


async def test_an_order_that_waits_is_called_off_for_nothing(
    easel: App, slack: Slack, vendor: OpenAISimulator, design: Conversation, ann: Person
) -> None:
    """By the button of its own message, which says so afterwards; the vendor never hears of it."""
    vendor.plan("held", "held")
    for words in ("a lighthouse 1", "a lighthouse 2"):
        ann.slash("/imagine", words, design)
        await slack.wait_for_message(design, partial(says, words))
    ann.slash("/imagine", "a harbour", design)
    waiting = await slack.wait_for_message(
        design, lambda each: "a harbour" in text_of(each) and "Cancel" in labels(each)
    )

    ann.press(design, "Cancel", waiting)
    await slack.world.changes.until(
        lambda: "Cancel" not in labels(design.messages[waiting["ts"]]) or None, "the button to go"
    )
    vendor.gate.set()
    await drawn(slack, design, "a lighthouse 1")
    await drawn(slack, design, "a lighthouse 2")

    assert len(vendor.books) == 2


async def test_a_picture_that_slack_does_not_show_becomes_one_that_it_does(
    easel: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """WebP is shown as another kind, and Original leads to what was drawn."""
    ann.slash("/imagine", "a fox --format webp", design)

    picture = await drawn(slack, design)

    shown = [each for each in slack.world.files.values() if each.shares]
    assert [each.name.rpartition(".")[2] in {"png", "jpg"} for each in shown] == [True]
    assert "Original" in labels(picture)
