"""The back half of the sentence: ask a vendor for the pictures, store them, settle the hold, deliver the reply."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from bot.core.errors import Conflict
from bot.core.front import Bell
from bot.core.jobs import JobState, parts_to_call
from bot.core.ports import Clock, Deliver, GiveUp, TicketVendor
from bot.core.replies import Reply
from bot.core.routing import LEAVES, is_untouched
from bot.core.studio import JobCard
from bot.counters import CallOutcome, Counter, Rests, Waits
from bot.paidcalls import PaidCalls
from bot.posting import FirstPosts, Poster
from bot.router import Router
from bot.storage import admission, callbacks, jobs
from bot.storage.admission import Places, Send, no_places
from bot.storage.database import Database
from bot.storage.jobs import Claim, Job
from bot.storage.replies import is_message
from bot.storage.workers import STALE_MILLISECONDS

log = structlog.get_logger(__name__)

CALLS_AT_ONCE = 2
"""How many paid calls of one job run side by side."""


@dataclass(frozen=True)
class Means:
    """What every job is carried out with."""

    database: Database
    calls: PaidCalls
    counters: Mapping[str, Counter]
    deliver: Mapping[str, Deliver]
    reply_for: Callable[[JobCard], Reply]
    send: Send
    bell: Bell
    clock: Clock
    router: Router
    forget: Callable[[str], Awaitable[bool]]
    """Goes on with forgetting somebody; False for the id of anything else."""
    give_up: Mapping[str, GiveUp] = field(default_factory=dict)


class Worker:
    """Carries out jobs whose ids the courier brings; `id` names this process among the workers."""

    def __init__(self, id: str, means: Means) -> None:
        self.id = id
        self._means = means
        self._database = means.database
        self._clock = means.clock
        first = FirstPosts(means.database, means.counters, means.send, means.bell, means.clock)
        self._poster = Poster(
            id,
            means.database,
            means.deliver,
            means.reply_for,
            means.send,
            means.clock,
            first,
            means.give_up,
        )

    async def handle(self, job_id: str) -> None:
        """Carry out whatever is due for a job: draw it, let it wait, or deliver its reply. Safe to repeat.

        The id of a message that is about no job is that of its reply, marked as such.
        """
        if is_message(job_id):
            await self._poster.post_message(job_id)
            return
        if await self._means.forget(job_id):
            return
        with structlog.contextvars.bound_contextvars(job=job_id):
            taken = await self._database.write_patiently(jobs.take, job_id, self.id, now=self._clock())
            if taken is None:
                return
            if taken.job is not None:
                await self._carry_out(taken.job)
            elif taken.is_busy:
                await self._come_back(job_id)
            elif taken.state is JobState.WAITING:
                await self._admit(job_id)
            else:
                await self._follow_up(job_id)
            await self._deliver(job_id)
            self._means.bell.ring()

    async def _come_back(self, job_id: str) -> None:
        """Look again when the owner may have died: its beat is all we can see of it."""
        at = self._clock() + STALE_MILLISECONDS
        await self._database.write_patiently(self._means.send, job_id, at=at)

    async def _admit(self, job_id: str) -> None:
        job = await self._database.read(jobs.find, job_id)
        if job is not None and (counter := self._means.counters.get(job.vendor)):
            await self._database.write_patiently(admission.admit, counter.places, now=self._clock())

    async def _follow_up(self, job_id: str) -> None:
        """Fetch what a vendor called back about after its call was given up, or what took it too long."""
        if not any(isinstance(each.vendor, TicketVendor) for each in self._means.counters.values()):
            return
        for name in await self._database.read(callbacks.late, job_id, now=self._clock()):
            job = await self._database.read(jobs.find, job_id)
            counter = self._means.counters.get(job.vendor) if job else None
            if job is None or counter is None or job.request.model not in counter.models:
                return
            [call] = [each for each in job.calls if each.id == name]
            await self._means.calls.collect_late(job, counter, call)

    async def _carry_out(self, job: Job) -> None:
        counter = self._means.counters.get(job.vendor)
        if counter is None:
            log.error("the vendor of a job is not configured any more", vendor=job.vendor)
            await self._finish(job, no_places(job.vendor, self._means.send), "account")
            return
        log.info("job taken", number=job.number, takes=job.takes, vendor=job.vendor)
        self._means.bell.ring()
        reason = None
        try:
            if job.takes > jobs.TAKES_MAX:
                reason = "too_many_takes"
                await self._take_up(job, counter)
            else:
                pause = await self._draw(job, counter)
                if isinstance(pause, Rests):
                    await self._rest(job, pause.until)
                    return
                if await self._pass_on(job, pause):
                    return
                if pause is not None and pause.why != "account" and pause.until < job.wait_until:
                    await self._put_back(job, counter, pause.until)
                    return
                reason = _reason(pause)
        except Conflict:
            log.warning("job was taken over or has ended")
            return
        await self._finish(job, counter.places, reason)

    async def _take_up(self, job: Job, counter: Counter) -> None:
        """Store what was answered already, before giving up; once, because this may be what ends the process."""
        if job.takes == jobs.TAKES_MAX + 1:
            for call in job.calls:
                if call.state.is_open:
                    await self._means.calls.take_up(job, counter, call)

    async def _put_back(self, job: Job, counter: Counter, not_before: int) -> None:
        log.info("job waits again", not_before=not_before)
        await self._database.write_patiently(
            jobs.put_back, Claim(job.id, job.epoch), counter.places, not_before=not_before, now=self._clock()
        )

    async def _pass_on(self, job: Job, pause: Waits | None) -> bool:
        """Give a job to another vendor, where this one cannot be asked and has surely done nothing for it."""
        latest = await self._database.read(jobs.find, job.id) if job.request.may_move else None
        if latest is None or not is_untouched(latest.calls) or self._is_overdue(job):
            return False
        why = pause.why if pause else next((call.reason for call in reversed(latest.calls)), None)
        if why not in LEAVES or not await self._means.router.pass_on(job, why):
            return False
        log.warning("the job goes to another vendor", vendor=job.vendor, why=why)
        return True

    async def _rest(self, job: Job, until: int) -> None:
        log.info("job rests while its vendor draws", until=until)
        await self._database.write_patiently(
            jobs.rest, Claim(job.id, job.epoch), self._means.send, until=until
        )

    async def _finish(self, job: Job, places: Places, reason: str | None) -> None:
        ending = await self._database.write_patiently(
            jobs.finish, Claim(job.id, job.epoch), places, reason=reason, now=self._clock()
        )
        if ending is not None:
            log.info(
                "job ended",
                state=ending.state,
                stored=ending.stored,
                charged=ending.charged,
                counted=ending.counted,
                reason=ending.reason,
            )

    async def _draw(self, job: Job, counter: Counter) -> Waits | Rests | None:
        """Draw what is still to draw; returns until when to pause, or None when every part is concluded."""
        if not await self._means.calls.inputs_exist(job):
            log.error("a picture that the job works from is gone")
            return None
        room = asyncio.Semaphore(CALLS_AT_ONCE)

        async def one(call: Awaitable[CallOutcome]) -> CallOutcome:
            async with room:
                return await call

        make = self._means.calls
        outcomes = await _all(
            one(make.resume(job, counter, call)) for call in job.calls if call.state.is_open
        )
        if self._is_overdue(job):
            log.warning("past its time; nothing more is started")
            return _pause(outcomes, job)
        latest = await self._database.read(jobs.find, job.id) if outcomes else job
        while not _waits(outcomes) and (parts := _parts_left(latest)):
            outcomes += await _all(one(make.start(job, counter, part)) for part in parts)
            latest = await self._database.read(jobs.find, job.id)
        return _pause(outcomes, job)

    def _is_overdue(self, job: Job) -> bool:
        """Whether a job that was taken over is too old to start anything more; its first taker has its own limits."""
        return job.takes > 1 and job.run_until is not None and self._clock() > job.run_until

    async def _deliver(self, job_id: str) -> None:
        """Post what is owed for a job."""
        await self._poster.post_owed(job_id)


def _reason(pause: Waits | None) -> str | None:
    """Say why nobody waits any longer; None when every part is concluded."""
    if pause is None:
        return None
    return "account" if pause.why == "account" else "busy"


def _parts_left(job: Job | None) -> tuple[int, ...]:
    """List the parts that are still to be asked for, or asked for once more; none of a cancelled job."""
    return () if job is None or job.is_cancelled else parts_to_call(job.request, job.calls)


def _waits(outcomes: Iterable[CallOutcome]) -> list[int]:
    return [outcome.until for outcome in outcomes if isinstance(outcome, Waits)]


def _pause(outcomes: Sequence[CallOutcome], job: Job) -> Waits | Rests | None:
    """Say how long to pause: while a vendor draws, the job keeps its place, whatever other parts wait for."""
    rests = [outcome.until for outcome in outcomes if isinstance(outcome, Rests)]
    waits = _waits(outcomes)
    if rests:
        return Rests(max(min(rests), *(wait for wait in waits if wait < job.wait_until), 0))
    return max(
        (each for each in outcomes if isinstance(each, Waits)), key=lambda each: each.until, default=None
    )


async def _all(waiting: Iterable[Awaitable[CallOutcome]]) -> list[CallOutcome]:
    """Wait for all; when one raises, the others are awaited before it is raised."""
    results = await asyncio.gather(*waiting, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return [result for result in results if not isinstance(result, BaseException)]
