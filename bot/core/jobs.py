"""Jobs, calls and replies: their states, their allowed moves, and what a job costs in the end.

```
job    waiting ⇄ running → done | failed | lost | cancelled
call   called → ticketed → answered → stored | refused | failed | unknown, or void when surely not executed
reply  due → posting → posted | given_up
```
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.core.pictures import PictureRequest


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    LOST = "lost"
    CANCELLED = "cancelled"

    @property
    def is_open(self) -> bool:
        """Whether the job still has a hold."""
        return self in (JobState.WAITING, JobState.RUNNING)


MOVES: Mapping[JobState, frozenset[JobState]] = {
    JobState.WAITING: frozenset(
        {JobState.RUNNING, JobState.FAILED, JobState.CANCELLED, JobState.DONE, JobState.LOST}
    ),
    JobState.RUNNING: frozenset(
        {JobState.WAITING, JobState.DONE, JobState.FAILED, JobState.LOST, JobState.CANCELLED}
    ),
}
"""A waiting job may end as done or lost: it went back to wait for its remaining parts."""


class CallState(StrEnum):
    """Where one paid call stands."""

    CALLED = "called"
    TICKETED = "ticketed"
    ANSWERED = "answered"
    STORED = "stored"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"
    VOID = "void"

    @property
    def is_open(self) -> bool:
        """Whether the vendor may still answer."""
        return self in (CallState.CALLED, CallState.TICKETED, CallState.ANSWERED)


class ReplyState(StrEnum):
    """Where a message to a person stands."""

    DUE = "due"
    POSTING = "posting"
    POSTED = "posted"
    GIVEN_UP = "given_up"


@dataclass(frozen=True)
class Call:
    """One paid call: what was asked, and what is known of it. Costs are nano-dollars.

    `listed_nano` is the catalogue's price for what was drawn; `billed_nano` the vendor's own bill, where known.
    """

    id: str
    job: str
    part: int
    state: CallState
    wanted: int
    got: int
    quoted_nano: int
    listed_nano: int | None
    billed_nano: int | None
    idempotency_key: str | None
    ticket: str | None
    reason: str | None
    called_at: int
    sought_since: int | None = None
    """When the vendor was asked for the first time whether it knows the call."""
    vendor: str = ""


@dataclass(frozen=True)
class Ending:
    """How a job ends: its state and the two numbers that close its hold, in millicredits."""

    state: JobState
    charged: int
    counted: int
    stored: int
    reason: str | None = None


def end(
    request: PictureRequest, held: int, calls: Sequence[Call], *, cancelled: bool, reason: str | None
) -> Ending:
    """Decide how a job ends from its calls.

    The person pays for stored pictures only. The caps count those, and every call that may have been billed: at the
    vendor's known cost, else at its quote. Neither number ever passes the hold.
    """
    given = [call for call in calls if call.state is CallState.STORED and call.got]
    stored = sum(call.got for call in given)
    paid_nano = sum(_listed(call) for call in given)
    borne_nano = sum(_borne(call) for call in calls)
    charged = min(held, request.price(paid_nano))
    counted = min(held, request.price(paid_nano + borne_nano))
    own = _calls_at(request.vendor, calls)
    fault = next((call.reason for call in reversed(own) if call.reason), None)
    why = reason or fault or ("cancelled" if cancelled else None)
    if stored:
        state = JobState.DONE
    elif any(call.state is CallState.UNKNOWN or call.state.is_open for call in calls):
        state = JobState.LOST
    elif cancelled:
        state = JobState.CANCELLED
    else:
        state = JobState.FAILED
    return Ending(state, charged, counted, stored, why)


FAILURES_MAX = 2
"""A vendor's own fault is tried once more; it was not billed."""

VOIDS_MAX = 6
"""A vendor that cannot be reached is tried this often before the part is given up."""


def parts_to_call(request: PictureRequest, calls: Sequence[Call]) -> tuple[int, ...]:
    """List the parts of a request that still need a paid call; another vendor's calls have executed nothing."""
    own = _calls_at(request.vendor, calls)
    return tuple(
        part for part in range(len(request.parts)) if _needs_call([c for c in own if c.part == part])
    )


def _calls_at(vendor: str, calls: Sequence[Call]) -> list[Call]:
    """Leave out the calls at vendors that the job was passed on by."""
    return [call for call in calls if call.vendor in (vendor, "")]


def _needs_call(calls: Sequence[Call]) -> bool:
    """Whether nothing is certain yet, and asking (again) is safe."""
    safe = [call for call in calls if call.state is CallState.VOID or (call.state, call.reason) == _OWN_FAULT]
    if len(safe) < len(calls):
        return False
    failures = sum(call.state is CallState.FAILED for call in calls)
    unreachable = sum(call.reason == "unreachable" for call in calls)
    return failures < FAILURES_MAX and unreachable < VOIDS_MAX


_OWN_FAULT = (CallState.FAILED, "failed")


def _listed(call: Call) -> int:
    return call.quoted_nano if call.listed_nano is None else call.listed_nano


def _borne(call: Call) -> int:
    """Return what the operator may have to pay for a call that gave the person nothing."""
    if call.got or call.state is CallState.VOID:
        return 0
    return call.quoted_nano if call.billed_nano is None else call.billed_nano
