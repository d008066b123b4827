"""Plans and caps: amounts, defaults and the limits in force."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

import config
from bot.core.plans import Place, Plans, limits_in_force

NOON = 1_795_262_400_000  # 2026-11-21 12:00 UTC
HERE = Place("p1", "c1", "discord:t1", "discord", "Pacific/Kiritimati")


def plans(caps: list[dict[str, Any]] | None = None, **changed: Any) -> Plans:
    """Make plans with one plan and these caps."""
    plan = {"name": "everyone", "allowance": {"credits": "25", "per": "day"}, **changed}
    return Plans.model_validate({"default_plan": "everyone", "plans": [plan], "caps": caps or []})


def test_the_defaults_are_the_promised_ones() -> None:
    """Everyone has 100 credits a month, the bot stops at 500 a day, above 20 credits is asked."""
    found = config.load({}).plans
    plan = found.plan()

    assert plan.allowance is not None
    assert (plan.allowance.credits, plan.allowance.per) == (100_000, "month")
    assert [(cap.scope, cap.credits, cap.per) for cap in found.caps] == [("bot", 500_000, "day")]
    assert (plan.confirm_above, plan.waiting_max, plan.running_at_once) == (20_000, 20, 2)
    assert found.queue_max == 10_000


def test_limits_name_scope_subject_and_period() -> None:
    """The allowance turns by the tenant's clock, what spans tenants by the installation's."""
    caps = [
        {"scope": scope, "credits": "1.5", "per": "day"}
        for scope in ("bot", "platform", "tenant", "channel", "person")
    ]

    found = limits_in_force(plans(caps), plans().plan(), HERE, now=NOON)

    assert [(meter.account, meter.limit) for meter in found] == [
        ("allowance:p1/discord:t1:2026-11-22", 25_000),
        ("person:p1:2026-11-21", 1_500),
        ("channel:discord:t1/c1:2026-11-22", 1_500),
        ("tenant:discord:t1:2026-11-22", 1_500),
        ("platform:discord:2026-11-21", 1_500),
        ("bot:bot:2026-11-21", 1_500),
    ]
    assert all(meter.starts <= NOON < meter.ends for meter in found)


def test_an_own_cap_replaces_the_general_one() -> None:
    """A cap with a subject counts instead of the general one of the same period, beside others."""
    caps = [
        {"scope": "tenant", "credits": "10", "per": "day"},
        {"scope": "tenant", "credits": "100", "per": "month"},
        {"scope": "tenant", "subject": "discord:t1", "credits": "0", "per": "day"},
        {"scope": "tenant", "subject": "discord:t2", "credits": "7", "per": "day"},
    ]

    found = limits_in_force(plans(caps, allowance=None), plans(allowance=None).plan(), HERE, now=NOON)

    assert [(meter.limit, meter.period) for meter in found] == [(0, "2026-11-22"), (100_000, "2026-11")]


def test_an_unknown_plan_is_the_default() -> None:
    """A plan that was deleted from the file leaves its people with the default one."""
    assert plans().plan("gone") == plans().plan()


@pytest.mark.parametrize("amount", ["0.001", "0", "1e3", "999999999.999"])
def test_amounts_are_exact(amount: str) -> None:
    """Amounts are read as decimals."""
    allowance = plans(allowance={"credits": amount, "per": "day"}).plan().allowance

    assert allowance is not None
    assert allowance.credits == int(float(amount) * 1000 + 0.5)


@pytest.mark.parametrize("amount", [100, 0.5, "0.0001", "-1", "NaN", "Infinity", "1,000", "", "1e30"])
def test_other_amounts_are_refused(amount: object) -> None:
    """A number without quotes may have been rounded already; the rest is no amount."""
    with pytest.raises(ValidationError, match="credits in quotes"):
        plans(allowance={"credits": amount, "per": "day"})


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"default_plan": "gold"}, "gold is not among the plans"),
        ({"time_zone": "Mars/Olympus"}, "IANA time zone"),
        ({"time_zone": "../etc/passwd"}, "IANA time zone"),
        ({"plans": [{"name": "everyone"}, {"name": "everyone"}]}, "listed twice"),
        ({"caps": [{"scope": "bot", "credits": "1", "per": "day"}] * 2}, "listed twice"),
        ({"colour": "red"}, "Extra inputs"),
    ],
)
def test_contradictions_are_refused(changed: dict[str, Any], message: str) -> None:
    """A file that contradicts itself is refused by name."""
    with pytest.raises(ValidationError, match=message):
        Plans.model_validate({"default_plan": "everyone", "plans": [{"name": "everyone"}], **changed})
