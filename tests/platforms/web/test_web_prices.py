"""What a line costs, asked while it is typed."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import ClientResponse

from bot.core.front import PENDING
from bot.platforms.web.api import PRICES_MAX, PRICES_MILLISECONDS
from tests.platforms.web.client import Browser
from tests.platforms.web.fakes import PRICE, World


async def ask(browser: Browser, **body: Any) -> ClientResponse:
    """Ask for a price as the page does."""
    return await browser.client.post("/api/price", json=body, headers=browser.headers)


async def test_a_line_has_its_price(browser: Browser, world: World) -> None:
    """In millicredits, with the picture that is replied to and the files that would go along; nothing is ordered."""
    response = await ask(browser, text="a cat", picture="picture1", files=["photo.png", "mask.png"])

    assert await response.json() == {"price": PRICE + 2_000}
    assert response.headers["Cache-Control"] == "no-store"
    [priced] = world.front.priced
    assert (priced.text, priced.picture, priced.caller.person) == ("a cat", "picture1", "person-you")
    assert [(file.picture, file.name, file.is_mask) for file in priced.attachments] == [
        (PENDING, "photo.png", False),
        (PENDING, "mask.png", True),
    ]
    assert (world.front.received, world.studio.jobs) == ([], {})
    assert (await browser.feed())["messages"] == []


@pytest.mark.parametrize("text", ["", "/credits", "something dear"])
async def test_what_has_no_price_is_no_error(browser: Browser, text: str) -> None:
    """Half a line, another command and what would be refused are simply without a price."""
    response = await ask(browser, text=text)

    assert (response.status, await response.json()) == (200, {"price": None})


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": 5},
        {"text": "x" * 32_001},
        {"text": "a cat", "files": ["x" * 121]},
        {"text": "a cat", "files": ["x"] * 65},
        {"text": "a cat", "picture": "x" * 65},
        {"text": "a cat", "draw": True},
    ],
)
async def test_only_what_the_page_sends_is_read(browser: Browser, world: World, body: dict[str, Any]) -> None:
    """Anything else is turned away before it is looked at."""
    assert (await ask(browser, **body)).status == 400
    assert world.front.priced == []


async def test_prices_are_told_to_our_page_only(browser: Browser, world: World) -> None:
    """Like everything that is posted, and not without a session."""
    plain = await browser.client.post("/api/price", json={"text": "a cat"})
    browser.client.session.cookie_jar.clear()
    stranger = await ask(browser, text="a cat")

    assert (plain.status, stranger.status, world.front.priced) == (403, 401, [])


async def test_nobody_asks_all_the_time(browser: Browser, world: World) -> None:
    """Far more than typing asks for is turned away, until the next moment."""
    statuses = [(await ask(browser, text="a cat")).status for _ in range(PRICES_MAX + 1)]
    world.now += PRICES_MILLISECONDS
    later = await ask(browser, text="a cat")

    assert statuses == [200] * PRICES_MAX + [429]
    assert later.status == 200


async def test_the_page_knows_what_can_be_chosen(browser: Browser) -> None:
    """The models on offer, each with its qualities and what a square costs."""
    you = (await browser.feed())["you"]

    assert [(model["name"], model["is_default"]) for model in you["models"]] == [("sketch", True)]
    assert you["models"][0]["default_quality"] == "medium"
    assert {"name": "high", "price": 3 * PRICE} in you["models"][0]["qualities"]
