"""What an admin reads and decides about money in the web chat: somebody's jobs, reports, lost jobs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import func, select

from bot.app import App, now
from bot.app import build as build_app
from bot.storage.schema import jobs
from bot.storage.transaction import Tx
from bot.webapp import invite
from config import load
from tests.doubles.openai_simulator import OpenAISimulator
from tests.flows.test_rights_elsewhere import EXPOSED, Page
from tests.platforms.losing import ID, arrive_late
from tests.platforms.vendors import vendor_settings
from tests.ports import free_port


@pytest.fixture
async def chat(tmp_path: Path) -> AsyncIterator[tuple[App, Page, Page]]:
    """Easel with a vendor that loses three of four calls, and the pages of Ann and of Opal, who runs it."""
    async with OpenAISimulator().serving() as vendor:
        vendor.plan("draws", "cut", "cut", "cut")
        port = free_port()
        environ = {**EXPOSED, **vendor_settings(vendor, tmp_path), "PORT": str(port)}
        config = load({**environ, "EASEL_DATA_DIR": str(tmp_path / "data")})
        async with (
            build_app(config) as app,
            app.running(),
            httpx2.AsyncClient(trust_env=False) as one,
            httpx2.AsyncClient(trust_env=False) as other,
        ):
            ann, opal = Page(one, f"http://127.0.0.1:{port}"), Page(other, f"http://127.0.0.1:{port}")
            await ann.join(invite(config, "Ann", now=now()))
            await opal.join(invite(config, "Opal", now=now()))
            for number, words in enumerate(("a fox", "a lighthouse", "a harbour", "a heron"), start=1):
                await ann.say(words)
                await _all_ended(app, number)
            assert await app.stores.database.write(arrive_late, 4, now=now())
            yield app, ann, opal


async def test_an_admin_sees_decides_and_reports(chat: tuple[App, Page, Page]) -> None:
    """Jobs that open by their number; Charge, Forgive and Deliver by their buttons, each once; a report of it all."""
    _, ann, opal = chat
    shown = answer_of(await opal.say("/quota show Ann"))
    lost = answer_of(await opal.say("/quota lost"))
    buttons = {each["label"].split()[0] + each["act"]: each for each in lost["buttons"]}

    said = [await press(opal, buttons[key]) for key in ("#2charge", "#3forgive", "#4deliver", "#4charge")]
    async with asyncio.timeout(20):
        while ID not in await ann.text("/api/feed"):  # noqa: ASYNC110 - the page would hear a bell
            await asyncio.sleep(0.02)
    report = answer_of(await opal.say("/quota report"))

    rows = {row["label"]: row for row in shown["rows"]}
    assert {"Plan", "Allowance", "Held", "Spent", "#1"} <= rows.keys()
    assert [rows[f"#{n}"]["job"] for n in (1, 2, 3, 4)] == [1, 2, 3, 4]
    assert "credits" in rows["#1"]["value"]
    assert "keep" in said[0]
    assert "the caps have" in said[1]
    assert "came late, free" in said[2]
    assert "decided before" in said[3] or "delivered free" in said[3]
    assert {row["label"]: row["value"] for row in report["rows"]}["Pictures"].startswith("2")
    assert [file["mime"] for file in report["files"]] == ["image/png", "text/csv"]


def answer_of(said: str) -> dict[str, Any]:
    """Return what Easel answered to a line."""
    answer: dict[str, Any] = json.loads(said)["messages"][1]
    return answer


async def press(page: Page, button: dict[str, Any]) -> str:
    """Press a button as the page does."""
    given = {name: button[name] for name in ("job", "picture", "words") if button[name] is not None}
    return await page.press(button["act"], **given)


async def _all_ended(app: App, number: int) -> None:
    """Wait until so many orders have ended."""
    async with asyncio.timeout(20):
        while await app.stores.database.read(_ended) < number:  # noqa: ASYNC110 - tables ring no bell
            await asyncio.sleep(0.01)


def _ended(db: Tx) -> int:
    return db.execute(select(func.count()).where(jobs.c.ended.is_not(None))).scalar_one()
