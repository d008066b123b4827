"""A breaker, with a clock that the test turns."""

from __future__ import annotations

import pytest

from bot.core.breaker import (
    FAULTS_MAX,
    OPEN_MILLISECONDS,
    OPEN_MILLISECONDS_MAX,
    TRIAL_MILLISECONDS,
    Breaker,
    sign_of,
)
from bot.core.errors import (
    OutcomeUnknown,
    VendorAccount,
    VendorBusy,
    VendorError,
    VendorFailed,
    VendorRefused,
    VendorRejected,
    VendorUnreachable,
)

NOW = 1_000_000


def failing(times: int, now: int = NOW) -> Breaker:
    """Make a breaker that has seen so many faults."""
    breaker = Breaker()
    for _ in range(times):
        breaker.note("fault", now)
    return breaker


@pytest.mark.parametrize(
    ("error", "sign"),
    [
        (None, "alive"),
        (VendorBusy("429"), "alive"),
        (VendorRefused("safety"), "alive"),
        (VendorRejected("400"), "alive"),
        (VendorAccount("401"), "account"),
        (VendorUnreachable("connect"), "fault"),
        (VendorFailed("500"), "fault"),
        (OutcomeUnknown("too_slow"), "fault"),
        (OutcomeUnknown("reset"), "fault"),
        (OutcomeUnknown("storage_full"), None),
        (OutcomeUnknown("conflict"), None),
    ],
)
def test_only_the_vendors_own_faults_count(error: VendorError | None, sign: str | None) -> None:
    """Refusals, other faults of the request and our own full disk are no reason to leave a vendor alone."""
    assert sign_of(error) == sign


def test_faults_in_a_row_open_it_and_one_fewer_does_not() -> None:
    """It takes five; an answer between them begins the count anew."""
    almost = failing(FAULTS_MAX - 1)
    almost.note("alive", NOW)
    almost.note("fault", NOW)

    assert almost.state(NOW) == "closed"
    assert failing(FAULTS_MAX).state(NOW) == "open"


def test_an_account_fault_opens_it_at_once() -> None:
    """With a bad key the next call fails for sure."""
    breaker = Breaker()

    assert breaker.note("account", NOW)
    barred = breaker.enter(NOW)
    assert barred is not None
    assert (barred.until, barred.why) == (NOW + OPEN_MILLISECONDS, "account")


def test_after_its_time_one_trial_passes() -> None:
    """Half-open lets one call through; the others wait until something is heard of it."""
    breaker, later = failing(FAULTS_MAX), NOW + OPEN_MILLISECONDS

    assert breaker.state(later) == "half-open"
    assert breaker.barred(later) is None
    assert breaker.enter(later) is None
    assert [breaker.enter(later) is None for _ in range(50)] == [False] * 50


def test_a_good_trial_closes_it_and_a_bad_one_opens_it_for_longer() -> None:
    """The wait doubles with every failed trial, up to ten minutes, and begins anew after a success."""
    breaker, now, waits = failing(FAULTS_MAX), NOW, []
    for _ in range(8):
        barred = breaker.barred(now)
        assert barred is not None
        waits.append(barred.until - now)
        now = barred.until
        assert breaker.enter(now) is None
        breaker.note("fault", now)

    assert waits[:3] == [OPEN_MILLISECONDS, 2 * OPEN_MILLISECONDS, 4 * OPEN_MILLISECONDS]
    assert waits[-1] == OPEN_MILLISECONDS_MAX
    breaker.note("alive", now)
    assert breaker.state(now) == "closed"
    assert breaker.enter(now) is None


def test_a_trial_of_which_nothing_is_heard_is_followed_by_another() -> None:
    """A call that died with its job does not keep the vendor shut for ever."""
    breaker, later = failing(FAULTS_MAX), NOW + OPEN_MILLISECONDS
    breaker.enter(later)

    assert breaker.enter(later + TRIAL_MILLISECONDS - 1) is not None
    assert breaker.enter(later + TRIAL_MILLISECONDS) is None


def test_a_trial_that_says_nothing_leaves_room_for_the_next() -> None:
    """Our own full disk is no answer of the vendor."""
    breaker, later = failing(FAULTS_MAX), NOW + OPEN_MILLISECONDS
    breaker.enter(later)
    breaker.note(None, later)

    assert breaker.state(later) == "half-open"
    assert breaker.enter(later) is None


def test_faults_of_calls_that_were_on_their_way_do_not_lengthen_it() -> None:
    """Ten calls that fail together open it once."""
    breaker = failing(FAULTS_MAX + 10)
    barred = breaker.barred(NOW)

    assert barred is not None
    assert barred.until == NOW + OPEN_MILLISECONDS
