"""A process may die before and after every step; the next one finishes what it began, and repeats nothing paid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from bot.core.jobs import CallState, JobState
from bot.core.ports import Undeliverable
from bot.storage.schema import calls, jobs, replies
from tests.flows.conftest import Build
from tests.flows.house import House
from tests.flows.mortal import Died
from tests.flows.world import PICTURE, Terms, caller
from tests.longer import few
from tests.vendors_for_tests import LedgerVendor, busy, fails

STEPS_MAX = 400


@dataclass(frozen=True)
class Story:
    """One order to be carried through, and the vendor that gets it."""

    name: str
    vendor: Callable[[], LedgerVendor]
    count: int = 1
    has_keys: bool = False
    failing_posts: int = 0

    @property
    def terms(self) -> Terms:
        """One call for each picture."""
        return Terms(crash="idempotency-key" if self.has_keys else "release")


STORIES = (
    Story("one-without-keys", LedgerVendor),
    Story("one-with-keys", lambda: LedgerVendor(honours_keys=True), has_keys=True),
    Story("three-without-keys", LedgerVendor, count=3),
    Story("two-with-keys", lambda: LedgerVendor(honours_keys=True), count=2, has_keys=True),
    Story("posted-at-the-second-try", LedgerVendor, failing_posts=1),
    Story("busy-then-failing", lambda: LedgerVendor(busy(20), fails())),
)


async def carry_through(house: House, story: Story) -> None:
    """Order and wait for the end; the platform sends an event again whose process has died."""
    await house.order(caller("1"), count=story.count)
    await house.live()


async def live_on(house: House, story: Story, fatal: int | None, *, deaths: int = 1) -> int:
    """Go on after each death, of `deaths` at most, until the story is told; returns how often it died."""
    for died in range(deaths):
        try:
            await carry_through(house, story)
        except Died:
            await house.restart(fatal if died + 1 < deaths else None)
        else:
            return died
    await carry_through(house, story)
    return deaths


async def assert_nothing_is_lost_or_doubled(house: House, story: Story) -> None:
    """Assert the promises, as the vendor's books and ours show them."""
    [job] = await house.rows(jobs)
    stored = await house.pictures(job.id)
    made = await house.rows(calls, job=job.id)
    billed = house.vendor.bills
    unknown = [call for call in made if call.state == CallState.UNKNOWN]

    assert job.charged == PICTURE * len(stored)
    assert job.counted == PICTURE * (len(stored) + len(unknown))
    assert len(stored) + len(unknown) == story.count
    assert job.state == (JobState.DONE if stored else JobState.LOST)
    assert len({bill.index for bill in billed}) == len(billed) <= story.count
    assert not (unknown and story.has_keys)
    assert {picture.position for picture in stored} <= set(range(1, story.count + 1))
    [reply] = await house.rows(replies)
    assert reply.state == "posted"
    assert len(house.platform.shown) == 1
    await house.assert_sound()


@pytest.mark.parametrize("story", few(STORIES, STORIES[1:2]), ids=lambda story: story.name)
async def test_a_death_at_any_step_loses_and_doubles_nothing(build: Build, story: Story) -> None:
    """Whatever the step: the job ends, is told once, and costs what is stored; no paid call is made twice."""
    seen: set[str] = set()
    for fatal in range(1, STEPS_MAX):
        house = await build(story.vendor(), story.terms, fatal=fatal)
        house.platform.troubles.extend([Undeliverable("502")] * story.failing_posts)
        steps = house.life.fuse.steps
        died = await live_on(house, story, None)
        await assert_nothing_is_lost_or_doubled(house, story)
        stored = await house.pictures((await house.rows(jobs))[0].id)
        assert len(stored) >= steps.count("seal")
        seen.update(steps)
        await house.end()
        if not died:
            break

    assert {"accept", "call_out", "writing", "draw", "seal", "store", "finish", "post"} <= seen


@pytest.mark.slow
async def test_three_deaths_at_the_same_step_lose_and_double_nothing(build: Build) -> None:
    """A process that dies at its same step again and again does no harm either."""
    story = STORIES[0]
    for fatal in range(1, STEPS_MAX):
        house = await build(story.vendor(), story.terms, fatal=fatal)
        house.platform.troubles.extend([Undeliverable("502")] * story.failing_posts)
        died = await live_on(house, story, fatal, deaths=3)
        await assert_nothing_is_lost_or_doubled(house, story)
        await house.end()
        if not died:
            break

    assert fatal > 10
