"""Nothing of what was ordered is left unsaid, unseen or uncovered on the way through Discord."""

from __future__ import annotations

from bot.app import App
from tests.doubles.discord.double import Discord
from tests.doubles.discord.permissions import May
from tests.doubles.discord.puppets import Person
from tests.doubles.discord.state import Channel, Guild
from tests.doubles.openai_simulator import OpenAISimulator
from tests.platforms.discord.easel import drawn, held_for_all, labelled, labels, noted
from tests.platforms.discord.test_undelivered import refused


async def test_a_public_status_says_that_its_order_failed(
    painting: App, vendor: OpenAISimulator, discord: Discord, guild: Guild, art: Channel, ann: Person
) -> None:
    """Its asker learns why privately; for everybody else it is not being drawn for ever."""
    chief = discord.member(guild, "Chief", May.MANAGE_GUILD)
    await discord.response(chief.slash(art, "easel channel", {"progress": "public"}))
    vendor.plan("blocked_input")

    made = ann.slash(art, "imagine", {"prompt": "a dreadful thing"})

    await discord.response(made, lambda each: "Change words" in labels(each))
    await discord.world.changes.until(
        lambda: not [each for each in art.messages.values() if each.seen_by is None] or None,
        "the status to go",
    )


async def test_unfinished_pictures_are_covered_where_finished_ones_are(
    painting: App, vendor: OpenAISimulator, discord: Discord, guild: Guild, art: Channel, ann: Person
) -> None:
    """In a channel that hides pictures until they are clicked."""
    chief = discord.member(guild, "Chief", May.MANAGE_GUILD)
    await discord.response(chief.slash(art, "easel channel", {"progress": "public", "spoilers": True}))
    vendor.plan("half_held")

    ann.slash(art, "imagine", {"prompt": "a lighthouse"})

    shown = await discord.wait_for_message(art, lambda each: bool(each.files) and each.seen_by is None)
    assert all(each["filename"].startswith("SPOILER_") for each in shown.files)
    vendor.gate.set()


async def test_ten_private_pictures_of_three_megabytes_all_come(
    painting: App, vendor: OpenAISimulator, discord: Discord, art: Channel, ann: Person, bob: Person
) -> None:
    """One request holds 25 MiB; what does not fit into the answer follows it, for nobody else to see."""
    vendor.plan("hefty")
    asked = await discord.response(
        ann.slash(art, "imagine", {"prompt": "a fox", "count": 10, "private": True}),
        lambda each: bool(labels(each)),
    )
    ann.press(asked, next(label for label in labels(asked) if label.startswith("Draw")))

    def all_there() -> list[str] | None:
        mine = [each for each in art.messages.values() if each.seen_by == ann.id]
        names = [str(file["filename"]) for each in mine for file in each.files]
        return names if len({name for name in names if name.startswith("easel-")}) == 10 else None

    await discord.world.changes.until(all_there, "ten pictures")
    assert not any(each.files for each in bob.sees(art))


async def test_an_original_is_described_aloud(
    easel: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """Like every picture."""
    ann.slash(art, "imagine", {"prompt": "a lighthouse", "size": "1920x1080"})
    first = await noted(easel, await drawn(discord, art))

    told = await discord.response(ann.press(first, "Original"), lambda each: bool(each.files))

    assert "AI-generated" in told.files[0].get("description", "")


async def test_a_public_status_ends_when_its_order_is_cancelled(
    painting: App, vendor: OpenAISimulator, discord: Discord, guild: Guild, art: Channel, ann: Person
) -> None:
    """Nobody is left with a picture that is being drawn for ever."""
    vendor.plan("held")
    shown = await held_for_all(discord, guild, art, ann)
    await vendor.reached.wait()

    await discord.response(ann.press(shown, labelled(shown, "Cancel")))
    vendor.gate.set()

    await discord.world.changes.until(
        lambda: (
            not [
                each
                for each in art.messages.values()
                if each.seen_by is None and any("Cancel" in label for label in labels(each))
            ]
            or None
        ),
        "the status to end",
    )


async def test_what_one_message_has_no_room_for_follows_in_a_direct_message(
    painting: App, vendor: OpenAISimulator, discord: Discord, ann: Person, art: Channel
) -> None:
    """A history that was asked for in words shows every picture, whatever they weigh together."""
    vendor.plan("hefty")
    asked = await discord.response(
        ann.slash(art, "imagine", {"prompt": "a fox", "count": 10}), lambda each: bool(labels(each))
    )
    ann.press(asked, next(label for label in labels(asked) if label.startswith("Draw")))
    await drawn(discord, art)
    here = ann.direct()

    ann.say(here, "/history 1")

    def all_there() -> bool | None:
        names = {str(file["filename"]) for each in here.messages.values() for file in each.files}
        return len(names) == 10 or None

    await discord.world.changes.until(all_there, "ten pictures")


async def test_a_thread_that_stays_archived_ends_no_delivery(
    easel: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """Though Discord says that it was opened again; the picture comes into the channel."""
    ann.slash(art, "imagine", {"prompt": "a lighthouse"})
    first = await noted(easel, await drawn(discord, art))
    opened = await discord.answered(ann.press(first, labelled(first, "Edit…")))
    ann.submit(opened, {"prompt": "make it night"})
    thread = await discord.world.changes.until(lambda: discord.world.channels.get(first.id), "a thread")
    second = await noted(easel, await drawn(discord, thread))
    for _ in range(3):
        discord.wire.plan("answer", "POST", f"/channels/{thread.id}/messages", told=refused(400, 50083))

    opened = await discord.answered(ann.press(second, labelled(second, "Edit…")))
    ann.submit(opened, {"prompt": "make it snow"})

    shown = await discord.wait_for_message(art, lambda each: bool(each.files) and "snow" in each.content)
    assert shown.id != first.id
