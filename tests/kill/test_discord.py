"""Easel is killed while it posts to Discord, and asked two hundred things at once: one picture for each order."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Literal

import pytest

from tests.doubles.discord.double import Discord, discord_serving
from tests.doubles.discord.interactions import ANSWER_MS
from tests.doubles.discord.permissions import May
from tests.doubles.discord.state import Channel, Guild, Message
from tests.doubles.exchanges import Fault
from tests.doubles.openai_simulator import KEY, OpenAISimulator
from tests.kill.chat_easel import ChatEasel, chat_easel, discord_settings
from tests.longer import few
from tests.platforms.vendors import lift_minutes

POSTS = "/channels/*/messages"
RUNNING_MAX = 4
"""So many jobs run at once at OpenAI, by the catalogue."""


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


@pytest.mark.parametrize(
    "instant",
    few(("hold_before", "hold_after", "cut_before", "cut_after", "cut_within"), ["hold_after"]),
)
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
        await _killed_at(fault, easel)
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
    await _killed_at(fault, easel)
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
@pytest.mark.parametrize("minutes", [0, 10])
@pytest.mark.parametrize("instant", ["hold_before", "hold_after"])
async def test_an_answer_to_a_command_is_there_once_whenever_easel_dies(
    instant: Literal["hold_before", "hold_after"],
    minutes: int,
    discord: Discord,
    easel: ChatEasel,
    guild: Guild,
) -> None:
    """Where Easel may not write it answers by the command's token, which has no nonce: the channel is searched."""
    quiet = discord.channel(guild, "quiet", bot_lacks=May.SEND_MESSAGES)
    ann = discord.member(guild, "Ann")
    fault = discord.wire.plan(instant, "POST", "/webhooks/*/*")
    made = ann.slash(quiet, "imagine", {"prompt": "a lighthouse"})
    await _killed_at(fault, easel)
    discord.clock.turn(minutes * 60)
    let_minutes_pass(easel, minutes)

    await easel.start()
    done = await discord.response(made, lambda each: "is done" in each.content, 40)

    [picture] = pictures(quiet)
    assert picture.id in done.content


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


@pytest.mark.slow
async def test_a_private_answer_from_before_a_kill_says_how_its_picture_came_out(
    discord: Discord, easel: ChatEasel, guild: Guild, art: Channel
) -> None:
    """Its token lives for fifteen minutes, whichever process holds it."""
    ann = discord.member(guild, "Ann")
    fault = discord.wire.plan("hold_before", "POST", POSTS)
    made = ann.slash(art, "imagine", {"prompt": "a lighthouse"})
    before = await discord.response(made, lambda each: "is ordered" in each.content)
    await _killed_at(fault, easel)

    await easel.start()
    told = await discord.response(made, lambda each: "is done" in each.content, 40)

    assert told is before
    assert told.seen_by == ann.id
    assert pictures(art)[0].id in told.content


@pytest.mark.slow
async def test_private_answers_are_taken_up_after_a_kill(
    discord: Discord, guild: Guild, art: Channel, tmp_path: Path
) -> None:
    """What was under way is told to be lost; what waited is drawn, and its message follows it from then on."""
    async with _all_places_held(discord, tmp_path) as (easel, vendor):
        ann = discord.member(guild, "Ann")
        made = [ann.slash(art, "imagine", {"prompt": f"a fox {n}"}) for n in range(RUNNING_MAX + 1)]
        shown = [await discord.response(each) for each in made]
        [at] = [place for place, each in enumerate(shown) if "next in line" in each.content]
        waiting = made.pop(at)
        await vendor.reached.wait()
        await easel.kill()

        await easel.start()
        drawing = await discord.response(waiting, lambda each: "is being drawn" in each.content, 40)
        assert drawing is shown[at]
        vendor.gate.set()
        assert "is done" in (await discord.response(waiting, _has_ended, 60)).content
        told = [(await discord.response(each, _has_ended, 60)).content for each in made]

    assert any("We cannot know" in each for each in told)
    assert len(pictures(art)) == 1 + len([each for each in told if "is done" in each])


@pytest.mark.slow
async def test_public_statuses_are_taken_up_after_a_kill(
    discord: Discord, guild: Guild, art: Channel, tmp_path: Path
) -> None:
    """Whoever ordered by a message sees that it goes on: what waited is drawn, and stands where its status stood."""
    async with _all_places_held(discord, tmp_path) as (easel, vendor):
        ann = discord.member(guild, "Ann")
        for number in range(RUNNING_MAX + 1):
            ann.say(art, f"{discord.bot_mention} a fox of number {number}")
        status = await discord.wait_for_message(art, lambda each: "next in line" in each.content)
        await vendor.reached.wait()
        await easel.kill()

        await easel.start()
        changes = discord.world.changes
        await changes.until(lambda: "is being drawn" in status.content, "the status to go on", 40)
        vendor.gate.set()
        await changes.until(lambda: status.files, "the picture in its place", 60)


async def _killed_at(fault: Fault, easel: ChatEasel) -> None:
    """Kill Easel while Discord holds a request of it."""
    await fault.reached.wait()
    await easel.kill()
    await fault.gone.wait()


@asynccontextmanager
async def _all_places_held(
    discord: Discord, folder: Path
) -> AsyncIterator[tuple[ChatEasel, OpenAISimulator]]:
    """Run Easel in front of a vendor that keeps every order, and one more, until its gate is set."""
    async with (
        OpenAISimulator().serving() as vendor,
        chat_easel(folder, {**discord_settings(discord), **openai_settings(vendor)}) as easel,
    ):
        lift_minutes(folder / "config")
        vendor.plan(*["held"] * (RUNNING_MAX + 1))
        await easel.start()
        await discord.wait_for_commands("imagine")
        yield easel, vendor


def _has_ended(message: Message) -> bool:
    return "is done" in message.content or "We cannot know" in message.content


def openai_settings(vendor: OpenAISimulator) -> dict[str, str]:
    """Let Easel draw with this vendor."""
    return {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": vendor.base_url}


def let_minutes_pass(easel: ChatEasel, minutes: int) -> None:
    """Make what was noted before the kill look that much older; the real clock waits for nobody."""
    with closing(sqlite3.connect(easel.folder / "data" / "easel.db", timeout=10)) as database, database:
        database.execute(
            "UPDATE postings SET sending_since = sending_since - ? WHERE sending_since IS NOT NULL",
            (minutes * 60_000,),
        )


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.timeout(240)
async def test_two_hundred_commands_in_a_second_are_two_hundred_orders(
    discord: Discord, easel: ChatEasel, guild: Guild, art: Channel
) -> None:
    """Each is answered within three seconds, none is lost, and none is drawn twice."""
    people = [discord.member(guild, f"P{number}") for number in range(200)]

    asked = []
    for person in people:
        asked.append(person.slash(art, "imagine", {"prompt": f"a fox for {person.user.name}!"}))
        await asyncio.sleep(1 / len(people))
    for each in asked:
        await discord.answered(each)
    assert max(each.wait_seconds for each in asked) * 1000 < ANSWER_MS
    await discord.world.changes.until(lambda: len(pictures(art)) >= 200, "two hundred pictures", 120)

    shown = sorted(each.content.split("“")[1].split("”")[0] for each in pictures(art))
    assert shown == sorted(f"a fox for {each.user.name}!" for each in people)
    callbacks = discord.wire.asked("POST", "/interactions/*/*/callback")
    assert [each.status for each in callbacks if each.status >= 300] == []


@pytest.mark.slow
@pytest.mark.alone
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
