"""Who may ask the web chat for what."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import pytest
from aiohttp import ClientSession

from bot.core.text import user_of
from bot.platforms.web.server import WebChat
from bot.platforms.web.sessions import DAY_MS, invitation
from bot.platforms.web.settings import UnsafeExposure, WebSettings
from tests.platforms.web.client import Browser, browsing, png
from tests.platforms.web.conftest import EXPOSED, SECRET
from tests.platforms.web.fakes import NOW, World

PUBLIC = {"Host": "easel.example"}


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.", "[::2]:80", "a b"])
async def test_a_foreign_host_is_not_answered(browser: Browser, host: str) -> None:
    """A name that somebody points at this machine does not open the chat."""
    response = await browser.get("/api/feed", Host=host)

    assert response.status == 421


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1", "[::1]:8080", "LOCALHOST"])
async def test_loopback_names_are_answered(browser: Browser, host: str) -> None:
    """However this machine is called, its own chat opens."""
    assert (await browser.get("/", Host=host)).status == 200


async def test_probes_are_answered_under_any_name(browser: Browser, world: World) -> None:
    """Health checks come with the address of a container."""
    world.parts["courier"] = "not started"

    assert (await browser.get("/healthz", Host="10.0.0.7:8080")).status == 200
    ready = await browser.get("/readyz", Host="10.0.0.7:8080")
    assert (ready.status, (await ready.json())["parts"]["courier"]) == (503, "not started")


async def test_ready_when_every_part_is_up(browser: Browser) -> None:
    """All parts up is ready."""
    assert (await browser.get("/readyz")).status == 200


@pytest.mark.parametrize(
    "change",
    [
        {"X-Easel": None},
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": None, "Sec-Fetch-Site": None},
    ],
)
async def test_only_our_page_acts(browser: Browser, world: World, change: dict[str, str | None]) -> None:
    """A request from another page, or without our header, does nothing."""
    headers = {name: value for name, value in {**browser.headers, **change}.items() if value is not None}

    response = await browser.client.post(
        "/api/press", json={"act": "again", "event": "press-0001"}, headers=headers
    )

    assert response.status == 403
    assert world.front.pressed == []


@pytest.mark.parametrize("path", ["/api/feed", "/api/events", "/api/credits", "/pictures/picture1"])
async def test_nothing_without_a_session(chat: WebChat, path: str) -> None:
    """Whoever has not opened the page gets nothing."""
    async with browsing(chat) as stranger:
        assert (await stranger.get(path)).status == 401


@pytest.mark.parametrize("forged", ["", "x", "eyJ1c2VyIjoieW91In0.AAAA"])
async def test_a_forged_session_is_none(chat: WebChat, forged: str) -> None:
    """Only what we signed counts."""
    async with browsing(chat) as stranger:
        response = await stranger.get("/api/feed", Cookie=f"easel_0={forged}")

        assert response.status == 401


async def test_a_changed_session_is_none(browser: Browser, chat: WebChat) -> None:
    """One other character makes a session worthless."""
    (cookie,) = list(browser.client.session.cookie_jar)
    changed = cookie.value[:-1] + ("A" if cookie.value[-1] != "A" else "B")
    async with browsing(chat) as stranger:
        assert (await stranger.get("/api/feed", Cookie=f"easel_0={cookie.value}")).status == 200
        assert (await stranger.get("/api/feed", Cookie=f"easel_0={changed}")).status == 401


async def test_a_session_ends(browser: Browser, world: World) -> None:
    """After a month without a visit one has to open the page again."""
    world.now += 31 * DAY_MS

    assert (await browser.get("/api/feed")).status == 401
    await browser.open()
    assert (await browser.get("/api/feed")).status == 200


async def test_the_session_cookie_is_kept_from_scripts_and_other_sites(chat: WebChat) -> None:
    """HttpOnly and SameSite=Strict always, Secure when the public address is https."""
    async with browsing(chat) as stranger:
        cookie = (await stranger.open()).headers["Set-Cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


async def test_pages_allow_no_inline_script(browser: Browser) -> None:
    """Every answer carries the headers that keep a page from doing more than it should."""
    response = await browser.open()

    policy = response.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_an_error_page_has_the_headers_too(browser: Browser) -> None:
    """Also what is not there is answered safely, without repeating the address."""
    response = await browser.get("/<script>alert(1)</script>")

    assert response.status == 404
    assert "alert" not in await response.text()
    assert "Content-Security-Policy" in response.headers


async def test_a_stranger_is_asked_for_an_invitation(exposed: WebChat) -> None:
    """The exposed chat opens for nobody by itself."""
    async with browsing(exposed, headers=PUBLIC) as stranger:
        response = await stranger.open()

        assert response.status == 401
        assert "invitation" in await response.text()
        assert "Set-Cookie" not in response.headers


async def join(browser: Browser, name: str) -> None:
    """Follow an invitation and press its button."""
    path = urlsplit(invitation(EXPOSED, name, now=NOW)).path
    headers = {"Origin": "https://easel.example", "Sec-Fetch-Site": "same-origin"}
    joined = await browser.client.post(path, headers=headers, allow_redirects=False)
    assert joined.status == 303
    assert "Secure" in joined.headers["Set-Cookie"]
    cookie = joined.headers["Set-Cookie"].partition(";")[0]
    browser.client.session.headers["Cookie"] = cookie


async def test_an_invitation_makes_a_session_for_its_person(exposed: WebChat, world: World) -> None:
    """Whoever comes by an invitation is the person that it names, and no admin."""
    async with browsing(exposed, headers=PUBLIC) as ann:
        await join(ann, "Ann")
        feed = await ann.feed()
        headers = {"Origin": "https://easel.example", "X-Easel": "1"}
        await ann.client.post("/api/press", json={"act": "again", "event": "press-0001"}, headers=headers)

    caller = world.front.pressed[0].caller
    assert feed["you"]["name"] == "Ann"
    assert (caller.person, caller.name, caller.is_admin) == ("person-ann", "Ann", False)


async def test_an_operator_by_user_id_is_admin(world: World) -> None:
    """Who may do everything is settled by the settings, not by the invitation."""
    settings = WebSettings(
        "127.0.0.1",
        0,
        SECRET,
        is_exposed=True,
        public_url="https://easel.example",
        operators=frozenset({"Ann"}),
    )
    async with browsing(WebChat(settings, world.ports()), headers=PUBLIC) as ann:
        await join(ann, "  ANN ")
        headers = {"Origin": "https://easel.example", "X-Easel": "1"}
        await ann.client.post("/api/press", json={"act": "again", "event": "press-0001"}, headers=headers)

    assert world.front.pressed[0].caller.is_operator


async def test_the_invitation_shows_its_name_escaped(exposed: WebChat) -> None:
    """A name is text on the page, whatever it is made of."""
    path = urlsplit(invitation(EXPOSED, "<b>Ann</b>", now=NOW)).path
    async with browsing(exposed, headers=PUBLIC) as stranger:
        page = await (await stranger.get(path)).text()

    assert "&lt;b&gt;Ann&lt;/b&gt;" in page
    assert "<b>Ann" not in page


async def test_an_old_or_forged_invitation_is_refused(exposed: WebChat, world: World) -> None:
    """A link works for a week, and only if we signed it for this purpose."""
    path = urlsplit(invitation(EXPOSED, "Ann", now=NOW)).path
    async with browsing(exposed, headers=PUBLIC) as stranger:
        world.now += 8 * DAY_MS
        assert (await stranger.get(path)).status == 404
        assert (await stranger.get("/join/eyJ1c2VyIjoiYW5uIn0.AAAA")).status == 404


async def test_joining_from_another_page_is_refused(exposed: WebChat) -> None:
    """Nobody is signed in as somebody else by a form elsewhere."""
    path = urlsplit(invitation(EXPOSED, "Ann", now=NOW)).path
    async with browsing(exposed, headers=PUBLIC) as stranger:
        headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
        assert (await stranger.client.post(path, headers=headers)).status == 403


async def test_a_local_session_does_not_open_the_exposed_chat(browser: Browser, exposed: WebChat) -> None:
    """The local person is nobody once the chat is exposed, even with the same secret."""
    (cookie,) = list(browser.client.session.cookie_jar)
    async with browsing(exposed, headers=PUBLIC) as stranger:
        assert (await stranger.get("/api/feed", Cookie=f"easel_0={cookie.value}")).status == 401


async def test_people_do_not_see_each_other(exposed: WebChat, world: World) -> None:
    """Messages, jobs and pictures of one person are unknown to another."""
    async with browsing(exposed, headers=PUBLIC) as ann, browsing(exposed, headers=PUBLIC) as bob:
        await join(ann, "Ann")
        await join(bob, "Bob")
        form = {"X-Easel": "1", "Origin": "https://easel.example"}
        body = {"act": "again", "event": "press-0001", "job": "x"}
        path = world.gallery.folder / "anns"
        path.write_bytes(png())
        picture = world.gallery.add("person-ann", path, (40, 30), "anns.png")
        await ann.client.post("/api/press", json=body, headers=form)

        assert (await ann.get(f"/pictures/{picture}")).status == 200
        assert (await bob.get(f"/pictures/{picture}")).status == 404
        assert (await bob.feed())["messages"] == []


def test_the_same_name_is_the_same_person() -> None:
    """However a name is written, its invitation leads to one person and one wallet."""
    assert user_of("  Ann  Müller ") == user_of("ann müller") == user_of("ANN MÜLLER")


@pytest.mark.parametrize(
    ("host", "public_url"),
    [("0.0.0.0", None), ("::", None), ("192.168.1.5", None), ("127.0.0.1", "https://e.example")],
)
def test_it_does_not_open_to_others_without_a_secret(host: str, public_url: str | None) -> None:
    """Another address than this machine's needs a secret that somebody set."""
    with pytest.raises(UnsafeExposure, match="EASEL_SECRET_KEY"):
        WebSettings(host, 8080, SECRET, public_url=public_url)


def test_a_short_secret_is_refused() -> None:
    """A secret that can be guessed protects nobody."""
    with pytest.raises(UnsafeExposure, match="too short"):
        WebSettings("127.0.0.1", 8080, b"short")


async def test_serving_says_the_address_and_stops_at_once(chat: WebChat) -> None:
    """The server listens while it is used, and open streams do not hold it up."""
    async with asyncio.timeout(10), ClientSession() as session:
        async with chat.serving() as address:
            assert (await session.get(f"{address}/healthz")).status == 200
            async with session.get(address) as page:
                cookie = page.headers["Set-Cookie"].partition(";")[0]
            stream = await session.get(f"{address}/api/events", headers={"Cookie": cookie})
            assert stream.status == 200

        assert await stream.content.read() is not None
