"""What people do on Discord beside the plain order: options, masks, numbers, prices, answers, administration."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app import App
from tests.doubles.discord.double import Discord
from tests.doubles.discord.permissions import May
from tests.doubles.discord.puppets import Person
from tests.doubles.discord.state import Channel, Guild, Message
from tests.doubles.exchanges import Sent
from tests.doubles.openai_simulator import OpenAISimulator
from tests.platforms.discord.easel import (
    PICTURE,
    drawn,
    labelled,
    labels,
    let_in,
    noted,
    running_easel,
    vendor_settings,
)
from tests.vendors_for_tests import picture_bytes


async def test_every_option_is_typed(easel: App, discord: Discord, art: Channel, ann: Person) -> None:
    """And the receipt shows each of them."""
    options = {"prompt": "a fox", "size": "wide", "count": 2, "format": "webp", "background": "opaque"}
    ann.slash(art, "imagine", options)

    picture = await drawn(discord, art)

    assert len(picture.files) == 2
    assert "1536x864" in picture.content
    assert all(each["filename"].endswith(".webp") for each in picture.files)


async def test_choices_say_what_they_cost(painting: App, discord: Discord) -> None:
    """So that nobody orders without knowing."""
    [imagine] = [each for each in discord.world.commands.values() if each["name"] == "imagine"]
    [quality] = [each for each in imagine["options"] if each["name"] == "quality"]

    assert {each["value"] for each in quality["choices"]} >= {"low", "medium", "high"}
    assert all("credits a" in each["name"] for each in quality["choices"] if each["value"] != "auto")


async def test_a_mask_says_where_to_draw(easel: App, discord: Discord, art: Channel, ann: Person) -> None:
    """In a command by its own option; in a message by the file's name."""
    mask = Sent("mask.png", "image/png", picture_bytes("mask", side=64, alpha=0))
    opened = ann.slash(art, "edit", {"prompt": "a boat here"}, {"image1": PICTURE, "mask": mask})
    await discord.answered(opened)
    first = await noted(easel, await drawn(discord, art))
    assert "a boat here" in first.content
    history = await discord.response(ann.slash(art, "history", {"number": 1}))
    assert "Mask" in history.content

    ann.say(art, f"{discord.bot_mention} a second boat here", files=[PICTURE, mask])

    await discord.wait_for_message(art, lambda each: "second boat" in each.content and bool(each.files))
    history = await discord.response(ann.slash(art, "history", {"number": 2}))
    assert "Mask" in history.content


async def test_a_picture_is_edited_by_its_number(
    easel: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """The number is authorised, whoever names it."""
    first = await _picture(easel, discord, art, ann)

    ann.slash(art, "edit", {"prompt": "make it night", "picture": "1"})

    thread = await discord.world.changes.until(lambda: discord.world.channels.get(first.id), "a thread")
    assert "make it night" in (await drawn(discord, thread)).content


async def test_edit_without_a_picture_offers_the_last_ones(
    easel: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """None is chosen for anybody."""
    first = await _picture(easel, discord, art, ann)

    offered = await discord.response(ann.slash(art, "edit", {"prompt": "make it night"}))
    assert offered.seen_by == ann.id
    which = next(label for label in labels(offered) if label.startswith("#1"))
    opened = await discord.answered(ann.press(offered, which))
    assert "make it night" in str(opened.modal)
    ann.submit(opened, {"prompt": "make it night"})

    thread = await discord.world.changes.until(lambda: discord.world.channels.get(first.id), "a thread")
    assert "make it night" in (await drawn(discord, thread)).content


async def test_a_dear_order_is_asked_of_its_caller_alone(
    painting: App, vendor: OpenAISimulator, discord: Discord, art: Channel, ann: Person
) -> None:
    """Nothing is drawn before the press, and two presses are one order."""
    made = ann.slash(art, "imagine", {"prompt": "a lighthouse", "quality": "high", "count": 2})
    asked = await discord.response(made)
    assert asked.seen_by == ann.id
    assert vendor.books == []
    button = next(label for label in labels(asked) if label.startswith("Draw"))

    ann.press(asked, button)
    ann.press(asked, button)

    picture = await drawn(discord, art)
    assert len(picture.files) == 2
    assert "#1" in picture.content


@pytest.mark.parametrize(
    ("command", "words"),
    [("credits", "1000"), ("models", "gpt-image-2"), ("settings", "Quality"), ("help", "/imagine")],
)
async def test_what_people_ask_is_answered_to_them_alone(
    painting: App, discord: Discord, art: Channel, ann: Person, bob: Person, command: str, words: str
) -> None:
    """A balance most of all."""
    told = await discord.response(ann.slash(art, command))

    assert words in told.content.replace("\\", "")
    assert told.seen_by == ann.id
    assert bob.sees(art) == []


async def test_an_admin_gives_credits(
    easel: App, discord: Discord, guild: Guild, art: Channel, bob: Person
) -> None:
    """Manage Server is enough; without it nothing is told."""
    chief = discord.member(guild, "Chief", May.MANAGE_GUILD)

    told = await discord.response(chief.slash(art, "quota grant", {"who": bob, "amount": "5"}))

    assert "5" in told.content
    assert "Done" in told.content


async def test_an_admin_of_another_server_learns_and_changes_nothing(
    easel: App, discord: Discord, art: Channel, ann: Person, bob: Person
) -> None:
    """Numbers of this server are unknown there, and what is granted there does not count here."""
    first = await _picture(easel, discord, art, ann)
    assert "#1" in first.content
    other = discord.guild("Others")
    there = discord.channel(other, "art")
    chief = discord.member(other, "Chief", May.MANAGE_GUILD)
    discord.joins(other, bob)

    for command, options in (("history", {"number": 1}), ("quota refund", {"number": 1})):
        told = await discord.response(chief.slash(there, command, options))
        assert told.seen_by == chief.id
        assert "lighthouse" not in told.content
    before = (await discord.response(bob.slash(art, "credits"))).content
    await discord.response(chief.slash(there, "quota grant", {"who": bob, "amount": "500"}))
    assert (await discord.response(bob.slash(art, "credits"))).content == before


async def test_a_server_is_set_up_by_its_admin(
    easel: App, discord: Discord, guild: Guild, art: Channel, ann: Person
) -> None:
    """On one private card; nobody else."""
    chief = discord.member(guild, "Chief", May.MANAGE_GUILD)

    card = await discord.response(chief.slash(art, "easel setup"))
    refused = await discord.response(ann.slash(art, "easel setup"))

    assert card.seen_by == chief.id
    assert "Time zone" in card.content
    assert "Only admins" in refused.content


@pytest.mark.parametrize("boost", [0, 2], ids=["unboosted", "boosted"])
async def test_a_heavy_picture_is_made_to_fit_unless_the_server_takes_it(
    painting: App, vendor: OpenAISimulator, discord: Discord, guild: Guild, ann: Person, boost: int
) -> None:
    """Twelve megabytes are too much for a server without boosts."""
    place = discord.guild("Place", boost=boost) if boost else guild
    if boost:
        await let_in(painting, place.id)
        discord.joins(place, ann)
    channel = discord.channel(place, "big")
    vendor.plan("heavy")

    ann.slash(channel, "imagine", {"prompt": "a lighthouse"})

    picture = await drawn(discord, channel)
    assert (picture.files[0]["size"] > 10 * 2**20) is bool(boost)
    assert ("File" in picture.content) is not bool(boost)
    assert not any(each.startswith("Original") for each in labels(picture))


async def test_an_original_that_is_too_large_is_an_address(
    discord: Discord, vendor: OpenAISimulator, art: Channel, ann: Person, tmp_path: Path
) -> None:
    """Where others reach Easel: signed, for whoever pressed alone."""
    more = {
        "EASEL_PUBLIC_URL": "https://easel.example",
        "EASEL_SECRET_KEY": "a secret of thirty-two letters..",
    }
    vendor.plan("heavy")
    async with running_easel(discord, tmp_path, vendor_settings(vendor, tmp_path) | more) as easel:
        ann.slash(art, "imagine", {"prompt": "a lighthouse"})
        first = await noted(easel, await drawn(discord, art))

        told = await discord.response(ann.press(first, "Original"))

        assert told.seen_by == ann.id
        assert "\nhttps://easel.example/shared/" in told.content


async def test_ten_pictures_of_three_megabytes_are_several_messages(
    painting: App, vendor: OpenAISimulator, discord: Discord, art: Channel, ann: Person
) -> None:
    """One request holds 25 MiB; every picture comes once, and nothing is made smaller."""
    vendor.plan("hefty")
    ann.press(
        asked := await discord.response(
            ann.slash(art, "imagine", {"prompt": "a fox", "count": 10}), lambda each: bool(labels(each))
        ),
        next(label for label in labels(asked) if label.startswith("Draw")),
    )

    def all_there() -> list[dict[str, object]] | None:
        shown = [each for each in art.messages.values() if each.seen_by is None]
        files = [file for each in shown for file in each.files]
        return files if len(files) == 10 else None

    files = await discord.world.changes.until(all_there, "ten pictures")
    assert all(int(str(each["size"])) > 3_000_000 for each in files)
    assert len({each["filename"] for each in files}) == 10
    posts = [each for each in discord.wire.asked("POST", "/channels/*/messages") if each.files]
    assert len(posts) > 1
    assert [each.status for each in posts if each.status >= 300] == []


async def test_two_people_order_at_once_and_never_share_a_form(
    easel: App, discord: Discord, art: Channel, ann: Person, bob: Person
) -> None:
    """Each form is its opener's own."""
    first = await _picture(easel, discord, art, ann)
    mine = await discord.answered(ann.press(first, labelled(first, "Edit…")))
    theirs = await discord.answered(bob.press(first, labelled(first, "Edit…")))
    assert mine.modal is not None
    assert theirs.modal is not None
    assert mine.modal["custom_id"] != theirs.modal["custom_id"]

    bob.submit(theirs, {"prompt": "make it red"})
    ann.submit(mine, {"prompt": "make it blue"})

    thread = await discord.world.changes.until(lambda: discord.world.channels.get(first.id), "a thread")
    for person, words in ((ann, "make it blue"), (bob, "make it red")):
        found = await discord.wait_for_message(
            thread,
            lambda each, words=words: bool(each.files) and words in each.content,  # type: ignore[misc]
        )
        assert person.mention in found.content


async def _picture(easel: App, discord: Discord, art: Channel, person: Person) -> Message:
    person.slash(art, "imagine", {"prompt": "a lighthouse"})
    return await noted(easel, await drawn(discord, art))
