"""How a job goes on, as its asker sees it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.core.commands import Caller
from bot.core.replies import Address, Reply
from bot.core.studio import JobCard


@dataclass(frozen=True)
class Eta:
    """How long such pictures take: the median and what nine in ten stay under, in seconds."""

    usual_seconds: int
    rare_seconds: int


@dataclass(frozen=True)
class JobView:
    """A job at one moment. `reply` says it in words; `card.partial` changes with each unfinished picture.

    `eta` is None while there are fewer than five measurements.
    """

    card: JobCard
    eta: Eta | None
    reply: Reply


@dataclass(frozen=True)
class OpenJob:
    """A job whose private message can be kept up to date: its number, asker and where its answer goes."""

    id: str
    number: int
    person: str
    address: Address


class Watch(Protocol):
    """Looks at jobs while they wait and run."""

    async def look(self, number: int, caller: Caller) -> JobView:
        """Show how the caller's job stands; raises NotFound."""
        ...

    def follow(self, number: int, caller: Caller) -> AsyncIterator[JobView]:
        """Give the job now, at each change, and last when it has ended. Raises NotFound."""
        ...

    async def open(self, platform: str) -> Sequence[OpenJob]:
        """List the open jobs of a platform, so that a restarted process takes their messages up again."""
        ...
