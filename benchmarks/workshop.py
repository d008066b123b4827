"""Everything between an order and its reply, as Easel puts it together, around a vendor that takes no time."""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, redirect_stderr, suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import structlog
from PIL import Image
from sqlalchemy import func, select

from bot import logs
from bot.app import make_id, now
from bot.bell import LocalBell
from bot.core.commands import Caller
from bot.core.ports import Drawing, DrawnPicture, Report, VendorOrder
from bot.core.replies import Address, Posted, Reply
from bot.core.studio import Draft, JobCard
from bot.core.wording import reply_for
from bot.counters import CallMeans, Counter
from bot.paidcalls import PaidCalls
from bot.rights import Rights
from bot.router import Router
from bot.storage import Database, Tx, open_database, people, workers
from bot.storage.admission import Places
from bot.storage.deliveries import TableCourier
from bot.storage.files import PictureFiles
from bot.storage.migrate import migrate
from bot.storage.people import Identity
from bot.storage.pool import PicturePool
from bot.storage.schema import deliveries
from bot.storage.shelf import Shelf
from bot.studio import EaselStudio, StudioMeans
from bot.worker import Means, Worker
from tests.flows.world import HERE, Terms

PEOPLE = tuple(f"person {number}" for number in range(100))
CAP = {"scope": "bot", "credits": "1000000", "per": "day"}
TERMS = Terms(
    jobs_at_once=8,
    allowance="1000000",
    running_at_once=8,
    waiting_max=10_000,
    caps=(CAP,),
    confirm_above="1000",
)

SENT = select(func.count()).select_from(deliveries)


class Instant:
    """Hands over pictures that were made before; each has the size of the order and its own bytes."""

    def __init__(self) -> None:
        self.on_entry: Callable[[], None] = lambda: None
        self._ready: list[Path] = []

    def prepare(self, folder: Path, count: int) -> None:
        """Make so many pictures of 1024x1024."""
        written = BytesIO()
        Image.radial_gradient("L").resize((1024, 1024)).convert("RGB").save(written, "PNG")
        png, end = written.getvalue(), written.getvalue().rindex(b"IEND") - 4
        for number in range(count):
            body = b"eaSl%d" % number
            chunk = (len(body) - 4).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")
            path = folder / f"ready-{number}.png"
            path.write_bytes(png[:end] + chunk + png[end:])
            self._ready.append(path)

    async def draw(self, order: VendorOrder, report: Report | None = None) -> Drawing:
        """Move a picture into the folder of the order."""
        self.on_entry()
        return Drawing((DrawnPicture(self._ready.pop().rename(order.folder / "0.png"), "image/png"),), 0)


class Busy:
    """Never answers."""

    async def draw(self, order: VendorOrder, report: Report | None = None) -> Drawing:
        """Wait for ever."""
        await asyncio.Event().wait()
        raise AssertionError


@dataclass(frozen=True)
class Workshop:
    """A studio to order from. `on_send` is told that a job was sent; `posted` gets the job of every reply."""

    database: Database
    studio: EaselStudio
    watch: Watch
    numbers: itertools.count[int]

    async def order(self) -> JobCard:
        """Order one picture for the next person."""
        number = next(self.numbers)
        person = PEOPLE[number % len(PEOPLE)]
        address = Address(platform="web", tenant=HERE.id, channel=f"channel of {person}", person=person)
        caller = Caller(person, address, person, f"event {number}")
        return await self.studio.order(Draft(command="imagine", prompt="a lighthouse", size="square"), caller)

    async def finish(self, count: int) -> None:
        """Order pictures one after the other, each when the one before was delivered."""
        for _ in range(count):
            await self.order()
            await self.watch.posted.get()

    async def settle(self) -> None:
        """Wait until nothing is written any more."""
        await asyncio.sleep(0.2)

    async def rest(self) -> None:
        """Wait until every job that was sent has been dealt with."""
        while await self.database.read(lambda db: db.execute(SENT).scalar_one()):  # noqa: ASYNC110 — no event says so
            await asyncio.sleep(0.002)


class Watch:
    """Sees jobs sent and replies posted."""

    def __init__(self, courier: TableCourier) -> None:
        self.posted: asyncio.Queue[str | None] = asyncio.Queue()
        self.on_send: Callable[[], None] = lambda: None
        self._courier = courier

    def send(self, db: Tx, job: str, *, at: int) -> None:
        """Send a job."""
        self.on_send()
        self._courier.send(db, job, at=at)

    async def deliver(self, address: Address, reply: Reply, *, key: str) -> Posted:
        """Show a reply."""
        self.posted.put_nowait(reply.job)
        return Posted(message=key, thread="thread", posted_at=now())


@contextmanager
def logging_to_nowhere() -> Iterator[None]:
    """Write the lines that Easel writes in operation, where nobody reads them."""
    root = logging.getLogger()
    before = root.handlers, root.level
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        with redirect_stderr(nowhere):
            logs.set_up("info", ())
        try:
            yield
        finally:
            root.handlers, root.level = before
            structlog.reset_defaults()


@asynccontextmanager
async def working(folder: Path, vendor: Instant | Busy) -> AsyncIterator[Workshop]:
    """Work while the block runs."""
    with logging_to_nowhere():
        async with _working(folder, vendor) as shop:
            yield shop


@asynccontextmanager
async def _working(folder: Path, vendor: Instant | Busy) -> AsyncIterator[Workshop]:
    url = f"sqlite:///{folder / 'easel.db'}"
    await migrate(url, backup_dir=None, now=now())
    database = await open_database(url)
    await database.write(_furnish)
    pool = PicturePool()
    courier = TableCourier(database, now)
    watch = Watch(courier)
    shelf = Shelf(PictureFiles(folder / "pictures"), pool, folder / "cache")
    catalogue, bell = TERMS.catalogue(), LocalBell()
    counters = {
        entry.name: Counter(
            entry=entry,
            models={model.name: model for model in catalogue.models},
            vendor=vendor,
            places=Places(entry.name, entry.jobs_at_once, entry.images_per_minute, watch.send),
        )
        for entry in catalogue.vendors
    }
    studio = EaselStudio(
        StudioMeans(
            database=database,
            shelf=shelf,
            catalogue=catalogue,
            plans=TERMS.plans(),
            counters=counters,
            bell=bell,
            clock=now,
            new_id=make_id,
            send=watch.send,
            rights=Rights(database, now),
        )
    )
    means = Means(
        database=database,
        calls=PaidCalls(CallMeans(database, shelf, now, make_id)),
        counters=counters,
        deliver={"web": watch.deliver},
        reply_for=reply_for,
        send=watch.send,
        bell=bell,
        clock=now,
        router=Router(catalogue, counters, database, now),
        forget=studio.forgetting.go_on,
    )
    worker = Worker("worker", means)
    await database.write(workers.register, worker.id, host="here", pid=1, now=now())
    running = asyncio.create_task(courier.run(worker.handle))
    try:
        yield Workshop(database, studio, watch, itertools.count())
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        await courier.drain(0 if isinstance(vendor, Busy) else 5)
        await database.close()
        pool.close()


def _furnish(db: Tx) -> None:
    people.know_tenant(db, HERE, now=now())
    for name in PEOPLE:
        people.know_person(db, Identity("web", HERE.id, name, name), name, now=now())
