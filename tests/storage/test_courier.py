"""The courier for SQLite: at least once, again after a crash, never two at once for one job, never before its time."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

import pytest

from bot.storage import Database, StorageFull, Tx, deliveries, ledger, sweep
from bot.storage.deliveries import AT_ONCE_MAX, RETRY_MILLISECONDS, TableCourier
from bot.storage.transaction import Check
from tests.storage.builders import CREDIT, DAY, HOUR, NOW, SECOND, Order, accept, furnish, sends, take


@pytest.fixture
def migrated_url(migrated_sqlite_url: str) -> str:
    """On PostgreSQL another engine delivers."""
    return migrated_sqlite_url


@pytest.fixture
def checks() -> tuple[Check, ...]:
    """Counters are the sums of their entries at every commit."""
    return (ledger.prove_touched,)


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    """Wait for a condition that nothing announces."""
    async with asyncio.timeout(10):
        while not await is_so():  # noqa: ASYNC110
            await asyncio.sleep(0.001)


class Hands:
    """Time that is told, and a handler that says what it was given and can be held, or fail."""

    def __init__(self) -> None:
        self.now = NOW
        self.looks = 0
        self.seen: asyncio.Queue[str] = asyncio.Queue()
        self.busy: Counter[str] = Counter()
        self.most_at_once = 0
        self.may_go = asyncio.Event()
        self.may_go.set()
        self.fault: Exception | None = None

    def clock(self) -> int:
        self.looks += 1
        return self.now

    async def handle(self, job: str) -> None:
        self.busy[job] += 1
        self.most_at_once = max(self.most_at_once, self.busy[job])
        self.seen.put_nowait(job)
        try:
            await self.may_go.wait()
            if self.fault is not None:
                raise self.fault
        finally:
            self.busy[job] -= 1

    async def given(self, count: int) -> list[str]:
        """Wait until `count` more deliveries have begun."""
        return [await asyncio.wait_for(self.seen.get(), 10) for _ in range(count)]

    async def looked_again(self, courier: TableCourier) -> None:
        """Wake the courier and wait until it has looked for due deliveries twice more."""
        for _ in range(2):
            seen = self.looks
            courier._wake.set()
            await until(partial(self._has_looked, seen))

    async def _has_looked(self, seen: int) -> bool:
        return self.looks > seen


@pytest.fixture
async def hands() -> Hands:
    """Made inside the loop."""
    return Hands()


@asynccontextmanager
async def running(courier: TableCourier, hands: Hands) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Let a courier run for a while, or until `stop`; a block that fails leaves nothing behind."""
    task = asyncio.create_task(courier.run(hands.handle))

    async def stop() -> None:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.wait_for(task, 10)

    try:
        yield stop
    finally:
        await stop()
        await courier.drain(0)


async def settled(database: Database, hands: Hands, courier: TableCourier) -> list[tuple[str, int]]:
    """Wait until nothing is handled, then list what is still to be delivered."""

    async def is_idle() -> bool:
        return not courier._handled

    await until(is_idle)
    await hands.looked_again(courier)
    return await database.read(sends)


async def test_a_send_is_delivered_once(database: Database, hands: Hands) -> None:
    """Sent twice before anybody looks, a job is handled once, and nothing stays behind."""
    courier = TableCourier(database, hands.clock)
    await database.write(courier.send, "a", at=NOW)
    await database.write(courier.send, "a", at=NOW)
    async with running(courier, hands):
        first = await hands.given(1)
        left = await settled(database, hands, courier)

    assert (first, left) == (["a"], [])
    assert hands.seen.empty()


async def test_a_send_wakes_a_sleeping_courier(database: Database, hands: Hands) -> None:
    """The commit wakes it; it does not wait for its next look."""
    courier = TableCourier(database, hands.clock)
    async with running(courier, hands):
        await hands.looked_again(courier)
        await database.write(courier.send, "a", at=NOW)

        assert await hands.given(1) == ["a"]


async def test_a_send_is_undone_with_its_transaction(database: Database, hands: Hands) -> None:
    """What is rolled back was never sent."""
    courier = TableCourier(database, hands.clock)

    def send_and_fail(db: Tx) -> None:
        courier.send(db, "undone", at=NOW)
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError, match="a bug"):
        await database.write(send_and_fail)
    await database.write(courier.send, "a", at=NOW)
    async with running(courier, hands):
        assert await hands.given(1) == ["a"]
    assert hands.seen.empty()


async def test_sends_while_a_job_is_handled_lead_to_one_more(database: Database, hands: Hands) -> None:
    """Three sends during one delivery: exactly one more delivery after it, never one beside it."""
    courier = TableCourier(database, hands.clock)
    hands.may_go.clear()
    await database.write(courier.send, "a", at=NOW)
    async with running(courier, hands):
        await hands.given(1)
        for _ in range(3):
            await database.write(courier.send, "a", at=NOW)
        await hands.looked_again(courier)
        beside = hands.seen.qsize()
        hands.may_go.set()
        again = await hands.given(1)
        left = await settled(database, hands, courier)

    assert (beside, again, left) == (0, ["a"], [])
    assert hands.seen.empty()
    assert hands.most_at_once == 1


class SlowReads:
    """A database whose reads come back only when they may, with what was true when they began."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.may_return = asyncio.Event()
        self.may_return.set()
        self.pending = asyncio.Event()
        self.write_patiently = database.write_patiently

    async def read(self, *args: Any, **kwargs: Any) -> Any:
        found: Any = await self._database.read(*args, **kwargs)
        self.pending.set()
        await self.may_return.wait()
        return found


async def test_a_job_that_ends_during_a_look_is_not_delivered_again(database: Database, hands: Hands) -> None:
    """The look began while the job was handled and returns after it was done: what it saw is over."""
    slow = SlowReads(database)

    async def forgotten() -> bool:
        return ("a", NOW) not in await database.read(sends)

    courier = TableCourier(slow, hands.clock)  # type: ignore[arg-type]
    hands.may_go.clear()
    await database.write(courier.send, "a", at=NOW)
    async with running(courier, hands):
        await hands.given(1)
        slow.may_return.clear()
        slow.pending.clear()
        await database.write(courier.send, "later", at=NOW + DAY)
        await asyncio.wait_for(slow.pending.wait(), 10)
        hands.may_go.set()
        await until(forgotten)
        slow.may_return.set()
        await hands.looked_again(courier)

    assert hands.seen.empty()


async def test_a_crash_delivers_again(database: Database, hands: Hands) -> None:
    """A job whose handling was cut off is delivered by the next courier."""
    hands.may_go.clear()
    first = TableCourier(database, hands.clock)
    await database.write(first.send, "a", at=NOW)
    async with running(first, hands):
        await hands.given(1)
    hands.may_go.set()

    async with running(TableCourier(database, hands.clock), hands):
        assert await hands.given(1) == ["a"]


async def test_a_fault_is_tried_again_ever_later(database: Database, hands: Hands) -> None:
    """A handler that fails is called again after 1, 5, 15 and then every 30 seconds; other jobs are not held up."""
    courier = TableCourier(database, hands.clock)
    hands.fault = ValueError("a bug")
    await database.write(courier.send, "a", at=NOW)
    waits = []

    async def put_off() -> bool:
        return (await database.read(sends))[0][1] > hands.now

    async with running(courier, hands):
        for _ in range(5):
            await hands.given(1)
            await until(put_off)
            next_at = (await database.read(sends))[0][1]
            waits.append(next_at - hands.now)
            hands.now = next_at
            await hands.looked_again(courier)
        hands.fault = None
        await hands.given(1)
        await database.write(courier.send, "b", at=NOW)
        assert await hands.given(1) == ["b"]

    assert waits == [*RETRY_MILLISECONDS, RETRY_MILLISECONDS[-1]]


async def test_a_later_time_is_honoured(database: Database, hands: Hands) -> None:
    """Nothing is delivered a millisecond early, however often the courier looks."""
    courier = TableCourier(database, hands.clock)
    await database.write(courier.send, "a", at=NOW + DAY)
    async with running(courier, hands):
        hands.now = NOW + DAY - 1
        await hands.looked_again(courier)
        early = hands.seen.qsize()
        hands.now = NOW + DAY
        await hands.looked_again(courier)

        assert await hands.given(1) == ["a"]
    assert early == 0


async def test_a_timed_send_survives_one_for_now(database: Database, hands: Hands) -> None:
    """A job sent for later and then for now is delivered at both times, also when the first try fails."""
    courier = TableCourier(database, hands.clock)
    await database.write(courier.send, "a", at=NOW + 9 * SECOND)
    await database.write(courier.send, "a", at=NOW)
    async with running(courier, hands):
        await hands.given(1)
        done = await settled(database, hands, courier)
        hands.fault = ValueError("a bug")
        await database.write(courier.send, "a", at=NOW)
        await hands.given(1)
        failed = await settled(database, hands, courier)

    assert done == [("a", NOW + 9 * SECOND)]
    assert failed == [*done, ("a", NOW + RETRY_MILLISECONDS[0])]


async def test_no_more_jobs_are_handled_than_it_has_hands(database: Database, hands: Hands) -> None:
    """A hundred due jobs: as many at once as it may, and each of the others as soon as one is done."""
    courier = TableCourier(database, hands.clock)
    hands.may_go.clear()

    def send_many(db: Tx) -> None:
        for number in range(100):
            courier.send(db, f"j{number}", at=NOW)

    await database.write(send_many)
    async with running(courier, hands):
        first = await hands.given(AT_ONCE_MAX)
        at_once = hands.busy.total()
        hands.may_go.set()
        rest = await hands.given(100 - AT_ONCE_MAX)

    assert at_once == AT_ONCE_MAX
    assert sorted([*first, *rest]) == sorted(f"j{number}" for number in range(100))


async def test_a_courier_stops_though_it_is_woken_in_the_same_moment(
    database: Database, hands: Hands
) -> None:
    """A wake-up and the end that come together end it."""
    courier = TableCourier(database, hands.clock)

    async def asleep() -> bool:
        return bool(courier._wake._waiters)

    async with running(courier, hands) as stop:
        await until(asleep)
        courier._wake.set()

        await stop()


async def test_draining_waits_for_what_is_handled(database: Database, hands: Hands) -> None:
    """In time everything is done and forgotten; what is not is cancelled, counted and delivered again."""
    courier = TableCourier(database, hands.clock)
    hands.may_go.clear()
    await database.write(courier.send, "a", at=NOW)
    async with running(courier, hands) as stop:
        await hands.given(1)
        await stop()
        too_slow = await courier.drain(0)
    kept = await database.read(sends)
    async with running(courier, hands) as stop:
        await hands.given(1)
        await stop()
        hands.may_go.set()
        in_time = await courier.drain(10)

    assert (too_slow, kept) == (1, [("a", NOW)])
    assert in_time == 0
    assert await database.read(sends) == []


async def test_a_full_disk_is_waited_for(
    database: Database, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a handled job cannot be written down it is not handled again in a tight loop."""

    async def refuse(*args: Any, **kwargs: Any) -> None:
        raise StorageFull("no room")

    monkeypatch.setattr(deliveries, "RETRY_MILLISECONDS", (0, 30, 30, 30))
    monkeypatch.setattr(database, "write_patiently", refuse)
    courier = TableCourier(database, hands.clock)
    await database.write(courier.send, "a", at=NOW)
    started = asyncio.get_running_loop().time()
    async with running(courier, hands):
        await hands.given(3)

    assert asyncio.get_running_loop().time() - started >= 2 * 0.03


async def test_a_clock_set_back_an_hour_loses_no_delivery(database: Database, hands: Hands) -> None:
    """What was due by the old clock is due at once by the new one; waits that are ours to wait stay."""
    courier = TableCourier(database, hands.clock)
    await database.write(courier.send, "due", at=NOW)
    await database.write(courier.send, "soon", at=NOW - HOUR + 30 * SECOND)

    mended = await database.write(deliveries.clamp, now=NOW - HOUR, farthest=sweep.FARTHEST_MILLISECONDS)

    assert mended == 1
    assert await database.read(sends) == [("due", NOW - HOUR), ("soon", NOW - HOUR + 30 * SECOND)]


async def test_a_clock_set_forward_a_day_takes_no_job_from_its_own_worker(
    database: Database, hands: Hands
) -> None:
    """The sweep takes everybody for dead and sends the job; it is not handled beside itself, only once after."""
    courier = TableCourier(database, hands.clock)
    await database.write(furnish, "ann", balance=CREDIT)
    await database.write(accept, Order("1"))
    epoch = await database.write(take, "job-1", "w1")
    hands.may_go.clear()
    async with running(courier, hands):
        await hands.given(1)
        hands.now = NOW + DAY
        for job in await database.read(sweep.abandoned, now=hands.now):
            await database.write(courier.send, job, at=hands.now)
        await hands.looked_again(courier)
        beside = hands.seen.qsize()
        hands.may_go.set()
        await hands.given(1)

    assert epoch == 1
    assert beside == 0
    assert hands.most_at_once == 1
