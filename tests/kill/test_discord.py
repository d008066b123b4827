"""Easel is killed while it posts to Discord, and asked two hundred things at once: one picture for each order."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
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


@pytest.mark.slow
@pytest.mark.parametrize("instant", ["hold_before", "hold_after"])
async def test_ten_minutes_after_a_kill_the_channel_itself_says_what_was_posted(
    instant: Literal["hold_before", "hold_after"],
    discord: Discord,
    easel: ChatEasel,
    guild: Guild,
    art: Channel,
) -> None:
    """Discord knows the nonce no more, so our own messages are searched: posted once, neither lost nor doubled."""
    ann = discord.member(guild, "Ann")
    fault = discord.wire.plan(instant, "POST", POSTS)
    ann.slash(art, "imagine", {"prompt": "a lighthouse"})
    await fault.reached.wait()
    await easel.kill()
    await fault.gone.wait()
    discord.clock.turn(10 * 60)
    let_minutes_pass(easel, 10)

    await easel.start()
    await discord.wait_for_commands("imagine")
    await discord.world.changes.until(
        lambda: [each for each in discord.wire.asked("GET", POSTS) if each.status == 200], "the search", 40
    )
    await discord.world.changes.until(lambda: len(pictures(art)) == 1, "the picture", 40)
    await discord.response(ann.slash(art, "history", {"number": 1}), lambda each: bool(each.files))

    assert len(pictures(art)) == 1


@pytest.mark.slow
async def test_a_form_that_was_open_during_a_kill_can_be_sent(
    discord: Discord, easel: ChatEasel, guild: Guild, art: Channel
) -> None:
    """What it rests on is stored: the words arrive, and only its owner's."""
    ann, bob = discord.member(guild, "Ann"), discord.member(guild, "Bob")
    opened = await discord.answered(ann.slash(art, "imagine", {"prompt": "a fox", "more": True}))
    other = await discord.answered(bob.slash(art, "imagine", {"prompt": "a hare", "more": True}))
    await easel.kill()
    await easel.start()
    await discord.wait_for_commands("imagine")

    ann.submit(opened, {"prompt": "a fox asleep"})
    bob.submit(other, {"prompt": "a hare awake"})
    await discord.world.changes.until(lambda: len(pictures(art)) == 2, "both pictures", 40)

    shown = "\n".join(each.content for each in pictures(art))
    assert shown.count("a fox asleep") == 1
    assert shown.count("a hare awake") == 1


def let_minutes_pass(easel: ChatEasel, minutes: int) -> None:
    """Make what was noted before the kill look that much older; the real clock waits for nobody."""
    with closing(sqlite3.connect(easel.folder / "data" / "easel.db", timeout=10)) as database, database:
        database.execute(
            "UPDATE postings SET sending_since = sending_since - ? WHERE sending_since IS NOT NULL",
            (minutes * 60_000,),
        )


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
