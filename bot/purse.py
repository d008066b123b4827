"""What people and admins ask about money, and what admins do with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import structlog

from bot.core.accounts import Adjustment, left
from bot.core.commands import Caller
from bot.core.errors import NotAllowed, NotFound, Refusal
from bot.core.expiry import read_expiry
from bot.core.periods import day_of, end_of_day
from bot.core.plans import Plans, Spender
from bot.core.ports import Clock
from bot.core.sentences import say
from bot.core.studio import Balance, StatementLine
from bot.rights import Rights
from bot.storage import audit, givings, ledger, people, views
from bot.storage.audit import Deed
from bot.storage.database import Database
from bot.storage.terms import Terms, terms_of, terms_of_other
from bot.storage.transaction import Tx
from bot.storage.views import Movement

log = structlog.get_logger(__name__)


class Purse:
    """Balances, statements, grants and revokes."""

    def __init__(self, database: Database, plans: Plans, clock: Clock, rights: Rights) -> None:
        self._database = database
        self._plans = plans
        self._clock = clock
        self._rights = rights

    async def admit(self, caller: Caller) -> Caller:
        """Return the caller with the rights that they have for this act; raises NotAllowed where nobody may act."""
        return await self._rights.admit(caller)

    async def _whose(self, caller: Caller, person: str | None) -> str:
        """Decide whose affairs are meant; those of others are for admins, and only where they have been."""
        if person in (None, caller.person):
            await self._rights.check_place(caller)
            return caller.person
        await self._rights.check_admin(caller)
        if not await self._database.read(people.is_of, str(person), caller.tenant):
            raise NotFound("person_unknown", who="")
        return person or caller.person

    async def balance(self, caller: Caller, person: str | None = None) -> Balance:
        """Tell what the caller, or for admins another person, has."""
        whose = await self._whose(caller, person)
        terms = await self._terms(whose, caller)
        allowance = terms.allowance
        account_id = allowance.account if allowance else None
        money = await self._database.read(views.money, whose, account_id, now=self._clock())
        zone = terms.tenant.time_zone
        return Balance(
            credits_available=money.balance.available + sum(rest for _, rest in money.ending),
            allowance_limit=allowance.limit if allowance else 0,
            allowance_left=left(allowance, money.allowance) if allowance else 0,
            allowance_resets=allowance.ends if allowance else None,
            held=money.held,
            spent=money.spent,
            plan=terms.plan.name,
            ending=tuple((rest, _last_day(until, zone)) for until, rest in money.ending),
        )

    async def _terms(self, person: str, caller: Caller) -> Terms:
        """Read the terms of a person where the caller is; another person's roles are those of their last order."""
        read, who = terms_of_other, Spender(person, caller.tenant, caller.address.channel)
        if person == caller.person:
            read, who = terms_of, spender(caller)
        terms = await self._database.read(read, who, self._plans, now=self._clock())
        if terms is None:
            raise NotAllowed("tenant_waiting", contact=self._rights.contact)
        return terms

    async def _terms_of_anybody(self, caller: Caller) -> Terms:
        """Read the terms of somebody of whom nothing is decided: what everybody has where the caller is."""
        nobody = Spender("", caller.tenant, caller.address.channel)
        terms = await self._database.read(terms_of, nobody, self._plans, now=self._clock())
        if terms is None:
            raise NotAllowed("tenant_waiting", contact=self._rights.contact)
        return terms

    async def statement(
        self, caller: Caller, person: str | None = None, *, limit: int = 10, page: int = 1
    ) -> Sequence[StatementLine]:
        """List the lines of a page, newest first; one more says that there are older ones.

        What is held now comes before all, on the first page.
        """
        whose = await self._whose(caller, person)
        now, zone = self._clock(), await self._time_zone(caller)
        skip = limit * (page - 1)
        moves, held = await self._database.read(
            views.statement, whose, caller.tenant, limit=skip + limit + 1, now=now
        )
        lines = [_line(move, zone, is_own=whose == caller.person) for move in moves[skip:]]
        if held and page == 1:
            lines.insert(0, StatementLine(now, say("statement_held"), -held, None, "held"))
        return lines

    async def person(self, who: str, caller: Caller) -> str:
        """Find the person that `who` (a mention's id or a name) means in the caller's tenant; admins only."""
        await self._rights.check_admin(caller)
        if who.lower() in ("me", "@me"):
            return caller.person
        if means_many(who):
            raise Refusal("one_person", plan=self._plans.default_plan)
        platform = caller.address.platform
        name = who.removeprefix("@").removeprefix("user:")
        found = await self._database.read(people.find_person, platform, caller.tenant, name)
        if len(found) > 1:
            raise Refusal("person_ambiguous", who=who[:40])
        if not found:
            raise NotFound("person_unknown", who=who[:40])
        return found[0]

    async def grant(self, who: str, amount: int, reason: str, caller: Caller) -> Balance:
        """Give credits; admins only. The same event grants once.

        A reason that begins with "until" and a day, or "for" and some days, says how long they last.
        """
        await self._rights.check_admin(caller)
        zone = await self._time_zone(caller)
        last_day, reason = read_expiry(reason, day_of(self._clock(), zone))
        order = await self._adjustment(who, amount, reason, caller)
        if last_day is not None:
            order = replace(order, until=end_of_day(last_day, zone))
        is_new = await self._database.write(_grant, order, caller.tenant, now=self._clock())
        log.info("granted", person=order.person, by=caller.person, amount=amount, new=is_new)
        return await self.balance(caller, order.person)

    async def revoke(self, who: str, amount: int, reason: str, caller: Caller) -> tuple[int, Balance]:
        """Take unspent credits back, never what is held or came from elsewhere; returns what was taken. Admins only."""
        order = await self._adjustment(who, amount, reason, caller)
        taken = await self._database.write(_revoke, order, caller.tenant, now=self._clock())
        log.info("revoked", person=order.person, by=caller.person, amount=taken)
        return taken, await self.balance(caller, order.person)

    async def _time_zone(self, caller: Caller) -> str:
        tenant = await self._database.read(people.find_tenant, caller.tenant)
        return tenant.time_zone if tenant else self._plans.time_zone

    async def _adjustment(self, who: str, amount: int, reason: str, caller: Caller) -> Adjustment:
        person = await self.person(who, caller)
        event = f"{caller.address.platform}:{caller.tenant}:{caller.event}"
        return Adjustment(event, person, amount, caller.person, reason[:200])


def means_many(who: str) -> bool:
    """Whether a role, a group or everyone is meant."""
    return who.lower().removeprefix("@") == "everyone" or who.startswith(("role:", "group:"))


def spender(caller: Caller) -> Spender:
    """Say who would spend, and where."""
    return Spender(caller.person, caller.tenant, caller.address.channel, caller.roles, caller.is_guest)


def _grant(db: Tx, order: Adjustment, tenant: str, *, now: int) -> bool:
    is_new = ledger.grant(db, order, now=now)
    if is_new:
        audit.note(db, _deed("grant", order, tenant), now=now)
    return is_new


def _revoke(db: Tx, order: Adjustment, tenant: str, *, now: int) -> int:
    is_new = ledger.noted(db, f"revoke:{order.event}") is None
    ledger.lock_balance(db, order.person)
    room = max(0, givings.given_in(db, order.person, tenant, now=now))
    taken = ledger.revoke(db, replace(order, amount=min(order.amount, room)), now=now)
    if is_new:
        audit.note(db, _deed("revoke", replace(order, amount=taken), tenant), now=now)
    return taken


def _deed(act: str, order: Adjustment, tenant: str) -> Deed:
    return Deed(act, order.by, tenant, whom=order.person, amount=order.amount, reason=order.reason)


def _last_day(until: int, zone: str) -> str:
    return day_of(until - 1, zone).isoformat()


def _line(move: Movement, zone: str, *, is_own: bool) -> StatementLine:
    if move.number is None and move.until is not None:
        reason = f": {move.words}" if move.words else ""
        text = say("statement_grant_until", day=_last_day(move.until, zone), reason=reason)
    elif move.number is None:
        text = say(f"statement_{move.kind}", reason=f": {move.words}" if move.words else "")
    else:
        text = say("statement_job", number=move.number, words=move.words[:60] if is_own else "")
    return StatementLine(move.at, text, move.amount, move.number, " + ".join(move.payers))
