"""Which plan somebody spends on: their own, else the best of their roles', else the tenant's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from bot.core.periods import Unit
from bot.core.plans import Plan, Plans

Why = Literal["own", "role", "tenant", "guest"]

_A_MONTH: Mapping[Unit, int] = {"day": 210, "week": 30, "month": 7}
"""How often a period fits into thirty days, times seven."""


@dataclass(frozen=True)
class Named:
    """The plans that a tenant's admins named for somebody: for the person, for the roles that they have, for all.

    `by_role` holds only roles of this tenant, by the platform's id. A guest has an allowance only by their own plan
    or a role's.
    """

    own: str | None = None
    by_role: tuple[tuple[str, str], ...] = ()
    tenant: str = ""
    is_guest: bool = False


@dataclass(frozen=True)
class Choice:
    """The plan that won, and why; `role` is the one whose plan it is."""

    plan: Plan
    why: Why
    role: str | None = None


def choose_plan(plans: Plans, named: Named) -> Choice:
    """Choose a person's plan. A name that no file knows any more counts as not named."""
    known = {plan.name: plan for plan in plans.plans}
    if named.own in known:
        return Choice(known[named.own], "own")
    of_roles = [Choice(known[name], "role", role) for role, name in named.by_role if name in known]
    if of_roles:
        return _most_generous(of_roles)
    plan = plans.plan(named.tenant)
    if named.is_guest:
        return Choice(plan.model_copy(update={"allowance": None}), "guest")
    return Choice(plan, "tenant")


def _most_generous(choices: Iterable[Choice]) -> Choice:
    """Take the largest allowance a month; between equal ones the plan and role whose names come first."""
    return min(choices, key=lambda each: (-_monthly(each.plan), each.plan.name, each.role or ""))


def _monthly(plan: Plan) -> int:
    return plan.allowance.credits * _A_MONTH[plan.allowance.per] if plan.allowance else -1
