"""Who draws a model that several vendors sell, as data, and when a job may go to another vendor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pydantic import Field

from bot.core.jobs import Call, CallState
from bot.core.pictures import PictureRequest
from bot.core.prices import Entry, Name

EVERY_COMMAND = "*"
Order = Mapping[str, tuple[Name, ...]]
NOTHING_EXECUTED = frozenset(
    {(CallState.VOID, "busy"), (CallState.VOID, "unreachable"), (CallState.FAILED, "account")}
)
"""How calls end of which it is certain that the vendor has done nothing."""

LEAVES = ("busy", "unreachable", "account", "open")
"""Why a vendor cannot be asked: what another one may stand in for."""

SAME = frozenset(
    {"vendor", "parts", "input_nano", "picture_nano", "partials", "markup_percent", "may_move"}
    | {"size_words", "model_words"}
)
"""What may differ between the same request at two vendors: prices, how it is split and shown, and how it was said."""


class Routing(Entry):
    """Which vendors come first, by command or "*" for every other one, and whether one may stand in for another.

    `tenants` has the order of single servers and workspaces, by ids such as "discord:815"; what one of them does not
    say is as for everybody.
    """

    failover: bool = True
    order: Order = Field(default={})
    tenants: Mapping[str, Order] = Field(default={})

    def first(self, command: str, tenant: str = "") -> tuple[str, ...]:
        """List the vendors that come first; the rest follow as the catalogue lists them."""
        for order in (self.tenants.get(tenant, {}), self.order):
            for name in (command, EVERY_COMMAND):
                if name in order:
                    return order[name]
        return ()

    def named(self) -> Iterator[tuple[str, str, str]]:
        """List every vendor that is named: in whose order, for which command, which one."""
        for where, orders in (("order", self.order), *self.tenants.items()):
            for command, names in orders.items():
                yield from ((where, command, name) for name in names)


def is_untouched(calls: Sequence[Call]) -> bool:
    """Whether it is certain that no vendor has executed anything of a job."""
    return all((call.state, call.reason) in NOTHING_EXECUTED for call in calls)


def is_same(request: PictureRequest, other: PictureRequest) -> bool:
    """Whether two requests ask for the same pictures, whoever draws them."""
    return request.model_dump(exclude=set(SAME)) == other.model_dump(exclude=set(SAME))
