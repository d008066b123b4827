"""What platforms say when they meet a server or workspace."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from bot.core.ports import Clock, MetTenant
from bot.storage import tenancy
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

    async def __call__(self, platform: str, tenant: str, name: str) -> MetTenant:
        """Find a tenant, or decide whether it is let in; `tenant` is the platform's own id."""
        found = Tenant(f"{platform}:{tenant}", platform, name[:100], "waiting", self.time_zone, "")
        known, is_new = await self.database.write(tenancy.meet, found, self.doors, now=self.clock())
        if is_new:
            log.warning("met a tenant", tenant=known.id, name=known.name, state=known.state)
        return MetTenant(known.id, is_approved=known.is_approved)
