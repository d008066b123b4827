"""One person's browser: keeps its cookies and asks again, with the same event, when the server went away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import httpx2

from tests.kill.easel import Easel

AGAIN_SECONDS = 0.05
NO_FILES: Mapping[str, bytes] = MappingProxyType({})


@dataclass(frozen=True)
class Chat:
    """A browser in front of Easel."""

    easel: Easel
    client: httpx2.AsyncClient

    async def say(self, event: str, line: str, files: Mapping[str, bytes] = NO_FILES) -> Any:
        """Send a line, with files by their names, until it is answered; returns what the page gets."""
        fields = {"event": (None, event), "text": (None, line)}
        parts = [*fields.items(), *(("files", each) for each in files.items())]
        return await self._until_answered("/api/messages", files=parts)

    async def press(self, event: str, act: str, **fields: str) -> Any:
        """Press a button until it is answered."""
        return await self._until_answered("/api/press", json={"event": event, "act": act, **fields})

    async def get(self, path: str) -> httpx2.Response:
        """Ask for something once."""
        return await self.client.get(await self.easel.address() + path)

    async def feed(self) -> list[dict[str, Any]]:
        """Read the whole conversation, oldest message first."""
        messages: list[dict[str, Any]] = []
        before = ""
        while True:
            answer = (await self.get(f"/api/feed{before}")).raise_for_status().json()
            messages = answer["messages"] + messages
            if not answer["has_earlier"]:
                return messages
            before = f"?before={messages[0]['seq']}"

    async def _until_answered(self, path: str, **content: Any) -> Any:
        while True:
            address = await self.easel.address()
            try:
                if not self.client.cookies:
                    await self.client.get(address)
                headers = {"Origin": address, "X-Easel": "1", "Sec-Fetch-Site": "same-origin"}
                response = await self.client.post(address + path, headers=headers, **content)
            except httpx2.TransportError:
                await asyncio.sleep(AGAIN_SECONDS)
            else:
                assert response.status_code == 200, f"{response.status_code} {response.text}"
                return response.json()


@asynccontextmanager
async def chatting(easel: Easel) -> AsyncIterator[Chat]:
    """Give a browser without a session."""
    async with httpx2.AsyncClient(trust_env=False, timeout=20, verify=False) as client:
        yield Chat(easel, client)
