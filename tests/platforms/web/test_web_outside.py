"""What vendors may do without a session: fetch one picture for a while, and call back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.platforms.web.links import PICTURE_MILLISECONDS, PublicLinks
from bot.platforms.web.ports import Outside
from bot.platforms.web.server import CALLBACK_BYTES_MAX, WebChat
from tests.platforms.web.client import png
from tests.platforms.web.conftest import EXPOSED, SECRET
from tests.platforms.web.fakes import NOW, World

PUBLIC = "https://easel.example"
SHA256 = "ab" * 32
CALL = "000000000000000000000042"


@dataclass
class Street:
    """The outside of a web chat: what a vendor does, and what came of it."""

    folder: Path
    now: int = NOW
    heard: list[tuple[str, bytes]] = field(default_factory=list)
    is_forged: bool = False

    def __post_init__(self) -> None:
        self.links = PublicLinks(PUBLIC, SECRET, lambda: self.now)

    def path_of(self, sha256: str) -> Path:
        """Say where bytes are."""
        return self.folder / sha256

    async def hear(self, call: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Keep a callback."""
        self.heard.append((call, body))
        return not self.is_forged

    def below(self, url: str) -> str:
        """Return the path of an address of ours."""
        assert url.startswith(f"{PUBLIC}/")
        return url.removeprefix(PUBLIC)


@pytest.fixture
def street(tmp_path: Path) -> Street:
    """The outside, with one picture kept."""
    (tmp_path / SHA256).write_bytes(png())
    return Street(tmp_path)


@pytest.fixture
async def vendor(world: World, street: Street) -> AsyncIterator[TestClient]:  # type: ignore[type-arg]
    """A vendor: no cookies, and the public name as the host."""
    ports = replace(world.ports(), outside=Outside(street.links, street.path_of, street.hear))
    server = TestServer(WebChat(EXPOSED, ports).application())
    async with TestClient(server, headers={"Host": "easel.example"}) as client:
        yield client


async def test_one_picture_is_fetched_without_a_session(vendor: TestClient, street: Street) -> None:  # type: ignore[type-arg]
    """The bytes as they are, with their type; no cookie comes along."""
    response = await vendor.get(street.below(street.links.picture(SHA256)))

    assert (response.status, await response.read()) == (200, png())
    assert response.headers["Content-Type"] == "image/png"
    assert "Set-Cookie" not in response.headers


async def test_a_link_ends(vendor: TestClient, street: Street) -> None:  # type: ignore[type-arg]
    """After its time it opens nothing; bytes that are gone are not there either."""
    path = street.below(street.links.picture(SHA256))
    street.now += PICTURE_MILLISECONDS
    assert (await vendor.get(path)).status == 404

    fresh = street.below(street.links.picture(SHA256))
    (street.folder / SHA256).unlink()
    assert (await vendor.get(fresh)).status == 404


async def test_a_link_that_was_not_signed_here_opens_nothing(vendor: TestClient, street: Street) -> None:  # type: ignore[type-arg]
    """Changed in any letter, signed elsewhere, or a callback's signature: all the same answer."""
    token = street.below(street.links.picture(SHA256)).rpartition("/")[2]
    foreign = PublicLinks(PUBLIC, b"another secret of 32 bytes ......", lambda: NOW).picture(SHA256)
    changed = ("B" if token[5] == "A" else "A").join((token[:5], token[6:]))

    for wrong in (changed, foreign.rpartition("/")[2], token[:-1], "x", street.links.callback(CALL)[-27:]):
        assert (await vendor.get(f"/shared/{wrong}")).status == 404
    assert (await vendor.post(f"/shared/{token}")).status in {403, 405}


async def test_a_callback_is_heard_however_often(vendor: TestClient, street: Street) -> None:  # type: ignore[type-arg]
    """The same 200 each time; the body is handed on as it came."""
    path = street.below(street.links.callback(CALL))

    for _ in range(3):
        assert (await vendor.post(path, data=b'{"a" : 1}')).status == 200

    assert street.heard == [(CALL, b'{"a" : 1}')] * 3


async def test_a_forged_callback_is_turned_away(vendor: TestClient, street: Street) -> None:  # type: ignore[type-arg]
    """A wrong signature, another call's, or one that its vendor has not signed."""
    signature = street.links.callback(CALL).rpartition("/")[2]
    other = street.links.callback("0" * 24).rpartition("/")[2]

    for call, wrong in ((CALL, other), ("0" * 24, signature), (CALL, "x"), (CALL, "\u20ac")):
        assert (await vendor.post(f"/callbacks/{call}/{wrong}", data=b"{}")).status == 404
    assert street.heard == []
    street.is_forged = True
    assert (await vendor.post(street.below(street.links.callback(CALL)), data=b"{}")).status == 404


async def test_a_callback_has_a_size(vendor: TestClient, street: Street) -> None:  # type: ignore[type-arg]
    """What is too large is not read to its end."""
    path = street.below(street.links.callback(CALL))

    assert (await vendor.post(path, data=b"x" * (CALLBACK_BYTES_MAX + 1))).status == 413
    assert (await vendor.post(path, data=b"x" * CALLBACK_BYTES_MAX)).status == 200


async def test_without_an_outside_there_is_nothing(world: World, street: Street) -> None:
    """A chat that nobody set up for vendors serves neither."""
    server = TestServer(WebChat(EXPOSED, world.ports()).application())
    async with TestClient(server, headers={"Host": "easel.example"}) as client:
        assert (await client.get(street.below(street.links.picture(SHA256)))).status == 404
        assert (await client.post(street.below(street.links.callback(CALL)), data=b"{}")).status == 404
