"""Where a result goes: where it was asked, and everything made from a picture into that picture's thread."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import cast

import pytest

from bot.app import App
from bot.core.commands import Caller
from bot.core.postings import Posting
from bot.core.preferences import ChannelRules
from bot.core.replies import Address
from bot.core.studio import JobCard
from bot.platforms.discord.ports import DiscordPorts
from bot.platforms.discord.rest import Rest
from bot.platforms.discord.threads import Threads
from tests.doubles.discord.double import Discord
from tests.doubles.discord.permissions import May
from tests.doubles.discord.puppets import Person
from tests.doubles.discord.state import MEDIA, NEWS, REQUIRE_TAG, Channel, Guild, Message
from tests.doubles.openai_simulator import OpenAISimulator
from tests.fakes import card_of
from tests.platforms.discord.easel import drawn, labelled, noted, numbered, picture_of, with_words


async def test_what_is_asked_in_a_thread_stays_in_it(
    painting: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """Whichever button is pressed there; nothing of it comes into the channel."""
    thread = discord.thread(art, "talk", ann)
    ann.slash(thread, "imagine", {"prompt": "a lighthouse"})
    first = await noted(painting, await drawn(discord, thread))

    for number, label in enumerate(("Again", "Vary", "Finish"), start=2):
        ann.press(first, labelled(first, label))
        await numbered(discord, thread, number)
    await _edit(discord, ann, first, "make it night")

    await with_words(discord, thread, "make it night")
    assert _pictures(art) == []


async def test_what_is_made_from_a_picture_joins_its_thread(
    painting: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """Vary and Finish pressed in the channel go to the edits; Again is a new picture where it was asked."""
    first, thread = await _edited(painting, discord, art, ann)

    for number, label in enumerate(("Vary", "Finish"), start=3):
        ann.press(first, labelled(first, label))
        made = await numbered(discord, thread, number)
        assert not made.content.startswith("Reply to a picture")
    ann.press(first, labelled(first, "Again"))
    await numbered(discord, art, 5)
    assert len(_pictures(art)) == 2


async def test_before_the_first_edit_everything_stays_in_the_channel(
    painting: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """Another like it opens no thread."""
    first = await picture_of(painting, discord, art, ann, quality="low")

    for number, label in enumerate(("Vary", "Finish"), start=2):
        ann.press(first, labelled(first, label))
        await numbered(discord, art, number)

    assert first.id not in discord.world.channels


@pytest.mark.parametrize("threads", ["never", "always"])
async def test_admins_choose_when_threads_open(
    easel: App, discord: Discord, guild: Guild, art: Channel, ann: Person, threads: str
) -> None:
    """Never: everything stands in the channel. Always: every picture has its own at once."""
    chief = discord.member(guild, "Chief", May.MANAGE_GUILD)
    await discord.response(chief.slash(art, "easel channel", {"threads": threads}))
    first = await picture_of(easel, discord, art, ann, quality="low")
    if threads == "always":
        await _thread_of(discord, first)

    await _edit(discord, ann, first, "make it night")

    where = art if threads == "never" else await _thread_of(discord, first)
    edited = await with_words(discord, where, "make it night")
    assert edited.content.startswith("Reply to a picture") is (threads == "always")
    assert (first.id in discord.world.channels) is (threads == "always")


async def test_two_first_edits_at_once_begin_a_thread_once(
    painting: App, discord: Discord, art: Channel, ann: Person, bob: Person
) -> None:
    """One of them says how to go on."""
    first = await picture_of(painting, discord, art, ann, quality="low")

    forms = [await discord.answered(each.press(first, labelled(first, "Edit…"))) for each in (ann, bob)]
    for person, opened in zip((ann, bob), forms, strict=True):
        person.submit(opened, {"prompt": f"make it night for {person.user.name}"})

    thread = await _thread_of(discord, first)
    shown = [await with_words(discord, thread, f"for {each.user.name}") for each in (ann, bob)]
    assert [each.content.startswith("Reply to a picture") for each in shown].count(True) == 1


async def test_a_picture_whose_message_was_removed_is_changed_in_the_channel(
    painting: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """A moderator took it away; its number still works, and the answer says why it stands alone."""
    first = await picture_of(painting, discord, art, ann, quality="low")
    ann.delete(first)

    ann.slash(art, "edit", {"prompt": "make it night", "picture": "1"})

    edited = await with_words(discord, art, "make it night")
    assert "was removed here" in edited.content
    assert "message_reference" not in edited.wire
    assert len(edited.content.splitlines()) <= 4


async def test_a_thread_outlives_its_message(
    painting: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """The lineage goes on in it."""
    first, thread = await _edited(painting, discord, art, ann)
    ann.delete(first)

    ann.slash(art, "edit", {"prompt": "add two gulls", "picture": "1"})

    await with_words(discord, thread, "two gulls")


@pytest.mark.parametrize("kind", ["forum", "media", "news"])
async def test_pictures_stand_in_posts_and_announcements(
    painting: App, discord: Discord, guild: Guild, art: Channel, ann: Person, kind: str
) -> None:
    """A post of a forum or a media channel is a thread already, also where posts need a tag; news open threads."""
    if kind == "news":
        here = discord.channel(guild, "news", kind=NEWS)
    elif kind == "media":
        parent = discord.channel(guild, "gallery", kind=MEDIA, flags=REQUIRE_TAG)
        here = discord.thread(parent, "My pictures", ann)
    else:
        here = discord.thread(discord.forum(guild, tags=("art",), needs_tag=True), "My pictures", ann)
    first = await picture_of(painting, discord, here, ann, quality="low")

    ann.say(here, "make it night", reply_to=first)

    where = await _thread_of(discord, first) if kind == "news" else here
    await with_words(discord, where, "make it night")
    refused = [each for each in discord.wire.exchanges if each.status >= 400]
    assert refused == []


@pytest.mark.parametrize("kind", ["forum", "media"])
@pytest.mark.parametrize("is_locked", [False, True], ids=["archived", "locked"])
async def test_a_closed_post_gets_its_picture_or_whoever_asked_does(
    painting: App,
    vendor: OpenAISimulator,
    discord: Discord,
    guild: Guild,
    art: Channel,
    ann: Person,
    kind: str,
    is_locked: bool,
) -> None:
    """Posting opens an archived one. Beside a locked one there is no channel to write in: the command is answered."""
    parent = discord.forum(guild) if kind == "forum" else discord.channel(guild, "gallery", kind=MEDIA)
    post = discord.thread(parent, "My pictures", ann)
    vendor.plan("held")
    made = ann.slash(post, "imagine", {"prompt": "a lighthouse"})
    await vendor.reached.wait()
    discord.set_thread(post, archived=True, locked=is_locked)
    vendor.gate.set()

    if is_locked:
        told = await discord.response(made, lambda each: "does not let me" in each.content)
        assert "/history 1" in told.content.replace("\\", "")
        shown = await discord.response(
            ann.slash(art, "history", {"number": 1}), lambda each: bool(each.files)
        )
        assert "a lighthouse" in shown.content
    else:
        await drawn(discord, post)


async def test_without_the_right_to_talk_in_threads_edits_stand_in_the_channel(
    painting: App, discord: Discord, guild: Guild, ann: Person
) -> None:
    """The thread is there, and closed to the bot."""
    place = discord.channel(guild, "place", bot_lacks=May.SEND_MESSAGES_IN_THREADS)
    first = await picture_of(painting, discord, place, ann, quality="low")

    await _edit(discord, ann, first, "make it night")

    edited = await with_words(discord, place, "make it night")
    assert "closed to me" in edited.content


@dataclass
class Meeting:
    """Everything that a spot is found with: two jobs meet where each of them opens the thread."""

    both: asyncio.Barrier = field(default_factory=lambda: asyncio.Barrier(2))
    kept: dict[str, str] = field(default_factory=dict)

    async def thread_on(self, channel: str, message: str, name: str) -> str:
        await self.both.wait()
        return message

    async def job(self, number: int, caller: Caller) -> JobCard:
        return card_of(number)

    async def rules(self, caller: Caller) -> ChannelRules:
        return ChannelRules()

    async def showing(self, job: str, picture: str) -> Posting:
        return Posting(f"{job}:result", channel="5", message="77")

    async def is_begun(self, address: Address, thread: str) -> bool:
        return False

    async def get(self, key: str) -> str | None:
        return self.kept.get(key)

    async def put_first(self, key: str, value: str) -> str:
        return self.kept.setdefault(key, value)


async def test_of_two_that_meet_at_an_empty_thread_one_begins_it_also_when_it_comes_again() -> None:
    """Both found it empty before either had opened it; after a crash the same one has the same words."""
    meeting = Meeting()
    ports = cast("DiscordPorts", SimpleNamespace(studio=meeting, postings=meeting, members=meeting))
    threads = Threads(cast("Rest", meeting), ports)
    address = Address(platform="discord", tenant="t", channel="5", person="p", token="k")
    request = card_of().request.model_copy(update={"parent": "picture"})
    cards = [card_of(number, parent_number=1, request=request) for number in (2, 3)]
    caller = Caller(person="p", address=address, name="", event="e")

    spots = await asyncio.gather(*(threads.spot(address, card, caller) for card in cards))

    assert [(each.thread, bool(each.lead)) for each in spots] in (
        [("77", True), ("77", False)],
        [("77", False), ("77", True)],
    )
    again = [await threads.spot(address, card, caller) for card in cards]
    assert again == list(spots)
    noted = Posting("x:result", channel="5", thread="77")
    assert [await threads.resumed(address, card, noted) for card in cards] == list(spots)


async def _edited(easel: App, discord: Discord, channel: Channel, person: Person) -> tuple[Message, Channel]:
    """Draw a picture and change it; returns its message and the thread with the change."""
    first = await picture_of(easel, discord, channel, person, quality="low")
    await _edit(discord, person, first, "make it night")
    thread = await _thread_of(discord, first)
    await noted(easel, await with_words(discord, thread, "make it night"))
    return first, thread


async def _edit(discord: Discord, person: Person, message: Message, words: str) -> None:
    opened = await discord.answered(person.press(message, labelled(message, "Edit…")))
    person.submit(opened, {"prompt": words})


async def _thread_of(discord: Discord, message: Message) -> Channel:
    return await discord.world.changes.until(
        lambda: discord.world.channels.get(message.id), "a thread on the message"
    )


def _pictures(channel: Channel) -> list[Message]:
    return [each for each in channel.messages.values() if each.files and each.seen_by is None]
