"""What somebody chooses once in the web chat holds for what they order there."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from bot.app import App, now
from bot.app import build as build_app
from bot.core.pictures import PictureRequest
from bot.storage.schema import jobs
from bot.storage.transaction import Tx
from bot.webapp import invite
from config import load
from tests.flows.test_rights_elsewhere import EXPOSED, Page
from tests.ports import free_port


@pytest.fixture
async def chat(tmp_path: Path) -> AsyncIterator[tuple[App, Page]]:
    """The whole of Easel, and Ann's page."""
    config = load({**EXPOSED, "PORT": str(free_port()), "EASEL_DATA_DIR": str(tmp_path / "data")})
    async with build_app(config) as app, app.running(), httpx2.AsyncClient(trust_env=False) as client:
        ann = Page(client, f"http://127.0.0.1:{config.settings.port}")
        await ann.join(invite(config, "Ann", now=now()))
        yield app, ann


def answer_of(said: str) -> dict[str, Any]:
    """Return what Easel answered to a line."""
    answer: dict[str, Any] = json.loads(said)["messages"][1]
    return answer


def _requests(db: Tx) -> list[PictureRequest]:
    rows = db.execute(select(jobs.c.request).order_by(jobs.c.seq)).scalars()
    return [PictureRequest.model_validate_json(row) for row in rows]


async def test_settings_are_shown_changed_and_taken_back(chat: tuple[App, Page]) -> None:
    """By a line and by a button of the card; each order begins with them, until all are reset."""
    app, ann = chat
    card = answer_of(await ann.say("/settings --quality low"))
    [asks] = [each for each in card["buttons"] if each["label"] == "Ask before replies"]
    answer_of(await ann.say('/settings style "in ink"'))
    asking = answer_of(await ann.say(asks["words"]))
    await ann.say("a fox")
    reset = answer_of(await ann.say("/settings reset"))
    await ann.say("a heron")

    chosen, plain = ({row["label"]: row["value"] for row in each["rows"]} for each in (asking, reset))
    assert (chosen["Quality"], chosen["Style"], chosen["Replies"]) == ("low", "in ink", "ask first")
    assert (plain["Style"], plain["Replies"]) == ("none", "draw at once")
    fox, heron = await app.stores.database.read(_requests)
    assert (fox.prompt, fox.quality, fox.style) == ("a fox", "low", "in ink")
    assert (heron.quality, heron.style) != ("low", "in ink")
    assert heron.style == ""


async def test_a_setting_that_is_none_is_refused_in_words(chat: tuple[App, Page]) -> None:
    """What there is is named, and nothing is kept."""
    _, ann = chat

    refused = answer_of(await ann.say("/settings replies never"))
    kept = answer_of(await ann.say("/settings"))

    assert refused["kind"] == "refusal"
    assert "draw, ask" in refused["text"]
    assert {row["label"]: row["value"] for row in kept["rows"]}["Replies"] == "draw at once"
