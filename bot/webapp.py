"""The web chat's part of the composition: its settings, the secret behind its links, its readiness, invitations."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from bot.chatapps import Chats
from bot.core.errors import EaselError
from bot.platforms.web.sessions import invitation
from bot.platforms.web.settings import WebSettings
from bot.secretfile import own_secret
from bot.storage import people
from bot.storage.database import Database
from bot.storage.people import Tenant
from config import Config, ConfigError
from config.settings import is_loopback

LOCAL_TENANT = Tenant(id="local", platform="web", name="Web chat", state="approved", time_zone="UTC", plan="")
READY_SECONDS = 2.0


def web_settings(config: Config) -> WebSettings:
    """Say where the web chat is served, and who may see what."""
    settings = config.settings
    return WebSettings(
        host=settings.host,
        port=settings.port,
        secret=secret_of(config),
        is_exposed=not is_loopback(settings.host) or settings.public_url is not None,
        public_url=settings.public_url,
        operators=frozenset(each.removeprefix("web:") for each in settings.admins if each.startswith("web:")),
        metrics_token=settings.metrics_token.get_secret_value() if settings.metrics_token else None,
    )


def secret_of(config: Config) -> bytes:
    """Return what signs links and sessions; it is made, and kept in the data folder, where none is set."""
    key, folder = config.settings.secret_key, config.settings.data_dir
    return (key.get_secret_value() if key else own_secret(folder)).encode()


def readiness_of(database: Database, joined: Chats) -> Callable[[], Awaitable[Mapping[str, bool | str]]]:
    """Tell of each part whether it works, or what is the matter with it."""

    async def parts() -> Mapping[str, bool | str]:
        try:
            async with asyncio.timeout(READY_SECONDS):
                await database.read(people.find_tenant, LOCAL_TENANT.id)
        except (EaselError, TimeoutError):
            return {"database": "does not answer"}
        return {"database": True, **joined.readiness()}

    return parts


def invite(config: Config, name: str, *, now: int) -> str:
    """Make a personal link to a web chat that others can reach; raises ConfigError when they cannot."""
    settings = web_settings(config)
    if not settings.is_exposed:
        raise ConfigError(
            "Only this machine reaches the web chat. Set EASEL_PUBLIC_URL and EASEL_SECRET_KEY first."
        )
    return invitation(settings, name, now=now)
