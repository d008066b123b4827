"""Posts what people are owed: how a job stands, its first message, and messages that are about no job."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import structlog

from bot.core.alarms import Alarm
from bot.core.front import Bell
from bot.core.ports import Clock, Deliver, GiveUp, Undeliverable
from bot.core.replies import Address, Posted, Reply
from bot.core.studio import JobCard
from bot.counters import Counter
from bot.storage import alarms, firsts, jobs, preferences, replies, views
from bot.storage.admission import Places, Send, no_places
from bot.storage.database import Database
from bot.storage.preferences import Where
from bot.storage.replies import OwedReply, message_id
from bot.storage.transaction import Tx

log = structlog.get_logger(__name__)

POST_SECONDS_MAX = 60.0
POST_RETRY_MILLISECONDS = (2_000, 10_000, 30_000, 120_000, 600_000)


@dataclass(frozen=True)
class FirstPosts:
    """Implements `bot.core.postings.FirstMessages`."""

    database: Database
    counters: Mapping[str, Counter]
    send: Send
    bell: Bell
    clock: Clock

    async def released(self, job: str, where: Posted) -> bool:
        """Note where the first message stands, and let the job run; False when it has ended meanwhile."""
        places = await self._places(job)
        is_open = await self.database.write_patiently(firsts.release, job, where, places, now=self.clock())
        self.bell.ring()
        return is_open

    async def not_posted(self, job: str, reason: str) -> bool:
        """Cancel the job and release its hold in one transaction; False when it runs or has ended already."""
        places = await self._places(job)
        is_dropped = await self.database.write_patiently(firsts.drop, job, reason, places, now=self.clock())
        if is_dropped:
            log.info("job cancelled: its first message could not be posted", job=job, reason=reason)
        self.bell.ring()
        return is_dropped

    async def _places(self, job: str) -> Places:
        row = await self.database.read(jobs.find, job)
        counter = self.counters.get(row.vendor) if row else None
        return counter.places if counter else no_places(row.vendor if row else "", self.send)


@dataclass(frozen=True)
class Poster:
    """Delivers what is owed, for one worker."""

    worker: str
    database: Database
    deliver: Mapping[str, Deliver]
    reply_for: Callable[[JobCard], Reply]
    send: Send
    clock: Clock
    first: FirstPosts
    give_up: Mapping[str, GiveUp] = field(default_factory=dict)

    async def post_owed(self, job: str) -> None:
        """Post what is owed for a job now."""
        for owed in await self.database.write_patiently(replies.claim, job, self.worker, now=self.clock()):
            await self._post(owed)

    async def post_message(self, id: str) -> None:
        """Post a message that is about no job, by what the courier calls it."""
        now = self.clock()
        for owed in await self.database.write_patiently(replies.claim_message, id, self.worker, now=now):
            await self._post(owed)

    async def _post(self, owed: OwedReply) -> None:
        try:
            where = await self._delivered(owed)
        except Undeliverable as error:
            await self._failed(owed, error)
        except TimeoutError:
            await self._failed(owed, Undeliverable("timeout"))
        except Exception:  # the edge: a bug in a platform must not be tried for ever
            log.exception("posting broke")
            await self._failed(owed, Undeliverable("bug"))
        else:
            if owed.is_first and owed.job:
                await self.first.released(owed.job, where)
            else:
                await self.database.write_patiently(replies.posted, owed.id, owed.address, where)

    async def _delivered(self, owed: OwedReply) -> Posted:
        deliver = self.deliver.get(owed.address.platform)
        reply = owed.message
        if owed.job is not None and reply is None:
            card = await self.database.read(views.card, owed.job)
            reply = self.reply_for(card) if card else None
            if owed.is_first and card and not card.state.is_open:
                raise Undeliverable("the job has ended", is_final=True)
        if deliver is None or reply is None:
            raise Undeliverable("this process has no such platform")
        hides: bool = bool(reply.pictures) and await self.database.read(_hides, owed.address)
        if hides:
            reply = reply.model_copy(update={"spoiler": True})
        async with asyncio.timeout(POST_SECONDS_MAX):
            return await deliver(owed.address, reply, key=owed.id)

    async def _failed(self, owed: OwedReply, error: Undeliverable) -> None:
        """Try again later, or give up: the pictures stay in the person's history either way."""
        retry_at = None
        if not error.is_final and owed.tries < replies.TRIES_MAX:
            wait = POST_RETRY_MILLISECONDS[min(owed.tries, len(POST_RETRY_MILLISECONDS)) - 1]
            retry_at = self.clock() + wait
        log.warning("a reply could not be posted", reason=error.reason, tries=owed.tries, retry_at=retry_at)
        if retry_at is None and not error.is_final:
            # Before it is noted: whoever dies in between comes back to it. Of what is final the platform has told.
            await self._give_up(owed)
        is_over = owed.is_first and retry_at is None
        if is_over and owed.job and await self.first.not_posted(owed.job, error.reason):
            return
        why = (error.reason, retry_at)
        await self.database.write_patiently(_put_off, self.send, owed, why, now=self.clock())

    async def _give_up(self, owed: OwedReply) -> None:
        """Let the platform tell the person of what could not be posted."""
        give_up = self.give_up.get(owed.address.platform)
        card = await self.database.read(views.card, owed.job) if owed.job else None
        if give_up is None or card is None:
            return
        try:
            async with asyncio.timeout(POST_SECONDS_MAX):
                await give_up(owed.address, owed.message or self.reply_for(card), key=owed.id)
        except Exception:  # the edge: what is given up is listed and alarmed all the same
            log.exception("nobody was told of a reply that was given up", reply=owed.id)


def _hides(db: Tx, address: Address) -> bool:
    """Whether pictures are hidden until clicked where a reply goes."""
    where = Where(address.person, address.tenant, address.channel)
    return not address.is_direct and preferences.rules_of(db, where).spoilers


def _put_off(db: Tx, send: Send, owed: OwedReply, why: tuple[str, int | None], *, now: int) -> None:
    reason, retry_at = why
    replies.failed(db, owed.id, reason=reason, retry_at=retry_at)
    if retry_at is not None:
        send(db, owed.job or message_id(owed.id), at=retry_at)
    elif owed.job is not None:
        # Of an alarm that reaches nobody there is no alarm.
        about = {"platform": owed.address.platform, "reason": reason}
        alarms.ring(db, (Alarm(f"reply:{owed.address.platform}", "alarm_reply", about),), now=now)
