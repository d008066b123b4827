"""How a job goes on, in the private message of whoever ordered it or in the status reply to a message."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from bot.core.commands import Caller
from bot.core.errors import Refusal
from bot.core.following import JobView
from bot.core.jobs import JobState
from bot.core.replies import Address, Button
from bot.core.sentences import say
from bot.platforms.discord.faults import DiscordFault
from bot.platforms.discord.files import SPOILER
from bot.platforms.discord.ports import DiscordPorts
from bot.platforms.discord.private import PrivateMessages
from bot.platforms.discord.rendering import Look, message, rows_of
from bot.platforms.discord.rest import Body, SentFile

log = structlog.get_logger(__name__)

EDIT_SECONDS = 3.0
FOLLOWED_MAX = 500

Put = Callable[[Body, Sequence[SentFile]], Awaitable[None]]


class Progress:
    """Follows jobs and shows them, at most one edit in three seconds each."""

    def __init__(
        self, ports: DiscordPorts, private: PrivateMessages, edit_seconds: float = EDIT_SECONDS
    ) -> None:
        self._ports = ports
        self._private = private
        self._edit_seconds = edit_seconds
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def follow_privately(self, number: int, caller: Caller) -> None:
        """Keep the private answer of an order up to date while its token lives."""
        token = caller.address.token
        if token is None:
            return

        async def put(body: Body, files: Sequence[SentFile]) -> None:
            await self._private.update(token, body, files)

        self._start(f"{caller.tenant} {number}", self._follow(number, caller, put))

    def follow_publicly(self, number: int, caller: Caller, put: Put) -> None:
        """Keep a status message up to date."""
        work = self._follow(number, caller, put, is_private=False)
        self._start(f"{caller.tenant} {number} for all", work)

    async def resume(self) -> None:
        """Take up the private messages of open jobs after a restart."""
        for job in await self._ports.watch.open("discord"):
            if self._private.reaches(job.address):
                caller = Caller(person=job.person, address=job.address, name="", event=f"follow {job.id}")
                self.follow_privately(job.number, caller)

    async def stop(self) -> None:
        """Follow nothing any more."""
        for task in list(self._tasks.values()):
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def _start(self, name: str, work: Awaitable[None]) -> None:
        if name in self._tasks or len(self._tasks) >= FOLLOWED_MAX:
            asyncio.ensure_future(work).cancel()
            return
        task = asyncio.ensure_future(work)
        self._tasks[name] = task
        task.add_done_callback(lambda _: self._tasks.pop(name, None))

    async def _follow(self, number: int, caller: Caller, put: Put, *, is_private: bool = True) -> None:
        try:
            # What everybody sees is edited by the bot itself, for which no token is needed.
            async with asyncio.timeout(self._seconds_left(caller.address) if is_private else None):
                async for view in self._ports.watch.follow(number, caller):
                    if not view.card.state.is_open:
                        return
                    files = await self._unfinished(view, caller, is_private=is_private)
                    await put(body_of(view, is_private=is_private), files)
                    await asyncio.sleep(self._edit_seconds)
        except TimeoutError:
            await self._say_later(number, put)
        except (Refusal, DiscordFault) as error:
            log.info("a job is not followed any more", number=number, problem=str(error))
        except Exception:  # the edge: what is shown on the way must never touch the job
            log.exception("following broke", number=number)

    def _seconds_left(self, address: Address) -> float | None:
        if address.token is None or address.token_expires is None:
            return None
        return max(0.0, (address.token_expires - self._ports.clock()) / 1000)

    async def _unfinished(self, view: JobView, caller: Caller, *, is_private: bool) -> list[SentFile]:
        """Find the picture so far; where everybody sees it, it is covered as the finished one will be."""
        if view.card.partial is None:
            return []
        try:
            served = await self._ports.gallery.partial(view.card.number, caller)
            is_covered = not is_private and (await self._ports.studio.rules(caller)).spoilers
        except Refusal:
            return []
        name = f"{SPOILER if is_covered else ''}unfinished.{served.mime.partition('/')[2] or 'png'}"
        return [SentFile(served.path, name, say("unfinished_alt"), served.mime)]

    async def _say_later(self, number: int, put: Put) -> None:
        """Use the token's last seconds to say where the picture will be."""
        button = Button(act="open", label="Get result", words=str(number))
        body = {"content": say("still_drawing", number=number), "components": rows_of([button])}
        try:
            await put(body, ())
        except DiscordFault as fault:
            log.info("a last word could not be said", number=number, problem=fault.name)


def body_of(view: JobView, *, is_private: bool = True) -> Body:
    """Write how a job stands: price, place in line, when it is likely done, Cancel and Get result."""
    card = view.card
    button = Button(act="open", label="Get result", job=card.id, words=str(card.number))
    reply = view.reply.model_copy(update={"buttons": (*view.reply.buttons, button)})
    return message(reply, Look(is_private=is_private, lead=_when(view)))


def _when(view: JobView) -> str:
    """Say when a picture is likely there; Discord counts down by itself."""
    card = view.card
    if view.eta is None or card.state is not JobState.RUNNING or card.started is None:
        return ""
    return f"<t:{card.started // 1000 + view.eta.usual_seconds}:R>"
