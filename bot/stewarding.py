"""What a place's admins decide about those who spend there: plans, limits, new starts and blocks."""

from __future__ import annotations

import structlog

from bot.core.accounts import Meter, left
from bot.core.commands import Caller
from bot.core.errors import BadOption, Refusal
from bot.core.studio import Balance, CapLine, Limit, Overview, PlanOffer, Standing
from bot.leaving import Leaving
from bot.purse import Purse, means_many
from bot.storage import deciding, views
from bot.storage.deciding import EVERYONE, Decision, NewCap
from bot.storage.terms import about_role

log = structlog.get_logger(__name__)

NONE = "none"
SPENDERS_LISTED = 5
REASON_CHARACTERS_MAX = 200


class Steward(Purse):
    """Balances, statements, grants, and the terms on which people spend; `leaving` is to be set before a block."""

    leaving: Leaving

    async def standing(self, caller: Caller, person: str | None = None) -> Standing:
        """Tell on which terms the caller, or for admins another person, spends."""
        whose = await self._whose(caller, person)
        terms = await self._terms(whose, caller)
        caps = await self._caps(terms.limits.meters)
        return Standing(terms.plan.name, terms.choice.why, caps, terms.is_blocked)

    async def overview(self, caller: Caller) -> Overview:
        """Tell how the caller's tenant spends; admins only."""
        await self._rights.check_admin(caller)
        terms, now = await self._terms_of_anybody(caller), self._clock()
        spent = await self._database.read(
            views.spending, caller.tenant, terms.tenant.time_zone, limit=SPENDERS_LISTED, now=now
        )
        offers = (
            PlanOffer(plan.name, plan.allowance.credits, plan.allowance.per)
            if plan.allowance
            else PlanOffer(plan.name)
            for plan in self._plans.plans
        )
        return Overview(terms.plan.name, tuple(offers), await self._caps(terms.limits.meters), *spent)

    async def _caps(self, meters: tuple[Meter, ...]) -> tuple[CapLine, ...]:
        """List the limits that a tenant's people may know of, with what is left of them."""
        shown = [meter for meter in meters if meter.scope in {"person", "channel", "tenant"}]
        counted = await self._database.read(views.counted, tuple(shown))
        return tuple(
            CapLine(meter.scope, meter.limit, left(meter, account), meter.ends)  # type: ignore[arg-type]  # chosen above
            for meter, account in zip(shown, counted, strict=True)
        )

    async def set_plan(self, who: str, plan: str, caller: Caller, *, reason: str = "") -> bool:
        """Name a plan for a person, role or everyone, or "none"; False when it was so already. Admins only."""
        await self._rights.check_admin(caller)
        name = plan.lower()
        names = [each.name for each in self._plans.plans]
        if name not in names and name != NONE:
            raise BadOption("plan_unknown", plan=plan[:32], plans=", ".join(names)[:80])
        what = Decision(caller.tenant, await self._about(who, caller), caller.person, _said(reason))
        is_new = await self._database.write(
            deciding.set_plan, what, None if name == NONE and name not in names else name, now=self._clock()
        )
        log.info("plan named", tenant=caller.tenant, about=what.about, plan=name, by=caller.person)
        return is_new

    async def set_cap(self, where: str, limit: Limit, caller: Caller, *, reason: str = "") -> bool:
        """Limit a person, a channel or the tenant; False when it was so already. Admins only."""
        await self._rights.check_admin(caller)
        if limit.credits is not None and limit.per is None:
            raise BadOption("cap_period_missing")
        if means_many(where):
            raise Refusal("cap_not_role", plan=self._plans.default_plan)
        what = Decision(caller.tenant, await self._place(where, caller), caller.person, _said(reason))
        cap = NewCap(limit.credits, limit.per)
        is_new = await self._database.write(deciding.set_cap, what, cap, now=self._clock())
        log.info("cap set", tenant=caller.tenant, about=what.about, amount=limit.credits, by=caller.person)
        return is_new

    async def reset(self, who: str, reason: str, caller: Caller) -> tuple[int, Balance]:
        """Let a person's allowance start again; returns what it gives back. The same event resets once."""
        order = await self._adjustment(who, 0, reason, caller)
        given = await self._database.write(deciding.reset, order, caller.tenant, now=self._clock())
        log.info("allowance reset", person=order.person, by=caller.person, amount=given)
        return given, await self.balance(caller, order.person)

    async def block(self, who: str, reason: str, caller: Caller) -> tuple[bool, int]:
        """Refuse a person's orders; says whether that is new, and how many waiting jobs it cancelled."""
        what = await self._person_decided(who, reason, caller)
        is_new = await self._database.write(deciding.block, what, now=self._clock())
        person = what.about.removeprefix("person:")
        log.info("blocked", tenant=caller.tenant, person=person, by=caller.person, new=is_new)
        return is_new, await self.leaving.person_left(caller.tenant, person)

    async def unblock(self, who: str, reason: str, caller: Caller) -> bool:
        """Take a person's orders again; False when they were not blocked."""
        what = await self._person_decided(who, reason, caller)
        is_new = await self._database.write(deciding.unblock, what, now=self._clock())
        log.info("unblocked", tenant=caller.tenant, about=what.about, by=caller.person, new=is_new)
        return is_new

    async def _person_decided(self, who: str, reason: str, caller: Caller) -> Decision:
        person = await self.person(who, caller)
        return Decision(caller.tenant, f"person:{person}", caller.person, _said(reason))

    async def _about(self, who: str, caller: Caller) -> str:
        """Say whom a plan is for. A server's role for everybody has the server's own id."""
        if who.lower().removeprefix("@") == "everyone":
            return EVERYONE
        if means_many(who):
            role = who.partition(":")[2]
            is_all = caller.tenant == f"{caller.address.platform}:{role}"
            return EVERYONE if is_all else about_role(role)
        return f"person:{await self.person(who, caller)}"

    async def _place(self, where: str, caller: Caller) -> str:
        match where.lower().partition(":"):
            case ("here", _, _) if not caller.address.channel:
                raise BadOption("option_not_where")
            case ("here", _, _):
                return f"channel:{caller.address.channel}"
            case ("server" | "workspace", _, _):
                return EVERYONE
            case ("channel", ":", _):
                return f"channel:{where.partition(':')[2]}"
        return f"person:{await self.person(where, caller)}"


def _said(reason: str) -> str:
    return reason[:REASON_CHARACTERS_MAX]
