"""What reaches an open page by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.platforms.web import live
from bot.platforms.web.server import WebChat
from tests.platforms.web.client import Browser, Stream, browsing
from tests.platforms.web.fakes import World

PERSON = "person-you"


@pytest.fixture
async def stream(browser: Browser) -> AsyncIterator[Stream]:
    """The events of a page that has just been opened."""
    response = await browser.get("/api/events?after=0")
    yield Stream(response)
    response.close()


async def test_the_balance_comes_first(stream: Stream) -> None:
    """A page that opens learns what one has."""
    kind, content, _ = await stream.next()

    assert (kind, content["available"]) == ("balance", 100_000)


async def test_an_order_and_its_result_arrive(browser: Browser, stream: Stream, world: World) -> None:
    """Messages, where the job stands and the balance come as they change."""
    await stream.until("balance")
    ordered = await browser.order()
    messages = await stream.until("messages")
    jobs = await stream.until("jobs")
    await world.front.finish(1)
    delivered = await stream.until("messages")

    assert ordered["id"] in [message["id"] for message in messages]
    assert [(job["job"], job["state"]) for job in jobs] == [(ordered["id"], "running")]
    assert [message["kind"] for message in delivered] == ["result"]
    assert (await stream.until("balance"))["spent"] == 5_300


async def test_two_browsers_are_one_person(chat: WebChat, browser: Browser, world: World) -> None:
    """What is ordered in one browser appears in the other, and both spend from one balance."""
    async with browsing(chat) as other:
        await other.open()
        stream = Stream(await other.get("/api/events?after=0"))
        await stream.until("balance")
        ordered = await browser.order()

        messages = await stream.until("messages")

        assert messages[0]["root"] == ordered["root"]
        assert (await stream.until("balance"))["held"] == 5_345
        stream.response.close()


async def test_a_stream_resumes_where_it_broke(browser: Browser, world: World) -> None:
    """The browser sends the last id, and gets what changed since, once."""
    await browser.order()
    stream = Stream(await browser.get("/api/events?after=0"))
    _, _, last = await stream.next()
    stream.response.close()
    await world.front.finish(1)

    resumed = Stream(await browser.get("/api/events?after=0", **{"Last-Event-ID": str(last)}))

    assert [message["kind"] for message in await resumed.until("messages")] == ["result"]
    resumed.response.close()


async def test_work_of_another_process_is_seen(
    browser: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a job is open the stream reads again, though no bell rings here."""
    monkeypatch.setattr(live, "REREAD_SECONDS", 0.05)
    await browser.order()
    world.bell.is_muted = True
    stream = Stream(await browser.get("/api/events?after=0"))
    await stream.until("jobs")

    await world.front.finish(1)

    assert [message["kind"] for message in await stream.until("messages")] == ["result"]
    stream.response.close()


async def test_a_quiet_stream_has_a_heartbeat(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """A comment now and then keeps proxies from closing it and finds browsers that went."""
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.05)
    response = await browser.get("/api/events?after=0")

    async with asyncio.timeout(30):
        while await response.content.readline() != b": still here\n":
            pass

    assert not response.content.at_eof()
    response.close()


async def test_a_closed_browser_makes_room(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream ends soon after its browser went, so that another one fits."""
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.02)
    monkeypatch.setattr(live, "STREAMS_MAX", 1)
    stream = Stream(await browser.get("/api/events?after=0"))
    await stream.until("balance")
    assert (await browser.get("/api/events?after=0")).status == 503
    stream.response.close()

    async with asyncio.timeout(30):
        while (response := await browser.get("/api/events?after=0")).status == 503:
            pass

    assert response.status == 200
    response.close()


async def test_too_many_streams_are_refused(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is a last stream that the server carries."""
    monkeypatch.setattr(live, "STREAMS_MAX", 0)

    assert (await browser.get("/api/events")).status == 503


@pytest.mark.parametrize("version", ["x", "-1", "", "1.5", "9" * 30])
async def test_an_unreadable_version_is_refused(browser: Browser, version: str) -> None:
    """Versions are plain numbers."""
    assert (await browser.get(f"/api/feed?after={version}")).status == 400
    assert (await browser.get(f"/api/events?after={version}")).status == 400
