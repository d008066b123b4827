"""Replies by an interaction's token: for its person alone, and for all where the bot may not write itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.core.commands import Caller
from bot.core.replies import Address, Button, Posted, Reply
from bot.core.sentences import say
from bot.platforms.discord.files import FILES_MAX, Files, Ready, in_messages, more_of, upload_bytes
from bot.platforms.discord.originals import with_originals
from bot.platforms.discord.ports import DiscordPorts
from bot.platforms.discord.posting import Part, Poster
from bot.platforms.discord.private import PrivateMessages
from bot.platforms.discord.rendering import Look, message
from bot.platforms.discord.rest import Body
from bot.platforms.discord.threads import Spot

UNSEEN = Spot("", "")
"""Where a private message stands: nobody can look for it, reply to it, or open a thread on it."""


class FollowUps:
    """Delivers by tokens."""

    def __init__(self, ports: DiscordPorts, private: PrivateMessages, poster: Poster) -> None:
        self._ports = ports
        self._private = private
        self._poster = poster
        self._files = Files(ports)

    async def privately(self, address: Address, reply: Reply, caller: Caller, key: str) -> bool:
        """Conclude the private message with everything; False when the token is dead.

        A further message that may have come is not repeated, and the first one says how to see all pictures.
        """
        if not self._private.reaches(address):
            return False
        ready = await self._ready(reply, caller, address)
        notes = await self._ports.postings.find(key)
        now = self._ports.clock()
        unsure = {name for name, note in notes.items() if note.next_step(now) == "search"}
        reply = await with_originals(reply, ready, caller, self._ports.gallery)
        look = Look(is_private=True)
        if unsure and reply.number is not None:
            look = replace(look, lead=say("perhaps_incomplete", number=reply.number))
            shows_all = Button(act="open", label="Get result", job=reply.job, words=str(reply.number))
            reply = reply.model_copy(update={"buttons": (*reply.buttons, shows_all)})
        first, *others = _parts(key, address, in_messages(ready), (message(reply, look), _more(reply, look)))
        if not await self._private.conclude(address, first.body, first.files):
            return False
        for part in others:
            if part.name not in unsure:
                await self._poster.post(part, UNSEEN, notes.get(part.name))
        return True

    async def publicly(self, address: Address, reply: Reply, caller: Caller, key: str) -> Posted:
        """Answer the interaction for all to see; of a reply to that Discord hides the words."""
        ready = await self._ready(reply, caller, address)
        groups = in_messages(ready)
        look = Look(asker=address.user, lead=say("not_replyable"))
        parts = _parts(key, address, groups, (message(reply, look), _more(reply, Look())))
        spot = Spot(address.thread or address.channel, address.channel)
        notes = await self._ports.postings.find(key)
        posted = []
        for part, group in zip(parts, groups or [[]], strict=True):
            shown = tuple(each.picture.id for each in group)
            marked = replace(part, pictures=shown, mark=reply.job or "")
            posted.append(await self._poster.post(marked, spot, notes.get(part.name)))
        return Posted(
            message=posted[0].message or "",
            thread=address.thread,
            posted_at=posted[0].posted_at or self._ports.clock(),
        )

    async def _ready(self, reply: Reply, caller: Caller, address: Address) -> list[Ready]:
        return await self._files.ready(reply.pictures[:FILES_MAX], caller, upload_bytes(address))


def _more(reply: Reply, look: Look) -> Body:
    return message(more_of(reply), Look(is_private=look.is_private))


def _parts(
    key: str, address: Address, groups: Sequence[Sequence[Ready]], bodies: tuple[Body, Body]
) -> list[Part]:
    """Give the first message the words and buttons, and every further one a line of its own."""
    first, more = bodies
    return [
        Part(
            key,
            index,
            more if index else first,
            tuple(each.sent for each in group),
            tenant=address.tenant,
            token=address.token,
        )
        for index, group in enumerate(groups or [[]])
    ]
