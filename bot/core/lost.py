"""Jobs whose outcome nobody knows and pictures that came late: what can be decided about them, in plain numbers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.core.jobs import Call, CallState, JobState, end
from bot.core.pictures import PictureRequest

LostAct = Literal["charge", "forgive", "deliver"]


@dataclass(frozen=True)
class LostCase:
    """One job to decide about; amounts are millicredits.

    With a `picture`, the newest of `pictures` late ones: `price` is what charging takes. Without one: `counted` is
    what the caps count for calls of unknown outcome, and `free` what forgiving gives back to them.
    """

    job: str
    number: int
    person: str
    ended: int
    picture: str | None
    pictures: int
    price: int
    counted: int
    free: int


@dataclass(frozen=True)
class LostOrder:
    """What somebody decides about job `number` of a tenant; `picture` names the late pictures that are meant."""

    tenant: str
    number: int
    act: LostAct
    by: str
    picture: str | None = None
    reason: str = ""


@dataclass(frozen=True)
class Verdict:
    """What a decision did: `is_new` is False when it was made before, then `act` is what was decided then."""

    number: int
    person: str
    act: str
    is_new: bool
    is_late: bool
    pictures: int = 0
    amount: int = 0


def late_price(request: PictureRequest, held: int, calls: Sequence[Call], late: Collection[str]) -> int:
    """Say what the settlement would have charged for the pictures of the `late` calls on top of the others."""
    others = [call for call in calls if call.id not in late]
    return _charged(request, held, calls) - _charged(request, held, others)


def counted_now(request: PictureRequest, held: int, calls: Sequence[Call], *, is_forgiven: bool) -> int:
    """Say what the caps count for a job by what its calls are known to have cost."""
    known = [call for call in calls if not (is_forgiven and call.state is CallState.UNKNOWN)]
    return end(request, held, known, cancelled=False, reason=None).counted


def is_failure(state: JobState) -> bool:
    """Whether a report counts a job as one without a picture."""
    return state in (JobState.FAILED, JobState.LOST)


def _charged(request: PictureRequest, held: int, calls: Sequence[Call]) -> int:
    return end(request, held, calls, cancelled=False, reason=None).charged
