"""How an order goes on is shown rarely: one allowance of updates is shared by all jobs of a workspace."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import cast

from bot.core.commands import Caller
from bot.core.following import JobView
from bot.core.jobs import JobState
from bot.core.postings import Posting
from bot.core.replies import Reply
from bot.platforms.slack.api import SlackFailed
from bot.platforms.slack.ports import SlackPorts
from bot.platforms.slack.posting import Poster
from bot.platforms.slack.progress import CONTROL, EDIT_SECONDS, EDITS_A_MINUTE, Progress
from tests.fakes import caller_of, card_of
from tests.platforms.slack.turning import TurningLoop


@dataclass
class Edits:
    """Stands in for what is posted: notes when each message was changed, and how often a status was shown."""

    at: list[tuple[float, str]] = field(default_factory=list)
    statuses: int = 0

    async def update(self, _channel: str, stamp: str, _reply: Reply, _look: object) -> None:
        """Note it."""
        self.at.append((asyncio.get_running_loop().time(), stamp))

    async def status(self, *_: str) -> None:
        """Say what Slack says where it does not have the method."""
        self.statuses += 1
        raise SlackFailed("unknown_method")


class Changing:
    """Jobs that say something else each time they are looked at, for some minutes."""

    async def follow(self, number: int, _: Caller) -> AsyncIterator[JobView]:
        """Give the job each second."""
        for second in range(1, 181):
            yield JobView(
                card_of(number, state=JobState.RUNNING), None, Reply(kind="accepted", text=f"{second} s")
            )
            await asyncio.sleep(1)

    async def find(self, key: str) -> dict[str, Posting]:
        """Return the first message of a job."""
        return {CONTROL: Posting(key, channel="C1", message=key)}


@dataclass
class Ports:
    """What following needs."""

    watch: Changing = field(default_factory=Changing)
    postings: Changing = field(default_factory=Changing)


def followed(jobs: int) -> Edits:
    """Follow so many jobs of one workspace to their end."""

    async def all_of_them() -> Edits:
        edits = Edits()
        progress = Progress(cast("SlackPorts", Ports()), cast("Poster", edits))
        for number in range(1, jobs + 1):
            progress.follow(f"job {number}", number, caller_of())
        await asyncio.sleep(170)
        await progress.stop()
        return edits

    with asyncio.Runner(loop_factory=TurningLoop) as runner:
        return runner.run(all_of_them())


def most_in(seconds: float, times: Sequence[float]) -> int:
    """Return how many of these moments lie within such a span at most."""
    return max(sum(0 <= other - each < seconds for other in times) for each in times)


def test_a_job_is_changed_at_most_every_fifteen_seconds() -> None:
    """However often it has something to say."""
    times = [at for at, _ in followed(1).at]

    assert len(times) >= 5
    assert most_in(EDIT_SECONDS - 0.1, times) == 1


def test_a_workspace_is_changed_at_most_thirty_times_a_minute() -> None:
    """By whichever of its jobs; each alone may say more."""
    times = [at for at, _ in followed(20).at]

    assert most_in(59.9, times) == EDITS_A_MINUTE


def test_a_slack_without_a_status_is_asked_once() -> None:
    """The message goes on being changed."""
    edits = followed(3)

    assert edits.statuses == 1
    assert len(edits.at) > 15
