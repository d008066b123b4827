"""What happens to a finished picture when Discord refuses, forgets or breaks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.app import App
from tests.doubles.discord.double import Discord
from tests.doubles.discord.permissions import May
from tests.doubles.discord.puppets import Person
from tests.doubles.discord.state import Channel, Guild
from tests.doubles.exchanges import Told
from tests.platforms.discord.easel import drawn, labelled, noted, running_easel

MESSAGES = "/channels/*/messages"


async def test_a_cut_answer_is_asked_for_with_the_same_nonce(
    easel: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """Discord knows the nonce again, so the picture stands there once."""
    discord.wire.plan("cut_after", "POST", MESSAGES)

    ann.slash(art, "imagine", {"prompt": "a lighthouse"})
    await noted(easel, await drawn(discord, art))

    posts = discord.wire.asked("POST", MESSAGES)
    nonces = {json.loads(each.fields["payload_json"])["nonce"] for each in posts}
    assert len(posts) == 2
    assert len(nonces) == 1
    assert all(len(nonce) <= 25 for nonce in nonces)
    assert len([each for each in art.messages.values() if each.files]) == 1


@pytest.mark.parametrize("right", [May.SEND_MESSAGES, May.ATTACH_FILES, May.VIEW_CHANNEL])
async def test_without_the_right_to_write_the_picture_answers_the_command(
    easel: App, discord: Discord, guild: Guild, ann: Person, right: May
) -> None:
    """Everybody sees it, and it says that replies do not reach Easel."""
    quiet = discord.channel(guild, "quiet", bot_lacks=right)

    ann.slash(quiet, "imagine", {"prompt": "a lighthouse"})

    picture = await drawn(discord, quiet)
    assert picture.interaction_id is not None
    assert "Press Edit…" in picture.content
    assert labelled(picture, "Edit…")


async def test_a_reply_whose_words_discord_hides_is_asked_for_them(
    easel: App, discord: Discord, guild: Guild, ann: Person
) -> None:
    """Under an answer to a command a reply comes without its words: Edit… is offered, and works."""
    quiet = discord.channel(guild, "quiet", bot_lacks=May.SEND_MESSAGES)
    made = ann.slash(quiet, "imagine", {"prompt": "a lighthouse"})
    picture = await noted(easel, await drawn(discord, quiet))
    done = await discord.response(made, lambda each: "is done" in each.content)
    assert picture.id in done.content
    discord.set_overwrite(quiet, None)

    said = ann.say(quiet, "make it night", reply_to=picture)

    asked = await discord.wait_for_message(quiet, lambda each: "What should change" in each.content)
    assert asked.wire["message_reference"]["message_id"] == said.id
    opened = await discord.answered(ann.press(asked, "Edit…"))
    ann.submit(opened, {"prompt": "make it night"})
    thread = await discord.world.changes.until(lambda: discord.world.channels.get(picture.id), "a thread")
    assert "make it night" in (await drawn(discord, thread)).content


async def test_a_picture_that_answers_a_command_is_deleted_like_any_other(
    easel: App, discord: Discord, guild: Guild, ann: Person
) -> None:
    """Though the bot may not write there."""
    quiet = discord.channel(guild, "quiet", bot_lacks=May.SEND_MESSAGES)
    ann.slash(quiet, "imagine", {"prompt": "a lighthouse"})
    picture = await noted(easel, await drawn(discord, quiet))

    asked = await discord.response(ann.press(picture, "Delete"))
    ann.press(asked, "Delete for good")

    await discord.world.changes.until(lambda: picture.id not in quiet.messages, "the message to go")


async def test_without_history_the_asker_is_named(
    easel: App, discord: Discord, guild: Guild, ann: Person
) -> None:
    """A reply is not possible there."""
    blind = discord.channel(guild, "blind", bot_lacks=May.READ_MESSAGE_HISTORY)

    ann.say(blind, f"{discord.bot_mention} a lighthouse at dusk")

    picture = await drawn(discord, blind)
    assert ann.mention in picture.content
    assert "message_reference" not in picture.wire


async def test_without_threads_an_edit_answers_the_picture(
    easel: App, discord: Discord, guild: Guild, ann: Person
) -> None:
    """In the channel itself."""
    flat = discord.channel(guild, "flat", bot_lacks=May.CREATE_PUBLIC_THREADS)
    ann.slash(flat, "imagine", {"prompt": "a lighthouse"})
    first = await noted(easel, await drawn(discord, flat))

    ann.submit(
        await discord.answered(ann.press(first, labelled(first, "Edit…"))), {"prompt": "make it night"}
    )

    edited = await discord.wait_for_message(flat, lambda each: "make it night" in each.content)
    assert edited.wire["message_reference"]["message_id"] == first.id


@pytest.mark.parametrize("is_locked", [False, True], ids=["archived", "locked"])
async def test_a_closed_thread_gets_its_picture_or_its_channel_does(
    easel: App, discord: Discord, art: Channel, ann: Person, is_locked: bool
) -> None:
    """Posting opens an archived one; a locked one is named."""
    ann.slash(art, "imagine", {"prompt": "a lighthouse"})
    first = await noted(easel, await drawn(discord, art))
    ann.submit(
        await discord.answered(ann.press(first, labelled(first, "Edit…"))), {"prompt": "make it night"}
    )
    thread = await discord.world.changes.until(lambda: discord.world.channels.get(first.id), "a thread")
    await noted(easel, await drawn(discord, thread))
    discord.set_thread(thread, archived=True, locked=is_locked)

    ann.submit(
        await discord.answered(ann.press(first, labelled(first, "Edit…"))), {"prompt": "add two gulls"}
    )

    where = art if is_locked else thread
    edited = await discord.wait_for_message(
        where, lambda each: "two gulls" in each.content and bool(each.files)
    )
    assert ("closed to me" in edited.content) is is_locked


def refused(status: int, code: int) -> Told:
    """Discord's refusal with this code."""
    body = json.dumps({"code": code, "message": "No"}).encode()
    return Told(status, body, {"Content-Type": "application/json"})


async def test_a_thread_that_is_gone_is_named(
    easel: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """The picture goes into its channel."""
    thread = discord.thread(art, "talk", ann)
    discord.wire.plan("answer", "POST", f"/channels/{thread.id}/messages", told=refused(404, 10003))

    ann.slash(thread, "imagine", {"prompt": "a lighthouse"})

    assert "is gone" in (await drawn(discord, art)).content


async def test_too_large_for_discord_is_made_smaller(
    easel: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """Once more, with half of it."""
    discord.wire.plan("answer", "POST", MESSAGES, told=refused(413, 40005))

    ann.slash(art, "imagine", {"prompt": "a lighthouse"})

    assert (await drawn(discord, art)).files


async def test_a_channel_that_is_gone_is_no_end(
    easel: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """The picture comes by the answer to the command."""
    discord.wire.plan("answer", "POST", MESSAGES, told=refused(404, 10003))

    ann.slash(art, "imagine", {"prompt": "a lighthouse"})

    assert (await drawn(discord, art)).interaction_id is not None


async def test_a_channel_that_refuses_is_left_alone(
    easel: App, discord: Discord, guild: Guild, ann: Person
) -> None:
    """After three refusals nothing is asked there for ten minutes: Discord counts them."""
    shut = discord.channel(guild, "shut", bot_lacks=May.SEND_MESSAGES)
    for number in range(1, 6):
        ann.slash(shut, "imagine", {"prompt": f"a lighthouse {number}"})
        await discord.wait_for_message(
            shut,
            lambda each, said=f"lighthouse {number}": said in each.content and bool(each.files),  # type: ignore[misc]
        )

    assert len(discord.wire.asked("POST", f"/channels/{shut.id}/messages")) == 3


async def test_being_removed_from_a_server_ends_nothing_else(
    easel: App, discord: Discord, guild: Guild, art: Channel, ann: Person
) -> None:
    """What is under way there ends in /history; other servers go on."""
    fault = discord.wire.plan("hold_before", "POST", MESSAGES)
    ann.slash(art, "imagine", {"prompt": "a lighthouse"})
    await fault.reached.wait()
    discord.leaves(guild, None)
    fault.let_go()
    other = discord.guild("Others")
    there, bob = discord.channel(other, "art"), discord.member(other, "Bob")

    told = await discord.response(bob.slash(there, "help"))

    assert told.content


async def test_a_button_works_after_a_restart(
    discord: Discord, art: Channel, ann: Person, tmp_path: Path
) -> None:
    """And so does a form that was opened before it."""
    async with running_easel(discord, tmp_path) as easel:
        ann.slash(art, "imagine", {"prompt": "a lighthouse"})
        first = await noted(easel, await drawn(discord, art))
        opened = await discord.answered(ann.press(first, labelled(first, "Edit…")))

    async with running_easel(discord, tmp_path):
        ann.submit(opened, {"prompt": "make it night"})
        thread = await discord.world.changes.until(lambda: discord.world.channels.get(first.id), "a thread")
        assert "make it night" in (await drawn(discord, thread)).content
        assert (await discord.answered(ann.press(first, labelled(first, "Edit…")))).modal is not None


async def test_a_private_answer_that_is_dead_leaves_the_picture_in_the_history(
    easel: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """Get result shows it whenever it is pressed."""
    made = ann.slash(art, "imagine", {"prompt": "a secret", "private": True})
    await discord.response(made, lambda each: bool(each.files))
    discord.clock.turn(16 * 60)

    told = await discord.response(ann.slash(art, "history", {"number": 1}), lambda each: bool(each.files))

    assert told.seen_by == ann.id
