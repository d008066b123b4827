"""How Easel is connected to Discord."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

API_URL = "https://discord.com/api/v10"
FILE_HOSTS = frozenset(
    {
        "cdn.discordapp.com",
        "media.discordapp.net",
        "images-ext-1.discordapp.net",
        "images-ext-2.discordapp.net",
    }
)
"""Where Discord keeps attachments, and its own proxies for pictures of embeds. Nothing else is ever fetched."""

PERMISSIONS = 309_237_746_688
"""View Channel, Send Messages, Attach Files, Read Message History, Create Public Threads, Send Messages in Threads."""


@dataclass(frozen=True)
class DiscordSettings:
    """The bot's token, and where Discord is; another address puts a proxy or a double in front of it."""

    token: str = field(repr=False)
    api_url: str | None = None
    gateway_url: str | None = None

    @property
    def api(self) -> str:
        """The address that paths are appended to."""
        if self.api_url is None:
            return API_URL
        base = self.api_url.rstrip("/")
        return base if urlsplit(base).path else f"{base}/api/v10"

    @property
    def file_hosts(self) -> frozenset[str]:
        """The hosts that pictures may be fetched from."""
        return FILE_HOSTS if self.api_url is None else FILE_HOSTS | {urlsplit(self.api).netloc}


def invite_url(application: str) -> str:
    """Write the address that adds the bot to a server with the permissions it needs."""
    return (
        f"https://discord.com/oauth2/authorize?client_id={application}"
        f"&scope=bot+applications.commands&permissions={PERMISSIONS}"
    )
