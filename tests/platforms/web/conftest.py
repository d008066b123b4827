"""A web chat on a small world, and a browser-like client for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.platforms.web.server import WebChat
from bot.platforms.web.settings import WebSettings
from tests.platforms.web.client import Browser, browsing
from tests.platforms.web.fakes import World, make_world

SECRET = b"a secret of thirty-two bytes ...."
EXPOSED = WebSettings("127.0.0.1", 0, SECRET, is_exposed=True, public_url="https://easel.example")


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Everything behind the chat."""
    return make_world(tmp_path)


@pytest.fixture
def settings() -> WebSettings:
    """A chat for the one person on this machine, with small limits."""
    return WebSettings("127.0.0.1", 0, SECRET, upload_bytes_max=200_000, uploads_max=3)


@pytest.fixture
def chat(world: World, settings: WebSettings) -> WebChat:
    """The web platform, wired to the world."""
    made = WebChat(settings, world.ports())
    world.front.deliver = made.deliver
    return made


@pytest.fixture
async def browser(chat: WebChat) -> AsyncIterator[Browser]:
    """A browser that has opened the page."""
    async with browsing(chat) as opened:
        await opened.open()
        yield opened


@pytest.fixture
def exposed(world: World) -> WebChat:
    """The web platform for people with invitations."""
    made = WebChat(EXPOSED, world.ports())
    world.front.deliver = made.deliver
    return made
