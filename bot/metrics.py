"""Numbers for Prometheus: what is counted while Easel runs, and how everything stands when somebody asks.

Amounts are whole millicredits; a credit is 1,000 of them.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from typing import Literal

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    generate_latest,
)

from bot.core.breaker import State
from bot.core.jobs import Ending, JobState
from bot.core.retirement import Retirement
from bot.core.routing import LEAVES
from bot.storage import operator, pauses
from bot.storage.database import Database
from bot.storage.health import Books

LAG_SECONDS = 1.0
SHORT = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
LONG = (0.1, 0.5, 1, 2, 5, 10, 20, 40, 60, 90, 120, 180, 300, 600)
OUTCOMES = (
    "answered",
    "busy",
    "unreachable",
    "rejected",
    "account",
    "refused",
    "failed",
    "unknown",
    "broken",
    "abandoned",
)
"""What can come of a paid call: an answer, an error that the vendor's dialect names, a fault of ours ("broken"), or a
call that we left behind ("abandoned")."""


@dataclass(frozen=True)
class Described:
    """One metric, for the reference page."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    labels: tuple[str, ...]
    meaning: str


class Metrics:
    """Every number of this process, in a registry of its own."""

    def __init__(self, version: str) -> None:
        self.registry = CollectorRegistry()
        self.described: list[Described] = []
        self._count()
        self._stand()
        info = "The version that runs, as the label `version`; always 1."
        Info("easel_build", info, registry=self.registry).info({"version": version})
        self.described.append(Described("easel_build_info", "gauge", ("version",), info))
        ProcessCollector(registry=self.registry)

    def _count(self) -> None:
        answer = (
            "From a line or a press to its answer; when that is `accepted`, the order is held and queued."
        )
        self._answers = self._histogram("easel_answer_seconds", answer, SHORT, "way", "kind")
        self._ended = self._counter("easel_jobs_ended", "Jobs that ended, by how.", "vendor", "state")
        moved = "Jobs that went from one vendor to another that sells the same, by why the first could not be asked."
        self._moved = self._counter("easel_jobs_moved", moved, "vendor", "to", "why")
        self._charged = self._counter("easel_charged_millicredits", "What people paid.", "vendor")
        counted = "What the caps counted; above what was charged, it is the operator who pays."
        self._counted = self._counter("easel_counted_millicredits", counted, "vendor")
        self._calls = self._counter("easel_calls", "Paid calls, by what came of them.", "vendor", "outcome")
        self._finished = self._histogram("easel_call_seconds", "From a paid call to its end.", LONG, "vendor")
        begun = "From a paid call to the first byte of its answer, where the dialect tells."
        self._begun = self._histogram("easel_call_first_byte_seconds", begun, LONG, "vendor")
        refused = (
            "Requests that a chat platform refused, by why; after three of a kind a channel is left alone."
        )
        self._refused = self._counter("easel_platform_refusals", refused, "platform", "why")
        told = "What operators were told of, by kind; a message may join several."
        self._alarms = self._counter("easel_alarms", told, "kind")
        lag = "How much later than asked the event loop came back; asked once a second."
        self._lag = self._histogram("easel_loop_lag_seconds", lag, SHORT)

    def _stand(self) -> None:
        self._jobs = self._gauge("easel_jobs_open", "Jobs that wait or run now.", "vendor", "state")
        self._held = self._gauge("easel_held_millicredits", "What open jobs hold now.", "vendor")
        oldest = "When the oldest job that waits now was ordered."
        self._oldest = self._gauge("easel_oldest_waiting_timestamp_seconds", oldest, "vendor")
        self._paused = self._gauge("easel_paused", "1 for a vendor that is paused; `*` is all.", "vendor")
        self._disk = self._gauge("easel_disk_free_bytes", "Free room where the data folder is.")
        self._wrong = self._gauge("easel_books_wrong", "Accounts and holds that the last proof found wrong.")
        proved = "When the books were last proved by this process; 0 before the first night."
        self._proved = self._gauge("easel_books_proved_timestamp_seconds", proved)
        retires = "When a model is retired by its vendor, where that is known."
        left = "1 while a vendor's model is left alone because it failed, as this process sees it."
        self._open = self._gauge("easel_breaker_open", left, "vendor", "model")
        self._retires = self._gauge("easel_model_retires_timestamp_seconds", retires, "model", "vendor")

    def expect(self, vendor: str, rivals: Collection[str] = ()) -> None:
        """Begin every count of a vendor at zero, so that its first one is seen as an increase."""
        for rival, why in product(rivals, LEAVES):
            self._moved.labels(vendor, rival, why)
        for state in JobState:
            if not state.is_open:
                self._ended.labels(vendor, state.value)
        for outcome in OUTCOMES:
            self._calls.labels(vendor, outcome)
        self._charged.labels(vendor)
        self._counted.labels(vendor)

    def job_ended(self, vendor: str, ending: Ending) -> None:
        """Count a job that has ended."""
        self._ended.labels(vendor, ending.state.value).inc()
        self._charged.labels(vendor).inc(ending.charged)
        self._counted.labels(vendor).inc(ending.counted)

    def job_moved(self, vendor: str, to: str, why: str) -> None:
        """Count a job that another vendor draws instead."""
        self._moved.labels(vendor, to, why).inc()

    def platform_refused(self, platform: str, why: str) -> None:
        """Count a request that a chat platform refused."""
        self._refused.labels(platform, why).inc()

    def call_ended(self, vendor: str, outcome: str, seconds: float) -> None:
        """Count a paid call."""
        self._calls.labels(vendor, outcome).inc()
        self._finished.labels(vendor).observe(seconds)

    def call_begun(self, vendor: str, seconds: float) -> None:
        """Count the time to a first byte."""
        self._begun.labels(vendor).observe(seconds)

    def alarm(self, kind: str, count: int) -> None:
        """Count what operators were told of."""
        self._alarms.labels(kind).inc(count)

    def answered(self, way: str, kind: str, seconds: float) -> None:
        """Count an answer to a person: to a "line" or "press", of the reply's kind."""
        self._answers.labels(way, kind).observe(seconds)

    def books_proved(self, books: Books, at: int) -> None:
        """Keep what the last proof found."""
        self._wrong.set(len(books.accounts) + len(books.holds))
        self._proved.set(at // 1_000)

    def retirement(self, each: Retirement) -> None:
        """Keep when a model is retired."""
        at = datetime(each.date.year, each.date.month, each.date.day, tzinfo=UTC)
        self._retires.labels(each.model, each.vendor).set(at.timestamp())

    async def watch_loop(self) -> None:
        """Measure, once a second, how late the event loop is; until cancelled."""
        while True:
            asked = time.perf_counter() + LAG_SECONDS
            await asyncio.sleep(LAG_SECONDS)
            self._lag.observe(max(0.0, time.perf_counter() - asked))

    async def page(
        self, database: Database, free_bytes: int, breakers: Iterable[tuple[str, str, State]] = ()
    ) -> bytes:
        """Write everything in the text format of Prometheus, with the open jobs as they stand now."""
        standing = await database.read(operator.standing)
        in_force = await database.read(pauses.in_force)
        for gauge in (self._jobs, self._held, self._oldest, self._paused):
            gauge.clear()
        for each in standing:
            self._jobs.labels(each.vendor, each.state).set(each.jobs)
            self._held.labels(each.vendor).inc(each.held)
            if each.state == JobState.WAITING:
                self._oldest.labels(each.vendor).set(each.oldest // 1_000)
        for pause in in_force:
            self._paused.labels(pause.vendor).set(1)
        for vendor, model, state in breakers:
            self._open.labels(vendor, model).set(state == "open")
        self._disk.set(free_bytes)
        return generate_latest(self.registry)

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        self.described.append(Described(f"{name}_total", "counter", labels, meaning))
        return Counter(name, meaning, labels, registry=self.registry)

    def _gauge(self, name: str, meaning: str, *labels: str) -> Gauge:
        self.described.append(Described(name, "gauge", labels, meaning))
        return Gauge(name, meaning, labels, registry=self.registry)

    def _histogram(self, name: str, meaning: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        self.described.append(Described(name, "histogram", labels, meaning))
        return Histogram(name, meaning, labels, buckets=buckets, registry=self.registry)
