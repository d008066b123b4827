"""The composition root: the one file that knows every concrete class."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version

import structlog

from bot.adminsocket import AdminSocket
from bot.alarming import AlarmMeans, Alarms
from bot.background import BackgroundDied, die_loudly, has_died, stop
from bot.bell import LocalBell
from bot.callbacks import Callbacks
from bot.chatapps import Chats, Shared, chats, tenancy_of
from bot.core.catalogue import Model, VendorEntry
from bot.core.front import Incoming
from bot.core.ids import RANDOM_BYTES, new_id
from bot.core.replies import Reply
from bot.core.variants import with_variants
from bot.core.wording import reply_for
from bot.counters import CallMeans, Counter, breakers_of
from bot.forgetting import Forgetting
from bot.gallery import EaselGallery, GalleryMeans
from bot.leftovers import Leftovers
from bot.members import People
from bot.metrics import Metrics
from bot.operating import Operating
from bot.paidcalls import PaidCalls
from bot.platforms.web.links import PublicLinks
from bot.platforms.web.ports import Outside, WebPorts
from bot.platforms.web.server import WebChat
from bot.posting import FirstPosts
from bot.probing import Probe, plans_of
from bot.reception import Reception
from bot.recovery import Recovery
from bot.removing import Remover
from bot.rights import Rights
from bot.router import rivals_of
from bot.storage import metering, people, prices, workers
from bot.storage.admission import Places
from bot.storage.chat import ChatLog
from bot.storage.database import Database, open_database
from bot.storage.deliveries import TableCourier
from bot.storage.disk import Disk
from bot.storage.files import PictureFiles
from bot.storage.folder import FolderLock
from bot.storage.migrate import migrate
from bot.storage.pool import PicturePool
from bot.storage.shelf import Shelf
from bot.storage.terms import WHOEVER
from bot.studio import EaselStudio, StudioMeans
from bot.tenancy import Tenancy
from bot.upkeep import Upkeep, UpkeepMeans
from bot.vendorbook import listed
from bot.vendors import DIALECTS, Build, VendorSetup
from bot.watching import WatchedFront, watched
from bot.webapp import LOCAL_TENANT, readiness_of, secret_of, web_settings
from bot.worker import Means, Worker
from commands import COMMANDS
from config import Config, Settings

log = structlog.get_logger(__name__)

LATE_SECONDS = 5.0


def now() -> int:
    """Tell the time in milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


def make_id() -> str:
    """Make an id."""
    return new_id(now(), secrets.token_bytes(RANDOM_BYTES))


@dataclass(frozen=True)
class Stores:
    """What is kept, opened."""

    database: Database
    shelf: Shelf
    pool: PicturePool
    courier: TableCourier


@dataclass(frozen=True)
class Operations:
    """What operators look at and reach in."""

    metrics: Metrics
    upkeep: Upkeep
    alarms: Alarms
    socket: AdminSocket
    operating: Operating
    probe: Probe


@dataclass(frozen=True)
class App:
    """Easel, put together and not yet running."""

    web: WebChat
    chats: Chats
    worker: Worker
    calls: PaidCalls
    recovery: Recovery
    leftovers: Leftovers
    gallery: EaselGallery
    remover: Remover
    operations: Operations
    stores: Stores
    drain_seconds: int

    @asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        """Run while the block runs, then drain; gives the web chat's address.

        Taking new work stops first; what a vendor is drawing may finish within the drain time. Raises BackgroundDied at
        the end when a bug was what ended it.
        """
        courier, database = self.stores.courier, self.stores.database
        # The data folder is ours alone, so whoever worked on it before is dead, however lately it beat.
        await database.write(workers.declare_all_dead)
        # The plans may have changed since the last start: a cap that was away has counted nothing meanwhile.
        await database.write(metering.reopen_meters)
        await database.write(
            workers.register, self.worker.id, host=socket.gethostname(), pid=os.getpid(), now=now()
        )
        await self.leftovers.settle()
        background = [
            asyncio.create_task(self.recovery.beat(), name="beat"),
            asyncio.create_task(self.recovery.run(courier.send), name="recovery"),
            asyncio.create_task(courier.run(self.worker.handle), name="courier"),
            asyncio.create_task(self.gallery.collect(), name="collector"),
            asyncio.create_task(self.remover.run(), name="remover"),
            asyncio.create_task(self.operations.upkeep.run(), name="upkeep"),
            asyncio.create_task(self.operations.alarms.run(), name="alarms"),
            asyncio.create_task(self.operations.probe.run(), name="probe"),
            asyncio.create_task(self.operations.metrics.watch_loop(), name="stopwatch"),
        ]
        for task in background:
            task.add_done_callback(die_loudly)
        try:
            async with (
                self.operations.socket.serving(),
                self.web.serving() as address,
                self.chats.listening(),
            ):
                yield address
        finally:
            dead = [task.get_name() for task in background if has_died(task)]
            await stop(background)
            left = await courier.drain(self.drain_seconds)
            await self.calls.finish_late(LATE_SECONDS if self.drain_seconds else 0)
            await self.chats.close()
            if left:
                log.warning("stopped with jobs under way; they go on at the next start", count=left)
            await database.write_patiently(workers.leave, self.worker.id)
        if dead:
            raise BackgroundDied(*dead)


@asynccontextmanager
async def build(config: Config, dialects: Mapping[str, Build] = DIALECTS) -> AsyncIterator[App]:
    """Put Easel together for the length of the block.

    Raises ConfigError, FolderTaken when another process uses the data folder, and OSError.
    """
    url = config.database_url
    folder = config.settings.data_dir
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        stack.enter_context(FolderLock(folder, now=now()))
        await migrate(url, backup_dir=folder / "backups", now=now())
        stores = await _open(stack, url, config.settings)
        await stores.database.write(people.know_tenant, LOCAL_TENANT, now=now())
        await stores.database.write(prices.note, listed(config.offered(dialects)), now=now())
        tenancy = tenancy_of(config, stores.database, now)
        await tenancy.show_claims(but="" if web_settings(config).is_exposed else LOCAL_TENANT.id)
        yield _compose(config, stores, dialects, tenancy)


async def _open(stack: AsyncExitStack, url: str, settings: Settings) -> Stores:
    database = await open_database(url)
    stack.push_async_callback(database.close)
    pool = PicturePool()
    stack.callback(pool.close)
    folder, keeps_to_masks = settings.data_dir, settings.mask_composite == "on"
    shelf = Shelf(PictureFiles(folder / "pictures"), pool, folder / "cache", keeps_to_masks=keeps_to_masks)
    return Stores(database, shelf, pool, TableCourier(database, now))


def _compose(config: Config, stores: Stores, dialects: Mapping[str, Build], tenancy: Tenancy) -> App:
    database, shelf, courier = stores.database, stores.shelf, stores.courier
    settings, catalogue, metrics = config.settings, config.offered(dialects), Metrics(_version())
    links = PublicLinks(settings.public_url or "", secret_of(config), now)
    parts = _Parts(stores, metrics, catalogue.models, links)
    counters = _counters(config, parts, catalogue.vendors, dialects)
    bell, disk = LocalBell(), Disk(settings.data_dir, settings.disk_free_min_mb)
    rights = Rights(database, now, frozenset(settings.admins), settings.contact or WHOEVER)
    studio_means = StudioMeans(
        database=database,
        shelf=shelf,
        catalogue=catalogue,
        plans=config.plans,
        counters=counters,
        bell=bell,
        clock=now,
        new_id=make_id,
        send=courier.send,
        has_room=disk.has_room,
        rights=rights,
    )
    studio = EaselStudio(studio_means)
    gallery = _gallery(stores, rights, settings, links, bell)
    front = WatchedFront(Reception(COMMANDS, studio, gallery, quote=studio.quote), metrics)
    firsts = FirstPosts(database, counters, courier.send, bell, now)
    does = (tenancy, studio, gallery, front, bell, metrics, firsts)
    joined = chats(Shared(config, database, *does, courier.send, now, make_id))
    ports = WebPorts(
        front=front,
        gallery=gallery,
        studio=studio,
        chat=ChatLog(database),
        people=People(database, now, make_id),
        bell=bell,
        clock=now,
        new_id=make_id,
        readiness=readiness_of(database, joined),
        outside=Outside(links, shelf.path, Callbacks(database, counters, courier.send, now).hear),
        mounts=joined.mounts,
        vendors=studio.book,
        metrics=lambda: metrics.page(database, disk.free_bytes(), breakers_of(counters, now=now())),
    )
    web = WebChat(web_settings(config), ports)
    call_means = CallMeans(database, shelf, now, make_id)
    calls = PaidCalls(call_means)
    means = Means(
        database=database,
        calls=calls,
        counters=counters,
        deliver={"web": web.deliver, **joined.deliver},
        reply_for=lambda card: reply_for(with_variants(card, catalogue)),
        send=courier.send,
        bell=bell,
        clock=now,
        router=studio.router,
        forget=studio.forgetting.go_on,
        give_up=joined.give_up,
    )
    worker = Worker(make_id(), means)
    remover = Remover(database, {"web": web.remove, **joined.remove}, now, bell)
    recovery = Recovery(worker.id, database, counters, now)
    alarms = Alarms(AlarmMeans(database, courier.send, now, settings.operators, disk, make_id, metrics.alarm))
    upkeep = Upkeep(UpkeepMeans(database, catalogue, metrics, now, alarms))
    operating = _operating(config, studio_means, front.receive, studio.forgetting)
    probe = _probe(studio_means, settings.probe_credits_per_day)
    socket_of_admins = AdminSocket(settings.data_dir, operating.answer)
    operations = Operations(metrics, upkeep, alarms, socket_of_admins, operating, probe)
    inside = (worker, calls, recovery, Leftovers(call_means, calls, counters), gallery, remover)
    return App(web, joined, *inside, operations, stores, settings.drain_seconds)


def _gallery(
    stores: Stores, rights: Rights, settings: Settings, links: PublicLinks, bell: LocalBell
) -> EaselGallery:
    link, days = links.picture if settings.public_url else None, settings.keep_pictures_days
    means = GalleryMeans(stores.database, stores.shelf, now, make_id, rights, days, link, bell.ring)
    return EaselGallery(means)


def _probe(means: StudioMeans, credits_per_day: int) -> Probe:
    studio = EaselStudio(replace(means, plans=plans_of(means.plans, credits_per_day)))
    return Probe(studio.order, means.database, means.catalogue, now, make_id, credits_per_day)


def _operating(
    config: Config,
    means: StudioMeans,
    receive: Callable[[Incoming], Awaitable[Reply]],
    forgetting: Forgetting,
) -> Operating:
    places = {name: counter.places for name, counter in means.counters.items()}
    vendors = tuple(each.name for each in config.catalogue.vendors)
    said = lambda: breakers_of(means.counters, now=now())  # noqa: E731
    operating = Operating(means.database, now, vendors, config.plans, places, means.bell.ring, receive)
    return replace(operating, breakers=said, forgetting=forgetting)


def _version() -> str:
    try:
        return version("easel")
    except PackageNotFoundError:
        return "not installed"


@dataclass(frozen=True)
class _Parts:
    """What every vendor's counter is made from."""

    stores: Stores
    metrics: Metrics
    models: Iterable[Model]
    links: PublicLinks


def _counters(
    config: Config, parts: _Parts, vendors: Iterable[VendorEntry], dialects: Mapping[str, Build]
) -> dict[str, Counter]:
    return {each.name: _counter(config, parts, each, dialects[each.dialect]) for each in vendors}


def _counter(config: Config, parts: _Parts, entry: VendorEntry, build: Build) -> Counter:
    own = {model.name: model for model in parts.models if model.vendor == entry.name}
    vendor = build(VendorSetup(entry, own, config.access[entry.name], parts.stores.pool))
    count, limits = parts.metrics, (entry.name, entry.jobs_at_once, entry.images_per_minute)
    count.expect(entry.name, rivals_of(entry.name, parts.models))
    return Counter(
        entry=entry,
        models=own,
        vendor=watched(entry.name, vendor, count),
        places=Places(*limits, parts.stores.courier.send, count.job_ended, count.job_moved),
        links=parts.links if config.can_reach_us(entry) else None,
    )


async def run(
    config: Config, announce: Callable[[str], None], dialects: Mapping[str, Build] = DIALECTS
) -> None:
    """Run Easel until SIGTERM or SIGINT; `announce` is told the web chat's address.

    Raises BackgroundDied, and what `build` raises.
    """
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    async with build(config, dialects) as app, app.running() as address:
        announce(address)
        await ended.wait()
        log.info("stopping")
