"""What people do on Discord beside the plain order: options, masks, numbers, prices, answers, administration."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app import App
from tests.doubles.discord.double import Discord
from tests.doubles.discord.permissions import May
from tests.doubles.discord.puppets import Person
from tests.doubles.discord.state import Channel, Guild
from tests.doubles.exchanges import Sent
from tests.doubles.openai_simulator import OpenAISimulator
from tests.platforms.discord.easel import (
    PICTURE,
    drawn,
    labelled,
    labels,
    let_in,
    noted,
    picture_of,
    running_easel,
)
from tests.platforms.vendors import vendor_settings
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
    first = await picture_of(easel, discord, art, ann)

    ann.slash(art, "edit", {"prompt": "make it night", "picture": "1"})

    thread = await discord.world.changes.until(lambda: discord.world.channels.get(first.id), "a thread")
    assert "make it night" in (await drawn(discord, thread)).content


async def test_edit_without_a_picture_offers_the_last_ones(
    easel: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """None is chosen for anybody."""
    first = await picture_of(easel, discord, art, ann)

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


async def test_a_dear_form_and_a_dear_message_wait_for_a_press_too(
    painting: App, vendor: OpenAISimulator, discord: Discord, art: Channel, ann: Person, bob: Person
) -> None:
    """A form's price is seen by its sender alone; under a message only its author can press."""
    form = await discord.answered(ann.slash(art, "imagine", {"more": True, "count": 2}))
    told = await discord.response(ann.submit(form, {"prompt": "a fox", "quality": ["high"]}))
    assert told.seen_by == ann.id
    assert labelled(told, "Draw · ")
    ann.say(art, f"{discord.bot_mention} a heron --quality high --count 2")
    asked = await discord.wait_for_message(
        art, lambda each: each.seen_by is None and any("Draw · " in label for label in labels(each))
    )
    assert "credits" in asked.content

    refused = await discord.response(bob.press(asked, labelled(asked, "Draw · ")))
    assert refused.seen_by == bob.id
    assert vendor.books == []
    ann.press(asked, labelled(asked, "Draw · "))
    assert "a heron" in (await drawn(discord, art)).content


async def test_a_button_pressed_twice_at_once_is_one_order(
    painting: App, vendor: OpenAISimulator, discord: Discord, art: Channel, ann: Person
) -> None:
    """Both presses are under way together; one is told which job draws it, and may order another one."""
    ann.slash(art, "imagine", {"prompt": "a lighthouse"})
    first = await noted(painting, await drawn(discord, art))
    vendor.plan("held", "held")

    pressed = [ann.press(first, labelled(first, "Again")) for _ in range(2)]
    answers = [await discord.response(each) for each in pressed]

    [told] = [each for each in answers if each.content.startswith("Already drawing")]
    assert "2, which is the same" in told.content
    assert told.seen_by == ann.id
    await vendor.reached.wait()
    await discord.response(
        ann.press(told, labelled(told, "Draw another · ")), lambda each: "#3" in each.content
    )
    vendor.gate.set()
    await discord.wait_for_message(art, lambda each: bool(each.files) and "#3" in each.content)
    assert len(vendor.books) == 3


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


async def test_the_first_admin_is_offered_the_setup_beside_an_order(
    easel: App, discord: Discord, guild: Guild, art: Channel, ann: Person
) -> None:
    """To them alone, once; its button shows the card."""
    chief = discord.member(guild, "Chief", May.MANAGE_GUILD)
    ann.slash(art, "imagine", {"prompt": "a fox"})
    await drawn(discord, art)
    chief.slash(art, "imagine", {"prompt": "a heron"})

    offer = await discord.wait_for_message(art, lambda each: "Set up" in labels(each))
    assert offer.seen_by == chief.id
    assert "first admin" in offer.content
    card = await discord.response(chief.press(offer, "Set up"))
    assert "Everybody has" in card.content
    assert {"Allowance", "Cap", "Word list", "Time zone", "Test picture · free"} <= set(labels(card))
    again = await discord.response(chief.slash(art, "help"))
    assert "first admin" not in again.content


async def test_a_statement_leads_to_receipts_and_older_pages(
    easel: App, discord: Discord, guild: Guild, art: Channel, ann: Person
) -> None:
    """By buttons and by a job's number, to its owner alone."""
    chief = discord.member(guild, "Chief", May.MANAGE_GUILD)
    for number in range(11):
        given = {"who": ann, "amount": "1", "reason": f"prize {number}"}
        await discord.response(chief.slash(art, "quota grant", given))
    ann.slash(art, "imagine", {"prompt": "a fox"})
    await drawn(discord, art)

    page = await discord.response(ann.slash(art, "credits"))
    older = await discord.response(ann.press(page, "Older"))
    why = await discord.response(ann.slash(art, "credits", {"number": 1}))

    assert ("prize 10" in page.content, "prize 0" in page.content) == (True, False)
    assert "prize 0" in older.content
    assert "Newer" in labels(older)
    assert "1 cost" in why.content
    assert {page.seen_by, older.seen_by, why.seen_by} == {ann.id}


async def test_settings_join_every_order_and_can_ask_first(
    easel: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """Defaults, a standing style and pictures show in the receipt; with ask, a reply waits for a press."""
    await discord.response(ann.slash(art, "settings", {"size": "wide", "image1": PICTURE}))
    await discord.response(ann.slash(art, "settings", {"what": "style", "value": "in ink"}))
    card = await discord.response(ann.slash(art, "settings", {"what": "replies", "value": "ask"}))
    assert all(words in card.content for words in ("wide", "in ink", "References** · 1", "ask first"))
    ann.slash(art, "imagine", {"prompt": "a fox"})
    first = await noted(easel, await drawn(discord, art))
    assert "1 of them standing" in first.content
    receipt = await discord.response(ann.slash(art, "history", {"number": 1}))
    assert "in ink" in receipt.content

    ann.say(art, "make it a deep dark night", reply_to=first)

    asked = await discord.wait_for_message(
        art, lambda each: each.seen_by is None and any(label.startswith("Edit · ") for label in labels(each))
    )
    assert "credits" in asked.content


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
    first = await picture_of(easel, discord, art, ann)
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


async def test_a_role_brings_its_plan(
    easel: App, discord: Discord, guild: Guild, art: Channel, ann: Person, bob: Person
) -> None:
    """Whoever has the role, in the server and in direct messages; a role of another server brings nothing."""
    chief = discord.member(guild, "Chief", May.MANAGE_GUILD)
    artists = discord.role(guild, "artists")
    told = await discord.response(chief.slash(art, "quota plan", {"who": artists, "plan": "large"}))
    assert "large" in told.content
    discord.set_roles(guild, ann, artists)
    other = discord.guild("Others")
    discord.joins(other, bob, discord.role(other, "artists"))

    plans = {}
    for person in (ann, bob):
        for place in (art, person.direct()):
            told = await discord.response(person.slash(place, "credits"))
            plans[person.user.name, place is art] = "500 of 500" in told.content.replace("\\", "")

    assert plans == {("Ann", True): True, ("Ann", False): True, ("Bob", True): False, ("Bob", False): False}


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
    first = await picture_of(easel, discord, art, ann)
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
