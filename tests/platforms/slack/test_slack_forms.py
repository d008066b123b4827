"""Every form, and words that are longer than its boxes: nothing is lost, nothing breaks, nothing is cut in silence."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.app import App
from bot.platforms.slack.views import TEXT_CHARACTERS_MAX
from bot.storage.schema import jobs
from bot.storage.transaction import Tx
from tests.doubles.slack.blocks import elements_of
from tests.doubles.slack.double import Slack
from tests.doubles.slack.puppets import Person
from tests.doubles.slack.state import Conversation, View
from tests.doubles.slack.transport import Delivery
from tests.platforms.slack.easel import Message, Way, drawn, labels, running_easel, text_of

LONG = "a heron " * 375 + "!"
SENTENCE_CHARACTERS_MAX = 200
Opens = Callable[["Room"], Delivery]


class Room:
    """A channel with a picture in it, and an admin who opens forms there."""

    def __init__(self, slack: Slack, design: Conversation, cat: Person) -> None:
        self.slack = slack
        self.design = design
        self.cat = cat
        self.picture: Message = {}

    def presses(self, which: str, message: Message) -> Delivery:
        """Press a button, named by how its label begins."""
        return self.cat.press(
            self.design, next(each for each in labels(message) if each.startswith(which)), message
        )

    async def told(self, command: str, text: str) -> Message:
        """Use a command, and return what only its caller is told."""
        self.design.ephemeral.clear()
        self.cat.slash(command, text, self.design)
        # What the press before has led to may still come.
        return await self.slack.wait_for_ephemeral(self.cat, self.design, lambda each: bool(labels(each)))

    async def form(self) -> View:
        """Wait for the form that is open."""
        return await self.slack.wait_for_view(self.cat, lambda each: each.wire["type"] == "modal")


def _count(db: Tx) -> int:
    return db.execute(select(func.count()).select_from(jobs)).scalar_one()


@pytest.fixture
async def room(slack: Slack, design: Conversation, easel: App) -> Room:
    """A picture that Cat, who is an admin, has drawn."""
    cat = slack.person("Cat", is_admin=True)
    design.members.append(cat.id)
    made = Room(slack, design, cat)
    cat.slash("/imagine", "a harbour", design)
    made.picture = await drawn(slack, design)
    return made


@pytest.fixture
async def easel(slack: Slack, way: Way, tmp_path: Path) -> AsyncIterator[App]:
    """Easel that may see who administers the workspace."""
    slack.grant("users:read")
    async with running_easel(slack, tmp_path, way) as app:
        yield app


def test_the_words_are_longer_than_a_box() -> None:
    """By one."""
    assert len(LONG) == TEXT_CHARACTERS_MAX + 1


REFUSED = (
    ("/imagine", f"{LONG} --size 9000x9000"),
    ("/easel", f"edit --picture 1 --size 9000x9000 {LONG}"),
    ("/easel", f"settings style {LONG}"),
    ("/easel", f"report 1 {LONG}"),
    ("/easel", f'setup --contact "{LONG}"'),
    ("/easel", f'channel --style "{LONG}"'),
    ("/easel", f"words add {LONG}"),
    ("/quota", f"grant me 5 {LONG}"),
    ("/quota", f"block me {LONG}"),
    ("/quota", f"pause {LONG}"),
)


@pytest.mark.parametrize(
    "lines", [REFUSED[:1], pytest.param(REFUSED[1:], marks=pytest.mark.slow)], ids=["an order", "all others"]
)
async def test_words_that_go_into_no_box_come_back_whole(
    room: Room, easel: App, lines: tuple[tuple[str, str], ...]
) -> None:
    """As a file in the direct message, whatever they were said with: no form opens, and no job is made."""
    before = len(room.slack.world.views)
    for command, text in lines:
        refused = await room.told(command, text)
        assert len(str(refused["text"])) <= SENTENCE_CHARACTERS_MAX, refused["text"]

        room.presses("Change words", refused)

        told = await room.slack.wait_for_message(room.cat.direct(), lambda each: bool(each.get("files")))
        kept = room.slack.world.files[told["files"][0]["id"]].data or b""
        assert LONG.strip() in kept.decode(), text[:40]
        room.cat.direct().messages.clear()
    assert len(room.slack.world.views) == before
    assert await easel.stores.database.read(_count) == 1


OPENED: dict[str, Opens] = {
    "an order": lambda room: room.cat.slash("/imagine", "", room.design),
    "a change": lambda room: room.presses("Edit", room.picture),
    "a change by the menu": lambda room: room.cat.shortcut("edit_image", room.design, room.picture),
}
SAID = {
    "changed words": ("/imagine", "a cat --size 9000x9000", "Change words"),
    "one's style": ("/easel", "settings", "Style"),
    "one's model": ("/easel", "settings", "Model"),
    "a report": ("/easel", "report", "Change words"),
    "a channel's style": ("/easel", "channel", "Style"),
    "a channel's cap": ("/easel", "channel", "Cap"),
    "a workspace's contact": ("/easel", "setup", "Contact"),
    "a workspace's model": ("/easel", "setup", "Model"),
    "a grant": ("/quota", "grant", "Change words"),
}


async def test_a_client_that_sends_more_than_a_box_takes_breaks_nothing(
    room: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every text of every form with 3,001 characters: drawn whole, or refused in the form in one sentence."""
    for opens in OPENED.values():
        opens(room)
        await sends_too_much(room)
    for command, text, button in SAID.values():
        room.presses(button, await room.told(command, text))
        await sends_too_much(room)
    assert "Traceback" not in capsys.readouterr().out


async def sends_too_much(room: Room) -> None:
    """Fill every text of the form that is open, and send it."""
    form = await room.form()
    texts = [
        (block["block_id"], each)
        for block, each in elements_of(form.wire["blocks"])
        if each["type"] == "plain_text_input"
    ]
    for _, each in texts:
        assert each["max_length"] <= TEXT_CHARACTERS_MAX
        # Slack's own clients keep to the limit.
        each["max_length"] = len(LONG)

    sent = await room.slack.over(room.cat.submit(form, {name: LONG for name, _ in texts}))

    assert sent.is_acked
    room.cat.close(form)
    if sent.answer is not None:
        [sentence] = sent.answer["errors"].values()
        assert len(sentence) <= SENTENCE_CHARACTERS_MAX, sentence
    elif texts:
        assert [name for name, _ in texts] == ["prompt"], "something was taken that is too long"
        posted = await room.slack.wait_for_message(
            room.design, lambda each: "“a heron a heron" in text_of(each)
        )
        del room.design.messages[posted["ts"]]
