"""Orders that wait and pictures that Slack does not take, with a vendor whose behaviour a test plans."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from bot.app import App
from tests.doubles.openai_simulator import OpenAISimulator
from tests.doubles.slack.double import Slack
from tests.doubles.slack.puppets import Person
from tests.doubles.slack.state import Conversation
from tests.platforms.slack.easel import Message, Way, drawn, labels, running_easel, text_of
from tests.platforms.vendors import vendor_settings


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


async def test_an_order_that_waits_is_called_off_by_a_command(
    easel: App, slack: Slack, vendor: OpenAISimulator, design: Conversation, ann: Person
) -> None:
    """`/easel cancel` takes the newest one, for nothing, says so to its caller, and its message says so, too."""
    vendor.plan("held", "held")
    for words in ("a lighthouse 1", "a lighthouse 2", "a harbour"):
        ann.slash("/imagine", words, design)
        await slack.wait_for_message(design, partial(says, words))

    ann.slash("/easel", "cancel", design)

    told = await slack.wait_for_ephemeral(ann, design)
    assert "#3 is cancelled" in text_of(told)
    await slack.wait_for_message(design, lambda each: "#3" in text_of(each) and "Cancel" not in labels(each))
    vendor.gate.set()
    await drawn(slack, design, "a lighthouse 1")
    await drawn(slack, design, "a lighthouse 2")
    assert len(vendor.books) == 2


async def test_who_failed_is_named_beside_what_failed(
    easel: App, slack: Slack, vendor: OpenAISimulator, design: Conversation, ann: Person
) -> None:
    """Without the words, which others need not read."""
    vendor.plan("blocked_input")
    ann.slash("/imagine", "a broken lamp", design)

    failed = await slack.wait_for_message(design, lambda each: "Change words" in labels(each))

    assert "safety check" in text_of(failed)
    assert f'"user_id": "{ann.id}"' in json.dumps(failed["blocks"])
    assert "lamp" not in text_of(failed)


@pytest.mark.slow
@pytest.mark.parametrize("has_status", [True, False])
async def test_a_status_is_an_extra(
    easel: App, slack: Slack, vendor: OpenAISimulator, design: Conversation, ann: Person, has_status: bool
) -> None:
    """Where Slack has it, it is shown; where not, Slack is asked once, and the message goes on being changed."""
    if not has_status:
        slack.unknown.add("assistant.threads.setStatus")
    vendor.plan("held")
    ann.slash("/imagine", "a lighthouse", design)
    first = await slack.wait_for_message(design, lambda each: "a lighthouse" in text_of(each))
    before = text_of(first)
    await vendor.reached.wait()

    await slack.world.changes.until(
        lambda: slack.wire.asked("POST", "/api/assistant.threads.setStatus"), "a status", 40
    )
    assert text_of(design.messages[first["ts"]]) != before
    assert [each["thread_ts"] for each in design.statuses] == ([first["ts"]] if has_status else [])
    vendor.gate.set()
    await drawn(slack, design, "a lighthouse")


async def test_a_picture_that_slack_does_not_show_becomes_one_that_it_does(
    easel: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """WebP is shown as another kind, and Original leads to what was drawn."""
    ann.slash("/imagine", "a fox --format webp", design)

    picture = await drawn(slack, design)

    shown = [each for each in slack.world.files.values() if each.shares]
    assert [each.name.rpartition(".")[2] in {"png", "jpg"} for each in shown] == [True]
    assert "Original" in labels(picture)


async def test_a_button_pressed_twice_at_once_is_one_order(
    easel: App, slack: Slack, vendor: OpenAISimulator, design: Conversation, ann: Person
) -> None:
    """Both clicks are under way together; one is told which job draws it, and may order another one."""
    ann.slash("/imagine", "a lighthouse", design)
    first = await drawn(slack, design)
    again = next(each for each in labels(first) if each.startswith("Again"))
    vendor.plan("held", "held")

    ann.press(design, again, first)
    ann.press(design, again, first)

    told = await slack.wait_for_ephemeral(ann, design)
    assert "Already drawing #2" in text_of(told)
    another = next(each for each in labels(told) if each.startswith("Draw another · "))
    ann.press(design, another, told)
    await slack.wait_for_message(design, partial(says, "#3"))
    vendor.gate.set()
    await drawn(slack, design, "#3")
    assert len(vendor.books) == 3


async def test_dear_orders_wait_for_a_press_however_they_come(
    easel: App, slack: Slack, vendor: OpenAISimulator, design: Conversation, ann: Person, bob: Person
) -> None:
    """From a form and from a message: the price is shown to whoever ordered alone, and one press orders."""
    ann.slash("/imagine", "", design)
    ann.submit(await slack.wait_for_view(ann), {"prompt": "a fox", "quality": "high", "count": "2"})
    from_form = await slack.wait_for_ephemeral(ann, design)
    assert any(each.startswith("Draw · ") for each in labels(from_form))
    design.ephemeral.clear()
    ann.say(design, f"{slack.bot_mention} a heron --quality high --count 2")
    asked = await slack.wait_for_ephemeral(ann, design)
    assert not bob.sees(design)[1:]
    assert vendor.books == []

    ann.press(design, next(each for each in labels(asked) if each.startswith("Draw · ")), asked)

    await drawn(slack, design, "a heron")
    prompts = {each.wanted.fields["prompt"] for each in vendor.books if each.wanted}
    assert prompts == {"a heron"}
