"""The page about vendors in headless Chromium, in light and dark, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, ViewportSize

from bot.core.vendorsheets import DAY, ModelSheet, PriceLine, VendorSheet
from bot.core.vitals import Health, Speed
from bot.platforms.web.server import WebChat
from bot.platforms.web.settings import WebSettings
from bot.vendorbook import draw
from tests.browser.chromium import DESKTOP, PHONE, launched
from tests.platforms.web.fakes import NOW, make_world

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
SECRET = b"a secret of thirty-two bytes ...."
TODAY = NOW // DAY
HEALTH = Health(
    outcomes={"drawn": 1_203, "refused": 31, "unreachable": 9, "too slow": 4, "busy": 18},
    speeds=(
        Speed("1k", "low", 300, 9, 21),
        Speed("1k", "medium", 880, 18, 44),
        Speed("2k", "high", 23, 95, 180),
    ),
    by_day=tuple((TODAY - 29 + day, 40 - day % 3 * (day % 7 == 5), 40) for day in range(30)),
    billed=1_203,
    quoted_nano=63_759_000_000,
    billed_nano=60_102_000_000,
    masked=64,
    spilled=3,
    last_drawn=NOW - 180_000,
)
HISTORY = ((NOW - 60 * DAY, 53_000_000), (NOW - 25 * DAY, 47_000_000), (NOW - 6 * DAY, 50_000_000))
SHEETS = (
    VendorSheet(
        "openai",
        "OpenAI <script>alert(1)</script>",
        (
            ("Runs in", "the United States, unless the account is set otherwise"),
            ("Keeps", "words and pictures for up to 30 days, to watch for abuse"),
            ("Terms", "https://openai.example/terms"),
            ("Privacy", "https://openai.example/privacy"),
            ("Answers", "in one call"),
            ("Cancelling", "an order that was handed in cannot be taken back"),
        ),
        (
            ModelSheet(
                "gpt-image-2",
                "GPT Image 2",
                "gpt-image-2",
                (
                    PriceLine("low", 600, ((NOW - 60 * DAY, 6_000_000),)),
                    PriceLine("medium", 5_000, HISTORY),
                    PriceLine("high", 21_100, ((NOW - 60 * DAY, 211_000_000),)),
                ),
                HEALTH,
                licence="the customer's, by the terms of OpenAI",
            ),
        ),
    ),
    VendorSheet(
        "runflow",
        "Runflow",
        (
            ("Runs in", "not stated by the vendor"),
            ("Keeps", "results for about 24 hours"),
            ("Terms", "not stated by the vendor"),
            ("Substitutes", "it may draw with a similar model without saying so"),
        ),
        (
            ModelSheet(
                "gpt-image-2",
                "GPT Image 2 by Runflow",
                "runflow/gpt-image-2",
                (PriceLine("medium", 5_300, ((NOW, 53_000_000),)),),
                Health(),
                breaker="open",
                licence="not stated by the vendor",
            ),
        ),
    ),
)


class Book:
    """Tells of two vendors."""

    async def read(self) -> tuple[VendorSheet, ...]:
        return SHEETS

    async def chart(
        self, address: str, chart: Literal["prices", "days"], theme: Literal["light", "dark"]
    ) -> bytes | None:
        models = [model for vendor in SHEETS for model in vendor.models]
        sheet = next((model for model in models if model.address == address), None)
        drawing = draw(sheet, chart, theme, NOW) if sheet else None
        return drawing() if drawing else None


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """Headless Chromium."""
    async with launched() as chromium:
        yield chromium


@pytest_asyncio.fixture(loop_scope="module")
async def address(tmp_path: Path) -> AsyncIterator[str]:
    """Where the chat is served."""
    ports = replace(make_world(tmp_path).ports(), vendors=Book())
    async with WebChat(WebSettings("127.0.0.1", 0, SECRET), ports).serving() as served:
        yield served


async def opened(browser: Browser, address: str, theme: Literal["light", "dark"], size: ViewportSize) -> Page:
    """Open the page and wait for its charts."""
    page = await browser.new_page(viewport=size, color_scheme=theme, device_scale_factor=1)
    await page.goto(f"{address}/vendors")
    for image in await page.locator("figure img").all():
        await image.scroll_into_view_if_needed()
    await page.wait_for_function(
        "() => [...document.querySelectorAll('figure img')].every(image => image.complete && image.naturalWidth)"
    )
    return page


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desk", "phone"])
async def test_the_page_tells_everything_and_fits(
    browser: Browser, address: str, theme: Literal["light", "dark"], size: ViewportSize, tmp_path: Path
) -> None:
    """Numbers as text, charts in the theme's colours, nothing wider than the window, names escaped."""
    page = await opened(browser, address, theme, size)
    try:
        text = await page.inner_text("main")
        for told in (
            "answered 1,234 of 1,247 (98.9 %)",
            "9 of 1,247 out of reach",
            "$63.759 quoted at most, $60.102 billed",
            "3 of 64",
            "medium: $0.053 to $0.047",
            "no measurements yet",
            "not stated by the vendor",
            "https://openai.example/privacy",
            "the customer's, by the terms of OpenAI",
            "it failed several times in a row",
            "OpenAI <script>alert(1)</script>",
        ):
            assert told in text
        assert await page.locator("figure img").count() == 2
        sources = await page.eval_on_selector_all("figure img", "images => images.map(i => i.currentSrc)")
        assert all(source.endswith(f"theme={theme}") for source in sources)
        assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        await page.evaluate("window.scrollTo(0, 0)")
        await page.screenshot(path=tmp_path / "vendors.png", full_page=True)
    finally:
        await page.close()


async def test_the_chat_leads_there_and_back(browser: Browser, address: str) -> None:
    """One quiet link each way."""
    page = await browser.new_page(viewport=PHONE)
    try:
        await page.goto(address)
        await page.get_by_role("link", name="Vendors").click()
        await page.get_by_role("heading", name="Vendors").wait_for()
        await page.get_by_role("link", name="Back to the chat").click()
        await page.locator("#line").wait_for()
    finally:
        await page.close()
