"""How a command is declared: once, with a pydantic model of its options; every platform renders it natively."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from bot.core.replies import Address, Reply
from bot.core.studio import Draft, Studio

Said = TypeVar("Said", bound="Options")
Reads = Literal[
    "word", "flag", "size", "who", "where", "target", "amount", "limit", "period", "picture", "job"
]


class Options(BaseModel):
    """What a person may say with a command. Field descriptions and bounds are shown by every platform."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


@dataclass(frozen=True)
class Says:
    """How one option is typed: put it into the field's Annotated metadata.

    `reads` says how a value is read from a text line; `aliases` are further names. A target is a person or a channel, a
    limit an amount or "none", a period "day" or "per day".
    """

    reads: Reads = "word"
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Caller:
    """Who uses a command, from where, and by which event.

    `event` is unique per (platform, tenant): the same event is the same order. `is_admin` is decided for this very
    act, never remembered: the platform says what its own permissions give, `Studio.admit` adds the rest. `roles`
    are the platform's ids of roles or user groups; `is_guest` says that they belong to another organisation or see
    only a part of this one. `has_seen_price` says that they pressed a button that shows what it costs, and
    `price_shown`, where it is known, how much that was, in millicredits: an order that has become dearer since is
    asked about anew. With `holds_back` a job that they order runs only when its first message is posted. With
    `orders_once` the same order is refused while one of theirs is open: they pressed a button, perhaps twice.
    `channel_name` is what people call the channel, such as "#art", where the platform tells. `by_message` says that
    they used no command of a chat.
    """

    person: str
    address: Address
    name: str
    event: str
    is_admin: bool = False
    is_operator: bool = False
    is_guest: bool = False
    roles: tuple[str, ...] = ()
    has_seen_price: bool = False
    price_shown: int | None = None
    holds_back: bool = False
    orders_once: bool = False
    channel_name: str = ""
    by_message: bool = False

    @property
    def tenant(self) -> str:
        """The tenant that the caller acts in."""
        return self.address.tenant


@dataclass(frozen=True)
class Command(Generic[Said]):
    """One thing that people can ask for.

    `words` names the option that takes the free words of a text line; `positional` the options that are read from
    its first words, in order. `acts` are the sub-commands of a group such as /quota. `draft`, of a command that draws,
    tells what it would order, or what it would ask instead; it changes nothing and may raise a Refusal.
    """

    name: str
    summary: str
    options: type[Said]
    handler: Callable[[Said, Caller, Studio], Awaitable[Reply]]
    words: str | None = None
    positional: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    admins_only: bool = False
    acts: tuple[Command[Any], ...] = field(default=())
    draft: Callable[[Said, Caller, Studio], Awaitable[Draft | Reply]] | None = None

    def act(self, name: str) -> Command[Any] | None:
        """Find the sub-command `name`."""
        return next((act for act in self.acts if act.name == name), None)
