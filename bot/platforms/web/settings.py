"""Where the web chat listens, and whom it lets in."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
SECRET_BYTES_MIN = 16


class UnsafeExposure(Exception):
    """The web chat would be open to others without a way to tell them apart; the text says what to set."""


@dataclass(frozen=True)
class WebSettings:
    """How the web chat is run.

    Not exposed, there is one person, "you", on this machine. Exposed, people come by an invitation that
    `secret` signs; `operators` are the user ids (see `user_of`) of those who may do everything.
    Raises UnsafeExposure.
    """

    host: str
    port: int
    secret: bytes
    is_exposed: bool = False
    public_url: str | None = None
    upload_bytes_max: int = 25 * 1024 * 1024
    uploads_max: int = 16
    operators: frozenset[str] = frozenset()
    metrics_token: str | None = None
    """Who shows it may read /metrics; without one only this machine may, while the chat is not exposed."""

    def __post_init__(self) -> None:
        if len(self.secret) < SECRET_BYTES_MIN:
            raise UnsafeExposure(
                f"EASEL_SECRET_KEY is too short. Give it at least {SECRET_BYTES_MIN} characters."
            )
        if self.is_exposed:
            return
        if not is_loopback(self.host):
            raise UnsafeExposure(
                f"Others can reach {self.host}, so set EASEL_SECRET_KEY, or listen on 127.0.0.1 by EASEL_HOST."
            )
        if self.public_url:
            raise UnsafeExposure("EASEL_PUBLIC_URL needs a secret. Set EASEL_SECRET_KEY, or remove the URL.")

    @property
    def is_https(self) -> bool:
        """Whether people reach the chat over TLS."""
        return (self.public_url or "").startswith("https://")

    @property
    def hosts(self) -> frozenset[str]:
        """The host names that a request may be addressed to."""
        public = urlsplit(self.public_url).hostname if self.public_url else None
        return LOOPBACK | {name for name in (self.host.lower(), public) if name}

    @property
    def origin(self) -> str | None:
        """The public address as browsers send it in `Origin`."""
        if not self.public_url:
            return None
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}".lower()


def is_loopback(host: str) -> bool:
    """Say whether only this machine can reach `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
