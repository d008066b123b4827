"""Somebody is forgotten while what they said in Slack is being dealt with."""

from __future__ import annotations

import asyncio

from sqlalchemy import select

from bot.app import App
from bot.storage.schema import drafts, identities, inbox, metadata, pictures
from bot.storage.transaction import Tx
from tests.doubles.clock import PATIENCE_SECONDS
from tests.doubles.slack.double import Slack
from tests.doubles.slack.puppets import Person
from tests.doubles.slack.state import Conversation
from tests.platforms.slack.easel import PICTURE, labels

SECRET = "xylophone"


def _traces(db: Tx) -> list[str]:
    """List the rows that hold the word, what was begun with it and what came with it, and what is under way."""
    rows = [str(tuple(row)) for table in metadata.sorted_tables for row in db.execute(select(table))]
    begun = db.execute(select(drafts.c.id)).scalars()
    uploads = db.execute(select(pictures.c.id).where(pictures.c.deleted.is_(None))).scalars()
    under_way = db.execute(select(inbox.c.key).where(inbox.c.body.is_not(None))).scalars()
    return [*(row for row in rows if SECRET in row), *begun, *uploads, *under_way]


async def test_what_is_under_way_is_forgotten_once_it_is_dealt_with(
    easel: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """A picture was still being fetched; what was asked about it goes with it."""
    fetching = slack.wire.plan("hold_before", "GET", "/files-pri/*/download/*")
    ann.say(design, f"{slack.bot_mention} a {SECRET} --quality high --size 4k", files=[PICTURE])
    await fetching.reached.wait()
    database = easel.stores.database
    person = (await database.read(lambda db: db.execute(select(identities.c.person)).all()))[-1].person

    forgetting = easel.operations.operating.forgetting
    assert forgetting is not None
    assert await forgetting.forget(person) == 0
    assert [row for row in await database.read(_traces) if SECRET in row] == []
    fetching.let_go()
    await slack.wait_for_ephemeral(ann, design, lambda each: bool(labels(each)))

    async with asyncio.timeout(PATIENCE_SECONDS):
        while await database.read(_traces):  # noqa: ASYNC110 - a row rings no bell
            await asyncio.sleep(0.01)
