"""A house with one vendor of the shipped catalogue, whose own client speaks to a simulator of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.callbacks import Callbacks
from bot.core.catalogue import Catalogue, Size
from bot.core.pricing import picture_nano
from bot.core.studio import JobCard
from tests.flows.conftest import Build
from tests.flows.house import House
from tests.flows.world import Terms, caller
from tests.vendors.contract.bench import CATALOGUE, KINDS, Bench, bench_of
from tests.vendors.openai.desk import replace_fields

REACHED_SECONDS = 10.0
INPUT_NANO = 1_000_000
"""What the few words of an order cost at most."""

ADDRESS = "https://easel.example/callbacks/"
SOLD = tuple(vendor for vendor in CATALOGUE.vendors if vendor.key_variable)
TICKETED = tuple(vendor.name for vendor in SOLD if vendor.answers == "by ticket")
EVERY_VENDOR = tuple(vendor.name for vendor in SOLD)


class Address:
    """Our address, as a vendor sees it."""

    def picture(self, sha256: str) -> str:
        return f"https://easel.example/shared/{sha256}"

    def callback(self, call: str) -> str:
        return ADDRESS + call


@dataclass(frozen=True)
class Shipped(Terms):
    """One vendor of the shipped catalogue and its GPT Image 2; `entry` is what differs in its entry."""

    confirm_above: str = "1000"
    allowance: str = "1000"
    vendor: str = ""
    entry: Mapping[str, Any] = field(default_factory=dict)

    def catalogue(self) -> Catalogue:
        """Offer nothing else; one document for each answer, because streams have their own tests."""
        model = CATALOGUE.model("gpt-image-2", self.vendor)
        entry = replace_fields(CATALOGUE.vendor(self.vendor), **self.entry)
        return Catalogue(vendors=(entry,), models=(replace_fields(model, partials=0),))


@dataclass(frozen=True)
class Shop:
    """A house, its one vendor, and the simulator that plays it."""

    name: str
    house: House
    bench: Bench
    ordered: list[int] = field(default_factory=list)

    @property
    def policy(self) -> str:
        """What is done after a lost answer."""
        return str(CATALOGUE.vendor(self.name).crash.kind)

    @property
    def is_ticketed(self) -> bool:
        """Whether it gives tickets."""
        return self.name in TICKETED

    @property
    def billable(self) -> tuple[int, ...]:
        """What the vendor may bill for the pictures of the one order that was made."""
        model = CATALOGUE.model("gpt-image-2", self.name)
        price = picture_nano(model, self.bench.kind.quality, Size(1024, 1024)) + INPUT_NANO
        return (price,) * self.ordered[0]

    async def order(self, event: str = "1", person: str = "ann", **options: Any) -> JobCard:
        """Order one picture at the lowest quality."""
        self.ordered.append(options.get("count", 1))
        return await self.house.order(
            caller(event, person), quality=self.bench.kind.quality, size="1024x1024", **options
        )

    async def drawn(self, card: JobCard) -> tuple[str, int, bool]:
        """Tell how an order ended: its state, how many pictures are stored, whether anything was charged."""
        state, charged, counted = await self.house.money(card.id)
        assert 0 <= (charged or 0) <= (counted or 0) <= card.held
        return state, len(await self.house.pictures(card.id)), bool(charged)

    async def call_back(self, **headers: str) -> bool:
        """Let the vendor call back about its newest order, signed as it signs."""
        simulator = self.bench.simulator
        [*_, task] = simulator.tasks.values()
        if self.name == "runflow":
            body = simulator.callback_of(task)
            headers = headers or simulator.signed(body)
        else:
            body = json.dumps(simulator.status_of(task)).encode()
        life = self.house.life
        callbacks = Callbacks(life.database._inner, life.counters, life.courier.send, self.house.clock)
        call = task.body["callback_url"].removeprefix(ADDRESS)
        return await callbacks.hear(call, headers, body)

    async def until_reached(self) -> asyncio.Task[None]:
        """Let the house work until the vendor has an order and does not answer it."""
        working = asyncio.create_task(self.house.settle())
        async with asyncio.timeout(REACHED_SECONDS):
            await self.bench.simulator.reached.wait()
        return working


@asynccontextmanager
async def shop_of(
    name: str, build: Build, folder: Path, key: str = "", /, **entry: Any
) -> AsyncIterator[Shop]:
    """Open a shop, with the right key or another one."""
    orders = folder / "orders"
    orders.mkdir()
    async with bench_of(KINDS[name], orders) as bench:
        house = await build(bench.vendor(key=key, every_seconds=30.0), Shipped(vendor=name, entry=entry))  # type: ignore[arg-type]
        house.site.links = Address()
        await house.restart()
        yield Shop(name, house, bench)
        bench.simulator.gate.set()
