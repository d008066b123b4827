"""A chat platform in memory: people say things and press buttons; the real front, listener and worker answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from bot.chats import ChatParts, open_chat
from bot.core.chat import Message, Platform
from bot.core.chatting import Filled, Heard, Sent
from bot.core.codes import code_of, press_of
from bot.core.commands import Caller
from bot.core.front import Uploaded
from bot.core.replies import Address, Button, Reply
from bot.reception import Reception
from commands import COMMANDS
from tests.flows.house import House
from tests.flows.world import GUILD

BOT = "easel-bot"


@dataclass
class Files:
    """Attachments of a message, counted when they are downloaded."""

    uploads: tuple[Uploaded, ...] = ()
    downloads: int = 0

    async def __call__(self) -> tuple[Uploaded, ...]:
        self.downloads += 1
        return self.uploads


class Chatroom:
    """One channel of a server, on a house. Every message and press has an id of its own unless a test repeats one."""

    def __init__(self, house: House, *, box_characters: int = 4_000) -> None:
        self.house = house
        self._ids = count(1)
        self._box_characters = box_characters
        self.open()

    def open(self) -> None:
        """Begin anew, as a restarted process does."""
        life = self.house.life
        self.parts = ChatParts(
            commands=COMMANDS,
            front=Reception(COMMANDS, life.studio, life.gallery, quote=life.studio.quote),
            studio=life.studio,
            plans=self.house.site.plans,
            database=life.database,
            bell=life.bell,
            clock=self.house.clock,
            new_id=self.house.site.new_id,
        )
        opened = open_chat(self.parts, box_characters=self._box_characters)
        self.chat, self.listener, self.watch = opened.front, opened.listener, opened.watch
        self.postings = opened.postings

    def caller(self, who: str = "ann", *, event: str = "", thread: str | None = None, **more: Any) -> Caller:
        """Make somebody who does something here."""
        address = Address(
            platform="discord",
            tenant=GUILD.id,
            channel="general",
            thread=thread,
            person=who,
            user=f"user-{who}",
        )
        return Caller(who, address, who.title(), event or f"event-{next(self._ids)}", **more)

    async def say(
        self, who: str, text: str, *, id: str = "", files: Files | None = None, **about: Any
    ) -> Any:
        """Say something; returns the answer, or None. `thread`, `answered` and `direct` say where."""
        thread, answered = about.pop("thread", None), about.pop("answered", None)
        caller = self.caller(who, thread=thread)
        message = Message(
            platform=about.pop("platform", Platform.DISCORD),
            tenant="the guild",
            author=f"user-{who}",
            text=text,
            stamp=about.pop("stamp", self.house.clock()),
            attachments=tuple(each.name for each in files.uploads) if files else (),
            **about,
        )
        heard = Heard(
            id=id or f"message-{next(self._ids)}",
            message=message,
            caller=caller,
            bot=BOT,
            answered=answered,
            is_overheard=not message.is_direct,
            fetch=files,
        )
        return await self.listener.hear(heard)

    async def mention(self, who: str, text: str, **about: Any) -> Any:
        """Say something to the bot."""
        return await self.say(who, text, mentions=(BOT,), leading_mention=BOT, **about)

    async def reply(self, who: str, text: str, to: str, **about: Any) -> Any:
        """Answer a message of ours with a ping."""
        return await self.say(who, text, answered=to, pings_reply=True, **about)

    async def press(self, who: str, button: Button, *, event: str = "") -> Reply:
        """Press a button: only its code comes back."""
        return await self.chat.press(press_of(code_of(button), self.caller(who, event=event)))

    async def submit(self, who: str, command: str, **values: object) -> Reply:
        """Use a command with typed options."""
        return await self.chat.submit(Filled(command, self.caller(who), values))

    async def send(self, who: str, reply: Reply, submission: str = "1", **values: object) -> Reply:
        """Send the form of a reply."""
        assert reply.form is not None
        return await self.chat.send(Sent(reply.form.draft, submission, self.caller(who), values))

    async def job(self, reply: Reply) -> Any:
        """Read the row of the job that a reply is about."""
        assert reply.job is not None, reply.text
        return await self.house.job(reply.job)

    async def drawn(
        self, who: str = "ann", prompt: str = "a lighthouse", **values: object
    ) -> tuple[Reply, str]:
        """Draw a picture; returns its post and the id of the message."""
        accepted = await self.submit(who, "imagine", prompt=prompt, **values)
        assert accepted.job, accepted.text
        await self.house.live()
        key = f"{accepted.job}:result"
        return self.house.platform.shown[key], f"message {key}"


async def at_once(*doing: Any) -> Sequence[Any]:
    """Do all of it at the same time."""
    return await asyncio.gather(*doing)
