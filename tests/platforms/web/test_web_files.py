"""Uploads into the web chat, and the pictures and files that it sends."""

from __future__ import annotations

import pytest

from bot.core.front import Served
from tests.platforms.web.client import EVENT, Browser, png
from tests.platforms.web.fakes import World

PERSON = "person-you"


async def test_an_oversized_upload_is_refused(browser: Browser, world: World) -> None:
    """A file above the limit is answered with the limit; nothing is kept and nothing ordered."""
    response = await browser.say("a cat", files=[b"x" * 200_001])

    assert response.status == 413
    assert "smaller copy" in (await response.json())["error"]
    assert (world.front.received, world.gallery.pictures) == ([], {})


async def test_too_many_files_are_refused(browser: Browser, world: World) -> None:
    """One file above the number is one too many."""
    response = await browser.say("a cat", files=[png()] * 4)

    assert response.status == 413
    assert "At most 3 pictures" in (await response.json())["error"]
    assert world.front.received == []


async def test_what_is_no_picture_is_refused_by_name(browser: Browser, world: World) -> None:
    """The sentence of the gallery reaches the person, and nothing is ordered."""
    response = await browser.say("a cat", files=[b"%PDF-1.7"])

    assert response.status == 422
    assert "photo0.png is not a picture" in (await response.json())["error"]
    assert world.front.received == []


async def test_too_long_a_text_is_refused(browser: Browser, world: World) -> None:
    """32,000 characters are taken, one more is not."""
    assert (await browser.say("x" * 32_000)).status == 200
    assert (await browser.say("x" * 32_001, event="event-0002")).status == 413
    assert (await browser.say("x" * 200_000, event="event-0003")).status == 413
    assert len(world.front.received) == 1


async def test_a_long_prompt_of_wide_characters_is_taken(browser: Browser) -> None:
    """The limit counts characters, not bytes."""
    assert (await browser.say("語" * 32_000)).status == 200


@pytest.mark.parametrize("event", ["", "short", "x" * 65, "with space", "a/b/c/d/e"])
async def test_an_event_of_another_form_is_refused(browser: Browser, world: World, event: str) -> None:
    """The page makes events of letters, digits and dashes."""
    assert (await browser.say("a cat", event=event)).status == 400
    assert world.front.received == []


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"text=a", "application/x-www-form-urlencoded"),
        (b"no parts", "multipart/form-data; boundary=b"),
        (b"no boundary", "multipart/form-data"),
        (
            b'--b\r\nContent-Disposition: form-data; name="other"\r\n\r\nx\r\n--b--\r\n',
            "multipart/form-data; boundary=b",
        ),
        (
            b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\n\xff\xfe\r\n--b--\r\n',
            "multipart/form-data; boundary=b",
        ),
    ],
)
async def test_a_broken_form_is_refused(browser: Browser, body: bytes, content_type: str) -> None:
    """What our page would not send is answered calmly."""
    headers = {**browser.headers, "Content-Type": content_type}

    response = await browser.client.post("/api/messages", data=body, headers=headers)

    assert response.status == 400
    assert "Reload the page" in (await response.json())["error"]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        '{"act": "drop", "event": "press-0001"}',
        '{"act": "again", "event": "press-0001", "admin": 1}',
    ],
)
async def test_a_broken_press_is_refused(browser: Browser, world: World, body: str) -> None:
    """Unknown acts and fields do nothing."""
    assert (await browser.client.post("/api/press", data=body, headers=browser.headers)).status == 400
    assert world.front.pressed == []


async def test_a_huge_press_is_refused(browser: Browser) -> None:
    """A body above the limit is not read."""
    response = await browser.client.post("/api/press", data=b"x" * 300_000, headers=browser.headers)

    assert response.status == 413


async def test_a_picture_is_sent_as_what_it_is(browser: Browser, world: World) -> None:
    """The type comes from the bytes, not from what somebody said; nothing in it can run."""
    mine = (await (await browser.say("a cat", files=[png()])).json())["messages"][0]

    response = await browser.get(f"/pictures/{mine['attachments'][0]['picture']}?kind=thumbnail")

    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert response.headers["Content-Disposition"].startswith("inline")


async def test_bytes_that_are_no_picture_are_only_downloaded(browser: Browser, world: World) -> None:
    """Should something else ever lie in the folder, no browser runs it."""
    path = world.gallery.folder / "page"
    path.write_text("<script>alert(1)</script>", encoding="utf-8")
    picture = world.gallery.add(PERSON, path, (1, 1), "page\r\nX-Bad: 1.html")

    response = await browser.get(f"/pictures/{picture}")

    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert "X-Bad" not in response.headers


async def test_a_download_has_its_name(browser: Browser, world: World) -> None:
    """Original is saved under the picture's name."""
    path = world.gallery.folder / "drawn"
    path.write_bytes(png())
    picture = world.gallery.add(PERSON, path, (40, 30), "easel 1.png")

    response = await browser.get(f"/pictures/{picture}?kind=original&download=1")

    assert response.headers["Content-Disposition"] == "attachment; filename*=UTF-8''easel%201.png"
    assert await response.read() == png()


async def test_a_picture_of_somebody_else_is_unknown(browser: Browser, world: World) -> None:
    """An id alone opens nothing."""
    path = world.gallery.folder / "hers"
    path.write_bytes(png())
    picture = world.gallery.add("person-ann", path, (40, 30), "hers.png")

    assert (await browser.get(f"/pictures/{picture}")).status == 404
    assert (await browser.get("/pictures/nothing")).status == 404
    assert (await browser.get(f"/pictures/{picture}?kind=other")).status == 400


async def test_an_upload_with_a_path_keeps_only_its_name(browser: Browser, world: World) -> None:
    """A file's name cannot lead out of a folder."""
    body = (
        (
            f'--b\r\nContent-Disposition: form-data; name="event"\r\n\r\n{EVENT}\r\n'
            '--b\r\nContent-Disposition: form-data; name="files"; filename="../../etc/mask.png"\r\n\r\n'
        ).encode()
        + png()
        + b"\r\n--b--\r\n"
    )
    headers = {**browser.headers, "Content-Type": "multipart/form-data; boundary=b"}

    response = await browser.client.post("/api/messages", data=body, headers=headers)

    assert response.status == 200
    assert world.front.received[0].attachments[0].name == "mask.png"
    assert world.front.received[0].attachments[0].is_mask


async def test_the_pages_files_are_sent_and_not_sent_again(browser: Browser) -> None:
    """A file that a browser has is not sent twice; nothing outside the folder is sent at all."""
    first = await browser.get("/static/app.js")
    again = await browser.get("/static/app.js", **{"If-None-Match": first.headers["ETag"]})

    assert (first.status, first.content_type, again.status) == (200, "text/javascript", 304)
    assert (await browser.get("/static/..%2Fserver.py")).status == 404
    assert (await browser.get("/static/join.html")).status == 404


async def test_a_chart_of_an_answer_is_shown_and_a_table_is_downloaded(
    browser: Browser, world: World
) -> None:
    """Only to whom they were made for."""
    for name, content in (("chart.png", png()), ("sums.csv", b"a,b\n")):
        path = world.gallery.folder / name
        path.write_bytes(content)
        world.gallery.documents[name] = (PERSON, Served(path, "text/csv", name))
        world.gallery.documents[f"other-{name}"] = ("person-other", Served(path, "text/csv", name))

    chart, table = [await browser.get(f"/documents/{name}") for name in ("chart.png", "sums.csv")]
    other = await browser.get("/documents/other-chart.png")

    assert chart.headers["Content-Type"] == "image/png"
    assert chart.headers["Content-Disposition"].startswith("inline")
    assert table.headers["Content-Disposition"] == "attachment; filename*=UTF-8''sums.csv"
    assert await table.read() == b"a,b\n"
    assert other.status == 404
