"""A question in a direct message: answered once, and gone when its time is up, also after a restart."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from sqlalchemy import select, update

from bot.app import App
from bot.hearing import ASK_SECONDS
from bot.storage.schema import inbox
from bot.storage.transaction import Tx
from tests.doubles.clock import PATIENCE_SECONDS
from tests.doubles.slack.double import Slack
from tests.doubles.slack.puppets import Person
from tests.doubles.slack.state import Conversation
from tests.platforms.slack.easel import Message, Way, drawn, labels, running_easel, text_of


def _questions(db: Tx) -> list[dict[str, object]]:
    rows = db.execute(select(inbox.c.body).where(inbox.c.key.like("q%"), inbox.c.body.is_not(None))).scalars()
    return [json.loads(body) for body in rows]


def _let_time_pass(db: Tx, seconds: int) -> None:
    [question] = _questions(db)
    body = json.dumps(question | {"until": int(str(question["until"])) - seconds * 1_000})
    db.execute(update(inbox).where(inbox.c.key.like("q%")).values(body=body))


async def asked(slack: Slack, ann: Person) -> Message:
    """Draw a picture in the direct message, and answer it with one word."""
    ann.say(ann.direct(), "a lighthouse at dusk")
    picture = await drawn(slack, ann.direct(), "a lighthouse")
    ann.say(ann.direct(), "night", thread_ts=picture["ts"])
    return await slack.wait_for_message(ann.direct(), lambda each: "“night”" in text_of(each))


async def noted(easel: App) -> dict[str, object]:
    """Wait until it is kept when the question is over."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (found := await easel.stores.database.read(_questions)):  # noqa: ASYNC110 - tables ring no bell
            await asyncio.sleep(0.01)
    return found[0]


async def gone(slack: Slack, place: Conversation, message: Message) -> None:
    """Wait until a message is not there any more."""
    await slack.world.changes.until(lambda: message["ts"] not in place.messages or None, "the question to go")


async def test_a_question_is_gone_when_its_time_is_up_also_after_a_restart(
    slack: Slack, ann: Person, way: Way, tmp_path: Path
) -> None:
    """It is remembered for two minutes, and the process that comes later takes it away."""
    async with running_easel(slack, tmp_path, way) as easel:
        question = await asked(slack, ann)
        kept = await noted(easel)
        now = slack.clock.now_ms()
        assert now < int(str(kept["until"])) <= now + ASK_SECONDS * 1_000
        await easel.stores.database.write(_let_time_pass, ASK_SECONDS)
    assert question["ts"] in ann.direct().messages

    async with running_easel(slack, tmp_path, way) as easel:
        await gone(slack, ann.direct(), question)


async def test_a_question_that_is_answered_goes_at_once(easel: App, slack: Slack, ann: Person) -> None:
    """What it asked for stands there instead, once."""
    question = await asked(slack, ann)

    ann.press(ann.direct(), next(each for each in labels(question) if each.startswith("Edit")), question)

    await drawn(slack, ann.direct(), "“night”")
    await gone(slack, ann.direct(), question)


async def test_a_price_that_is_asked_about_goes_when_it_is_pressed(
    easel: App, slack: Slack, ann: Person
) -> None:
    """A dear order in a direct message shows its price first."""
    ann.say(ann.direct(), "a fox in the snow --quality high --size 4k")
    question = await slack.wait_for_message(ann.direct(), lambda each: "Draw" in str(labels(each)))

    ann.press(ann.direct(), next(each for each in labels(question) if each.startswith("Draw")), question)

    await drawn(slack, ann.direct(), "a fox in the snow")
    await gone(slack, ann.direct(), question)
