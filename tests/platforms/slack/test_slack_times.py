"""Questions by a clock of their own: each is taken away in its time, and what Slack refuses is tried again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from bot.core.inbox import Received
from bot.platforms.slack.api import SlackFailed
from bot.platforms.slack.posting import Poster
from bot.platforms.slack.questions import Questions
from tests.doubles.clock import Changes, Clock


@dataclass
class Kept:
    """An inbox in memory."""

    open_ones: dict[str, Received] = field(default_factory=dict)

    async def commit(self, received: Received) -> bool:
        """Keep it."""
        return self.open_ones.setdefault(received.key, received) is received

    async def done(self, _: str, key: str) -> None:
        """Forget it."""
        self.open_ones.pop(key)

    async def open(self, _: str) -> Sequence[Received]:
        """List what is kept."""
        return list(self.open_ones.values())


@dataclass
class Wall:
    """Where messages stand; refuses so often."""

    removed: list[tuple[str, str]] = field(default_factory=list)
    refusals: int = 0
    changes: Changes = field(default_factory=Changes)

    async def remove(self, channel: str, stamp: str) -> None:
        """Take a message away."""
        if self.refusals:
            self.refusals -= 1
            self.changes.tell()
            raise SlackFailed("ratelimited")
        self.removed.append((channel, stamp))
        self.changes.tell()


async def test_a_question_goes_in_its_time_and_not_before() -> None:
    """One of no length goes at once; one of two minutes stays."""
    kept, wall, clock = Kept(), Wall(), Clock()
    questions = Questions(kept, cast("Poster", wall), clock.now_ms)

    await questions.keep("D1", "2.000001", 120)
    await questions.keep("D1", "1.000001", 0)
    await wall.changes.until(lambda: wall.removed or None, "a question to go")
    await questions.stop()

    assert wall.removed == [("D1", "1.000001")]
    assert list(kept.open_ones) == ["qD1/2.000001"]


async def test_what_could_not_be_taken_away_is_taken_away_at_the_next_start() -> None:
    """Slack may be busy when its time is up."""
    kept, wall, clock = Kept(), Wall(refusals=1), Clock()
    first = Questions(kept, cast("Poster", wall), clock.now_ms)
    await first.keep("D1", "1.000001", 0)
    await wall.changes.until(lambda: not wall.refusals or None, "a try")
    await first.stop()

    later = Questions(kept, cast("Poster", wall), clock.now_ms)
    await later.resume()
    await wall.changes.until(lambda: wall.removed or None, "the question to go")
    await later.stop()

    assert kept.open_ones == {}
