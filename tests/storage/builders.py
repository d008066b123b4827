"""Small builders of people, orders, vendors and calls, for tests of the money and the queue.

A picture costs one credit: 1,000 millicredits, 10,000,000 nano-dollars.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import func, insert, select

from bot.core.accounts import Adjustment, Meter, Scope, credits_account
from bot.core.jobs import CallState, Ending
from bot.core.pictures import PictureRequest
from bot.core.replies import Address
from bot.storage import Tx, accepting, calls, jobs, ledger, people, workers
from bot.storage import sums as daily_sums
from bot.storage.accepting import Event, NewJob, Outcome
from bot.storage.admission import Places
from bot.storage.calls import Answer, Loss, NewCall, NewPicture
from bot.storage.jobs import Claim
from bot.storage.people import Tenant
from bot.storage.schema import accounts, deliveries, entries
from bot.storage.schema import jobs as job_table
from bot.storage.schema import people as people_table
from bot.storage.terms import Limits, Queue

NOW = 1_795_262_400_000
"""2026-11-21 12:00 UTC."""

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
CREDIT = 1_000
CREDIT_NANO = 10_000_000
HOUSE = "web:local"
QUEUE = Queue()
VENDOR = "sketch"


def send(db: Tx, job: str, *, at: int) -> None:
    """Send a job by a row that tests can read."""
    db.execute(deliveries.insert(), {"job": job, "at": at})


def places(at_once: int = 4, *, per_minute: int = 0, vendor: str = VENDOR) -> Places:
    """Describe a vendor."""
    return Places(vendor, at_once, per_minute, send)


def furnish(db: Tx, *names: str, balance: int = 0, worker_ids: tuple[str, ...] = ("w1",)) -> None:
    """Make the tenant, people with `balance` millicredits each, and living workers."""
    people.know_tenant(db, Tenant(HOUSE, "web", "Home", "approved", "UTC", "everyone"), now=NOW)
    for name in names:
        db.execute(insert(people_table), {"id": name, "name": name, "created": NOW})
        if balance:
            ledger.grant(db, Adjustment(f"start-{name}", name, balance, "admin"), now=NOW)
    for worker in worker_ids:
        workers.register(db, worker, host="here", pid=1, now=NOW)


def meter(scope: Scope, limit: int, subject: str, *, per: str = "day", now: int = NOW) -> Meter:
    """Describe a limit in force on the UTC day, or month, of `now`; days are numbered."""
    length = DAY if per == "day" else 30 * DAY
    starts = now - now % length
    return Meter(scope, subject, limit, f"{per}-{now // length}", starts, starts + length)


def allowance(person: str, limit: int, *, now: int = NOW) -> Meter:
    """Describe a person's daily allowance."""
    return meter("allowance", limit, f"{person}/{HOUSE}", now=now)


def request(*parts: int, vendor: str = VENDOR) -> PictureRequest:
    """Ask for pictures at one credit each, `parts` of them by each paid call."""
    return PictureRequest(
        prompt="a lighthouse",
        vendor=vendor,
        model="sketch",
        quality="low",
        width=1024,
        height=1024,
        parts=parts or (1,),
        picture_nano=CREDIT_NANO,
    )


@dataclass(frozen=True)
class Order:
    """An order by a person: its event names its job."""

    event: str
    person: str = "ann"
    parts: tuple[int, ...] = (1,)
    meters: tuple[Meter, ...] = ()
    queue: Queue = QUEUE
    channel: str = "main"

    @property
    def job(self) -> str:
        return f"job-{self.event}"

    def new_job(self) -> NewJob:
        return NewJob(
            id=self.job,
            event=Event("web", HOUSE, self.event),
            command="imagine",
            address=Address(platform="web", tenant=HOUSE, channel=self.channel, person=self.person),
            person=self.person,
            request=request(*self.parts),
            limits=lambda _: Limits(self.meters, self.queue),
            wait_milliseconds=30 * MINUTE,
            run_milliseconds=5 * MINUTE,
        )


def accept(db: Tx, order: Order, at: Places | None = None, *, now: int = NOW) -> Outcome:
    """Accept an order as the studio does."""
    return accepting.accept(db, order.new_job(), at or places(), now=now)


@dataclass(frozen=True)
class Calling:
    """A paid call of a job, for one of its parts."""

    job: str
    part: int = 0
    wanted: int = 1

    @property
    def id(self) -> str:
        return f"call-{self.job}-{self.part}"


def call_out(db: Tx, call: Calling, epoch: int, *, now: int = NOW) -> bool:
    """Record that a paid call is about to be made."""
    new = NewCall(
        id=call.id,
        job=call.job,
        part=call.part,
        vendor=VENDOR,
        model="sketch",
        request='{"prompt": "a boat"}',
        wanted=call.wanted,
        quoted_nano=CREDIT_NANO * call.wanted,
        idempotency_key=None,
    )
    return calls.call_out(db, new, epoch, now=now)


def store(db: Tx, call: Calling, got: int = 1, *, now: int = NOW) -> bool:
    """Store `got` pictures of a call at one credit each."""
    drawn = tuple(
        NewPicture(f"{call.id}-{n}", n, f"sha-{call.id}-{n}", "image/png", 8, 8, 99) for n in range(got)
    )
    return calls.store(db, call.id, Answer(drawn, got * CREDIT_NANO, None), now=now)


def give_up(db: Tx, call: Calling, state: CallState, billed_nano: int | None = None) -> bool:
    """Record that a call gave nothing."""
    return calls.give_up(db, call.id, Loss(state, state.value, billed_nano), now=NOW)


def take(db: Tx, job: str, worker: str = "w1", *, now: int = NOW) -> int:
    """Take a job that can be taken; returns the epoch."""
    taken = jobs.take(db, job, worker, now=now)
    assert taken is not None
    assert taken.job is not None
    return taken.job.epoch


def finish(db: Tx, job: str, epoch: int | None, *, now: int = NOW) -> Ending | None:
    """End a job by what its calls gave."""
    return jobs.finish(db, Claim(job, epoch), places(), reason=None, now=now)


def deliver(db: Tx, order: Order, *, now: int = NOW) -> Ending | None:
    """Take an accepted job, draw everything and finish it."""
    epoch = take(db, order.job, now=now)
    for part, wanted in enumerate(order.parts):
        call = Calling(order.job, part, wanted)
        call_out(db, call, epoch, now=now)
        store(db, call, wanted, now=now)
    return finish(db, order.job, epoch, now=now)


def sums(db: Tx, account: str) -> tuple[int, int, int]:
    """Read granted, held and spent of an account; zeros when there is none."""
    row = db.execute(
        select(accounts.c.granted, accounts.c.held, accounts.c.spent).where(accounts.c.id == account)
    ).one_or_none()
    return (row.granted, row.held, row.spent) if row else (0, 0, 0)


def credits_of(db: Tx, person: str = "ann") -> tuple[int, int, int]:
    """Read granted, held and spent of a person's balance."""
    return sums(db, credits_account(person))


def state_of(db: Tx, job: str) -> str:
    """Read the state of a job."""
    return str(db.execute(select(job_table.c.state).where(job_table.c.id == job)).scalar_one())


def count_jobs(db: Tx, state: str | None = None) -> int:
    """Count jobs, of one state or all."""
    query = select(func.count()).select_from(job_table)
    return int(db.execute(query if state is None else query.where(job_table.c.state == state)).scalar_one())


def sends(db: Tx, *, after: int = 0) -> list[tuple[str, int]]:
    """List what was sent, later than `after`: jobs and times."""
    query = select(deliveries.c.job, deliveries.c.at).where(deliveries.c.at > after).order_by(deliveries.c.id)
    return [(row.job, row.at) for row in db.execute(query)]


def faults(db: Tx) -> list[str]:
    """List what must never be found in the books."""
    twice = (
        select(entries.c.key)
        .where(entries.c.key.like("close:%"))
        .group_by(entries.c.key, entries.c.account)
        .having(func.count() > 1)
    )
    return [
        *ledger.unbalanced(db),
        *ledger.open_holds_of_ended_jobs(db),
        *daily_sums.wrong(db),
        *db.execute(twice).scalars(),
    ]


def of(order: Order, **changes: object) -> Order:
    """Change an order."""
    return replace(order, **changes)  # type: ignore[arg-type]
