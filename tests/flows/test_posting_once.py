"""A platform that knows a nonce again for two minutes shows each message once, wherever the process died."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.core.postings import NONCE_MILLISECONDS, Posting
from bot.core.replies import Address, Posted, Reply
from bot.storage.postings import PostingNotes
from bot.storage.schema import postings
from tests.flows.chatroom import Chatroom
from tests.flows.conftest import Build
from tests.flows.house import House
from tests.flows.mortal import Died
from tests.flows.world import Platform
from tests.longer import few


class NoncePlatform(Platform):
    """Posts a new message for every request, unless it saw the nonce in the last two minutes."""

    def __init__(self, house: House) -> None:
        super().__init__()
        self.house = house
        self.messages: list[tuple[str, Reply]] = []
        self.nonces: dict[str, tuple[int, str]] = {}
        self.searches = 0

    async def __call__(self, address: Address, reply: Reply, *, key: str) -> Posted:
        life = self.house.life
        notes, now = PostingNotes(life.database), self.house.clock()
        posting = (await notes.find(key)).get("0", Posting(key, nonce=key[-25:]))
        step = posting.next_step(now)
        if step == "send":
            posting = replace(posting, sending_since=now)
            await notes.note(posting)
        if step == "search":
            self.searches += 1
            message = next((id for id, shown in self.messages if shown.job == reply.job), None)
        else:
            message = posting.message
        if message is None:
            message = self._sent(posting.nonce or "", reply, now)
            life.fuse.step("send")
        where: dict[str, Any] = {
            "platform": address.platform,
            "tenant": address.tenant,
            "channel": address.channel,
        }
        shown = tuple(each.id for each in reply.pictures)
        await notes.note(replace(posting, message=message, posted_at=now, pictures=shown, **where))
        return Posted(message=message, posted_at=now)

    def _sent(self, nonce: str, reply: Reply, now: int) -> str:
        seen, message = self.nonces.get(nonce, (0, ""))
        if now - seen >= NONCE_MILLISECONDS:
            message = f"message {len(self.messages)}"
            self.messages.append((message, reply))
            self.nonces[nonce] = now, message
        return message


STEPS = ("claim", "note", "send", "note", "post", "posted")
"""What a delivery does that the world can notice."""


@pytest.mark.parametrize("away", few([0, 600], [600]), ids=["soon", "much later"])
@pytest.mark.parametrize("fatal", range(len(STEPS)))
async def test_each_message_is_shown_once(build: Build, fatal: int, away: int) -> None:
    """Killed before the note, after it, after the request and after the message was noted."""
    whole, _ = await begun(await build())
    await whole.live()
    steps = whole.life.fuse.steps
    before = steps.index("claim")
    house, platform = await begun(await build(), before + fatal + 1)
    with pytest.raises(Died):
        await house.live()
    house.clock.advance(away)
    await house.restart()
    await house.live()
    [row] = await house.rows(postings)
    heard = await Chatroom(house).reply("ann", "make it night", "message 0")

    assert tuple(steps[before : before + len(STEPS)]) == STEPS
    assert len(platform.messages) == 1
    assert row.message == "message 0"
    assert heard.kind == "accepted"


async def begun(house: House, fatal: int | None = None) -> tuple[House, NoncePlatform]:
    """Put the platform in front of a house, and order a picture in a process that dies at this step."""
    platform = NoncePlatform(house)
    house.site.platform = house.platform = platform
    await house.restart(fatal)
    await house.order(Chatroom(house).caller("ann"))
    return house, platform
