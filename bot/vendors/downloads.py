"""Pictures that a vendor names by address, fetched at once and only from where pictures can be."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx2

from bot.vendors.http import open_client, pieces_of, time_limits

READ_SECONDS = 60.0
HOPS_MAX = 3
PAUSES_SECONDS = (0.5, 2.0, 5.0)
"""How long to wait before each further try; the vendor is paid already, so it is worth several."""

PORTS: Mapping[str, int] = MappingProxyType({"http": 80, "https": 443})

GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
"""All of IPv6 that is handed out, by iana.org/assignments/ipv6-unicast-address-assignments; most wraps lie outside."""

INSIDE = frozenset({ipaddress.ip_address("168.63.129.16")})
"""Looks public and is not: it serves machines at Azure (learn.microsoft.com, "What is IP address 168.63.129.16")."""

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
Pause = Callable[[float], Awaitable[None]]


class DownloadFailed(Exception):
    """A picture cannot be fetched; `is_final` says that trying again will not help."""

    def __init__(self, reason: str, *, is_final: bool) -> None:
        self.is_final = is_final
        super().__init__(reason)


async def resolve(host: str, port: int) -> Sequence[str]:
    """Look up the addresses of a host; raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


@dataclass(frozen=True)
class Downloads:
    """Fetches pictures for the vendor at `base_url`.

    An address that a vendor names is not trusted: it must be on the very host and port where the vendor is reached, or
    be https on its usual port and lead to a public address. The connection goes to what was checked.
    """

    base_url: str
    size_bytes_max: int = 64 * 2**20
    resolve: Resolve = resolve
    pause: Pause = asyncio.sleep

    async def fetch(self, url: str, path: Path) -> None:
        """Write what `url` leads to into `path`. Raises DownloadFailed, and OSError when it cannot be written."""
        for pause_seconds in (*PAUSES_SECONDS, None):
            try:
                return await self._fetch_once(url, path)
            except DownloadFailed as error:
                if error.is_final or pause_seconds is None:
                    raise
                await self.pause(pause_seconds)
        raise AssertionError

    async def _fetch_once(self, url: str, path: Path) -> None:
        async with open_client(self.base_url) as client:
            for _ in range(HOPS_MAX):
                onward = await self._hop(client, url, path)
                if onward is None:
                    return
                url = onward
        raise DownloadFailed("redirected too often", is_final=True)

    async def _hop(self, client: httpx2.AsyncClient, url: str, path: Path) -> str | None:
        """Ask one address; returns where it sends us, or None when the picture is written."""
        try:
            target = httpx2.URL(url)
            request = await self.request(client, "GET", target)
            response = await client.send(request, stream=True)
            async with aclosing(response):
                if response.has_redirect_location:
                    return str(target.join(response.headers["location"]))
                if response.status_code != httpx2.codes.OK:
                    raise DownloadFailed(str(response.status_code), is_final=False)
                await self._write(response, path)
        except httpx2.InvalidURL as error:
            raise DownloadFailed("no address", is_final=True) from error
        except httpx2.HTTPError as error:
            raise DownloadFailed(type(error).__name__, is_final=False) from error
        return None

    async def request(
        self, client: httpx2.AsyncClient, method: str, url: httpx2.URL, **more: Any
    ) -> httpx2.Request:
        """Address a request to the checked address of the host, under the host's name; raises DownloadFailed."""
        origin = _origin(url)
        is_own = origin == _origin(httpx2.URL(self.base_url))
        is_usual = origin[0] == "https" and origin[2] == PORTS["https"]
        if not (is_own or is_usual) or not url.host or url.userinfo:
            raise DownloadFailed("no https address", is_final=True)
        try:
            addresses = await self.resolve(url.host, origin[2])
        except OSError:
            addresses = ()
        if not addresses:
            raise DownloadFailed("no such host", is_final=False)
        if not is_own and not all(is_public(each) for each in addresses):
            raise DownloadFailed("not a public address", is_final=True)
        return client.build_request(
            method,
            url.copy_with(host=addresses[0]),
            headers={"Host": url.netloc.decode("ascii"), **more.pop("headers", {})},
            timeout=time_limits(READ_SECONDS),
            extensions={"sni_hostname": url.host},
            **more,
        )

    async def _write(self, response: httpx2.Response, path: Path) -> None:
        size_bytes = 0
        with await asyncio.to_thread(path.open, "wb") as file:
            async with pieces_of(response) as pieces:
                async for piece in pieces:
                    size_bytes += len(piece)
                    if size_bytes > self.size_bytes_max:
                        raise DownloadFailed("too large", is_final=True)
                    await asyncio.to_thread(file.write, piece)
        if not size_bytes:
            raise DownloadFailed("empty", is_final=False)


def _origin(url: httpx2.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, url.port or PORTS.get(url.scheme, 0)


def is_public(address: str) -> bool:
    """Tell whether an address belongs to the public internet, also where it wraps another one."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is not None:
            return is_public(str(inner))
        if found not in GLOBAL_UNICAST:
            return False
    return found not in INSIDE and found.is_global and not found.is_multicast
