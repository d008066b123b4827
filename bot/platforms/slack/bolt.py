"""Bolt between Slack and us: nothing is acknowledged before it is durable, and both ways in share the listeners."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, Literal, TypeVar

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import EaselError
from bot.core.inbox import UNWANTED, Inbox, Received
from bot.core.replies import Reply
from bot.platforms.slack import incoming
from bot.platforms.slack.acting import Acting
from bot.platforms.slack.callers import PLATFORM
from bot.platforms.slack.questions import KIND
from bot.platforms.slack.settings import SlackSettings
from bot.platforms.slack.turns import Turns
from bot.platforms.slack.views import first_field

log = structlog.get_logger(__name__)

Result = TypeVar("Result")
Kind = Literal["event", "command", "press", "shortcut", "form"]
ANY = re.compile(".*", re.DOTALL)
EVENT_SECONDS = 2.0
"""An event that is not durable by then is not acknowledged: Slack tells it again."""
ASK_SECONDS = 1.0
"""What Slack tells only once is acknowledged by then, durable or not: it waits for three seconds."""
FORM_SECONDS = 2.0


class Listeners:
    """Takes everything that Slack tells, once."""

    def __init__(self, acting: Acting, inbox: Inbox, me: str) -> None:
        self._acting = acting
        self._inbox = inbox
        self._me = me
        self._turns = Turns()
        self._tasks: set[asyncio.Task[Any]] = set()

    async def resume(self) -> None:
        """Take up what was committed and not dealt with when the process ended."""
        for received in await self._inbox.open(PLATFORM):
            told = json.loads(received.body)
            if told["kind"] == UNWANTED:
                self._start(self._done(received.key))
            elif told["kind"] != KIND:
                self._start(self._deal(told["kind"], told["body"], received.key))

    async def stop(self, seconds: float) -> None:
        """Let what is being done come to its end; what does not is taken up at the next start."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=seconds)
        for task in list(self._tasks):
            task.cancel()

    async def event(self, body: Mapping[str, Any]) -> bool:
        """Take an event, if it may be an order; False when it could not be kept, so that Slack must tell it again."""
        event = body.get("event") or {}
        match event.get("type"):
            case "app_home_opened":
                if event.get("tab") == "home":
                    self._start(self._home(str(event.get("user") or ""), body))
                return True
            case "app_uninstalled" | "tokens_revoked":
                return await self._gone(body)
            case _:
                return await self._said(body)

    async def _said(self, body: Mapping[str, Any]) -> bool:
        said = incoming.said_of(body, self._me)
        if said is None or not incoming.may_matter(said, self._me):
            return True
        committing = self._start(self._kept(f"m{said.id}", said.person.id, body))
        await asyncio.wait({committing}, timeout=EVENT_SECONDS)
        return committing.done() and committing.result()

    async def _kept(self, key: str, user: str, body: Mapping[str, Any]) -> bool:
        """Keep an event and begin to deal with it, also when it was kept too late to say so; False when it was not."""
        try:
            is_new = await self._commit(key, "event", user, body)
        except EaselError as error:
            log.warning("an event could not be kept; Slack will tell it again", problem=type(error).__name__)
            return False
        if is_new:
            self._start(self._deal("event", body, key))
        return True

    async def _gone(self, body: Mapping[str, Any]) -> bool:
        try:
            await self._acting.gone(incoming.installation_of(body))
        except EaselError as error:
            log.warning("a departure could not be noted", problem=type(error).__name__)
            return False
        return True

    async def ask(self, kind: Kind, body: Mapping[str, Any], ack: AsyncAck) -> None:
        """Take a command, click or shortcut: kept, acknowledged, then done."""
        self._turns.note()
        try:
            ask = ask_of(kind, body)
        except (KeyError, TypeError, ValueError, AttributeError):
            log.warning("what Slack told could not be read", kind=kind)
            ask = None
        if ask is None:
            await ack()
            return
        committing = asyncio.ensure_future(self._commit(ask.key, kind, ask.person.id, body))
        await asyncio.wait({committing}, timeout=ASK_SECONDS)
        await ack()
        if await _is_new(committing):
            self._start(self._deal(kind, body, ask.key))

    async def form(self, body: Mapping[str, Any], ack: AsyncAck) -> None:
        """Take a form: what is wrong with it is said in the form, as far as that is known in time."""
        ask = incoming.form_of(body)
        committing = asyncio.ensure_future(self._commit(ask.key, "form", ask.person.id, body))
        await asyncio.wait({committing}, timeout=ASK_SECONDS)
        if not committing.done():
            await ack()
        if not await _is_new(committing):
            await ack()
            return
        shown: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        work = self._start(self._deal("form", body, ask.key, shown))
        await asyncio.wait({work}, timeout=FORM_SECONDS - ASK_SECONDS)
        reply = work.result() if work.done() and not work.cancelled() else None
        if reply is not None and reply.kind == "refusal":
            shown.set_result(True)
            await ack(response_action="errors", errors={first_field(body["view"]): reply.text})
        else:
            shown.set_result(False)
            await ack()

    async def _commit(self, key: str, kind: Kind, user: str, body: Mapping[str, Any]) -> bool:
        told = json.dumps({"kind": kind, "user": user, "body": body}, ensure_ascii=False)
        return await self._inbox.commit(Received(PLATFORM, key, told))

    def _start(self, work: Coroutine[Any, Any, Result]) -> asyncio.Task[Result]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _home(self, user: str, body: Mapping[str, Any]) -> None:
        try:
            await self._acting.home(incoming.Person(user), incoming.installation_of(body))
        except Exception:  # the edge: a page that cannot be shown stops nothing else
            log.exception("a page could not be shown")

    async def _deal(
        self, kind: Kind, body: Mapping[str, Any], key: str, shown: asyncio.Future[bool] | None = None
    ) -> Reply | None:
        """Do what was told; a form's refusal is shown in the form while that is open, else to its sender."""
        reply = None
        if kind != "form":
            # What is wrong with a form is said in it, while Slack waits.
            await self._turns.wait()
        try:
            if kind == "event":
                said = incoming.said_of(body, self._me)
                if said is not None:
                    await self._acting.say(said, self._me)
            elif (ask := ask_of(kind, body)) is not None:
                reply = await self._acting.ask(ask)
                if kind == "form" and reply.kind == "refusal":
                    self._start(self._tell_late(ask, reply, shown))
        except Exception:  # the edge: what nobody foresaw is logged, and nothing else stops for it
            log.exception("what Slack told could not be dealt with", kind=kind)
        await self._done(key)
        return reply

    async def _done(self, key: str) -> None:
        try:
            await self._inbox.done(PLATFORM, key)
        except EaselError as error:
            log.warning("what was dealt with could not be noted", problem=type(error).__name__)

    async def _tell_late(
        self, ask: incoming.Ask, reply: Reply, shown: asyncio.Future[bool] | None
    ) -> Reply | None:
        if shown is None or not await shown:
            await self._acting.tell(ask, reply)
        return None


async def _is_new(committing: asyncio.Future[bool]) -> bool:
    """Whether something is told for the first time; what could not be kept is done all the same, as it is told once."""
    try:
        return await committing
    except EaselError as error:
        log.warning("what was asked could not be kept", problem=str(error))
        return True


def ask_of(kind: Kind, body: Mapping[str, Any]) -> incoming.Ask | None:
    """Read what was asked; None for what is not ours."""
    match kind:
        case "command":
            return incoming.command_of(body)
        case "press":
            return incoming.press_of(body)
        case "shortcut":
            return incoming.shortcut_of(body)
        case "form":
            return incoming.form_of(body)
        case "event":
            return None


def bolt_app(
    settings: SlackSettings, client: AsyncWebClient, listeners: Listeners, who: AuthorizeResult
) -> AsyncApp:
    """Make the Bolt app; its answers are the acknowledgements. `who` the token is for is known already."""

    async def authorize() -> AuthorizeResult:
        # Bolt would ask Slack at the first request, and turn that one away where Slack does not answer.
        return who

    app = AsyncApp(
        signing_secret=settings.signing_secret or "",
        logger=sdk_logger(),
        client=client,
        authorize=authorize,
        request_verification_enabled=settings.app_token is None,
    )

    async def keep(req: AsyncBoltRequest, next: Callable[[], Awaitable[BoltResponse]]) -> BoltResponse:  # noqa: A002
        # Bolt would acknowledge an event before its listener runs, and answer 404 to one that nobody listens to.
        if req.body.get("type") == "event_callback":
            return BoltResponse(status=200 if await listeners.event(req.body) else 503, body="")
        return await next()

    def asks(kind: Kind) -> Callable[[dict[str, Any], AsyncAck], Awaitable[None]]:
        async def ask(body: dict[str, Any], ack: AsyncAck) -> None:
            await listeners.ask(kind, body, ack)

        return ask

    async def form(body: dict[str, Any], ack: AsyncAck) -> None:
        await listeners.form(body, ack)

    async def closed(ack: AsyncAck) -> None:
        await ack()

    async def options(ack: AsyncAck) -> None:
        # Every menu of ours has its choices in it.
        await ack(options=[])

    app.middleware(keep)
    app.command(ANY)(asks("command"))
    app.action(ANY)(asks("press"))
    app.shortcut(ANY)(asks("shortcut"))
    app.view(ANY)(form)
    app.view_closed(ANY)(closed)
    app.options(ANY)(options)
    return app


def sdk_logger() -> logging.Logger:
    """Make a logger for Slack's own packages; what they say in detail holds what people said."""
    logger = logging.getLogger("easel.slack.sdk")
    logger.setLevel(logging.ERROR)
    return logger
