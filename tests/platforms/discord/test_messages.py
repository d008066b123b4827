"""Messages that are orders: mentions, replies to pictures, direct messages; everything else is left alone."""

from __future__ import annotations

import pytest

from bot.app import App
from bot.platforms.discord import files
from tests.doubles.discord.double import Discord
from tests.doubles.discord.posting import Draft, post
from tests.doubles.discord.puppets import Person
from tests.doubles.discord.state import Channel, Guild
from tests.platforms.discord.easel import (
    PICTURE,
    drawn,
    labels,
    noted,
    nothing_happens,
    numbered,
    picture_of,
    with_words,
)

PINNED = 6
"""The type of a message by which Discord says that somebody has pinned another."""


async def test_a_mention_draws(easel: App, discord: Discord, art: Channel, ann: Person) -> None:
    """The picture answers the message; of a status before it nothing is left."""
    said = ann.say(art, f"{discord.bot_mention} a lighthouse at dusk")

    picture = await drawn(discord, art)
    assert "a lighthouse at dusk" in picture.content
    assert picture.wire["message_reference"]["message_id"] == said.id
    assert len([each for each in art.messages.values() if each.author_id == discord.world.bot.id]) == 1


async def test_a_pinged_reply_edits_the_picture(
    easel: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """In the thread of that picture."""
    first = await picture_of(easel, discord, art, ann)

    ann.say(art, "make it night", reply_to=first)

    thread = await discord.world.changes.until(lambda: discord.world.channels.get(first.id), "a thread")
    edited = await discord.wait_for_message(thread, lambda each: bool(each.files))
    assert "make it night" in edited.content


async def test_a_reply_to_an_edit_goes_on_in_its_thread(
    easel: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """And so does the next one."""
    first = await picture_of(easel, discord, art, ann)
    ann.say(art, "make it night", reply_to=first)
    thread = await discord.world.changes.until(lambda: discord.world.channels.get(first.id), "a thread")
    second = await discord.wait_for_message(thread, lambda each: bool(each.files))

    ann.say(thread, "add two gulls", reply_to=await noted(easel, second))

    await discord.wait_for_message(thread, lambda each: bool(each.files) and "two gulls" in each.content)


async def test_what_is_no_order_is_left_alone(
    easel: App, discord: Discord, guild: Guild, art: Channel, ann: Person, bob: Person
) -> None:
    """Talk, replies without ping, somebody else's reply, and messages to somebody else, one or many."""
    painters = discord.role(guild, "Painters")
    first = await picture_of(easel, discord, art, ann)

    ann.say(art, "what a nice lighthouse")
    ann.say(art, "make it night", reply_to=first, ping=False)
    bob.say(art, "make it night", reply_to=first)
    ann.say(art, f"{bob.mention} look, {discord.bot_mention} drew this")
    ann.say(art, f"<@&{painters.id}> what do you think of it", reply_to=first)
    ann.say(art, "@here what do you think of it", reply_to=first)
    ann.say(art, f"@everyone look, {discord.bot_mention} drew this")

    assert await nothing_happens(discord, art, ann, after=first)


async def test_what_discord_itself_says_is_no_order(
    easel: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """A notice that somebody has pinned a picture names it as a reply does, and its author."""
    await picture_of(easel, discord, art, ann)
    here = ann.direct()
    ann.say(here, "a harbour at night")
    picture = await noted(easel, await drawn(discord, here))

    reference = {"message_reference": {"message_id": picture.id}}
    post(discord.world, Draft(here, ann.user, reference, {}, {"type": PINNED}))
    ann.say(here, "help")

    await discord.wait_for_message(here, lambda each: "These commands help" in each.content)
    said = [each for each in here.messages.values() if each.author_id == discord.world.bot.id]
    assert not [each for each in said if "What should change" in each.content]


async def test_a_mention_in_a_thread_means_the_newest_picture_that_its_author_saw(
    easel: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """Not one that came between the message and its hearing."""
    thread = discord.thread(art, "talk", ann)
    ann.slash(thread, "imagine", {"prompt": "a lighthouse"})
    await noted(easel, await numbered(discord, thread, 1))
    early = discord.world.new_id()
    ann.slash(thread, "imagine", {"prompt": "a harbour"})
    await noted(easel, await numbered(discord, thread, 2))

    body = {"content": f"{discord.bot_mention} make it night"}
    post(discord.world, Draft(thread, ann.user, body, {}, {}, id=early))

    assert "Made from \\#1" in (await numbered(discord, thread, 3)).content


async def test_a_reply_to_a_further_message_changes_what_that_shows(
    easel: App, discord: Discord, art: Channel, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of an order whose pictures do not go into one message."""
    monkeypatch.setattr(files, "FILES_MAX", 1)
    ann.slash(art, "imagine", {"prompt": "a lighthouse", "count": 2})
    further = await noted(easel, await with_words(discord, art, "More pictures of"))

    ann.say(art, "make it night", reply_to=further)

    thread = await discord.world.changes.until(lambda: discord.world.channels.get(further.id), "a thread")
    assert "Made from \\#1" in (await drawn(discord, thread)).content


async def test_one_word_is_asked_back_for_its_author_alone(
    easel: App, discord: Discord, art: Channel, ann: Person, bob: Person
) -> None:
    """The price is on the button; somebody else's press does nothing."""
    first = await picture_of(easel, discord, art, ann)
    ann.say(art, "night", reply_to=first)
    asked = await discord.wait_for_message(
        art, lambda each: each.id != first.id and any("Edit" in label for label in labels(each))
    )
    button = next(label for label in labels(asked) if label.startswith("Edit ·"))

    refused = await discord.response(bob.press(asked, button))
    assert "Somebody else was asked" in refused.content
    ann.press(asked, button)

    thread = await discord.world.changes.until(lambda: discord.world.channels.get(first.id), "a thread")
    await discord.wait_for_message(thread, lambda each: bool(each.files))
    await discord.world.changes.until(lambda: asked.id not in art.messages, "the question to go")


async def test_attachments_of_a_mention_are_references(
    easel: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """In their order."""
    ann.say(art, f"{discord.bot_mention} the same in blue", files=[PICTURE])

    assert "References 1" in (await drawn(discord, art)).content


async def test_a_refusal_in_a_channel_carries_no_amounts(
    easel: App, discord: Discord, art: Channel, ann: Person, bob: Person
) -> None:
    """Its author reads why, by a button."""
    ann.say(art, f"{discord.bot_mention} a cat --size 9000x9000")

    told = await discord.wait_for_message(art)
    assert "9000" not in told.content
    details = await discord.response(ann.press(told, "Details"))
    assert "9000x9000" in details.content
    assert details.seen_by == ann.id
    stranger = await discord.response(bob.press(told, "Details"))
    assert "9000x9000" not in stranger.content


async def test_whoever_never_used_it_has_no_home(easel: App, discord: Discord, ann: Person) -> None:
    """In a direct message nobody knows who pays."""
    here = ann.direct()
    ann.say(here, "a lighthouse at dusk")

    told = await discord.wait_for_message(here)
    assert "which server pays" in told.content


async def test_a_direct_message_draws_at_home(
    easel: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """The only server where somebody has used it pays."""
    await picture_of(easel, discord, art, ann)
    here = ann.direct()

    ann.say(here, "a lighthouse at dusk, headline")

    assert "a lighthouse at dusk" in (await drawn(discord, here)).content


async def test_a_command_in_a_direct_message_says_where_its_picture_is(
    easel: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """The way there leads into the conversation, not into a server."""
    await picture_of(easel, discord, art, ann)
    here = ann.direct()

    made = ann.slash(here, "imagine", {"prompt": "a harbour"})

    picture = await drawn(discord, here)
    done = await discord.response(made, lambda each: "is done" in each.content)
    assert f"/channels/@me/{here.id}/{picture.id}" in done.content


async def test_who_left_the_server_is_paid_for_by_nobody(
    easel: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """Membership is read anew."""
    await picture_of(easel, discord, art, ann)
    discord.leaves(discord.world.guilds[art.guild_id or ""], ann)
    here = ann.direct()

    ann.say(here, "a lighthouse at dusk, headline")

    assert "not in the server" in (await discord.wait_for_message(here)).content


async def test_a_server_that_waits_is_told_nothing_in_its_channels(
    easel: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """A command says so to its caller only; a mention is not answered at all."""
    await picture_of(easel, discord, art, ann)
    other = discord.guild("Others")
    there, bob = discord.channel(other, "art"), discord.member(other, "Bob")

    bob.say(there, f"{discord.bot_mention} a lighthouse at dusk")
    told = await discord.response(bob.slash(there, "imagine", {"prompt": "a lighthouse"}))

    assert "not switched on" in told.content
    assert [
        each for each in there.messages.values() if each.seen_by is None and each.author_id != bob.id
    ] == []
