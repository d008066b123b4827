"""The row of choices, and the price on the button that sends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, Route, expect

from bot.core.line import parse_line
from bot.core.reading import specs_of
from bot.core.studio import ModelOffer
from bot.platforms.web.server import WebChat
from bot.platforms.web.settings import WebSettings
from commands.imagine import IMAGINE
from tests.browser import scenario
from tests.browser.chromium import PHONE, Watched, launched, opened
from tests.browser.scenario import Chat
from tests.platforms.web.fakes import World, make_world

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
SECRET = b"a secret of thirty-two bytes ...."
LINES = [
    "a cat --size wide --count 2",
    "--size=wide --count=2 a cat",
    "a cat —size wide –count 2",
    "a cat ––Size WIDE --n 2",
    'a lighthouse at dusk, headline "OPEN LATE"',
    "a cat that isn't grey --count=2",
    "the '80s, rock 'n' roll --size wide",
    'a 24" monitor --size wide',
    "a 5'10\" man --count 2",
    'a sign "use --size wide" --count 3',
    "a terminal `git commit --size wide`",
    "a man —tired and old— walks",
    "blue -- calm --size wide",
    "-- --size wide is painted on the wall",
    "a cat --size 1536 x 1024",
    "a cat --ar 16:9",
    "a cat --size wide, on a mat",
    "a cat --private on a mat",
    "a cat --private=no",
    "a cat --no-private",
    "a cat--size wide",
    'a cat --model "gpt-image-2"',
    "a cat\n--size wide\non a mat",
]


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
        await expect(Chat(page.page).pill).to_be_visible()
        yield page
        assert page.complaints == []


def send_button(page: Page) -> Locator:
    """Find the button that sends."""
    return page.locator("#send")


def choice(page: Page, label: str) -> Locator:
    """Find one of the choices in the row of options."""
    return page.locator("#options").get_by_label(label, exact=True)


async def choose(page: Page, label: str, value: str) -> None:
    """Choose in the row of options."""
    await choice(page, label).select_option(value)


async def test_the_price_follows_the_choices(watched: Watched, world: World) -> None:
    """What is chosen is written into the line, the button says the new price, and sending uses both."""
    chat, page = Chat(watched.page), watched.page
    await chat.line.fill("a cat")
    await expect(send_button(page)).to_have_text("Draw · 5.4")
    await page.get_by_role("button", name="Options").click()

    await choose(page, "Quality", "high")
    await choose(page, "Shape", "wide")
    await choose(page, "Detail", "4k")
    await choose(page, "Pictures", "2")

    await expect(chat.line).to_have_value("a cat --quality high --size wide-4k --count 2")
    await expect(send_button(page)).to_have_text("Draw · 16.1")
    await expect(send_button(page)).to_have_accessible_name("Draw · 16.1 credits")
    await expect(page.locator("#spoken")).to_have_text("16.1 credits")
    await send_button(page).click()
    await chat.wait_for_results(1)
    assert world.front.received[-1].text == "a cat --quality high --size wide-4k --count 2"
    await expect(choice(page, "Quality")).to_have_value("medium")
    await expect(send_button(page)).to_have_accessible_name("Send")


async def test_what_is_typed_is_shown_and_changed_in_place(watched: Watched) -> None:
    """The row shows what the line says; the default takes the option out; odd sizes are kept as typed."""
    chat, page = Chat(watched.page), watched.page
    await page.get_by_role("button", name="Options").click()
    await chat.line.fill('a sign "--size tall" --size wide-2k --n 3, on a wall --private')

    await expect(choice(page, "Shape")).to_have_value("wide")
    await expect(choice(page, "Detail")).to_have_value("2k")
    await expect(choice(page, "Pictures")).to_have_value("3")
    await expect(choice(page, "Private")).to_be_checked()
    await choose(page, "Shape", "portrait")
    await choose(page, "Pictures", "1")
    await choice(page, "Private").uncheck()
    await expect(chat.line).to_have_value('a sign "--size tall" --size portrait-2k on a wall')

    await chat.line.fill("a cat --size 1200x630")
    await expect(choice(page, "Shape")).to_have_value("1200x630")
    await expect(choice(page, "Detail")).to_be_disabled()
    await choose(page, "Shape", "square")
    await expect(chat.line).to_have_value("a cat")


async def test_a_reply_and_its_pictures_are_priced(watched: Watched, world: World, tmp_path: Path) -> None:
    """The picture that is changed and what is attached count; an edit keeps its shape until another is chosen."""
    chat, page = Chat(watched.page), watched.page
    await chat.send("a cat --size wide")
    await chat.press(await chat.wait_for_results(1), "Edit…")
    await page.get_by_role("button", name="Options").click()
    await chat.line.fill("make it night")
    await page.locator("#files").set_input_files(scenario.photograph(tmp_path))

    await expect(send_button(page)).to_have_text("Draw · 6.4")
    last = world.front.priced[-1]
    assert last.picture == world.studio.jobs[1].pictures[0].id
    assert [file.name for file in last.attachments] == ["harbour.jpg"]
    await expect(choice(page, "Shape")).to_have_value("")
    await choose(page, "Detail", "2k")
    await expect(chat.line).to_have_value("make it night --size wide-2k")
    await choose(page, "Detail", "")
    await expect(chat.line).to_have_value("make it night")


async def test_what_would_be_refused_has_no_price(watched: Watched) -> None:
    """Nothing is said while typing; other commands and plain words take no options."""
    chat, page = Chat(watched.page), watched.page
    await page.get_by_role("button", name="Options").click()
    await chat.line.fill("a cat")
    await expect(send_button(page)).to_have_text("Draw · 5.4")

    await chat.line.fill("something dear")
    await expect(send_button(page)).to_have_text("")
    await chat.line.fill("/credits")
    await expect(choice(page, "Shape")).to_be_disabled()
    await expect(send_button(page)).to_be_enabled()
    await expect(chat.notice).to_be_hidden()


async def test_the_last_answer_wins(watched: Watched) -> None:
    """A slow answer to an earlier line does not replace the price of the present one."""
    chat, page = Chat(watched.page), watched.page
    await expect(page.locator("#examples .cost").last).to_have_text("Draw · 5.4")
    held: asyncio.Queue[Route] = asyncio.Queue()

    async def hold(route: Route) -> None:
        held.put_nowait(route)

    await page.route("**/api/price", hold)
    await chat.line.fill("a cat --quality high")
    early = await asyncio.wait_for(held.get(), 10)
    await chat.line.fill("a cat")
    late = await asyncio.wait_for(held.get(), 10)

    for route in (late, early):
        async with page.expect_response("**/api/price"):
            await route.continue_()

    await expect(send_button(page)).to_have_text("Draw · 5.4")


async def test_examples_say_what_they_cost(watched: Watched) -> None:
    """Before anything is pressed, each of the three has its price."""
    await expect(watched.page.locator("#examples .cost")).to_have_text(["Draw · 5.4"] * 3)


async def test_models_are_a_choice_when_there_are_several(
    browser: Browser, world: World, address: str
) -> None:
    """The qualities are those of the model that is chosen."""
    other = ModelOffer("fine", "Fine", "sketch", False, (("max", 9_000),), (), "max", "png", ("auto",))
    async with opened(browser, address) as alone:
        await alone.page.get_by_role("button", name="Options").click()
        await expect(choice(alone.page, "Quality")).to_be_visible()
        await expect(choice(alone.page, "Model")).to_be_hidden()
    world.studio.other_models = (other,)

    async with opened(browser, address) as watched:
        page = watched.page
        await page.get_by_role("button", name="Options").click()
        await choose(page, "Model", "fine")

        await expect(Chat(page).line).to_have_value("--model fine")
        await expect(choice(page, "Quality").locator("option")).to_have_text(["max · about 9"])


async def test_the_row_fits_a_phone_and_stays_open(browser: Browser, address: str) -> None:
    """Nothing is wider than the screen; after a reload the row is as it was left; the keyboard reaches it."""
    async with opened(browser, address, viewport=PHONE) as watched:
        page = watched.page
        toggle = page.get_by_role("button", name="Options")
        await toggle.focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("group", name="Options")).to_be_visible()

        await page.reload()

        await expect(toggle).to_have_attribute("aria-expanded", "true")
        await Chat(page).line.fill("a cat")
        await expect(send_button(page)).to_have_text("Draw · 5.4")
        assert await page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
        await choice(page, "Shape").focus()
        await page.keyboard.press("ArrowDown")
        await expect(Chat(page).line).to_have_value("a cat --size landscape")
        await expect(choice(page, "Shape")).to_be_focused()


async def test_the_page_finds_options_where_the_server_does(watched: Watched) -> None:
    """Both read the same options out of the same lines, quotes and dashes included."""
    script = "async (lines) => { const { optionsOf } = await import('/static/line.js'); return lines.map(optionsOf); }"
    found = await watched.page.evaluate(script, LINES)

    by_page = [{option["name"]: option["value"] for option in options} for options in found]
    by_server = [_options(line) for line in LINES]
    assert by_page == by_server


def _options(line: str) -> dict[str, str]:
    """Read the options of a line as the server does, written as the page writes them."""
    words = {True: "yes", False: "no"}
    options = parse_line(line, specs_of(IMAGINE)).options
    return {
        name: words[value] if isinstance(value, bool) else value.lower() for name, value in options.items()
    }
