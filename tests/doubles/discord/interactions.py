"""Interactions: three seconds to answer, fifteen minutes for the rest, each once. On the world's clock."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from tests.doubles.discord.refusals import Json, Refused
from tests.doubles.discord.shapes import channel_wire
from tests.doubles.discord.state import Channel, Message, User, World

PING, COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 1, 2, 3, 4, 5
ANSWER_MS, LIFE_MS = 3_000, 15 * 60_000


@dataclass
class Interaction:
    """One click, command or form, and what the bot answered to it."""

    id: str
    token: str
    kind: int
    user: User
    channel: Channel
    data: Json
    message: Message | None
    made_ms: int
    started: float
    answer_kind: int | None = None
    answered: float | None = None
    is_ephemeral: bool = False
    original_id: str | None = None
    modal: Json | None = None
    choices: list[Json] | None = None
    followup_ids: list[str] = field(default_factory=list)

    @property
    def wait_seconds(self) -> float:
        """How long the answer took, in real time."""
        assert self.answered is not None
        return self.answered - self.started


@dataclass
class Interactions:
    """All of them, by id and by token."""

    world: World
    by_token: dict[str, Interaction] = field(default_factory=dict)

    def make(
        self, kind: int, user: User, channel: Channel, data: Json, message: Message | None = None
    ) -> Interaction:
        """Begin one and send it through the gateway."""
        world = self.world
        token = secrets.token_urlsafe(96)
        made = Interaction(
            world.new_id(), token, kind, user, channel, data, message, world.clock.now_ms(), time.monotonic()
        )
        self.by_token[token] = made
        world.emit("INTERACTION_CREATE", self.wire(made))
        return made

    def wire(self, made: Interaction) -> Json:
        """The interaction object."""
        world, channel = self.world, made.channel
        guild = world.guild_of(channel)
        allowed = str(int(world.may(world.bot.id, channel)))
        shown: Json = {
            "id": made.id,
            "application_id": world.bot.id,
            "type": made.kind,
            "data": made.data,
            "token": made.token,
            "version": 1,
            "channel_id": channel.id,
            "channel": channel_wire(world, channel)
            | {"permissions": str(int(world.may(made.user.id, channel)))},
            "locale": "en-US",
            "app_permissions": allowed,
            "entitlements": [],
            "authorizing_integration_owners": {"0": guild.id if guild else "0"},
            "context": 0 if guild else 1,
            "attachment_size_limit": world.file_bytes_max(channel, made.user.id),
        }
        if guild is not None:
            member = guild.members[made.user.id].wire()
            member["permissions"] = str(int(world.may(made.user.id, channel)))
            shown |= {"member": member, "guild_id": guild.id, "guild_locale": guild.locale}
            shown["guild"] = {"id": guild.id, "locale": guild.locale, "features": ["COMMUNITY"]}
        else:
            shown["user"] = made.user.wire()
        if made.message is not None:
            shown["message"] = dict(made.message.wire)
        return shown

    def answering(self, interaction_id: str, token: str) -> Interaction:
        """Find what a first answer is for: 10062 if unknown or later than three seconds, 40060 if answered."""
        found = self.by_token.get(token)
        if found is None or found.id != interaction_id:
            raise Refused(10062)
        if found.answer_kind is not None:
            raise Refused(40060)
        if self.world.clock.now_ms() - found.made_ms > ANSWER_MS:
            raise Refused(10062)
        return found

    def going_on(self, application_id: str, token: str) -> Interaction:
        """Find what a later call is for: 10015 if it was never answered, 50027 after fifteen minutes."""
        found = self.by_token.get(token)
        if application_id != self.world.bot.id or found is None:
            raise Refused(10015 if found is None else 50027)
        if self.world.clock.now_ms() - found.made_ms > LIFE_MS:
            raise Refused(50027)
        if found.answer_kind is None:
            raise Refused(10015)
        return found

    def answer(self, made: Interaction, kind: int) -> None:
        """Note the first answer."""
        made.answer_kind, made.answered = kind, time.monotonic()
        self.world.changes.tell()

    def source(self, made: Interaction) -> dict[str, Any]:
        """The fields that tie an answer to its interaction."""
        meta = {
            "id": made.id,
            "type": made.kind,
            "user": made.user.wire(),
            "authorizing_integration_owners": {"0": made.channel.guild_id or "0"},
        }
        if made.kind == COMMAND:
            meta |= {"name": made.data["name"], "command_type": made.data["type"]}
        if made.message is not None:
            meta["interacted_message_id"] = made.message.id
        return {
            "interaction_metadata": meta,
            "webhook_id": self.world.bot.id,
            "application_id": self.world.bot.id,
        }
