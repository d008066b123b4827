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
from bot.core.postings import Posting
from bot.core.replies import Address
from bot.core.wording import accepted
from bot.platforms.discord.ports import Counts, DiscordPorts
from bot.platforms.discord.posting import Poster, nonce_of
from bot.platforms.discord.private import PrivateMessages
from bot.platforms.discord.progress import EDIT_SECONDS, Progress
from bot.platforms.discord.quiet import Quiet
from bot.platforms.discord.rest import Rest
from bot.platforms.discord.statuses import Statuses
from tests.fakes import NOW, card_of

PAUSE_SECONDS = 0.05
NONCE = nonce_of("job1:status", 0)


@dataclass
class FakeRest:
    """Notes when each edit came and what it said."""

    edits: list[tuple[float, str]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    nonces: list[str] = field(default_factory=list)

    async def post(self, channel: str, body: Mapping[str, Any], files: Any) -> dict[str, Any]:
        self.nonces.append(body["nonce"])
        return {"id": "1573592960203751425"}

    async def edit(self, channel: str, message: str, body: Mapping[str, Any], files: Any) -> None:
        await self.edit_answer("", f"{channel}/{message}", body, files)

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

    async def look(self, number: int, caller: Caller) -> JobView:
        card = card_of(id=f"job{number}", number=number, state=JobState.WAITING, pictures=())
        return JobView(card, None, accepted(card))

    async def open(self, platform: str) -> Sequence[OpenJob]:
        return self.jobs


def address(token: str, expires: int) -> Address:
    """Where an order came from."""
    return Address(
        platform="discord", tenant="t", channel="5", person="p", token=token, token_expires=expires
    )


def progress_on(rest: FakeRest, watch: BusyWatch) -> Progress:
    """Follow with short pauses."""
    return Progress(ports_on(watch), PrivateMessages(cast("Rest", rest), lambda: NOW), PAUSE_SECONDS)


def ports_on(watch: BusyWatch, *noted: Posting) -> DiscordPorts:
    """What following needs from outside."""
    found = SimpleNamespace(watch=watch, clock=lambda: NOW, postings=FakeNotes(noted))
    return cast("DiscordPorts", found)


@dataclass
class FakeNotes:
    """The notes of deliveries."""

    noted: Sequence[Posting]

    async def find(self, key: str) -> Mapping[str, Posting]:
        return {each.part: each for each in self.noted if each.key == key}

    async def note(self, posting: Posting) -> None:
        pass


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


async def test_open_statuses_are_taken_up_after_a_restart() -> None:
    """Where they stand, as long as the job goes on, whatever became of the token; what has none is left alone."""
    rest = FakeRest()
    jobs = tuple(OpenJob(f"job{n}", n, "p", address("dead", NOW - 1)) for n in range(4))
    watch = BusyWatch(jobs=jobs)
    noted = (
        Posting("job0:status", channel="5", thread="6", message="60"),
        Posting("job1:status", channel="5", sending_since=NOW, nonce=NONCE),
        Posting("job2:status", channel="5", message="52"),
        Posting("job2:result", sending_since=NOW),
    )
    ports = ports_on(watch, *noted)
    progress = Progress(ports, PrivateMessages(cast("Rest", rest), lambda: NOW), PAUSE_SECONDS)

    poster = Poster(cast("Rest", rest), ports.postings, Quiet(ports.clock, cast("Counts", None)), ports.clock)
    await Statuses(cast("Rest", rest), ports, poster, progress).resume()
    await watch.ended.wait()

    assert rest.nonces == [NONCE]
    assert set(rest.tokens) == {"6/60", "5/1573592960203751425"}
    assert not any("takes longer" in words for _, words in rest.edits)
