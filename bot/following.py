"""Jobs on their way, as their askers see them: place in line, how long it usually takes, the picture so far."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from bot.core.commands import Caller
from bot.core.errors import NotFound
from bot.core.following import Eta, JobView, OpenJob
from bot.core.front import Bell
from bot.core.jobs import JobState
from bot.core.phrases import duration_words
from bot.core.ports import Clock
from bot.core.sentences import say
from bot.core.studio import JobCard, Studio
from bot.core.wording import reply_for
from bot.storage import measured
from bot.storage.database import Database

MEASURED_MIN = 5
REMEMBERED_MILLISECONDS = 60_000
LOOK_SECONDS = 5.0
"""How long a change that rings no bell here (another process made it) goes unseen."""


@dataclass
class Measurements:
    """How long drawing takes: read from the newest ended jobs of a model, once a minute."""

    database: Database
    clock: Clock
    _known: dict[str, tuple[int, Sequence[measured.Measured]]] = field(default_factory=dict)

    async def eta(self, card: JobCard) -> Eta | None:
        """Tell how long such pictures take; None while fewer than five were measured."""
        request = card.request
        kind = (request.width * request.height, request.quality, request.count)
        seconds = sorted(
            each.seconds
            for each in await self._measured(request.model)
            if (each.pixels, each.quality, each.count) == kind
        )
        if len(seconds) < MEASURED_MIN:
            return None
        return Eta(_share(seconds, 50), _share(seconds, 90))

    async def _measured(self, model: str) -> Sequence[measured.Measured]:
        now = self.clock()
        at, found = self._known.get(model, (0, ()))
        if now - at >= REMEMBERED_MILLISECONDS:
            found = await self.database.read(measured.measured, model)
            self._known[model] = now, found
        return found


@dataclass(frozen=True)
class JobWatch:
    """Implements `bot.core.following.Watch`."""

    studio: Studio
    database: Database
    bell: Bell
    measurements: Measurements

    async def look(self, number: int, caller: Caller) -> JobView:
        """Show how the caller's job stands; raises NotFound for what is somebody else's."""
        card = await self.studio.job(number, caller)
        if not card.may_change:
            raise NotFound("job_unknown", number=number)
        eta = await self.measurements.eta(card) if card.state.is_open else None
        reply = reply_for(card)
        if card.state.is_open:
            told = (
                say("eta_unknown")
                if eta is None
                else say(
                    "eta", usual=duration_words(eta.usual_seconds), rare=duration_words(eta.rare_seconds)
                )
            )
            reply = reply.model_copy(update={"text": f"{reply.text} {told}"})
        return JobView(card, eta, reply)

    async def follow(self, number: int, caller: Caller) -> AsyncIterator[JobView]:
        """Give the job now, at each change, and last when it has ended; raises NotFound."""
        seen: tuple[JobState, int | None, str | None] | None = None
        while True:
            rings = self.bell.rings
            view = await self.look(number, caller)
            now = (view.card.state, view.card.position, view.card.partial)
            if now != seen:
                seen = now
                yield view
            if not view.card.state.is_open:
                return
            await self.bell.wait(LOOK_SECONDS, rings)

    async def open(self, platform: str) -> Sequence[OpenJob]:
        """List the open jobs of a platform, the earliest first."""
        return await self.database.read(measured.open_on, platform)


def _share(seconds: Sequence[int], percent: int) -> int:
    """Return what `percent` of the sorted values do not exceed."""
    place = -(-len(seconds) * percent // 100) - 1
    return seconds[max(0, place)]
