"""Who may spend how much: plans of people, caps on everything above them, and the limits that follow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PositiveInt,
    model_validator,
)

from bot.core.accounts import RANKS, Meter, Scope
from bot.core.periods import UNITS, Unit, period_of


def _millicredits(written: object) -> int:
    """Read credits written as a decimal string, at most three places, as millicredits."""
    try:
        amount = Decimal(written if isinstance(written, str) else "none") * 1000
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount != int(amount) or not 0 <= amount <= 10**15:
        raise ValueError('must be credits in quotes with at most three decimals, such as "100" or "0.5"')
    return int(amount)


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        raise ValueError("must be an IANA time zone such as UTC or Europe/Berlin") from unknown
    return name


Credits = Annotated[int, BeforeValidator(_millicredits)]
Zone = Annotated[str, AfterValidator(_known_zone)]


class Entry(BaseModel):
    """A part of the plans: frozen, and without keys that nobody reads."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Allowance(Entry):
    """Credits that a plan gives anew in every period; what is not used is gone."""

    credits: Credits
    per: Unit


class Plan(Entry):
    """What a person may do; amounts are millicredits."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")
    allowance: Allowance | None = None
    running_at_once: PositiveInt = 2
    waiting_max: PositiveInt = 20
    confirm_above: Credits = 20_000
    edits_may_move: bool = False
    """Whether another vendor may draw an edit when the one that was chosen cannot be asked."""


class Cap(Entry):
    """A limit on what one person, channel, tenant or platform, or the whole bot, spends in a period.

    Without `subject` it is taken for each of its kind; with one it replaces that cap for this subject alone.
    """

    scope: Literal["person", "channel", "tenant", "platform", "bot"]
    subject: str | None = None
    credits: Credits
    per: Unit


class Plans(Entry):
    """Plans and caps in force.

    `newcomer_cap` is the operators' cap of every tenant but a platform's first, until they set another.
    """

    default_plan: str
    newcomer_cap: Allowance = Allowance(credits="100", per="day")  # type: ignore[arg-type]  # written as in a file
    time_zone: Zone = "UTC"
    queue_max: PositiveInt = 10_000
    plans: tuple[Plan, ...]
    caps: tuple[Cap, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> Self:
        names = [plan.name for plan in self.plans]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"plans: {name} is listed twice")
        if self.default_plan not in names:
            raise ValueError(f"default_plan: {self.default_plan} is not among the plans")
        keys = [(cap.scope, cap.subject, cap.per) for cap in self.caps]
        for scope, subject, per in keys:
            if keys.count((scope, subject, per)) > 1:
                raise ValueError(f"caps: {scope} {subject or ''} per {per} is listed twice")
        return self

    def plan(self, name: str | None = None) -> Plan:
        """Find a plan; an unknown or missing name means the default plan."""
        found = {plan.name: plan for plan in self.plans}
        return found.get(name or self.default_plan, found[self.default_plan])


@dataclass(frozen=True)
class Spender:
    """Who would spend, and where: all that plans and caps ask about a person. `roles` are the platform's ids."""

    person: str
    tenant: str
    channel: str = ""
    roles: tuple[str, ...] = ()
    is_guest: bool = False


@dataclass(frozen=True)
class TenantCap:
    """A limit that a tenant's admins set inside it: on one person, one channel, or the tenant. Millicredits."""

    scope: Literal["person", "channel", "tenant"]
    subject: str
    credits: int
    per: Unit


@dataclass(frozen=True)
class Place:
    """Who spends, and where. `tenant` is a tenant's full id, `time_zone` its own."""

    person: str
    channel: str
    tenant: str
    platform: str
    time_zone: str
    tenancy_cap: Allowance | None = None
    """What operators let the tenant spend."""
    caps: tuple[TenantCap, ...] = ()
    """What its admins set for those who spend here."""


def limits_in_force(plans: Plans, plan: Plan, place: Place, *, now: int) -> tuple[Meter, ...]:
    """List the meters that a hold is compared with, in the ledger's order of scopes.

    What belongs to one tenant turns with the tenant's clock. What spans several turns with the clock of
    `plans`, so that the same spending is never counted in two periods; so does what operators let a tenant spend,
    for a tenant's clock is its admins' to set.
    """
    meters = []
    if plan.allowance is not None:
        account = _Subject("allowance", f"{place.person}/{place.tenant}", place.time_zone)
        meters.append(account.meter(plan.allowance, now))
    subjects = (
        _Subject("person", place.person, plans.time_zone),
        _Subject("channel", f"{place.tenant}/{place.channel}", place.time_zone),
        _Subject("tenant", place.tenant, place.time_zone),
        _Subject("platform", place.platform, plans.time_zone),
        _Subject("bot", "bot", plans.time_zone),
    )
    for subject in subjects:
        meters += [subject.meter(cap, now) for cap in _caps(plans, subject)]
    for own in place.caps:
        meters.append(_Subject(own.scope, own.subject, place.time_zone).meter(own, now))
    if place.tenancy_cap is not None:
        tenancy = _Subject("tenancy", place.tenant, plans.time_zone)
        meters.append(tenancy.meter(place.tenancy_cap, now))
    return _tightest(meters)


def allowances_of(person: str, tenant: str, time_zone: str, *, now: int) -> frozenset[str]:
    """Name the accounts in which an allowance of this day, week or month counts, whatever the plan."""
    subject = _Subject("allowance", f"{person}/{tenant}", time_zone)
    limits = (TenantCap("person", "", 0, unit) for unit in UNITS)
    return frozenset(subject.meter(limit, now).account for limit in limits)


def _tightest(meters: list[Meter]) -> tuple[Meter, ...]:
    """Of two limits that count in one account keep the lower, in the ledger's order of scopes."""
    found: dict[str, Meter] = {}
    for meter in meters:
        known = found.get(meter.account)
        found[meter.account] = min(known, meter, key=lambda each: each.limit) if known else meter
    return tuple(sorted(found.values(), key=lambda meter: RANKS[meter.scope]))


@dataclass(frozen=True)
class _Subject:
    """Whose spending a meter counts, and by which clock."""

    scope: Scope
    id: str
    time_zone: str

    def meter(self, limit: Allowance | Cap | TenantCap, now: int) -> Meter:
        period = period_of(now, self.time_zone, limit.per)
        return Meter(self.scope, self.id, limit.credits, period.key, period.start_ms, period.end_ms)


def _caps(plans: Plans, subject: _Subject) -> Iterator[Cap]:
    """Yield the caps of one subject: its own, and the general ones that its own do not replace."""
    own = [cap for cap in plans.caps if (cap.scope, cap.subject) == (subject.scope, subject.id)]
    yield from own
    for cap in plans.caps:
        if (cap.scope, cap.subject) == (subject.scope, None) and cap.per not in {each.per for each in own}:
            yield cap
