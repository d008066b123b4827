"""Requests that the library must not repeat by itself: nobody would know what became of the first one."""

from __future__ import annotations

from types import SimpleNamespace

import aiohttp

from bot.platforms.discord.faults import DiscordFault

TURNED_AWAY = 429


class Once:
    """Stands among the files of a request, which the library takes from the beginning before every try.

    A try after one that Discord turned away unread is the first one still.
    """

    def __init__(self) -> None:
        self.status: int | None = None

    def reset(self, *, seek: int | bool = True) -> None:
        """Let a try begin; raises DiscordFault where an earlier one may have been done."""
        if seek and self.status != TURNED_AWAY:
            raise DiscordFault("unreachable")
        self.status = None


def tracing() -> aiohttp.TraceConfig:
    """Let such requests know how each of their tries was answered."""
    config = aiohttp.TraceConfig()
    config.on_request_end.append(_answered)
    return config


async def _answered(
    _session: aiohttp.ClientSession, context: SimpleNamespace, answered: aiohttp.TraceRequestEndParams
) -> None:
    asked = getattr(context, "trace_request_ctx", None)
    if isinstance(asked, Once):
        asked.status = answered.response.status
