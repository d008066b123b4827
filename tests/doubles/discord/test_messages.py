"""Messages, threads and files of the Discord double, as discord.py's own calls meet them."""

from __future__ import annotations

import io
from collections.abc import Callable, Coroutine
from typing import Any

import aiohttp
import discord
import pytest

from tests.doubles.discord.client import Bot
from tests.doubles.discord.double import Discord
from tests.doubles.discord.permissions import May
from tests.doubles.discord.puppets import Person
from tests.doubles.discord.server import TOKEN
from tests.doubles.discord.state import Channel, Guild


def text(bot: Bot, channel: Channel) -> discord.TextChannel:
    found = bot.get_channel(int(channel.id))
    assert isinstance(found, discord.TextChannel)
    return found


def files(count: int, size: int = 10) -> list[discord.File]:
    return [discord.File(io.BytesIO(bytes(size)), f"{number}.bin") for number in range(count)]


async def refusal(doing: Coroutine[Any, Any, Any]) -> tuple[int, int]:
    """Return status and code of the refusal that a call meets."""
    with pytest.raises(discord.HTTPException) as refused:
        await doing
    return refused.value.status, refused.value.code


def raw(channel: discord.TextChannel, body: dict[str, Any]) -> Coroutine[Any, Any, Any]:
    """Post what the library would not."""
    http = channel._state.http
    return http.request(
        discord.http.Route("POST", "/channels/{channel_id}/messages", channel_id=channel.id), json=body
    )


async def status_of(double: Discord, method: str, path: str, body: dict[str, Any]) -> tuple[int, int]:
    """Ask without a library that tries again; returns status and code."""
    headers = {"Authorization": f"Bot {TOKEN}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.request(method, f"{double.api_url}{path}", json=body) as response,
    ):
        return response.status, (await response.json()).get("code", 0)


@pytest.mark.parametrize(
    ("sending", "expected"),
    [
        (lambda channel: channel.send("x" * 2001), (400, 50035)),
        (lambda channel: channel.send(""), (400, 50006)),
        (lambda channel: channel.send(nonce="n" * 26, content="x"), (400, 50035)),
        (lambda channel: raw(channel, {"content": "x", "flags": 1 << 15}), (400, 50035)),
        (lambda channel: channel.send(file=files(1, 10 * 2**20 + 1)[0]), (413, 40005)),
        (lambda channel: channel.send(files=files(3, 9 * 2**20)), (413, 40005)),
        (lambda channel: channel.send(embeds=[discord.Embed(description="x" * 3100)] * 2), (400, 50035)),
        (
            lambda channel: channel.send(file=discord.File(io.BytesIO(b"x"), "a", description="d" * 1025)),
            (400, 50035),
        ),
    ],
)
async def test_what_is_too_much_is_refused(
    sending: Callable[[Any], Any], expected: tuple[int, int], bot: Bot, art: Channel
) -> None:
    """Lengths, emptiness and sizes have their codes; nothing is posted."""
    assert await refusal(sending(text(bot, art))) == expected
    assert not art.messages


async def test_eleven_files_are_refused_and_ten_arrive(double: Discord, bot: Bot, art: Channel) -> None:
    """Ten files per message, counted by the platform and not by the library."""
    ten = await text(bot, art).send(files=files(10))
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("payload_json", "{}", content_type="application/json")
    for number in range(11):
        form.add_field(f"files[{number}]", b"x", filename=f"{number}.bin")
    headers = {"Authorization": f"Bot {bot.http.token}"}
    address = f"{double.api_url}/channels/{art.id}/messages"
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(address, data=form) as response,
    ):
        body = await response.json()

    assert len(ten.attachments) == 10
    assert (response.status, body["code"]) == (400, 50035)


async def test_a_boosted_server_takes_larger_files(double: Discord, bot: Bot) -> None:
    """Level 2 takes 12 MiB in a file."""
    channel = double.channel(double.guild("Rich", boost=2))
    await bot.until("guild_channel_create")

    message = await text(bot, channel).send(file=files(1, 12 * 2**20)[0])

    assert message.attachments[0].size == 12 * 2**20


async def test_a_nonce_counts_for_two_minutes(double: Discord, bot: Bot, art: Channel) -> None:
    """The same nonce gives the same message, later a second one, and 10008 once the first was deleted."""
    channel = text(bot, art)
    first = await channel.send("one", nonce="job-1")
    again = await channel.send("one", nonce="job-1")
    double.clock.turn(121)
    later = await channel.send("one", nonce="job-1")
    await later.delete()

    assert first.id == again.id != later.id
    assert await refusal(channel.send("one", nonce="job-1")) == (404, 10008)
    assert len(art.messages) == 1


@pytest.mark.parametrize(
    ("lacking", "expected"),
    [
        (May.VIEW_CHANNEL, (403, 50001)),
        (May.SEND_MESSAGES, (403, 50013)),
        (May.ATTACH_FILES, (403, 50013)),
        (May.READ_MESSAGE_HISTORY, (400, 160002)),
    ],
)
async def test_what_the_bot_may_not_do(
    lacking: May, expected: tuple[int, int], double: Discord, bot: Bot, guild: Guild, ann: Person
) -> None:
    """Each missing permission has its code."""
    channel = double.channel(guild, "closed", bot_lacks=lacking)
    target = ann.say(channel, "hello")
    place = bot.get_partial_messageable(int(channel.id))
    reference = discord.MessageReference(message_id=int(target.id), channel_id=int(channel.id))

    assert await refusal(place.send("x", file=files(1)[0], reference=reference)) == expected


async def test_edits_keep_only_the_files_that_they_list(double: Discord, bot: Bot, art: Channel) -> None:
    """Listed files stay, unlisted ones vanish, new ones come; words alone change no file."""
    message = await text(bot, art).send(files=files(2))
    message = await message.edit(content="two")
    kept = [each.filename for each in message.attachments]
    new = discord.File(io.BytesIO(b"new"), "new.bin")
    message = await message.edit(attachments=[message.attachments[1], new])

    assert kept == ["0.bin", "1.bin"]
    assert [each.filename for each in message.attachments] == ["1.bin", "new.bin"]


async def test_only_own_messages_are_edited(double: Discord, bot: Bot, art: Channel, ann: Person) -> None:
    """50005 for somebody else's, 50013 for deleting it without the right, 10008 for one that is gone."""
    place = text(bot, art)
    theirs = place.get_partial_message(int(ann.say(art, "hello").id))

    assert await refusal(theirs.edit(content="x")) == (403, 50005)
    assert await refusal(theirs.delete()) == (403, 50013)
    assert await refusal(place.get_partial_message(1).edit(content="x")) == (404, 10008)


async def test_old_messages_are_edited_only_so_often(double: Discord, bot: Bot, art: Channel) -> None:
    """Past the limit an edit of a message older than an hour is refused as too many, and the client gives up."""
    message = await text(bot, art).send("x")
    double.world.old_edits_left = 1
    await message.edit(content="young")
    double.clock.turn(3601)
    await message.edit(content="old")

    answer = await status_of(
        double, "PATCH", f"/channels/{art.id}/messages/{message.id}", {"content": "too often"}
    )
    assert answer == (429, 30046)


async def test_a_thread_hangs_on_a_message_once(double: Discord, bot: Bot, art: Channel, ann: Person) -> None:
    """It has the message's id; a second is 160004; a reply in it reaches the bot."""
    message = await text(bot, art).send("a picture")
    thread = await message.create_thread(name="Edits")

    assert thread.id == message.id
    assert await refusal(message.create_thread(name="More")) == (400, 160004)
    first = await thread.send("Reply to change it")
    double_first = await double.wait_for_message(
        double.world.channels[str(thread.id)], lambda m: m.id == str(first.id)
    )
    ann.say(double.world.channels[str(thread.id)], "make it night", reply_to=double_first)
    await bot.until("message", 4)
    assert isinstance(bot.heard[-1].channel, discord.Thread)


async def test_archived_and_locked_threads(double: Discord, bot: Bot, art: Channel, ann: Person) -> None:
    """Talking opens an archived thread; a locked one stays shut: 160005, archived as well 50083."""
    thread = double.thread(art, "Edits", ann, archived=True)
    place = bot.get_partial_messageable(int(thread.id))

    mine = await place.send("hello")
    assert not thread.thread["archived"]
    double.set_thread(thread, archived=False, locked=True)
    assert await refusal(place.send("x")) == (403, 160005)
    double.set_thread(thread, archived=True, locked=True)
    assert await refusal(place.send("x")) == (400, 50083)
    assert await refusal(place.get_partial_message(mine.id).edit(content="x")) == (400, 50083)


async def test_a_forum_may_insist_on_a_tag(double: Discord, bot: Bot, guild: Guild) -> None:
    """40067 without a tag; with one the post is a thread that begins with the message."""
    forum = double.forum(guild, tags=("picture",), needs_tag=True)
    await bot.until("guild_channel_update")
    channel = bot.get_channel(int(forum.id))
    assert isinstance(channel, discord.ForumChannel)

    assert await refusal(channel.create_thread(name="A fox", content="x")) == (400, 40067)
    post = await channel.create_thread(
        name="A fox", content="x", file=files(1)[0], applied_tags=[channel.available_tags[0]]
    )

    assert post.message.id == post.thread.id
    assert await refusal(bot.get_partial_messageable(int(forum.id)).send("x")) == (400, 50008)


async def test_direct_messages(double: Discord, bot: Bot, ann: Person) -> None:
    """The bot opens the conversation; who takes none answers 50007."""
    user = await bot.fetch_user(int(ann.id))
    await user.send("hello")

    assert [each.content for each in ann.sees(ann.direct())] == ["hello"]
    ann.user.refuses_direct = True
    assert await refusal(user.send("again")) == (403, 50007)


async def test_files_need_their_signature_and_expire(double: Discord, bot: Bot, art: Channel) -> None:
    """A day later the address is dead; fetching the message gives a new one."""
    message = await text(bot, art).send(file=files(1)[0])
    async with aiohttp.ClientSession() as session:
        signed = message.attachments[0].url
        statuses = [(await session.get(each)).status for each in (signed, signed.partition("?")[0])]
        double.clock.turn(25 * 3600)
        statuses.append((await session.get(signed)).status)
    again = await text(bot, art).fetch_message(message.id)

    assert statuses == [200, 404, 404]
    assert await again.attachments[0].read() == bytes(10)


async def test_own_messages_are_found_in_the_history(
    double: Discord, bot: Bot, art: Channel, ann: Person
) -> None:
    """Newest first, after a mark oldest first in pages; without the permission it looks empty."""
    for number in range(5):
        await text(bot, art).send(str(number))
        ann.say(art, "chatter")
    mark = discord.Object(int(list(art.messages)[3]))

    after = [
        each.content
        async for each in text(bot, art).history(after=mark, limit=100)
        if each.author == bot.user
    ]
    double.set_overwrite(art, None, deny=May.READ_MESSAGE_HISTORY)
    hidden = [each async for each in text(bot, art).history(limit=100)]

    assert after == ["2", "3", "4"]
    assert hidden == []


async def test_members_are_read_one_by_one(double: Discord, bot: Bot, guild: Guild, ann: Person) -> None:
    """Roles come by REST without an intent; who left is 10007."""
    role = double.role(guild, "Artists")
    double.set_roles(guild, ann, role)
    place = bot.get_guild(int(guild.id))
    assert place is not None

    member = await place.fetch_member(int(ann.id))
    double.leaves(guild, ann)

    assert list(member._roles) == [int(role.id)]
    assert await refusal(place.fetch_member(int(ann.id))) == (404, 10007)


async def test_replies_name_what_they_answer(double: Discord, bot: Bot, art: Channel, ann: Person) -> None:
    """A reply pings only as allowed; one to a message that is gone is refused, or posted plain."""
    asked = ann.say(art, f"{double.bot_mention} a fox")
    reference = discord.MessageReference(message_id=int(asked.id), channel_id=int(art.id))
    quiet = await text(bot, art).send("x", reference=reference, mention_author=False)
    loud = await text(bot, art).send("x", reference=reference, mention_author=True)
    ann.delete(asked)

    assert quiet.mentions == []
    assert [each.id for each in loud.mentions] == [int(ann.id)]
    assert await refusal(text(bot, art).send("x", reference=reference)) == (400, 50035)
    reference.fail_if_not_exists = False
    plain = await text(bot, art).send("x", reference=reference)
    assert plain.reference is None


async def test_reactions(double: Discord, bot: Bot, art: Channel) -> None:
    """The bot's own reaction comes and goes."""
    message = await text(bot, art).send("x")
    await message.add_reaction("🎨")
    shown = art.messages[str(message.id)].wire["reactions"]
    await message.remove_reaction("🎨", discord.Object(int(double.world.bot.id)))

    assert shown[0]["emoji"]["name"] == "🎨"
    assert art.messages[str(message.id)].wire["reactions"] == []
