"""What admins set for a server and a channel holds on Discord: words, places, threads, spoilers, privacy."""

from __future__ import annotations

import pytest

from bot.app import App
from tests.doubles.discord.double import Discord
from tests.doubles.discord.permissions import May
from tests.doubles.discord.puppets import Person
from tests.doubles.discord.state import Channel, Guild, Message
from tests.platforms.discord.easel import drawn, labelled, noted


async def ruled(discord: Discord, guild: Guild, art: Channel, **rules: object) -> Person:
    """Let an admin set rules for a channel."""
    chief = discord.member(guild, "Chief", May.MANAGE_GUILD)
    assert (
        "holds in this channel" in (await discord.response(chief.slash(art, "easel channel", rules))).content
    )
    return chief


async def edited(discord: Discord, person: Person, picture: Message) -> None:
    """Let somebody change a picture by its form."""
    opened = await discord.answered(person.press(picture, labelled(picture, "Edit…")))
    person.submit(opened, {"prompt": "make it night"})


async def test_a_listed_word_is_refused_unsaid_and_unpaid(
    easel: App, discord: Discord, guild: Guild, art: Channel, ann: Person
) -> None:
    """However it is written; to its writer alone."""
    chief = discord.member(guild, "Chief", May.MANAGE_GUILD)
    await discord.response(chief.slash(art, "easel words", {"do": "add", "entries": "swordfish"}))

    told = await discord.response(ann.slash(art, "imagine", {"prompt": "a SWORD\u200bFISH at dusk"}))
    balance = await discord.response(ann.slash(art, "credits"))

    assert told.seen_by == ann.id
    assert "fish" not in told.content.lower()
    assert "100 credits" in balance.content
    assert not any(each.files for each in art.messages.values())


async def test_a_thread_obeys_its_parent(
    easel: App, discord: Discord, guild: Guild, art: Channel, ann: Person
) -> None:
    """Where Easel is not allowed, it is not allowed in the channel's threads either."""
    ann.slash(art, "imagine", {"prompt": "a lighthouse"})
    first = await noted(easel, await drawn(discord, art))
    await edited(discord, ann, first)
    thread = await discord.world.changes.until(lambda: discord.world.channels.get(first.id), "a thread")
    await noted(easel, await drawn(discord, thread))

    await ruled(discord, guild, art, allowed=False)

    for place in (art, thread):
        told = await discord.response(ann.slash(place, "imagine", {"prompt": "a fox"}))
        assert (
            "not to be used" in told.content
            or "not allowed" in told.content
            or "switched off" in told.content
        )


async def test_threads_spoilers_and_privacy_are_the_channels(
    easel: App, discord: Discord, guild: Guild, art: Channel, ann: Person, bob: Person
) -> None:
    """No thread is opened, pictures are hidden until clicked; then new ones are their asker's alone."""
    chief = await ruled(discord, guild, art, threads="never", spoilers=True)
    ann.slash(art, "imagine", {"prompt": "a lighthouse"})
    first = await noted(easel, await drawn(discord, art))
    await edited(discord, ann, first)
    second = await discord.wait_for_message(art, lambda each: bool(each.files) and each.id != first.id)

    assert [each.files[0]["filename"].startswith("SPOILER_") for each in (first, second)] == [True, True]
    assert first.id not in discord.world.channels

    await discord.response(chief.slash(art, "easel channel", {"private": True}))
    told = await discord.response(
        ann.slash(art, "imagine", {"prompt": "a fox"}), lambda each: bool(each.files)
    )
    assert told.seen_by == ann.id
    assert not any("a fox" in each.content for each in bob.sees(art))


async def test_a_test_picture_is_free(easel: App, discord: Discord, guild: Guild, art: Channel) -> None:
    """From the setup card, drawn where it was asked for."""
    chief = discord.member(guild, "Chief", May.MANAGE_GUILD)
    card = await discord.response(chief.slash(art, "easel setup"))

    chief.press(card, "Test picture · free")

    picture = await drawn(discord, art)
    assert "0 credits" in picture.content
    assert "100 credits" in (await discord.response(chief.slash(art, "credits"))).content


async def test_whoever_has_little_left_is_told_once_and_alone(
    easel: App, discord: Discord, guild: Guild, art: Channel, ann: Person, bob: Person
) -> None:
    """Beside the private answer to the order that leaves it."""
    chief = discord.member(guild, "Chief", May.MANAGE_GUILD)
    await discord.response(chief.slash(art, "quota plan", {"who": ann, "plan": "small"}))

    ann.slash(art, "imagine", {"prompt": "three boats", "count": 3})
    ann.slash(art, "imagine", {"prompt": "a boat"})
    told = await discord.wait_for_message(art, lambda each: "left to spend" in each.content)
    await discord.answered(ann.slash(art, "imagine", {"prompt": "a small boat", "quality": "low"}))
    await discord.world.changes.until(
        lambda: len([each for each in art.messages.values() if each.files]) == 3, "three results"
    )

    assert told.seen_by == ann.id
    hints = [each for each in art.messages.values() if "left to spend" in each.content]
    assert len(hints) == 1
    assert not any("left to spend" in each.content for each in bob.sees(art))


@pytest.mark.parametrize(
    ("where", "amount", "said"),
    [
        ("here", "2.5", "at most 2.5 credits a day for this channel"),
        ("<#{art}>", "$0.50", "at most 50 credits a day for"),
        ("<@{bob}>", "50", "at most 50 credits a day for"),
        ("server", "none", "no such limit for"),
    ],
)
async def test_an_admin_limits_people_and_places(
    easel: App, discord: Discord, guild: Guild, art: Channel, bob: Person, where: str, amount: str, said: str
) -> None:
    """Sums are those that people write; who or what is meant is mentioned, whether or not they have used Easel."""
    chief = discord.member(guild, "Chief", May.MANAGE_GUILD)
    if amount == "none":
        await discord.response(chief.slash(art, "quota cap", {"where": where, "amount": "9", "per": "day"}))
    meant = where.format(art=art.id, bob=bob.id)

    told = await discord.response(
        chief.slash(art, "quota cap", {"where": meant, "amount": amount, "per": "day"})
    )

    assert said in told.content


async def test_reports_go_to_a_channel_that_is_named(
    easel: App, discord: Discord, guild: Guild, art: Channel
) -> None:
    """As it is mentioned; the card shows it so that Discord writes its name."""
    chief = discord.member(guild, "Chief", May.MANAGE_GUILD)

    told = await discord.response(chief.slash(art, "easel setup", {"admin-channel": f"<#{art.id}>"}))

    assert f"**Admin channel** · <#{art.id}>" in told.content
