"""Who pays for a hold, which limit refuses it, and how it is closed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.accounts import (
    PAYERS,
    RANKS,
    Account,
    HoldRequest,
    Line,
    Meter,
    Scope,
    decide_close,
    decide_hold,
    left,
)
from bot.core.errors import CapReached, OutOfCredits, Refusal

AMOUNTS = st.integers(0, 50)
CAPS: tuple[Scope, ...] = ("person", "channel", "tenant", "platform", "bot")


def meter(scope: Scope, limit: int, period: str = "d1") -> Meter:
    """Describe a limit."""
    return Meter(scope, "x", limit, period, 0, 1)


def hold(
    amount: int, *meters: Meter, balance: int = 0, used: dict[Scope, int] | None = None
) -> tuple[Line, ...]:
    """Decide a hold over accounts of which `used` are partly used up, half held and half spent."""
    request = HoldRequest("j", "p", amount, meters)
    found = {request.credits: Account(request.credits, "credits", granted=balance)}
    for each in meters:
        seen = (used or {}).get(each.scope, 0)
        found[each.account] = Account(each.account, each.scope, held=seen // 2, spent=seen - seen // 2)
    return decide_hold(request, found)


@pytest.mark.parametrize(
    ("amount", "used", "balance", "split"),
    [
        (5, 0, 0, {"allowance:x:d1": 5}),
        (10, 0, 9, {"allowance:x:d1": 10}),
        (12, 0, 9, {"allowance:x:d1": 10, "credits:p": 2}),
        (5, 8, 9, {"allowance:x:d1": 2, "credits:p": 3}),
        (5, 10, 5, {"credits:p": 5}),
        (5, 99, 5, {"credits:p": 5}),
        (0, 99, 0, {}),
    ],
)
def test_the_allowance_pays_first(amount: int, used: int, balance: int, split: dict[str, int]) -> None:
    """Credits pay only what the allowance does not; a meter above its limit gives nothing."""
    lines = hold(amount, meter("allowance", 10), balance=balance, used={"allowance": used})

    assert {line.account: line.held for line in lines} == split


def test_who_has_too_little_is_told_what_they_have() -> None:
    """The refusal names the price and what allowance and credits together have."""
    with pytest.raises(OutOfCredits) as refused:
        hold(15, meter("allowance", 10), balance=3, used={"allowance": 4})

    assert (refused.value.key, refused.value.values) == ("out_of_credits", {"price": 15, "have": 9})


@pytest.mark.parametrize("scope", CAPS)
def test_every_cap_counts_the_whole_hold(scope: Scope) -> None:
    """A cap lets through what is left to it, and not one millicredit more."""
    lines = hold(5, meter(scope, 12), balance=99, used={scope: 7})
    with pytest.raises(CapReached) as refused:
        hold(6, meter(scope, 12), balance=99, used={scope: 7})

    assert Line(f"{scope}:x:d1", held=5) in lines
    assert (refused.value.key, refused.value.values) == (f"cap_{scope}", {"price": 6, "left": 5})


def test_the_first_refusal_in_the_order_wins() -> None:
    """Who cannot pay is not told about caps, and the nearest cap speaks before the farther ones."""
    caps = [meter(scope, 0) for scope in CAPS]
    told = []
    for start in range(len(caps)):
        with pytest.raises(CapReached) as refused:
            hold(1, *caps[start:], balance=1)
        told.append(refused.value.key)
    with pytest.raises(OutOfCredits):
        hold(1, *caps)

    assert told == [f"cap_{scope}" for scope in CAPS]


def test_day_and_month_of_one_scope_count_both() -> None:
    """Two caps of one scope are two accounts; the tighter one refuses."""
    lines = hold(5, meter("bot", 9), meter("bot", 20, "m1"), balance=9)
    with pytest.raises(CapReached):
        hold(5, meter("bot", 9), meter("bot", 4, "m1"), balance=9)

    assert [line.account for line in lines] == ["credits:p", "bot:x:d1", "bot:x:m1"]


@pytest.mark.parametrize(
    "meters",
    [
        (meter("bot", 5), meter("bot", 9)),
        (meter("allowance", 5), meter("allowance", 5, "m1")),
    ],
)
def test_a_limit_listed_twice_is_a_mistake(meters: tuple[Meter, ...]) -> None:
    """An account would be counted twice, or an allowance forgotten: the hold is not even asked for."""
    with pytest.raises(ValueError, match="listed twice"):
        HoldRequest("j", "p", 1, meters)


def test_a_hold_cannot_give() -> None:
    """A negative price is a mistake, not a present."""
    with pytest.raises(ValueError, match="would give"):
        HoldRequest("j", "p", -1, ())


@pytest.mark.parametrize(("seen", "expected"), [(0, 10), (10, 0), (11, 0)])
def test_a_lowered_limit_leaves_nothing(seen: int, expected: int) -> None:
    """A meter that is above its limit shows 0 left, never less."""
    assert left(meter("bot", 10), Account("a", "bot", spent=seen)) == expected


@pytest.mark.parametrize(
    ("charged", "counted", "spent"),
    [
        (0, 0, (0, 0, 0)),
        (2, 2, (2, 0, 2)),
        (3, 3, (3, 0, 3)),
        (4, 4, (3, 1, 4)),
        (8, 8, (3, 5, 8)),
        (0, 8, (0, 0, 8)),
        (2, 5, (2, 0, 5)),
        (0, 99, (0, 0, 8)),
    ],
)
def test_a_close_pays_from_the_allowance_first(
    charged: int, counted: int, spent: tuple[int, int, int]
) -> None:
    """What is charged leaves the allowance, then the credits; the caps keep what is counted; the rest returns."""
    held: list[tuple[Scope, Line]] = [
        ("bot", Line("bot", held=8)),
        ("credits", Line("credits", held=5)),
        ("allowance", Line("allowance", held=3)),
    ]

    lines = decide_close(held, charged=charged, counted=counted)

    assert [(line.account, -line.held) for line in lines] == [("allowance", 3), ("credits", 5), ("bot", 8)]
    assert tuple(line.spent for line in lines) == spent


def test_a_close_never_charges_more_than_was_held() -> None:
    """A price above the hold is a mistake that stops, not a debt."""
    with pytest.raises(ValueError, match="charges more"):
        decide_close([("credits", Line("credits", held=5))], charged=6, counted=6)


@given(
    amount=AMOUNTS,
    balance=AMOUNTS,
    limits=st.dictionaries(st.sampled_from(("allowance", *CAPS)), AMOUNTS),
    used=st.dictionaries(st.sampled_from(("allowance", *CAPS)), AMOUNTS),
    percent=st.tuples(st.integers(0, 100), st.integers(0, 100)),
)
def test_no_hold_passes_a_limit_and_no_close_passes_its_hold(
    amount: int, balance: int, limits: dict[Scope, int], used: dict[Scope, int], percent: tuple[int, int]
) -> None:
    """Whatever is asked: payers give exactly the amount, caps count all of it, and closing never adds."""
    meters = [meter(scope, limits[scope]) for scope in RANKS if scope in limits]
    try:
        lines = hold(amount, *meters, balance=balance, used=used)
    except Refusal:
        lines = ()
        covered = balance + max(0, limits.get("allowance", 0) - used.get("allowance", 0))
        assert amount > covered or any(
            used.get(s, 0) + amount > limit for s, limit in limits.items() if s != "allowance"
        )
    scopes: dict[str, Scope] = {each.account: each.scope for each in meters} | {"credits:p": "credits"}
    pairs = [(scopes[line.account], line) for line in lines]
    held = sum(line.held for scope, line in pairs if scope in PAYERS)
    charged, counted = held * percent[0] // 100, held * max(percent) // 100
    closed = decide_close(pairs, charged=charged, counted=counted)

    assert held in (0, amount)
    assert all(line.held >= 0 for line in lines)
    assert all(line.held == amount for scope, line in pairs if scope not in PAYERS)
    assert all(
        used.get(s, 0) + line.held <= max(limits[s], used.get(s, 0)) for s, line in pairs if s in limits
    )
    assert {line.account: -line.held for line in closed} == {line.account: line.held for line in lines}
    assert all(0 <= line.spent <= -line.held for line in closed)
    assert sum(line.spent for line in closed if scopes[line.account] in PAYERS) == charged
