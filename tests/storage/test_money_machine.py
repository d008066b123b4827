"""Whatever people, workers, vendors, admins and the clock do in any order, the books stay right."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from bot.core.accounts import Adjustment
from bot.core.errors import Conflict
from bot.core.jobs import CallState, JobState
from bot.storage import Tx, jobs, ledger, metering, refunds, sweep, terms, workers
from bot.storage.accepting import Outcome
from bot.storage.jobs import Claim
from bot.storage.migrate import migrate
from bot.storage.schema import accounts, entries, pictures, replies
from bot.storage.schema import jobs as job_table
from bot.storage.sqlite_engines import writing_engine
from bot.storage.workers import STALE_MILLISECONDS
from tests.storage.bookkeeping import SUBJECTS, Plan, PowerCut, ledger_rows, spent_in, total
from tests.storage.builders import (
    CREDIT,
    CREDIT_NANO,
    DAY,
    HOUR,
    MINUTE,
    NOW,
    Calling,
    Order,
    accept,
    allowance,
    call_out,
    credits_of,
    faults,
    furnish,
    give_up,
    places,
    store,
)

P = ParamSpec("P")
T = TypeVar("T")

PEOPLE = ("ann", "bob")
AT_ONCE, EACH_AT_ONCE = 3, 2
PLACES = places(AT_ONCE)
CAPS = [(scope, per) for scope in ("person", *SUBJECTS) for per in ("day", "month")]
LOSSES = (CallState.REFUSED, CallState.FAILED, CallState.UNKNOWN, CallState.VOID)
CREDITS = st.integers(0, 12)
FATES = st.sampled_from([CallState.STORED, CallState.STORED, None, *LOSSES])
PICK = st.integers(0, 999)


class Books(RuleBasedStateMachine):
    """People order, workers draw and die, admins give and take, plans change and days pass."""

    template: Path
    """A migrated, empty database."""

    def __init__(self) -> None:
        super().__init__()
        self.path = self.template.with_name("machine.sqlite3")
        shutil.copy(self.template, self.path)
        self.engine = writing_engine(self.path)
        self.db = self.engine.connect()
        self.now = NOW
        self.steps = 0
        self.plan = Plan()
        self.outcomes: dict[str, tuple[Order, Outcome]] = {}
        self.claims: list[tuple[str, int]] = []
        self.made: list[Calling] = []
        self.worker = "w1"
        self.granted = dict.fromkeys(PEOPLE, 0)

    def teardown(self) -> None:
        """Leave no file behind."""
        self.db.close()
        self.engine.dispose()
        for path in self.path.parent.glob("machine.sqlite3*"):
            path.unlink()

    def run(self, function: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run one transaction, a moment after the last one."""
        self.steps += 1
        self.now += 1
        with self.db.begin():
            value = function(self.db, *args, **kwargs)
            ledger.prove_touched(self.db)
        return value

    def pick(self, number: int, *states: JobState) -> str | None:
        """Choose one of the jobs in some states, or of all."""
        query = select(job_table.c.id).order_by(job_table.c.seq)
        found = list(self.run(lambda db: db.execute(query.where(job_table.c.state.in_(states))).scalars()))
        return found[number % len(found)] if found else None

    @initialize(balance=st.integers(0, 40))
    def open_house(self, balance: int) -> None:
        """People begin with some credits."""
        self.run(furnish, *PEOPLE, balance=balance * CREDIT)
        self.granted = dict.fromkeys(PEOPLE, balance * CREDIT)

    @rule(person=st.sampled_from(PEOPLE), parts=st.lists(st.integers(1, 3), min_size=1, max_size=3))
    def order(self, person: str, parts: list[int]) -> None:
        """An accepted order passes no cap, a refused one is told how little is left."""
        meters = self.plan.meters(person, self.now)
        event = f"e{self.steps}"
        asked = Order(event, person, tuple(parts), meters, terms.Queue(person_running_max=EACH_AT_ONCE))
        outcome = self.run(accept, asked, PLACES, now=self.now)
        self.outcomes[event] = (asked, outcome)
        caps = [each for each in meters if each.scope != "allowance"]
        if outcome.refusal is None:
            assert all(self.run(spent_in, each) <= each.limit for each in caps)
        elif outcome.refusal.key != "too_many_waiting":
            assert outcome.refusal.values["price"] == sum(parts) * CREDIT
            told = outcome.refusal.values["have" if outcome.refusal.key == "out_of_credits" else "left"]
            assert 0 <= told < sum(parts) * CREDIT

    @precondition(lambda self: self.outcomes)
    @rule(number=PICK)
    def repeat_an_event(self, number: int) -> None:
        """A second event gets what the first one got."""
        asked, first = list(self.outcomes.values())[number % len(self.outcomes)]
        again = self.run(accept, asked, PLACES, now=self.now)
        assert again.job == first.job
        if first.refusal is not None and again.refusal is not None:
            assert (again.refusal.key, again.refusal.values) == (first.refusal.key, first.refusal.values)

    @rule(number=PICK)
    def take(self, number: int) -> None:
        """A worker takes a job that runs, unless its owner lives."""
        job = self.pick(number, JobState.RUNNING)
        taken = self.run(jobs.take, job, self.worker, now=self.now) if job else None
        if taken and taken.job:
            self.claims.append((taken.job.id, taken.job.epoch))

    @rule(number=PICK, fates=st.lists(FATES, min_size=3, max_size=3), is_finished=st.booleans())
    def draw(self, number: int, fates: list[CallState | None], is_finished: bool) -> None:
        """A worker takes a job and calls for its parts; they come, are lost, or stay open; it may die then."""
        if self.pick(number, JobState.RUNNING) is None:
            self.order(PEOPLE[number % 2], [1 + number % 3] * (1 + number % 2))
        seen = len(self.claims)
        self.take(number)
        if len(self.claims) == seen:
            return
        for part, fate in enumerate(fates):
            before = len(self.made)
            self.call(-1, part)
            call = self.made[-1] if len(self.made) > before else None
            if call and fate is CallState.STORED:
                self.run(store, call, call.wanted, now=self.now)
            elif call and fate:
                self.run(give_up, call, fate, None)
        if is_finished:
            self.end(-1, is_waiting=False)

    @precondition(lambda self: self.claims)
    @rule(number=PICK, part=st.integers(0, 2))
    def call(self, number: int, part: int) -> None:
        """A claim that is not the job's last one calls nothing."""
        job, epoch = self.claims[number % len(self.claims)]
        found = self.run(jobs.find, job)
        assert found is not None
        made = Calling(job, part, found.request.parts[part] if part < len(found.request.parts) else 1)
        if made in self.made or part >= len(found.request.parts):
            return
        is_mine = found.state is JobState.RUNNING and found.epoch == epoch
        try:
            started = self.run(call_out, made, epoch, now=self.now)
        except Conflict:
            assert not is_mine
        else:
            assert is_mine
            assert started is not found.is_cancelled
            self.made += [made] if started else []

    @precondition(lambda self: self.made)
    @rule(number=PICK, got=st.integers(0, 4))
    def picture_arrives(self, number: int, got: int) -> None:
        """Pictures are kept whenever they come; of a job that has ended they are late and move no money."""
        call = self.made[number % len(self.made)]
        job = self.run(jobs.find, call.job)
        before = self.run(ledger_rows)
        stored = self.run(store, call, got, now=self.now)
        late = self.run(total, func.sum(pictures.c.is_late), pictures.c.call == call.id)
        assert self.run(ledger_rows) == before
        assert job is not None
        assert not stored or late == (0 if job.state.is_open else got)

    @precondition(lambda self: self.made)
    @rule(number=PICK, state=st.sampled_from(LOSSES), billed=st.none() | st.integers(0, 2 * CREDIT_NANO))
    def call_is_lost(self, number: int, state: CallState, billed: int | None) -> None:
        """A call gives nothing, and perhaps costs something."""
        self.run(give_up, self.made[number % len(self.made)], state, billed)

    @precondition(lambda self: self.claims)
    @rule(number=PICK, is_waiting=st.booleans())
    def end(self, number: int, is_waiting: bool) -> None:
        """A worker finishes its job or lets it wait; one that was overtaken moves nothing."""
        job, epoch = self.claims[number % len(self.claims)]
        found = self.run(jobs.find, job)
        assert found is not None
        claim = Claim(job, epoch)
        if is_waiting:
            moved: object = self.run(jobs.put_back, claim, PLACES, not_before=self.now + MINUTE, now=self.now)
        else:
            moved = self.run(jobs.finish, claim, PLACES, reason=None, now=self.now)
        could = found.epoch == epoch and (
            found.state is JobState.RUNNING or (found.state is JobState.WAITING and not is_waiting)
        )
        assert bool(moved) is could

    @rule(number=PICK, is_waiting=st.booleans())
    def overtake(self, number: int, is_waiting: bool) -> None:
        """A worker stops for long, another one takes its job, and the first one comes back to end it."""
        seen = len(self.claims)
        self.take(number)
        self.worker_dies()
        if len(self.claims) > seen:
            taken = self.run(jobs.take, self.claims[-1][0], self.worker, now=self.now)
            assert taken is not None
            assert taken.job is not None
            self.claims.append((taken.job.id, taken.job.epoch))
            self.end(-2, is_waiting)

    @rule(number=PICK, is_meant=st.sampled_from([True, False, False, False]))
    def cancel(self, number: int, is_meant: bool) -> None:
        """Somebody cancels an open job, now and then."""
        if is_meant and (job := self.pick(number, JobState.WAITING, JobState.RUNNING)):
            self.run(jobs.cancel, job, PLACES, now=self.now)

    @rule(number=PICK, is_committed=st.sampled_from([True, False, False, False]))
    def recover(self, number: int, is_committed: bool) -> None:
        """Recovery ends a job whoever owns it; a power cut before the COMMIT undoes all of it."""
        if job := self.pick(number, JobState.WAITING, JobState.RUNNING):

            def finish(db: Tx) -> None:
                jobs.finish(db, Claim(job), PLACES, reason="too_many_takes", now=self.now)
                if not is_committed:
                    raise PowerCut

            try:
                self.run(finish)
            except PowerCut:
                found = self.run(jobs.find, job)
                assert found is not None
                assert found.state.is_open

    @rule()
    def sweep(self) -> None:
        """What waited too long ends, and clocks are mended."""
        self.run(sweep.mend_clock, now=self.now)
        for job, _ in self.run(sweep.expired, now=self.now):
            self.run(jobs.expire, job, PLACES, now=self.now)

    @rule(person=st.sampled_from(PEOPLE), amount=CREDITS, is_grant=st.booleans())
    def adjust(self, person: str, amount: int, is_grant: bool) -> None:
        """An admin gives, or takes what is neither held nor spent."""
        order = Adjustment(f"a{self.steps}", person, amount * CREDIT, "admin")
        if is_grant:
            assert self.run(ledger.grant, order, now=self.now)
            assert not self.run(ledger.grant, order, now=self.now)
            self.granted[person] += amount * CREDIT
            return
        granted, held, spent = self.run(credits_of, person)
        taken = self.run(ledger.revoke, order, now=self.now)
        assert taken == min(amount * CREDIT, granted - held - spent)
        assert self.run(ledger.revoke, order, now=self.now) == taken
        self.granted[person] -= taken

    @rule(number=PICK)
    def refund(self, number: int) -> None:
        """What a job cost comes back once, to the period it came from or to the credits."""
        job = self.pick(number, JobState.DONE)
        if job is None:
            return
        person = self.run(lambda db: db.execute(select(job_table).where(job_table.c.id == job)).one()).person
        order = Adjustment(f"r{self.steps}", person, 0, "admin", job=job)
        current = frozenset({allowance(person, 0, now=self.now).account})
        before = self.run(credits_of, person)[0]
        given = self.run(refunds.refund, order, current=current, now=self.now)
        assert self.run(refunds.refund, order, current=frozenset(), now=self.now) == 0
        self.granted[person] += self.run(credits_of, person)[0] - before
        assert given >= 0

    @rule(limit=st.none() | CREDITS)
    def change_allowance(self, limit: int | None) -> None:
        """The plan gives more, less or nothing, from the next hold."""
        self.plan.allowance = limit

    @rule(cap=st.sampled_from(CAPS), limit=st.none() | st.integers(0, 30))
    def change_cap(self, cap: tuple[str, str], limit: int | None) -> None:
        """Caps come, go, rise and fall in the middle of their period: with a restart, as files do."""
        self.plan.caps[cap] = limit
        self.run(metering.reopen_meters)

    @rule(cap=st.sampled_from(CAPS), limit=st.integers(3, 30))
    def cap_is_away(self, cap: tuple[str, str], limit: int) -> None:
        """A cap is taken out of the file and put back, and something is ordered before, between and after."""
        for each in (limit, None, limit, limit):
            self.change_cap(cap, each)
            self.order(PEOPLE[0], [1])
            self.caps_miss_nothing()

    @rule(wait=st.sampled_from([1, 1, 1, MINUTE, MINUTE, 31 * MINUTE, 12 * HOUR, DAY, 30 * DAY, -HOUR]))
    def time_passes(self, wait: int) -> None:
        """Minutes, days and months pass; sometimes the clock is set back."""
        self.now += wait
        self.run(workers.beat, self.worker, now=self.now)

    @rule()
    def worker_dies(self) -> None:
        """The process is killed; the next one may take over when the beats have stopped for long enough."""
        self.worker = f"w{self.steps}x"
        self.now += STALE_MILLISECONDS
        self.run(workers.register, self.worker, host="h", pid=1, now=self.now)

    @invariant()
    def books_are_right(self) -> None:
        """Counters are sums, ended jobs are settled once, nobody is below zero."""
        assert self.run(faults) == []
        for person in PEOPLE:
            granted, held, spent = self.run(credits_of, person)
            assert min(held, spent, granted - held - spent) >= 0
            assert granted == self.granted[person]
        open_states = (JobState.WAITING.value, JobState.RUNNING.value)
        is_payer = accounts.c.scope.in_(("allowance", "credits"))
        held_by_payers = self.run(total, func.sum(accounts.c.held), is_payer)
        owed = self.run(total, func.sum(job_table.c.held), job_table.c.state.in_(open_states))
        assert held_by_payers == owed
        ended = self.run(total, func.count(), job_table.c.state.not_in(open_states))
        assert self.run(total, func.count(replies.c.id)) == ended
        assert self.run(total, func.min(job_table.c.held - job_table.c.counted)) >= 0

    @invariant()
    def every_close_matches_its_hold(self) -> None:
        """What a job charged is what its payers spent, and a close gives back exactly what was held."""
        closes = entries.c.key == "close:" + job_table.c.id
        payers = entries.c.account.like("allowance:%") | entries.c.account.like("credits:%")
        paid = self.run(total, func.sum(entries.c.spent), entries.c.key.like("close:%"), payers)
        assert paid == self.run(total, func.sum(job_table.c.charged))
        assert self.run(total, func.count(), closes, job_table.c.state.in_(("waiting", "running"))) == 0

    @invariant()
    def places_are_kept(self) -> None:
        """Never more run than the vendor takes, nor of one person than they may."""
        is_running = job_table.c.state == JobState.RUNNING
        assert self.run(total, func.count(job_table.c.id), is_running) <= AT_ONCE
        for person in PEOPLE:
            mine = (is_running, job_table.c.person == person)
            assert self.run(total, func.count(job_table.c.id), *mine) <= EACH_AT_ONCE

    @invariant()
    def caps_miss_nothing(self) -> None:
        """A meter that is open has counted at least what its period's jobs hold and cost."""
        for person in PEOPLE:
            for cap in self.plan.meters(person, self.now):
                if cap.scope == "allowance":
                    continue
                row = self.run(
                    lambda db, name: db.execute(select(accounts).where(accounts.c.id == name)).one_or_none(),
                    cap.account,
                )
                if row is not None and row.opened:
                    assert row.held + row.spent >= self.run(spent_in, cap)


@pytest.mark.timeout(900)
async def test_the_books_stay_right_whatever_happens(tmp_path: Path) -> None:
    """A few dozen random histories; hundreds when EASEL_SOAK_SECONDS asks for a long run."""
    template = tmp_path / "template.sqlite3"
    await migrate(f"sqlite:///{template}", backup_dir=None, now=NOW)
    machine = type("Machine", (Books,), {"template": template})
    is_long = "EASEL_SOAK_SECONDS" in os.environ

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=300 if is_long else 12,
            stateful_step_count=60 if is_long else 30,
            suppress_health_check=list(HealthCheck),
            deadline=None,
        ),
    )
