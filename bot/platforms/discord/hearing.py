"""Takes messages: what was said in words becomes what the conversation understands, and its answer a reply."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import structlog

from bot.core.chat import Message, Platform, Sender
from bot.core.chatting import Heard
from bot.core.commands import Caller
from bot.core.errors import NotFound, Refusal
from bot.core.front import Uploaded
from bot.core.replies import Reply
from bot.core.text import mention, without_mention_of
from bot.platforms.discord.callers import Callers
from bot.platforms.discord.downloads import Downloads
from bot.platforms.discord.faults import DiscordFault
from bot.platforms.discord.files import Files, in_messages, more_of
from bot.platforms.discord.incoming import Said, made_at
from bot.platforms.discord.ports import DiscordPorts
from bot.platforms.discord.posting import Part, Poster
from bot.platforms.discord.removing import Removing
from bot.platforms.discord.rendering import Look, message
from bot.platforms.discord.rest import SentFile
from bot.platforms.discord.statuses import Statuses
from bot.platforms.discord.threads import Spot

log = structlog.get_logger(__name__)

STATUS_SECONDS = 10
"""A job that takes longer gets one status reply, which becomes its result."""

UNSEEN = "unseen"
"""Stands for the picture of a message that Discord does not show us: it is asked for, and never guessed."""

_MENTION = re.compile(r"<(?P<sign>@!?|@&|#)(?P<id>[0-9]{1,20})>")
_LEADING = re.compile(r"\s*(?:<@[!&]?(?P<id>[0-9]{1,20})>|@(?P<all>everyone|here)\b)")
_KINDS = {"@": "user", "@!": "user", "@&": "role", "#": "channel"}
_SENDERS = {"bot": Sender.BOT, "webhook": Sender.WEBHOOK, "ourselves": Sender.OURSELVES}


class Hearing:
    """Hears messages and answers those that are orders."""

    def __init__(self, ports: DiscordPorts, callers: Callers, poster: Poster, statuses: Statuses) -> None:
        self._ports = ports
        self._callers = callers
        self._poster = poster
        self._statuses = statuses
        self._files = Files(ports)
        self.removing: Removing
        self.downloads: Downloads

    async def take(self, said: Said, me: str) -> None:
        """Hear a message; most are not for us, and cost nothing."""
        if said.kind != "person" or not _may_concern(said, me):
            return
        if not await self._callers.is_let_in(said.place):
            return
        try:
            caller = await self._callers.of_said(said)
        except Refusal as refusal:
            # In direct messages, whoever has no home is told what to do.
            await self._say(said, Reply(kind="refusal", text=str(refusal)))
            return
        heard = Heard(
            id=said.id,
            message=message_of(said, me, caller.tenant),
            caller=caller,
            bot=me,
            answered=said.answered,
            is_overheard=said.place.guild is not None,
            fetch=lambda: self._fetched(said, caller),
        )
        reply = await self._ports.listener.hear(heard)
        if reply is not None:
            await self._answer(said, reply, caller)

    async def _fetched(self, said: Said, caller: Caller) -> tuple[Uploaded, ...]:
        """Fetch what came along; raises NotFound where the picture that is meant may be one that we cannot see."""
        if said.answers_unseen:
            raise NotFound("message_unseen")
        return await self.downloads.keep(said.attached, caller)

    async def _answer(self, said: Said, reply: Reply, caller: Caller) -> None:
        if reply.kind == "accepted" and reply.number is not None and reply.job is not None:
            view = await self._ports.watch.look(reply.number, caller)
            if view.eta is None or view.eta.usual_seconds > STATUS_SECONDS:
                await self._statuses.post(replace(view, reply=reply), caller)
            if reply.aside is not None and caller.address.is_direct:
                await self._say(said, reply.aside)
            return
        first, *others = await self._attached(reply, caller)
        sent = await self._say(said, reply, first)
        for place, files in enumerate(others, 1):
            await self._say(said, more_of(reply), files, place=place)
        if sent and reply.lives_seconds is not None:
            self.removing.later(said.place.here, sent, reply.lives_seconds)

    async def _attached(self, reply: Reply, caller: Caller) -> list[list[SentFile]]:
        """Find what is shown, a list for each request: one has room for 25 MiB only."""
        if not reply.pictures and not reply.files:
            return [[]]
        limit = caller.address.upload_bytes_max or 0
        ready = await self._files.ready(reply.pictures[:10], caller, limit)
        first, *others = [[each.sent for each in group] for group in in_messages(ready) or [[]]]
        return [[*first, *await self._files.documents(reply, caller)][:10], *others]

    async def _say(
        self, said: Said, reply: Reply, files: Sequence[SentFile] = (), *, place: int = 0
    ) -> str | None:
        """Reply to a message, or name its author where replies are not possible; returns the id."""
        key = f"said:{said.id}"
        spot = Spot(said.place.here, said.place.channel, replies_to=said.id)
        try:
            return await self._posted(Part(key, place, message(reply, Look()), tuple(files)), spot)
        except DiscordFault as fault:
            if fault.name != "no_history":
                log.info("a message could not be answered", problem=fault.name)
                return None
        named = message(reply, Look(asker=said.user.id))
        try:
            return await self._posted(Part(key, place, named, tuple(files)), Spot(spot.channel, spot.parent))
        except DiscordFault as fault:
            log.info("a message could not be answered", problem=fault.name)
            return None

    async def _posted(self, part: Part, spot: Spot) -> str | None:
        notes = await self._ports.postings.find(part.key)
        return (await self._poster.post(part, spot, notes.get(str(part.index)))).message


def message_of(said: Said, me: str, tenant: str) -> Message:
    """Put a message into the words of the conversation."""
    mentioned = tuple(
        each["id"] for each in _MENTION.finditer(said.content) if _KINDS[each["sign"]] == "user"
    )
    return Message(
        platform=Platform.DISCORD,
        tenant=tenant,
        author=said.user.id,
        text=without_mention_of(_marked(said.content, said.names), me),
        stamp=made_at(said.id),
        sender=_SENDERS.get(said.kind, Sender.PERSON),
        is_direct=said.place.guild is None,
        mentions=mentioned,
        leading_mention=_led_by(said, me),
        pings_reply=said.answered_author is not None and said.answered_author in said.pings,
        attachments=(*(each.name for each in said.attached), *([UNSEEN] if said.answers_unseen else [])),
    )


def _marked(content: str, names: Mapping[str, str]) -> str:
    """Put mentions into marks, so that an option takes the id and words keep what people saw."""

    def mark(found: re.Match[str]) -> str:
        sign = found["sign"]
        label = names.get(found[0], "#channel" if sign == "#" else "@someone")
        return mention(_KINDS[sign], found["id"], label)

    return _MENTION.sub(mark, content)


def _led_by(said: Said, me: str) -> str | None:
    """Return whom the words begin with, one or many; our own role is us."""
    leading = _LEADING.match(said.content)
    found = leading and (leading["id"] or leading["all"])
    return me if found and found == said.own_role else found


def _may_concern(said: Said, me: str) -> bool:
    """Whether a message may be an order at all: said to us directly, naming us, or answering one of ours."""
    is_mentioned = f"<@{me}>" in said.content or f"<@!{me}>" in said.content
    return (
        said.place.guild is None
        or is_mentioned
        or (said.answered_author in {me, None} and bool(said.answered))
    )
