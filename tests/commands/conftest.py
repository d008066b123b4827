"""A reception over fakes, for what people type and press."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from bot.core.front import Incoming, Uploaded
from bot.core.replies import Reply
from bot.reception import Reception
from commands import COMMANDS
from tests.fakes import FakeGallery, FakeStudio, caller_of

Type = Callable[..., Awaitable[Reply]]


@pytest.fixture
def studio() -> FakeStudio:
    return FakeStudio()


@pytest.fixture
def gallery() -> FakeGallery:
    return FakeGallery()


@pytest.fixture
def reception(studio: FakeStudio, gallery: FakeGallery) -> Reception:
    return Reception(COMMANDS, studio, gallery, quote=studio.quote)


@pytest.fixture
def typed(reception: Reception) -> Type:
    """Type a line as somebody, perhaps under a picture, perhaps with files."""

    async def type_line(
        text: str,
        *,
        picture: str | None = None,
        files: tuple[Uploaded, ...] = (),
        platform: str = "web",
        is_admin: bool = False,
    ) -> Reply:
        caller = caller_of(event=f"event {text}", platform=platform, is_admin=is_admin)
        return await reception.receive(Incoming(text, caller, files, picture))

    return type_line
