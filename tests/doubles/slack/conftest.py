"""A Slack with one channel and one person, and a Bolt app in it by either way."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.doubles.slack.client import Bolt, by_http, by_socket
from tests.doubles.slack.double import Slack, slack_serving
from tests.doubles.slack.puppets import Person
from tests.doubles.slack.state import Conversation


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


@pytest.fixture(params=["http", "socket"])
async def bolt(request: pytest.FixtureRequest, slack: Slack) -> AsyncIterator[Bolt]:
    async with (by_http if request.param == "http" else by_socket)(slack) as made:
        yield made
