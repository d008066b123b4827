"""An unmodified Bolt app in front of the double, by HTTP or Socket Mode, and what it was told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.doubles.slack.double import Slack


class Bolt:
    """An app that writes down every event; tests add listeners to `app`."""

    def __init__(self, slack: Slack) -> None:
        self.client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        self.app = AsyncApp(client=self.client, signing_secret=slack.signing_secret)
        self.heard: list[dict[str, Any]] = []
        self.retries: list[str | None] = []

        async def note(body: dict[str, Any], request: Any) -> None:
            self.heard.append(body["event"])
            self.retries.append((request.headers.get("x-slack-retry-num") or [None])[0])

        for event in (
            "message",
            "app_mention",
            "app_home_opened",
            "member_joined_channel",
            "member_left_channel",
        ):
            self.app.event(event)(note)


@asynccontextmanager
async def by_http(slack: Slack) -> AsyncIterator[Bolt]:
    """Give an app that Slack calls."""
    bolt = Bolt(slack)
    runner = web.AppRunner(bolt.app.web_app(path="/slack/events"), access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        slack.transport.request_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
        yield bolt
    finally:
        await slack.transport.close()
        await runner.cleanup()


@asynccontextmanager
async def by_socket(slack: Slack) -> AsyncIterator[Bolt]:
    """Give an app with a socket open."""
    bolt = Bolt(slack)
    handler = AsyncSocketModeHandler(bolt.app, slack.app_token, web_client=bolt.client, ping_interval=0.2)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    await slack.connected()
    try:
        yield bolt
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]
