"""Whatever admins decide while somebody spends, a slow model of the books agrees with the ledger."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from bot.core.accounts import Adjustment, lot_account
from bot.core.periods import Unit, period_of
from bot.core.plans import Plans, Spender
from bot.storage import Tx, deciding, ledger, refunds
from bot.storage.accepting import accept
from bot.storage.deciding import Decision, NewCap
from bot.storage.migrate import migrate
from bot.storage.refunds import allowances_now
from bot.storage.sqlite_engines import writing_engine
from bot.storage.terms import limits_of
from tests.storage.builders import (
    CREDIT,
    DAY,
    HOUR,
    HOUSE,
    NOW,
    Order,
    credits_of,
    deliver,
    faults,
    furnish,
    places,
    sums,
)

P = ParamSpec("P")
T = TypeVar("T")

LIMITS = {"none": 0, "small": 2, "large": 5}
PLANS = Plans.model_validate(
    {
        "default_plan": "none",
        "plans": [
            {"name": "none", "running_at_once": 99, "waiting_max": 999},
            *(
                {
                    "name": name,
                    "allowance": {"credits": str(LIMITS[name]), "per": "day"},
                    "running_at_once": 99,
                    "waiting_max": 999,
                }
                for name in ("small", "large")
            ),
        ],
    }
)
WIDE = places(99)
SCOPES = {"person:ann": "cap_person", "channel:main": "cap_channel", "tenant": "cap_tenant"}
PICK = st.integers(0, 99)
CREDITS = st.integers(0, 9)


@dataclass
class Purse:
    """Credits of one end, in the model."""

    granted: int = 0
    held: int = 0
    spent: int = 0

    @property
    def rest(self) -> int:
        return self.granted - self.held - self.spent


@dataclass
class Bought:
    """A job, in the model: from which purses it took how much, by their keys."""

    order: Order
    at: int
    taken: list[tuple[str | int, int]]
    counted: int
    is_open: bool = True
    paid: list[tuple[str | int, int]] = field(default_factory=list)


class Dealings(RuleBasedStateMachine):
    """Ann orders; admins give, take, plan, limit, block and start anew; days pass. A key is a day, an end, or 0."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.path = self.template.with_name("dealings.sqlite3")
        shutil.copy(self.template, self.path)
        self.engine = writing_engine(self.path)
        self.db = self.engine.connect()
        self.now, self.steps = NOW, 0
        self.plan, self.is_blocked = "none", False
        self.purses: dict[str | int, Purse] = {0: Purse()}
        self.caps: dict[tuple[str, Unit], int] = {}
        self.jobs: list[Bought] = []

    def teardown(self) -> None:
        """Leave no file behind."""
        self.db.close()
        self.engine.dispose()
        for path in self.path.parent.glob("dealings.sqlite3*"):
            path.unlink()

    def run(self, function: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run one transaction, a moment after the last one."""
        self.steps += 1
        self.now += 1
        with self.db.begin():
            value = function(self.db, *args, **kwargs)
            ledger.prove_touched(self.db)
        return value

    @property
    def today(self) -> str:
        return period_of(self.now, "UTC", "day").key

    def order_of_paying(self) -> list[Purse]:
        """List the purses that can be spent now, the first ones first."""
        ends = sorted(key for key in self.purses if isinstance(key, int) and key > self.now)
        return [self.purses[key] for key in (*ends, 0)]

    def spent_in(self, unit: Unit) -> int:
        """Add up what every cap has to have counted in this period."""
        period = period_of(self.now, "UTC", unit)
        return sum(job.counted for job in self.jobs if period.start_ms <= job.at < period.end_ms)

    def refusal(self, price: int) -> str | None:
        """Say what the books should refuse."""
        if self.is_blocked:
            return "blocked"
        used = self.purses.get(self.today, Purse())
        allowance = max(0, LIMITS[self.plan] - used.held - used.spent)
        if price - min(price, allowance) > sum(purse.rest for purse in self.order_of_paying()):
            return "out_of_credits"
        for about, key in SCOPES.items():
            if any(self.spent_in(per) + price > cap for (of, per), cap in self.caps.items() if of == about):
                return key
        return None

    def take(self, price: int) -> list[tuple[str | int, int]]:
        """Split a price over the purses as the promise says."""
        used = self.purses.setdefault(self.today, Purse())
        part = min(price, max(0, LIMITS[self.plan] - used.held - used.spent))
        used.held += part
        taken: list[tuple[str | int, int]] = [(self.today, part)] if part else []
        for key in (*sorted(key for key in self.purses if isinstance(key, int) and key > self.now), 0):
            some = min(price - sum(x for _, x in taken), self.purses[key].rest)
            self.purses[key].held += some
            taken += [(key, some)] if some else []
        return taken

    def decide(self, about: str) -> Decision:
        return Decision(HOUSE, about, "admin")

    @initialize()
    def open_house(self) -> None:
        """Ann comes."""
        self.run(furnish, "ann")

    @rule(parts=st.lists(st.integers(1, 2), min_size=1, max_size=3))
    def buy(self, parts: list[int]) -> None:
        """An order is taken or refused exactly as the model says."""
        asked = Order(f"e{self.steps}", parts=tuple(parts))
        self.now += 1
        expected = self.refusal(sum(parts))
        who = Spender("ann", HOUSE, "main")
        new = replace(asked.new_job(), limits=partial(limits_of, who=who, plans=PLANS, now=self.now))
        self.now -= 1
        outcome = self.run(accept, new, WIDE, now=self.now + 1)
        assert (outcome.refusal.key if outcome.refusal else None) == expected
        if expected is None:
            self.jobs.append(Bought(asked, self.now, self.take(sum(parts)), sum(parts)))

    @rule(number=PICK, share=st.integers(0, 3))
    def close(self, number: int, share: int) -> None:
        """What is drawn is paid in the order of paying; the rest returns to where it was held."""
        open_jobs = [job for job in self.jobs if job.is_open]
        if not open_jobs:
            return
        job = open_jobs[number % len(open_jobs)]
        parts = job.order.parts[:share]
        self.run(deliver, replace(job.order, parts=parts), now=self.now + 1)
        job.is_open, job.counted, unpaid = False, sum(parts), sum(parts)
        for key, held in job.taken:
            paid = min(held, unpaid)
            unpaid -= paid
            self.purses[key].held -= held
            self.purses[key].spent += paid
            job.paid += [(key, paid)] if paid else []

    @rule(amount=CREDITS, days=st.sampled_from([None, 1, 2]))
    def grant(self, amount: int, days: int | None) -> None:
        """Credits that last, or end at a midnight."""
        until = None if days is None else self.now - self.now % DAY + days * DAY
        order = Adjustment(f"g{self.steps}", "ann", amount * CREDIT, "admin", until=until)
        assert self.run(ledger.grant, order, now=self.now + 1)
        self.purses.setdefault(until or 0, Purse()).granted += amount

    @rule(amount=CREDITS)
    def revoke(self, amount: int) -> None:
        """Never more than is there, what ends soonest first."""
        order = Adjustment(f"r{self.steps}", "ann", amount * CREDIT, "admin")
        taken = self.run(ledger.revoke, order, now=self.now + 1) // CREDIT
        for purse in self.order_of_paying():
            part = min(amount, purse.rest)
            amount, taken = amount - part, taken - part
            purse.granted -= part
        assert taken == 0

    @rule(number=PICK)
    def refund(self, number: int) -> None:
        """Once, to where it came from while that lasts, then to what lasts; a reset has given back already."""
        paid = [job for job in self.jobs if not job.is_open]
        if not paid:
            return
        job = paid[number % len(paid)]
        order = Adjustment("x", "ann", 0, "admin", job=job.order.job)
        current = self.run(allowances_now, "ann", HOUSE, now=self.now)
        given = self.run(refunds.refund, order, current=current, now=self.now + 1) // CREDIT
        for key, amount in job.paid:
            back = amount
            if key == self.today or (isinstance(key, int) and (key == 0 or key > self.now)):
                self.purses[key].spent -= back
            else:
                self.purses[0].granted += back
            given -= back
        job.paid = []
        assert given == 0

    @rule()
    def reset(self) -> None:
        """What today's allowance paid counts no more."""
        order = Adjustment(f"z{self.steps}", "ann", 0, "admin")
        given = self.run(deciding.reset, order, HOUSE, now=self.now + 1) // CREDIT
        used = self.purses.setdefault(self.today, Purse())
        assert given == used.spent
        used.spent = 0
        for job in self.jobs:
            job.paid = [(key, amount) for key, amount in job.paid if key != self.today]

    @rule(plan=st.sampled_from(["none", "small", "large"]))
    def name_plan(self, plan: str) -> None:
        """Counts from the next order."""
        self.run(deciding.set_plan, self.decide("person:ann"), plan, now=self.now)
        self.plan = plan

    @rule(about=st.sampled_from([*SCOPES]), per=st.sampled_from(["day", "month"]), cap=st.none() | CREDITS)
    def limit(self, about: str, per: Unit, cap: int | None) -> None:
        """Set, changed or taken away in the middle of its period."""
        credits_cap = None if cap is None else cap * CREDIT
        self.run(deciding.set_cap, self.decide(about), NewCap(credits_cap, per), now=self.now)
        self.caps.pop((about, per), None)
        if cap is not None:
            self.caps[about, per] = cap

    @rule(is_blocked=st.booleans())
    def block(self, is_blocked: bool) -> None:
        """Blocked and unblocked."""
        act = deciding.block if is_blocked else deciding.unblock
        assert self.run(act, self.decide("person:ann"), now=self.now) == (is_blocked != self.is_blocked)
        self.is_blocked = is_blocked

    @rule(wait=st.sampled_from([HOUR, 13 * HOUR, DAY]))
    def time_passes(self, wait: int) -> None:
        """Days turn, and credits end."""
        self.now += wait

    @invariant()
    def the_books_agree(self) -> None:
        """Every counter is the model's, the sums are right, and nothing is below zero."""
        assert self.run(faults) == []
        for key, purse in self.purses.items():
            if isinstance(key, str):
                found = self.run(sums, f"allowance:ann/{HOUSE}:{key}")
            else:
                found = self.run(sums, lot_account("ann", key)) if key else self.run(credits_of)
            assert found == (purse.granted * CREDIT, purse.held * CREDIT, purse.spent * CREDIT)
            assert isinstance(key, str) or purse.rest >= 0


@pytest.mark.slow
async def test_whatever_is_decided_the_books_agree(tmp_path: Path) -> None:
    """Random histories of orders and decisions; EASEL_DEALINGS says how many."""
    Dealings.template = tmp_path / "template.sqlite3"
    await migrate(f"sqlite:///{Dealings.template}", backup_dir=None, now=NOW)
    how = settings(
        max_examples=int(os.environ.get("EASEL_DEALINGS", "12")),
        stateful_step_count=40,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Dealings, settings=how)
