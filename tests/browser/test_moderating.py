"""Reports on the page: a hidden picture, and what becomes of a real one between three people."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from bot.core.replies import Button, Reply
from bot.platforms.web.server import WebChat
from bot.platforms.web.settings import WebSettings
from tests.browser.chromium import PHONE, launched, opened
from tests.browser.running import ROOT, Easel
from tests.browser.scenario import Chat
from tests.doubles.clock import PATIENCE_SECONDS
from tests.platforms.web.fakes import make_world
from tests.ports import free_port

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
SECRET = b"a secret of thirty-two bytes ...."
TWO_AT_ONCE = """async (job) => {
  const { press } = await import("/static/api.js");
  const pressed = (event) => press({ event, act: "again", job, words: "1" });
  const both = await Promise.all([pressed("tap-number-1"), pressed("tap-number-2")]);
  return both.map((each) => each.messages[0].text).sort();
}"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """Headless Chromium, one for all of these tests; each gets a fresh profile."""
    async with launched() as chromium:
        yield chromium


async def test_a_hidden_picture_is_fetched_when_somebody_asks_for_it(
    browser: Browser, tmp_path: Path
) -> None:
    """With the keyboard too, on a phone; Report stands under pictures of others, not under one's own."""
    world = make_world(tmp_path)
    world.front.draws_after_seconds = 0.05
    web = WebChat(WebSettings("127.0.0.1", 0, SECRET), world.ports())
    world.front.deliver = web.deliver
    async with web.serving() as address, opened(browser, address, viewport=PHONE) as watched:
        chat, page = Chat(watched.page), watched.page
        await chat.send("a cat")
        result = await chat.wait_for_results(1)
        drawn = world.studio.jobs[1].pictures
        report = Button(act="report", label="Report", picture=drawn[0].id)
        world.front.answer = Reply(
            kind="info",
            text="#1 was reported.",
            pictures=drawn,
            buttons=(report,),
            private=True,
            spoiler=True,
        )
        fetched: list[str] = []
        page.on("request", lambda request: fetched.append(request.url))

        await chat.send("/easel reports")
        asked = page.locator('article[data-kind="info"]')
        cover = asked.get_by_role("button", name="Show hidden picture 1")
        await expect(cover).to_contain_text("Hidden picture")
        await expect(asked.locator("img")).to_have_count(0)
        assert not any("/pictures/" in url for url in fetched)
        await cover.focus()
        await page.keyboard.press("Enter")

        await expect(asked.locator("img")).to_have_js_property("complete", value=True)
        await expect(asked.get_by_role("button", name="Report")).to_be_visible()
        await expect(result.get_by_role("button", name="Report")).to_have_count(0)
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert watched.complaints == []


class Town:
    """A real Easel that several people reach by their links."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        self.variables = {
            "EASEL_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "EASEL_SECRET_KEY": "s" * 40,
            "EASEL_ADMINS": "web:chief",
        }
        self.easel = Easel(folder / "easel", port, self.variables)

    async def come(self, browser: Browser, name: str) -> Page:
        """Let somebody open their link."""
        own = {"EASEL_DATA_DIR": str(self.easel.folder / "data"), "EASEL_CONFIG_DIR": str(self.easel.folder)}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "web-invite", name),
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], **self.variables, **own},
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await process.communicate()
        found = re.search(r"http\S+", said.decode())
        assert found is not None
        page = await (await browser.new_context(reduced_motion="reduce")).new_page()
        await page.goto(found[0])
        await page.get_by_role("button").first.click()
        await expect(page.get_by_label("What to draw")).to_be_visible()
        return page


@pytest.mark.slow
async def test_a_picture_is_reported_taken_down_and_kept(browser: Browser, tmp_path: Path) -> None:
    """Told to who runs Easel alone, decided there, gone from its owner's page and back; a double tap is one job."""
    town = Town(tmp_path)
    await town.easel.start()
    try:
        ann, bob, chief = [Chat(await town.come(browser, name)) for name in ("ann", "bob", "chief")]
        await ann.send("a lighthouse")
        result = await ann.wait_for_results(1)
        job = await result.get_attribute("data-id")
        await bob.send("/history 1")
        await bob.page.get_by_role("button", name="Report").click()
        await bob.page.get_by_role("button", name="Hate").click()
        await expect(bob.notice).to_contain_text("The admins are told")

        await chief.page.get_by_role("button", name="Show hidden picture 1").click()
        await chief.page.get_by_role("button", name="Take down").click()
        await expect(ann.page.locator(".gone")).to_have_text("This is not shown any more.")
        await expect(chief.notice).to_contain_text("It is taken down")
        await chief.page.get_by_role("button", name="Keep").click()
        await expect(ann.results.last).to_contain_text("kept it, so it is shown again")
        assert "reported" not in await ann.page.locator("body").inner_text()

        await ann.send("a very large mural --size wide-4k --count 4 --quality low")
        told = await asyncio.wait_for(ann.page.evaluate(TWO_AT_ONCE, job), PATIENCE_SECONDS)
        assert told[0].startswith("#3 is ordered")
        assert told[1].startswith("Already drawing #3")
    finally:
        await town.easel.end(signal.SIGKILL)
