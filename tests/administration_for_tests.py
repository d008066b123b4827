"""A stand-in for what admins do about a place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.core.administering import DoneDeed
from bot.core.commands import Caller
from bot.core.errors import NotAllowed

CODE = "K7QM-2F9D"


@dataclass
class FakeAdministration:
    """One place in memory, with a code that works once."""

    named: list[str] = field(default_factory=list)
    paused: str | None = None
    done: list[DoneDeed] = field(default_factory=list)

    async def admins(self, caller: Caller) -> Sequence[str]:
        _check(caller)
        return self.named

    async def name_admin(self, who: str, caller: Caller, *, reason: str = "") -> bool:
        _check(caller)
        is_new = who not in self.named
        self.named += [who] if is_new else []
        return is_new

    async def unname_admin(self, who: str, caller: Caller, *, reason: str = "") -> bool:
        _check(caller)
        was = who in self.named
        self.named = [each for each in self.named if each != who]
        return was

    async def claim(self, code: str, caller: Caller) -> None:
        if self.named:
            raise NotAllowed("claim_gone")
        if code != CODE:
            raise NotAllowed("claim_wrong")
        self.named.append(caller.name)

    async def pause(self, reason: str, caller: Caller) -> None:
        _check(caller)
        self.paused = reason

    async def resume(self, caller: Caller, *, reason: str = "") -> bool:
        _check(caller)
        was, self.paused = self.paused is not None, None
        return was

    async def deeds(self, caller: Caller, *, limit: int = 10) -> Sequence[DoneDeed]:
        _check(caller)
        return self.done[:limit]


def _check(caller: Caller) -> None:
    if not caller.is_admin:
        raise NotAllowed("admins_only")
