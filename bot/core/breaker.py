"""A vendor's model that keeps failing is left alone for a while, then tried with one order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.core.errors import (
    OutcomeUnknown,
    VendorAccount,
    VendorError,
    VendorFailed,
    VendorRejected,
    VendorUnreachable,
)

FAULTS_MAX = 5
"""So many faults, with nothing between them that shows the vendor alive, open a breaker."""

OPEN_MILLISECONDS = 30_000
OPEN_MILLISECONDS_MAX = 600_000
TRIAL_MILLISECONDS = 60_000
"""A trial of which nothing was heard for so long does not keep the next one away."""

NOT_ITS_FAULT = frozenset({"storage_full", "conflict"})
"""Reasons of an unknown outcome that say nothing about the vendor's health."""

Sign = Literal["alive", "fault", "account"]
State = Literal["closed", "half-open", "open"]


def sign_of(error: VendorError | None) -> Sign | None:
    """Say what an answer, or the error in its place, tells of the vendor; None for nothing.

    What it refuses or rejects, and asking for patience, shows it alive: none of these is a fault of the vendor.
    """
    match error:
        case VendorRejected():
            return "alive"
        case VendorAccount():
            return "account"
        case VendorUnreachable() | VendorFailed():
            return "fault"
        case OutcomeUnknown():
            return None if error.reason in NOT_ITS_FAULT else "fault"
        case _:
            return "alive"


@dataclass(frozen=True)
class Barred:
    """No call may be made before `until`; `why` says what opened the breaker."""

    until: int
    why: Sign


class Breaker:
    """Watches one model of one vendor, as this process sees it; it starts closed. Times are milliseconds."""

    def __init__(self) -> None:
        self._faults = 0
        self._openings = 0
        self._until = 0
        self._why: Sign = "fault"
        self._trial_ends = 0

    def state(self, now: int) -> State:
        """Say whether calls pass, one trial may pass, or none."""
        if not self._openings:
            return "closed"
        return "open" if now < self._until else "half-open"

    def barred(self, now: int) -> Barred | None:
        """Say until when no call may be made; None when one may. Takes no trial."""
        until = max(self._until, self._trial_ends) if self._openings else 0
        return Barred(until, self._why) if now < until else None

    def enter(self, now: int) -> Barred | None:
        """Ask to make a call: None lets it pass, and of a half-open breaker it is the one trial."""
        barred = self.barred(now)
        if barred is None and self._openings:
            self._trial_ends = now + TRIAL_MILLISECONDS
        return barred

    def note(self, sign: Sign | None, now: int) -> bool:
        """Learn from a call; True when that has opened the breaker, or keeps it open."""
        was_trial, self._trial_ends = self.state(now) == "half-open", 0
        if sign is None:
            return False
        if sign == "alive":
            self._faults = self._openings = self._until = 0
            return False
        self._faults += 1
        if self.state(now) == "open":
            return False
        if not (was_trial or sign == "account" or self._faults >= FAULTS_MAX):
            return False
        self._until = now + min(OPEN_MILLISECONDS << min(self._openings, 8), OPEN_MILLISECONDS_MAX)
        self._openings += 1
        self._why = sign
        return True
