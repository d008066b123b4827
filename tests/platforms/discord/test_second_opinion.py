"""What we send and read, judged by simcord: a Discord in this process that others wrote from the same documents.

It has no wire, no nonce and no upload limits; docs/decisions/0020 says what it serves for.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import discord
import simcord

from bot.core.fields import Offered, form_of
from bot.core.forms import FormDraft
from bot.core.wording import accepted, result
from bot.platforms.discord import forms
from bot.platforms.discord.client import Gateway
from bot.platforms.discord.declaring import EDIT_PICTURE, Offer, declared
from bot.platforms.discord.exchange import Exchange
from bot.platforms.discord.faults import DiscordFault
from bot.platforms.discord.incoming import Ask, Said, target_of
from bot.platforms.discord.options import typed
from bot.platforms.discord.rendering import Look, message
from bot.platforms.discord.rest import Rest
from bot.platforms.discord.settings import DiscordSettings
from commands import COMMANDS
from tests.fakes import FakeStudio, caller_of, card_of
from tests.vendors_for_tests import picture_bytes


@dataclass
class Bench:
    """Our own client in simcord's Discord; `answers` is what a test does with each interaction."""

    asks: list[Ask] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    answers: Callable[[Exchange], Awaitable[None]] | None = None

    def __post_init__(self) -> None:
        self.client = Gateway(DiscordSettings("x"), on_ask=self._ask, on_said=self._hear, on_gone=_nothing)

    @property
    def rest(self) -> Rest:
        """What asks Discord: simcord has put its own HTTP client into ours."""
        return Rest(self.client.http)

    async def _ask(self, ask: Ask) -> None:
        self.asks.append(ask)
        if self.answers is not None:
            await self.answers(Exchange(self.rest, ask))

    async def _hear(self, said: Said, me: str) -> None:
        self.said.append(said)


async def _nothing(guild: str) -> None:
    """Nobody throws the bot out here."""


@dataclass
class Town:
    """A server with the bot, a channel and a member."""

    env: simcord.Env
    channel: Any
    ann: Any


@asynccontextmanager
async def in_town(bench: Bench) -> AsyncIterator[Town]:
    """Declare every command and be there; simcord wants to end in the task where it began."""
    async with simcord.run(bench.client) as env:
        tree = declared(COMMANDS, Offer(await FakeStudio().models(caller_of())))
        await bench.rest.put_commands(str(bench.client.application_id), tree)
        guild = env.create_guild()
        yield Town(env, guild.create_text_channel("art"), guild.add_member(env.create_user("ann")))


async def test_options_arrive_as_they_were_declared() -> None:
    """Numbers as numbers, choices by their values; the answer is private."""
    bench = Bench()
    async with in_town(bench) as town:

        async def show(exchange: Exchange) -> None:
            await exchange.show(message(accepted(card_of()), Look(is_private=True)))

        bench.answers = show

        got = await town.ann.slash(
            town.channel, "imagine", prompt="a fox", count=3, quality="low", private=True
        )

        assert typed(bench.asks[-1].data, "g").values == {
            "prompt": "a fox",
            "count": 3,
            "quality": "low",
            "private": True,
        }
        assert got.response.ephemeral
        assert "is ordered" in got.response.content


async def test_a_form_is_taken_filled_and_read() -> None:
    """Labels, texts, choices and uploads as simcord checks them; what was typed comes back by field."""
    bench = Bench()
    async with in_town(bench) as town:
        [imagine] = [each for each in COMMANDS if each.name == "imagine"]
        draft = FormDraft(command="imagine", values={"prompt": "a ship"})
        form = form_of(imagine, "a" * 24, draft, Offered(await FakeStudio().models(caller_of())))

        async def ask(exchange: Exchange) -> None:
            if exchange.ask.kind == 5:
                await exchange.defer()
            else:
                await exchange.form(forms.modal(form, exchange.ask.id))

        bench.answers = ask

        shown = await town.ann.slash(town.channel, "imagine")
        photo = ("photo.png", picture_bytes("photo", side=64))
        await town.ann.submit_modal(shown, {"prompt": "two ships", "references": [photo], "quality": ["low"]})

        sent = bench.asks[-1]
        values, files = forms.filled(sent.data)
        assert forms.draft_of(sent.data["custom_id"]) == "a" * 24
        assert (values["prompt"], values["quality"]) == ("two ships", "low")
        assert [each.name for each in files] == ["photo.png"]


async def test_a_pictures_message_is_taken_and_its_buttons_are_pressed() -> None:
    """Content, mentions, rows and flags; the button says which job it is about."""
    bench = Bench()
    async with in_town(bench) as town:
        body = message(result(card_of()), Look(asker=str(town.ann.id), pings=True))
        posted = await bench.rest.post(str(town.channel.id), body)

        async def defer(exchange: Exchange) -> None:
            await exchange.defer()

        bench.answers = defer
        shown = town.channel.last_message
        [again] = [
            each["custom_id"]
            for row in body["components"]
            for each in row["components"]
            if each["label"].startswith("Again")
        ]
        await town.ann.click(shown, custom_id=again)

        assert bench.asks[-1].message is not None
        assert bench.asks[-1].message.id == posted["id"]
        assert bench.asks[-1].message.is_ours
        assert card_of().id in bench.asks[-1].data["custom_id"]


async def test_somebody_elses_picture_comes_with_its_menu() -> None:
    """The message arrives whole, though the bot may not read what people write."""
    bench = Bench()
    async with in_town(bench) as town:
        theirs = await town.ann.send(
            town.channel, "look", attachments=[("photo.png", picture_bytes("photo"))]
        )
        await town.ann.context_menu(town.channel, EDIT_PICTURE, theirs)

        target = target_of(bench.asks[-1].data, bench.asks[-1].own)
        assert target is not None
        assert not target.is_ours
        assert [each.name for each in target.attached] == ["photo.png"]


async def test_a_reply_says_what_it_answers_and_whom_it_pings() -> None:
    """As the conversation is decided by."""
    bench = Bench()
    async with in_town(bench) as town:
        posted = await bench.rest.post(str(town.channel.id), message(result(card_of()), Look()))

        await town.ann.send(
            town.channel, f"{_me(bench).mention} make it night", reply_to=town.channel.last_message
        )

        heard = bench.said[-1]
        assert heard.answered == posted["id"]
        assert heard.answered_author == str(_me(bench).id)
        assert "make it night" in heard.content


async def test_a_second_answer_is_refused_by_its_name() -> None:
    """And so is one to an interaction that nobody knows."""
    bench = Bench()
    async with in_town(bench) as town:
        refused: list[str] = []

        async def twice(exchange: Exchange) -> None:
            await exchange.defer()
            for id in (exchange.ask.id, "1"):
                try:
                    await bench.rest.callback(id, exchange.ask.token, 5)
                except DiscordFault as fault:
                    refused.append(fault.name)

        bench.answers = twice

        await town.ann.slash(town.channel, "help")

        assert refused == ["answered_already", "token_dead"]


def _me(bench: Bench) -> discord.ClientUser:
    assert bench.client.user is not None
    return bench.client.user
