"""How Slack reaches Easel: kept before it is acknowledged, once, and noticed when it is silent."""

from __future__ import annotations

import asyncio
import json
import threading
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import func, select

from bot.app import App
from bot.storage.schema import inbox, jobs
from bot.storage.transaction import Tx
from tests.doubles.clock import PATIENCE_SECONDS
from tests.doubles.slack.double import Slack
from tests.doubles.slack.puppets import Person
from tests.doubles.slack.state import Conversation
from tests.doubles.slack.transport import signature
from tests.platforms.slack.easel import drawn, running_easel

ACK_SECONDS = 3.0
BLOCKED_SECONDS = 3.0


def _kept(db: Tx) -> int:
    return db.execute(select(func.count()).select_from(inbox).where(inbox.c.key.like("c%"))).scalar_one()


def _wait_for(_: Tx, release: threading.Event) -> None:
    release.wait(PATIENCE_SECONDS)


def _held(_: Tx, begun: threading.Event, release: threading.Event) -> None:
    begun.set()
    release.wait(PATIENCE_SECONDS)


def _states(db: Tx) -> list[str]:
    return list(db.execute(select(jobs.c.state)).scalars())


@pytest.mark.hurried
@pytest.mark.parametrize("count", [40, pytest.param(200, marks=[pytest.mark.slow, pytest.mark.alone])])
async def test_a_burst_of_commands_is_acknowledged_and_kept(slack: Slack, tmp_path: Path, count: int) -> None:
    """So many signed commands at once over HTTP, each within three seconds."""
    people = [slack.person(f"P{number}") for number in range(20)]
    design = slack.channel("design", people)
    async with running_easel(slack, tmp_path, "http") as easel:
        made = [people[number % 20].slash("/easel", "credits", design) for number in range(count)]
        for each in made:
            await slack.over(each, 60)

        assert all(each.is_acked and each.seconds < ACK_SECONDS for each in made)
        assert await easel.stores.database.read(_kept) == count


async def test_a_forged_or_old_request_is_refused(
    slack: Slack, design: Conversation, ann: Person, tmp_path: Path
) -> None:
    """Nothing of it is read."""
    async with running_easel(slack, tmp_path, "http") as easel:
        slack.transport.turned_seconds = -600
        old = await slack.over(ann.slash("/imagine", "a fox", design))
        assert not old.is_acked
        assert await easel.stores.database.read(_kept) == 0


@pytest.mark.hurried
async def test_an_event_that_cannot_be_kept_is_told_again(
    slack: Slack, design: Conversation, ann: Person, tmp_path: Path
) -> None:
    """While the database takes nothing, Slack gets no acknowledgement; afterwards one picture is drawn."""
    async with running_easel(slack, tmp_path, "http") as easel:
        slack.transport.retry_seconds = (0.0, 0.5, 6.0)
        release = threading.Event()
        blocking = asyncio.create_task(easel.stores.database.write(_wait_for, release))
        asyncio.get_running_loop().call_later(BLOCKED_SECONDS, release.set)
        ann.say(design, f"{slack.bot_mention} a heron")
        made = await slack.over(slack.transport.deliveries[-1])
        await blocking

        assert made.tries[0] == "http_error"
        assert made.is_acked
        await drawn(slack, design, "a heron")
        assert len(await easel.stores.database.read(_states)) == 1


@pytest.mark.hurried
async def test_what_is_told_once_is_acknowledged_also_while_it_cannot_be_kept(
    slack: Slack, design: Conversation, ann: Person, tmp_path: Path
) -> None:
    """A command and a form, within three seconds, while the database takes nothing; afterwards both are drawn."""
    async with running_easel(slack, tmp_path, "http") as easel:
        ann.slash("/imagine", "", design)
        view = await slack.wait_for_view(ann)
        begun, release = threading.Event(), threading.Event()
        blocking = asyncio.create_task(easel.stores.database.write(_held, begun, release))
        await asyncio.to_thread(begun.wait, PATIENCE_SECONDS)

        told = [ann.slash("/imagine", "a heron", design), ann.submit(view, {"prompt": "an otter"})]
        for each in told:
            await slack.over(each)
        was_blocked = not blocking.done()
        release.set()
        await blocking

        assert was_blocked
        assert all(each.is_acked and each.seconds < ACK_SECONDS for each in told)
        await drawn(slack, design, "a heron")
        await drawn(slack, design, "an otter")


async def test_a_challenge_is_answered(slack: Slack, tmp_path: Path) -> None:
    """Slack asks it when the address is entered."""
    async with running_easel(slack, tmp_path, "http"):
        body = json.dumps({"type": "url_verification", "challenge": "c3po", "token": "x"})
        url = slack.transport.request_url or ""
        headers = {"Content-Type": "application/json", **signature(body, slack.clock.now_ms() // 1000)}
        async with (
            aiohttp.ClientSession() as session,
            session.post(url, data=body, headers=headers) as answer,
        ):
            assert answer.status == 200
            assert "c3po" in await answer.text()


@pytest.mark.slow
async def test_a_cut_socket_is_replaced(
    slack: Slack, design: Conversation, ann: Person, tmp_path: Path
) -> None:
    """What is ordered afterwards is drawn."""
    async with running_easel(slack, tmp_path, "socket"):
        old = await slack.connected()
        slack.transport.cut()
        await slack.world.changes.until(
            lambda: any(each is not old for each in slack.transport.sockets) or None, "a new socket", 30
        )
        ann.slash("/imagine", "a fox", design)
        await drawn(slack, design)


async def test_an_uninstalled_app_cancels_what_waits(
    easel: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """The books stay."""
    held = slack.wire.plan("hold_before", "POST", "/api/chat.postMessage")
    ann.slash("/imagine", "a fox", design)
    await held.reached.wait()

    slack.uninstall()

    async with asyncio.timeout(PATIENCE_SECONDS):
        while await easel.stores.database.read(_states) != ["cancelled"]:  # noqa: ASYNC110 - tables ring no bell
            await asyncio.sleep(0.02)
    held.let_go()
