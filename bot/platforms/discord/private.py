"""The private message that answers an order: kept up to date while its token lives, and concluded once."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from weakref import WeakValueDictionary

from bot.core.ports import Clock
from bot.core.replies import Address
from bot.platforms.discord.exchange import edit_of
from bot.platforms.discord.faults import DiscordFault
from bot.platforms.discord.rest import Body, Rest, SentFile

REMEMBERED_MAX = 1_000


class PrivateMessages:
    """Edits the answers to interactions, one request at a time each; nothing comes after the conclusion."""

    def __init__(self, rest: Rest, clock: Clock) -> None:
        self._rest = rest
        self._clock = clock
        self.application = ""
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._concluded: OrderedDict[str, None] = OrderedDict()

    def reaches(self, address: Address) -> bool:
        """Whether the person can still be told privately."""
        return bool(address.token) and self._clock() < (address.token_expires or 0)

    async def update(self, token: str, body: Body, files: Sequence[SentFile] = ()) -> None:
        """Show how things stand; does nothing once the message is concluded."""
        async with self._locks.setdefault(token, asyncio.Lock()):
            if token not in self._concluded:
                await self._rest.edit_answer(self.application, token, edit_of(body), files)

    async def conclude(self, address: Address, body: Body, files: Sequence[SentFile] = ()) -> bool:
        """Show how it ended; False when the token is dead."""
        token = address.token
        if token is None or not self.reaches(address):
            return False
        async with self._locks.setdefault(token, asyncio.Lock()):
            self._concluded[token] = None
            while len(self._concluded) > REMEMBERED_MAX:
                self._concluded.popitem(last=False)
            try:
                await self._rest.edit_answer(self.application, token, edit_of(body), files)
            except DiscordFault as fault:
                if fault.name in {"token_dead", "message_gone", "bad_token", "channel_gone"}:
                    return False
                raise
        return True
