"""Every error that Easel raises on purpose.

EaselError
├── Refusal            the person can act on it: shown as written, nothing is charged
│   ├── BadOption      an option or value that cannot be understood or is out of range
│   ├── NotOffered     no model on offer can do it
│   ├── OutOfCredits   the person's allowance and credits do not cover the price
│   ├── CapReached     a cap of person, channel, tenant, platform or bot is used up
│   ├── Unconfirmed    dear enough that the person must see the price first and press once more
│   ├── TooMany        too many jobs waiting, of this person or of everybody
│   ├── Paused         an operator has stopped orders for a while
│   ├── NotAllowed     the caller has no right to do it
│   ├── NotFound       no such job or picture, or one of somebody else
│   └── BadPicture     an upload that is no picture, too large or of a kind we cannot read
├── VendorError        the vendor did not give a picture; says what is certain about the bill
│   ├── VendorBusy         nothing was executed; try again after a wait
│   ├── VendorUnreachable  nothing was executed; the vendor is down or unreachable
│   ├── VendorAccount      nothing was executed; our key, balance or model is at fault
│   │   └── VendorRejected     nothing was executed; the vendor does not take the request as we sent it
│   ├── VendorRefused      the safety system said no; final
│   ├── VendorFailed       the vendor tried and failed, and did not bill
│   └── OutcomeUnknown     the call may have been executed and billed; never repeated blindly
└── Conflict           another worker has moved on; stop quietly
"""

from __future__ import annotations

from typing import Any

from bot.core.sentences import say


class EaselError(Exception):
    """Base of every error that Easel raises on purpose."""


class Refusal(EaselError):
    """The person can act on it.

    `key` names a sentence of `bot.core.sentences`; `values` fill its blanks. `str(error)` is what people read.
    """

    def __init__(self, key: str, **values: Any) -> None:
        self.key = key
        self.values = values
        super().__init__(say(key, **values))


class BadOption(Refusal):
    """An option or its value cannot be understood."""


class NotOffered(Refusal):
    """No model on offer can do what was asked."""


class OutOfCredits(Refusal):
    """Allowance and credits together do not cover the price."""


class CapReached(Refusal):
    """A cap on spending is used up."""


class Unconfirmed(Refusal):
    """The order is dear: the person must see its price, `price` in millicredits, and press once more."""

    def __init__(self, *, price: int) -> None:
        self.price = price
        super().__init__("ask_order", price=price)


class TooMany(Refusal):
    """Too many jobs are waiting."""


class Paused(Refusal):
    """An operator has stopped orders for a while."""


class NotAllowed(Refusal):
    """The caller has no right to do this."""


class NotFound(Refusal):
    """There is no such job or picture for this caller."""


class BadPicture(Refusal):
    """An upload cannot be used as a picture."""


class VendorError(EaselError):
    """The vendor did not give a picture.

    `reason` is for logs and admins: a short code, never a prompt, key or body. `cost_nano` is what the vendor is
    known to have billed, in nano-dollars, or None when that is not known.
    """

    def __init__(self, reason: str, *, cost_nano: int | None = None) -> None:
        self.reason = reason
        self.cost_nano = cost_nano
        super().__init__(reason)


class VendorBusy(VendorError):
    """Nothing was executed; asking again after `retry_after_seconds` may work.

    With `is_account`, operators must put the account in order before it does.
    """

    def __init__(self, reason: str, *, retry_after_seconds: float = 10.0, is_account: bool = False) -> None:
        self.retry_after_seconds = retry_after_seconds
        self.is_account = is_account
        super().__init__(reason, cost_nano=0)


class VendorUnreachable(VendorError):
    """Nothing was executed; the vendor cannot be reached."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, cost_nano=0)


class VendorAccount(VendorError):
    """Nothing was executed; the operator's account at the vendor is at fault."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, cost_nano=0)


class VendorRejected(VendorAccount):
    """Nothing was executed; the vendor does not take the request as we sent it, and never will."""


class VendorRefused(VendorError):
    """The vendor's safety system refused the request; final, never sent elsewhere.

    `stage` is "input" (not billed by report) or "output" (billing unknown), or "unknown".
    """

    def __init__(self, reason: str, *, stage: str = "unknown", cost_nano: int | None = None) -> None:
        self.stage = stage
        super().__init__(reason, cost_nano=cost_nano)


class VendorFailed(VendorError):
    """The vendor reported a fault of its own and did not bill."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, cost_nano=0)


class OutcomeUnknown(VendorError):
    """The call may have been executed and billed; we cannot know."""


class Conflict(EaselError):
    """Another worker has moved this job on."""
