"""One request on its way through a route: what it names, and what the bot may do there."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.doubles.discord.interactions import Interactions
from tests.doubles.discord.permissions import May
from tests.doubles.discord.refusals import Refused
from tests.doubles.discord.state import DM, Channel, Guild, Message, World
from tests.doubles.exchanges import Exchange

Answer = tuple[int, Any]
NONCE_MS = 120_000
NOTHING = May(0)


@dataclass
class Nonces:
    """Which nonce made which message, for two minutes."""

    made: deque[tuple[int, str, str, str]] = field(default_factory=deque)

    def find(self, world: World, nonce: str) -> tuple[str, str] | None:
        """Return channel and message that this nonce made lately."""
        while self.made and self.made[0][0] < world.clock.now_ms() - NONCE_MS:
            self.made.popleft()
        return next((each[2:] for each in self.made if each[1] == nonce), None)

    def note(self, world: World, nonce: str, message: Message) -> None:
        """Remember a message's nonce."""
        self.made.append((world.clock.now_ms(), nonce, message.channel_id, message.id))


@dataclass(frozen=True)
class Call:
    """A request and the state that its route needs."""

    world: World
    exchange: Exchange
    params: Mapping[str, str]
    interactions: Interactions
    nonces: Nonces

    @property
    def me(self) -> str:
        """The bot's id."""
        return self.world.bot.id

    def channel(self, *, needs: May = NOTHING) -> Channel:
        """Return the channel of the address: 10003 if there is none, 50001 if hidden, 50013 if `needs` lacks."""
        channel = self.world.channel(self.params["channel"])
        allowed = self.world.may(self.me, channel)
        if channel.type == DM and self.me not in channel.recipients and not allowed:
            raise Refused(50001)
        if not allowed & May.VIEW_CHANNEL:
            raise Refused(50001)
        if allowed & needs != needs:
            raise Refused(50013)
        return channel

    def guild(self) -> Guild:
        """Return the server of the address, if the bot is in it."""
        guild = self.world.guilds.get(self.params["guild"])
        if guild is None or self.me not in guild.members:
            raise Refused(10004)
        return guild

    def own(self, application: str) -> None:
        """Only the bot's own application may be addressed."""
        if application not in {self.me, "@me"}:
            raise Refused(10002)


Handler = Callable[[Call], Answer]
