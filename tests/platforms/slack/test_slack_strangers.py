"""Guests and people of other organisations: they press and send everything there is, and nothing is spent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import pytest
from sqlalchemy import func, select

from bot.app import App
from bot.storage.schema import calls, entries, jobs
from bot.storage.transaction import Tx
from tests.doubles.openai_simulator import OpenAISimulator
from tests.doubles.slack.double import Slack
from tests.doubles.slack.puppets import Person
from tests.doubles.slack.state import Conversation
from tests.doubles.slack.transport import Delivery
from tests.platforms.slack.easel import PICTURE, Message, Way, drawn, labels, running_easel, text_of
from tests.platforms.vendors import vendor_settings

SENTENCE_CHARACTERS_MAX = 200
MODALS = "modal"


def _books(db: Tx) -> dict[str, int]:
    return {
        table.name: db.execute(select(func.count()).select_from(table)).scalar_one()
        for table in (jobs, calls, entries)
    }


@dataclass(frozen=True)
class Trying:
    """Somebody who may spend nothing tries something, and what they are told is read."""

    easel: App
    slack: Slack
    who: Person
    design: Conversation

    async def told(self, made: Delivery, words: Sequence[str]) -> str:
        """Wait for the one private answer of an act; it says one of these, and nothing has changed."""
        done = await self.slack.over(made)
        assert done.is_acked, done.error
        told = await self.slack.wait_for_ephemeral(self.who, self.design)
        said = text_of(told)
        assert any(each in said for each in words), said
        assert len(str(told["text"])) <= SENTENCE_CHARACTERS_MAX
        self.design.ephemeral.clear()
        return said

    async def fills_in(self, made: Delivery, values: dict[str, object]) -> str:
        """Wait for the form of an act, send it, and read what stands in it then."""
        await self.slack.over(made)
        form = await self.slack.wait_for_view(self.who, lambda each: each.wire["type"] == MODALS)
        sent = await self.slack.over(self.who.submit(form, values))
        self.who.close(form)
        return str(sent.answer)


@asynccontextmanager
async def unchanged(easel: App, vendor: OpenAISimulator) -> AsyncIterator[None]:
    """See to it that no job, no call and no entry of the books is made while the block runs."""
    before, asked = await easel.stores.database.read(_books), len(vendor.books)
    yield
    assert await easel.stores.database.read(_books) == before
    assert len(vendor.books) == asked


BROKE = ("have no credits here",)
THEIRS = ("belongs to somebody else",)


@dataclass(frozen=True)
class Standing:
    """What stands in the channel: a finished picture, its file, an order that runs, and one that failed."""

    picture: Message
    shared: Message
    running: Message
    failed: Message


async def everything(trying: Trying, there: Standing) -> None:
    """Press every button, use every shortcut, send every form, type every command that orders."""
    who, slack, design = trying.who, trying.slack, trying.design
    picture, shared = there.picture, there.shared
    for label in labels(picture):
        match label.split(" ")[0]:
            case "Edit…":
                said = await trying.fills_in(who.press(design, label, picture), {"prompt": "make it night"})
                assert BROKE[0] in said
            case "Delete":
                await trying.told(who.press(design, label, picture), THEIRS)
            case "Original":
                await trying.told(who.press(design, label, picture), ("It is in our direct messages",))
            case "Report":
                asked = await trying.told(who.press(design, label, picture), ("What is wrong",))
                assert asked
            case _:
                await trying.told(who.press(design, label, picture), BROKE)
    await trying.told(who.press(design, "Cancel", there.running), THEIRS)
    assert {"Change words", "Try again"} == {each.partition(" · ")[0] for each in labels(there.failed)}
    await trying.told(who.press(design, "Try again", there.failed), BROKE)
    said = await trying.fills_in(who.press(design, "Change words", there.failed), {"prompt": "a fox"})
    assert BROKE[0] in said
    await from_home(trying)
    await trying.told(who.slash("/imagine", "a fox", design), BROKE)
    await trying.told(who.slash("/easel", "edit --picture 1 make it night", design), BROKE)
    await trying.told(who.slash("/quota", "grant @ann 50", design), ("Only admins",))
    await trying.told(who.slash("/easel", "setup", design), ("Only admins",))
    said = await trying.fills_in(
        who.slash("/imagine", "", design), {"prompt": "a fox", "references": [PICTURE]}
    )
    assert BROKE[0] in said
    said = await trying.fills_in(who.shortcut("edit_image", design, picture), {"prompt": "make it night"})
    assert BROKE[0] in said
    await trying.told(who.shortcut("report_image", design, shared), ("What is wrong",))
    who.say(design, f"{slack.bot_mention} a fox on a hill")
    await trying.told(slack.transport.deliveries[-1], BROKE)
    who.say(design, f"{slack.bot_mention} make it a winter night", thread_ts=picture["ts"])
    await trying.told(slack.transport.deliveries[-1], BROKE)


def says(words: str, message: Message) -> bool:
    """Whether a message holds these words."""
    return words in text_of(message)


async def from_home(trying: Trying) -> None:
    """Press every button of their own page; what it says comes in their direct messages."""
    who, slack = trying.who, trying.slack
    who.opens_home()
    page = await slack.wait_for_view(who, lambda each: each.wire["type"] == "home")
    said = await trying.fills_in(who.press(page, "New picture"), {"prompt": "a fox"})
    assert BROKE[0] in said
    for door, words in (
        ("Settings", "begin with"),
        ("History", "ordered nothing"),
        ("Help", "These commands"),
    ):
        await slack.over(who.press(page, door))
        await slack.wait_for_message(who.direct(), partial(says, words))


@pytest.mark.parametrize("kind", ["guest", "stranger"])
async def test_who_may_spend_nothing_presses_everything(
    slack: Slack,
    design: Conversation,
    ann: Person,
    way: Way,
    tmp_path_factory: pytest.TempPathFactory,
    kind: str,
) -> None:
    """No hold, no request, no job: one clear sentence each time, for them alone."""
    if kind == "guest":
        slack.grant("users:read")
    who = slack.person(
        "Eve", is_guest=kind == "guest", team_id="T0ELSEWHERE" if kind == "stranger" else "T0EASELTEAM"
    )
    design.members.append(who.id)
    folder = tmp_path_factory.mktemp("easel")
    async with (
        OpenAISimulator().serving() as vendor,
        running_easel(slack, folder, way, vendor_settings(vendor, folder)) as easel,
    ):
        ann.slash("/imagine", "a harbour --quality low --size 1200x630", design)
        picture = await drawn(slack, design, "a harbour")
        [shared] = [each for each in design.messages.values() if each.get("files")]
        vendor.plan("blocked_input", "held")
        ann.slash("/imagine", "a broken lamp", design)
        failed = await slack.wait_for_message(design, lambda each: "Change words" in labels(each))
        ann.slash("/imagine", "a lighthouse", design)
        running = await slack.wait_for_message(
            design, lambda each: "a lighthouse" in text_of(each) and "Cancel" in str(labels(each))
        )
        await vendor.reached.wait()
        posted = {ts for ts, each in design.messages.items() if each.get("bot_id")}

        async with unchanged(easel, vendor):
            await everything(Trying(easel, slack, who, design), Standing(picture, shared, running, failed))

        assert {ts for ts, each in design.messages.items() if each.get("bot_id")} == posted
        vendor.gate.set()
        await drawn(slack, design, "a lighthouse")
