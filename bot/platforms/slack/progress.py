"""How a job goes on, in its first message: rarely, because all jobs of a workspace share one allowance of updates."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from dataclasses import dataclass

import structlog

from bot.core.commands import Caller
from bot.core.errors import EaselError
from bot.core.following import JobView
from bot.core.jobs import JobState
from bot.core.phrases import shortened
from bot.core.postings import FIRST
from bot.core.replies import Reply
from bot.core.sentences import say
from bot.platforms.slack.api import SlackFailed
from bot.platforms.slack.blocks import Look, fallback
from bot.platforms.slack.ports import SlackPorts
from bot.platforms.slack.posting import Poster

log = structlog.get_logger(__name__)

EDIT_SECONDS = 15.0
EDITS_A_MINUTE = 30
"""Of a workspace, over all processes: only one of them runs on a data folder, and it counts."""
FOLLOWED_MAX = 500
CONTROL = "0"
"""The part of a delivery that carries words and buttons; the files are parts of their own."""


def first_key(job: str) -> str:
    """Name the first message of a job in the notes."""
    return f"{job}{FIRST}"


def first_words(view: JobView, name: str) -> Reply:
    """Say who ordered what, and how it stands; `name` is empty where that is plain."""
    words = f"“{shortened(view.card.request.prompt)}”"
    who = f"{name}: {words}" if name else words
    return view.reply.model_copy(update={"text": f"{who}\n{view.reply.text}"})


@dataclass(eq=False)
class _Followed:
    """One job that is followed; whoever says the last word waits for what is on its way."""

    task: asyncio.Task[None] | None = None
    busy: asyncio.Lock = None  # type: ignore[assignment]  # made below: a lock belongs to one loop
    is_over: bool = False

    def __post_init__(self) -> None:
        self.busy = asyncio.Lock()


class Progress:
    """Follows jobs and shows them, at most one update of a job in fifteen seconds."""

    def __init__(self, ports: SlackPorts, poster: Poster, edit_seconds: float = EDIT_SECONDS) -> None:
        self._ports = ports
        self._poster = poster
        self._edit_seconds = edit_seconds
        self._followed: dict[str, _Followed] = {}
        self._edits: defaultdict[str, deque[float]] = defaultdict(lambda: deque(maxlen=EDITS_A_MINUTE))
        self._has_status = True

    def follow(self, job: str, number: int, caller: Caller) -> None:
        """Keep a job's first message up to date while it waits and runs."""
        if job in self._followed or len(self._followed) >= FOLLOWED_MAX:
            return
        followed = self._followed[job] = _Followed()
        followed.task = asyncio.create_task(self._follow(job, number, caller))
        followed.task.add_done_callback(lambda _: self._followed.pop(job, None))

    async def end(self, job: str) -> None:
        """Show nothing more of a job; returns when nothing of it is on its way."""
        followed = self._followed.get(job)
        if followed is None:
            return
        followed.is_over = True
        async with followed.busy:
            if followed.task is not None:
                followed.task.cancel()

    async def resume(self) -> None:
        """Take up the first messages of open jobs after a restart."""
        for job in await self._ports.watch.open("slack"):
            caller = Caller(person=job.person, address=job.address, name="", event=f"follow {job.id}")
            self.follow(job.id, job.number, caller)

    async def stop(self) -> None:
        """Follow nothing any more."""
        tasks = [each.task for each in self._followed.values() if each.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _follow(self, job: str, number: int, caller: Caller) -> None:
        shown = ""
        try:
            # The first message says how it stands now.
            await asyncio.sleep(self._edit_seconds)
            async for view in self._ports.watch.follow(number, caller):
                if not view.card.state.is_open:
                    return
                said = first_words(view, caller.name if not caller.address.is_direct else "")
                if fallback(said) != shown and self._may_edit(caller.tenant):
                    await self._show(job, said, view)
                    shown = fallback(said)
                await asyncio.sleep(self._edit_seconds)
        except (EaselError, SlackFailed) as error:
            log.info("a job is not followed any more", number=number, problem=str(error))
        except Exception:  # the edge: what is shown on the way must never touch the job
            log.exception("following broke", number=number)

    async def _show(self, job: str, said: Reply, view: JobView) -> None:
        followed = self._followed[job]
        async with followed.busy:
            first = (await self._ports.postings.find(first_key(job))).get(CONTROL)
            if followed.is_over or first is None or not first.channel or not first.message:
                return
            is_public = not view.card.request.private
            await self._poster.update(first.channel, first.message, said, Look(is_public=is_public))
            if view.card.state is JobState.RUNNING:
                await self._say_busy(first.channel, first.thread or first.message)

    async def _say_busy(self, channel: str, thread: str) -> None:
        """Show Slack's own sign of life; it is an extra, and not everywhere."""
        if not self._has_status:
            return
        try:
            await self._poster.status(channel, thread, say("slack_drawing"))
        except SlackFailed as failed:
            self._has_status = False
            log.info("Slack shows no status", problem=failed.error)

    def _may_edit(self, tenant: str) -> bool:
        """Whether this minute has room for one more update, of whichever job of a workspace."""
        now = asyncio.get_running_loop().time()
        edits = self._edits[tenant]
        if len(edits) == EDITS_A_MINUTE and now - edits[0] < 60:
            return False
        edits.append(now)
        return True
