"""Easel is killed while it posts to Discord, and asked two hundred things at once: one picture for each order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import pytest

from tests.doubles.discord.double import Discord, discord_serving
from tests.doubles.discord.interactions import ANSWER_MS
from tests.doubles.discord.state import Channel, Guild, Message
from tests.kill.chat_easel import ChatEasel, chat_easel, discord_settings

POSTS = "/channels/*/messages"


@pytest.fixture
async def discord() -> AsyncIterator[Discord]:
    async with discord_serving() as made:
        yield made


@pytest.fixture
def guild(discord: Discord) -> Guild:
    return discord.guild()


@pytest.fixture
def art(discord: Discord, guild: Guild) -> Channel:
    return discord.channel(guild)


@pytest.fixture
async def easel(discord: Discord, art: Channel, tmp_path: Path) -> AsyncIterator[ChatEasel]:
    """An Easel that is connected."""
    async with chat_easel(tmp_path, discord_settings(discord)) as made:
        await made.start()
        await discord.wait_for_commands("imagine")
        yield made


def pictures(channel: Channel) -> list[Message]:
    return [each for each in channel.messages.values() if each.files and each.seen_by is None]


@pytest.mark.slow
@pytest.mark.parametrize("instant", ["hold_before", "hold_after", "cut_before", "cut_after", "cut_within"])
async def test_a_picture_is_posted_once_whenever_easel_dies(
    instant: Literal["hold_before", "hold_after", "cut_before", "cut_after", "cut_within"],
    discord: Discord,
    easel: ChatEasel,
    guild: Guild,
    art: Channel,
) -> None:
    """Killed, or cut off, before or after Discord took the post: the picture is there once, and nothing is repeated."""
    ann = discord.member(guild, "Ann")
    fault = discord.wire.plan(instant, "POST", POSTS)
    ann.slash(art, "imagine", {"prompt": "a lighthouse"})
    if instant.startswith("hold"):
        await fault.reached.wait()
        await easel.kill()
        await fault.gone.wait()
        await easel.start()

    await discord.world.changes.until(
        lambda: [each for each in discord.wire.asked("POST", POSTS) if each.status == 200 and not each.fault],
        "the post that goes through",
        40,
    )

    posts = discord.wire.asked("POST", POSTS)
    assert len(pictures(art)) == 1
    assert len({each.body["nonce"] for each in posts if each.files}) == 1
    assert all(each.body["enforce_nonce"] for each in posts if each.files)


async def test_forty_commands_at_once_are_answered_in_time(
    discord: Discord, easel: ChatEasel, guild: Guild, art: Channel
) -> None:
    """Everyone is answered within Discord's three seconds, and nothing is refused."""
    people = [discord.member(guild, f"P{number}") for number in range(40)]

    asked = [each.slash(art, "imagine", {"prompt": "a fox"}) for each in people]
    for each in asked:
        await discord.answered(each)

    assert max(each.wait_seconds for each in asked) * 1000 < ANSWER_MS
    callbacks = discord.wire.asked("POST", "/interactions/*/*/callback")
    assert [each.status for each in callbacks if each.status >= 300] == []


@pytest.mark.slow
async def test_the_limits_that_discord_tells_are_kept(
    discord: Discord, easel: ChatEasel, guild: Guild, art: Channel
) -> None:
    """Five messages in five seconds in one channel: seven pictures come nevertheless, and no request is wasted."""
    discord.limits.be_strict()
    people = [discord.member(guild, f"P{number}") for number in range(7)]

    for person in people:
        person.slash(art, "imagine", {"prompt": "a fox"})
    await discord.world.changes.until(lambda: len(pictures(art)) == 7, "seven pictures", 40)

    assert [each.path for each in discord.wire.exchanges if each.status == 429] == []
