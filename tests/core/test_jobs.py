"""How a job ends and what it costs, from what its calls gave; and which parts still need a call."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.jobs import (
    FAILURES_MAX,
    MOVES,
    VOIDS_MAX,
    Call,
    CallState,
    Ending,
    JobState,
    end,
    parts_to_call,
)
from bot.core.pictures import PictureRequest

CREDIT_NANO = 10_000_000
STORED, REFUSED, FAILED, UNKNOWN, VOID = (
    CallState.STORED,
    CallState.REFUSED,
    CallState.FAILED,
    CallState.UNKNOWN,
    CallState.VOID,
)


def request(*parts: int, markup_percent: int = 100) -> PictureRequest:
    """Ask for pictures at one credit each."""
    return PictureRequest(
        prompt="p",
        vendor="v",
        model="m",
        quality="low",
        width=8,
        height=8,
        parts=parts,
        picture_nano=CREDIT_NANO,
        markup_percent=markup_percent,
    )


def call(state: CallState, *, wanted: int = 1, **known: Any) -> Call:
    """Describe a call quoted at one credit for each picture, and what else is known of it."""
    got = wanted if state is STORED else 0
    plain = Call("c", "j", 0, state, wanted, got, wanted * CREDIT_NANO, None, None, None, None, None, 0)
    return replace(plain, **known)


def ending(*calls: Call, parts: tuple[int, ...] = (1,), cancelled: bool = False) -> Ending:
    """End a job that holds its whole price."""
    asked = request(*parts)
    return end(asked, asked.hold, calls, cancelled=cancelled, reason=None)


@pytest.mark.parametrize(
    ("calls", "state", "charged", "counted"),
    [
        ((), JobState.FAILED, 0, 0),
        ((call(STORED),), JobState.DONE, 1_000, 1_000),
        ((call(STORED), call(STORED, part=1)), JobState.DONE, 2_000, 2_000),
        ((call(STORED), call(UNKNOWN, part=1)), JobState.DONE, 1_000, 2_000),
        ((call(STORED), call(REFUSED, part=1, billed_nano=0)), JobState.DONE, 1_000, 1_000),
        ((call(UNKNOWN), call(UNKNOWN, part=1)), JobState.LOST, 0, 2_000),
        ((call(UNKNOWN), call(REFUSED, part=1, billed_nano=0)), JobState.LOST, 0, 1_000),
        ((call(CallState.CALLED),), JobState.LOST, 0, 1_000),
        ((call(CallState.TICKETED),), JobState.LOST, 0, 1_000),
        ((call(CallState.ANSWERED, billed_nano=CREDIT_NANO // 2),), JobState.LOST, 0, 500),
        ((call(REFUSED, billed_nano=0),), JobState.FAILED, 0, 0),
        ((call(REFUSED),), JobState.FAILED, 0, 1_000),
        ((call(REFUSED, billed_nano=CREDIT_NANO // 4),), JobState.FAILED, 0, 250),
        ((call(FAILED, billed_nano=0), call(FAILED, billed_nano=0)), JobState.FAILED, 0, 0),
        ((call(FAILED),), JobState.FAILED, 0, 1_000),
        ((call(VOID), call(STORED)), JobState.DONE, 1_000, 1_000),
        ((call(VOID),), JobState.FAILED, 0, 0),
        ((call(STORED, listed_nano=CREDIT_NANO // 2),), JobState.DONE, 500, 500),
        ((call(STORED, billed_nano=CREDIT_NANO * 9),), JobState.DONE, 1_000, 1_000),
        ((call(UNKNOWN, billed_nano=CREDIT_NANO * 9),), JobState.LOST, 0, 2_000),
    ],
)
def test_a_job_costs_what_its_calls_gave(
    calls: tuple[Call, ...], state: JobState, charged: int, counted: int
) -> None:
    """The person pays for stored pictures; the caps count what may have been billed; neither passes the hold."""
    ended = ending(*calls, parts=(1, 1))

    assert (ended.state, ended.charged, ended.counted) == (state, charged, counted)


@pytest.mark.parametrize(
    ("calls", "state"),
    [
        ((), JobState.CANCELLED),
        ((call(VOID),), JobState.CANCELLED),
        ((call(STORED),), JobState.DONE),
        ((call(UNKNOWN),), JobState.LOST),
    ],
)
def test_a_cancelled_job_says_what_became_of_it(calls: tuple[Call, ...], state: JobState) -> None:
    """What arrived before the cancel counts as done, what may have been paid as lost."""
    assert ending(*calls, cancelled=True).state is state


def test_a_call_that_stored_nothing_is_not_charged() -> None:
    """Nobody pays for an answer without pictures, whatever its list price says."""
    empty = call(STORED, wanted=0, listed_nano=CREDIT_NANO)

    ended = ending(empty)

    assert (ended.state, ended.charged, ended.stored) == (JobState.FAILED, 0, 0)


def test_the_price_is_rounded_once_and_up() -> None:
    """Three thirds of a millicredit are one millicredit, not three."""
    asked = request(1, 1, 1, markup_percent=110)
    thirds = [call(STORED, part=part, listed_nano=3_000) for part in range(3)]

    ended = end(asked, asked.hold, thirds, cancelled=False, reason=None)

    assert ended.charged == 1


CALLS = st.builds(
    call,
    st.sampled_from(CallState),
    part=st.integers(0, 2),
    wanted=st.integers(1, 3),
    listed_nano=st.none() | st.integers(0, 5 * CREDIT_NANO),
    billed_nano=st.none() | st.integers(0, 5 * CREDIT_NANO),
    reason=st.none() | st.sampled_from(["failed", "unreachable", "busy"]),
)


@given(calls=st.lists(CALLS, max_size=8), cancelled=st.booleans(), markup=st.integers(0, 300))
def test_no_ending_passes_the_hold(calls: list[Call], cancelled: bool, markup: int) -> None:
    """0 <= charged <= counted <= held, nothing is charged without a picture, and every open job may end so."""
    asked = request(3, 3, 3, markup_percent=markup)

    ended = end(asked, asked.hold, calls, cancelled=cancelled, reason=None)

    assert 0 <= ended.charged <= ended.counted <= asked.hold
    assert ended.stored or not ended.charged
    assert (ended.state is JobState.DONE) == bool(ended.stored)
    assert all(ended.state in MOVES[state] for state in (JobState.WAITING, JobState.RUNNING))


@pytest.mark.parametrize(
    ("calls", "parts"),
    [
        ((), (0, 1)),
        ((call(STORED),), (1,)),
        ((call(UNKNOWN), call(REFUSED, part=1)), ()),
        ((call(CallState.CALLED),), (1,)),
        ((call(VOID, reason="busy"),) * 99, (0, 1)),
        ((call(VOID, reason="unreachable"),) * (VOIDS_MAX - 1), (0, 1)),
        ((call(VOID, reason="unreachable"),) * VOIDS_MAX, (1,)),
        ((call(FAILED, reason="failed"),) * (FAILURES_MAX - 1), (0, 1)),
        ((call(FAILED, reason="failed"),) * FAILURES_MAX, (1,)),
        ((call(FAILED, reason="storage_full"),), (1,)),
        ((call(VOID, reason="busy"), call(UNKNOWN)), (1,)),
    ],
)
def test_only_what_is_certain_is_asked_again(calls: tuple[Call, ...], parts: tuple[int, ...]) -> None:
    """A part is called while nothing is certain yet, and again only when nothing was executed or billed."""
    assert parts_to_call(request(1, 1), calls) == parts


@given(calls=st.lists(CALLS, max_size=8))
def test_a_part_that_may_be_paid_is_never_called_again(calls: list[Call]) -> None:
    """A call that is open, stored, refused or unknown closes its part."""
    closed = {each.part for each in calls if each.state not in (VOID, FAILED)}

    assert closed.isdisjoint(parts_to_call(request(1, 1, 1), calls))
