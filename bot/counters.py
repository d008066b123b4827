"""Where vendors are asked: what is known of each, one call on its way, and what can come of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog

from bot.core.breaker import Breaker, State, sign_of
from bot.core.catalogue import Model, Size, VendorEntry
from bot.core.errors import VendorError
from bot.core.pictures import PictureRequest
from bot.core.ports import Clock, Links, NewId, TicketVendor, Vendor
from bot.progress import Progress
from bot.storage.admission import Places
from bot.storage.database import Database
from bot.storage.jobs import Job
from bot.storage.shelf import Shelf

log = structlog.get_logger(__name__)

REPEAT_MILLISECONDS = (2_000, 60_000)
"""The shortest and the longest wait before a call is repeated under its own key."""


@dataclass(frozen=True)
class Counter:
    """One vendor on offer, as the worker uses it: its entry and models in the catalogue, and its client.

    `links` is there where the vendor can reach us.
    """

    entry: VendorEntry
    models: Mapping[str, Model]
    vendor: Vendor | TicketVendor
    places: Places
    links: Links | None = None
    breakers: dict[str, Breaker] = field(default_factory=dict)

    def breaker(self, model: str) -> Breaker:
        """Return the breaker of one of its models."""
        return self.breakers.setdefault(model, Breaker())

    def learn(self, model: str, error: VendorError | None, *, now: int) -> None:
        """Let the breaker learn from an answer, or from the error in its place."""
        if self.breaker(model).note(sign_of(error), now):
            log.warning(
                "the breaker is open",
                vendor=self.entry.name,
                model=model,
                state=self.breaker(model).state(now),
            )

    def call_seconds(self, request: PictureRequest) -> int:
        """Say how long one call for `request` may take."""
        size = Size(request.width, request.height) if request.width else None
        return self.models[request.model].run_seconds(size)

    def may_repeat(self, key: str | None, *, called_at: int, at: int) -> bool:
        """Whether a call whose outcome is hidden may be sent again at `at` without being billed twice."""
        return key is not None and 0 <= at - called_at <= self.entry.crash.window_seconds * 1000


@dataclass(frozen=True)
class Waits:
    """Nothing was executed; the part may be asked for again at `until`. `why` is the reason, where a vendor gave it."""

    until: int
    why: str = ""


@dataclass(frozen=True)
class Rests:
    """The vendor has the order; it makes sense to look at `until`, and nobody needs to wait for it."""

    until: int


@dataclass(frozen=True)
class Concluded:
    """The call is over, whatever it gave."""


CallOutcome = Waits | Rests | Concluded


@dataclass(frozen=True)
class Asking:
    """One paid call of a job: for which part, under which id, and when it was made for the first time."""

    job: Job
    counter: Counter
    part: int
    call: str
    called_at: int
    is_repeat: bool = False
    """Repeats a call under its own key; whether that was executed is hidden."""
    progress: Progress | None = None

    def patience(self, now: int) -> int:
        """Say how many milliseconds to wait before the call is repeated: longer the older it is."""
        shortest, longest = REPEAT_MILLISECONDS
        return max(shortest, min(now - self.called_at, longest))

    @property
    def first(self) -> int:
        """The position in the job, from 0, of the call's first picture."""
        return sum(self.job.request.parts[: self.part])

    @property
    def ends_at(self) -> int:
        """When the call has taken too long."""
        return self.called_at + self.counter.call_seconds(self.job.request) * 1000


@dataclass(frozen=True)
class CallMeans:
    """What paid calls are made with."""

    database: Database
    shelf: Shelf
    clock: Clock
    new_id: NewId


def breakers_of(counters: Mapping[str, Counter], *, now: int) -> list[tuple[str, str, State]]:
    """Say of every vendor's model whether it is left alone."""
    return [
        (name, model, counter.breaker(model).state(now))
        for name, counter in counters.items()
        for model in counter.models
    ]
