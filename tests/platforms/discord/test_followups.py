"""What is posted by an interaction's token comes once, though Discord knows no nonce of it; nobody loses a picture."""

from __future__ import annotations

import json
from typing import Literal

import pytest

from bot.app import App
from bot.core.sentences import say
from tests.doubles.discord.double import Discord
from tests.doubles.discord.permissions import May
from tests.doubles.discord.puppets import Person
from tests.doubles.discord.state import Channel, Guild
from tests.doubles.exchanges import Told
from tests.doubles.openai_simulator import OpenAISimulator
from tests.platforms.discord.easel import labels

FOLLOW_UPS = "/webhooks/*/*"


@pytest.mark.parametrize(("instant", "requests"), [("cut_after", 1), ("cut_before", 2)])
async def test_an_answer_that_is_cut_off_is_looked_for_in_the_channel(
    easel: App,
    discord: Discord,
    guild: Guild,
    ann: Person,
    instant: Literal["cut_after", "cut_before"],
    requests: int,
) -> None:
    """What stands there is not repeated, and what does not is posted."""
    quiet = discord.channel(guild, "quiet", bot_lacks=May.SEND_MESSAGES)
    discord.wire.plan(instant, "POST", FOLLOW_UPS)

    made = ann.slash(quiet, "imagine", {"prompt": "a lighthouse"})
    done = await discord.response(made, lambda each: "is done" in each.content)

    [picture] = [each for each in quiet.messages.values() if each.files]
    assert picture.id in done.content
    assert len(discord.wire.asked("POST", FOLLOW_UPS)) == requests


async def test_the_library_repeats_no_answer_by_itself(
    easel: App, discord: Discord, guild: Guild, ann: Person
) -> None:
    """A gateway of Discord's that broke may have let it through: we look before we ask again."""
    quiet = discord.channel(guild, "quiet", bot_lacks=May.SEND_MESSAGES)
    discord.wire.plan("answer", "POST", FOLLOW_UPS, told=Told(502))

    made = ann.slash(quiet, "imagine", {"prompt": "a lighthouse"})
    await discord.response(made, lambda each: "is done" in each.content)

    kinds = [
        each.method
        for each in discord.wire.exchanges
        if each in discord.wire.asked("POST", FOLLOW_UPS)
        or each in discord.wire.asked("GET", f"/channels/{quiet.id}/messages")
    ]
    assert kinds == ["POST", "GET", "POST"]


async def test_an_answer_that_discord_turned_away_is_asked_again_at_once(
    easel: App, discord: Discord, guild: Guild, ann: Person
) -> None:
    """It was not read, so there is nothing to look for."""
    quiet = discord.channel(guild, "quiet", bot_lacks=May.SEND_MESSAGES)
    body = json.dumps({"message": "Slowly", "retry_after": 0.01, "global": False}).encode()
    headers = {"Content-Type": "application/json", "Via": "1.1 google"}
    discord.wire.plan("answer", "POST", FOLLOW_UPS, told=Told(429, body, headers))

    made = ann.slash(quiet, "imagine", {"prompt": "a lighthouse"})
    await discord.response(made, lambda each: "is done" in each.content)

    assert len([each for each in quiet.messages.values() if each.files]) == 1
    assert discord.wire.asked("GET", f"/channels/{quiet.id}/messages") == []


async def test_where_nobody_can_look_an_answer_is_not_repeated(
    easel: App, discord: Discord, guild: Guild, ann: Person
) -> None:
    """Without the history a channel looks empty: its asker is told, and has the picture by a press."""
    blind = discord.channel(guild, "blind", bot_lacks=May.SEND_MESSAGES | May.READ_MESSAGE_HISTORY)
    discord.wire.plan("cut_after", "POST", FOLLOW_UPS)

    made = ann.slash(blind, "imagine", {"prompt": "a lighthouse"})
    told = await discord.response(made, lambda each: "twice" in each.content)

    assert told.content.replace("\\", "") == say("refused_unreadable", number=1)
    assert len([each for each in blind.messages.values() if each.files]) == 1
    got = await discord.response(ann.press(told, "Get result"), lambda each: bool(each.files))
    assert got.seen_by == ann.id


@pytest.mark.slow
async def test_a_private_answer_that_may_have_come_is_not_repeated(
    painting: App, vendor: OpenAISimulator, discord: Discord, art: Channel, ann: Person
) -> None:
    """Nobody can look for it: the first message says that something may be missing, and its button shows all."""
    vendor.plan("hefty")
    discord.wire.plan("cut_before", "POST", FOLLOW_UPS)
    asked = await discord.response(
        ann.slash(art, "imagine", {"prompt": "a fox", "count": 10, "private": True}),
        lambda each: bool(labels(each)),
    )

    ann.press(asked, next(label for label in labels(asked) if label.startswith("Draw")))
    told = await discord.wait_for_message(
        art, lambda each: say("perhaps_incomplete", number=1) in each.content.replace("\\", "")
    )

    assert len(discord.wire.asked("POST", FOLLOW_UPS)) == 1
    await discord.response(ann.press(told, "Get result"), lambda each: bool(each.files))

    def shown_since() -> set[str] | None:
        newer = [each for each in art.messages.values() if int(each.id) > int(told.id)]
        names = {str(file["filename"]) for each in newer for file in each.files}
        return names if len(names) == 10 else None

    await discord.world.changes.until(shown_since, "all ten pictures")
