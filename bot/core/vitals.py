"""What recorded calls say about a vendor's model: how often it drew, how long that took, what it billed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from bot.core.jobs import CallState

DAY = 86_400_000
DRAWN = "drawn"
OUTCOMES: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        (CallState.VOID, "busy"): "busy",
        (CallState.VOID, "unreachable"): "unreachable",
        (CallState.FAILED, "account"): "account",
        (CallState.FAILED, "rejected"): "rejected",
        (CallState.FAILED, "storage_full"): "ours",
        (CallState.UNKNOWN, "bug"): "ours",
        (CallState.UNKNOWN, "too_slow"): "too slow",
    }
)
"""What a call that gave no picture is counted as, where its state alone does not say it."""

BY_STATE: Mapping[str, str] = MappingProxyType(
    {
        CallState.STORED: DRAWN,
        CallState.REFUSED: "refused",
        CallState.FAILED: "failed",
        CallState.UNKNOWN: "unknown",
        CallState.VOID: "unreachable",
    }
)
ANSWERED = frozenset({DRAWN, "refused", "rejected"})
"""Outcomes that show a vendor at work, whether or not it drew."""

FAULTS = ("unreachable", "failed", "too slow", "unknown", "account")
"""Outcomes that a person waited for in vain and the vendor, or our account there, is the reason."""

NOT_BEGUN = frozenset({"busy", "unreachable", "account", "rejected"})
"""Outcomes of calls that the vendor never took up: there was nothing to bill, so their quotes are not compared."""

SPILL_NOTICED = 200
"""A vendor that changes more than these thousandths of what a mask protects has hardly looked at the mask."""

SIZES: Mapping[int, str] = MappingProxyType({0: "auto", 1: "1k", 2: "2k", 4: "4k"})
PIXELS_1K, PIXELS_2K = 1_600_000, 4_300_000
STEPS = ((30_000, 1_000), (60_000, 2_000), (180_000, 5_000), (600_000, 20_000))
STEP_ABOVE = 60_000
"""Up to so many milliseconds times are kept in such steps: the longer, the coarser."""


def outcome_of(state: str, reason: str | None) -> str | None:
    """Name what came of a call; None while it is open."""
    return OUTCOMES.get((state, reason or "")) or BY_STATE.get(state)


def size_of(pixels: int) -> int:
    """Sort a picture by its pixels into 1k, 2k or 4k; 0 is a size that the model chose."""
    if not pixels:
        return 0
    return 1 if pixels <= PIXELS_1K else 2 if pixels <= PIXELS_2K else 4


def bucket_of(milliseconds: int) -> int:
    """Round a time up to the seconds that it is kept as."""
    known = max(0, milliseconds)
    step = next((step for below, step in STEPS if known < below), STEP_ABOVE)
    return -(-known // step) * step // 1_000


@dataclass(frozen=True)
class Vital:
    """Calls of some days that have all of this in common; `bucket` is in seconds.

    `quoted_nano` is the quote of those calls alone whose bill is known, which `billed` counts.
    """

    vendor: str
    model: str
    quality: str
    size: int
    outcome: str
    bucket: int
    calls: int
    billed: int
    quoted_nano: int
    billed_nano: int
    masked: int
    spilled: int
    last_at: int


@dataclass(frozen=True)
class Speed:
    """How long pictures of a size and quality took: half of them, and all but one in twenty, in seconds."""

    size: str
    quality: str
    calls: int
    half: int
    most: int


@dataclass(frozen=True)
class Health:
    """What calls of some days say about one model of one vendor."""

    outcomes: Mapping[str, int] = field(default_factory=dict)
    speeds: tuple[Speed, ...] = ()
    by_day: tuple[tuple[int, int, int], ...] = ()
    """Days with calls: the day, and how many of how many the vendor answered."""
    billed: int = 0
    """How many calls that were taken up have a known bill, and what those were quoted at."""
    quoted_nano: int = 0
    billed_nano: int = 0
    masked: int = 0
    spilled: int = 0
    last_drawn: int | None = None

    @property
    def calls(self) -> int:
        """How many calls have come to an end."""
        return sum(self.outcomes.values())

    @property
    def answered(self) -> int:
        """How many calls the vendor answered, with a picture or by saying no."""
        return sum(self.outcomes.get(each, 0) for each in ANSWERED)

    @property
    def faults(self) -> tuple[tuple[str, int], ...]:
        """Count what went wrong, by class, the most frequent first."""
        found = [(each, self.outcomes[each]) for each in FAULTS if self.outcomes.get(each)]
        return tuple(sorted(found, key=lambda each: -each[1]))

    @property
    def asked(self) -> int:
        """How many calls say something about the vendor: without those it put off, and without faults of ours."""
        return self.answered + sum(count for _, count in self.faults)


def health_of(vitals: Sequence[Vital], by_day: Sequence[tuple[int, int, int]]) -> Health:
    """Sum what is known of one model of one vendor; of each day, how many of how many calls it answered."""
    outcomes: Counter[str] = Counter()
    times: dict[tuple[int, str], Counter[int]] = {}
    for each in vitals:
        outcomes[each.outcome] += each.calls
        if each.outcome == DRAWN:
            times.setdefault((each.size, each.quality), Counter())[each.bucket] += each.calls
    begun = [each for each in vitals if each.outcome not in NOT_BEGUN]
    drawn = (each.last_at for each in vitals if each.outcome == DRAWN and each.calls)
    return Health(
        outcomes={name: count for name, count in outcomes.items() if count},
        speeds=tuple(
            Speed(SIZES[size], quality, kept.total(), share_of(kept, 50), share_of(kept, 95))
            for (size, quality), kept in sorted(times.items())
            if kept.total()
        ),
        by_day=tuple(by_day),
        billed=sum(each.billed for each in begun),
        quoted_nano=sum(each.quoted_nano for each in begun),
        billed_nano=sum(each.billed_nano for each in vitals),
        masked=sum(each.masked for each in vitals),
        spilled=sum(each.spilled for each in vitals),
        last_drawn=max(drawn, default=None),
    )


def share_of(kept: Mapping[int, int], percent: int) -> int:
    """Return what `percent` of the counted values do not exceed; 0 of nothing."""
    place = -(-sum(kept.values()) * percent // 100)
    for value, count in sorted(kept.items()):
        place -= count
        if place <= 0:
            return value
    return 0
