"""Which plan wins: a person's own, the best of their roles', or the tenant's."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.core.plans import Place, Plans, TenantCap, limits_in_force
from bot.core.terms import Named, choose_plan

NOON = 1_795_262_400_000
PLANS = Plans.model_validate(
    {
        "default_plan": "base",
        "plans": [
            {"name": "base", "allowance": {"credits": "100", "per": "month"}},
            {"name": "daily", "allowance": {"credits": "4", "per": "day"}},
            {"name": "weekly", "allowance": {"credits": "25", "per": "week"}},
            {"name": "none"},
        ],
    }
)
ROLES = st.lists(
    st.tuples(st.sampled_from("123"), st.sampled_from(["base", "daily", "weekly", "none", "gone"]))
)


def chosen(named: Named) -> tuple[str, str, str | None]:
    """Return the plan's name, why, and by which role."""
    choice = choose_plan(PLANS, named)
    return choice.plan.name, choice.why, choice.role


def test_the_own_plan_wins_then_the_roles_then_the_tenants() -> None:
    """Whatever the roles give, what was named for the person counts, even if it is less."""
    roles = (("1", "daily"),)

    assert chosen(Named("none", roles, "weekly")) == ("none", "own", None)
    assert chosen(Named(None, roles, "weekly")) == ("daily", "role", "1")
    assert chosen(Named(None, (), "weekly")) == ("weekly", "tenant", None)
    assert chosen(Named()) == ("base", "tenant", None)


def test_of_several_roles_the_largest_allowance_a_month_wins() -> None:
    """4 a day are 120 a month, 25 a week are 107, and any allowance is more than none."""
    assert chosen(Named(None, (("1", "base"), ("2", "daily"), ("3", "weekly")))) == ("daily", "role", "2")
    assert chosen(Named(None, (("1", "base"), ("3", "weekly")))) == ("weekly", "role", "3")
    assert chosen(Named(None, (("1", "none"), ("2", "base")))) == ("base", "role", "2")


def test_a_plan_that_the_file_lost_counts_as_not_named() -> None:
    """Its people fall back to what else is named for them, and nobody is without a plan."""
    assert chosen(Named("gone", (("1", "daily"),))) == ("daily", "role", "1")
    assert chosen(Named("gone", (("1", "gone"),), "gone")) == ("base", "tenant", None)


def test_a_guest_has_an_allowance_only_by_name() -> None:
    """The tenant's plan gives a guest its limits and no credits; their own or a role's gives both."""
    assert choose_plan(PLANS, Named(is_guest=True)).plan.allowance is None
    assert choose_plan(PLANS, Named("daily", is_guest=True)).plan.allowance is not None
    assert chosen(Named(None, (("1", "base"),), is_guest=True)) == ("base", "role", "1")


@given(roles=ROLES, seed=st.randoms())
def test_the_order_of_roles_does_not_matter(roles: list[tuple[str, str]], seed: st.DrawFn) -> None:
    """However a platform lists them, the same plan wins."""
    turned = list(reversed(roles))

    assert chosen(Named(None, tuple(roles))) == chosen(Named(None, tuple(turned)))


def test_of_two_caps_in_one_account_the_lower_counts() -> None:
    """The plans' cap and the admins' count in one account; a person's cap here is an account of its own."""
    caps = [
        {"scope": "tenant", "credits": "10", "per": "day"},
        {"scope": "person", "credits": "9", "per": "day"},
    ]
    plans = PLANS.model_copy(
        update={
            "caps": Plans.model_validate(
                {
                    **PLANS.model_dump(mode="json", exclude={"plans", "caps", "newcomer_cap"}),
                    "plans": [{"name": "base"}],
                    "caps": caps,
                }
            ).caps
        }
    )
    own = (
        TenantCap("tenant", "t", 3_000, "day"),
        TenantCap("tenant", "t", 99_000, "month"),
        TenantCap("person", "p/t", 2_000, "day"),
    )

    found = limits_in_force(plans, plans.plan("none"), Place("p", "c", "t", "web", "UTC", caps=own), now=NOON)

    assert [(meter.account, meter.limit) for meter in found] == [
        ("person:p:2026-11-21", 9_000),
        ("person:p/t:2026-11-21", 2_000),
        ("tenant:t:2026-11-21", 3_000),
        ("tenant:t:2026-11", 99_000),
    ]
