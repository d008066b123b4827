"""Who may act in a place, and who may administer it: the one place that decides."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.core.commands import Caller
from bot.core.errors import NotAllowed
from bot.core.ports import Clock
from bot.storage import rights
from bot.storage.database import Database
from bot.storage.rights import Standing
from bot.storage.terms import WHOEVER


@dataclass(frozen=True)
class Rights:
    """Decides anew for every act; nothing is remembered between two.

    `operators` are ids such as "discord:123", "slack:T1/U1" or "slack:U1"; `contact` is whom strangers may ask.
    """

    database: Database
    clock: Clock
    operators: frozenset[str] = frozenset()
    contact: str = WHOEVER

    async def admit(self, caller: Caller) -> Caller:
        """Return the caller with the rights that they have now; raises NotAllowed where nobody may act yet."""
        standing = await self._standing(caller)
        is_operator = self.is_operator(caller)
        is_admin = caller.is_admin or is_operator or standing.is_named
        if is_admin and not standing.has_seen_admin:
            await self.database.write(rights.see_admin, caller.tenant, now=self.clock())
        return replace(caller, is_admin=is_admin, is_operator=is_operator)

    async def check_place(self, caller: Caller) -> None:
        """Raise NotAllowed where nobody may act yet."""
        await self._standing(caller)

    async def may_administer(self, caller: Caller) -> bool:
        """Whether the caller is an admin of the place that they act in; raises NotAllowed where nobody may act."""
        standing = await self._standing(caller)
        return caller.is_admin or self.is_operator(caller) or standing.is_named

    async def administers(self, caller: Caller) -> bool:
        """Whether the caller is an admin here and now; False, too, where nobody may act."""
        try:
            return await self.may_administer(caller)
        except NotAllowed:
            return False

    async def check_admin(self, caller: Caller) -> None:
        """Raise NotAllowed for everybody but admins of the place that the caller acts in."""
        if not await self.may_administer(caller):
            raise NotAllowed("admins_only")

    async def check_operator(self, caller: Caller) -> None:
        """Raise NotAllowed for everybody but those who run Easel."""
        await self._standing(caller)
        if not self.is_operator(caller):
            raise NotAllowed("operators_only", contact=self.contact)

    def is_operator(self, caller: Caller) -> bool:
        """Whether the caller is one of those who run Easel."""
        address = caller.address
        if caller.is_operator:
            return True
        if not address.user:
            return False
        workspace = address.tenant.removeprefix(f"{address.platform}:")
        ids = {f"{address.platform}:{address.user}", f"{address.platform}:{workspace}/{address.user}"}
        return not ids.isdisjoint(self.operators)

    async def _standing(self, caller: Caller) -> Standing:
        found = await self.database.read(rights.standing, caller.tenant, caller.person, caller.roles)
        if found is None or found.state != "approved":
            raise NotAllowed("tenant_waiting", contact=self.contact)
        return found
