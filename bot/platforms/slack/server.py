"""Easel's side of Slack: put together, connected, and how it is."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.alarms import of_token
from bot.core.errors import EaselError
from bot.core.mounts import MountAnswer
from bot.core.ports import Removal, Undeliverable
from bot.core.replies import Address, Posted, Reply
from bot.platforms.slack.acting import Acting
from bot.platforms.slack.answering import Answering
from bot.platforms.slack.api import GONE, SlackApi, SlackFailed, client_of
from bot.platforms.slack.bolt import Listeners, bolt_app, sdk_logger
from bot.platforms.slack.callers import PLATFORM, Callers, Profiles, workspace_of
from bot.platforms.slack.delivering import Delivery
from bot.platforms.slack.desk import Desk
from bot.platforms.slack.downloads import Downloads
from bot.platforms.slack.hearing import Hearing
from bot.platforms.slack.home import Home
from bot.platforms.slack.incoming import Spot
from bot.platforms.slack.ports import SlackPorts
from bot.platforms.slack.posting import Poster
from bot.platforms.slack.progress import Progress
from bot.platforms.slack.questions import Questions
from bot.platforms.slack.removing import Removing
from bot.platforms.slack.settings import SlackSettings
from bot.platforms.slack.speech import Speech
from bot.platforms.slack.uploads import Uploads

log = structlog.get_logger(__name__)

STOP_SECONDS = 5.0
BACKOFF_SECONDS = (1.0, 2.0, 5.0, 15.0, 60.0)
TOKEN_REFUSED = "does not accept the token"  # noqa: S105 - what /readyz says


@dataclass(frozen=True)
class _Parts:
    """What works as long as the token is good, connected or not."""

    client: AsyncWebClient
    api: SlackApi
    session: aiohttp.ClientSession
    delivery: Delivery
    callers: Callers
    acting: Acting
    removing: Removing
    progress: Progress
    questions: Questions


class SlackChat:
    """Slack as a platform. Delivering needs no connection, only the token."""

    def __init__(self, settings: SlackSettings, ports: SlackPorts) -> None:
        self._settings = settings
        self._ports = ports
        self._parts: _Parts | None = None
        self._app: AsyncApp | None = None
        self._state = "is not connected yet"
        self._heard = 0
        self._handler: AsyncSocketModeHandler | None = None

    async def deliver(self, address: Address, reply: Reply, *, key: str) -> Posted:
        """Post a reply; raises Undeliverable."""
        if self._parts is None:
            raise Undeliverable("not_connected")
        return await self._parts.delivery(address, reply, key=key)

    async def remove(self, removal: Removal) -> None:
        """Take a picture out of what was posted; raises Undeliverable."""
        if self._parts is None:
            raise Undeliverable("not_connected")
        await self._parts.removing(removal)

    async def receive(self, body: bytes, headers: Mapping[str, str]) -> MountAnswer:
        """Answer a request of Slack's; Bolt checks its signature before anything is read."""
        if self._app is None or self._settings.app_token is not None:
            return MountAnswer(503, {}, b"")
        try:
            asked = AsyncBoltRequest(body=body.decode("utf-8", "replace"), headers=_lists(headers))
        except (ValueError, TypeError, KeyError):
            return MountAnswer(400, {}, b"")
        made = await self._app.async_dispatch(asked)
        return MountAnswer(made.status, made.first_headers_without_set_cookie(), made.body.encode())

    def readiness(self) -> bool | str:
        """Tell whether Slack reaches us, or why not."""
        if self._state:
            return self._state
        if self._parts is not None and self._parts.api.is_refused:
            return TOKEN_REFUSED
        if self._handler is not None and self._silence(self._handler) > self._settings.watch.unready_seconds:
            return "has not been heard for a minute"
        return True

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listen while the block runs; what is being answered at the end is answered."""
        self._parts = parts = self._compose()
        connection = asyncio.create_task(self._stay_connected(parts), name="slack")
        try:
            yield
        finally:
            connection.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await connection

    async def close(self) -> None:
        """Deliver nothing any more."""
        if self._parts is not None:
            await self._parts.session.close()
            self._parts = None

    def _compose(self) -> _Parts:
        settings, ports = self._settings, self._ports
        session = aiohttp.ClientSession()
        client = client_of(settings.bot_token, settings.api_url)
        client.session = session
        api = SlackApi(client, session, lambda: ports.ring(of_token(PLATFORM, "SLACK_BOT_TOKEN")))
        speech = Speech(settings.prefix)
        poster = Poster(api, speech)
        uploads = Uploads(api, ports.postings, ports.clock, settings.pace)
        progress = Progress(ports, poster)
        delivery = Delivery(ports, poster, uploads, progress)
        downloads = Downloads(settings, api, session, ports.gallery)
        callers = Callers(ports, Profiles(api, ports.clock))
        does = (
            Desk(ports, callers, downloads),
            Hearing(ports, callers, downloads, settings.prefix),
            Home(ports, api, speech),
        )
        questions = Questions(ports.inbox, poster, ports.clock)
        answering = Answering(ports, (poster, delivery, uploads, questions), session)
        acting = Acting(ports, callers, does, (answering, delivery, poster, progress))
        removing = Removing(ports, poster)
        return _Parts(client, api, session, delivery, callers, acting, removing, progress, questions)

    async def _stay_connected(self, parts: _Parts) -> None:
        """Log in and listen, again after every failure, more slowly each time."""
        failures = 0
        while True:
            try:
                async with self._listening(parts) as handler:
                    failures = 0
                    await self._watch(handler, parts.api)
            except (SlackFailed, EaselError, SlackClientError, aiohttp.ClientError, OSError) as error:
                is_token = isinstance(error, SlackFailed) and error.error in GONE
                self._state = TOKEN_REFUSED if is_token else "cannot be reached"
                log.warning("not connected to Slack", problem=type(error).__name__, tries=failures + 1)
            except Exception:  # the edge: whatever it was, Slack is tried again
                self._state = "cannot be reached"
                log.exception("the connection to Slack broke")
            await asyncio.sleep(BACKOFF_SECONDS[min(failures, len(BACKOFF_SECONDS) - 1)])
            failures += 1

    @asynccontextmanager
    async def _listening(self, parts: _Parts) -> AsyncIterator[AsyncSocketModeHandler | None]:
        who = await parts.api.call("auth.test")
        installed = Spot(str(who["team_id"]), who.get("enterprise_id"), "")
        parts.callers.installed = None if who.get("is_enterprise_install") else installed
        await self._ports.know_tenant(PLATFORM, workspace_of(installed), str(who.get("team") or ""))
        listeners = Listeners(parts.acting, self._ports.inbox, str(who["user_id"]))
        token = AuthorizeResult(
            enterprise_id=who.get("enterprise_id"),
            team_id=who["team_id"],
            bot_user_id=who["user_id"],
            bot_id=who.get("bot_id"),
            bot_token=self._settings.bot_token,
        )
        app = bolt_app(self._settings, parts.client, listeners, token)
        handler = None
        if self._settings.app_token:
            handler = AsyncSocketModeHandler(
                app,
                self._settings.app_token,
                logger=sdk_logger(),
                ping_interval=self._settings.watch.ping_seconds,
            )
            handler.client.on_message_listeners.append(self._hear)
        self._app = app
        try:
            await listeners.resume()
            await parts.progress.resume()
            await parts.questions.resume()
            if handler:
                await handler.connect_async()  # type: ignore[no-untyped-call]
            self._state, self._heard, self._handler = "", self._ports.clock(), handler
            log.info("connected to Slack", workspace=who.get("team_id"))
            yield handler
        finally:
            self._app, self._state, self._handler = None, "is not connected", None
            if handler:
                await handler.close_async()  # type: ignore[no-untyped-call]
            await listeners.stop(STOP_SECONDS)
            await parts.progress.stop()
            await parts.questions.stop()

    async def _hear(self, _message: aiohttp.WSMessage) -> None:
        self._heard = self._ports.clock()

    async def _watch(self, handler: AsyncSocketModeHandler | None, api: SlackApi) -> None:
        """Connect anew when nothing was heard for too long: a socket can die without a word.

        Raises SlackFailed when the token is not accepted any more.
        """
        watch, tried = self._settings.watch, self._ports.clock()
        while True:
            await asyncio.sleep(watch.look_seconds)
            if api.is_refused or self._ports.clock() - tried >= watch.token_seconds * 1_000:
                tried = self._ports.clock()
                await _try_token(api)
            if handler is None:
                continue
            silent = self._silence(handler)
            if silent > watch.silent_seconds:
                log.warning("Slack is silent; connecting anew", seconds=round(silent))
                await handler.client.connect_to_new_endpoint(force=True)

    def _silence(self, handler: AsyncSocketModeHandler) -> float:
        """Return for how many seconds there was neither a frame nor a pong."""
        pong = handler.client.last_ping_pong_time
        heard = max(self._heard / 1_000, pong or 0.0)
        return self._ports.clock() / 1_000 - heard


async def _try_token(api: SlackApi) -> None:
    """Ask whether the token is good; raises SlackFailed when it is not, and not when Slack cannot say."""
    try:
        await api.call("auth.test")
    except SlackFailed as failed:
        if failed.error in GONE:
            log.error("Slack does not accept the token")
            raise


def _lists(headers: Mapping[str, str]) -> dict[str, str | Sequence[str]]:
    return {name.lower(): [value] for name, value in headers.items()}
