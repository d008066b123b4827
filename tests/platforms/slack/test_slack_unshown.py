"""A Slack that takes pictures and never shows them, or takes none: people learn it, and where their pictures are."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import select

from bot.app import App
from bot.storage.schema import replies
from bot.storage.transaction import Tx
from tests.doubles.clock import PATIENCE_SECONDS
from tests.doubles.slack.double import Slack
from tests.doubles.slack.puppets import Person
from tests.doubles.slack.state import Conversation
from tests.platforms.slack.easel import Message, Way, images, labels, running_easel, text_of

Starts = Callable[[str | None], Any]


@pytest.fixture
def started(slack: Slack, way: Way, tmp_path: Path) -> Starts:
    """Start Easel, with an address that others reach or without."""

    @asynccontextmanager
    async def start(public_url: str | None) -> AsyncIterator[App]:
        port = public_url.rpartition(":")[2] if public_url else "0"
        more = {"PORT": port, **({"EASEL_PUBLIC_URL": public_url} if public_url else {})}
        async with running_easel(slack, tmp_path, way, more) as easel:
            yield easel

    return start


def _states(db: Tx) -> list[str]:
    return list(db.execute(select(replies.c.state).where(replies.c.id.like("%:result"))).scalars())


def links(message: Message) -> list[str]:
    """Return the addresses that stand in a message."""
    return [
        part["url"]
        for block in message["blocks"]
        if block["type"] == "rich_text"
        for section in block["elements"]
        for part in section["elements"]
        if part["type"] == "link"
    ]


async def unshown(slack: Slack, design: Conversation, ann: Person) -> Message:
    """Order two pictures, and wait until it is said that Slack does not show them."""
    ann.slash("/imagine", "a lighthouse --count 2", design)
    return await slack.wait_for_message(design, lambda each: "does not show them" in text_of(each))


async def test_pictures_that_a_workspace_takes_none_of_are_linked(
    started: Starts, slack: Slack, design: Conversation, ann: Person
) -> None:
    """At once, each by an address that needs no session; the job has ended and can be drawn again."""
    slack.world.files_refused = "storage_limit_reached"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        public = f"http://127.0.0.1:{free.getsockname()[1]}"
    async with started(public) as easel:
        told = await unshown(slack, design, ann)

        found = links(told)
        assert len(found) == 2
        assert all(each.startswith(f"{public}/shared/") for each in found)
        assert "lighthouse" not in "".join(found)
        assert "Again" in str(labels(told))
        assert images(told) == []
        async with aiohttp.ClientSession() as session:
            for each in found:
                async with session.get(each) as answer:
                    assert (answer.status, answer.content_type) == (200, "image/png")
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await easel.stores.database.read(_states) != ["posted"]:  # noqa: ASYNC110 - tables ring no bell
                await asyncio.sleep(0.01)


async def test_without_an_address_the_history_has_them(
    started: Starts, slack: Slack, design: Conversation, ann: Person
) -> None:
    """The same message names it, and it is true."""
    slack.world.files_refused = "file_uploads_disabled"
    async with started(None):
        told = await unshown(slack, design, ann)
        assert links(told) == []
        assert "/easel history" in text_of(told)

        ann.slash("/easel", "history", design)
        shown = await slack.wait_for_ephemeral(ann, design)
        assert "a lighthouse" in text_of(shown)
