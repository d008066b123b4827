"""What every chat platform is given, put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.chatting import ChatMeans, ChatReception
from bot.core.commands import Command
from bot.core.front import Bell, Front
from bot.core.plans import Plans
from bot.core.ports import Clock, NewId
from bot.core.studio import Studio
from bot.following import JobWatch, Measurements
from bot.hearing import ChatListener, HearingMeans
from bot.storage.database import Database
from bot.storage.postings import PostingNotes
from bot.suggesting import Suggesting


@dataclass(frozen=True)
class ChatParts:
    """What it is made of; the same for all platforms."""

    commands: Sequence[Command[Any]]
    front: Front
    studio: Studio
    plans: Plans
    database: Database
    bell: Bell
    clock: Clock
    new_id: NewId


@dataclass(frozen=True)
class Chat:
    """The application's side of one chat platform."""

    front: ChatReception
    listener: ChatListener
    watch: JobWatch
    postings: PostingNotes


def open_chat(parts: ChatParts, *, box_characters: int) -> Chat:
    """Put together what one platform needs; its forms take texts of at most `box_characters`."""
    commands = {command.name: command for command in parts.commands}
    database, clock = parts.database, parts.clock
    front = ChatReception(
        ChatMeans(
            front=parts.front,
            studio=parts.studio,
            commands=commands,
            database=database,
            clock=clock,
            new_id=parts.new_id,
            suggesting=Suggesting(parts.studio, database, parts.plans, clock),
            box_characters=box_characters,
        )
    )
    hearing = HearingMeans(parts.front, front, parts.studio, frozenset(commands), database, clock)
    watch = JobWatch(parts.studio, database, parts.bell, Measurements(database, clock))
    return Chat(front, ChatListener(hearing), watch, PostingNotes(database))
