"""Gateways in front of `easel run`: what each crash policy does after a kill, and callbacks at every wrong time."""

from __future__ import annotations

import asyncio
import socket
import time
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.doubles.apixo_simulator import PICTURE_NANO
from tests.doubles.task_server import SCENES
from tests.kill.gateways import QUICK_LOOKS, RARE_LOOKS, SEEK_SECONDS, Town, town

END_SECONDS = 60.0
APIXO_PRICE = PICTURE_NANO // 10_000
RUNFLOW_PRICE = 900
CALLMISSED_PRICE = 26_042


async def until_over(there: Town) -> None:
    """Wait until nothing is left to do."""
    async with asyncio.timeout(END_SECONDS):
        await there.records.until_over()


async def kill_while_it_hands_in(there: Town, words: str) -> None:
    """Kill the process while the gateway has the order and its answer is not here."""
    await there.order(words)
    async with asyncio.timeout(END_SECONDS):
        await there.gateway.reached.wait()
    await there.easel.kill()
    there.gateway.gate.set()


@pytest.mark.slow
@pytest.mark.parametrize("listed_after", [SEEK_SECONDS / 2, None], ids=["found later", "never found"])
async def test_a_lost_run_is_looked_for(tmp_path: Path, listed_after: float | None) -> None:
    """Killed between order and ticket: found by our reference half-way through the time, or unknown at its end."""
    async with town("runflow", tmp_path, **QUICK_LOOKS) as there:
        there.gateway.lists_all = False
        await kill_while_it_hands_in(there, "[held] a fox --quality low")
        await there.easel.start()
        started = time.monotonic()
        if listed_after is not None:
            await asyncio.sleep(listed_after)
            there.gateway.listed |= set(there.gateway.tasks)

        await until_over(there)

        assert len(there.gateway.asked) == len(there.gateway.tasks) == 1
        if listed_after is None:
            assert there.jobs() == [("lost", 0, RUNFLOW_PRICE)]
            assert time.monotonic() - started >= SEEK_SECONDS - 0.5
        else:
            assert there.jobs() == [("done", RUNFLOW_PRICE, RUNFLOW_PRICE)]


@pytest.mark.slow
async def test_eight_of_ten_are_charged_when_a_run_stays_unknown(tmp_path: Path) -> None:
    """4 + 4 + 2, the last cancelled by its vendor and billed: 8 stored and charged, the caps count the rest too."""
    async with town("runflow", tmp_path, **QUICK_LOOKS) as there:
        there.gateway.plan("draws", "draws", "cancelled")
        await there.order("foxes --quality low --count 10")

        await until_over(there)

        assert there.jobs() == [("done", 8 * RUNFLOW_PRICE, 10 * RUNFLOW_PRICE)]
        assert len(there.records.rows("SELECT id FROM pictures")) == 8
        assert sorted(task.count for task in there.gateway.tasks.values()) == [2, 4, 4]


@pytest.mark.slow
async def test_a_gateway_without_the_filter_leaves_the_outcome_unknown(tmp_path: Path) -> None:
    """It cannot be asked for the run, and never gets a second order."""
    async with town("runflow", tmp_path, **QUICK_LOOKS) as there:
        there.gateway.can_list = False
        await kill_while_it_hands_in(there, "[held] a fox --quality low")
        await there.easel.start()

        await until_over(there)

        assert there.jobs() == [("lost", 0, RUNFLOW_PRICE)]
        assert len(there.gateway.asked) == 1


@pytest.mark.slow
async def test_a_lost_task_is_released_and_may_come_late(tmp_path: Path) -> None:
    """APIXO lists nothing: unknown, never ordered again; its callback still brings the picture, free."""
    async with town("apixo", tmp_path, **QUICK_LOOKS) as there:
        await kill_while_it_hands_in(there, "[held] a fox")
        await there.easel.start()
        await until_over(there)
        assert there.jobs() == [("lost", 0, APIXO_PRICE)]
        [task] = there.gateway.tasks.values()

        task.asked = 1
        status = await there.gateway.call_back(task.body["callback_url"], there.gateway.status_of(task))
        async with asyncio.timeout(END_SECONDS):
            await there.records.until(lambda: len(there.records.rows("SELECT id FROM pictures")) == 1)

        assert status == 200
        assert there.records.rows("SELECT is_late FROM pictures") == [(1,)]
        assert there.jobs() == [("lost", 0, APIXO_PRICE)]
        assert len(there.gateway.asked) == 1


@pytest.mark.slow
async def test_a_call_is_repeated_under_its_key(tmp_path: Path) -> None:
    """CallMissed remembers the key: killed while it draws, the next process gets the same answer, billed once."""
    async with town("callmissed", tmp_path) as there:
        await kill_while_it_hands_in(there, "[held] [draws] a fox")
        await there.easel.start()

        await until_over(there)

        assert there.jobs() == [("done", CALLMISSED_PRICE, CALLMISSED_PRICE)]
        assert (there.gateway.replays, len(there.gateway.books)) == (1, 2)
        assert len({line.headers["idempotency-key"] for line in there.gateway.books}) == 1
        assert there.gateway.bill_nano == 260_416_667


@pytest.mark.slow
@pytest.mark.parametrize("case", ["conflict", "window"])
async def test_a_key_that_does_not_help_leaves_the_outcome_unknown(tmp_path: Path, case: str) -> None:
    """A conflict on the replay, or a key that may be forgotten by now: unknown, and nobody is asked again."""
    window = {r"window_seconds = 600 \} # for": "window_seconds = 1 } # for"} if case == "window" else {}
    async with town("callmissed", tmp_path, **window) as there:
        there.gateway.keeps_nothing = True
        await kill_while_it_hands_in(there, "[held] a fox")
        if case == "window":
            there.change("UPDATE calls SET called_at = called_at - 2000")
        await there.easel.start()

        await until_over(there)

        assert there.jobs() == [("lost", 0, CALLMISSED_PRICE)]
        assert len(there.gateway.books) == (2 if case == "conflict" else 1)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["apixo", "runflow"])
async def test_a_job_that_rests_survives_a_kill(tmp_path: Path, name: str) -> None:
    """Killed while the gateway draws: the next process goes on looking, with the same ticket."""
    async with town(name, tmp_path, **QUICK_LOOKS) as there:
        await there.order("[slow] a fox")
        async with asyncio.timeout(END_SECONDS):
            await there.records.until(lambda: any(state == "ticketed" for _, state, _ in there.calls()))
        await there.easel.kill()
        await there.easel.start()

        await until_over(there)

        assert [state for state, _, _ in there.jobs()] == ["done"]
        assert len(there.gateway.asked) == 1


@pytest.mark.slow
@pytest.mark.parametrize("name", ["apixo", "runflow"])
async def test_a_stop_does_not_wait_for_what_a_gateway_draws(tmp_path: Path, name: str) -> None:
    """SIGTERM while it draws and draws: nothing is held up, and the next start collects."""
    async with town(name, tmp_path, **QUICK_LOOKS) as there:
        await there.order("[never] a fox")
        async with asyncio.timeout(END_SECONDS):
            await there.records.until(lambda: any(state == "ticketed" for _, state, _ in there.calls()))

        assert await there.easel.stop() == 0
        (task,) = there.gateway.tasks.values()
        task.scene = SCENES["draws"]
        await there.easel.start()
        await until_over(there)

        assert [state for state, _, _ in there.jobs()] == ["done"]
        assert len(there.gateway.asked) == 1


async def stop_while_it_draws(there: Town) -> asyncio.Task[int]:
    """Send SIGTERM while a vendor that answers in one call has the order and draws for a minute."""
    await there.order("[held] a fox --quality low" if there.name == "openai" else "[held] a fox")
    async with asyncio.timeout(END_SECONDS):
        await there.gateway.reached.wait()
    return asyncio.create_task(there.easel.stop())


def refuses(port: int) -> bool:
    """Whether nobody listens any more: the first thing that a stop does."""
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.slow
async def test_a_stop_waits_for_what_is_nearly_drawn(tmp_path: Path) -> None:
    """SIGTERM during a call that ends within the drain time: this process stores and charges it."""
    async with town("openai", tmp_path, 20) as there:
        stopping = await stop_while_it_draws(there)
        async with asyncio.timeout(END_SECONDS):
            await there.records.until(lambda: refuses(there.easel.port))
        there.gateway.gate.set()

        assert await stopping == 0

        [(state, charged, counted)] = there.jobs()
        assert (state, charged) == ("done", counted)
        assert len(there.gateway.books) == 1


@pytest.mark.slow
@pytest.mark.parametrize(("name", "state", "asked"), [("openai", "lost", 1), ("callmissed", "done", 2)])
async def test_a_stop_during_a_minutes_call_follows_the_crash_policy(
    tmp_path: Path, name: str, state: str, asked: int
) -> None:
    """SIGTERM, and the call outlasts the drain time: unknown where nobody can ask, repeated where a key tells."""
    async with town(name, tmp_path, 1) as there:
        stopping = await stop_while_it_draws(there)

        assert await stopping == 0
        assert [state for _, state, _ in there.calls()] == ["called"]
        there.gateway.gate.set()
        await there.easel.start()
        await until_over(there)

        [(ended, charged, counted)] = there.jobs()
        assert ended == state
        assert charged == (0 if state == "lost" else counted)
        assert counted
        assert len(there.gateway.books) == asked


@pytest.mark.slow
@pytest.mark.parametrize("name", ["apixo", "runflow"])
async def test_a_callback_at_every_wrong_time(tmp_path: Path, name: str) -> None:
    """Forged, before the order is answered, while it is, twice at once, and long after: one picture, one charge."""
    async with town(name, tmp_path, **RARE_LOOKS) as there:
        gateway = there.gateway
        await there.order("[held] a fox")
        async with asyncio.timeout(END_SECONDS):
            await gateway.reached.wait()
        [task] = gateway.tasks.values()
        url = task.body["callback_url"]
        assert await call_back(there, task, url[:-3] + "xxx") == 404
        if name == "runflow":
            assert (
                await gateway.call_back(url, gateway.callback_of(task), **{"Runflow-Signature": "0" * 64})
                == 404
            )
            assert await gateway.call_back(url, gateway.callback_of(task)) == 404

        assert await call_back(there, task, url) == 200
        gateway.gate.set()
        async with asyncio.timeout(END_SECONDS):
            await there.records.until(lambda: any(state == "ticketed" for _, state, _ in there.calls()))
        task.asked = 1
        assert await asyncio.gather(*(call_back(there, task, url) for _ in range(4))) == [200] * 4
        await until_over(there)
        assert await call_back(there, task, url) == 200

        [(state, charged, counted)] = there.jobs()
        assert (state, charged) == ("done", counted)
        assert len(there.records.rows("SELECT id FROM pictures")) == 1
        assert len(gateway.asked) == 1


@pytest.mark.slow
@pytest.mark.parametrize("name", ["apixo", "runflow"])
async def test_a_missing_callback_is_made_up_for(tmp_path: Path, name: str) -> None:
    """Asked to call back and silent: it is looked at by its due times."""
    async with town(name, tmp_path, **QUICK_LOOKS) as there:
        await there.order("[slow] a fox")
        await until_over(there)

        [(_, body)] = there.gateway.asked
        assert "/callbacks/" in body["callback_url"]
        assert [state for state, _, _ in there.jobs()] == ["done"]


@pytest.mark.slow
async def test_pictures_are_shown_by_links(tmp_path: Path) -> None:
    """APIXO fetches what is to be changed from our own address: without cookies, the right bytes and type."""
    written = BytesIO()
    Image.new("RGB", (64, 64), "teal").save(written, "PNG")
    async with town("apixo", tmp_path, **QUICK_LOOKS) as there:
        await there.order("make it night", {"photo.png": written.getvalue()})
        await until_over(there)

        assert [state for state, _, _ in there.jobs()] == ["done"]
        [(mime, content)] = there.gateway.fetched
        assert mime == "image/png"
        assert Image.open(BytesIO(content)).size == (64, 64)


async def call_back(there: Town, task: Any, url: str) -> int:
    """Let the gateway call back as it does."""
    if hasattr(there.gateway, "callback_of"):
        body = there.gateway.callback_of(task)
        return int(await there.gateway.call_back(url, body, **there.gateway.signed(body)))
    return int(await there.gateway.call_back(url, there.gateway.status_of(task)))
