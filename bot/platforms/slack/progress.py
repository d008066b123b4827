"""How a job goes on, in its first message: rarely, because all jobs of a workspace share one allowance of updates."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine
from typing import Any

import structlog

from bot.core.commands import Caller
from bot.core.errors import Refusal
from bot.core.following import JobView
from bot.platforms.slack.api import SlackFailed
from bot.platforms.slack.blocks import blocks_of, fallback
from bot.platforms.slack.delivering import CONTROL, first_key
from bot.platforms.slack.ports import SlackPorts
from bot.platforms.slack.posting import Poster

log = structlog.get_logger(__name__)

EDIT_SECONDS = 15.0
EDITS_A_MINUTE = 30
FOLLOWED_MAX = 500


class Progress:
    """Follows jobs and shows them, at most one update of a job in fifteen seconds."""

    def __init__(self, ports: SlackPorts, poster: Poster) -> None:
        self._ports = ports
        self._poster = poster
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._edits: deque[float] = deque(maxlen=EDITS_A_MINUTE)

    def follow(self, job: str, number: int, caller: Caller) -> None:
        """Keep a job's first message up to date while it waits and runs."""
        if job not in self._tasks and len(self._tasks) < FOLLOWED_MAX:
            self._start(job, self._follow(job, number, caller))

    async def resume(self) -> None:
        """Take up the first messages of open jobs after a restart."""
        for job in await self._ports.watch.open("slack"):
            caller = Caller(person=job.person, address=job.address, name="", event=f"follow {job.id}")
            self.follow(job.id, job.number, caller)

    async def stop(self) -> None:
        """Follow nothing any more."""
        for task in list(self._tasks.values()):
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def _start(self, job: str, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks[job] = task
        task.add_done_callback(lambda _: self._tasks.pop(job, None))

    async def _follow(self, job: str, number: int, caller: Caller) -> None:
        try:
            shown = ""
            async for view in self._ports.watch.follow(number, caller):
                if not view.card.state.is_open:
                    return
                said = fallback(view.reply)
                if said != shown and self._may_edit():
                    await self._show(job, view)
                    shown = said
                await asyncio.sleep(EDIT_SECONDS)
        except (Refusal, SlackFailed) as error:
            log.info("a job is not followed any more", number=number, problem=str(error))
        except Exception:  # the edge: what is shown on the way must never touch the job
            log.exception("following broke", number=number)

    async def _show(self, job: str, view: JobView) -> None:
        first = (await self._ports.postings.find(first_key(job))).get(CONTROL)
        if first is not None and first.channel and first.message:
            await self._poster.update(
                first.channel, first.message, blocks_of(view.reply), fallback(view.reply)
            )

    def _may_edit(self) -> bool:
        """Whether this minute has room for one more update, of whichever job."""
        now = asyncio.get_running_loop().time()
        if len(self._edits) == EDITS_A_MINUTE and now - self._edits[0] < 60:
            return False
        self._edits.append(now)
        return True
