"""Every button of a picture and of an order, pressed by those who may and those who may not."""

from __future__ import annotations

import pytest

from bot.app import App
from tests.doubles.discord.double import Discord
from tests.doubles.discord.permissions import May
from tests.doubles.discord.puppets import Person
from tests.doubles.discord.state import Channel, Guild, Message
from tests.doubles.openai_simulator import OpenAISimulator
from tests.platforms.discord.easel import drawn, held_for_all, labelled, labels, noted, picture_of


async def test_vary_draws_another_from_the_picture(
    easel: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """With the same words and the picture as its reference."""
    first = await picture_of(easel, discord, art, ann)

    ann.press(first, labelled(first, "Vary"))

    varied = await _another(discord, art, first)
    assert "a lighthouse" in varied.content
    assert "References 1" in varied.content


async def test_finish_draws_the_draft_at_its_largest(
    painting: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """What it costs stands on the button."""
    first = await picture_of(painting, discord, art, ann)

    ann.press(first, labelled(first, "Finish · "))

    finished = await _another(discord, art, first)
    assert "2880x2880" in finished.content
    assert "Quality high" in finished.content
    assert not any(label.startswith("Finish") for label in labels(finished))


async def test_the_original_of_a_trimmed_picture_is_untrimmed(
    easel: App, discord: Discord, art: Channel, ann: Person, bob: Person
) -> None:
    """Whoever asks gets it alone; the receipt says what was done."""
    ann.slash(art, "imagine", {"prompt": "a lighthouse", "size": "1920x1080"})
    first = await noted(easel, await drawn(discord, art))
    assert "1920x1080" in first.content

    told = await discord.response(bob.press(first, "Original"), lambda each: bool(each.files))

    assert told.seen_by == bob.id
    [file] = told.files
    assert (file["width"], file["height"]) != (1920, 1080)
    assert file["width"] >= 1920


async def test_an_order_that_is_drawn_is_cancelled_at_its_price(
    painting: App, vendor: OpenAISimulator, discord: Discord, art: Channel, ann: Person
) -> None:
    """Its button says so; the picture that is on its way comes all the same or not, and nothing is lost."""
    vendor.plan("held")
    made = ann.slash(art, "imagine", {"prompt": "a lighthouse"})
    await vendor.reached.wait()
    shown = await discord.response(made, lambda each: any("charged" in label for label in labels(each)))

    told = await discord.response(ann.press(shown, labelled(shown, "Cancel")))
    vendor.gate.set()

    assert told.seen_by == ann.id
    assert "#1" in told.content


async def test_an_order_that_waits_is_cancelled_for_nothing(
    painting: App, vendor: OpenAISimulator, discord: Discord, art: Channel, ann: Person
) -> None:
    """And says what came back."""
    vendor.plan("held", "held")
    running = [ann.slash(art, "imagine", {"prompt": f"a lighthouse {number}"}) for number in (1, 2)]
    for each in running:
        await discord.response(each, lambda shown: any("charged" in label for label in labels(shown)))
    waiting = ann.slash(art, "imagine", {"prompt": "a harbour"})
    shown = await discord.response(waiting, lambda each: "Cancel" in labels(each))

    told = await discord.response(ann.press(shown, "Cancel"))
    vendor.gate.set()

    assert "#3" in told.content
    assert "free again" in told.content
    await discord.response(waiting, lambda each: "Cancel" not in labels(each))
    assert len(vendor.books) == 2


async def test_somebody_elses_order_is_not_cancelled(
    painting: App, vendor: OpenAISimulator, discord: Discord, guild: Guild, art: Channel, ann: Person
) -> None:
    """Where everybody sees how it goes on, everybody sees its buttons."""
    vendor.plan("held")
    shown = await held_for_all(discord, guild, art, ann)
    bob = discord.member(guild, "Bob")

    told = await discord.response(bob.press(shown, labelled(shown, "Cancel")))
    vendor.gate.set()

    assert "somebody else" in told.content.lower()
    await drawn(discord, art)


async def test_refused_words_are_changed_in_their_form(
    painting: App, vendor: OpenAISimulator, discord: Discord, art: Channel, ann: Person
) -> None:
    """What was typed is still in it, options too; nothing of the refusal is public."""
    vendor.plan("blocked_input")
    made = ann.slash(art, "imagine", {"prompt": "a dreadful thing", "size": "wide"})
    failed = await discord.response(made, lambda each: "Change words" in labels(each))

    opened = await discord.answered(ann.press(failed, "Change words"))

    assert opened.modal is not None
    assert "a dreadful thing" in str(opened.modal)
    ann.submit(opened, {"prompt": "a lovely thing"})
    picture = await drawn(discord, art)
    assert "a lovely thing" in picture.content
    assert "1536x864" in picture.content
    assert [each for each in art.messages.values() if each.seen_by is None] == [picture]


async def test_what_failed_is_tried_again(
    painting: App, vendor: OpenAISimulator, discord: Discord, art: Channel, ann: Person
) -> None:
    """With its price on the button."""
    vendor.plan("blocked_input")
    made = ann.slash(art, "imagine", {"prompt": "a lighthouse"})
    failed = await discord.response(made, lambda each: any("Try again" in label for label in labels(each)))

    ann.press(failed, labelled(failed, "Try again ·"))

    assert "#2" in (await drawn(discord, art)).content


@pytest.fixture
def late(discord: Discord) -> float:
    """Let Discord's clock be so many seconds behind that its tokens are nearly dead when they come."""
    seconds = 14 * 60 + 36.0
    discord.clock.turn(-seconds)
    return seconds


async def test_the_result_is_fetched_by_a_button(
    late: float, painting: App, vendor: OpenAISimulator, discord: Discord, art: Channel, ann: Person
) -> None:
    """Also of an order whose own message cannot be reached any more: its last word says how."""
    vendor.plan("held")
    made = ann.slash(art, "imagine", {"prompt": "a secret", "private": True})
    last = await discord.response(made, lambda each: "longer than" in each.content)
    discord.clock.turn(late)
    still = await discord.response(ann.press(last, "Get result"))
    assert "#1" in still.content
    vendor.gate.set()

    async def fetched() -> Message:
        while True:
            told = await discord.response(ann.press(last, "Get result"))
            if told.files:
                return told

    got = await fetched()

    assert got.seen_by == ann.id
    assert "a secret" in got.content


async def test_a_reported_picture_is_taken_down_by_an_admin(
    easel: App, discord: Discord, guild: Guild, art: Channel, ann: Person, bob: Person
) -> None:
    """It comes to the admins' channel as a spoiler; nobody else decides, and it leaves its message."""
    chief, office = await _office(discord, guild)
    first = await picture_of(easel, discord, art, ann)

    told = await _reported(discord, office, first, bob)
    refused = await discord.response(bob.press(told, "Take down"))
    assert "Only admins" in refused.content
    decided = await discord.response(chief.press(told, "Take down"))

    assert "taken down" in decided.content
    await discord.world.changes.until(lambda: first.id not in art.messages, "the picture to go")


async def test_without_an_admin_channel_a_report_is_decided_in_a_direct_message(
    easel: App, discord: Discord, guild: Guild, art: Channel, ann: Person, bob: Person
) -> None:
    """Each named admin is told directly, with the picture as a spoiler, and decides there."""
    chief = discord.member(guild, "Chief", May.MANAGE_GUILD)
    mod = discord.member(guild, "Mod")
    await discord.response(chief.slash(art, "quota admins", {"do": "add", "who": mod}))
    first = await picture_of(easel, discord, art, ann)

    told = await _reported(discord, mod.direct(), first, bob)
    decided = await discord.response(mod.press(told, "Take down"))

    assert "taken down" in decided.content
    await discord.world.changes.until(lambda: first.id not in art.messages, "the picture to go")


async def test_a_reported_picture_may_stay(
    easel: App, discord: Discord, guild: Guild, art: Channel, ann: Person, bob: Person
) -> None:
    """Keep leaves it where it is."""
    chief, office = await _office(discord, guild)
    first = await picture_of(easel, discord, art, ann)

    told = await _reported(discord, office, first, bob)
    decided = await discord.response(chief.press(told, "Keep"))

    assert "It stays" in decided.content
    assert first.files


async def test_a_picture_that_was_taken_down_is_shown_again(
    easel: App, discord: Discord, guild: Guild, art: Channel, ann: Person, bob: Person
) -> None:
    """By Keep: in its channel, with its buttons; a reply to it changes it."""
    chief, office = await _office(discord, guild)
    first = await picture_of(easel, discord, art, ann)
    told = await _reported(discord, office, first, bob)
    await discord.response(chief.press(told, "Take down"))
    await discord.world.changes.until(lambda: first.id not in art.messages, "the picture to go")

    await discord.response(chief.press(told, "Keep"))

    again = await noted(easel, await discord.wait_for_message(art, lambda each: "kept it" in each.content))
    assert again.files[0]["filename"] == first.files[0]["filename"]
    assert "Made with" in again.content.splitlines()[0]
    assert {"Delete", "Report"} <= set(labels(again))
    ann.say(art, "make it a deep dark night", reply_to=again)
    thread = await _thread_of(discord, again)
    assert (await drawn(discord, thread)).files


async def _office(discord: Discord, guild: Guild) -> tuple[Person, Channel]:
    """Give the server an admin, and a channel where admins meet."""
    chief = discord.member(guild, "Chief", May.MANAGE_GUILD)
    office = discord.channel(guild, "office")
    await discord.response(chief.slash(office, "easel setup", {"admin-channel": "here"}))
    return chief, office


async def _reported(discord: Discord, office: Channel, picture: Message, reporter: Person) -> Message:
    """Report a picture by its button, and wait for what admins are told."""
    asked = await discord.response(reporter.press(picture, "Report"))
    thanks = await discord.response(reporter.press(asked, "Hate"))
    assert thanks.seen_by == reporter.id
    told = await discord.wait_for_message(office, lambda each: "Take down" in labels(each))
    assert told.files[0]["filename"].startswith("SPOILER_")
    return told


async def _another(discord: Discord, channel: Channel, first: Message) -> Message:
    """Wait for a second picture."""
    return await discord.wait_for_message(
        channel, lambda each: bool(each.files) and each.seen_by is None and each.id != first.id
    )


async def _thread_of(discord: Discord, message: Message) -> Channel:
    return await discord.world.changes.until(
        lambda: discord.world.channels.get(message.id), "a thread on the message"
    )
