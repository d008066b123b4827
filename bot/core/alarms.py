"""What operators are told of, by its cause: the same cause again is one more of the same, not another message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.core.accounts import Account, Meter
from bot.core.jobs import Call, CallState, Ending

PERCENTS = (100, 80, 50)
WATCHED = ("tenant", "tenancy", "platform", "bot")


@dataclass(frozen=True)
class Alarm:
    """Something that operators should know: a sentence and what fills its blanks.

    What has the same `cause` is joined; with `is_once` it is told a single time. The admins of `tenant` are told too.
    What it `covers` are causes that are no news any more after it.
    """

    cause: str
    sentence: str
    blanks: Mapping[str, Any] = field(default_factory=dict)
    tenant: str | None = None
    is_once: bool = False
    covers: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """The first word of the cause."""
        return self.cause.partition(":")[0]


@dataclass(frozen=True)
class Ended:
    """A job that has ended, as far as alarms ask."""

    vendor: str
    tenant: str
    number: int
    ending: Ending
    calls: Sequence[Call]


def of_job(job: Ended) -> tuple[Alarm, ...]:
    """List what operators should know about how a job ended."""
    found = []
    troubled = {call.vendor or job.vendor for call in job.calls if call.reason == "account"}
    if job.ending.reason == "account":
        troubled.add(job.vendor)
    found += [of_account(vendor) for vendor in sorted(troubled)]
    if any(call.state is CallState.UNKNOWN for call in job.calls):
        found.append(Alarm(f"unknown:{job.vendor}", "alarm_unknown", {"vendor": job.vendor}))
    if job.ending.reason == "too_many_takes":
        about = {"number": job.number, "tenant": job.tenant}
        found.append(Alarm("takes", "alarm_takes", about))
    return tuple(found)


def of_account(vendor: str) -> Alarm:
    """Say that a vendor does not accept our account."""
    return Alarm(f"account:{vendor}", "alarm_account", {"vendor": vendor})


def of_token(platform: str, variable: str) -> Alarm:
    """Say that a chat platform does not accept the bot's token."""
    return Alarm(
        f"token:{platform}", "alarm_token", {"platform": platform.capitalize(), "variable": variable}
    )


def of_hold(meters: Sequence[Meter], before: Mapping[str, Account], amount: int) -> tuple[Alarm, ...]:
    """List the caps of which a hold of `amount` passes half, four fifths or all."""
    found = []
    for meter in meters:
        if meter.scope not in WATCHED or not meter.limit:
            continue
        counted = before[meter.account].counted
        for percent in PERCENTS:
            if counted * 100 < meter.limit * percent <= (counted + amount) * 100:
                found.append(_of_cap(meter, counted + amount, percent))
                break
    return tuple(found)


def of_refusal(meters: Sequence[Meter], before: Mapping[str, Account], amount: int) -> tuple[Alarm, ...]:
    """List the caps that leave less than an order of `amount` costs."""
    return tuple(
        _of_cap(meter, before[meter.account].counted, 100)
        for meter in meters
        if meter.scope in WATCHED and meter.limit and meter.limit - before[meter.account].counted < amount
    )


def _of_cap(meter: Meter, counted: int, percent: int) -> Alarm:
    is_of_tenant = meter.scope in ("tenant", "tenancy")
    what = "all of Easel" if meter.scope == "bot" else meter.subject
    # A limit that was changed is passed anew.
    cause = f"cap:{meter.account}:{meter.limit}"
    return Alarm(
        cause=f"{cause}:{percent}",
        sentence="alarm_cap_full" if percent == PERCENTS[0] else "alarm_cap",
        blanks={"what": what, "percent": percent, "counted": counted, "limit": meter.limit},
        tenant=meter.subject if is_of_tenant else None,
        is_once=True,
        covers=tuple(f"{cause}:{lower}" for lower in PERCENTS if lower < percent),
    )
