"""Pictures from elsewhere, talk that orders nothing, forums, and who is told."""

from __future__ import annotations

from sqlalchemy import func, select, update

from bot.app import App
from bot.storage.schema import jobs
from bot.storage.transaction import Tx
from tests.doubles.discord.cdn import keep
from tests.doubles.discord.double import Discord
from tests.doubles.discord.puppets import Person
from tests.doubles.discord.state import Channel, Guild, Message
from tests.doubles.openai_simulator import OpenAISimulator
from tests.platforms.discord.easel import PICTURE, drawn, labelled, noted, nothing_happens


async def test_the_picture_of_an_embed_comes_by_discords_proxy(
    easel: App, discord: Discord, art: Channel, ann: Person, bob: Person
) -> None:
    """The page that it stands on is never asked."""
    theirs = bob.say(art, "https://example.com/harbour")
    proxied = keep(discord.world, "external/1/2/harbour.png", PICTURE.data, "image/png")
    theirs.wire["embeds"] = [
        {"type": "image", "thumbnail": {"url": "https://example.com/harbour.png", "proxy_url": proxied}}
    ]

    opened = await discord.answered(ann.message_command("Edit image", theirs))
    ann.submit(opened, {"prompt": "in blue"})

    assert "References 1" in (await drawn(discord, art)).content
    assert discord.wire.asked("GET", "/external/1/2/harbour.png")


async def test_an_address_that_is_not_discords_is_not_fetched(
    easel: App, discord: Discord, art: Channel, ann: Person, bob: Person
) -> None:
    """Whatever a message claims."""
    theirs = bob.say(art, "https://example.com/harbour")
    elsewhere = "http://127.0.0.1:9/harbour.png"
    theirs.wire["embeds"] = [{"type": "image", "image": {"url": elsewhere, "proxy_url": elsewhere}}]

    told = await discord.response(ann.message_command("Edit image", theirs))

    assert "Discord" in told.content
    assert told.seen_by == ann.id


async def test_a_forwarded_picture_is_edited(
    easel: App, discord: Discord, art: Channel, ann: Person, bob: Person
) -> None:
    """A forward holds a copy of the message, and that its picture."""
    original = bob.say(art, "look", files=[PICTURE])
    forwarded = bob.say(art, "")
    copied = {name: original.wire[name] for name in ("content", "attachments", "embeds", "timestamp", "type")}
    forwarded.wire["message_snapshots"] = [{"message": copied}]

    opened = await discord.answered(ann.message_command("Edit image", forwarded))
    ann.submit(opened, {"prompt": "in blue"})

    assert "References 1" in (await drawn(discord, art)).content


async def test_a_mention_that_answers_what_discord_hides_is_not_guessed(
    easel: App, discord: Discord, art: Channel, ann: Person, bob: Person
) -> None:
    """Somebody else's message comes without its picture: nothing is drawn from the words alone."""
    theirs = bob.say(art, "look at this", files=[PICTURE])

    ann.say(art, f"{discord.bot_mention} the same in deep blue", reply_to=theirs)

    told = await discord.wait_for_message(art, lambda each: "did not start" in each.content)
    details = await discord.response(ann.press(told, "Details"))
    assert "Edit image" in details.content
    assert await easel.stores.database.read(_jobs) == 0


async def test_a_mention_that_answers_what_the_bot_may_read_takes_its_picture(
    easel: App, discord: Discord, art: Channel, ann: Person, bob: Person
) -> None:
    """A message that names the bot is shown to it whole."""
    theirs = bob.say(art, f"{bob.mention} ask {discord.bot_mention} about this", files=[PICTURE])

    ann.say(art, f"{discord.bot_mention} the same in deep blue", reply_to=theirs)

    assert "References 1" in (await drawn(discord, art)).content


async def test_two_bots_never_talk(easel: App, discord: Discord, guild: Guild, art: Channel) -> None:
    """Another bot mentions ours and answers its pictures, again and again: no request, no hold."""
    ann, robot = discord.member(guild, "Ann"), discord.member(guild, "Robot")
    robot.user.is_bot = True
    ann.slash(art, "imagine", {"prompt": "a lighthouse"})
    first = await noted(easel, await drawn(discord, art))

    for _ in range(5):
        robot.say(art, f"{discord.bot_mention} draw a harbour at night")
        robot.say(art, "make it night", reply_to=first)

    await _is_one_order(easel, discord, art, ann, first)


async def test_talk_holds_nothing(
    easel: App, discord: Discord, art: Channel, ann: Person, bob: Person
) -> None:
    """A pinged reply of somebody else, one without ping, and what is written later into an old message."""
    ann.slash(art, "imagine", {"prompt": "a lighthouse"})
    first = await noted(easel, await drawn(discord, art))

    bob.say(art, "make it night", reply_to=first)
    ann.say(art, "make it night", reply_to=first, ping=False)
    ann.edit(ann.say(art, "nice"), f"{discord.bot_mention} draw a harbour at night")

    await _is_one_order(easel, discord, art, ann, first)


async def test_an_emoji_is_asked_back(easel: App, discord: Discord, art: Channel, ann: Person) -> None:
    """Under a picture it may be applause; nothing is held before its author presses."""
    ann.slash(art, "imagine", {"prompt": "a lighthouse"})
    first = await noted(easel, await drawn(discord, art))

    ann.say(art, "😍", reply_to=first)

    asked = await discord.wait_for_message(art, lambda each: each.id != first.id and each.seen_by is None)
    assert labelled(asked, "Edit ·")
    assert await easel.stores.database.read(_jobs) == 1


async def test_a_forums_post_is_a_thread_already(
    easel: App, discord: Discord, guild: Guild, art: Channel, ann: Person
) -> None:
    """Pictures and their edits stand in it, also where posts need a tag."""
    forum = discord.forum(guild, tags=("art",), needs_tag=True)
    post = discord.thread(forum, "My pictures", ann)
    ann.slash(post, "imagine", {"prompt": "a lighthouse"})
    first = await noted(easel, await drawn(discord, post))

    ann.say(post, "make it night", reply_to=first)

    await discord.wait_for_message(post, lambda each: bool(each.files) and "make it night" in each.content)
    assert discord.wire.asked("POST", "/channels/*/messages/*/threads") == []


async def test_whoever_waited_long_is_told_once(
    painting: App, vendor: OpenAISimulator, discord: Discord, art: Channel, ann: Person
) -> None:
    """After half a minute somebody looks elsewhere; nobody else is ever told, and no edit tells again."""
    vendor.plan("held")
    ann.slash(art, "imagine", {"prompt": "a lighthouse"})
    await vendor.reached.wait()
    await painting.stores.database.write(_ordered_earlier)
    vendor.gate.set()

    picture = await noted(painting, await drawn(discord, art))

    assert [each["id"] for each in picture.wire["mentions"]] == [ann.id]
    told = [each for each in _public(art) if each.wire["mentions"]]
    assert told == [picture]


async def test_an_unfinished_picture_is_shown_to_whoever_ordered_it(
    painting: App, vendor: OpenAISimulator, discord: Discord, art: Channel, ann: Person
) -> None:
    """It goes when the picture comes."""
    vendor.plan("half_held")
    made = ann.slash(art, "imagine", {"prompt": "a lighthouse"})

    shown = await discord.response(made, lambda each: _has(each, "unfinished"))
    assert shown.seen_by == ann.id
    assert "AI-generated" in shown.files[0]["description"]
    vendor.gate.set()

    await discord.response(made, lambda each: "is done" in each.content and not each.files)


async def _is_one_order(easel: App, discord: Discord, art: Channel, ann: Person, first: Message) -> None:
    """Fail unless only the first picture and one that is ordered now were ever ordered or talked about."""
    assert await nothing_happens(discord, art, ann, after=first)
    assert await easel.stores.database.read(_jobs) == 2
    posts = discord.wire.asked("POST", "/channels/*/messages")
    told = discord.wire.asked("PATCH", "/channels/*/messages/*")
    assert len([each for each in posts if each.files] + [each for each in told if each.files]) == 2
    assert len(posts) == 2


def _public(channel: Channel) -> list[Message]:
    return [each for each in channel.messages.values() if each.seen_by is None]


def _has(message: Message, start: str) -> bool:
    return any(each["filename"].startswith(start) for each in message.files)


def _ordered_earlier(db: Tx) -> None:
    db.execute(update(jobs).values(created=jobs.c.created - 40_000))


def _jobs(db: Tx) -> int:
    return db.execute(select(func.count()).select_from(jobs)).scalar_one()
