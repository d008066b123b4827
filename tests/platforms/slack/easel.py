"""The whole of Easel in this process, reached by a Slack of a test either way; it draws offline."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

from bot.app import App, build
from config import load
from tests.doubles.clock import PATIENCE_SECONDS
from tests.doubles.exchanges import Sent
from tests.doubles.slack.blocks import elements_of
from tests.doubles.slack.double import Slack
from tests.doubles.slack.puppets import Person
from tests.doubles.slack.state import Conversation
from tests.migrated import lay
from tests.vendors_for_tests import picture_bytes

Way = Literal["socket", "http"]
Message = dict[str, Any]
PICTURE = Sent("harbour.png", "image/png", picture_bytes("harbour", side=64))
MASK = Sent("mask.png", "image/png", picture_bytes("mask", side=64, alpha=0))


def environment(slack: Slack, folder: Path, way: Way) -> dict[str, str]:
    """Say how a process reaches this Slack."""
    return {
        "PORT": "0",
        "EASEL_DATA_DIR": str(folder / "data"),
        "EASEL_DRAIN_SECONDS": "5",
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_API_URL": slack.api_url,
        **(
            {"SLACK_APP_TOKEN": slack.app_token}
            if way == "socket"
            else {"SLACK_SIGNING_SECRET": slack.signing_secret}
        ),
    }


@asynccontextmanager
async def running_easel(
    slack: Slack, folder: Path, way: Way = "socket", more: Mapping[str, str] | None = None
) -> AsyncIterator[App]:
    """Run Easel until the block ends; Slack reaches it from the start."""
    environ = {**environment(slack, folder, way), **(more or {})}
    lay(folder / "data" / "easel.db")
    before = sum(each.path == "/api/auth.test" for each in slack.wire.exchanges)
    async with build(load(environ)) as app, app.running() as address:
        if way == "http":
            slack.transport.request_url = f"{address.rstrip('/')}/slack/events"
        async with asyncio.timeout(PATIENCE_SECONDS):
            while app.chats.readiness().get("slack") is not True:  # noqa: ASYNC110 - readiness rings no bell
                await asyncio.sleep(0.01)
        assert sum(each.path == "/api/auth.test" for each in slack.wire.exchanges) > before
        yield app


def labels(message: Message) -> list[str]:
    """Return what the buttons of a message say."""
    return [each["text"]["text"] for _, each in elements_of(message["blocks"]) if each["type"] == "button"]


def images(message: Message) -> list[Message]:
    """Return the pictures that stand in a message."""
    return [each for each in message.get("blocks") or [] if each["type"] == "image"]


def text_of(message: Message) -> str:
    """Return all words of a message."""
    return "\n".join([str(message.get("text")), *_texts(message.get("blocks"))])


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        own = [value["text"]] if isinstance(value.get("text"), str) else []
        return [*own, *(text for each in value.values() for text in _texts(each))]
    return [text for each in value for text in _texts(each)] if isinstance(value, list) else []


async def drawn(slack: Slack, conversation: Conversation, words: str = "") -> Message:
    """Wait for a message that shows a finished picture."""
    return await slack.wait_for_message(
        conversation, lambda each: bool(images(each)) and words in text_of(each)
    )


@asynccontextmanager
async def uploading(slack: Slack, person: Person, place: Conversation) -> AsyncIterator[None]:
    """Order a picture; what the block does happens after it was drawn and before it is uploaded."""
    upload = slack.wire.plan("hold_before", "POST", "/api/files.getUploadURLExternal")
    person.slash("/imagine", "a fox", place)
    await upload.reached.wait()
    yield
    upload.let_go()


async def whispered(slack: Slack, person: Person, place: Conversation, command: str, text: str) -> Message:
    """Use a command, and return what only its caller is told."""
    place.ephemeral.clear()
    person.slash(command, text, place)
    return await slack.wait_for_ephemeral(person, place)


def pictures_posted(conversation: Conversation) -> list[str]:
    """Return the ids of all files that the bot has shown in a conversation, twice if shown twice."""
    return [
        file["id"]
        for message in conversation.messages.values()
        if message.get("bot_id")
        for file in message.get("files") or ()
    ]
