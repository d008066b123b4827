"""Two hundred signed commands of Slack within a second over HTTP: how long one waits for its acknowledgement."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from statistics import median

import aiohttp

from benchmarks.result import Result, Sizes, percentile
from tests.doubles.slack.double import Slack, slack_serving
from tests.kill.chat_easel import chat_easel, slack_http_settings

SECONDS = 1.0
READY_SECONDS = 20.0
ACK_SECONDS = 3.0
RATIO = 1.5
BARE = """
import asyncio, os
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

async def main():
    token = os.environ["SLACK_BOT_TOKEN"]
    client = AsyncWebClient(token=token, base_url=os.environ["SLACK_API_URL"])
    app = AsyncApp(client=client, signing_secret=os.environ["SLACK_SIGNING_SECRET"])

    @app.command("/imagine")
    async def imagine(ack):
        await ack()

    runner = web.AppRunner(app.web_app(path="/slack/events"))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


async def measure(sizes: Sizes, folder: Path) -> Sequence[Result]:
    """Let a bare Bolt app and Easel, each a process of its own, answer the same commands in turns."""
    bare, ours = [], []
    for number in range(sizes.rounds):
        own = folder / str(number)
        own.mkdir()
        async with slack_serving() as slack, _bare(own, slack) as address:
            bare.append(await _burst(slack, address, sizes.commands))
        async with slack_serving() as slack, chat_easel(own, slack_http_settings(slack)) as easel:
            await easel.start()
            address = await easel.address()
            await _connected(address)
            ours.append(await _burst(slack, address, sizes.commands))
    p99, base = (median(percentile(each, 0.99) for each in of) for of in (ours, bare))
    p50 = median(percentile(each, 0.5) for each in ours)
    return [
        Result(
            what=f"Slack: {sizes.commands} signed commands in a second → kept and acknowledged, p99",
            measured=f"{p99 * 1e3:.0f} ms (p50 {p50 * 1e3:.0f} ms)",
            baseline=f"a bare app of Bolt whose listener only acknowledges: {base * 1e3:.0f} ms",
            ratio=p99 / base,
            target=f"under {ACK_SECONDS:.0f} s, under {RATIO}",
            is_met=p99 < ACK_SECONDS and p99 / base < RATIO,
        )
    ]


async def _connected(address: str) -> None:
    """Wait until Easel knows its workspace; before that it takes nothing."""
    async with asyncio.timeout(READY_SECONDS), aiohttp.ClientSession() as session:
        while True:
            async with session.get(f"{address.rstrip('/')}/readyz") as answer:
                if answer.status == HTTPStatus.OK:
                    return
            await asyncio.sleep(0.05)


async def _burst(slack: Slack, address: str, count: int) -> list[float]:
    """Send by the clock, whether or not those before are answered; returns the seconds that each waited."""
    slack.transport.request_url = f"{address.rstrip('/')}/slack/events"
    people = [slack.person(f"P{number}") for number in range(count)]
    place = slack.channel("art", people)
    made = []
    for person in people:
        made.append(person.slash("/imagine", "a fox", place))
        await asyncio.sleep(SECONDS / count)
    for each in made:
        await slack.over(each, 60)
    if lost := sum(not each.is_acked for each in made):
        raise RuntimeError(f"{lost} commands were not acknowledged")
    return [each.seconds for each in made]


@asynccontextmanager
async def _bare(folder: Path, slack: Slack) -> AsyncIterator[str]:
    environment = {"PATH": os.environ["PATH"], "PYTHONWARNINGS": "ignore", **slack_http_settings(slack)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", BARE, cwd=folder, env=environment, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        yield (await process.stdout.readline()).decode().strip()
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
