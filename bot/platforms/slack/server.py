"""Easel's side of Slack: put together, connected, and how it is."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest

from bot.core.ports import Undeliverable
from bot.core.replies import Address, Posted, Reply
from bot.platforms.slack.acting import Acting
from bot.platforms.slack.answering import Answering
from bot.platforms.slack.api import SlackApi, SlackFailed, client_of
from bot.platforms.slack.bolt import Listeners, bolt_app, sdk_logger
from bot.platforms.slack.callers import Callers, Profiles
from bot.platforms.slack.delivering import Delivery
from bot.platforms.slack.desk import Desk
from bot.platforms.slack.downloads import Downloads
from bot.platforms.slack.hearing import Hearing
from bot.platforms.slack.ports import SlackPorts
from bot.platforms.slack.posting import GONE, Poster
from bot.platforms.slack.progress import Progress
from bot.platforms.slack.settings import SlackSettings
from bot.platforms.slack.uploads import Uploads

log = structlog.get_logger(__name__)

LOOK_SECONDS = 5.0
SILENT_SECONDS = 30.0
UNREADY_SECONDS = 60.0
STOP_SECONDS = 5.0
BACKOFF_SECONDS = (1.0, 2.0, 5.0, 15.0, 60.0)


@dataclass(frozen=True)
class Answer:
    """What an HTTP request of Slack's is answered with."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class SlackChat:
    """Slack as a platform. Delivering needs no connection, only the token."""

    def __init__(self, settings: SlackSettings, ports: SlackPorts) -> None:
        self._settings = settings
        self._ports = ports
        self._app: AsyncApp | None = None
        self._delivery: Delivery | None = None
        self._state = "is not connected yet"
        self._heard = 0.0

    async def deliver(self, address: Address, reply: Reply, *, key: str) -> Posted:
        """Post a reply; raises Undeliverable."""
        if self._delivery is None:
            raise Undeliverable("not_connected")
        return await self._delivery(address, reply, key=key)

    async def receive(self, body: bytes, headers: Mapping[str, Sequence[str]]) -> Answer:
        """Answer a request of Slack's; Bolt checks its signature before anything is read."""
        if self._app is None or self._settings.app_token is not None:
            return Answer(503, {}, b"")
        made = await self._app.async_dispatch(
            AsyncBoltRequest(body=body.decode("utf-8", "replace"), headers=dict(headers))
        )
        return Answer(made.status, made.first_headers_without_set_cookie(), made.body.encode())

    def readiness(self) -> bool | str:
        """Tell whether Slack reaches us, or why not."""
        if self._state:
            return self._state
        if self._settings.app_token and time.monotonic() - self._heard > UNREADY_SECONDS:
            return "has not been heard for a minute"
        return True

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listen while the block runs; what is being answered at the end is answered."""
        async with AsyncExitStack() as stack:
            session = await stack.enter_async_context(aiohttp.ClientSession())
            connection = asyncio.create_task(self._stay_connected(session), name="slack")
            try:
                yield
            finally:
                connection.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await connection

    async def _stay_connected(self, session: aiohttp.ClientSession) -> None:
        """Log in and listen, again after every failure, more slowly each time."""
        failures = 0
        while True:
            try:
                async with self._listening(session) as handler:
                    failures = 0
                    await self._watch(handler)
            except SlackFailed as failed:
                self._state = "does not accept the token" if failed.error in GONE else "cannot be reached"
                log.warning("not connected to Slack", problem=failed.error, tries=failures + 1)
            await asyncio.sleep(BACKOFF_SECONDS[min(failures, len(BACKOFF_SECONDS) - 1)])
            failures += 1

    @asynccontextmanager
    async def _listening(
        self, session: aiohttp.ClientSession
    ) -> AsyncIterator[AsyncSocketModeHandler | None]:
        client = client_of(self._settings.bot_token, self._settings.api_url)
        client.session = session
        api = SlackApi(client, session)
        who = await api.call("auth.test")
        poster, profiles = Poster(api), Profiles(api, self._ports.clock)
        uploads = Uploads(api, self._ports.postings, self._ports.clock, self._settings.pace)
        delivery = Delivery(api, self._ports, poster, uploads)
        downloads = Downloads(self._settings, api, session, self._ports.gallery)
        progress = Progress(api, self._ports, poster)
        does = Desk(self._ports, downloads), Hearing(self._ports, downloads)
        says = Answering(api, self._ports, poster, session), delivery, poster, progress
        listeners = Listeners(
            Acting(self._ports, Callers(self._ports, profiles), does, says),
            self._ports.inbox,
            str(who["user_id"]),
        )
        app = bolt_app(self._settings, client, listeners)
        handler = None
        if self._settings.app_token:
            handler = AsyncSocketModeHandler(app, self._settings.app_token, logger=sdk_logger())
            handler.client.on_message_listeners.append(self._hear)
        self._app, self._delivery = app, delivery
        try:
            await listeners.resume()
            await progress.resume()
            if handler:
                await handler.connect_async()  # type: ignore[no-untyped-call]
            self._state, self._heard = "", time.monotonic()
            log.info("connected to Slack", workspace=who.get("team_id"))
            yield handler
        finally:
            self._state = "is not connected"
            if handler:
                await handler.close_async()  # type: ignore[no-untyped-call]
            await listeners.stop(STOP_SECONDS)
            await progress.stop()

    async def _hear(self, _message: aiohttp.WSMessage) -> None:
        self._heard = time.monotonic()

    async def _watch(self, handler: AsyncSocketModeHandler | None) -> None:
        """Connect anew when nothing was heard for too long: a socket can die without a word."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if handler is None:
                continue
            pong = handler.client.last_ping_pong_time
            silent = time.monotonic() - self._heard
            if silent > SILENT_SECONDS and (pong is None or time.time() - pong > SILENT_SECONDS):
                log.warning("Slack is silent; connecting anew", seconds=round(silent))
                await handler.client.connect_to_new_endpoint(force=True)
