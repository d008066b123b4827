"""What commands may ask about a place itself: who administers it, and what they did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from bot.core.commands import Caller


@dataclass(frozen=True)
class DoneDeed:
    """What an admin or operator did: when, who, what, to whom and why. Amounts are millicredits."""

    at: int
    by: str
    act: str
    whom: str
    amount: int | None
    detail: str
    reason: str


class Administering(Protocol):
    """The part of the studio that is about a place; every method raises a Refusal that can be shown as it is."""

    async def admins(self, caller: Caller) -> Sequence[str]:
        """List the admins that were named here, in words; admins only."""
        ...

    async def name_admin(self, who: str, caller: Caller, *, reason: str = "") -> bool:
        """Make a person, role or group an admin; False when they are one already. Admins only."""
        ...

    async def unname_admin(self, who: str, caller: Caller, *, reason: str = "") -> bool:
        """Take away what `name_admin` gave; False when it was never given. Admins only."""
        ...

    async def claim(self, code: str, caller: Caller) -> None:
        """Become the first admin here by the code that whoever runs Easel has."""
        ...

    async def pause(self, reason: str, caller: Caller) -> None:
        """Take no orders here, and start none that wait, until `resume`; admins only."""
        ...

    async def resume(self, caller: Caller, *, reason: str = "") -> bool:
        """Lift this place's own pause; False when there is none. Admins only."""
        ...

    async def deeds(self, caller: Caller, *, limit: int = 10) -> Sequence[DoneDeed]:
        """List what admins and operators did here, newest first; admins only."""
        ...
