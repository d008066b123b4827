"""The unmodified process: it draws either way, keeps what people say to itself, and posts once whatever happens."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from tests.doubles.slack.double import Slack
from tests.doubles.slack.puppets import Person
from tests.doubles.slack.state import Conversation
from tests.longer import few
from tests.platforms.slack.easel import Way, drawn, images, pictures_posted, text_of
from tests.platforms.slack.process import Process

SECRET = "zanzibarmoonrise"
STEPS = ("/api/files.getUploadURLExternal", "/upload/v1/*", "/api/files.completeUploadExternal")
INSTANTS = tuple(
    (step, kind, way)
    for step in STEPS
    for kind in ("hold_before", "hold_after")
    for way in ("socket", "http")
)
WORST = INSTANTS[-2:-1]
"""Slack has shared the picture, and Easel dies before it knows."""


@pytest.fixture
async def process(slack: Slack, tmp_path: Path) -> AsyncIterator[Process]:
    """A process over a socket, not yet started."""
    made = Process(slack, tmp_path)
    yield made
    await made.stop()


@pytest.mark.parametrize("way", ["socket", "http"])
async def test_it_draws_and_keeps_what_people_say_to_itself(
    slack: Slack, design: Conversation, ann: Person, tmp_path: Path, way: Way
) -> None:
    """No address, no line of the log and no metric holds a word of a prompt."""
    process = Process(slack, tmp_path, way)
    await process.start()
    try:
        made = await slack.over(ann.slash("/imagine", f"a {SECRET} --count 2", design))
        assert made.is_acked
        await drawn(slack, design, SECRET)
        ann.slash("/imagine", f"{SECRET} --szie wide", design)
        await slack.wait_for_ephemeral(ann, design, lambda each: "szie" in text_of(each))
        async with aiohttp.ClientSession() as session, session.get(f"{process.address}/metrics") as answer:
            metrics = await answer.text()
        async with aiohttp.ClientSession() as session, session.get(f"{process.address}/readyz") as answer:
            assert answer.status == 200
    finally:
        await process.stop()

    assert SECRET not in process.said
    assert SECRET not in metrics
    assert not any(
        SECRET in f"{each.path} {json.dumps(dict(each.query))} {json.dumps(dict(each.headers))}"
        for each in slack.wire.exchanges
    )
    assert slack.bot_token not in process.said


@pytest.mark.parametrize("instant", few(INSTANTS, WORST), ids="-".join)
async def test_a_process_killed_while_it_posts_posts_once(
    process: Process, slack: Slack, design: Conversation, ann: Person, instant: tuple[str, str, Way]
) -> None:
    """Before and after each step of an upload, reached either way: no picture twice, none lost."""
    step, kind, process.way = instant
    await process.start()
    fault = slack.wire.plan(kind, "POST", step)  # type: ignore[arg-type]  # one of the kinds
    ann.slash("/imagine", "a lighthouse", design)
    await fault.reached.wait()
    await process.kill()
    fault.let_go()

    await process.start()
    picture = await slack.wait_for_message(design, lambda each: bool(images(each)), 60)

    assert len(pictures_posted(design)) == 1
    assert images(picture)[0]["slack_file"]["id"] == pictures_posted(design)[0]


@pytest.mark.slow
async def test_a_process_killed_before_its_first_message_lets_the_job_run(
    process: Process, slack: Slack, design: Conversation, ann: Person
) -> None:
    """What was acknowledged is answered after a restart."""
    await process.start()
    fault = slack.wire.plan("hold_before", "POST", "/api/chat.postMessage")
    made = ann.slash("/imagine", "a lighthouse", design)
    await fault.reached.wait()
    assert (await slack.over(made)).is_acked
    await process.kill()
    fault.let_go()

    await process.start()
    await slack.wait_for_message(design, lambda each: bool(images(each)), 60)

    assert len(pictures_posted(design)) == 1
