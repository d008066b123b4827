"""Who draws a model that several vendors sell, as data, and when a job may go to another vendor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import Field

from bot.core.jobs import Call, CallState
from bot.core.pictures import PictureRequest
from bot.core.prices import Entry, Name

EVERY_COMMAND = "*"
NOTHING_EXECUTED = frozenset(
    {(CallState.VOID, "busy"), (CallState.VOID, "unreachable"), (CallState.FAILED, "account")}
)
"""How calls end of which it is certain that the vendor has done nothing."""

SAME = frozenset(
    {"vendor", "parts", "input_nano", "picture_nano", "partials", "markup_percent", "may_move"}
    | {"size_words", "model_words"}
)
"""What may differ between the same request at two vendors: prices, how it is split and shown, and how it was said."""


class Routing(Entry):
    """Which vendors come first, by command or "*" for every other one, and whether one may stand in for another."""

    failover: bool = True
    order: Mapping[str, tuple[Name, ...]] = Field(default={})

    def first(self, command: str) -> tuple[str, ...]:
        """List the vendors that come first; the rest follow as the catalogue lists them."""
        return self.order.get(command, self.order.get(EVERY_COMMAND, ()))


def is_untouched(calls: Sequence[Call]) -> bool:
    """Whether it is certain that no vendor has executed anything of a job."""
    return all((call.state, call.reason) in NOTHING_EXECUTED for call in calls)


def is_same(request: PictureRequest, other: PictureRequest) -> bool:
    """Whether two requests ask for the same pictures, whoever draws them."""
    return request.model_dump(exclude=set(SAME)) == other.model_dump(exclude=set(SAME))
