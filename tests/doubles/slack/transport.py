"""How Slack reaches an app: signed HTTP requests, or envelopes over Socket Mode. Three seconds to acknowledge.

Events are tried again up to three times; commands, clicks and forms are not. Pages: "Events API", "Socket Mode",
"Verifying requests from Slack".
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlencode

import aiohttp
from aiohttp import WSMsgType, web

from tests.doubles.slack.refusals import Json
from tests.doubles.slack.state import APP_ID, World

Way = Literal["events_api", "slash_commands", "interactive"]
ACK_SECONDS = 3.0
SOCKETS_MAX = 10
SIGNING_SECRET = "5ecre7-that-0nly-th1s-mach1ne-s1gns-w1th"


@dataclass
class Delivery:
    """Something that the app is told, each try of it, and what it answered. `error` is what the person sees."""

    way: Way
    payload: Json
    tries: list[str] = field(default_factory=list)
    is_acked: bool = False
    is_over: bool = False
    answer: Any = None
    seconds: float = 0.0
    error: str = ""


@dataclass(eq=False)
class Socket:
    """One websocket of the app."""

    request: web.Request
    socket: web.WebSocketResponse
    acks: dict[str, asyncio.Future[Any]] = field(default_factory=dict)
    is_dead: bool = False


@dataclass
class Transport:
    """Delivers; with `request_url` by HTTP, else to one of the open sockets.

    `retry_seconds` are the waits before the three further tries: at once, a minute, five minutes, scaled down.
    """

    world: World
    request_url: str | None = None
    retry_seconds: tuple[float, ...] = (0.0, 0.06, 0.3)
    ack_seconds: float = ACK_SECONDS
    turned_seconds: int = 0
    """Added to the time stamp of signatures: an old one must be refused."""
    deliveries: list[Delivery] = field(default_factory=list)
    sockets: list[Socket] = field(default_factory=list)
    tickets: set[str] = field(default_factory=set)
    listeners: list[Callable[[Delivery], None]] = field(default_factory=list)
    """Called with what was acknowledged: an acknowledgement may carry an answer."""
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _turn: int = 0

    def send(self, way: Way, payload: Json) -> Delivery:
        """Begin to deliver something."""
        made = Delivery(way, payload)
        self.deliveries.append(made)
        task = asyncio.create_task(self._deliver(made))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return made

    def again(self, made: Delivery) -> Delivery:
        """Deliver the same once more, as Slack does when an acknowledgement was lost on its way."""
        return self.send(made.way, made.payload)

    async def close(self) -> None:
        """Stop delivering."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _deliver(self, made: Delivery) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        waits = (0.0, *self.retry_seconds) if made.way == "events_api" else (0.0,)
        reason = ""
        for number, wait in enumerate(waits):
            if wait:
                await asyncio.sleep(wait)
            reason = await self._try(made, number, reason)
            made.tries.append(reason or "ok")
            if reason in {"", "no_retry"}:
                break
        made.is_acked, made.is_over, made.seconds = not reason, True, loop.time() - began
        if reason and made.way != "events_api":
            made.error = "operation_timeout" if reason == "http_timeout" else "dispatch_failed"
        if not reason:
            for listener in self.listeners:
                listener(made)
        self.world.changes.tell()

    async def _try(self, made: Delivery, number: int, reason: str) -> str:
        """Try once; returns why it failed, or nothing."""
        try:
            async with asyncio.timeout(self.ack_seconds):
                if self.request_url is not None:
                    return await self._by_http(made, number, reason, self.request_url)
                return await self._by_socket(made, number, reason)
        except TimeoutError:
            return "http_timeout"
        except (aiohttp.ClientError, OSError):
            return "connection_failed"

    async def _by_http(self, made: Delivery, number: int, reason: str, url: str) -> str:
        if made.way == "events_api":
            mime, body = "application/json", json.dumps(made.payload)
        else:
            form = made.payload if made.way == "slash_commands" else {"payload": json.dumps(made.payload)}
            mime, body = "application/x-www-form-urlencoded", urlencode(form)
        headers = {"Content-Type": mime, "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)"}
        headers |= signature(body, self.world.clock.now_ms() // 1000 + self.turned_seconds)
        if number:
            headers |= {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason}
        async with (
            aiohttp.ClientSession() as session,
            session.post(url, data=body.encode(), headers=headers) as got,
        ):
            text = await got.text()
            if got.status != 200:
                return "no_retry" if got.headers.get("X-Slack-No-Retry") == "1" else "http_error"
            made.answer = (
                json.loads(text) if got.content_type == "application/json" and text else text or None
            )
            return ""

    async def _by_socket(self, made: Delivery, number: int, reason: str) -> str:
        open_ones = [each for each in self.sockets if not each.socket.closed]
        if not open_ones:
            return "connection_failed"
        self._turn += 1
        chosen = open_ones[self._turn % len(open_ones)]
        envelope = {
            "envelope_id": secrets.token_hex(16),
            "type": made.way,
            "accepts_response_payload": made.way != "events_api",
            "payload": made.payload,
        }
        if made.way == "events_api":
            envelope |= {"retry_attempt": number, "retry_reason": reason}
        acked = chosen.acks[str(envelope["envelope_id"])] = asyncio.get_running_loop().create_future()
        if not chosen.is_dead:
            await chosen.socket.send_json(envelope)
        made.answer = await acked
        return ""

    def open_ticket(self) -> str:
        """Make the address of a new socket."""
        ticket = secrets.token_hex(16)
        self.tickets.add(ticket)
        return f"{self.world.url.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={APP_ID}"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Hold one socket."""
        ticket = request.query.get("ticket", "")
        if ticket not in self.tickets or len(self.sockets) >= SOCKETS_MAX:
            return web.Response(status=408 if ticket not in self.tickets else 429)
        self.tickets.discard(ticket)
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        mine = Socket(request, socket)
        self.sockets.append(mine)
        hello = {
            "type": "hello",
            "num_connections": len(self.sockets),
            "debug_info": {"host": "applink-double", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": APP_ID},
        }
        try:
            await socket.send_json(hello)
            self.world.changes.tell()
            async for message in socket:
                if mine.is_dead:
                    continue
                if message.type is WSMsgType.PING:
                    await socket.pong(message.data)
                elif message.type is WSMsgType.TEXT:
                    self._heard(mine, json.loads(message.data))
        except ConnectionError:
            pass
        finally:
            self.sockets.remove(mine)
            self.world.changes.tell()
        return socket

    @staticmethod
    def _heard(mine: Socket, said: Json) -> None:
        waiting = mine.acks.pop(said.get("envelope_id", ""), None)
        if waiting is not None and not waiting.done():
            waiting.set_result(said.get("payload"))

    async def disconnect(self, reason: Literal["warning", "refresh_requested", "link_disabled"]) -> None:
        """Announce the end of every socket; all but a warning also end it."""
        for each in tuple(self.sockets):
            await each.socket.send_json(
                {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-double"}}
            )
            if reason != "warning":
                await each.socket.close()

    def deaden(self) -> None:
        """Let the present sockets stay open and never say anything again."""
        for each in self.sockets:
            each.is_dead = True

    def cut(self) -> None:
        """Cut every socket without a word."""
        for each in self.sockets:
            if each.request.transport is not None:
                each.request.transport.abort()


def signature(body: str, timestamp: int) -> dict[str, str]:
    """Sign a request as Slack does."""
    base = f"v0:{timestamp}:{body}".encode()
    mark = hmac.new(SIGNING_SECRET.encode(), base, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(timestamp), "X-Slack-Signature": f"v0={mark}"}
