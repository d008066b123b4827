"""A small house: the real database, shelf, studio, worker, courier and recovery between test vendors and a platform.

A `Life` is one process; a `House` is what outlives it, and what tests ask. Time passes only when a test lets it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Table, func, select

from bot.bell import LocalBell
from bot.core.commands import Caller
from bot.core.errors import Refusal
from bot.core.jobs import JobState, ReplyState
from bot.core.pictures import PictureRequest
from bot.core.ports import Links, TicketVendor
from bot.core.studio import Draft, JobCard
from bot.core.wording import reply_for
from bot.counters import CallMeans, Counter
from bot.gallery import EaselGallery, GalleryMeans
from bot.leftovers import Leftovers
from bot.metrics import Metrics
from bot.paidcalls import PaidCalls
from bot.recovery import Recovery
from bot.rights import Rights
from bot.router import Router
from bot.storage import ledger, people, workers
from bot.storage.admission import Places
from bot.storage.database import Database, open_database
from bot.storage.deliveries import TableCourier
from bot.storage.pool import PicturePool
from bot.storage.schema import accounts, calls, deliveries, entries, jobs, pictures, replies
from bot.storage.shelf import Shelf
from bot.storage.transaction import Tx
from bot.studio import EaselStudio, StudioMeans
from bot.worker import Means, Worker
from tests.flows.mortal import (
    Died,
    Fuse,
    MortalDatabase,
    MortalDeliver,
    MortalFiles,
    MortalTickets,
    MortalVendor,
)
from tests.flows.world import GUILD, HERE, NOON, SPARE, THERE, Ids, Platform, SetClock, Terms
from tests.migrated import lay
from tests.ticket_vendor import TicketLedger
from tests.vendors_for_tests import LedgerVendor

OPEN = (JobState.WAITING, JobState.RUNNING)
OWED = (ReplyState.DUE, ReplyState.POSTING)
PEOPLE = ("ann", "bob", "cy")


class ImpatientCounter(Counter):
    """Stops waiting for a call at once."""

    def call_seconds(self, request: PictureRequest) -> int:
        return 0


class Site:
    """What every process of a house finds: folder, clock, vendor, platform, terms."""

    def __init__(
        self,
        folder: Path,
        vendor: LedgerVendor | TicketLedger,
        terms: Terms,
        counter: type[Counter] = Counter,
    ) -> None:
        self.folder = folder
        self.tickets = vendor if isinstance(vendor, TicketVendor) else None
        self.vendor = LedgerVendor() if isinstance(vendor, TicketVendor) else vendor
        self.links: Links | None = None
        self.spare = LedgerVendor()
        self.terms = terms
        self.clock = SetClock()
        self.platform = Platform()
        self.metrics = Metrics("")
        self.new_id = Ids()
        self.pool = PicturePool()
        self.disk_troubles: dict[str, deque[Exception]] = {}
        self.counter_class = counter
        self.catalogue = terms.catalogue()
        self.plans = terms.plans()

    def rights(self, database: Database) -> Rights:
        """Decide who may do what; `opal` runs Easel."""
        operators = frozenset({"web:opal", "discord:user-opal"})
        return Rights(database, self.clock, operators, "opal@example.com")

    @property
    def url(self) -> str:
        """Where the database is."""
        return f"sqlite:///{self.folder / 'easel.db'}"


class Life:
    """One process, from its start until it stops or dies."""

    def __init__(self, site: Site, database: MortalDatabase, fuse: Fuse) -> None:
        self.fuse = fuse
        self.database = database
        self._tasks: set[asyncio.Task[None]] = set()
        self._has_begun = False
        self.bell = LocalBell()
        self.shelf = Shelf(
            MortalFiles(site.folder / "pictures", fuse, site.disk_troubles), site.pool, site.folder / "cache"
        )
        self.courier = TableCourier(database, site.clock)
        self.counters = self._counters(site)
        self.studio_means = StudioMeans(
            database=database,
            shelf=self.shelf,
            catalogue=site.catalogue,
            plans=site.plans,
            counters=self.counters,
            bell=self.bell,
            clock=site.clock,
            new_id=site.new_id,
            send=self.courier.send,
            rights=site.rights(database),
        )
        self.studio = EaselStudio(self.studio_means)
        self.gallery = EaselGallery(
            GalleryMeans(database, self.shelf, site.clock, site.new_id, site.rights(database))
        )
        means = CallMeans(database, self.shelf, site.clock, site.new_id)
        self.calls = PaidCalls(means)
        self.leftovers = Leftovers(means, self.calls, self.counters)
        self.worker = Worker(f"worker {site.new_id()}", self._means(site))
        self.recovery = Recovery(self.worker.id, database, self.counters, site.clock)

    def _counters(self, site: Site) -> Mapping[str, Counter]:
        vendor = (
            MortalTickets(site.tickets, self.fuse) if site.tickets else MortalVendor(site.vendor, self.fuse)
        )
        spare = MortalVendor(site.spare, self.fuse)
        return {
            entry.name: site.counter_class(
                entry=entry,
                models={each.name: each for each in site.catalogue.models if each.vendor == entry.name},
                vendor=spare if entry.name == SPARE else vendor,
                places=Places(
                    entry.name,
                    entry.jobs_at_once,
                    entry.images_per_minute,
                    self.courier.send,
                    on_move=site.metrics.job_moved,
                ),
                links=site.links,
            )
            for entry in site.catalogue.vendors
        }

    def _means(self, site: Site) -> Means:
        return Means(
            database=self.database,
            calls=self.calls,
            counters=self.counters,
            deliver=dict.fromkeys(("web", "discord", "slack"), MortalDeliver(site.platform, self.fuse)),
            reply_for=reply_for,
            send=self.courier.send,
            bell=self.bell,
            clock=site.clock,
            forget=self.studio.forgetting.go_on,
            give_up=dict.fromkeys(("web", "discord", "slack"), site.platform.give_up),
            router=Router(site.catalogue, self.counters, self.database, site.clock),
        )

    async def begin(self) -> None:
        """Look, once, at what earlier processes left in the folders of their calls."""
        if not self._has_begun:
            self._has_begun = True
            await self.leftovers.settle()

    async def deliver_due(self) -> None:
        """Start everything that is due, and return."""
        await self.courier._deliver_due(self.worker.handle)
        self._tasks |= self.courier._tasks

    async def settle(self) -> None:
        """Carry out everything that is due now, and what that makes due; raises Died."""
        await self.deliver_due()
        while self.courier._tasks:
            await asyncio.wait(set(self.courier._tasks), return_when=asyncio.FIRST_COMPLETED)
            await self.deliver_due()

    async def end(self) -> None:
        """Drop everything that is under way, as a kill does, and let go of the files."""
        self.fuse.is_dead = True
        left = {
            task
            for task in asyncio.all_tasks()
            if task in self.courier._tasks or task in self.calls._late or task.get_name().startswith("call ")
        }
        for task in left:
            task.cancel()
        await asyncio.gather(*left, *self._tasks, return_exceptions=True)
        await self.database.close()


class House:
    """Lives one after the other on one site, and what a test asks about them."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.clock = site.clock
        self.vendor = site.vendor
        self.platform = site.platform
        self.life: Life
        self._alive: list[Life] = []

    async def start(self, fatal: int | None = None) -> Life:
        """Start a process, which dies at its step `fatal`; the one before may still be there."""
        database = await open_database(self.site.url, checks=(ledger.prove_touched,))
        fuse = Fuse(fatal)
        self.life = Life(self.site, MortalDatabase(database, fuse), fuse)
        self._alive.append(self.life)
        await database.write(workers.register, self.life.worker.id, host="here", pid=1, now=self.clock())
        return self.life

    async def restart(self, fatal: int | None = None) -> Life:
        """Kill the process and start another one, as soon as the first is surely known as dead."""
        await self.end()
        self.clock.advance(31)
        return await self.start(fatal)

    async def end(self) -> None:
        """Kill every process."""
        for life in self._alive:
            await life.end()
        self._alive.clear()

    async def order(self, who: Caller, prompt: str = "a lighthouse", **options: Any) -> JobCard:
        """Order pictures."""
        return await self.life.studio.order(Draft(command="imagine", prompt=prompt, **options), who)

    async def refusal(self, who: Caller, prompt: str = "a lighthouse", **options: Any) -> Refusal:
        """Order what is refused, and return the refusal."""
        try:
            card = await self.order(who, prompt, **options)
        except Refusal as refusal:
            return refusal
        raise AssertionError(f"#{card.number} was accepted")

    def fill_disk(self, step: str, *faults: Exception) -> None:
        """Let the next changes of this kind on the disk fail: `store`, `seal` or `discard`."""
        self.site.disk_troubles[step] = deque(faults)

    async def settle(self) -> None:
        """Carry out everything that is due now."""
        await self.life.settle()

    async def pass_time(self, seconds: float) -> None:
        """Let time pass: the process beats, sweeps and carries out what has become due."""
        self.clock.advance(seconds)
        await self.life.database._inner.write(workers.beat, self.life.worker.id, now=self.clock())
        await self.life.recovery.sweep(self.life.courier.send)
        await self.settle()

    async def live(self) -> None:
        """Let time pass, from one due time to the next, until every job has ended and every reply is settled."""
        await self.life.begin()
        await self.pass_time(0)
        for _ in range(300):
            if not await self._is_waiting():
                return
            await self.pass_time(await self._seconds_to_next())
        raise AssertionError("a job or a reply stays open for ever")

    async def _is_waiting(self) -> bool:
        open_jobs = await self.rows(jobs, state=OPEN)
        return bool(open_jobs or await self.rows(replies, state=OWED))

    async def _seconds_to_next(self) -> float:
        later = [row.at for row in await self.rows(deliveries) if row.at > self.clock()]
        return min(60.0, (min(later) - self.clock()) / 1000) if later else 30.0

    async def rows(self, table: Table, **where: Any) -> list[Any]:
        """Read rows; a tuple means one of its values."""
        return await self.life.database._inner.read(_rows, table, where)

    async def job(self, job: str) -> Any:
        """Read the row of a job."""
        [row] = await self.rows(jobs, id=job)
        return row

    async def calls(self, job: str) -> list[tuple[str, str | None]]:
        """List state and reason of a job's calls, the earliest first."""
        return [(row.state, row.reason) for row in await self.rows(calls, job=job)]

    async def pictures(self, job: str) -> list[Any]:
        """Read the rows of a job's pictures."""
        return await self.rows(pictures, job=job)

    async def money(self, job: str) -> tuple[str, int | None, int | None]:
        """Tell how a job ended: its state, what was charged and what was counted."""
        row = await self.job(job)
        return row.state, row.charged, row.counted

    async def pictures_of(self, person: str) -> list[Any]:
        """Read the rows of a person's pictures."""
        return await self.rows(pictures, person=person)

    async def accounts(self, prefix: str) -> list[str]:
        """List the ids of accounts that begin so."""
        return [row.id for row in await self.rows(accounts) if row.id.startswith(prefix)]

    async def account(self, prefix: str) -> tuple[int, int, int]:
        """Sum granted, held and spent of the accounts whose id begins so."""
        found = [row for row in await self.rows(accounts) if row.id.startswith(prefix)]
        return (
            sum(row.granted for row in found),
            sum(row.held for row in found),
            sum(row.spent for row in found),
        )

    async def assert_sound(self) -> None:
        """Assert what holds whenever nothing is under way: books balance, holds are closed once, replies are told."""
        read = self.life.database._inner.read
        assert await read(ledger.unbalanced) == []
        assert await read(ledger.open_holds_of_ended_jobs) == []
        assert await read(_doubled_keys) == []
        assert [row.id for row in await self.rows(accounts) if row.held] == []
        assert [row.id for row in await self.rows(replies, state=OWED)] == []
        for row in await self.rows(pictures, source="vendor", deleted=None):
            assert self.life.shelf.path(row.sha256).exists()


async def furnish(url: str) -> None:
    """Lay a database and let the people and the two tenants of every test in."""
    lay(Path(url.removeprefix("sqlite:///")))
    database = await open_database(url)
    for tenant in (HERE, THERE, GUILD):
        await database.write(people.know_tenant, tenant, now=NOON)
    for name in PEOPLE:
        await database.write(people.know_person, people.Identity("web", HERE.id, name, name), name, now=NOON)
    await database.close()


def _rows(db: Tx, table: Table, where: Mapping[str, Any]) -> list[Any]:
    query = select(table)
    for name, value in where.items():
        column = table.c[name]
        query = query.where(column.in_(value) if isinstance(value, tuple) else column == value)
    order = table.c.called_at if table is calls else next(iter(table.primary_key))
    return list(db.execute(query.order_by(order)))


def _doubled_keys(db: Tx) -> list[str]:
    twice = select(entries.c.key).group_by(entries.c.key, entries.c.account).having(func.count() > 1)
    return list(db.execute(twice).scalars())


__all__ = ["Died", "House", "ImpatientCounter", "Life", "Site", "furnish"]
