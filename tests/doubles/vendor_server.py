"""A paid image vendor over HTTP that writes down, durably, whatever it was asked, drew, billed and answered.

    POST /keyed/draw   honours an `Idempotency-Key`: the same key gives the same pictures, billed once
    POST /bare/draw    knows no keys: whatever it is asked it draws and bills

A prompt with "takes 4.5 seconds" takes that long; any other takes as long as the temper says. What is being drawn is
finished and billed whether or not the asker still listens, as it is at a real vendor.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

from aiohttp import web
from PIL import Image

Kind = Literal["asked", "busy", "failed", "drawn", "replayed", "answered", "cut"]
PICTURE_NANO = 40_000_000
CHUNKS = 8
_TAKES = re.compile(r"takes ([0-9.]+) seconds")


@dataclass(frozen=True)
class Temper:
    """How the vendor behaves: its seed, how long drawing and sending take, and how often it is busy or fails."""

    seed: int = 0
    draw_seconds: tuple[float, float] = (0.1, 0.8)
    send_seconds: tuple[float, float] = (0.05, 0.4)
    busy_share: float = 0.0
    failed_share: float = 0.0


@dataclass(frozen=True)
class Entry:
    """One line of the vendor's books. `bill_nano` is not zero where money is due."""

    kind: Kind
    ask: int
    vendor: str
    call: str
    key: str | None
    prompt: str
    index: int
    bill_nano: int = 0


class Ledger:
    """The vendor's own books: a file to which lines are added, each on disk before the vendor goes on."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def note(self, entry: Entry) -> None:
        """Add an entry."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(entry)) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def entries(self) -> list[Entry]:
        """Read everything."""
        if not self._path.exists():
            return []
        return [Entry(**json.loads(line)) for line in self._path.read_text(encoding="utf-8").splitlines()]


@dataclass(frozen=True)
class Ask:
    """One request: its number, whom it was sent to, its key and what it is for."""

    number: int
    vendor: str
    key: str | None
    body: dict[str, Any]

    def entry(self, kind: Kind, bill_nano: int = 0) -> Entry:
        """Write it down as `kind`."""
        body = self.body
        place = (self.vendor, body["call"], self.key, body["prompt"], body["index"])
        return Entry(kind, self.number, *place, bill_nano=bill_nano)


@dataclass
class VendorServer:
    """The vendor. `address` is known while it is `serving`; `sending` counts answers that are on their way."""

    ledger: Ledger
    temper: Temper = field(default_factory=Temper)
    address: str = ""
    sending: int = 0

    def __post_init__(self) -> None:
        self._random = random.Random(self.temper.seed)
        self._asked = len(self.ledger.entries())
        self._drawings: dict[str, asyncio.Task[bytes]] = {}

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[VendorServer]:
        """Serve on a free port while the block runs."""
        app = web.Application()
        app.router.add_post("/{vendor:keyed|bare}/draw", self._draw)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
            yield self
        finally:
            for task in self._drawings.values():
                task.cancel()
            await runner.cleanup()

    async def _draw(self, request: web.Request) -> web.StreamResponse:
        try:
            body = await request.json()
        except ConnectionError:
            # The asker died before it had said what it wants.
            return web.Response(status=400)
        self._asked += 1
        key = request.headers.get("Idempotency-Key")
        ask = Ask(self._asked, request.match_info["vendor"], key, body)
        self.ledger.note(ask.entry("asked"))
        luck = self._random.random()
        if luck < self.temper.busy_share:
            self.ledger.note(ask.entry("busy"))
            return web.Response(status=429, headers={"Retry-After": "0.3"})
        known = ask.vendor == "keyed" and key in self._drawings
        if not known and luck < self.temper.busy_share + self.temper.failed_share:
            self.ledger.note(ask.entry("failed"))
            return web.Response(status=500)
        if known:
            self.ledger.note(ask.entry("replayed"))
        name = key if key and ask.vendor == "keyed" else f"ask {ask.number}"
        task = (
            self._drawings.setdefault(name, asyncio.create_task(self._pictures(ask))) if not known else None
        )
        return await self._send(request, ask, await asyncio.shield(task or self._drawings[name]))

    async def _pictures(self, ask: Ask) -> bytes:
        """Draw, then bill."""
        told = _TAKES.search(ask.body["prompt"])
        await asyncio.sleep(float(told[1]) if told else self._random.uniform(*self.temper.draw_seconds))
        bill = PICTURE_NANO * ask.body["count"]
        drawn = [
            noise(f"{ask.number} {n}", ask.body["width"], ask.body["height"])
            for n in range(ask.body["count"])
        ]
        self.ledger.note(ask.entry("drawn", bill))
        return json.dumps({"pictures": [b64encode(each).decode() for each in drawn], "nano": bill}).encode()

    async def _send(self, request: web.Request, ask: Ask, body: bytes) -> web.StreamResponse:
        """Send the answer slowly, in pieces."""
        pause = self._random.uniform(*self.temper.send_seconds) / CHUNKS
        response = web.StreamResponse(headers={"Content-Length": str(len(body))})
        self.sending += 1
        try:
            await response.prepare(request)
            step = len(body) // CHUNKS + 1
            for start in range(0, len(body), step):
                await response.write(body[start : start + step])
                await asyncio.sleep(pause)
            await response.write_eof()
            self.ledger.note(ask.entry("answered"))
        except ConnectionError:
            self.ledger.note(ask.entry("cut"))
        finally:
            self.sending -= 1
        return response


def noise(seed: str, width: int, height: int) -> bytes:
    """Make a PNG that exists only once and does not compress."""
    written = BytesIO()
    pixels = random.Random(seed).randbytes(width * height * 3)
    Image.frombytes("RGB", (width, height), pixels).save(written, "PNG")
    return written.getvalue()
