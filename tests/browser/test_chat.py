"""The chat's page in headless Chromium."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from bot.platforms.web.server import WebChat
from bot.platforms.web.settings import WebSettings
from tests.browser import scenario
from tests.browser.chromium import PHONE, Watched, launched, opened
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
    made.front.draws_after_seconds = 0.1
    return made


@pytest_asyncio.fixture(loop_scope="module")
async def address(world: World) -> AsyncIterator[str]:
    """Where the chat is served."""
    chat = WebChat(WebSettings("127.0.0.1", 0, SECRET), world.ports())
    world.front.deliver = chat.deliver
    async with chat.serving() as served:
        yield served


@pytest_asyncio.fixture(loop_scope="module")
async def watched(browser: Browser, address: str) -> AsyncIterator[Watched]:
    """The page, just opened; complaints of its console fail the test."""
    async with opened(browser, address) as page:
        yield page
        assert page.complaints == []


async def test_the_main_job(watched: Watched, world: World, tmp_path: Path) -> None:
    """Order with a photo, edit by reply, see the credits move, again, delete, cancel, reload."""
    chat = Chat(watched.page)
    await expect(chat.pill).to_have_text("100 credits")

    result = await scenario.draw_a_lighthouse(chat, scenario.photograph(tmp_path))
    edit = await scenario.make_it_night(chat, result)
    await scenario.watch_the_credits(chat, "100 credits")
    again = await scenario.draw_again(chat, edit)
    await scenario.delete_a_picture(chat, again)
    world.front.draws_after_seconds = None
    await chat.send("a cat")
    await scenario.cancel(chat)
    await scenario.reload(chat)


async def test_an_example_draws_at_a_click(watched: Watched) -> None:
    """The first screen has three prompts; one press later a picture is there."""
    chat = Chat(watched.page)
    await expect(watched.page.locator("#examples button")).to_have_count(3)
    await expect(watched.page.locator("#offline")).to_contain_text("OPENAI_API_KEY")

    await watched.page.locator("#examples button").first.click()

    await chat.wait_for_results(1)
    await expect(watched.page.locator("#welcome")).to_be_hidden()


async def test_words_are_never_markup(watched: Watched, world: World) -> None:
    """What people type is shown as typed and runs nothing."""
    chat = Chat(watched.page)
    nasty = '<img src=x onerror="document.title=1"><script>document.title=2</script>'

    await chat.send(nasty)
    await chat.wait_for_results(1)

    await expect(watched.page.locator(".bubble").first).to_have_text(nasty)
    assert await watched.page.title() == "Easel"


async def test_the_keyboard_is_enough(watched: Watched) -> None:
    """Send, reply, escape from the reply and open the picture without a mouse."""
    chat, page = Chat(watched.page), watched.page
    await expect(chat.line).to_be_focused()
    await page.keyboard.type("a cat")
    await page.keyboard.press("Enter")
    result = await chat.wait_for_results(1)

    await result.get_by_role("button", name="Edit…").focus()
    await page.keyboard.press("Enter")
    await expect(chat.line).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.locator("#changing")).to_be_hidden()
    await result.locator("button.picture").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()


async def test_a_result_is_said_aloud(watched: Watched) -> None:
    """A screen reader hears that the picture is ready, and what it shows."""
    chat = Chat(watched.page)

    await chat.send("a cat")
    result = await chat.wait_for_results(1)

    await expect(watched.page.locator("#spoken")).to_contain_text("Your picture is ready: a cat")
    await expect(result.locator("img")).to_have_attribute("alt", "a cat. Picture 1 of 1. AI-generated.")


async def test_what_was_typed_survives_a_failure(
    browser: Browser, world: World, address: str, tmp_path: Path
) -> None:
    """When the network fails a sentence says so, and words and pictures are still there to send."""
    async with opened(browser, address) as watched:
        chat, page = Chat(watched.page), watched.page
        photo = scenario.photograph(tmp_path)
        await page.locator("#files").set_input_files(photo)
        await page.route("**/api/messages", lambda route: route.abort())
        await chat.line.fill("a cat")
        await chat.line.press("Enter")

        await expect(chat.notice).to_contain_text("cannot be reached. What you typed is kept")
        await expect(chat.line).to_have_value("a cat")
        await expect(page.locator("#attached li")).to_have_count(1)
        await page.unroute("**/api/messages")
        await chat.line.press("Enter")
        await chat.wait_for_results(1)
        await expect(chat.notice).to_be_hidden()
    assert len(world.studio.jobs) == 1


async def test_a_failure_is_forgotten_when_the_connection_is_back(browser: Browser, address: str) -> None:
    """That Easel cannot be reached is not said any longer than it is true; what was typed is still there."""
    async with opened(browser, address) as watched:
        chat, page = Chat(watched.page), watched.page
        await expect(chat.pill).to_be_visible()
        await page.route("**/api/messages", lambda route: route.abort())
        await chat.line.fill("a cat")
        await chat.line.press("Enter")
        await expect(chat.notice).to_contain_text("cannot be reached")

        await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

        await expect(chat.notice).to_be_hidden()
        await expect(chat.line).to_have_value("a cat")


async def test_a_draft_survives_a_reload(watched: Watched) -> None:
    """Words that were not sent are in the box again."""
    chat = Chat(watched.page)
    await expect(chat.pill).to_be_visible()
    await chat.line.fill("half a thought")

    await watched.page.reload()

    await expect(chat.line).to_have_value("half a thought")


async def test_a_pasted_and_a_dropped_picture_are_attached(watched: Watched) -> None:
    """Pictures come in by paste and by drop, with a thumbnail, and can be taken out again."""
    page = watched.page
    make = """async (kind) => {
      const canvas = document.createElement("canvas");
      const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
      const carried = new DataTransfer();
      carried.items.add(new File([blob], kind + ".png", { type: "image/png" }));
      const target = document.getElementById("line");
      const event = kind === "paste"
        ? new ClipboardEvent("paste", { clipboardData: carried, bubbles: true, cancelable: true })
        : new DragEvent("drop", { dataTransfer: carried, bubbles: true, cancelable: true });
      target.dispatchEvent(event);
    }"""

    await page.evaluate(make, "paste")
    await page.evaluate(make, "drop")

    await expect(page.locator("#attached img")).to_have_count(2)
    await page.get_by_label("Remove paste.png").click()
    await expect(page.locator("#attached img")).to_have_count(1)


async def test_two_windows_show_the_same(browser: Browser, address: str, watched: Watched) -> None:
    """What is ordered in one window is drawn in the other, without a reload."""
    async with opened(browser, address) as other:
        await expect(Chat(other.page).pill).to_be_visible()
        await Chat(watched.page).send("a cat")

        await Chat(other.page).wait_for_results(1)
        await expect(Chat(other.page).pill).to_have_text("94.7 credits")
        assert other.complaints == []


async def test_a_phone_has_room_for_everything(browser: Browser, address: str) -> None:
    """Nothing is wider than the screen, and the box stays in sight."""
    async with opened(browser, address, viewport=PHONE) as watched:
        chat = Chat(watched.page)
        await chat.send("a cat with a very-" + "long" * 60 + " word --size wide")
        await chat.wait_for_results(1)

        assert await watched.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
        await expect(chat.line).to_be_in_viewport()
        assert watched.complaints == []


async def test_a_lost_connection_is_said_and_caught_up(watched: Watched, world: World) -> None:
    """While the stream is gone the page says so; when it is back, what was missed appears."""
    chat = Chat(watched.page)
    world.front.draws_after_seconds = None
    await chat.send("a cat")
    await expect(chat.drawing).to_have_count(1)
    await watched.page.context.set_offline(True)
    await watched.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    await expect(chat.notice).to_contain_text("Easel goes on drawing", timeout=10_000)
    await asyncio.wait_for(world.front.finish(1), 5)
    await watched.page.context.set_offline(False)
    await chat.wait_for_results(1)
    await expect(chat.notice).to_be_hidden()
    watched.complaints[:] = [said for said in watched.complaints if "ERR_INTERNET_DISCONNECTED" not in said]
