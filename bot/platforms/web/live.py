"""Server-sent events: what changed in a person's chat, as it changes."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

from aiohttp import web

from bot.core.errors import Refusal
from bot.platforms.web.bodies import Card, EaselBody, shown, shown_balance
from bot.platforms.web.errors import WebError
from bot.platforms.web.ports import WebPorts
from bot.platforms.web.visitors import Visitor

HEARTBEAT_SECONDS = 15.0
REREAD_SECONDS = 2.0
"""How often we read while a job is open: another process may draw it, whose bell does not ring here."""

GATHER_SECONDS = 0.05
CHANGES_MAX = 100
STREAMS_MAX = 500
STREAMS_OF_A_PERSON_MAX = 24
"""More windows than anybody looks at; each open one reads the books whenever something changes."""

RETRY_MILLISECONDS = 2000


class Live:
    """Keeps the open streams."""

    def __init__(self, ports: WebPorts) -> None:
        self._ports = ports
        self._streams: dict[asyncio.Task[Any], str] = {}

    async def stream(self, request: web.Request, visitor: Visitor, after: int) -> web.StreamResponse:
        """Send what changes after version `after`, until the browser goes or the server stops."""
        if len(self._streams) >= STREAMS_MAX:
            raise WebError(503, "Too many people are watching right now. Reload the page in a minute.")
        if list(self._streams.values()).count(visitor.person) >= STREAMS_OF_A_PERSON_MAX:
            raise WebError(429, "Easel is open in too many windows. Close some and reload this one.")
        response = web.StreamResponse(
            headers={
                "Content-Type": "text/event-stream",
                "Cache-Control": "no-store",
                "X-Accel-Buffering": "no",
            }
        )
        task = asyncio.current_task()
        assert task is not None
        self._streams[task] = visitor.person
        try:
            await response.prepare(request)
            await self._send(response, Watch(self._ports, visitor, after))
        except (ConnectionError, asyncio.CancelledError):
            # The browser went, or the server stops; either way nobody is left to tell.
            task.uncancel()
        finally:
            self._streams.pop(task, None)
        return response

    async def stop(self) -> None:
        """End all streams, so that the server can go down at once."""
        streams = tuple(self._streams)
        for stream in streams:
            stream.cancel()
        if streams:
            await asyncio.wait(streams, timeout=REREAD_SECONDS)

    async def _send(self, response: web.StreamResponse, watch: Watch) -> None:
        await response.write(f"retry: {RETRY_MILLISECONDS}\n\n".encode())
        quiet_seconds = 0.0
        while True:
            rings = self._ports.bell.rings
            events = await watch.look()
            if events:
                await response.write(events)
                quiet_seconds = 0.0
            elif quiet_seconds >= HEARTBEAT_SECONDS:
                await response.write(b": still here\n\n")
                quiet_seconds = 0.0
            pause = REREAD_SECONDS if watch.has_open_jobs else HEARTBEAT_SECONDS
            if await self._ports.bell.wait(pause, rings):
                await asyncio.sleep(GATHER_SECONDS)
            else:
                quiet_seconds += pause


class Watch:
    """What one browser has seen so far."""

    def __init__(self, ports: WebPorts, visitor: Visitor, after: int) -> None:
        self._ports = ports
        self._person = visitor.person
        self._caller = visitor.caller("watch")
        self._version = after
        self._open: dict[str, int] | None = None
        self._seen: dict[str, Any] = {}

    @property
    def has_open_jobs(self) -> bool:
        """Whether something is being drawn, as far as this browser was told."""
        return bool(self._open)

    async def look(self) -> bytes:
        """Read again and return the events for what is new; empty when nothing is."""
        events: list[bytes] = []
        if self._open is None:
            self._open = {}
            self._note(await self._ports.chat.open(self._person))
        while changes := await self._ports.chat.changes(self._person, self._version, limit=CHANGES_MAX):
            self._note(changes)
            self._version = changes[-1].changed
            events.append(self._event("messages", [shown(message) for message in changes]))
        cards = [card.model_dump() for card in await self._cards()]
        if self._is_news("jobs", cards):
            events.append(self._event("jobs", cards))
        balance = shown_balance(await self._ports.studio.balance(self._caller))
        if self._is_news("balance", balance):
            events.append(self._event("balance", balance))
        return b"".join(events)

    def _note(self, messages: Any) -> None:
        assert self._open is not None
        for message in messages:
            number = EaselBody.model_validate_json(message.body).reply.number if message.is_open else None
            if number is None:
                self._open.pop(message.id, None)
            else:
                self._open[message.id] = number

    async def _cards(self) -> list[Card]:
        cards = []
        for number in (self._open or {}).values():
            with contextlib.suppress(Refusal):
                cards.append(Card.of(await self._ports.studio.job(number, self._caller)))
        return cards

    def _is_news(self, kind: str, content: Any) -> bool:
        if self._seen.get(kind) == content:
            return False
        is_first = kind not in self._seen
        self._seen[kind] = content
        return not (is_first and not content)

    def _event(self, kind: str, content: Any) -> bytes:
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        return f"id: {self._version}\nevent: {kind}\ndata: {text}\n\n".encode()
