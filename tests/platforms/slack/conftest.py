"""Easel as it is, in front of a Slack of our own, over a socket and over HTTP."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import App
from bot.core.chat import Platform
from bot.platforms.slack import bolt
from bot.platforms.slack.manifest import OPTIONAL
from tests.doubles.slack import methods_views
from tests.doubles.slack.double import Slack, slack_serving
from tests.doubles.slack.puppets import Person
from tests.doubles.slack.state import Conversation
from tests.flow_proofs import PROOFS
from tests.longer import keep_proofs
from tests.platforms.slack.easel import Way, running_easel


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every flow is proved by `make test`; the rest of what needs all of Easel and a Slack is slow."""
    keep_proofs(items, Path(__file__).parent, "slack", PROOFS[Platform.SLACK].values())


@pytest.fixture
async def slack(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Slack]:
    """A Slack with nobody in it; it waits as long as a busy machine takes, unless a test is about its three seconds."""
    async with slack_serving() as made:
        if request.node.get_closest_marker("hurried") is None:
            monkeypatch.setattr(bolt, "EVENT_SECONDS", 60.0)
            monkeypatch.setattr(bolt, "ASK_SECONDS", 60.0)
            monkeypatch.setattr(bolt, "FORM_SECONDS", 120.0)
            monkeypatch.setattr(methods_views, "TRIGGER_MS", 240_000)
            made.transport.ack_seconds = 240.0
        yield made


@pytest.fixture
def ann(slack: Slack) -> Person:
    """A member."""
    return slack.person("Ann")


@pytest.fixture
def bob(slack: Slack) -> Person:
    """Another member."""
    return slack.person("Bob")


@pytest.fixture
def design(slack: Slack, ann: Person, bob: Person) -> Conversation:
    """A channel with the bot in it."""
    return slack.channel("design", [ann, bob])


WAYS = ("socket", pytest.param("http", marks=pytest.mark.slow))
EVERY_WAY = (*WAYS, "socket, every scope", "http, every scope")
"""Without more words, only what the app cannot do without is granted; EASEL_EVERY_WAY=1 tries every scope, too."""


@pytest.fixture(params=EVERY_WAY if os.environ.get("EASEL_EVERY_WAY") == "1" else WAYS)
def way(request: pytest.FixtureRequest, slack: Slack) -> Way:
    """How Slack reaches Easel, and what it was granted."""
    transport, _, granted = request.param.partition(", ")
    if granted:
        slack.grant(*OPTIONAL)
    return "http" if transport == "http" else "socket"


@pytest.fixture
async def easel(slack: Slack, way: Way, tmp_path: Path) -> AsyncIterator[App]:
    """Easel, connected."""
    async with running_easel(slack, tmp_path, way) as app:
        yield app
