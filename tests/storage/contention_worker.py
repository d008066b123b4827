"""One of several processes that order, draw, move between two vendors, cancel, grant and take over in one database.

`python -m tests.storage.contention_worker <url> <name> <seconds>` prints what happened as one line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections import Counter
from time import monotonic, time

from sqlalchemy import func, select

from bot.core.accounts import Adjustment
from bot.core.errors import Conflict
from bot.core.jobs import CallState
from bot.storage import Database, Tx, jobs, ledger, moves, open_database, workers
from bot.storage.jobs import Claim, Job
from bot.storage.schema import jobs as job_table
from bot.storage.terms import Queue
from tests.storage.builders import (
    CREDIT,
    MINUTE,
    VENDOR,
    Calling,
    Order,
    accept,
    allowance,
    call_out,
    give_up,
    meter,
    places,
    store,
)

PEOPLE = tuple(f"p{n}" for n in range(6))
AT_ONCE, EACH_AT_ONCE = 5, 2
PLACES = places(AT_ONCE)
SPARE = "spare"
PLACES_OF = {VENDOR: PLACES, SPARE: places(AT_ONCE, vendor=SPARE)}
"""Two vendors that sell the same; orders begin at the first."""

TASKS = 4
ENOUGH = 20
PATIENCE_SECONDS = 30
LOST = (CallState.UNKNOWN, CallState.REFUSED, CallState.FAILED, CallState.VOID)


def places_are_kept(db: Tx) -> None:
    """Prove that no more jobs run than may; raises RuntimeError and so undoes the write."""
    each = (job_table.c.vendor, job_table.c.person)
    running = select(*each, func.count()).where(job_table.c.state == "running").group_by(*each)
    rows = db.execute(running).all()
    for vendor in PLACES_OF:
        at_it = [row[2] for row in rows if row[0] == vendor]
        if sum(at_it) > AT_ONCE or any(count > EACH_AT_ONCE for count in at_it):
            raise RuntimeError(f"too many run: {rows}")


def any_job(db: Tx, *states: str) -> str | None:
    """Choose an open job by chance."""
    query = select(job_table.c.id).where(job_table.c.state.in_(states)).order_by(func.random()).limit(1)
    return db.execute(query).scalar_one_or_none()


class Crowd:
    """What one process does; every act is one or a few transactions of the real code."""

    def __init__(self, database: Database, name: str) -> None:
        self.database = database
        self.name = name
        self.chance = random.Random(name)
        self.made = 0
        self.seen: Counter[str] = Counter()

    @property
    def now(self) -> int:
        return int(time() * 1000)

    @property
    def has_seen_enough(self) -> bool:
        """Whether so much happened that finding nothing wrong means something, however slow the machine is."""
        counted = {"accepted": ENOUGH, "done": ENOUGH // 4, "moved": ENOUGH // 4}
        return all(self.seen[what] >= least for what, least in counted.items())

    async def order(self) -> None:
        """Order one to three pictures; limits are sometimes reached."""
        self.made += 1
        person = self.chance.choice(PEOPLE)
        limits = (
            allowance(person, 20 * CREDIT, now=self.now),
            meter("person", self.chance.choice([40, 9_000, 9_000]) * CREDIT, person, now=self.now),
            meter("bot", 90_000 * CREDIT, "bot", now=self.now),
            meter("bot", 90_000 * CREDIT, "bot", per="month", now=self.now),
        )
        order = Order(
            f"{self.name}-{self.made}",
            person,
            (1,) * self.chance.randint(1, 3),
            limits,
            Queue(person_running_max=EACH_AT_ONCE),
        )
        outcome = await self.database.write(accept, order, PLACES, now=self.now)
        self.seen[outcome.refusal.key if outcome.refusal else "accepted"] += 1

    async def draw(self) -> None:
        """Take a job, sometimes from a worker that lives; call, store or lose, and finish or put back."""
        job = await self.database.read(any_job, "running")
        stale = self.chance.choice([workers.STALE_MILLISECONDS, workers.STALE_MILLISECONDS, 0])
        if job is None:
            return
        taken = await self.database.write(jobs.take, job, self.name, now=self.now, stale=stale)
        if taken is None or taken.job is None:
            return
        claim, at = Claim(taken.job.id, taken.job.epoch), PLACES_OF[taken.job.vendor]
        if not taken.job.calls and self.chance.random() < 0.4:
            await self.move(taken.job)
            return
        done = {call.part for call in taken.job.calls}
        for part in set(range(len(taken.job.request.parts))) - done:
            await self.call(Calling(claim.job, part), taken.job.epoch)
        if self.chance.random() < 0.1:
            later = self.now + 50
            await self.database.write(jobs.put_back, claim, at, not_before=later, now=self.now)
        elif self.chance.random() < 0.9:
            ended = await self.database.write(jobs.finish, claim, at, reason=None, now=self.now)
            self.seen[ended.state if ended else "overtaken"] += 1

    async def move(self, job: Job) -> None:
        """Two workers at once give a job to the other vendor, and a third one to one that is dearer than its hold."""
        to = SPARE if job.vendor == VENDOR else VENDOR
        same = job.request.model_copy(update={"vendor": to})
        dearer = same.model_copy(update={"picture_nano": same.picture_nano * 2})
        asked = await asyncio.gather(
            *(
                self.database.write(
                    moves.move,
                    moves.Move(Claim(job.id, job.epoch), request, 5 * MINUTE, "busy"),
                    PLACES_OF[job.vendor],
                    PLACES_OF[to],
                    now=self.now,
                )
                for request in (same, same, dearer)
            )
        )
        if asked[2] or asked.count(True) > 1:
            raise RuntimeError(f"moved twice, or beyond the hold: {asked}")
        self.seen["moved" if True in asked else "overtaken"] += 1

    async def call(self, call: Calling, epoch: int) -> None:
        """Make one paid call and learn what came of it, or not."""
        if not await self.database.write(call_out, call, epoch, now=self.now):
            return
        fate = self.chance.random()
        if fate < 0.6:
            await self.database.write(store, call, now=self.now)
        elif fate < 0.9:
            await self.database.write(give_up, call, self.chance.choice(LOST))

    async def cancel(self) -> None:
        """Cancel any open job."""
        if job := await self.database.read(any_job, "running", "waiting"):
            state = await self.database.write(jobs.cancel, job, PLACES, now=self.now)
            self.seen[f"cancel-{state}"] += 1

    async def adjust(self) -> None:
        """Grant or revoke a few credits."""
        self.made += 1
        order = Adjustment(f"{self.name}-{self.made}", self.chance.choice(PEOPLE), 9 * CREDIT, "admin")
        change = self.chance.choice([ledger.grant, ledger.grant, ledger.grant, ledger.revoke])
        await self.database.write(change, order, now=self.now)

    async def run(self, seconds: float) -> None:
        """Act until the time is over; a conflict is an answer, every other error is a finding."""
        weights = {self.order: 4, self.draw: 6, self.cancel: 1, self.adjust: 1}
        acts = [act for act, weight in weights.items() for _ in range(weight)]
        end = monotonic() + seconds
        while monotonic() < end or (not self.has_seen_enough and monotonic() < end + PATIENCE_SECONDS):
            try:
                await self.chance.choice(acts)()
            except Conflict:
                self.seen["conflict"] += 1


async def work(database: Database, name: str, seconds: float) -> Counter[str]:
    """Run one crowd of several tasks; returns what it saw."""
    crowd = Crowd(database, name)
    await database.write(workers.register, name, host="here", pid=1, now=crowd.now)
    async with asyncio.TaskGroup() as group:
        for _ in range(TASKS):
            group.create_task(crowd.run(seconds))
    return crowd.seen


async def main(url: str, name: str, seconds: float) -> None:
    """Work in a database of one's own connections."""
    database = await open_database(url, checks=(ledger.prove_touched, places_are_kept))
    try:
        sys.stdout.write(json.dumps(await work(database, name, seconds)))
    finally:
        await database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], float(sys.argv[3])))
