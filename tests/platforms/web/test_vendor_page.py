"""Who may read the page about vendors, and which charts there are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.core.vendorsheets import Chart, Theme, VendorSheet
from bot.platforms.web.server import WebChat
from bot.platforms.web.settings import WebSettings
from tests.platforms.web.fakes import make_world

SECRET = b"a secret of thirty-two bytes ...."
PNG = b"\x89PNG\r\n\x1a\n"


class Book:
    """Knows one chart."""

    async def read(self) -> tuple[VendorSheet, ...]:
        return ()

    async def chart(self, address: str, chart: Chart, theme: Theme) -> bytes | None:
        return PNG if (address, chart, theme) == ("a/b", "days", "dark") else None


def client(folder: Path, *, is_exposed: bool) -> TestClient:  # type: ignore[type-arg]
    """Serve the web chat to this machine, or to others by invitation."""
    ports = replace(make_world(folder).ports(), vendors=Book())
    settings = WebSettings("127.0.0.1", 0, SECRET, is_exposed=is_exposed)
    return TestClient(TestServer(WebChat(settings, ports).application()))


async def test_a_stranger_sees_nothing(tmp_path: Path) -> None:
    """Where others reach the chat, the page and its charts ask for an invitation."""
    async with client(tmp_path, is_exposed=True) as stranger:
        page = await stranger.get("/vendors")
        chart = await stranger.get("/vendors/chart?model=a/b&of=days&theme=dark")

        assert (page.status, chart.status) == (401, 401)
        assert "invitation" in await page.text()


async def test_whoever_may_chat_may_read(tmp_path: Path) -> None:
    """A page without any vendor says so, and one of the charts is a picture."""
    async with client(tmp_path, is_exposed=False) as visitor:
        page = await visitor.get("/vendors")
        chart = await visitor.get("/vendors/chart?model=a/b&of=days&theme=dark")

        assert page.status == 200
        assert "No vendor is on offer." in await page.text()
        assert "no-store" in page.headers["Cache-Control"]
        assert (chart.status, await chart.read()) == (200, PNG)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "model=a/b",
        "model=a/b&of=days&theme=neon",
        "model=a/b&of=keys&theme=dark",
        "model=x&of=days&theme=dark",
    ],
)
async def test_what_is_no_chart_is_not_there(tmp_path: Path, query: str) -> None:
    """No trace, no error of ours."""
    async with client(tmp_path, is_exposed=False) as visitor:
        await visitor.get("/vendors")

        assert (await visitor.get(f"/vendors/chart?{query}")).status == 404
