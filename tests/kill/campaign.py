"""The kill campaign: orders come in while the process is killed again and again, then everything may end.

Every choice follows from the seed. The instants of the kills are of several kinds, because a crash between two steps
finds other faults than one at a random time.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from tests.doubles.vendor_server import Ledger, Temper, VendorServer
from tests.kill.chat import Chat, chatting
from tests.kill.easel import Easel, easel_in
from tests.kill.records import Records

POLL_SECONDS = 0.001
INSTANT_SECONDS = 3.0
END_SECONDS = 120.0


@dataclass(frozen=True)
class Extent:
    """How much a campaign does."""

    seed: int
    jobs: int
    kills: int


@dataclass
class Course:
    """What a campaign did, for the audit."""

    records: Records
    accepted: dict[str, str] = field(default_factory=dict)
    """Event → the job that its answer named."""

    sent: int = 0
    sealed: dict[str, int] = field(default_factory=dict)
    """Call → pictures in its sealed answer, of every answer that was sealed at a kill."""

    kills: int = 0
    instants: list[str] = field(default_factory=list)
    """When it was killed, also while it started."""

    feed: list[dict[str, Any]] = field(default_factory=list)
    """What the browser shows at the end."""

    seconds: float = 0.0
    exit_code: int | None = None


Instants = dict[str, Callable[[], Awaitable[None]]]


class Vendor(Protocol):
    """A vendor with books; `sending` counts answers that are on their way."""

    @property
    def ledger(self) -> Ledger: ...
    @property
    def sending(self) -> int: ...


class Campaign:
    """One campaign in one folder."""

    def __init__(self, extent: Extent, easel: Easel, server: Vendor, chat: Chat) -> None:
        self._extent = extent
        self._easel = easel
        self._server = server
        self._chat = chat
        self._random = random.Random(extent.seed)
        self._answered = asyncio.Event()
        self._orders: list[asyncio.Task[None]] = []
        self._records = Records(easel.data, server.ledger)
        self.course = Course(self._records)

    async def run(self) -> Course:
        """Order, kill, start again; then wait until every job has ended and stop in good order."""
        started = time.monotonic()
        await self._easel.start()
        try:
            for number in range(self._extent.kills):
                self._order(number, self._extent.kills + 1)
                await self._kill()
                await self._easel.start()
            self._order(self._extent.kills, self._extent.kills + 1)
            async with asyncio.timeout(END_SECONDS):
                await asyncio.gather(*self._orders)
                await self._records.until_over()
        finally:
            for task in self._orders:
                task.cancel()
        self.course.feed = await self._chat.feed()
        self.course.exit_code = await self._easel.stop()
        self.course.seconds = time.monotonic() - started
        return self.course

    def _order(self, batch: int, batches: int) -> None:
        """Start sending the orders of one batch."""
        jobs = range(self._extent.jobs)[batch::batches]
        self._orders += [asyncio.create_task(self._send(number)) for number in jobs]

    async def _send(self, number: int) -> None:
        """Send one order, sometimes twice at once, and sometimes cancel it."""
        chance = random.Random(f"{self._extent.seed} order {number}")
        event = f"order-{self._extent.seed}-{number:06}"
        vendor = chance.choice(("keyed", "bare"))
        size = chance.choice(("192x192", "192x192", "160x120"))
        line = f"picture {number} --model {vendor} --size {size} --count {chance.choice((1, 1, 2, 3, 5))}"
        await asyncio.sleep(chance.uniform(0, 0.5))
        times = 2 if chance.random() < 0.25 else 1
        answers = await asyncio.gather(*(self._chat.say(event, line) for _ in range(times)))
        jobs = {answer["messages"][1]["id"] for answer in answers}
        assert len(jobs) == 1, f"one event, several answers: {answers}"
        assert answers[0]["messages"][1]["card"], f"no order: {answers[0]}"
        self.course.sent += times
        self.course.accepted[event] = jobs.pop()
        self._answered.set()
        if chance.random() < 0.1:
            card = answers[0]["messages"][1]["card"]
            await self._chat.press(f"cancel-{number:06}", "cancel", words=str(card["number"]))

    async def _kill(self) -> None:
        """Kill at an instant of some kind; sometimes once more while it starts."""
        instants = self._instants()
        number = self.course.kills
        name = [*instants][number] if number < len(instants) else self._random.choice([*instants])
        try:
            async with asyncio.timeout(INSTANT_SECONDS):
                await instants[name]()
        except TimeoutError:
            name += ", not met"
        await self._easel.kill()
        self.course.kills += 1
        self._note(name)
        if number == 2 or self._random.random() < 0.2:
            await self._easel.spawn()
            await asyncio.sleep(self._random.uniform(0.0, 1.5))
            await self._easel.kill()
            self._note("starting")

    def _instants(self) -> Instants:
        """Name the kinds of instants; each comes once in this order, then they come by chance."""
        return {
            "random": self._any_time,
            "accepted": self._after_an_answer,
            "answering": self._while_the_vendor_answers,
            "between parts": self._between_parts,
            "sealed": self._when_an_answer_is_sealed,
        }

    def _note(self, instant: str) -> None:
        """Remember the kill, and every answer that was durable when it came."""
        self.course.instants.append(instant)
        for seal in self._records.data.glob("pictures/incoming/*/answer.json"):
            self.course.sealed[seal.parent.name] = len(json.loads(seal.read_bytes())["pictures"])

    async def _any_time(self) -> None:
        await asyncio.sleep(self._random.uniform(0, 2))

    async def _after_an_answer(self) -> None:
        self._answered.clear()
        await self._answered.wait()

    async def _while_the_vendor_answers(self) -> None:
        await self._records.until(lambda: self._server.sending > 0)
        await asyncio.sleep(self._random.uniform(0, 0.3))

    async def _between_parts(self) -> None:
        """Wait until some job has one part stored and another one open."""
        half = (
            "SELECT 1 FROM calls a JOIN calls b USING (job) WHERE a.state = 'stored' AND b.state = 'called'"
        )
        await self._records.until(lambda: bool(self._records.rows(half)), POLL_SECONDS)

    async def _when_an_answer_is_sealed(self) -> None:
        """Wait for the moment between the answer on disk and the picture's row."""
        seals = "pictures/incoming/*/answer.json"
        await self._records.until(lambda: any(self._records.data.glob(seals)), POLL_SECONDS)


async def run_campaign(extent: Extent, folder: Path) -> Course:
    """Run a campaign in an empty folder, and leave no process behind."""
    temper = Temper(extent.seed, busy_share=0.08, failed_share=0.04)
    vendor = VendorServer(Ledger(folder / "vendor.jsonl"), temper)
    async with vendor.serving(), easel_in(folder, vendor.address) as easel, chatting(easel) as chat:
        return await Campaign(extent, easel, vendor, chat).run()
