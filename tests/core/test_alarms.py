"""Which causes become alarms."""

from __future__ import annotations

import pytest

from bot.core.accounts import Account, Meter, Scope
from bot.core.alarms import Ended, of_hold, of_job, of_refusal
from bot.core.jobs import Ending, JobState


def meter(scope: Scope, limit: int = 1_000) -> Meter:
    """Describe a limit in force."""
    return Meter(scope, "all" if scope == "bot" else "discord:1", limit, "2026-11", 0, 1)


def counted(*meters: Meter, so_far: int) -> dict[str, Account]:
    """Count the same in every account."""
    return {each.account: Account(each.account, each.scope, spent=so_far) for each in meters}


@pytest.mark.parametrize(
    ("before", "amount", "percent"),
    [
        (0, 499, None),
        (0, 500, 50),
        (499, 1, 50),
        (500, 1, None),
        (500, 300, 80),
        (0, 900, 80),
        (799, 1, 80),
        (800, 199, None),
        (800, 200, 100),
        (0, 1_000, 100),
        (1_000, 0, None),
        (1_500, 100, None),
    ],
)
def test_a_threshold_is_told_when_it_is_passed(before: int, amount: int, percent: int | None) -> None:
    """The highest of those that one hold passes, and none twice."""
    bot = meter("bot")

    found = of_hold((bot,), counted(bot, so_far=before), amount)

    assert [each.blanks["percent"] for each in found] == ([] if percent is None else [percent])
    assert all(each.is_once for each in found)


def test_only_shared_caps_are_watched() -> None:
    """What one person may spend is their own affair; a tenant's admins hear of their tenant's."""
    scopes: tuple[Scope, ...] = ("allowance", "person", "channel", "tenant", "tenancy", "platform", "bot")
    meters = tuple(meter(scope) for scope in scopes)

    found = of_hold(meters, counted(*meters, so_far=0), 600)

    assert [each.tenant for each in found] == ["discord:1", "discord:1", None, None]
    assert len({each.cause for each in found}) == 4


def test_a_cap_of_nothing_is_no_news() -> None:
    """Whoever set it knows."""
    closed = meter("tenancy", 0)

    assert of_hold((closed,), counted(closed, so_far=0), 0) == ()
    assert of_refusal((closed,), counted(closed, so_far=0), 5) == ()


def test_a_refusal_tells_of_the_caps_that_are_too_full() -> None:
    """And of no other; the cause is that of the last threshold."""
    full, roomy = meter("tenancy"), meter("bot", 9_000)

    [found] = of_refusal((full, roomy), counted(full, roomy, so_far=900), 200)

    assert found.cause == of_hold((full,), counted(full, so_far=900), 100)[0].cause


@pytest.mark.parametrize(
    ("reason", "kinds"),
    [("account", ["account"]), ("too_many_takes", ["takes"]), ("busy", []), ("refused", []), (None, [])],
)
def test_a_job_tells_what_operators_can_mend(reason: str | None, kinds: list[str]) -> None:
    """A vendor's account, a job that ends the process; not what people can mend themselves."""
    ended = Ended("openai", "discord:1", 7, Ending(JobState.FAILED, 0, 0, 0, reason), ())

    assert [each.kind for each in of_job(ended)] == kinds


def test_a_step_covers_those_below_it_of_the_same_limit() -> None:
    """A limit that was changed in its period is passed anew."""
    low, high = meter("bot"), meter("bot", 2_000)
    [half], [most], [other] = (
        of_hold((each,), counted(each, so_far=0), amount)
        for each, amount in ((low, 500), (low, 900), (high, 1_000))
    )

    assert (half.covers, most.covers) == ((), (half.cause,))
    assert other.cause != half.cause
