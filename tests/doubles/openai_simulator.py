"""OpenAI's Images API on this machine, for tests: it checks, draws, streams, fails and bills as documented.

    POST /v1/images/generations   JSON
    POST /v1/images/edits         multipart/form-data
    GET  /files/<number>          a picture that an answer only named

What it does with a request is a *scene*: the next one that was planned, else the one that the prompt names in brackets
(of several each time the next, and the last stays), else "draws". Every request is in its books, with what it was
asked, which scene was played and what is due for it.
"""

from __future__ import annotations

import asyncio
import re
import zlib
from base64 import b64encode
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from aiohttp import web
from PIL import Image

from tests.doubles.openai_requests import Refused, Wanted, read
from tests.doubles.openai_scenes import SCENES, Scene, Usage, document, literal, usage_of

KEY = "sk-simulated"
BODY_BYTES_MAX = 2**30
WRITE_BYTES = 256 * 1024
AT_GATE = b""
_NAMED = re.compile(r"\[([a-z0-9_]+)\]")


@dataclass(frozen=True)
class Asked:
    """One line of the books."""

    path: str
    headers: dict[str, str]
    wanted: Wanted | None
    scene: str
    bill_nano: int


@dataclass
class OpenAISimulator:
    """The server. `base_url` is known while it is `serving`; `gate` lets held answers go, `reached` says one waits."""

    base_url: str = ""
    books: list[Asked] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    rates: tuple[int, int, int] = (5_000, 8_000, 30_000)
    """Nano-dollars for a token of text in, of a picture in, and out."""
    kind: str = "png"
    """In what format it draws where the request does not say."""
    usage: Usage | None = None
    """How usage is told, where the scene says nothing else."""

    def __post_init__(self) -> None:
        self._planned: deque[str] = deque()
        self._files: list[bytes] = []
        self._drawn = 0

    def plan(self, *scenes: str) -> None:
        """Play these scenes next, in this order."""
        assert set(scenes) <= set(SCENES)
        self._planned += scenes

    @property
    def bill_nano(self) -> int:
        """What is due for everything so far, in nano-dollars."""
        return sum(line.bill_nano for line in self.books)

    @property
    def last(self) -> Wanted:
        """What the last request wanted."""
        found = self.books[-1].wanted
        assert found is not None
        return found

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[OpenAISimulator]:
        """Serve on a free port while the block runs."""
        app = web.Application(client_max_size=BODY_BYTES_MAX)
        app.router.add_post("/v1/images/generations", self._generate)
        app.router.add_post("/v1/images/edits", self._edit)
        app.router.add_get("/files/{number}", self._file)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
            yield self
        finally:
            self.gate.set()
            await runner.cleanup()

    async def _generate(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, is_edit=False)

    async def _edit(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, is_edit=True)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        picture = self._files[int(request.match_info["number"])]
        if not picture:
            return web.Response(status=403, text="<Error><Code>AccessDenied</Code></Error>")
        return web.Response(body=picture, content_type="image/png")

    async def _answer(self, request: web.Request, *, is_edit: bool) -> web.StreamResponse:
        try:
            if request.headers.get("Authorization") != f"Bearer {KEY}":
                raise Refused(401, "invalid_api_key", "Incorrect API key provided.")
            wanted = await self.read(request, is_edit=is_edit)
        except Refused as refused:
            self._note(request, None, "refused", 0)
            return self.told(refused)
        name = self._scene_of(wanted)
        scene = SCENES[name]
        draws = scene.bills or (scene.error is None and scene.page is None)
        self._note(request, wanted, name, self.bill_of(wanted) if draws else 0)
        if scene.is_held:
            await self._stand_at_gate()
        if scene.is_hung_up:
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        if scene.page is not None:
            headers = {"Content-Type": "text/html", **scene.headers}
            return web.Response(status=scene.status, headers=headers, body=scene.page.encode())
        if scene.error is not None and scene.ending != "error":
            return _told(scene.status, scene.error, scene.headers)
        if wanted.fields.get("stream") and not scene.is_one_piece:
            return await self._send(request, scene, "text/event-stream", self._events(wanted, scene))
        return await self._send(request, scene, "application/json", self._whole(wanted, scene))

    async def read(self, request: web.Request, *, is_edit: bool) -> Wanted:
        """Understand a request; raises Refused."""
        return await read(request, is_edit=is_edit)

    def told(self, refused: Refused) -> web.Response:
        """Answer a request that it does not take."""
        return _told(refused.status, dict(refused.error), {})

    def bill_of(self, wanted: Wanted) -> int:
        """Say what the whole answer costs, in nano-dollars."""
        tokens = (*wanted.input_tokens, wanted.output_tokens)
        return sum(number * rate for number, rate in zip(tokens, self.rates, strict=True))

    def _scene_of(self, wanted: Wanted) -> str:
        if self._planned:
            return self._planned.popleft()
        prompt = str(wanted.fields["prompt"])
        named: list[str] = [name for name in _NAMED.findall(prompt) if name in SCENES] or ["draws"]
        before = [line for line in self.books if line.wanted and line.wanted.fields["prompt"] == prompt]
        return named[min(len(before), len(named) - 1)]

    async def _stand_at_gate(self) -> None:
        self.reached.set()
        await self.gate.wait()

    def _note(self, request: web.Request, wanted: Wanted | None, scene: str, bill_nano: int) -> None:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.books.append(Asked(request.path, headers, wanted, scene, bill_nano))

    def _whole(self, wanted: Wanted, scene: Scene) -> Iterator[bytes]:
        """Answer in one document."""
        count = 0 if scene.is_empty else wanted.count + scene.extra
        items = [self._holder(wanted, scene) for _ in range(count)]
        style = self.usage if self.usage and scene.usage == "usual" else scene.usage
        usage = usage_of(style, *wanted.input_tokens, 0 if scene.is_empty else wanted.output_tokens)
        fields = {"created": 1_795_000_000, "output_format": wanted.fields.get("output_format", "png")}
        if usage is not None:
            fields["usage"] = usage
        if scene.served_by is not None:
            fields["model"] = scene.served_by
        yield document(fields, {"data": b"[" + b", ".join(items) + b"]"}, is_first=scene.usage != "first")

    def _events(self, wanted: Wanted, scene: Scene) -> Iterator[bytes]:
        """Answer in events: partial pictures, then the whole one."""
        kind = "image_edit" if wanted.is_edit else "image_generation"
        for number in range(min(wanted.partials, scene.partials_max)):
            picture = literal(b64encode(self._picture(wanted, scene)).decode(), scene.text)
            yield _event(f"{kind}.partial_image", {"partial_image_index": number}, {"b64_json": picture})
        match scene.ending:
            case "silent":
                return
            case "error":
                assert scene.error is not None
                yield _event("error", {"error": scene.error}, {})
                return
        usage = usage_of(scene.usage, *wanted.input_tokens, wanted.output_tokens)
        picture = literal(b64encode(self._picture(wanted, scene)).decode(), scene.text)
        yield _event(f"{kind}.completed", {"usage": usage} if usage else {}, {"b64_json": picture})

    def _holder(self, wanted: Wanted, scene: Scene) -> bytes:
        picture = self._picture(wanted, scene)
        if not scene.is_linked:
            return b'{"b64_json": %s}' % literal(b64encode(picture).decode(), scene.text)
        self._files.append(b"" if scene.is_expired else picture)
        return document({"url": self.base_url.replace("/v1", f"/files/{len(self._files) - 1}")}, {})

    def _picture(self, wanted: Wanted, scene: Scene) -> bytes:
        """Draw: every picture has another colour."""
        self._drawn += 1
        is_clear = wanted.fields.get("background") == "transparent"
        colour = (self._drawn * 37 % 256, self._drawn * 91 % 256, 128, *((0,) if is_clear else ()))
        written = BytesIO()
        Image.new("RGBA" if is_clear else "RGB", wanted.size, colour).save(
            written, str(wanted.fields.get("output_format", self.kind))
        )
        drawn = written.getvalue()
        return _weighted(drawn, scene.picture_bytes) if scene.picture_bytes else drawn

    async def _send(
        self, request: web.Request, scene: Scene, mime: str, parts: Iterator[bytes]
    ) -> web.StreamResponse:
        """Send part after part; a cut answer ends within its last."""
        headers = {"Content-Type": mime, "x-request-id": f"req_{len(self.books)}"}
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        for part in _halved(parts) if scene.is_half_held else parts:
            if part == AT_GATE:
                await self._stand_at_gate()
            end = len(part) * 2 // 3 if scene.ending == "cut" else len(part)
            for start in range(0, end, WRITE_BYTES):
                await response.write(part[start : min(start + WRITE_BYTES, end)])
            if scene.ending == "cut":
                assert request.transport is not None
                request.transport.close()
                return response
        await response.write_eof()
        return response


def _told(status: int, error: Any, headers: Any) -> web.Response:
    return web.json_response(
        {"error": dict(error)}, status=status, headers={"x-request-id": "req_told", **headers}
    )


def _halved(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Wait at the gate in the middle of the last part."""
    *earlier, last = parts
    yield from (*earlier, last[: len(last) // 2], AT_GATE, last[len(last) // 2 :])


def _event(kind: str, fields: dict[str, Any], raw: dict[str, bytes]) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (
        kind.encode(),
        document({"type": kind, **fields}, raw, is_first=False),
    )


def _weighted(png: bytes, size_bytes: int) -> bytes:
    """Make a PNG heavy by a chunk that nobody reads."""
    body = b"eaSl" + (b"%0999d" % size_bytes) * (size_bytes // 999)
    chunk = (len(body) - 4).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")
    end = png.rindex(b"IEND") - 4
    return png[:end] + chunk + png[end:]
