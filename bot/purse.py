"""What people and admins ask about money, and what admins do with it."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from bot.core.accounts import Adjustment, Meter, left
from bot.core.commands import Caller
from bot.core.errors import NotAllowed, NotFound, Refusal
from bot.core.plans import Place, Plan, Plans, limits_in_force
from bot.core.ports import Clock
from bot.core.sentences import say
from bot.core.studio import Balance, StatementLine
from bot.storage import ledger, people, views
from bot.storage.database import Database
from bot.storage.views import Movement

log = structlog.get_logger(__name__)


class Purse:
    """Balances, statements, grants and revokes."""

    def __init__(self, database: Database, plans: Plans, clock: Clock) -> None:
        self._database = database
        self._plans = plans
        self._clock = clock

    def _whose(self, caller: Caller, person: str | None) -> str:
        """Decide whose affairs are meant; those of others are for admins."""
        if person in (None, caller.person):
            return caller.person
        self._check_admin(caller)
        return person or caller.person

    def _check_admin(self, caller: Caller) -> None:
        if not (caller.is_admin or caller.is_operator):
            raise NotAllowed("admins_only")

    async def balance(self, caller: Caller, person: str | None = None) -> Balance:
        """Tell what the caller, or for admins another person, has."""
        whose = self._whose(caller, person)
        plan, allowance = await self._allowance(whose, caller)
        account_id = allowance.account if allowance else None
        money = await self._database.read(views.money, whose, account_id)
        return Balance(
            credits_available=money.balance.available,
            allowance_limit=allowance.limit if allowance else 0,
            allowance_left=left(allowance, money.allowance) if allowance else 0,
            allowance_resets=allowance.ends if allowance else None,
            held=money.held,
            spent=money.spent,
            plan=plan.name,
        )

    async def _allowance(self, person: str, caller: Caller) -> tuple[Plan, Meter | None]:
        tenant = await self._database.read(people.find_tenant, caller.tenant)
        if tenant is None or tenant.state != "approved":
            raise NotAllowed("tenant_waiting")
        plan = self._plans.plan(tenant.plan)
        place = Place(person, caller.address.channel, tenant.id, tenant.platform, tenant.time_zone)
        meters = limits_in_force(self._plans, plan, place, now=self._clock())
        return plan, next((meter for meter in meters if meter.scope == "allowance"), None)

    async def statement(
        self, caller: Caller, person: str | None = None, *, limit: int = 10
    ) -> Sequence[StatementLine]:
        """List the newest lines of the statement, newest first; what is held now comes before all."""
        whose = self._whose(caller, person)
        moves, held = await self._database.read(views.statement, whose, caller.tenant, limit=limit)
        lines = [_line(move, is_own=whose == caller.person) for move in moves]
        if held:
            lines.insert(0, StatementLine(self._clock(), say("statement_held"), -held, None, "held"))
        return lines

    async def person(self, who: str, caller: Caller) -> str:
        """Find the person that `who` (a mention's id or a name) means in the caller's tenant; admins only."""
        self._check_admin(caller)
        if who.lower() in ("me", "@me"):
            return caller.person
        platform = caller.address.platform
        name = who.removeprefix("@").removeprefix("user:")
        found = await self._database.read(people.find_person, platform, caller.tenant, name)
        if len(found) > 1:
            raise Refusal("person_ambiguous", who=who[:40])
        if not found:
            raise NotFound("person_unknown", who=who[:40])
        return found[0]

    async def grant(self, who: str, amount: int, reason: str, caller: Caller) -> Balance:
        """Give credits; admins only. The same event grants once."""
        order = await self._adjustment(who, amount, reason, caller)
        is_new = await self._database.write(ledger.grant, order, now=self._clock())
        log.info("granted", person=order.person, by=caller.person, amount=amount, new=is_new)
        return await self.balance(caller, order.person)

    async def revoke(self, who: str, amount: int, reason: str, caller: Caller) -> tuple[int, Balance]:
        """Take unspent credits back, never what is held; returns what was taken. Admins only."""
        order = await self._adjustment(who, amount, reason, caller)
        taken = await self._database.write(ledger.revoke, order, now=self._clock())
        log.info("revoked", person=order.person, by=caller.person, amount=taken)
        return taken, await self.balance(caller, order.person)

    async def _adjustment(self, who: str, amount: int, reason: str, caller: Caller) -> Adjustment:
        person = await self.person(who, caller)
        event = f"{caller.address.platform}:{caller.tenant}:{caller.event}"
        return Adjustment(event, person, amount, caller.person, reason[:200])


def _line(move: Movement, *, is_own: bool) -> StatementLine:
    if move.number is None:
        text = say(f"statement_{move.kind}", reason=f": {move.words}" if move.words else "")
    else:
        text = say("statement_job", number=move.number, words=move.words[:60] if is_own else "")
    return StatementLine(move.at, text, move.amount, move.number, " + ".join(move.payers))
