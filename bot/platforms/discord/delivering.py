"""Delivers replies: finished pictures into their channel, everything private by the token, nothing twice."""

from __future__ import annotations

from dataclasses import replace

import structlog

from bot.core.commands import Caller
from bot.core.errors import Refusal
from bot.core.ports import Undeliverable
from bot.core.postings import KEPT, Posting
from bot.core.replies import Address, Posted, Reply
from bot.core.sentences import say
from bot.core.studio import JobCard
from bot.platforms.discord.callers import guild_of
from bot.platforms.discord.exchange import edit_of
from bot.platforms.discord.faults import DiscordFault
from bot.platforms.discord.files import Files, Ready, in_messages, upload_bytes
from bot.platforms.discord.followups import FollowUps
from bot.platforms.discord.originals import with_originals
from bot.platforms.discord.ports import DiscordPorts
from bot.platforms.discord.posting import FOLLOW_UP, Part, Poster, bodies, status_key
from bot.platforms.discord.private import PrivateMessages
from bot.platforms.discord.rendering import Look, message
from bot.platforms.discord.rest import Rest
from bot.platforms.discord.threads import Spot, Threads
from bot.platforms.discord.undelivered import Undelivered

log = structlog.get_logger(__name__)

PING_MILLISECONDS = 30_000
SMALLEST_BYTES = 512 * 1024
NOT_POSTABLE = frozenset({"no_permission", "no_access", "channel_gone"})


class Delivery:
    """Implements `bot.core.ports.Deliver` for Discord; needs no gateway."""

    def __init__(
        self,
        rest: Rest,
        ports: DiscordPorts,
        private: PrivateMessages,
        poster: Poster,
        undelivered: Undelivered,
    ) -> None:
        self._rest = rest
        self._ports = ports
        self._private = private
        self._poster = poster
        self._files = Files(ports)
        self._follow_ups = FollowUps(ports, private, poster)
        self._threads = Threads(rest, ports)
        self._undelivered = undelivered

    async def __call__(self, address: Address, reply: Reply, *, key: str) -> Posted:
        """Post a reply; raises Undeliverable."""
        caller = Caller(person=address.person, address=address, name="", event=key)
        try:
            if not address.channel:
                direct = await self._rest.open_direct(address.user)
                address = address.model_copy(update={"channel": direct, "is_direct": True})
            return await self._deliver(address, reply, caller, key)
        except DiscordFault as fault:
            if fault.name == "bot_gone":
                await self._ports.departures.tenant_left(address.tenant)
            is_final = fault.is_final or fault.name == "unreadable"
            if is_final:
                await self._undelivered.tell(address, reply, fault, await self._status(key))
            raise Undeliverable(fault.name, is_final=is_final) from fault
        except Refusal as refusal:
            raise Undeliverable(refusal.key, is_final=True) from refusal

    async def give_up(self, address: Address, reply: Reply, *, key: str) -> None:
        """Tell the person of a reply that no try could post."""
        fault = DiscordFault("unreachable")
        await self._undelivered.tell(address, reply, fault, await self._status(key))

    async def _deliver(self, address: Address, reply: Reply, caller: Caller, key: str) -> Posted:
        card = await self._card(reply, caller)
        if address.is_direct or not _is_private(address, reply):
            return await self._publicly(address, reply, caller, _Order(key, card))
        if await self._follow_ups.privately(address, reply, caller, key):
            await self._take_away(key)
            return Posted(message="", posted_at=self._ports.clock())
        if reply.private:
            raise DiscordFault("token_dead")
        return await self._publicly(address, reply, caller, _Order(key, card))

    async def _card(self, reply: Reply, caller: Caller) -> JobCard | None:
        if reply.number is None:
            return None
        try:
            return await self._ports.studio.job(reply.number, caller)
        except Refusal:
            return None

    async def _take_away(self, key: str) -> None:
        """Remove the status of a job whose end is its asker's business alone."""
        status = await self._status(key)
        if status is None:
            return
        try:
            await self._rest.delete(status.thread or status.channel or "", status.message or "")
        except DiscordFault as fault:
            log.info("a status could not be taken away", problem=fault.name)

    async def _publicly(self, address: Address, reply: Reply, caller: Caller, order: _Order) -> Posted:
        notes = await self._ports.postings.find(order.key)
        if any(name.startswith(FOLLOW_UP) for name in notes):
            # A try before this one went that way, and may have come through.
            posted = await self._follow_ups.publicly(address, reply, caller, order.key)
        else:
            posted = await self._by_ourselves(address, reply, caller, (order, notes.get("0")))
        await self._close(address, reply, posted)
        return posted

    async def _by_ourselves(
        self, address: Address, reply: Reply, caller: Caller, begun: tuple[_Order, Posting | None]
    ) -> Posted:
        """Post as the bot: smaller where that is too large, and elsewhere or by the token where it may not."""
        order, first = begun
        spot = await self._spot(address, order.card, caller, first)
        limit = upload_bytes(address)
        while True:
            try:
                return await self._post_all(address, reply, caller, (order, spot, limit))
            except DiscordFault as fault:
                if fault.name == "too_large" and limit > SMALLEST_BYTES and reply.pictures:
                    limit //= 2
                elif (other := await self._elsewhere(spot, address, fault)) is not None:
                    spot = other
                elif fault.name not in NOT_POSTABLE or not self._private.reaches(address):
                    raise
                else:
                    return await self._follow_ups.publicly(address, reply, caller, order.key)

    async def _spot(
        self, address: Address, card: JobCard | None, caller: Caller, first: Posting | None
    ) -> Spot:
        """Go on where a try before this one began."""
        if first is not None and first.channel:
            return await self._threads.resumed(address, card, first)
        return await self._threads.spot(address, card, caller)

    async def _post_all(
        self, address: Address, reply: Reply, caller: Caller, where: tuple[_Order, Spot, int]
    ) -> Posted:
        order, spot, limit = where
        rules = await self._ports.studio.rules(caller)
        ready = await self._files.ready(
            reply.pictures, caller, limit, is_spoiler=rules.spoilers or reply.spoiler
        )
        groups: list[list[Ready]] = in_messages(ready) or [[]]
        documents = await self._files.documents(reply, caller)
        reply = await with_originals(reply, ready, caller, self._ports.gallery)
        body = message(reply, self._look(address, order, spot))
        lines = [say("more_pictures", number=reply.number) for _ in groups[1:]]
        status = await self._status(order.key)
        posted: list[Posting] = []
        for index, (group, content) in enumerate(zip(groups, bodies(body, len(groups), lines), strict=True)):
            files = (*(each.sent for each in group), *(documents if not index else ()))
            shown = tuple(each.picture.id for each in group)
            part = Part(order.key, index, content, files, shown, reply.job or "", address.tenant)
            notes = await self._ports.postings.find(order.key)
            if not index and status is not None and "0" not in notes:
                posted.append(await self._into(status, part, spot))
            else:
                posted.append(await self._poster.post(part, spot, notes.get(str(index))))
        if rules.threads == "always" and order.card and not spot.thread and not address.is_direct:
            await self._threads.opened(replace(spot, replies_to=posted[0].message), order.card)
        return Posted(
            message=posted[0].message or "",
            thread=posted[0].thread,
            posted_at=posted[0].posted_at or self._ports.clock(),
        )

    def _look(self, address: Address, order: _Order, spot: Spot) -> Look:
        took = (order.card.ended or 0) - order.card.created if order.card else 0
        asker = None if address.is_direct else address.user or None
        return Look(asker=asker, pings=took > PING_MILLISECONDS, lead=spot.lead)

    async def _status(self, key: str) -> Posting | None:
        """Find the status message of a job, into which its result is edited; one shown again comes after that."""
        if KEPT in key:
            return None
        notes = await self._ports.postings.find(status_key(key.partition(":")[0]))
        found = notes.get("0")
        return found if found and found.message else None

    async def _into(self, status: Posting, part: Part, spot: Spot) -> Posting:
        """Turn the status message into the result; a repeat is harmless."""
        where = status.thread or status.channel or spot.channel
        try:
            await self._poster.ask(
                spot, lambda: self._rest.edit(where, status.message or "", edit_of(part.body), part.files)
            )
        except DiscordFault as fault:
            if fault.name != "message_gone":
                raise
            return await self._poster.post(part, spot, None)
        done = replace(status, key=part.key, pictures=part.pictures, posted_at=self._ports.clock())
        await self._ports.postings.note(done)
        return done

    async def _elsewhere(self, spot: Spot, address: Address, fault: DiscordFault) -> Spot | None:
        """Find another spot after a refusal: without the reply, reopened, or in the channel of the thread."""
        if fault.name == "no_history" and spot.replies_to:
            return replace(spot, replies_to=None)
        if spot.thread is None:
            return None
        if fault.name == "thread_archived" and not spot.is_reopened:
            try:
                await self._rest.reopen(spot.channel)
                return replace(spot, lead="", is_reopened=True)
            except DiscordFault as again:
                fault = again
        if fault.name in {"thread_locked", "thread_archived", "channel_gone", "no_permission"}:
            key = "thread_gone" if fault.name == "channel_gone" else "thread_locked"
            return Spot(spot.parent, spot.parent, lead=say(key))
        return None

    async def _close(self, address: Address, reply: Reply, posted: Posted) -> None:
        """Tell the private message that it is done, and where."""
        where = posted.thread or address.channel
        guild = "@me" if address.is_direct else guild_of(address.tenant)
        link = f"https://discord.com/channels/{guild}/{where}/{posted.message}"
        body = {"content": f"{say('done_private', number=reply.number)} {link}", "components": []}
        try:
            await self._private.conclude(address, body)
        except DiscordFault as fault:
            log.info("the private message could not be concluded", problem=fault.name)


class _Order:
    """What is delivered: under which key, for which job."""

    def __init__(self, key: str, card: JobCard | None) -> None:
        self.key = key
        self.card = card


def _is_private(address: Address, reply: Reply) -> bool:
    """Whether only the person may see it: failures of what was ordered privately, and private pictures."""
    return reply.private or (reply.kind == "failure" and address.token is not None)
