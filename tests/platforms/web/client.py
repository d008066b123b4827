"""Asks the web chat what a browser would ask."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientResponse, CookieJar, FormData
from aiohttp.test_utils import TestClient, TestServer
from PIL import Image

from bot.platforms.web.server import WebChat

EVENT = "event-0001"


def png(width: int = 40, height: int = 30) -> bytes:
    """Return a small picture."""
    written = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(written, "PNG")
    return written.getvalue()


@dataclass
class Browser:
    """One browser with its own cookies."""

    client: TestClient[Any, Any]

    @property
    def headers(self) -> dict[str, str]:
        """What our page sends with everything that acts."""
        return {
            "X-Easel": "1",
            "Origin": str(self.client.make_url("")).rstrip("/"),
            "Sec-Fetch-Site": "same-origin",
        }

    async def open(self) -> ClientResponse:
        """Open the page, which starts a session."""
        return await self.client.get("/")

    async def get(self, path: str, **headers: str) -> ClientResponse:
        """Ask for something."""
        return await self.client.get(path, headers=headers)

    async def feed(self, query: str = "") -> Any:
        """Return the conversation."""
        return await (await self.client.get(f"/api/feed{query}")).json()

    async def say(
        self, text: str, *, files: Sequence[bytes] = (), event: str = EVENT, **fields: str
    ) -> ClientResponse:
        """Send a line with files."""
        form = FormData(default_to_multipart=True)
        for name, value in {"text": text, "event": event, **fields}.items():
            form.add_field(name, value)
        for number, content in enumerate(files):
            form.add_field("files", content, filename=f"photo{number}.png", content_type="image/png")
        return await self.client.post("/api/messages", data=form, headers=self.headers)

    async def press(self, act: str, *, event: str = "press-0001", **fields: str) -> ClientResponse:
        """Press a button."""
        body = {"act": act, "event": event, **fields}
        return await self.client.post("/api/press", json=body, headers=self.headers)

    async def order(self, text: str = "a cat", *, event: str = EVENT, **fields: str) -> Any:
        """Send a line and return the message of its job."""
        answer = await (await self.say(text, files=(), event=event, **fields)).json()
        return answer["messages"][1]


@asynccontextmanager
async def browsing(chat: WebChat, *, headers: Mapping[str, str] | None = None) -> AsyncIterator[Browser]:
    """Serve the chat and give a browser without a session."""
    server = TestServer(chat.application())
    jar = CookieJar(unsafe=True)
    async with TestClient(server, cookie_jar=jar, headers=headers) as client:
        yield Browser(client)


@dataclass
class Stream:
    """Reads server-sent events."""

    response: ClientResponse

    async def next(self) -> tuple[str, Any, int]:
        """Return the next event: its kind, its content and its id."""
        fields: dict[str, str] = {}
        while True:
            line = (await self.response.content.readline()).decode().rstrip("\n")
            if not line and "data" in fields:
                return fields["event"], json.loads(fields["data"]), int(fields["id"])
            name, _, value = line.partition(": ")
            fields[name] = value

    async def until(self, kind: str) -> Any:
        """Return the content of the next event of this kind."""
        while True:
            found, content, _ = await self.next()
            if found == kind:
                return content
