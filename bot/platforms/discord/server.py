"""The Discord platform as a whole: what runs while Easel runs, and what delivers its replies."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import discord
import structlog

from bot.core.alarms import of_token
from bot.core.commands import Caller
from bot.core.errors import EaselError
from bot.core.ports import Removal, Undeliverable
from bot.core.replies import Address, Posted, Reply
from bot.platforms.discord.answering import Answering
from bot.platforms.discord.callers import Callers, Memberships, tenant_of
from bot.platforms.discord.client import Gateway
from bot.platforms.discord.declaring import Offer, declared, differing
from bot.platforms.discord.delivering import Delivery
from bot.platforms.discord.desk import Desk
from bot.platforms.discord.downloads import Downloads
from bot.platforms.discord.faults import DiscordFault
from bot.platforms.discord.hearing import Hearing
from bot.platforms.discord.incoming import Ask, Said
from bot.platforms.discord.ports import DiscordPorts
from bot.platforms.discord.posting import Poster
from bot.platforms.discord.private import PrivateMessages
from bot.platforms.discord.progress import Progress
from bot.platforms.discord.quiet import Quiet
from bot.platforms.discord.removing import Removing
from bot.platforms.discord.rest import Rest, start_anew
from bot.platforms.discord.settings import DiscordSettings
from bot.platforms.discord.statuses import Statuses
from bot.platforms.discord.undelivered import Undelivered

log = structlog.get_logger(__name__)

BACKOFF_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
STOP_SECONDS = 5.0
AUTHENTICATION_FAILED = 4004
NOT_ACCEPTED = (
    "Discord does not accept DISCORD_TOKEN. Copy the bot's token again; the web chat goes on without Discord."
)
NOT_CONNECTED = "Discord closed the connection for good. Run easel doctor."


class Discord:
    """The platform; without a gateway it still delivers."""

    def __init__(self, settings: DiscordSettings, ports: DiscordPorts) -> None:
        self._settings = settings
        self._ports = ports
        self._gateway = Gateway(settings, on_ask=self._ask, on_said=self._said, on_gone=self._gone)
        rest = Rest(self._gateway.http)
        self._rest = rest
        self._private = PrivateMessages(rest, ports.clock)
        self._progress = Progress(ports, self._private)
        self._poster = poster = Poster(rest, ports.postings, Quiet(ports.clock, ports.counts), ports.clock)
        callers = Callers(ports, Memberships(rest, ports.clock))
        self._removing = Removing(rest, ports)
        self._statuses = statuses = Statuses(rest, ports, poster, self._progress)
        self._undelivered = undelivered = Undelivered(rest, ports.members, self._private)
        answering = Answering(ports, self._progress, statuses, undelivered)
        self._desk = Desk(rest, ports, callers, answering, self._removing)
        self._hearing = Hearing(ports, callers, poster, statuses)
        self._hearing.removing = self._removing
        self._desk.downloads = self._hearing.downloads = Downloads(settings, ports.gallery)
        self._delivery = Delivery(rest, ports, self._private, poster, undelivered)
        self._state = "is connecting"
        self._logged_in = asyncio.Event()
        self._acts: set[asyncio.Task[None]] = set()

    @property
    def readiness(self) -> bool | str:
        """Whether we hear Discord; else why not."""
        if self._gateway.is_up:
            return True
        return self._state

    async def deliver(self, address: Address, reply: Reply, *, key: str) -> Posted:
        """Post a reply; raises Undeliverable."""
        if not self._logged_in.is_set():
            raise Undeliverable("discord_not_connected")
        return await self._delivery(address, reply, key=key)

    async def give_up(self, address: Address, reply: Reply, *, key: str) -> None:
        """Tell a person of a reply that no try could post: now where that works, else when they come again."""
        if self._logged_in.is_set():
            await self._delivery.give_up(address, reply, key=key)
        else:
            await self._undelivered.keep(address, reply)

    async def remove(self, removal: Removal) -> None:
        """Take a picture out of what was posted; raises Undeliverable."""
        if not self._logged_in.is_set():
            raise Undeliverable("discord_not_connected")
        await self._removing.take_out(removal)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Be connected while the block runs; what is being answered at the end is answered."""
        connection = asyncio.create_task(self._stay_connected(), name="discord")
        try:
            yield
        finally:
            connection.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await connection
            await self._gateway.stop_listening()
            if self._acts:
                await asyncio.wait(set(self._acts), timeout=STOP_SECONDS)
            await self._progress.stop()
            await self._removing.stop()

    async def close(self) -> None:
        """Let go of Discord; nothing is delivered any more."""
        await self._gateway.close()

    async def _stay_connected(self) -> None:
        """Log in and listen, again after every failure, more slowly each time."""
        failures = 0
        while True:
            try:
                await self._connect()
                failures = 0
            except discord.LoginFailure:
                await self._refused()
                return
            except (discord.ConnectionClosed, discord.PrivilegedIntentsRequired) as error:
                # The library tries again by itself after everything else.
                self._logged_in.clear()
                code = getattr(error, "code", None)
                if code == AUTHENTICATION_FAILED:
                    await self._refused()
                else:
                    self._state = "closed the connection"
                    log.error(NOT_CONNECTED, code=code)
                return
            except (
                discord.DiscordException,
                DiscordFault,
                aiohttp.ClientError,
                OSError,
                TimeoutError,
            ) as error:
                self._state = "cannot be reached"
                log.warning("not connected to Discord", problem=type(error).__name__, tries=failures + 1)
            wait = BACKOFF_SECONDS[min(failures, len(BACKOFF_SECONDS) - 1)]
            failures += 1
            await asyncio.sleep(wait * random.uniform(0.8, 1.2))  # noqa: S311 - no secret depends on it

    async def _refused(self) -> None:
        """Say that the token is not good, to operators, too; nothing happens here until the next start."""
        self._state = "does not accept the token"
        log.error(NOT_ACCEPTED)
        try:
            await self._ports.ring(of_token("discord", "DISCORD_TOKEN"))
        except EaselError as error:
            log.warning("a refused token could not be told of", problem=type(error).__name__)

    async def _connect(self) -> None:
        if not self._logged_in.is_set():
            try:
                await self._gateway.login(self._settings.token)
            except BaseException:
                await start_anew(self._gateway.http)
                raise
            self._private.application = self._poster.application = str(self._gateway.application_id)
            bot = self._gateway.user
            self._poster.own = frozenset({self._private.application, *([str(bot.id)] if bot else [])})
            self._logged_in.set()
            await self._progress.resume()
            await self._statuses.resume()
        await self._sync()
        await self._gateway.connect(reconnect=True)

    async def _sync(self) -> None:
        """Declare the commands, only where Discord has others."""
        address = Address(platform="discord", tenant="", channel="", person="")
        nobody = Caller(person="", address=address, name="", event="declare")
        tree = declared(self._ports.commands, Offer(await self._ports.studio.models(nobody)))
        application = str(self._gateway.application_id)
        if changed := differing(tree, await self._rest.commands(application)):
            await self._rest.put_commands(application, tree)
            log.info("commands declared", changed=changed)

    async def _ask(self, ask: Ask) -> None:
        await self._counted(self._desk.take(ask))

    async def _said(self, said: Said, me: str) -> None:
        await self._counted(self._hearing.take(said, me))

    async def _gone(self, guild: str) -> None:
        await self._ports.departures.tenant_left(tenant_of(guild))

    async def _counted(self, work: object) -> None:
        task = asyncio.ensure_future(work)  # type: ignore[call-overload]  # a coroutine of ours
        self._acts.add(task)
        task.add_done_callback(self._acts.discard)
        await asyncio.shield(task)
