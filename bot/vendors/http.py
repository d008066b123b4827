"""The one place that opens HTTP connections to vendors: time limits, certificates, and what a broken one means."""

from __future__ import annotations

import ipaddress
from collections.abc import AsyncGenerator
from contextlib import aclosing

import httpx2

from bot.core.errors import OutcomeUnknown, VendorError, VendorUnreachable

CONNECT_SECONDS = 10.0
WRITE_SECONDS = 60.0
POOL_SECONDS = 5.0


def open_client(base_url: str) -> httpx2.AsyncClient:
    """Make a client for one server; it opens nothing before it is asked.

    Redirects are not followed. Every request has a connection of its own: when an idle one turns out to be dead, nobody
    knows whether the request was still read, and a paid request must not be sent into that.
    """
    return httpx2.AsyncClient(
        base_url=base_url,
        headers={"User-Agent": "easel", "Accept-Encoding": "identity"},
        timeout=time_limits(WRITE_SECONDS),
        limits=httpx2.Limits(max_connections=None, max_keepalive_connections=0),
        trust_env=not is_loopback(httpx2.URL(base_url).host),
    )


def time_limits(read_seconds: float) -> httpx2.Timeout:
    """Limit every wait of a request; `read_seconds` is the longest silence."""
    return httpx2.Timeout(read_seconds, connect=CONNECT_SECONDS, write=WRITE_SECONDS, pool=POOL_SECONDS)


def pieces_of(response: httpx2.Response) -> aclosing[AsyncGenerator[bytes, None]]:
    """Read a body in pieces, within a block; leaving the block early ends the reading.

    A body that is packed more than once is not read: a few bytes of it may be more than our memory. Raises HTTPError.
    """
    if "," in response.headers.get("content-encoding", ""):
        raise httpx2.DecodingError("packed more than once", request=response.request)
    return aclosing(response.aiter_bytes())


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine by its name; proxies are for others."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


NOTHING_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)


def broken_connection(error: httpx2.HTTPError, *, is_sent: bool) -> VendorError:
    """Say what is certain when a request broke: a request that was not sent whole cannot be executed."""
    reason = type(error).__name__
    if isinstance(error, NOTHING_SENT) or not is_sent:
        return VendorUnreachable(reason)
    return OutcomeUnknown(reason)
