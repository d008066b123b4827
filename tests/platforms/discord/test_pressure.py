"""Clocks, crowds and deaths of tokens: what Discord's limits do to an order."""

from __future__ import annotations

import json

import pytest

from bot.app import App
from bot.platforms.discord import files
from tests.doubles.discord.double import Discord
from tests.doubles.discord.permissions import May
from tests.doubles.discord.puppets import Person
from tests.doubles.discord.state import Channel, Guild
from tests.doubles.exchanges import Told
from tests.platforms.discord.easel import PICTURE, drawn, labelled, let_in, noted, with_words

FILES = "/attachments/*/*/*"


@pytest.mark.hurried
async def test_a_slow_download_is_answered_in_time(
    easel: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """By a deferral that only its caller sees, within three seconds."""
    fault = discord.wire.plan("hold_before", "GET", FILES)
    made = ann.slash(art, "imagine", {"prompt": "the same at night"}, {"image1": PICTURE})

    await discord.answered(made)
    assert made.answer_kind == 5
    assert made.is_ephemeral
    assert made.wait_seconds < 3
    fault.let_go()

    assert "References 1" in (await drawn(discord, art)).content


@pytest.mark.hurried
@pytest.mark.slow
@pytest.mark.alone
async def test_fifty_clicks_at_once_are_all_answered_in_time(
    easel: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """And order one picture more, because they are the same."""
    ann.slash(art, "imagine", {"prompt": "a lighthouse"})
    first = await noted(easel, await drawn(discord, art))

    made = [ann.press(first, labelled(first, "Again")) for _ in range(50)]

    for each in made:
        await discord.answered(each)
    assert max(each.wait_seconds for each in made) < 3
    told = [(await discord.response(each)).content for each in made]
    assert len([each for each in told if "is ordered" in each]) < 50


async def test_an_interaction_that_discord_forgot_is_drawn_all_the_same(
    easel: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """The order was taken; only its answer came too late."""
    body = json.dumps({"code": 10062, "message": "Unknown interaction"}).encode()
    told = Told(404, body, {"Content-Type": "application/json"})
    discord.wire.plan("answer", "POST", "/interactions/*/*/callback", told=told)

    ann.slash(art, "imagine", {"prompt": "a lighthouse"})

    assert (await drawn(discord, art)).files


async def test_a_picture_can_be_reported_from_its_menu(
    easel: App, discord: Discord, art: Channel, ann: Person, bob: Person
) -> None:
    """Which asks why, and tells its reporter privately."""
    ann.slash(art, "imagine", {"prompt": "a lighthouse"})
    first = await noted(easel, await drawn(discord, art))

    asked = await discord.response(bob.message_command("Report image", first))

    assert asked.seen_by == bob.id
    assert asked.components


async def test_a_further_message_of_many_pictures_has_the_same_menu(
    easel: App, discord: Discord, art: Channel, ann: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has no buttons, and its pictures are ours all the same."""
    monkeypatch.setattr(files, "FILES_MAX", 1)
    ann.slash(art, "imagine", {"prompt": "a lighthouse", "count": 2})
    further = await noted(easel, await with_words(discord, art, "More pictures of"))
    assert not further.components

    told = [
        await discord.response(bob.message_command(f"{act} image", further)) for act in ("Report", "Edit")
    ]

    assert ["Which" in each.content for each in told] == [True, True]
    assert [len(each.components) for each in told] == [2, 2]


async def test_everybody_may_see_how_it_goes_on(
    easel: App, discord: Discord, guild: Guild, art: Channel
) -> None:
    """Where admins have chosen that, one message becomes the picture."""
    chief = discord.member(guild, "Chief", May.MANAGE_GUILD)
    await discord.response(chief.slash(art, "easel channel", {"progress": "public"}))

    chief.slash(art, "imagine", {"prompt": "a lighthouse"})

    picture = await noted(easel, await drawn(discord, art))
    public = [each for each in art.messages.values() if each.seen_by is None]
    assert [each.id for each in public] == [picture.id]


async def test_several_homes_are_asked_about(easel: App, discord: Discord, art: Channel, ann: Person) -> None:
    """Until one is chosen, nothing is ordered; choosing needs no home."""
    other = discord.guild("Others")
    there = discord.channel(other, "art")
    discord.joins(other, ann)
    for channel in (art, there):
        await discord.response(ann.slash(channel, "credits"))
    await let_in(easel, other.id)
    here = ann.direct()

    ann.say(here, "a lighthouse at dusk, headline")

    assert "/settings home" in (await discord.wait_for_message(here)).content
    told = await discord.response(ann.slash(here, "settings", {"what": "home", "value": "Team"}))
    assert "Team" in told.content
    ann.say(here, "a harbour in the rain, headline")
    assert "harbour" in (await drawn(discord, here)).content
