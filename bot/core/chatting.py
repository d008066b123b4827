"""What a chat platform hands in beyond lines and presses: options one by one, forms, messages that may be orders."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bot.core.chat import Message
from bot.core.commands import Caller
from bot.core.forms import Choice
from bot.core.front import Filled, Front, Uploaded
from bot.core.replies import Reply

__all__ = ["ChatFront", "Fetch", "Filled", "Heard", "Listener", "Sent"]


@dataclass(frozen=True)
class Sent:
    """A form that was sent. The draft and `submission`, the platform's own id of the sending, are one event.

    `values` holds every field that was shown, an emptied one as ""; fields that were not shown keep the draft's value.
    """

    draft: str
    submission: str
    caller: Caller
    values: Mapping[str, object] = field(default_factory=dict)
    attachments: tuple[Uploaded, ...] = ()
    mask: Uploaded | None = None


class ChatFront(Front, Protocol):
    """The front for chat platforms.

    Every button of a reply can be written as a code of at most 100 characters (`bot.core.codes.code_of`) and is read
    back with `press_of`: words and attachments that belong to it are kept here, for their owner only. A reply whose
    `form` is set asks for a form: a platform that can open one now does so; otherwise it shows the reply, whose
    button opens the form.
    """

    async def send(self, sent: Sent) -> Reply:
        """Run the command of a form that was sent; sent twice, it is one order. Refusals are replies."""
        ...

    async def suggest(self, command: str, option: str, typed: str, caller: Caller) -> tuple[Choice, ...]:
        """Offer at most 25 values for an option while it is typed; each is authorised again when it is used."""
        ...


Fetch = Callable[[], Awaitable[tuple[Uploaded, ...]]]
"""Downloads and keeps all attachments of a message, in their order; raises Refusal."""


@dataclass(frozen=True)
class Heard:
    """A message that was said where we can hear it.

    `id` is the platform's own id of the message, the same for every event about it. `answered` is the message that it
    replies to (Discord). The address of `caller` is where an answer goes: its `thread` is the thread that the message
    stands in, its `message` the message itself. With `is_overheard` an answer is seen by everybody (Discord has no
    private answer to a message): then private words come as a button that only the author can press.
    """

    id: str
    message: Message
    caller: Caller
    bot: str
    answered: str | None = None
    is_overheard: bool = False
    fetch: Fetch | None = None


class Listener(Protocol):
    """Hears messages."""

    async def hear(self, heard: Heard) -> Reply | None:
        """Do what a message says; None when it is no order or was heard before, and then nothing has happened.

        A reply with `lives_seconds` is to be taken away after that time.
        """
        ...
