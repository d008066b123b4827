"""What admins read and decide about money in Slack: somebody's jobs with links, reports, lost jobs."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.app import App
from bot.storage.schema import jobs
from bot.storage.transaction import Tx
from tests.doubles.openai_simulator import OpenAISimulator
from tests.doubles.slack.double import Slack
from tests.doubles.slack.puppets import Person
from tests.doubles.slack.state import Conversation
from tests.platforms.losing import arrive_late
from tests.platforms.slack.easel import Message, drawn, labels, running_easel, text_of, whispered
from tests.platforms.vendors import vendor_settings


@pytest.fixture
def cat(slack: Slack, design: Conversation) -> Person:
    """An admin of the workspace."""
    slack.grant("users:read")
    made = slack.person("Cat", is_admin=True)
    design.members.append(made.id)
    return made


async def told(slack: Slack, person: Person, place: Conversation, text: str) -> Message:
    """Use /quota, and return what only its caller is told."""
    return await whispered(slack, person, place, "/quota", text)


async def pressed(slack: Slack, person: Person, place: Conversation, message: Message, label: str) -> str:
    """Press a button of something that only this person sees; returns what they are told."""
    place.ephemeral.clear()
    person.press(place, label, message)
    return text_of(await slack.wait_for_ephemeral(person, place))


async def test_an_admin_sees_what_somebody_has_and_ordered(
    slack: Slack, design: Conversation, ann: Person, cat: Person, tmp_path: Path
) -> None:
    """Plan, available, held and spent; each job with price and state, a button that opens it and a link to it."""
    async with running_easel(slack, tmp_path):
        ann.slash("/imagine", "a fox", design)
        first = await drawn(slack, design)
        shown = await told(slack, cat, design, f"show {ann.mention}")
        words = text_of(shown)

        assert all(each in words for each in ("Plan", "Allowance", "Held", "Spent", "#1", "a fox", "credits"))
        link = f"https://slack.com/archives/{design.id}/p{first['ts'].replace('.', '')}"
        assert {"type": "link", "url": link, "text": "Go to the message"} in _elements(shown)
        assert "Open" in labels(shown)
        assert "a fox" in await pressed(slack, cat, design, shown, "Open")


async def test_a_report_names_the_channel(
    slack: Slack, design: Conversation, ann: Person, cat: Person, tmp_path: Path
) -> None:
    """After a command, after a form and after a click; a private channel as Slack names it to its members."""
    hidden = slack.channel("secret", [ann, cat], kind="group")
    async with running_easel(slack, tmp_path):
        ann.slash("/imagine", "", design)
        ann.submit(await slack.wait_for_view(ann), {"prompt": "a fox"})
        await drawn(slack, design)
        ann.slash("/imagine", "a heron", hidden)
        await drawn(slack, hidden)
        ann.say(ann.direct(), "a harbour at night with boats")
        await drawn(slack, ann.direct())
        cat.slash("/quota", "report", design)
        report = await slack.wait_for_message(cat.direct(), lambda each: "Channel" in text_of(each))

    words = text_of(report)
    assert all(
        each in words for each in ("Channel #design", f"Channel <#{hidden.id}>", "Channel direct messages")
    )
    assert "Channel #secret" not in words
    assert design.id not in words


async def test_lost_jobs_are_decided_by_buttons(
    slack: Slack, design: Conversation, ann: Person, cat: Person, tmp_path: Path
) -> None:
    """Keep, give back, deliver free; each once, and giving back is for those who run Easel."""
    async with OpenAISimulator().serving() as vendor:
        settings = vendor_settings(vendor, tmp_path) | {"EASEL_ADMINS": f"slack:{cat.id}"}
        boss = slack.person("Dan", is_admin=True)
        design.members.append(boss.id)
        vendor.plan("draws", "cut", "cut", "cut")
        async with running_easel(slack, tmp_path, more=settings) as easel:
            for number, words in enumerate(("a fox", "a lighthouse", "a harbour", "a heron"), start=1):
                ann.slash("/imagine", words, design)
                await _all_ended(easel, number)
            assert await easel.stores.database.write(arrive_late, 4, now=time.time_ns() // 1_000_000)
            plain = await told(slack, boss, design, "lost")
            kept = await pressed(slack, boss, design, plain, "#2 Caps keep")
            every = await told(slack, cat, design, "lost")
            back = await pressed(slack, cat, design, every, "#3 Give the caps")
            every = await told(slack, cat, design, "lost")
            free = await pressed(slack, cat, design, every, "#4 Deliver free")
            late = await drawn(slack, design, "a heron")

    assert not any("Give the caps" in each for each in labels(plain))
    assert "caps keep" in kept
    assert "the caps have" in back
    assert "came late, free" in free
    assert late["ts"]


def _elements(message: Message) -> list[dict[str, object]]:
    """List the elements of every rich text in a message."""
    texts = [each for each in message["blocks"] if each["type"] == "rich_text"]
    return [element for text in texts for section in text["elements"] for element in section["elements"]]


async def _all_ended(easel: App, number: int) -> None:
    """Wait until so many orders have ended."""
    async with asyncio.timeout(20):
        while await easel.stores.database.read(_ended) < number:  # noqa: ASYNC110 - tables ring no bell
            await asyncio.sleep(0.01)


def _ended(db: Tx) -> int:
    return db.execute(select(func.count()).where(jobs.c.ended.is_not(None))).scalar_one()
