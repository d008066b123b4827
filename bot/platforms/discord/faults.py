"""What Discord refuses, in our words. Codes: discord-api-docs, "Opcodes and Status Codes"."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import MappingProxyType

import aiohttp
import discord

FAULTS: Mapping[int, str] = MappingProxyType(
    {
        10003: "channel_gone",
        10004: "bot_gone",
        10007: "member_gone",
        10008: "message_gone",
        10013: "member_gone",
        10015: "token_dead",
        10062: "token_dead",
        20028: "busy",
        30007: "busy",
        40005: "too_large",
        40060: "answered_already",
        50001: "no_access",
        50007: "no_direct_messages",
        50013: "no_permission",
        50027: "token_dead",
        50083: "thread_archived",
        50278: "no_direct_messages",
        160002: "no_history",
        160004: "thread_exists",
        160005: "thread_locked",
        160006: "too_many_threads",
        200000: "word_blocked",
        40067: "tag_required",
        220003: "tag_required",
    }
)
"""Which fault each code of Discord is; others are named by their status."""

FINAL = frozenset(
    {
        "channel_gone",
        "bot_gone",
        "token_dead",
        "no_access",
        "no_permission",
        "no_direct_messages",
        "thread_locked",
        "tag_required",
        "too_large",
        "word_blocked",
        "rejected",
    }
)
"""Faults that trying again later does not mend."""

REFUSALS = frozenset({"no_access", "no_permission", "channel_gone", "bot_gone", "thread_locked"})
"""What repeated asking would be counted against us: Discord bans after 10,000 refused requests in ten minutes."""

_STATUS = MappingProxyType(
    {401: "bad_token", 403: "no_permission", 404: "channel_gone", 413: "too_large", 429: "busy"}
)


class DiscordFault(Exception):
    """Discord did not do what was asked; `name` says why, in our words."""

    def __init__(self, name: str, code: int = 0) -> None:
        self.name = name
        self.code = code
        super().__init__(name)

    @property
    def is_final(self) -> bool:
        """Whether the same request would be refused again."""
        return self.name in FINAL


def fault_of(error: BaseException) -> DiscordFault:
    """Turn what the library raises into a fault of ours."""
    match error:
        case DiscordFault():
            return error
        case discord.HTTPException() if error.code in FAULTS:
            return DiscordFault(FAULTS[error.code], error.code)
        case discord.HTTPException() if error.status in _STATUS:
            return DiscordFault(_STATUS[error.status], error.code)
        case discord.HTTPException() if error.status < 500:
            return DiscordFault("rejected", error.code)
        case discord.RateLimited():
            return DiscordFault("busy")
        case discord.HTTPException() | OSError() | aiohttp.ClientError() | asyncio.TimeoutError():
            return DiscordFault("unreachable")
        case _:
            raise error
