"""A Slack that says nothing, or does not know us any more, by a clock that a test turns."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.chatapps import Chats
from bot.core.alarms import Alarm
from bot.core.errors import EaselError
from bot.core.ports import Undeliverable
from bot.core.postings import Posting
from bot.core.replies import Address, Reply
from bot.platforms.slack.ports import SlackPorts
from bot.platforms.slack.server import SlackChat
from bot.platforms.slack.settings import SlackSettings, Watch
from bot.platforms.web.server import WebChat
from bot.platforms.web.settings import WebSettings
from bot.storage.schema import alarms
from bot.storage.transaction import Tx
from tests.doubles.clock import PATIENCE_SECONDS
from tests.doubles.slack.double import Slack
from tests.doubles.slack.puppets import Person
from tests.doubles.slack.state import Conversation
from tests.platforms.slack.easel import Way, running_easel
from tests.platforms.web.client import browsing
from tests.platforms.web.fakes import make_world


@dataclass
class Empty:
    """Nothing is open or noted, and every workspace is known."""

    id: str = "tenant"

    async def open(self, _: str) -> tuple[()]:
        """Return nothing."""
        return ()

    async def find(self, _: str) -> Mapping[str, Posting]:
        """Return no notes."""
        return {}

    async def know(self, *_: str) -> Empty:
        """Return the workspace."""
        return self


@dataclass
class Operators:
    """Whoever runs Easel; while `is_deaf`, nothing can be kept for them."""

    told: list[str] = field(default_factory=list)
    is_deaf: bool = False

    async def ring(self, alarm: Alarm) -> None:
        """Note the cause."""
        if self.is_deaf:
            raise EaselError
        self.told.append(alarm.cause)


async def ready(chat: SlackChat, wanted: bool | str = True) -> None:
    """Wait until it is ready, or says why it is not."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while chat.readiness() != wanted:  # noqa: ASYNC110 - readiness rings no bell
            await asyncio.sleep(0.01)


@asynccontextmanager
async def listening(
    slack: Slack, silent_seconds: float, way: Way = "socket", operators: Operators | None = None
) -> AsyncIterator[SlackChat]:
    """Run Slack's side of Easel; the clock is Slack's own."""
    ports: dict[str, Any] = dict.fromkeys((each.name for each in fields(SlackPorts)), Empty())
    ports |= {"commands": (), "know_tenant": Empty().know, "clock": slack.clock.now_ms}
    ports["ring"] = (operators or Operators()).ring
    watch = Watch(look_seconds=0.1, silent_seconds=silent_seconds)
    token = slack.app_token if way == "socket" else None
    settings = SlackSettings(slack.bot_token, token, slack.signing_secret, api_url=slack.api_url, watch=watch)
    chat = SlackChat(settings, SlackPorts(**ports))
    try:
        async with chat.running():
            await ready(chat)
            yield chat
    finally:
        await chat.close()


async def fall_silent(slack: Slack) -> None:
    """Let Slack say nothing more; all that it has said was heard, so that the clock can be turned."""
    await slack.over(slack.tell({"type": "app_home_opened", "user": "U1", "tab": "messages"}))
    slack.transport.deaden()


async def test_a_minute_of_silence_is_not_ready(slack: Slack) -> None:
    """Half a minute is; what is said afterwards makes it ready again."""
    async with listening(slack, silent_seconds=10_000) as chat:
        await fall_silent(slack)
        slack.clock.turn(31)
        assert chat.readiness() is True

        slack.clock.turn(30)
        assert chat.readiness() == "has not been heard for a minute"


async def test_the_server_says_that_slack_is_silent(slack: Slack, tmp_path: Path) -> None:
    """/readyz names it after a minute, with 503, and not after half a minute."""
    async with listening(slack, silent_seconds=10_000) as chat:

        async def parts() -> Mapping[str, bool | str]:
            return {"database": True, **Chats(slack=chat).readiness()}

        web = WebChat(
            WebSettings("127.0.0.1", 0, b"a secret of thirty-two bytes ...."),
            replace(make_world(tmp_path).ports(), readiness=parts),
        )
        async with browsing(web) as browser:
            assert (await browser.get("/readyz")).status == 200

            await fall_silent(slack)
            slack.clock.turn(31)
            assert (await browser.get("/readyz")).status == 200

            slack.clock.turn(30)
            answer = await browser.get("/readyz")
            assert answer.status == 503
            assert "has not been heard for a minute" in await answer.text()


async def test_a_silent_socket_is_replaced(slack: Slack) -> None:
    """After half a minute; the new one is heard, so it stays ready."""
    async with listening(slack, silent_seconds=30) as chat:
        old = await slack.connected()
        await fall_silent(slack)
        slack.clock.turn(31)

        await slack.world.changes.until(
            lambda: any(each is not old for each in slack.transport.sockets) or None, "a new socket"
        )

        slack.clock.turn(31)
        await ready(chat)


async def test_a_token_that_is_revoked_is_named_within_a_minute(slack: Slack, way: Way) -> None:
    """Though nobody asks for anything; once Slack accepts it again, it is ready by itself."""
    async with listening(slack, silent_seconds=10_000, way=way) as chat:
        slack.world.is_revoked = True
        slack.clock.turn(59)
        assert chat.readiness() is True

        slack.clock.turn(2)
        await ready(chat, "does not accept the token")

        slack.world.is_revoked = False
        await ready(chat)


async def undelivered(chat: SlackChat) -> Undeliverable:
    """Post something that cannot be posted."""
    address = Address(platform="slack", tenant="t", channel="C1", person="p", user="U1")
    with pytest.raises(Undeliverable) as refused:
        await chat.deliver(address, Reply(kind="info", text="Hello."), key="k")
    return refused.value


async def test_a_token_that_is_revoked_is_named_at_the_first_refusal(slack: Slack, way: Way) -> None:
    """Whatever was asked for."""
    async with listening(slack, silent_seconds=10_000, way=way) as chat:
        slack.world.is_revoked = True

        refused = await undelivered(chat)

        assert not refused.is_final
        assert chat.readiness() == "does not accept the token"


async def test_operators_are_told_once_that_a_token_is_revoked(slack: Slack) -> None:
    """At its first refusal, however much is refused after it; again only after it was good in between."""
    operators = Operators()
    async with listening(slack, silent_seconds=10_000, operators=operators) as chat:
        for _ in range(2):
            slack.world.is_revoked = True
            await undelivered(chat)
            await undelivered(chat)
            assert set(operators.told) == {"token:slack"}

            slack.world.is_revoked = False
            await ready(chat)

    assert len(operators.told) == 2


async def test_what_could_not_be_kept_for_operators_is_told_at_the_next_refusal(slack: Slack) -> None:
    """The database was busy."""
    operators = Operators(is_deaf=True)
    async with listening(slack, silent_seconds=10_000, operators=operators) as chat:
        slack.world.is_revoked = True
        await undelivered(chat)
        operators.is_deaf = False

        await undelivered(chat)

    assert operators.told == ["token:slack"]


async def test_an_alarm_is_kept_before_any_delivery_is_given_up(
    slack: Slack, design: Conversation, ann: Person, tmp_path: Path
) -> None:
    """Whoever runs Easel reads it in the web chat."""
    async with running_easel(slack, tmp_path) as app:
        slack.world.is_revoked = True
        ann.slash("/easel", "credits", design)

        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await app.stores.database.read(_alarms):  # noqa: ASYNC110 - a row rings no bell
                await asyncio.sleep(0.01)

        assert await app.stores.database.read(_alarms) == ["token:slack"]


def _alarms(db: Tx) -> list[str]:
    return list(db.execute(select(alarms.c.cause)).scalars())
