"""The main job in headless Chromium on a real Easel: its own process, database, files and offline vendor."""

from __future__ import annotations

import re
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser import scenario
from tests.browser.chromium import find_chromium, launched, opened
from tests.browser.running import Easel, running
from tests.browser.scenario import Chat

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
GRANT_OFTEN = """async () => {
  const { say } = await import("/static/api.js");
  for (let turn = 0; turn < 21; turn += 1) await say({ event: `grant-often-${turn}`, text: "/quota grant me 1" });
}"""
LONG_ORDER = "a very large mural --size wide-4k --count 4 --quality low"
RECOVERY_MILLISECONDS = 60_000


@pytest_asyncio.fixture
async def easel(tmp_path: Path) -> AsyncIterator[Easel]:
    """A fresh Easel without any configuration of its own."""
    find_chromium()
    async with running(tmp_path / "easel") as started:
        yield started


async def test_the_main_job_on_a_real_easel(easel: Easel, tmp_path: Path) -> None:
    """Order with a photo, edit by reply, see the credits move, again, delete, reload, cancel."""
    async with launched() as browser, opened(browser, easel.address) as watched:
        chat = Chat(watched.page)
        await expect(chat.pill).to_have_text("100 credits")
        await expect(watched.page.locator("#offline")).to_be_visible()

        result = await scenario.draw_a_lighthouse(chat, scenario.photograph(tmp_path))
        edit = await scenario.make_it_night(chat, result)
        await scenario.watch_the_credits(chat, "100 credits")
        again = await scenario.draw_again(chat, edit)
        await scenario.delete_a_picture(chat, again)
        await scenario.reload(chat)
        await chat.send(LONG_ORDER)
        await chat.send("a cat")
        await scenario.cancel(chat)
        await expect(chat.results).to_have_count(3, timeout=60_000)

        assert watched.complaints == []


@pytest.mark.slow
async def test_a_killed_easel_comes_back_to_an_open_page(easel: Easel) -> None:
    """Killed while it draws and started again, the picture appears in the page that stayed open; paid once."""
    async with launched() as browser, opened(browser, easel.address) as watched:
        chat = Chat(watched.page)
        await chat.send(LONG_ORDER)
        await expect(chat.drawing).to_have_count(1)
        await expect(chat.pill).to_contain_text("held")
        held = await chat.pill.inner_text()

        await easel.end(signal.SIGKILL)
        await expect(chat.drawing).to_have_count(1)
        await easel.start()

        await expect(chat.results).to_have_count(1, timeout=RECOVERY_MILLISECONDS)
        await expect(chat.pill).not_to_have_text(held)
        await expect(chat.pill).not_to_contain_text("held")
        await chat.pill.click()
        await expect(watched.page.locator("#statement .entries > div")).to_have_count(1)


@pytest.mark.slow
async def test_the_books_are_read_on_the_page(easel: Easel) -> None:
    """The statement has pages, its jobs lead to their receipts; a report has a chart and a table."""
    async with launched() as browser, opened(browser, easel.address) as watched:
        page, chat = watched.page, Chat(watched.page)
        lines = page.locator("#statement .entries > div")
        await chat.send("a boat")
        await chat.wait_for_results(1)
        await page.evaluate(GRANT_OFTEN)
        await chat.send("/quota report")
        await expect(page.locator(".files .chart img")).to_have_js_property("naturalWidth", 1_200)
        await expect(page.locator(".files a.button")).to_have_text(re.compile(r"easel-.*\.csv"))

        await chat.pill.click()
        await expect(lines).to_have_count(20)
        await page.get_by_role("button", name="Older").click()
        await expect(lines).to_have_count(2)
        await page.get_by_role("button", name="Receipt of #1 a boat").click()

        await expect(page.locator(".easel.said .text").last).to_contain_text("#1 cost")
        await expect(page.locator("#statement")).to_be_hidden()
        assert watched.complaints == []
