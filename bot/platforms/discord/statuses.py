"""One message that everybody sees while a job goes on, and that becomes its result."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from bot.core.commands import Caller
from bot.core.errors import Refusal
from bot.core.following import JobView
from bot.platforms.discord.exchange import edit_of
from bot.platforms.discord.faults import DiscordFault
from bot.platforms.discord.ports import DiscordPorts
from bot.platforms.discord.posting import Part, Poster, status_key
from bot.platforms.discord.progress import FOLLOWED_MAX, Progress, body_of
from bot.platforms.discord.rest import Body, Rest, SentFile
from bot.platforms.discord.threads import Threads

log = structlog.get_logger(__name__)


class Statuses:
    """Posts status messages, once for each job, and keeps them up to date."""

    def __init__(self, rest: Rest, ports: DiscordPorts, poster: Poster, progress: Progress) -> None:
        self._rest = rest
        self._ports = ports
        self._poster = poster
        self._progress = progress
        self._threads = Threads(rest, ports)

    async def post(self, view: JobView, caller: Caller) -> None:
        """Post how a job stands where its result will be, and follow it; the result comes without it, too."""
        key = status_key(view.card.id)
        try:
            spot = await self._threads.spot(caller.address, view.card, caller)
            noted = (await self._ports.postings.find(key)).get("0")
            part = Part(key, 0, body_of(view, is_private=False), mark=view.card.id)
            posting = await self._poster.post(part, spot, noted)
        except DiscordFault as fault:
            log.info("a status could not be posted", problem=fault.name)
            return

        async def put(body: Body, files: Sequence[SentFile]) -> None:
            if not await self._ports.postings.find(f"{view.card.id}:result"):
                where = posting.thread or posting.channel or spot.channel
                await self._rest.edit(where, posting.message or "", edit_of(body), files)

        self._progress.follow_publicly(view.card.number, caller, put)

    async def resume(self) -> None:
        """Take up the status messages of open jobs after a restart, those too that were on their way then."""
        for job in (await self._ports.watch.open("discord"))[:FOLLOWED_MAX]:
            if await self._ports.postings.find(status_key(job.id)):
                caller = Caller(person=job.person, address=job.address, name="", event=f"follow {job.id}")
                try:
                    await self.post(await self._ports.watch.look(job.number, caller), caller)
                except Refusal as refusal:
                    log.info("a status is not followed any more", number=job.number, problem=str(refusal))
