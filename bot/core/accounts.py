"""Who pays for a hold, and how a hold is closed: decisions on plain numbers.

All amounts are integer millicredits. A *balance* is a person's granted credits: granted - held - spent, never below
zero. A *meter* counts held + spent of one scope in one period and is compared with the limit in force when a hold is
taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot.core.errors import CapReached, OutOfCredits

Scope = Literal["allowance", "credits", "person", "channel", "tenant", "tenancy", "platform", "bot"]
RANKS: Mapping[Scope, int] = {
    "allowance": 0,
    "credits": 1,
    "person": 2,
    "channel": 3,
    "tenant": 4,
    "tenancy": 5,
    "platform": 6,
    "bot": 7,
}
"""The one order in which accounts are locked, so that two holds can never wait for each other.

A tenancy is what operators let a tenant spend; "tenant" is the cap of its own admins and of the plans.
"""

PAYERS: tuple[Scope, ...] = ("allowance", "credits")


@dataclass(frozen=True)
class Account:
    """One account as it stands: the sums of its entries."""

    id: str
    scope: Scope
    granted: int = 0
    held: int = 0
    spent: int = 0

    @property
    def available(self) -> int:
        """Credits that a balance can still hold."""
        return self.granted - self.held - self.spent

    @property
    def counted(self) -> int:
        """Credits that a meter has seen in its period."""
        return self.held + self.spent


@dataclass(frozen=True)
class Line:
    """One change of one account."""

    account: str
    granted: int = 0
    held: int = 0
    spent: int = 0


@dataclass(frozen=True)
class Meter:
    """A limit in force: scope, subject and period say which account counts it."""

    scope: Scope
    subject: str
    limit: int
    period: str
    starts: int
    ends: int

    @property
    def account(self) -> str:
        """The id of the account that this meter counts in."""
        return f"{self.scope}:{self.subject}:{self.period}"


@dataclass(frozen=True)
class HoldRequest:
    """What a hold needs to know: who pays how much, and every limit in force, each account once."""

    job: str
    person: str
    amount: int
    meters: tuple[Meter, ...]

    def __post_init__(self) -> None:
        """Raise ValueError for a negative amount, an account that is listed twice, or two allowances."""
        names = [meter.account if meter.scope != "allowance" else "allowance" for meter in self.meters]
        if len(set(names)) < len(names):
            raise ValueError(f"job {self.job}: a limit is listed twice")
        if self.amount < 0:
            raise ValueError(f"job {self.job}: a hold of {self.amount} would give credits")

    @property
    def credits(self) -> str:
        """The id of the person's balance."""
        return credits_account(self.person)


@dataclass(frozen=True)
class Adjustment:
    """A change of a person's credits that somebody ordered: grant, revoke or refund, by event, with its reason."""

    event: str
    person: str
    amount: int
    by: str
    reason: str = ""
    job: str | None = None
    until: int | None = None
    """When what is given ends, in milliseconds UTC; None for credits that last."""


def credits_account(person: str) -> str:
    """Return the id of a person's balance."""
    return f"credits:{person}"


def lot_account(person: str, until: int) -> str:
    """Return the id of a person's credits that end at `until`; sorted, the ids are in order of time."""
    return f"{credits_account(person)}:{until:015}"


def is_lot(account: str) -> bool:
    """Whether an account's credits end. Ids of people hold no colon."""
    return account.startswith("credits:") and account.count(":") > 1


def left(meter: Meter, account: Account) -> int:
    """Say what a meter still lets through; zero when a lowered limit is already passed."""
    return max(0, meter.limit - account.counted)


def decide_hold(request: HoldRequest, accounts: Mapping[str, Account]) -> tuple[Line, ...]:
    """Split a hold over the accounts: allowance first, then credits, and every cap counts all of it.

    Credits that end go before those that last, the soonest first; `accounts` hold only those that have not ended.

    Raises OutOfCredits or CapReached; the first refusal in the ledger's order wins.
    """
    allowance = next((meter for meter in request.meters if meter.scope == "allowance"), None)
    from_allowance = 0
    if allowance is not None:
        from_allowance = min(request.amount, left(allowance, accounts[allowance.account]))
    from_credits = request.amount - from_allowance
    purses = [*sorted(name for name in accounts if is_lot(name)), request.credits]
    free = sum(accounts[purse].available for purse in purses)
    if from_credits > free:
        have = free + from_allowance
        raise OutOfCredits("out_of_credits", price=request.amount, have=max(0, have))
    lines = []
    if allowance is not None and from_allowance:
        lines.append(Line(allowance.account, held=from_allowance))
    lines += split(from_credits, [accounts[purse] for purse in purses])
    for meter in request.meters:
        if meter.scope == "allowance":
            continue
        if left(meter, accounts[meter.account]) < request.amount:
            raise CapReached(
                f"cap_{meter.scope}", price=request.amount, left=left(meter, accounts[meter.account])
            )
        lines.append(Line(meter.account, held=request.amount))
    return tuple(lines)


def _paying_order(held: tuple[Scope, Line]) -> tuple[int, bool, str]:
    scope, line = held
    return (
        RANKS[scope],
        scope == "credits" and not is_lot(line.account),
        line.account if scope == "credits" else "",
    )


def split(amount: int, purses: Sequence[Account]) -> list[Line]:
    """Hold `amount` on balances, the first ones first; the last lines take what is there."""
    lines = []
    for purse in purses:
        part = min(amount, purse.available)
        amount -= part
        if part:
            lines.append(Line(purse.id, held=part))
    return lines


def merged(lines: Iterable[Line]) -> list[Line]:
    """Make one line of each account's, and none of what changes nothing."""
    found: dict[str, Line] = {}
    for line in lines:
        old = found.get(line.account, Line(line.account))
        found[line.account] = replace(old, granted=old.granted + line.granted, spent=old.spent + line.spent)
    return [line for line in found.values() if line.granted or line.spent]


def decide_close(held: Sequence[tuple[Scope, Line]], *, charged: int, counted: int) -> tuple[Line, ...]:
    """Turn a hold's lines into the lines that close it.

    `charged` is what the person pays: from the allowance, then from credits that end, the soonest first, then from
    those that last. `counted` is what the caps keep. Whatever is not charged returns to where it was held.
    """
    lines = []
    unpaid = charged
    for scope, line in sorted(held, key=_paying_order):
        if scope in PAYERS:
            spent = min(unpaid, line.held)
            unpaid -= spent
        else:
            spent = min(counted, line.held)
        lines.append(Line(line.account, held=-line.held, spent=spent))
    if unpaid:
        raise ValueError(f"a close of {charged} charges more than the hold's payers gave")
    return tuple(lines)
