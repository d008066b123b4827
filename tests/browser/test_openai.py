"""The page of a real Easel that draws at a simulated OpenAI: pictures on their way, and every kind of failure."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.chromium import Watched, find_chromium, launched, opened
from tests.browser.running import Easel, running
from tests.browser.scenario import Chat
from tests.doubles.openai_simulator import KEY, OpenAISimulator

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

SENTENCES = {
    "blocked_input": "safety check did not accept the words or pictures of #{number}. Nothing was charged.",
    "page_502": "We cannot know whether #{number} was drawn, so it is not tried again by itself. You were not charged.",
    "overloaded_briefly": "was too busy, so #{number} was not drawn. Nothing was charged.",
    "wrong_key": "does not accept our account, so #{number} was not drawn. Nothing was charged.",
}
"""What people read when the vendor does this; after a key that it does not accept, it is not asked for a while."""

BUTTONS = [re.compile(r"Try again · [0-9.]+"), re.compile("Change words")]


@pytest_asyncio.fixture
async def simulator() -> AsyncIterator[OpenAISimulator]:
    """A simulated OpenAI."""
    async with OpenAISimulator().serving() as serving:
        yield serving


@pytest_asyncio.fixture
async def easel(tmp_path: Path, simulator: OpenAISimulator) -> AsyncIterator[Easel]:
    """An Easel that draws there."""
    find_chromium()
    variables = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": simulator.base_url, "EASEL_DRAIN_SECONDS": "0"}
    async with running(tmp_path / "easel", variables) as started:
        yield started


@pytest_asyncio.fixture
async def watched(easel: Easel) -> AsyncIterator[Watched]:
    """The page; complaints of its console fail the test."""
    async with launched() as browser, opened(browser, easel.address) as page:
        yield page
        assert page.complaints == []


async def test_a_picture_is_seen_while_it_is_drawn(watched: Watched, simulator: OpenAISimulator) -> None:
    """What the vendor sends on the way is shown, and the whole picture takes its place."""
    chat = Chat(watched.page)
    unfinished = chat.drawing.locator(".drawing img.partial")
    await chat.send("a lighthouse [half_held]")
    await expect(unfinished).to_have_js_property("naturalWidth", 1024, timeout=15_000)
    await expect(unfinished).to_be_visible()
    await expect(chat.results).to_have_count(0)

    simulator.gate.set()

    await chat.wait_for_results(1)
    await expect(watched.page.locator("img.partial")).to_have_count(0)
    assert len(simulator.books) == 1


@pytest.mark.slow
async def test_every_kind_of_failure_is_told_calmly(watched: Watched, easel: Easel) -> None:
    """One sentence that says what happened and that nothing was charged, and two ways on."""
    chat = Chat(watched.page)
    await expect(chat.pill).to_have_text("100 credits")
    for number, (scene, sentence) in enumerate(SENTENCES.items(), start=1):
        await chat.send(f"a lighthouse [{scene}]")
        if scene == "overloaded_briefly":
            await be_done_waiting(easel)
        failure = chat.failures.nth(number - 1)
        await expect(failure).to_contain_text(sentence.format(number=number), timeout=15_000)
        buttons = failure.locator(".buttons").get_by_role("button")
        await expect(buttons).to_have_text(BUTTONS)

    await expect(chat.pill).to_have_text("100 credits")


async def be_done_waiting(easel: Easel) -> None:
    """Let half an hour pass for the job that the vendor has no time for."""
    with closing(sqlite3.connect(easel.folder / "data" / "easel.db", timeout=10)) as database:
        while not database.execute("SELECT 1 FROM calls WHERE reason = 'busy'").fetchall():  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.02)
        with database:
            database.execute("UPDATE jobs SET wait_until = created WHERE ended IS NULL")
