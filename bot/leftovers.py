"""What dead processes left in the folders of their paid calls: whole answers are stored, the rest is cleared."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.jobs import Call, CallState
from bot.paidcalls import CallMeans, Counter, PaidCalls
from bot.storage import calls, jobs
from bot.storage.jobs import Job


class Leftovers:
    """Goes through the folders of paid calls, before this process makes any call of its own."""

    def __init__(self, means: CallMeans, make: PaidCalls, counters: Mapping[str, Counter]) -> None:
        self._means = means
        self._make = make
        self._counters = counters

    async def settle(self) -> None:
        """Store answers that were durable when their process died, late when their job has ended; clear the rest.

        Calls of open jobs wait for their job's next take.
        """
        shelf, database = self._means.shelf, self._means.database
        for name in await shelf.calls_left(self._means.clock()):
            call = await database.read(calls.find, name)
            if call is None:
                await shelf.discard(name)
            elif not call.state.is_open and not await self._is_evidence(call):
                job = await database.read(jobs.find, call.job)
                if job is None or not await self._take_up(job, call):
                    await shelf.discard(name)

    async def _take_up(self, job: Job, call: Call) -> bool:
        """Store the call's answer; False when there is nothing more to be had from its folder."""
        if call.state is not CallState.UNKNOWN and call.reason != "storage_full":
            return False
        counter = self._counters.get(job.vendor)
        # Without its vendor's entry the answer cannot be priced now; it may be there again at a later start.
        return counter is None or await self._make.take_up(job, counter, call)

    async def _is_evidence(self, call: Call) -> bool:
        """Whether there is an answer that is no picture, or has killed its process again and again."""
        is_suspect = call.reason in {"bad_picture", "too_many_takes"}
        return is_suspect and await self._means.shelf.sealed(call.id) is not None
