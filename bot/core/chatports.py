"""What every chat platform is given; each adds what only it needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.core.chatting import ChatFront, Listener
from bot.core.commands import Command
from bot.core.fitting import FittingGallery
from bot.core.following import Watch
from bot.core.ports import Clock, KnowTenant
from bot.core.postings import Postings
from bot.core.studio import Studio


@dataclass(frozen=True, kw_only=True)
class ChatPorts:
    """Hears and answers (`front`, `listener`), follows jobs (`watch`), finds pictures and where they stand."""

    commands: Sequence[Command[Any]]
    front: ChatFront
    listener: Listener
    watch: Watch
    gallery: FittingGallery
    studio: Studio
    postings: Postings
    know_tenant: KnowTenant
    clock: Clock
