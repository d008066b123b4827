"""Easel in front of a Slack of a test, by socket: it is killed around its uploads, and each picture is there once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import pytest

from tests.doubles.slack.double import Slack, slack_serving
from tests.doubles.slack.puppets import Person
from tests.doubles.slack.refusals import Json
from tests.doubles.slack.state import Conversation
from tests.kill.chat_easel import ChatEasel, chat_easel, slack_http_settings, slack_settings


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    async with slack_serving() as made:
        yield made


@pytest.fixture
def ann(slack: Slack) -> Person:
    return slack.person("Ann")


@pytest.fixture
def design(slack: Slack, ann: Person) -> Conversation:
    return slack.channel("design", [ann])


@pytest.fixture
async def easel(slack: Slack, tmp_path: Path) -> AsyncIterator[ChatEasel]:
    """An Easel that is connected."""
    async with chat_easel(tmp_path, slack_settings(slack)) as made:
        await made.start()
        await slack.connected()
        yield made


def pictures(conversation: Conversation) -> list[Json]:
    return [each for each in conversation.messages.values() if each.get("files")]


async def test_a_command_ends_in_one_picture(
    slack: Slack, easel: ChatEasel, design: Conversation, ann: Person
) -> None:
    """A command is acknowledged empty, its first message stands before it is drawn, the picture is in its thread."""
    asked = await slack.over(ann.slash("/imagine", "a lighthouse", design))

    picture = await slack.wait_for_message(design, lambda message: bool(message.get("files")))

    assert asked.is_acked
    assert picture["thread_ts"] in design.messages
    assert len(pictures(design)) == 1


@pytest.mark.slow
@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
@pytest.mark.parametrize("instant", ["hold_before", "hold_after"])
async def test_a_picture_is_shared_once_whenever_easel_dies(
    instant: Literal["hold_before", "hold_after"], method: str, slack: Slack, easel: ChatEasel, ann: Person
) -> None:
    """Killed before or after Slack did what it was asked: the picture is there once."""
    design = slack.channel("design", [ann])
    fault = slack.wire.plan(instant, "POST", f"/api/{method}")
    await slack.over(ann.slash("/imagine", "a lighthouse", design))
    await fault.reached.wait()
    await easel.kill()
    await fault.gone.wait()
    await easel.start()

    await slack.wait_for_message(design, lambda message: bool(message.get("files")), 40)
    await slack.wait_for_message(design, lambda message: "slack_file" in str(message["blocks"]), 40)

    assert len(pictures(design)) == 1


async def test_what_slack_tells_again_after_a_death_is_one_order(
    slack: Slack, design: Conversation, ann: Person, tmp_path: Path
) -> None:
    """Called by HTTP: a mention that nobody heard is told again, and told twice more; it is drawn once."""
    slack.transport.retry_seconds = ()
    slack.transport.request_url = "http://127.0.0.1:9/slack/events"
    async with chat_easel(tmp_path, slack_http_settings(slack)) as easel:
        ann.say(design, f"{slack.bot_mention} a lighthouse in the fog")
        unheard = await slack.over(slack.transport.deliveries[-1])
        await easel.start()
        slack.transport.request_url = f"{await easel.address()}/slack/events"
        # While Easel asks Slack who it is, it takes nothing.
        slack.transport.retry_seconds = (0.3, 1.0, 3.0)

        for _ in range(3):
            assert (await slack.over(slack.transport.again(unheard))).is_acked
        await slack.wait_for_message(design, lambda message: bool(message.get("files")))
        # What was ordered after it is drawn after it: by then a second one would be there.
        ann.say(design, f"{slack.bot_mention} a harbour in the rain")
        await slack.world.changes.until(lambda: len(pictures(design)) > 1, "the second picture")

    assert unheard.tries == ["connection_failed"]
    assert len(pictures(design)) == 2
