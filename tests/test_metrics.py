"""The numbers that Prometheus reads: what is on the page, who may read it, and what each number follows."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.app import build
from bot.core.errors import OutcomeUnknown, VendorBusy, VendorError, VendorRejected
from bot.core.jobs import Ending, JobState
from bot.core.ports import Drawing, Report, VendorOrder
from bot.core.routing import LEAVES
from bot.metrics import Metrics
from bot.router import rivals_of
from bot.storage import Database, open_database, pauses
from bot.watching import WatchedVendor
from config import load
from tests.migrated import lay
from tests.ports import free_port
from tests.storage.builders import NOW, Order, accept, furnish, places

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"
ORDER = VendorOrder("c", "m", "a fox", 1, 1, "low", "png", "auto", 1, 0, (), None, Path(), None)
Page = dict[tuple[str, ...], float]


def read(page: bytes) -> Page:
    """Parse a page: the name and the values of the labels, in the order of their names → the number."""
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(page.decode())
        for sample in family.samples
    }


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """An empty database."""
    opened = await open_database(lay(tmp_path / "easel.db"))
    yield opened
    await opened.close()


async def test_open_jobs_are_counted_when_somebody_asks(database: Database) -> None:
    """By state, with what they hold and how long they wait; what is over is gone from the page."""
    metrics = Metrics("1.2.3")
    await database.write(furnish, "ann", balance=9_000)
    for event in "abc":
        await database.write(accept, Order(event), places(1))
    await database.write(pauses.begin, "*", "the bill", now=NOW)

    page = read(await metrics.page(database, free_bytes=5))
    await database.write(pauses.lift, "*", now=NOW)
    later = read(await metrics.page(database, free_bytes=5))

    assert page["easel_jobs_open", "running", "sketch"] == 1
    assert page["easel_jobs_open", "waiting", "sketch"] == 2
    assert page["easel_held_millicredits", "sketch"] == 3_000
    assert page["easel_oldest_waiting_timestamp_seconds", "sketch"] == NOW // 1_000
    assert page["easel_disk_free_bytes",] == 5
    assert page["easel_build_info", "1.2.3"] == 1
    assert page["easel_paused", "*"] == 1
    assert ("easel_paused", "*") not in later


async def test_ended_jobs_are_counted_with_their_money(database: Database) -> None:
    """From zero, so that the first one is an increase."""
    metrics = Metrics("")
    metrics.expect("sketch")
    before = read(await metrics.page(database, 0))

    metrics.job_ended("sketch", Ending(JobState.DONE, 1_000, 1_000, 1))
    metrics.job_ended("sketch", Ending(JobState.LOST, 0, 500, 0))
    after = read(await metrics.page(database, 0))

    assert before["easel_jobs_ended_total", "done", "sketch"] == 0
    assert after["easel_jobs_ended_total", "done", "sketch"] == 1
    assert after["easel_jobs_ended_total", "lost", "sketch"] == 1
    assert after["easel_charged_millicredits_total", "sketch"] == 1_000
    assert after["easel_counted_millicredits_total", "sketch"] == 1_500


async def test_moves_between_vendors_begin_at_zero(database: Database) -> None:
    """Only those between vendors of the catalogue that sell the same, whatever the reason."""
    metrics = Metrics("")
    models = load({}).catalogue.models
    for vendor in ("openai", "sketch"):
        metrics.expect(vendor, rivals_of(vendor, models))

    metrics.job_moved("openai", "runflow", "busy")
    page = read(await metrics.page(database, 0))

    counted = {key[1:]: value for key, value in page.items() if key[0] == "easel_jobs_moved_total"}
    rivals = ("cometapi", "callmissed", "apixo", "runflow")
    assert set(counted) == {(to, "openai", why) for to in rivals for why in LEAVES}
    assert {key for key, value in counted.items() if value} == {("runflow", "openai", "busy")}


class OneWay:
    """A vendor to whom every call happens in one way."""

    def __init__(self, fault: BaseException | None) -> None:
        self.fault = fault

    async def draw(self, order: VendorOrder, report: Report | None = None) -> Drawing:
        assert report is not None
        report.first_byte()
        report.first_byte()
        if self.fault:
            raise self.fault
        return Drawing(())


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (None, "answered"),
        (VendorBusy("429"), "busy"),
        (VendorRejected("size"), "rejected"),
        (OutcomeUnknown("cut off"), "unknown"),
        (VendorError("new"), "broken"),
        (ValueError("ours"), "broken"),
        (asyncio.CancelledError(), "abandoned"),
    ],
)
async def test_a_call_is_counted_by_what_came_of_it(
    database: Database, fault: BaseException | None, outcome: str
) -> None:
    """Whatever the vendor does, it is passed on as it is and counted once; so is its first byte."""
    metrics = Metrics("")
    vendor = WatchedVendor("acme", OneWay(fault), metrics)

    [result] = await asyncio.gather(vendor.draw(ORDER), return_exceptions=True)
    page = read(await metrics.page(database, 0))

    assert result == Drawing(()) if fault is None else isinstance(result, type(fault))
    assert page["easel_calls_total", outcome, "acme"] == 1
    assert page["easel_call_seconds_count", "acme"] == 1
    assert page["easel_call_first_byte_seconds_count", "acme"] == 1


async def fetch(address: str, **headers: str) -> tuple[int, bytes]:
    """Read the page as Prometheus does."""
    async with aiohttp.ClientSession() as client, client.get(f"{address}/metrics", headers=headers) as answer:
        return answer.status, await answer.read()


async def order(address: str, line: str) -> None:
    """Order something as the page of the chat does."""
    async with aiohttp.ClientSession(address, cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        await browser.get("/")
        form = aiohttp.FormData({"event": "event-0001", "text": line}, default_to_multipart=True)
        headers = {"Origin": address, "X-Easel": "1", "Sec-Fetch-Site": "same-origin"}
        assert (await browser.post("/api/messages", data=form, headers=headers)).status == 200


async def test_a_running_easel_counts_an_order_to_its_end(tmp_path: Path) -> None:
    """An order is on the page when it is accepted, when its vendor has answered and when it is paid."""
    config = load({"EASEL_DATA_DIR": str(tmp_path / "data"), "PORT": "0"})
    async with build(config) as easel, easel.running() as address:
        await order(address, "/imagine a fox --quality low")
        async with asyncio.timeout(20):
            while not (  # noqa: ASYNC110 - the page rings no event
                page := read((await fetch(address))[1])
            )["easel_jobs_ended_total", "done", "sketch"]:
                await asyncio.sleep(0.05)

    assert page["easel_answer_seconds_count", "accepted", "line"] == 1
    assert page["easel_calls_total", "answered", "sketch"] == 1
    assert 0 < page["easel_charged_millicredits_total", "sketch"] < 1_000
    assert page["process_resident_memory_bytes",] > 0


@pytest.mark.parametrize(
    ("variables", "headers", "status"),
    [
        ({}, {}, 200),
        ({}, {"Host": "evil.example"}, 421),
        ({"EASEL_PUBLIC_URL": "https://easel.example"}, {}, 404),
        ({"EASEL_METRICS_TOKEN": "t" * 16}, {}, 404),
        ({"EASEL_METRICS_TOKEN": "t" * 16}, {"Authorization": "Bearer tt"}, 404),
        ({"EASEL_METRICS_TOKEN": "t" * 16}, {"Authorization": f"Bearer {'t' * 16}"}, 200),
        (
            {"EASEL_METRICS_TOKEN": "t" * 16, "EASEL_PUBLIC_URL": "https://easel.example"},
            {"Authorization": f"Bearer {'t' * 16}", "Host": "easel:8080"},
            200,
        ),
    ],
)
async def test_who_may_read_the_page(
    tmp_path: Path, variables: dict[str, str], headers: dict[str, str], status: int
) -> None:
    """This machine while nobody else reaches the chat, and who shows the token, from anywhere."""
    port = free_port()
    always = {"EASEL_DATA_DIR": str(tmp_path), "PORT": str(port), "EASEL_SECRET_KEY": "s" * 32}
    async with build(load(always | variables)) as easel, easel.running():
        seen, _ = await fetch(f"http://127.0.0.1:{port}", **headers)

    assert seen == status


@pytest.mark.parametrize("name", ["alerts.yml", "dashboard.json"])
def test_examples_ask_for_numbers_that_exist(name: str) -> None:
    """Every number that the alerts and the dashboard name is one of ours."""
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    known = {each.name for each in Metrics("").described}
    asked = set(re.findall(r"\beasel_[a-z_]+", text))

    assert len(asked) > 5
    assert {re.sub(r"_(bucket|count|sum)$", "", each) for each in asked} <= known


def test_the_dashboard_is_whole() -> None:
    """It is JSON, and no two panels lie on one place."""
    board = json.loads((EXAMPLES / "dashboard.json").read_text(encoding="utf-8"))
    places_taken = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in board["panels"]]

    assert len(places_taken) == len(set(places_taken)) >= 6
