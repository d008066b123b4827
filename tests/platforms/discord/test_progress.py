"""How a job goes on is shown at most once in three seconds, and its last state is not left out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, cast

from bot.core.commands import Caller
from bot.core.following import JobView, OpenJob
from bot.core.jobs import JobState
from bot.core.replies import Address
from bot.core.wording import accepted
from bot.platforms.discord.ports import DiscordPorts
from bot.platforms.discord.private import PrivateMessages
from bot.platforms.discord.progress import EDIT_SECONDS, Progress
from bot.platforms.discord.rest import Rest
from tests.fakes import NOW, card_of

PAUSE_SECONDS = 0.05


@dataclass
class FakeRest:
    """Notes when each edit came and what it said."""

    edits: list[tuple[float, str]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)

    async def edit_answer(self, application: str, token: str, body: Mapping[str, Any], files: Any) -> None:
        self.edits.append((asyncio.get_running_loop().time(), body["content"]))
        self.tokens.append(token)


@dataclass
class BusyWatch:
    """A job whose place in line changes far more often than anybody can be told."""

    ended: asyncio.Event = field(default_factory=asyncio.Event)
    jobs: tuple[OpenJob, ...] = ()

    async def follow(self, number: int, caller: Caller) -> AsyncIterator[JobView]:
        start = asyncio.get_running_loop().time()
        while (passed := asyncio.get_running_loop().time() - start) < PAUSE_SECONDS * 4:
            card = card_of(state=JobState.WAITING, position=int(passed * 1_000), pictures=())
            yield JobView(card, None, accepted(card))
            await asyncio.sleep(0)
        self.ended.set()

    async def open(self, platform: str) -> Sequence[OpenJob]:
        return self.jobs


def address(token: str, expires: int) -> Address:
    """Where an order came from."""
    return Address(
        platform="discord", tenant="t", channel="5", person="p", token=token, token_expires=expires
    )


def progress_on(rest: FakeRest, watch: BusyWatch) -> Progress:
    """Follow with short pauses."""
    ports = cast("DiscordPorts", SimpleNamespace(watch=watch, clock=lambda: NOW))
    return Progress(ports, PrivateMessages(cast("Rest", rest), lambda: NOW), PAUSE_SECONDS)


async def test_a_private_answer_is_edited_once_in_a_while() -> None:
    """However often something changes: three seconds lie between two edits."""
    rest, watch = FakeRest(), BusyWatch()
    caller = Caller(person="p", address=address("tok", NOW + 60_000), name="", event="e")

    progress_on(rest, watch).follow_privately(7, caller)
    await watch.ended.wait()

    times = [at for at, _ in rest.edits]
    assert len(times) > 2
    assert min(b - a for a, b in pairwise(times)) >= PAUSE_SECONDS
    assert len({words for _, words in rest.edits}) == len(times)
    assert EDIT_SECONDS == 3.0


async def test_only_living_tokens_are_taken_up_after_a_restart() -> None:
    """What is older than fifteen minutes cannot be edited any more."""
    rest = FakeRest()
    jobs = tuple(
        OpenJob(f"job{n}", n, "p", address(token, expires))
        for n, (token, expires) in enumerate([("alive", NOW + 60_000), ("dead", NOW - 1)])
    )
    watch = BusyWatch(jobs=jobs)

    await progress_on(rest, watch).resume()
    await watch.ended.wait()

    assert set(rest.tokens) == {"alive"}
