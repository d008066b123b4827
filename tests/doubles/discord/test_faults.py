"""What goes wrong on order: limits, cut connections, held answers; and what discord.py makes of it."""

from __future__ import annotations

import asyncio

import aiohttp
import discord
import pytest

from tests.doubles.discord.client import Bot
from tests.doubles.discord.double import Discord
from tests.doubles.discord.limits import Quota, TooMany
from tests.doubles.discord.permissions import May
from tests.doubles.discord.puppets import Person
from tests.doubles.discord.state import Channel
from tests.doubles.exchanges import Told

POST = "POST /channels/{channel}/messages"


def text(bot: Bot, channel: Channel) -> discord.TextChannel:
    found = bot.get_channel(int(channel.id))
    assert isinstance(found, discord.TextChannel)
    return found


async def test_a_client_that_heeds_the_headers_meets_no_429(double: Discord, bot: Bot, art: Channel) -> None:
    """discord.py waits for the reset that the headers name."""
    double.limits.routes[POST] = Quota(2, 0.2)

    await asyncio.gather(*(text(bot, art).send(str(number)) for number in range(5)))

    assert [each.status for each in double.wire.asked("POST", "/channels/*/messages")] == [200] * 5


@pytest.mark.parametrize("scope", ["user", "global", "shared"])
async def test_a_429_is_waited_for(scope: str, double: Discord, bot: Bot, art: Channel) -> None:
    """A 429 from Discord names its scope; the client waits and sends the same request again."""
    double.limits.refuse_next(POST, TooMany(0.05, scope))  # type: ignore[arg-type]

    await text(bot, art).send("x")

    first, second = double.wire.asked("POST", "/channels/*/messages")
    assert (first.status, second.status) == (429, 200)
    assert first.answer == {
        "message": "You are being rate limited.",
        "retry_after": 0.05,
        "global": scope == "global",
    }
    assert len(double.limits.invalid) == (scope != "shared")


async def test_a_429_of_the_edge_is_no_json(double: Discord, bot: Bot, art: Channel) -> None:
    """Cloudflare's answer has no Via; discord.py gives up at once."""
    double.limits.refuse_next(POST, TooMany(60, is_edge=True))

    with pytest.raises(discord.HTTPException) as refused:
        await text(bot, art).send("x")

    assert refused.value.status == 429
    assert not art.messages


async def test_the_whole_bot_has_fifty_a_second(double: Discord, bot: Bot, art: Channel) -> None:
    """The limit over all routes answers 429 with global; answers to interactions do not count."""
    double.limits.per_second = 3

    await asyncio.gather(*(text(bot, art).send(str(number)) for number in range(4)))

    answers = [
        each.answer for each in double.wire.asked("POST", "/channels/*/messages") if each.status == 429
    ]
    assert answers
    assert all(each["global"] for each in answers)
    assert len(art.messages) == 4


async def test_too_many_invalid_requests_ban(double: Discord, bot: Bot, art: Channel) -> None:
    """401, 403 and 429 count; past the limit only the edge answers."""
    double.limits.invalid_max = 2
    hidden = double.channel(double.world.guilds[art.guild_id or ""], bot_lacks=May.VIEW_CHANNEL)
    for _ in range(2):
        with pytest.raises(discord.Forbidden):
            await bot.get_partial_messageable(int(hidden.id)).send("x")

    with pytest.raises(discord.HTTPException) as banned:
        await text(bot, art).send("x")

    assert banned.value.status == 429


@pytest.mark.parametrize(("kind", "posted"), [("cut_before", 0), ("cut_after", 1), ("cut_within", 1)])
async def test_a_cut_connection(kind: str, posted: int, double: Discord, bot: Bot, art: Channel) -> None:
    """The same error for the client, whether it was posted or not: only the channel tells."""
    double.wire.plan(kind, "POST", "/channels/*/messages")  # type: ignore[arg-type]

    with pytest.raises((aiohttp.ClientError, OSError)):
        await text(bot, art).send("x", nonce="job-1")

    assert len(art.messages) == posted
    await text(bot, art).send("x", nonce="job-1")
    assert len(art.messages) == 1


async def test_a_held_request_is_dropped_with_its_client(double: Discord, bot: Bot, art: Channel) -> None:
    """Held before it is done, a request whose client is gone was never made; held after, it was."""
    for kind, posted in (("hold_before", 0), ("hold_after", 1)):
        fault = double.wire.plan(kind, "POST", "/channels/*/messages")  # type: ignore[arg-type]
        sending = asyncio.create_task(text(bot, art).send("x"))
        await fault.reached.wait()
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        await fault.gone.wait()
        assert len(art.messages) == posted


async def test_a_dictated_answer(double: Discord, bot: Bot, art: Channel) -> None:
    """discord.py repeats after a 502, so a message may come twice; its nonce prevents it."""
    double.wire.plan("answer", "POST", "/channels/*/messages", told=Told(502, b"bad gateway"))

    await text(bot, art).send("x")

    assert [each.status for each in double.wire.asked("POST", "/channels/*/messages")] == [502, 200]


async def test_a_followup_fills_the_placeholder_once(
    double: Discord, bot: Bot, art: Channel, ann: Person
) -> None:
    """The first followup after a deferral replaces the placeholder, the second is a message."""

    @bot.tree.command()
    async def imagine(interaction: discord.Interaction) -> None:
        """Draw."""
        await interaction.response.defer(ephemeral=True)
        await interaction.followup.send("one")
        await interaction.followup.send("two", ephemeral=True)
        await interaction.delete_original_response()

    await bot.tree.sync()
    ann.slash(art, "imagine")

    await double.wait_for_message(art, lambda message: message.content == "two")
    await double.world.changes.until(lambda: len(art.messages) == 1, "the first one's end")
    assert ann.sees(art)[0].seen_by == ann.id
