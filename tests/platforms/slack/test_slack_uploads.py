"""A share that is late, never comes or is confirmed twice: no picture twice, none lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from bot.core.postings import Posting
from bot.core.replies import Address
from bot.platforms.slack.api import SlackApi, SlackFailed, client_of
from bot.platforms.slack.uploads import Pace, Place, Upload, Uploads
from tests.doubles.clock import Clock
from tests.doubles.slack.double import Slack
from tests.doubles.slack.state import Conversation
from tests.platforms.slack.easel import PICTURE, pictures_posted

PACE = Pace(look_seconds=0.01, try_seconds=0.05)


@dataclass
class Notes:
    """Notes in memory."""

    kept: dict[str, Posting] = field(default_factory=dict)

    async def find(self, key: str) -> Mapping[str, Posting]:
        """Return the notes of a reply."""
        return {part: each for part, each in self.kept.items() if each.key == key}

    async def note(self, posting: Posting) -> None:
        """Keep a note."""
        self.kept[posting.part] = posting

    async def showing(self, job: str, picture: str) -> Posting | None:
        return None

    async def refused(self) -> None:
        """Nobody is told of the token."""

    async def is_begun(self, address: Address, thread: str) -> bool:
        """Whether a thread has a reply of ours."""
        return any(each.thread == thread and each.message for each in self.kept.values())


@dataclass
class Desk:
    """One upload of one picture, as often as it is tried."""

    slack: Slack
    place: Place
    path: Path
    session: aiohttp.ClientSession
    clock: Clock = field(default_factory=Clock)
    notes: Notes = field(default_factory=Notes)

    async def share(self) -> tuple[Posting, ...]:
        """Try once, from what was noted."""
        client = client_of(self.slack.bot_token, self.slack.api_url)
        api = SlackApi(client, self.session, self.notes.refused)
        note = self.notes.kept.get("file 1") or Posting("job:result", "file 1", pictures=("1",))
        upload = Upload(note, self.path, "fox.png", len(PICTURE.data), "a fox")
        return await Uploads(api, self.notes, self.clock.now_ms, PACE).share([upload], self.place)

    async def share_in_vain(self, times: int) -> None:
        """Try so often, each time long enough for Slack to show it, which it does not."""
        for _ in range(times):
            with pytest.raises(SlackFailed, match="not_shared"):
                await self.share()
            self.clock.turn(PACE.share_seconds + 1)


@pytest.fixture
async def desk(slack: Slack, design: Conversation, tmp_path: Path) -> AsyncIterator[Desk]:
    """A picture and where it belongs."""
    path = tmp_path / "fox.png"
    path.write_bytes(PICTURE.data)
    async with aiohttp.ClientSession() as session:
        yield Desk(slack, Place(design.id, None), path, session)


async def test_a_late_share_is_waited_for(desk: Desk, slack: Slack, design: Conversation) -> None:
    """However often it is tried meanwhile, it is completed once."""
    slack.shares.mode = "held"
    for _ in range(3):
        with pytest.raises(SlackFailed, match="not_shared"):
            await desk.share()
    slack.shares.let_go()

    [done] = await desk.share()

    assert done.message in design.messages
    assert len(pictures_posted(design)) == 1
    assert len(slack.wire.asked("POST", "/api/files.completeUploadExternal")) == 1


async def test_a_share_that_never_comes_is_made_again_then_given_up(
    desk: Desk, slack: Slack, design: Conversation
) -> None:
    """Completed twice, uploaded anew without a description, completed twice, each after a minute; then it is said."""
    slack.shares.mode = "never"
    await desk.share_in_vain(4)
    with pytest.raises(SlackFailed, match="never_shared"):
        await desk.share()

    asked = slack.wire.asked("POST", "/api/files.getUploadURLExternal")
    assert ["alt_txt" in each.body for each in asked] == [True, False]
    assert len(slack.wire.asked("POST", "/api/files.completeUploadExternal")) == 4


async def test_a_file_that_is_being_looked_through_is_not_completed_again(
    desk: Desk, slack: Slack, design: Conversation
) -> None:
    """Slack says so by giving it no type; after five minutes people are told where it is instead."""
    slack.shares.mode = "held"
    await desk.share_in_vain(4)
    desk.clock.turn(PACE.share_seconds + 1)
    with pytest.raises(SlackFailed, match="never_shared"):
        await desk.share()

    assert len(slack.wire.asked("POST", "/api/files.completeUploadExternal")) == 1


async def test_what_two_completions_show_twice_stands_there_once(
    desk: Desk, slack: Slack, design: Conversation
) -> None:
    """Both shares were late: the second message is taken away."""
    slack.shares.mode = "slow"
    await desk.share_in_vain(2)
    slack.shares.let_go()
    assert len(pictures_posted(design)) == 2

    [done] = await desk.share()

    assert list(design.messages) == [done.message]
    assert len(pictures_posted(design)) == 1


async def test_a_share_that_comes_after_the_file_was_replaced_shows_nothing(
    desk: Desk, slack: Slack, design: Conversation
) -> None:
    """The first file was taken back before the second was uploaded."""
    slack.shares.mode = "slow"
    await desk.share_in_vain(2)
    late = list(slack.shares.waiting)
    slack.shares.waiting.clear()
    slack.shares.mode = "soon"

    [done] = await desk.share()
    slack.shares.waiting.extend(late)
    slack.shares.let_go()

    assert list(design.messages) == [done.message]
    assert len(slack.wire.asked("POST", "/api/files.getUploadURLExternal")) == 2


async def test_dying_between_two_uploads_loses_nothing(
    desk: Desk, slack: Slack, design: Conversation
) -> None:
    """The first file was taken back, and the second not asked for yet."""
    slack.shares.mode = "never"
    await desk.share_in_vain(2)
    slack.wire.plan("cut_before", "POST", "/api/files.getUploadURLExternal")
    with pytest.raises(SlackFailed, match="unreachable"):
        await desk.share()
    slack.shares.mode = "soon"

    [done] = await desk.share()

    assert list(design.messages) == [done.message]


async def test_a_completion_whose_answer_was_lost_is_not_repeated(
    desk: Desk, slack: Slack, design: Conversation
) -> None:
    """Slack is asked where the file is."""
    slack.wire.plan("cut_after", "POST", "/api/files.completeUploadExternal")
    with pytest.raises(SlackFailed, match="unreachable"):
        await desk.share()
    await asyncio.sleep(0)

    await desk.share()

    assert len(pictures_posted(design)) == 1
    assert len(slack.wire.asked("POST", "/api/files.completeUploadExternal")) == 1


async def test_bytes_that_were_cut_off_are_sent_again(desk: Desk, slack: Slack, design: Conversation) -> None:
    """To a new address; nothing was shown yet."""
    slack.wire.plan("cut_before", "POST", "/upload/v1/*")
    with pytest.raises(SlackFailed, match="unreachable"):
        await desk.share()

    await desk.share()

    assert len(pictures_posted(design)) == 1
