"""What admins do about a place itself: who administers it, whether it takes orders, and what was done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import structlog

from bot.core.administering import DoneDeed
from bot.core.commands import Caller
from bot.core.errors import BadOption, NotAllowed
from bot.core.front import Bell
from bot.counters import Counter
from bot.purse import Purse
from bot.storage import admission, audit, claims, pauses, rights
from bot.storage.admission import Places
from bot.storage.rights import Named
from bot.storage.transaction import Tx
from bot.storage.types import clean_text

log = structlog.get_logger(__name__)

PAUSE_CHARACTERS_MAX = 90
ROLES = ("role:", "group:")
EVERYBODY = frozenset({"everyone", "@everyone", "here", "@here"})


class Administration(Purse):
    """Admins, claims, pauses of one place, and the audit log."""

    _counters: Mapping[str, Counter]
    _bell: Bell

    async def admins(self, caller: Caller) -> Sequence[str]:
        """List the admins that were named here, in words; admins only."""
        await self._rights.check_admin(caller)
        return [each.name for each in await self._database.read(rights.named, caller.tenant)]

    async def name_admin(self, who: str, caller: Caller, *, reason: str = "") -> bool:
        """Make a person, role or group an admin; False when they are one already. Admins only."""
        meant = replace(await self._meant(who, caller), reason=reason)
        is_new = await self._database.write(
            rights.name, caller.tenant, meant, caller.person, now=self._clock()
        )
        log.warning("admin named", tenant=caller.tenant, kind=meant.kind, by=caller.person, new=is_new)
        return is_new

    async def unname_admin(self, who: str, caller: Caller, *, reason: str = "") -> bool:
        """Take away what `name_admin` gave; False when it was never given. Admins only."""
        meant = replace(await self._meant(who, caller), reason=reason)
        was = await self._database.write(
            rights.unname, caller.tenant, meant, caller.person, now=self._clock()
        )
        log.warning("admin removed", tenant=caller.tenant, kind=meant.kind, by=caller.person, was=was)
        return was

    async def claim(self, code: str, caller: Caller) -> None:
        """Become the first admin here by the code that whoever runs Easel has; raises a Refusal."""
        await self._rights.check_place(caller)
        if caller.is_guest:
            raise NotAllowed("claim_gone")
        who = Named("person", caller.person, caller.name)
        done = await self._database.write(claims.claim, caller.tenant, code, who, now=self._clock())
        log.warning("a claim was made", tenant=caller.tenant, by=caller.person, outcome=done)
        if done != "done":
            raise NotAllowed(f"claim_{done}")

    async def pause(self, reason: str, caller: Caller) -> None:
        """Take no orders here, and start none that wait, until `resume`; admins only."""
        await self._rights.check_admin(caller)
        words = " ".join(clean_text(reason).split()).rstrip(" .")[:PAUSE_CHARACTERS_MAX]
        await self._database.write(pauses.begin_here, caller.tenant, words, caller.person, now=self._clock())
        log.warning("paused here", tenant=caller.tenant, by=caller.person)

    async def resume(self, caller: Caller, *, reason: str = "") -> bool:
        """Lift this place's own pause, and let go on what waited; False when there is none. Admins only."""
        await self._rights.check_admin(caller)
        vendors = [self._counters[name].places for name in sorted(self._counters)]
        end = partial(pauses.lift_here, tenant=caller.tenant, by=caller.person, reason=reason)
        was = await self._database.write(_resume, end, vendors, now=self._clock())
        self._bell.ring()
        log.warning("resumed here", tenant=caller.tenant, by=caller.person, was=was)
        return was

    async def deeds(self, caller: Caller, *, limit: int = 10) -> Sequence[DoneDeed]:
        """List what admins and operators did here, newest first; admins only."""
        await self._rights.check_admin(caller)
        lines = await self._database.read(audit.newest, caller.tenant, limit=limit)
        return [
            DoneDeed(line.at, line.by, line.act, line.whom, line.amount, line.detail, line.reason)
            for line in lines
        ]

    async def _meant(self, who: str, caller: Caller) -> Named:
        """Find whom an admin means; raises a Refusal for whoever is none, or for everybody."""
        await self._rights.check_admin(caller)
        kind, _, id = who.partition(":")
        native = caller.tenant.removeprefix(f"{caller.address.platform}:")
        # Discord's role of everybody has the id of the server.
        if who.lower() in EVERYBODY or id == native:
            raise BadOption("admin_everyone")
        if who.startswith(ROLES):
            return Named("role", id, f"{kind} {id}")
        return Named("person", await self.person(who, caller), who)


def _resume(db: Tx, end: Callable[..., bool], vendors: Sequence[Places], *, now: int) -> bool:
    """Lift a place's pause and, in the same transaction, send what waited to the workers."""
    if not end(db, now=now):
        return False
    for places in vendors:
        admission.admit(db, places, now=now)
    return True
