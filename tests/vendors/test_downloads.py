"""Pictures that a vendor only names: fetched with patience, and never from where pictures cannot be."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from gzip import compress
from pathlib import Path

import httpx2
import pytest
from aiohttp import web

from bot.vendors.downloads import DownloadFailed, Downloads, is_public

PICTURE = b"\x89PNG\r\n\x1a\n" + b"x" * 100_000


@dataclass
class Shelf:
    """A server with a picture, which fails as often as it is told."""

    failures: int = 0
    address: str = ""
    asked: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Shelf]:
        """Serve on a free port while the block runs."""
        app = web.Application()
        app.router.add_get("/{name}", self._get)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
            yield self
        finally:
            await runner.cleanup()

    async def _get(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(f"{request.host} {request.path}")
        assert "Authorization" not in request.headers
        match request.match_info["name"]:
            case "inside":
                raise web.HTTPFound("http://10.0.0.1/picture")
            case "around":
                raise web.HTTPFound("/around")
            case "moved":
                raise web.HTTPFound("/picture")
            case "bomb":
                packed = compress(compress(bytes(100_000_000)))
                return web.Response(body=packed, headers={"Content-Encoding": "gzip, gzip"})
        if self.failures:
            self.failures -= 1
            raise web.HTTPServiceUnavailable
        return web.Response(body=PICTURE)


@pytest.fixture
async def shelf() -> AsyncIterator[Shelf]:
    """Serve a picture."""
    async with Shelf().serving() as serving:
        yield serving


@dataclass
class Waited:
    """Keeps how long one would have waited."""

    seconds: list[float] = field(default_factory=list)

    async def pause(self, seconds: float) -> None:
        """Do not wait."""
        self.seconds.append(seconds)


@pytest.mark.parametrize("name", ["picture", "moved"])
async def test_a_picture_is_fetched(shelf: Shelf, tmp_path: Path, name: str) -> None:
    """The bytes are written, also after a redirect."""
    await Downloads(shelf.address).fetch(f"{shelf.address}/{name}", tmp_path / "a")

    assert (tmp_path / "a").read_bytes() == PICTURE


async def test_a_paid_picture_is_asked_for_again(shelf: Shelf, tmp_path: Path) -> None:
    """A server that cannot now is asked again, ever later, four times in all."""
    waited = Waited()
    downloads = Downloads(shelf.address, pause=waited.pause)
    shelf.failures = 3
    await downloads.fetch(f"{shelf.address}/picture", tmp_path / "a")
    shelf.failures = 4

    with pytest.raises(DownloadFailed):
        await downloads.fetch(f"{shelf.address}/picture", tmp_path / "b")
    assert waited.seconds == [0.5, 2.0, 5.0] * 2


@pytest.mark.parametrize(
    ("url", "addresses"),
    [
        ("http://files.example/p", ["93.184.216.34"]),
        ("ftp://files.example/p", ["93.184.216.34"]),
        ("https://files.example/p", ["10.1.2.3"]),
        ("https://files.example/p", ["93.184.216.34", "169.254.169.254"]),
        ("https://files.example/p", ["127.0.0.1"]),
        ("https://files.example/p", ["::ffff:127.0.0.1"]),
        ("https://169.254.169.254/latest", ["169.254.169.254"]),
        ("https://[::1]/p", ["::1"]),
        ("https://files.example:8443/p", ["93.184.216.34"]),
        ("https://files.example:22/p", ["93.184.216.34"]),
        ("https://api.vendor.example:8443/p", ["93.184.216.34"]),
        ("http://api.vendor.example/p", ["93.184.216.34"]),
        ("http://api.vendor.example:443/p", ["93.184.216.34"]),
        ("https://user:word@files.example/p", ["93.184.216.34"]),
        ("file:///etc/passwd", []),
        ("https://", []),
        ("nonsense", []),
        ("data:image/png;base64,QUJD", []),
    ],
)
async def test_nothing_is_fetched_from_inside(url: str, addresses: list[str], tmp_path: Path) -> None:
    """What a vendor names is not trusted: no other scheme, no private address, whatever name it has."""

    async def told(host: str, port: int) -> Sequence[str]:
        return addresses

    with pytest.raises(DownloadFailed) as raised:
        await Downloads("https://api.vendor.example/v1", resolve=told).fetch(url, tmp_path / "a")

    assert raised.value.is_final
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize(
    ("base", "url", "is_trusted"),
    [
        ("http://10.0.0.9:4011/v1", "http://10.0.0.9:4011/p", True),
        ("http://10.0.0.9:4011/v1", "http://10.0.0.9:6379/p", False),
        ("http://10.0.0.9:4011/v1", "http://10.0.0.9/p", False),
        ("http://10.0.0.9:4011/v1", "https://10.0.0.9/p", False),
        ("http://10.0.0.9/v1", "http://10.0.0.9:80/p", True),
        ("http://10.0.0.9/v1", "http://10.0.0.8/p", False),
        ("https://gateway.lan:8443/v1", "https://gateway.lan:8443/p", True),
        ("https://gateway.lan:8443/v1", "https://gateway.lan/p", False),
    ],
)
async def test_a_vendor_on_our_own_network_opens_no_other_door_there(
    base: str, url: str, *, is_trusted: bool
) -> None:
    """Only the host and port that operators named themselves; nothing that else listens on that machine."""

    async def inside(host: str, port: int) -> Sequence[str]:
        return ["10.0.0.9"]

    downloads = Downloads(base, resolve=inside)
    async with httpx2.AsyncClient() as client:
        if is_trusted:
            assert (await downloads.request(client, "GET", httpx2.URL(url))).url.host == "10.0.0.9"
        else:
            with pytest.raises(DownloadFailed) as raised:
                await downloads.request(client, "GET", httpx2.URL(url))
            assert raised.value.is_final


@pytest.mark.parametrize("name", ["inside", "around"])
async def test_a_redirect_is_trusted_no_more(shelf: Shelf, tmp_path: Path, name: str) -> None:
    """Where a redirect leads is checked like the first address, and it may not go on for ever."""

    async def literal(host: str, port: int) -> Sequence[str]:
        return [host]

    with pytest.raises(DownloadFailed) as raised:
        await Downloads(shelf.address, resolve=literal).fetch(f"{shelf.address}/{name}", tmp_path / "a")

    assert raised.value.is_final


async def test_the_address_that_was_checked_is_used(shelf: Shelf, tmp_path: Path) -> None:
    """A name that resolves to something else a moment later cannot lead us astray: it is resolved once."""
    port = shelf.address.rpartition(":")[2]
    looked_up: list[str] = []

    async def once(host: str, port: int) -> Sequence[str]:
        looked_up.append(host)
        return ["127.0.0.1"]

    downloads = Downloads(f"http://vendor.example:{port}/v1", resolve=once)
    await downloads.fetch(f"http://vendor.example:{port}/picture", tmp_path / "a")

    assert looked_up == ["vendor.example"]
    assert shelf.asked == [f"vendor.example:{port} /picture"]


async def test_a_picture_has_a_largest_size(shelf: Shelf, tmp_path: Path) -> None:
    """A file that does not end is left."""
    with pytest.raises(DownloadFailed, match="too large"):
        await Downloads(shelf.address, size_bytes_max=1_000).fetch(f"{shelf.address}/picture", tmp_path / "a")


async def test_what_is_packed_twice_is_not_unpacked(shelf: Shelf, tmp_path: Path) -> None:
    """A few hundred bytes that would be a hundred million in our memory before any limit could count them."""
    with pytest.raises(DownloadFailed, match="DecodingError"):
        await Downloads(shelf.address, pause=Waited().pause).fetch(f"{shelf.address}/bomb", tmp_path / "a")


@pytest.mark.parametrize(
    ("address", "is_it"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("10.0.0.1", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("::ffff:10.0.0.1", False),
        ("::127.0.0.1", False),
        ("::ffff:0:7f00:1", False),
        ("64:ff9b:1::7f00:1", False),
        ("fec0::1", False),
        ("168.63.129.16", False),
        ("elsewhere", False),
    ],
)
def test_public_addresses_are_known(address: str, *, is_it: bool) -> None:
    """Private, local and wrapped addresses are not public."""
    assert is_public(address) is is_it
