"""What strangers and broken programs send to the web chat."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from bot.platforms.web import live, uploads
from bot.platforms.web.server import WebChat
from tests.platforms.web.client import EVENT, Browser, png
from tests.platforms.web.fakes import World

BOUNDARY = "XX"


def part(name: str, value: bytes, *, headers: bytes = b"", filename: str | None = None) -> bytes:
    """Write one part of a form as it goes over the wire."""
    named = f'; filename="{filename}"' if filename is not None else ""
    start = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n'
    return start.encode() + headers + b"\r\n" + value + b"\r\n"


async def send(browser: Browser, *parts: bytes) -> int:
    """Post these parts with an event, and return the status."""
    body = part("event", EVENT.encode()) + b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()
    headers = {**browser.headers, "Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    return (await browser.client.post("/api/messages", data=body, headers=headers)).status


@pytest.mark.parametrize(
    "parts",
    [
        [part("text", b"a cat", headers=b"".join(b"X-%d: y\r\n" % number for number in range(20_000)))],
        [part("text", b"a cat", headers=b"X: " + b"y" * 100_000 + b"\r\n")],
        [part("files", b"x", filename="a\x00b.png")],
        [part("files", b"x", filename="a" * 10_000)],
        [part("_charset_", b"utf-16"), part("text", b"a cat")],
        [part("text", b"\xff\xfe")],
        [b"--XX\r\nContent-Type: multipart/mixed; boundary=YY\r\n\r\n--YY\r\n\r\nx\r\n--YY--\r\n"],
    ],
    ids=["headers", "header", "nul in a name", "long name", "charset", "no text", "nested"],
)
async def test_a_form_that_no_browser_sends_is_refused(
    browser: Browser, world: World, caplog: pytest.LogCaptureFixture, parts: list[bytes]
) -> None:
    """It is answered as unreadable, not as a fault of ours, and nothing is ordered."""
    with caplog.at_level(logging.ERROR):
        status = await send(browser, *parts)

    assert (status, world.front.received, caplog.records) == (400, [], [])


async def test_a_file_name_holds_nothing_invisible(browser: Browser, world: World) -> None:
    """A name cannot turn the direction of the text around it."""
    await send(browser, part("text", b"a cat"), part("files", png(), filename="\u202egnp.exe\u200b.png"))

    assert [picture.name for picture in world.front.received[0].attachments] == ["gnp.exe.png"]


async def test_a_form_that_never_ends_is_given_up(
    browser: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow sender does not keep a place for ever."""
    monkeypatch.setattr(uploads, "FORM_SECONDS", 0.05)
    never = asyncio.Event()

    async def trickle() -> AsyncIterator[bytes]:
        yield part("text", b"a cat")
        await never.wait()

    headers = {**browser.headers, "Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    response = await browser.client.post("/api/messages", data=trickle(), headers=headers)

    assert response.status == 408
    assert world.front.received == []


@pytest.mark.parametrize("event", ["x" * 5_000, "press-0001/answer", "press-0001\n", "<b>press-0001"])
async def test_a_press_with_an_event_of_another_form_is_refused(
    browser: Browser, world: World, event: str
) -> None:
    """Events of presses have the same form as those of lines: nobody makes the event of an answer."""
    assert (await browser.press("cancel", event=event, words="1")).status == 400
    assert world.front.pressed == []


@pytest.mark.parametrize("host", ["127.0.0.1:80.evil.example", "evil@127.0.0.1", "localhost:999999", "[::1"])
async def test_a_host_that_only_begins_well_is_not_answered(browser: Browser, host: str) -> None:
    """What is no plain name and port is no name of ours."""
    assert (await browser.get("/api/feed", Host=host)).status == 421


async def test_one_person_cannot_take_all_streams(chat: WebChat, browser: Browser) -> None:
    """Beyond many windows of one person, further ones are refused, until one is closed."""
    asked = [await browser.get("/api/events") for _ in range(live.STREAMS_OF_A_PERSON_MAX + 2)]

    assert Counter(response.status for response in asked) == {200: live.STREAMS_OF_A_PERSON_MAX, 429: 2}
    for response in asked:
        response.close()


async def test_a_picture_is_asked_for_anew(browser: Browser, world: World) -> None:
    """A browser keeps no picture that was deleted since: it asks each time, and is told when it is the same."""
    await browser.say("a cat", files=[png()])
    path = f"/pictures/{next(iter(world.gallery.pictures))}"
    first = await browser.get(path)

    again = await browser.get(path, **{"If-None-Match": first.headers["ETag"]})

    assert first.headers["Cache-Control"] == "private, no-cache"
    assert again.status == 304
