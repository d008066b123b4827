"""What the simulated vendors with tickets have in common: tasks that go on as their scene says, files, books.

A *scene* is what becomes of one order: the next one that was planned, else the one that the prompt names in brackets,
else "draws". A task is looked at `looks` times before it is done.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Literal

import aiohttp
from aiohttp import web
from PIL import Image

Outcome = Literal["draws", "refused", "fails", "cancelled", "never"]
File = Literal["whole", "cut once", "expired", "page"]
_NAMED = re.compile(r"\[([a-z0-9_]+)\]")
PAGE = "<html><head><title>502 Bad Gateway</title></head><body>cloudflare</body></html>"


@dataclass(frozen=True)
class Scene:
    """What becomes of an order. With a `status` it is not taken, unless it `is_taken` and only its answer is lost."""

    outcome: Outcome = "draws"
    looks: int = 0
    status: int = 200
    is_page: bool = False
    is_taken: bool = True
    is_hung_up: bool = False
    is_held: bool = False
    """Takes the order and answers only when the gate is open."""
    has_ticket: bool = True
    is_cut: bool = False
    fewer: int = 0
    file: File = "whole"
    trouble: tuple[int, ...] = ()
    """How the first looks are answered instead."""


SCENES: Mapping[str, Scene] = {
    "draws": Scene(),
    "slow": Scene(looks=3),
    "partial": Scene(fewer=1),
    "empty": Scene(fewer=10),
    "never": Scene("never"),
    "refused_later": Scene("refused", looks=1),
    "fails": Scene("fails"),
    "cancelled": Scene("cancelled"),
    "refused": Scene(status=400, is_taken=False),
    "rejected": Scene(status=422, is_taken=False),
    "busy": Scene(status=429, is_taken=False),
    "overloaded": Scene(status=503, is_taken=False),
    "no_credit": Scene(status=402, is_taken=False),
    "not_verified": Scene(status=403, is_taken=False),
    "model_gone": Scene(status=404, is_taken=False),
    "page_502": Scene(status=502, is_page=True),
    "page_200": Scene(is_page=True),
    "lost": Scene(is_hung_up=True),
    "held": Scene(is_held=True),
    "cut": Scene(is_cut=True),
    "no_ticket": Scene(has_ticket=False),
    "cut_file": Scene(file="cut once"),
    "expired": Scene(file="expired"),
    "no_picture": Scene(file="page"),
    "trouble": Scene(trouble=(502, 429, 401)),
}


@dataclass
class Task:
    """One order that was taken, as the vendor knows it."""

    id: str
    scene: Scene
    prompt: str
    body: Mapping[str, Any]
    size: tuple[int, int]
    count: int
    bill_nano: int
    kind: str = "PNG"
    asked: int = 0
    troubles: int = 0
    fetched: int = 0

    @property
    def is_over(self) -> bool:
        """Whether the vendor is done with it."""
        return self.scene.outcome != "never" and self.asked > self.scene.looks

    @property
    def drawn(self) -> int:
        """How many pictures it has in the end."""
        return max(0, self.count - self.scene.fewer) if self.scene.outcome == "draws" else 0


@dataclass
class TaskServer:
    """The server. `base_url` is known while it is `serving`; `bodies` are all that was asked for."""

    base_url: str = ""
    tasks: dict[str, Task] = field(default_factory=dict)
    asked: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    planned: deque[str] = field(default_factory=deque)
    root: str = ""
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    """Somebody waits at the gate."""

    @property
    def bill_nano(self) -> int:
        """What is due, in nano-dollars."""
        return sum(task.bill_nano for task in self.tasks.values())

    def plan(self, *scenes: str) -> None:
        """Play these scenes next."""
        assert set(scenes) <= set(SCENES)
        self.planned += scenes

    def scene(self, prompt: str) -> Scene:
        """Choose what becomes of an order."""
        if self.planned:
            return SCENES[self.planned.popleft()]
        named = [name for name in _NAMED.findall(prompt) if name in SCENES] or ["draws"]
        before = [task for task in self.tasks.values() if task.prompt == prompt]
        return SCENES[named[min(len(before), len(named) - 1)]]

    def add_routes(self, app: web.Application) -> None:
        """Say what is served."""
        raise NotImplementedError

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Any]:
        """Serve on a free port while the block runs."""
        app = web.Application(client_max_size=2**26)
        self.add_routes(app)
        app.router.add_get("/files/{task}/{place}", self._file)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self.root = f"http://127.0.0.1:{runner.addresses[0][1]}"
            self.base_url = self.root + self.base_path
            yield self
        finally:
            self.gate.set()
            await runner.cleanup()

    base_path = "/v1"

    def file_url(self, task: Task, place: int) -> str:
        """Say where a picture is."""
        return f"{self.root}/files/{task.id}/{place}"

    def trouble(self, task: Task) -> web.Response | None:
        """Answer a look with trouble, as often as the scene wants it."""
        if task.troubles >= len(task.scene.trouble):
            task.asked += 1
            return None
        task.troubles += 1
        return web.Response(status=task.scene.trouble[task.troubles - 1], text=PAGE, content_type="text/html")

    async def answer(
        self, request: web.Request, scene: Scene, value: Mapping[str, Any], status: int = 200
    ) -> web.StreamResponse:
        """Answer an order that was taken, as far as the scene lets it through."""
        if scene.is_held:
            self.reached.set()
            await self.gate.wait()
        if scene.is_hung_up:
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        if scene.is_page:
            return web.Response(status=scene.status, text=PAGE, content_type="text/html")
        response = web.json_response(value, status=status)
        if scene.is_cut:
            text = (response.text or "")[: len(response.text or "") // 2]
            response = web.Response(text=text, status=status, content_type="application/json")
        return response

    async def call_back(self, url: str, value: Mapping[str, Any] | bytes, **headers: str) -> int:
        """Call back, and return how that was answered."""
        async with aiohttp.ClientSession() as session:
            content = {"data": value} if isinstance(value, bytes) else {"json": value}
            async with session.post(url, headers=headers, **content) as response:
                return response.status

    async def _file(self, request: web.Request) -> web.StreamResponse:
        task = self.tasks[request.match_info["task"]]
        task.fetched += 1
        if task.scene.file == "expired":
            return web.Response(status=403, text="<Error><Code>AccessDenied</Code></Error>")
        if task.scene.file == "page":
            return web.Response(text=PAGE, content_type="text/html")
        written = BytesIO()
        colour = (int(request.match_info["place"]) * 37 % 256, len(self.tasks) * 91 % 256, 128)
        Image.new("RGB", task.size, colour).save(written, task.kind)
        response = web.StreamResponse(headers={"Content-Length": str(len(written.getvalue()))})
        await response.prepare(request)
        content = written.getvalue()
        if task.scene.file == "cut once" and task.fetched == 1:
            await response.write(content[: len(content) // 2])
            assert request.transport is not None
            request.transport.close()
            return response
        await response.write(content)
        await response.write_eof()
        return response
