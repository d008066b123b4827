"""What went over the wire, request by request, and faults on order: for every double that speaks HTTP."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import BodyPartReader, web

from tests.doubles.clock import Changes

Kind = Literal["cut_before", "cut_after", "cut_within", "answer", "hold_before", "hold_after"]
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Sent:
    """A file of a multipart request."""

    name: str
    mime: str
    data: bytes


@dataclass
class Exchange:
    """One request and what became of it. `body` is its JSON, also that beside the files of a form, else None."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any = None
    raw: bytes = b""
    fields: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Sent] = field(default_factory=dict)
    size_bytes: int = 0
    status: int = 0
    answer: Any = None
    is_applied: bool = False
    fault: Kind | None = None


@dataclass(frozen=True)
class Told:
    """An answer that a test dictates."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Fault:
    """Something that goes wrong with the next `times` requests of this method whose path matches.

    cut_before   the connection ends, nothing was done          hold_before  waits for `let_go`, then is done
    cut_after    it was done, the connection ends               hold_after   is done, the answer waits for `let_go`
    cut_within   it was done, half of the answer arrives        answer       nothing is done, `told` is answered

    `reached` says that a request is held, `gone` that its client hung up: then `hold_before` was never done.
    """

    kind: Kind
    method: str
    path: str
    times: int = 1
    told: Told = field(default_factory=lambda: Told(500))
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    _gate: asyncio.Event = field(default_factory=asyncio.Event)

    def let_go(self) -> None:
        """Let what is held go on."""
        self._gate.set()

    async def passed(self) -> None:
        """Stand at the gate; a client that hangs up cancels this."""
        self.reached.set()
        try:
            await self._gate.wait()
        except asyncio.CancelledError:
            self.gone.set()
            raise

    def takes(self, exchange: Exchange) -> bool:
        """Tell whether this request is hit; count it."""
        is_hit = (
            self.times > 0
            and exchange.method == self.method
            and re.fullmatch(self.path.replace("*", "[^/]+"), exchange.path) is not None
        )
        self.times -= is_hit
        return is_hit


@dataclass
class Wire:
    """Every exchange so far, in the order of arrival, and the faults that wait for theirs."""

    exchanges: list[Exchange] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    bugs: list[Exception] = field(default_factory=list)
    changes: Changes = field(default_factory=Changes)
    """Told of every request that was answered."""

    def plan(self, kind: Kind, method: str, path: str, *, times: int = 1, told: Told | None = None) -> Fault:
        """Order a fault; in `path`, * is one segment."""
        fault = Fault(kind, method, path, times, told or Told(500))
        self.faults.append(fault)
        return fault

    def asked(self, method: str, path: str) -> list[Exchange]:
        """Return the requests of this method and path; in `path`, * is one segment."""
        pattern = re.compile(path.replace("*", "[^/]+"))
        return [each for each in self.exchanges if each.method == method and pattern.fullmatch(each.path)]

    def check(self) -> None:
        """Fail if the double itself broke over a request."""
        if self.bugs:
            raise ExceptionGroup("the double broke", self.bugs)

    def let_all_go(self) -> None:
        """Hold nothing any more."""
        for fault in self.faults:
            fault.let_go()

    async def carry(
        self,
        request: web.Request,
        path: str,
        answered: Callable[[Exchange], web.StreamResponse | Awaitable[web.StreamResponse]],
    ) -> web.StreamResponse:
        """Read and note a request, let it be `answered`, and let go wrong what was ordered."""
        exchange = await read(request, path)
        self.exchanges.append(exchange)
        fault = next((each for each in self.faults if each.takes(exchange)), None)
        exchange.fault = kind = fault.kind if fault else None
        if fault is not None and kind == "answer":
            fault.reached.set()
            exchange.status = fault.told.status
            self.changes.tell()
            return web.Response(status=fault.told.status, body=fault.told.body, headers=fault.told.headers)
        if fault is not None and kind == "hold_before":
            await fault.passed()
        if kind == "cut_before":
            return _cut(request)
        try:
            answer = answered(exchange)
            response = answer if isinstance(answer, web.StreamResponse) else await answer
        except Exception as bug:
            self.bugs.append(bug)
            raise
        exchange.status, exchange.is_applied = response.status, True
        exchange.answer = _spoken(response)
        self.changes.tell()
        if fault is not None and kind == "hold_after":
            await fault.passed()
        if kind == "cut_after":
            return _cut(request)
        if kind == "cut_within" and isinstance(response, web.Response):
            return await _halve(request, response)
        return response


async def read(request: web.Request, path: str) -> Exchange:
    """Read a request whole."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    exchange = Exchange(request.method, path, dict(request.query), headers)
    mime = request.content_type
    if mime == "multipart/form-data":
        await _read_parts(request, exchange)
        return exchange
    exchange.raw = await request.read()
    exchange.size_bytes = len(exchange.raw)
    if mime == FORM:
        exchange.fields = {name: str(value) for name, value in (await request.post()).items()}
    elif mime == "application/json":
        exchange.body = _decoded(exchange.raw)
    return exchange


def _decoded(text: bytes | str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


async def _read_parts(request: web.Request, exchange: Exchange) -> None:
    fields: dict[str, str] = {}
    files: dict[str, Sent] = {}
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        data = bytes(await part.read(decode=True))
        name = part.name or ""
        if part.filename is None:
            fields[name] = data.decode()
        else:
            files[name] = Sent(part.filename, part.headers.get("Content-Type", ""), data)
        exchange.size_bytes += len(data)
    exchange.fields, exchange.files = fields, files
    exchange.body = _decoded(fields.get("payload_json", ""))


def _spoken(response: web.StreamResponse) -> Any:
    """Return the JSON of an answer, if it is any."""
    if isinstance(response, web.Response) and isinstance(response.body, bytes):
        if response.content_type == "application/json":
            return json.loads(response.body or b"null")
        return response.body
    return None


def _cut(request: web.Request) -> web.StreamResponse:
    """End the connection without a word."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _halve(request: web.Request, response: web.Response) -> web.StreamResponse:
    """Promise the whole answer, send half of it and end the connection."""
    body = response.body
    assert isinstance(body, bytes)
    headers = {**response.headers, "Content-Length": str(len(body))}
    halved = web.StreamResponse(status=response.status, headers=headers)
    await halved.prepare(request)
    await halved.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return halved
