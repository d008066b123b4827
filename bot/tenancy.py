"""What platforms say when they meet a server or workspace."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from bot.core.claims import CODE_BYTES, claim_code
from bot.core.ports import Clock, MetTenant
from bot.storage import claims, tenancy
from bot.storage.database import Database
from bot.storage.people import Tenant
from bot.storage.tenancy import Doors

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Tenancy:
    """Knows servers and workspaces; implements `bot.core.ports.KnowTenant`.

    `time_zone` is a new tenant's, until its admins set their own.
    """

    database: Database
    clock: Clock
    doors: Doors
    time_zone: str = "UTC"
    random: Callable[[int], bytes] = secrets.token_bytes

    async def __call__(self, platform: str, tenant: str, name: str) -> MetTenant:
        """Find a tenant, or decide whether it is let in; `tenant` is the platform's own id."""
        found = Tenant(f"{platform}:{tenant}", platform, name[:100], "waiting", self.time_zone, "")
        known, is_new = await self.database.write(tenancy.meet, found, self.doors, now=self.clock())
        if is_new:
            log.warning("met a tenant", tenant=known.id, name=known.name, state=known.state)
            await self._show_claim(known.id)
        return MetTenant(known.id, is_approved=known.is_approved)

    async def show_claims(self, *, but: str = "") -> None:
        """Log, for every tenant that has no admin yet, the code by which somebody becomes one; `but` has one."""
        for tenant in await self.database.read(claims.without_admin):
            if tenant != but:
                await self._show_claim(tenant)

    async def _show_claim(self, tenant: str) -> None:
        new = claim_code(self.random(CODE_BYTES))
        code = await self.database.write(claims.make, tenant, new, now=self.clock())
        if code is not None:
            log.warning("no admin yet; say there within an hour", tenant=tenant, line=f"/quota claim {code}")
