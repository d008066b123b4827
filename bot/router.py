"""Which vendor draws: chosen before the hold, and changed only while it is certain that nothing was executed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.core.catalogue import Catalogue, Model
from bot.core.errors import Refusal
from bot.core.pictures import PictureRequest
from bot.core.ports import Clock
from bot.core.retirement import in_service
from bot.core.routing import is_same
from bot.counters import Counter
from bot.ordering import draft_of, request_for
from bot.storage import moves, pauses, views
from bot.storage.database import Database
from bot.storage.jobs import Claim, Job
from bot.storage.views import PictureRow

SLACK_MILLISECONDS = 60_000
"""What a job may take beyond its calls."""


@dataclass(frozen=True)
class Asked:
    """By which command and in which tenant somebody asks."""

    command: str
    tenant: str


@dataclass(frozen=True)
class Router:
    """Knows who sells what, and who cannot be asked now; `catalogue` holds only what is on offer."""

    catalogue: Catalogue
    counters: Mapping[str, Counter]
    database: Database
    clock: Clock

    def has_rivals(self, request: PictureRequest) -> bool:
        """Whether more than one vendor sells the model of a request."""
        return sum(model.name == request.model for model in self.catalogue.models) > 1

    async def best(
        self, request: PictureRequest, asked: Asked, pictures: Mapping[str, PictureRow]
    ) -> PictureRequest:
        """Return the request as the first vendor that can be asked now draws it, where that is no dearer."""
        if not request.may_move:
            return request
        shut = await self._shut(request.model)
        if request.vendor not in shut:
            return request
        others = self._others(request, asked, pictures, shut)
        return next((each for each in others if each.hold <= request.hold), request)

    async def pass_on(self, job: Job, why: str) -> bool:
        """Give a job to another vendor that draws the same for no more than is held; False when there is none.

        The tried ones are not asked again. False too when the job has moved on meanwhile.
        """
        request = job.request
        if not request.may_move or not self.has_rivals(request):
            return False
        shut = await self._shut(request.model)
        tried = {*await self.database.read(moves.tried, job.id), request.vendor}
        ids = [picture for picture, _ in request.inputs]
        pictures = await self.database.read(views.pictures_by_id, ids) if ids else {}
        for other in self._others(request, Asked(job.command, job.tenant), pictures, shut | tried):
            if other.hold <= job.held:
                return await self._move(job, other, why)
        return False

    async def _move(self, job: Job, other: PictureRequest, why: str) -> bool:
        old, new = self.counters[job.vendor], self.counters[other.vendor]
        move = moves.Move(Claim(job.id, job.epoch), other, run_milliseconds(new, other), why)
        return await self.database.write_patiently(moves.move, move, old.places, new.places, now=self.clock())

    def _others(
        self, request: PictureRequest, asked: Asked, pictures: Mapping[str, PictureRow], shut: Collection[str]
    ) -> Iterator[PictureRequest]:
        """Yield the same request at other vendors, in the order in which they are asked."""
        today = datetime.fromtimestamp(self.clock() // 1_000, UTC).date()
        catalogue = in_service(self.catalogue, today).ordered(asked.command, asked.tenant)
        sellers = [model.vendor for model in catalogue.models if model.name == request.model]
        wanted = draft_of(request, asked.command)
        for vendor in sellers:
            if vendor in {*shut, request.vendor} or catalogue.vendor(vendor).substitutes:
                continue
            draft = wanted.model_copy(update={"model": f"{vendor}/{request.model}"})
            try:
                other = request_for(draft, catalogue, pictures)
            except Refusal:
                continue
            if is_same(request, other):
                said = {"size_words": request.size_words, "model_words": request.model_words}
                yield other.model_copy(update={**said, "may_move": True})

    async def _shut(self, model: str) -> set[str]:
        """Name the vendors that get no orders for a model now: paused ones, and those whose breaker is open."""
        now = self.clock()
        paused = {pause.vendor for pause in await self.database.read(pauses.in_force)}
        barred = {name for name, each in self.counters.items() if each.breaker(model).barred(now)}
        return paused | barred


def run_milliseconds(counter: Counter, request: PictureRequest) -> int:
    """Say how long a job may run at a vendor."""
    return counter.call_seconds(request) * 1000 * len(request.parts) + SLACK_MILLISECONDS


def rivals_of(vendor: str, models: Iterable[Model]) -> tuple[str, ...]:
    """Name the vendors that sell a model which `vendor` sells too."""
    listed = tuple(models)
    own = {model.name for model in listed if model.vendor == vendor}
    return tuple(dict.fromkeys(each.vendor for each in listed if each.name in own and each.vendor != vendor))
