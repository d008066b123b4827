"""What is done at night, and what stops orders before anything is held."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import update

import config as shipped
from bot.app import build
from bot.core.catalogue import Catalogue
from bot.metrics import Metrics
from bot.storage import Database, Tx, open_database
from bot.storage.schema import accounts
from bot.upkeep import Upkeep, UpkeepMeans, next_night
from config import load
from tests.migrated import lay
from tests.storage.builders import DAY, HOUR, NOW, Order, accept, furnish


class Night:
    """Upkeep on a real database, with a clock that a test sets and an ear for its alarms."""

    def __init__(self, database: Database, catalogue: Catalogue) -> None:
        self.database = database
        self.now = NOW
        self.alarms: list[str] = []
        self.metrics = Metrics("")
        self.upkeep = Upkeep(UpkeepMeans(database, catalogue, self.metrics, lambda: self.now, self.hear))

    async def hear(self, sentence: str) -> None:
        """Keep an alarm."""
        self.alarms.append(sentence)

    async def number(self, name: str) -> float:
        """Read one number that has no labels."""
        page = (await self.metrics.page(self.database, 0)).decode()
        return float(next(line.split()[1] for line in page.splitlines() if line.startswith(f"{name} ")))


@pytest.fixture
async def night(tmp_path: Path) -> AsyncIterator[Night]:
    """A house with one order, whose model is retired in 61 days and has a successor."""
    database = await open_database(lay(tmp_path / "easel.db"))
    await database.write(furnish, "ann", balance=5_000)
    await database.write(accept, Order("a"))
    catalogue = load({}).catalogue
    retires = datetime.fromtimestamp(NOW // 1_000, UTC).date() + timedelta(days=61)
    last = catalogue.models[-1].model_copy(update={"retires": retires, "successor": "next"})
    yield Night(database, Catalogue.model_construct(vendors=catalogue.vendors, models=(last,)))
    await database.close()


def spoil(db: Tx) -> None:
    db.execute(update(accounts).values(spent=accounts.c.spent + 1))


async def test_right_books_are_proved_without_an_alarm(night: Night) -> None:
    """The time of the proof is a number, so that a proof that does not happen can be noticed."""
    assert await night.upkeep.prove_books()

    assert night.alarms == []
    assert await night.number("easel_books_wrong") == 0
    assert await night.number("easel_books_proved_timestamp_seconds") == NOW // 1_000


async def test_wrong_books_raise_an_alarm(night: Night) -> None:
    """A number, a critical line and a sentence to the operators."""
    await night.database.write(spoil)

    assert not await night.upkeep.prove_books()

    assert night.alarms == ["The books are wrong. Run easel doctor; it says what to do."]
    assert await night.number("easel_books_wrong") == 1


async def test_a_retirement_is_warned_of_once_in_each_stage(night: Night) -> None:
    """Day after day, until it is gone."""
    heard = []
    for day in range(70):
        night.now = NOW + day * DAY
        await night.upkeep.warn()
        heard += [day] * len(night.alarms)
        night.alarms.clear()

    assert heard == [1, 47, 58, 61]


async def test_the_night_comes_by_itself(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that slept past three o'clock proves its books when it wakes."""
    monkeypatch.setattr("bot.upkeep.LOOK_SECONDS", 0.005)
    task = asyncio.create_task(night.upkeep.run())
    await asyncio.sleep(0)

    night.now = NOW + DAY
    async with asyncio.timeout(30):
        while not await night.number("easel_books_proved_timestamp_seconds"):  # noqa: ASYNC110
            await asyncio.sleep(0.005)
    task.cancel()

    assert await night.number("easel_books_proved_timestamp_seconds") == night.now // 1_000


@pytest.mark.parametrize(
    ("hour", "wait"), [(0, 3 * HOUR), (2, HOUR), (3, DAY), (4, 23 * HOUR), (23, 4 * HOUR)]
)
def test_the_next_night_is_ahead(hour: int, wait: int) -> None:
    """At three o'clock UTC, never now."""
    midnight = NOW - NOW % DAY

    assert next_night(midnight + hour * HOUR) == midnight + hour * HOUR + wait


async def answer(variables: Mapping[str, str], line: str) -> dict[str, Any]:
    """Start Easel, send it a line, and return its answer."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with (
        build(load({"PORT": "0", **variables})) as easel,
        easel.running() as address,
        aiohttp.ClientSession(address, cookie_jar=jar) as browser,
    ):
        await browser.get("/")
        form = aiohttp.FormData({"event": "event-0001", "text": line}, default_to_multipart=True)
        headers = {"Origin": address, "X-Easel": "1", "Sec-Fetch-Site": "same-origin"}
        said = await (await browser.post("/api/messages", data=form, headers=headers)).json()
        return dict(said["messages"][1])


async def test_a_nearly_full_disk_refuses_before_the_hold(tmp_path: Path) -> None:
    """In a sentence; nothing is held and no job is made."""
    variables = {"EASEL_DATA_DIR": str(tmp_path), "EASEL_DISK_FREE_MIN_MB": "1000000000"}

    said = await answer(variables, "/imagine a fox")

    assert said["kind"] == "refusal"
    assert said["text"].startswith("Easel has no room for pictures, so nothing was ordered or charged.")


async def test_an_order_for_a_retired_model_is_drawn_on_its_successor(tmp_path: Path) -> None:
    """The receipt names the model that draws; with the default retired too, the next one is the default."""
    catalogue = (Path(shipped.__file__).parent / "catalogue.toml").read_text(encoding="utf-8")
    kept, mark, sketch = catalogue.rpartition("[[models]]")
    old = sketch.replace('name = "sketch"', 'name = "scrawl"\nretires = 2026-01-01\nsuccessor = "sketch"', 1)
    (tmp_path / "catalogue.toml").write_text(kept + mark + old + mark + sketch, encoding="utf-8")
    variables = {"EASEL_DATA_DIR": str(tmp_path / "data"), "EASEL_CONFIG_DIR": str(tmp_path)}

    named = await answer(variables, "/imagine a fox --model Scrawl")
    unnamed = await answer(variables | {"EASEL_DATA_DIR": str(tmp_path / "more")}, "/imagine a fox")

    for said in (named, unnamed):
        assert said["kind"] == "accepted", json.dumps(said)
        assert {row["label"]: row["value"] for row in said["rows"]}["Model"] == "sketch"
