"""Whole answers of paid calls whose process died before it gave them their rows."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from bot.core.jobs import Call, CallState
from bot.counters import CallMeans, Counter
from bot.paidcalls import PaidCalls
from bot.storage import calls, jobs

log = structlog.get_logger(__name__)


class Leftovers:
    """Goes through the folders of paid calls, before this process makes any call of its own."""

    def __init__(self, means: CallMeans, make: PaidCalls, counters: Mapping[str, Counter]) -> None:
        self._means = means
        self._make = make
        self._counters = counters

    async def settle(self) -> None:
        """Store what was answered for jobs that have ended since, marked late.

        Answers of open jobs wait for their job's next take.
        """
        for name in await self._means.shelf.calls_left(self._means.clock()):
            call = await self._means.database.read(calls.find, name)
            if call is not None and _is_unsettled(call):
                await self._take_up(call)

    async def _take_up(self, call: Call) -> None:
        job = await self._means.database.read(jobs.find, call.job)
        counter = self._counters.get(job.vendor) if job else None
        if job is None or counter is None or job.request.model not in counter.models:
            log.warning("an answer cannot be priced without its model in the catalogue", call=call.id)
            return
        try:
            await self._make.take_up(job, counter, call)
        except Exception:  # the edge: one old answer must not keep everybody from starting
            log.exception("an answer could not be taken up", call=call.id)


def _is_unsettled(call: Call) -> bool:
    """Whether the call gave nothing so far, and taking its answer up was not what ended the process."""
    gave_nothing = call.state is CallState.UNKNOWN or call.reason == "storage_full"
    return gave_nothing and call.reason != "too_many_takes"
