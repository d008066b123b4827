"""Pictures that Discord does not let us show: each reason has its sentence, and nobody loses a picture."""

from __future__ import annotations

import asyncio
import json

import pytest
from sqlalchemy import select

from bot.app import App
from bot.core.sentences import say
from bot.platforms.discord.undelivered import SENTENCES
from bot.storage.schema import jobs, replies
from bot.storage.transaction import Tx
from tests.doubles.clock import PATIENCE_SECONDS
from tests.doubles.discord.double import Discord
from tests.doubles.discord.permissions import May
from tests.doubles.discord.puppets import Person
from tests.doubles.discord.state import Channel, Guild
from tests.doubles.exchanges import Told
from tests.doubles.openai_simulator import OpenAISimulator
from tests.platforms.discord.easel import drawn, labelled, labels

MESSAGES = "/channels/*/messages"
FOLLOW_UPS = "/webhooks/*/*"


def refused(status: int, code: int) -> Told:
    """Discord's refusal with this code."""
    body = json.dumps({"code": code, "message": "No"}).encode()
    return Told(status, body, {"Content-Type": "application/json"})


@pytest.mark.parametrize(
    ("status", "code", "key"),
    [
        (403, 50013, "refused_permission"),
        (403, 50001, "refused_access"),
        (404, 10003, "refused_channel"),
        (404, 10004, "refused_bot"),
        (413, 40005, "refused_size"),
        (400, 200000, "refused_words"),
        (400, 50035, "refused_other"),
    ],
)
async def test_every_refusal_has_its_sentence(
    easel: App, discord: Discord, art: Channel, ann: Person, status: int, code: int, key: str
) -> None:
    """The private answer says why and how to get the picture, and a press of its button gives it."""
    discord.wire.plan("answer", "POST", MESSAGES, times=9, told=refused(status, code))
    discord.wire.plan("answer", "POST", FOLLOW_UPS, told=refused(status, code))
    made = ann.slash(art, "imagine", {"prompt": "a lighthouse"})

    told = await discord.response(made, lambda each: "Get result" in each.content)

    assert told.content.replace("\\", "") == say(key, number=1)
    assert told.seen_by == ann.id
    got = await discord.response(ann.press(told, "Get result"), lambda each: bool(each.files))
    assert "a lighthouse" in got.content


def test_no_sentence_is_forgotten() -> None:
    """Each of these says what to do next."""
    for key in {*SENTENCES.values(), "refused_other"}:
        assert "/history 7" in say(key, number=7)
        assert "Get result" in say(key, number=7)


async def test_whoever_ordered_by_a_message_is_told_at_the_next_contact(
    easel: App, discord: Discord, guild: Guild, art: Channel, ann: Person, bob: Person
) -> None:
    """Discord has no private answer to a message. It is said once, and to nobody else."""
    shut = discord.channel(guild, "shut", bot_lacks=May.SEND_MESSAGES)
    ann.say(shut, f"{discord.bot_mention} a lighthouse at dusk")
    await _until_given_up(easel)

    await discord.response(bob.slash(art, "help"))
    for command in ("help", "credits"):
        await discord.response(ann.slash(art, command))

    told = await discord.wait_for_message(art, lambda each: "could not be shown" in each.content)
    assert told.seen_by == ann.id
    assert "/history 1" in told.content.replace("\\", "")
    got = await discord.response(ann.slash(art, "history", {"number": 1}), lambda each: bool(each.files))
    assert "a lighthouse at dusk" in got.content
    assert len([each for each in art.messages.values() if "could not be shown" in each.content]) == 1


async def test_whoever_ordered_while_discord_was_down_is_told_at_the_next_contact(
    easel: App, discord: Discord, art: Channel, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight tries in half an hour found nobody there; the picture is theirs all the same."""
    # The waits between the tries are no matter of this test.
    monkeypatch.setattr("bot.posting.POST_RETRY_MILLISECONDS", (1,))
    discord.wire.plan("cut_before", "POST", MESSAGES, times=99)
    ann.say(art, f"{discord.bot_mention} a lighthouse at dusk")
    await _until_given_up(easel)

    await discord.response(ann.slash(art, "help"))

    told = await discord.wait_for_message(art, lambda each: "could not be shown" in each.content)
    assert told.seen_by == ann.id
    assert "/history 1" in told.content.replace("\\", "")


async def test_who_could_not_be_told_is_told_at_the_contact_after(
    easel: App, discord: Discord, guild: Guild, art: Channel, ann: Person
) -> None:
    """What could not be shown is owed until Discord has taken the words about it."""
    shut = discord.channel(guild, "shut", bot_lacks=May.SEND_MESSAGES)
    ann.say(shut, f"{discord.bot_mention} a lighthouse at dusk")
    await _until_given_up(easel)
    discord.wire.plan("answer", "POST", "/webhooks/*/*", told=refused(400, 50035))

    await discord.response(ann.slash(art, "help"))
    await discord.world.changes.until(
        lambda: discord.wire.asked("POST", "/webhooks/*/*") or None, "an attempt to tell"
    )
    await discord.response(ann.slash(art, "credits"))

    told = await discord.wait_for_message(art, lambda each: "could not be shown" in each.content)
    assert told.seen_by == ann.id


async def test_a_status_says_that_its_picture_cannot_be_attached(
    painting: App, vendor: OpenAISimulator, discord: Discord, art: Channel, ann: Person
) -> None:
    """It does not say for ever that it is being drawn."""
    vendor.plan("held")
    ann.say(art, f"{discord.bot_mention} a lighthouse at dusk")
    await vendor.reached.wait()
    await discord.world.changes.until(
        lambda: discord.wire.asked("PATCH", "/channels/*/messages/*"), "the status to be followed"
    )
    discord.wire.plan("answer", "PATCH", "/channels/*/messages/*", told=refused(403, 50013))
    vendor.gate.set()

    told = await discord.wait_for_message(art, lambda each: "I may not post it here" in each.content)
    assert told.content.startswith(ann.mention)
    assert labels(told) == ["Get result"]
    got = await discord.response(ann.press(told, "Get result"), lambda each: bool(each.files))
    assert "a lighthouse at dusk" in got.content


async def test_a_right_that_is_lost_meanwhile_costs_no_picture(
    painting: App, vendor: OpenAISimulator, discord: Discord, art: Channel, ann: Person
) -> None:
    """The command is answered instead, for all to see."""
    vendor.plan("held")
    ann.slash(art, "imagine", {"prompt": "a lighthouse"})
    await vendor.reached.wait()
    discord.set_overwrite(art, None, deny=May.SEND_MESSAGES | May.ATTACH_FILES)
    vendor.gate.set()

    picture = await drawn(discord, art)

    assert "Press Edit…" in picture.content
    assert labelled(picture, "Edit…")


async def test_a_bot_that_is_thrown_out_lets_running_jobs_end_and_cancels_the_rest(
    painting: App, vendor: OpenAISimulator, discord: Discord, guild: Guild, art: Channel, ann: Person
) -> None:
    """What is drawn is kept and charged; what waits costs nothing; another server goes on."""
    vendor.plan("held", "held")
    made = [ann.slash(art, "imagine", {"prompt": f"a lighthouse {number}"}) for number in range(3)]
    for each in made:
        await discord.response(each)
    discord.leaves(guild, None)
    other = discord.guild("Others")
    there, bob = discord.channel(other, "art"), discord.member(other, "Bob")
    await discord.response(bob.slash(there, "help"))
    vendor.gate.set()

    async def states() -> list[str]:
        return await painting.stores.database.read(_states)

    async with asyncio.timeout(PATIENCE_SECONDS):
        while not {"running", "waiting"}.isdisjoint(await states()):  # noqa: ASYNC110 - tables ring no bell
            await asyncio.sleep(0.01)
    assert sorted(await states()) == ["cancelled", "done", "done"]


async def _until_given_up(easel: App) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while "given_up" not in await easel.stores.database.read(_given):  # noqa: ASYNC110 - tables ring no bell
            await asyncio.sleep(0.01)


def _given(db: Tx) -> list[str]:
    return list(db.execute(select(replies.c.state)).scalars())


def _states(db: Tx) -> list[str]:
    return list(db.execute(select(jobs.c.state)).scalars())
