"""What a person typed, attached or replied to stays with them, whatever happens in between."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from bot.core.replies import Button, Reply
from bot.platforms.web.server import WebChat
from bot.platforms.web.settings import WebSettings
from tests.browser import scenario
from tests.browser.chromium import Watched, launched, opened
from tests.browser.running import running
from tests.browser.scenario import Chat
from tests.platforms.web.fakes import World, make_world

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
SECRET = b"a secret of thirty-two bytes ...."


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """Headless Chromium, one for all of these tests; each gets a fresh profile."""
    async with launched() as chromium:
        yield chromium


@pytest.fixture
def world(tmp_path: Path) -> World:
    """An offline studio that draws at once."""
    made = make_world(tmp_path)
    made.front.draws_after_seconds = 0.05
    return made


@pytest_asyncio.fixture(loop_scope="module")
async def watched(browser: Browser, world: World) -> AsyncIterator[Watched]:
    """The page, just opened; complaints of its console fail the test."""
    chat = WebChat(WebSettings("127.0.0.1", 0, SECRET), world.ports())
    world.front.deliver = chat.deliver
    async with chat.serving() as address, opened(browser, address) as page:
        yield page
        assert page.complaints == []


async def test_a_reload_keeps_the_picture_that_is_changed(watched: Watched, world: World) -> None:
    """Half a reply stays a reply: after a reload the words still change that picture."""
    chat = Chat(watched.page)
    await chat.send("a cat")
    await chat.press(await chat.wait_for_results(1), "Edit…")
    await chat.line.fill("make it night")

    await watched.page.reload()

    await expect(watched.page.locator("#changing")).to_contain_text("Changing picture 1 of #1")
    await chat.line.press("Enter")
    await chat.wait_for_results(2)
    assert world.front.received[-1].picture == world.studio.jobs[1].pictures[0].id


async def test_changing_words_brings_the_attachments_back(
    watched: Watched, world: World, tmp_path: Path
) -> None:
    """A refused line comes back with the photo that came with it, under its name."""
    chat = Chat(watched.page)
    change = Button(act="change_words", label="Change words", words="a cat --szie wide")
    world.front.answer = Reply(kind="refusal", text="Did you mean --size?", buttons=(change,))
    await chat.send("a cat --szie wide", scenario.photograph(tmp_path))
    world.front.answer = None

    await watched.page.get_by_role("button", name="Change words").click()

    await expect(chat.line).to_have_value("a cat --szie wide")
    await expect(watched.page.get_by_label("Remove harbour.jpg")).to_be_visible()
    await chat.line.fill("a cat --size wide")
    await chat.line.press("Enter")
    await chat.wait_for_results(1)
    assert [each.name for each in world.front.received[-1].attachments] == ["harbour.jpg"]


async def test_choosing_a_picture_keeps_the_words(watched: Watched, world: World) -> None:
    """Words typed with /edit are in the box when the picture has been chosen; a question looks like a message."""
    chat = Chat(watched.page)
    await chat.send("a cat")
    await chat.wait_for_results(1)
    drawn = world.studio.jobs[1].pictures
    choose = Button(act="edit", label="#1/1 · a cat", picture=drawn[0].id, words="make it night")
    world.front.answer = Reply(kind="question", text="Which one?", pictures=drawn, buttons=(choose,))
    await chat.send("/edit make it night")

    asked = watched.page.locator('article[data-kind="question"]')
    await expect(asked.locator(".buttons")).to_have_css("justify-content", "normal")
    await watched.page.get_by_role("button", name="#1/1 · a cat").click()

    await expect(chat.line).to_have_value("make it night")
    await expect(watched.page.locator("#changing")).to_be_visible()


async def test_a_sent_photo_can_be_changed(watched: Watched, world: World, tmp_path: Path) -> None:
    """Who sent a photo without words need not attach it again."""
    chat, page = Chat(watched.page), watched.page
    await chat.send("a cat", scenario.photograph(tmp_path))
    await chat.wait_for_results(1)

    await page.get_by_label("Show harbour.jpg").click()
    await page.get_by_role("button", name="Change this picture").click()
    await chat.send("make it night")

    await chat.wait_for_results(2)
    assert world.front.received[-1].picture == world.front.received[0].attachments[0].picture


async def test_problems_are_said_aloud(watched: Watched, world: World) -> None:
    """A screen reader hears what went wrong, and messages say whose they are."""
    chat, page = Chat(watched.page), watched.page
    await chat.send("a cat")
    result = await chat.wait_for_results(1)
    world.front.answer = Reply(kind="refusal", text="You have 20 jobs waiting, and that is the most.")

    await chat.press(result, "Again")

    await expect(page.locator("#spoken")).to_have_text("You have 20 jobs waiting, and that is the most.")
    await expect(page.get_by_role("article", name="Easel, #1")).to_have_count(1)
    await expect(page.get_by_role("article", name="You")).to_have_count(1)


@pytest.mark.slow
async def test_a_dear_order_is_drawn_after_its_price_was_pressed(browser: Browser, tmp_path: Path) -> None:
    """On a real Easel: the price, one press, the pictures with the photo, and one charge however often pressed."""
    async with running(tmp_path) as easel, opened(browser, easel.address) as watched:
        chat, page = Chat(watched.page), watched.page
        await chat.send("a cat --count 2 --quality high", scenario.photograph(tmp_path))
        draw = page.locator('article[data-kind="question"]').get_by_role("button", name="Draw · ")
        await expect(chat.pill).to_have_text("100 credits")
        await draw.click()
        result = await chat.wait_for_results(1)
        await expect(result.locator("button.picture")).to_have_count(2)
        charged = await chat.pill.text_content()

        await draw.click()
        await expect(draw).to_be_enabled()

        await expect(chat.results).to_have_count(1)
        await result.locator("summary").click()
        await expect(result.locator(".rows")).to_contain_text("References")
        assert await chat.pill.text_content() == charged != "100 credits"
        assert watched.complaints == []
