"""The double's gateway, as discord.py meets it: what it is sent, how it comes back, and what throws it out."""

from __future__ import annotations

import json

import aiohttp
import discord
import pytest

from tests.doubles.discord.client import Bot, connected, plain_intents, pointed_at
from tests.doubles.discord.double import Discord
from tests.doubles.discord.permissions import May
from tests.doubles.discord.puppets import Person
from tests.doubles.discord.server import TOKEN
from tests.doubles.discord.state import Channel, Guild
from tests.doubles.exchanges import Sent

FILE = Sent("a.png", "image/png", b"no picture at all")


async def test_words_are_withheld_unless_the_bot_is_meant(
    double: Discord, bot: Bot, art: Channel, ann: Person
) -> None:
    """Content and files come with a mention, a reply with ping, and in direct messages; else empty."""
    channel = bot.get_channel(int(art.id))
    assert isinstance(channel, discord.TextChannel)
    await channel.send("a picture")
    mine = await double.wait_for_message(art)

    ann.say(art, "a fox", files=[FILE])
    ann.say(art, f"{double.bot_mention} a fox", files=[FILE])
    ann.say(art, "make it night", reply_to=mine, files=[FILE])
    ann.say(art, "nice", reply_to=mine, ping=False)
    ann.say(ann.direct(), "a hare", files=[FILE])
    await bot.until("message", 6)

    heard = [(each.content, len(each.attachments)) for each in bot.heard if each.author != bot.user]
    assert heard == [
        ("", 0),
        (f"{double.bot_mention} a fox", 1),
        ("make it night", 1),
        ("", 0),
        ("a hare", 1),
    ]
    replies = [each for each in bot.heard if each.reference is not None]
    assert [each.reference and each.reference.message_id for each in replies] == [int(mine.id)] * 2
    assert all(isinstance(each.reference.resolved, discord.Message) for each in replies if each.reference)


async def test_a_pinged_reply_to_an_answer_of_a_command_is_empty(
    double: Discord, bot: Bot, art: Channel, ann: Person
) -> None:
    """Under an interaction's answer the ping opens nothing."""

    @bot.tree.command()
    async def imagine(interaction: discord.Interaction) -> None:
        """Draw."""
        await interaction.response.send_message("a picture")

    await bot.tree.sync()
    answer = await double.response(ann.slash(art, "imagine"))

    ann.say(art, "make it night", reply_to=answer)
    await bot.until("message", 2)

    assert bot.heard[-1].content == ""
    assert bot.heard[-1].mentions == [bot.user]


@pytest.mark.parametrize("code", [0, 4000])
async def test_a_lost_connection_resumes_and_misses_nothing(
    code: int, double: Discord, bot: Bot, art: Channel, ann: Person
) -> None:
    """What happened while the line was cut arrives after the resume, once."""
    await double.gateway.drop(code)
    ann.say(art, f"{double.bot_mention} while you were away")
    await bot.until("resumed")
    ann.say(art, f"{double.bot_mention} and now")
    await bot.until("message", 2)

    assert [each.content.split(" ", 1)[1] for each in bot.heard] == ["while you were away", "and now"]
    assert double.gateway.identifies == 1


async def test_reconnect_on_request_resumes(double: Discord, bot: Bot) -> None:
    """Opcode 7 is obeyed."""
    double.gateway.ask_to_reconnect()

    await bot.until("resumed")

    assert [each["op"] for each in double.gateway.heard if each["op"] in {2, 6}] == [2, 6]


@pytest.mark.slow
async def test_a_session_that_is_gone_is_begun_anew(
    double: Discord, bot: Bot, art: Channel, ann: Person
) -> None:
    """After two minutes a resume is answered with an invalid session; a new READY follows."""
    double.gateway.sessions.clear()
    await double.gateway.drop(4000)

    await bot.until("ready", 2)

    assert double.gateway.identifies == 2


async def test_an_unacknowledged_heartbeat_makes_a_zombie(double: Discord, guild: Guild) -> None:
    """A client that is told nothing any more hangs up by itself and resumes."""
    double.gateway.heartbeat_ms = 100
    async with connected(double) as bot:
        double.gateway.deaden()

        await bot.until("resumed")


async def test_privileged_intents_must_be_granted(double: Discord) -> None:
    """Asking for the words of all messages without the grant closes with 4014; with it they come."""
    intents = plain_intents()
    intents.message_content = True

    with pytest.raises(discord.PrivilegedIntentsRequired):
        async with connected(double, intents):
            pass

    double.gateway.granted = 1 << 15
    guild = double.guild("Open")
    channel, ann = double.channel(guild), double.member(guild, "Ann")
    async with connected(double, intents) as bot:
        ann.say(channel, "a fox")
        await bot.until("message")
    assert bot.heard[0].content == "a fox"


async def test_a_wrong_token_is_refused(double: Discord) -> None:
    """401 over REST."""
    async with pointed_at(double), Bot(plain_intents()) as bot:
        with pytest.raises(discord.LoginFailure):
            await bot.login("no.such.token")


@pytest.mark.parametrize(
    ("payloads", "code"),
    [
        (["no json"], 4002),
        ([json.dumps({"op": 8, "d": {}})], 4003),
        ([json.dumps({"op": 2, "d": {"token": "wrong", "intents": 0, "properties": {}}})], 4004),
        ([json.dumps({"op": 2, "d": {"token": TOKEN, "intents": 0, "properties": {}}})] * 2, 4005),
        ([json.dumps({"op": 2, "d": {"token": TOKEN, "intents": 1 << 30, "properties": {}}})], 4013),
        ([json.dumps({"op": 1, "d": None})] * 121, 4008),
    ],
)
async def test_close_codes(payloads: list[str], code: int, double: Discord) -> None:
    """What is wrong with a payload names the close code; uncompressed text is served as well."""
    async with aiohttp.ClientSession() as session:
        address = f"{double.gateway_url}?v=10&encoding=json"
        async with session.ws_connect(address) as socket:
            hello = await socket.receive_json()
            for payload in payloads:
                await socket.send_str(payload)
            while (await socket.receive()).type is aiohttp.WSMsgType.TEXT:
                pass

    assert hello["op"] == 10
    assert socket.close_code == code


async def test_a_server_that_throws_the_bot_out_is_gone(
    double: Discord, bot: Bot, guild: Guild, art: Channel
) -> None:
    """GUILD_DELETE, and 10004 or 50001 afterwards."""
    assert [each.name for each in bot.guilds] == ["Team"]

    double.leaves(guild, None)
    await bot.until("guild_remove")

    with pytest.raises(discord.Forbidden) as hidden:
        await bot.get_partial_messageable(int(art.id)).send("hello")
    assert hidden.value.code == 50001
    with pytest.raises(discord.NotFound) as unknown:
        await bot.fetch_guild(int(guild.id))
    assert unknown.value.code == 10004


async def test_a_hidden_channel_is_silent(
    double: Discord, bot: Bot, guild: Guild, art: Channel, ann: Person
) -> None:
    """What is said where the bot may not look is not told, not even when it is mentioned."""
    hidden = double.channel(guild, "hidden", bot_lacks=May.VIEW_CHANNEL)

    ann.say(hidden, f"{double.bot_mention} a fox")
    ann.say(art, f"{double.bot_mention} a hare")
    await bot.until("message")

    assert [each.content.split(" ", 1)[1] for each in bot.heard] == ["a hare"]


async def test_roles_and_overwrites_reach_the_client(
    double: Discord, bot: Bot, guild: Guild, art: Channel
) -> None:
    """What the bot may do in a channel is the same here and in discord.py's own sum."""
    channel = bot.get_channel(int(art.id))
    assert isinstance(channel, discord.TextChannel)
    double.set_overwrite(art, None, deny=May.ATTACH_FILES)
    await bot.until("guild_channel_update")

    mine = channel.permissions_for(channel.guild.me)

    assert not mine.attach_files
    assert mine.value == double.world.may(double.world.bot.id, art)
