"""What admins read and decide about money on Discord: somebody's jobs with links, reports, lost jobs."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.app import App
from bot.storage.schema import jobs
from bot.storage.transaction import Tx
from tests.doubles.discord.double import Discord
from tests.doubles.discord.permissions import May
from tests.doubles.discord.puppets import Person
from tests.doubles.discord.state import Channel, Guild
from tests.doubles.openai_simulator import OpenAISimulator
from tests.platforms.discord.easel import drawn, labelled, labels, noted, running_easel
from tests.platforms.losing import arrive_late
from tests.platforms.vendors import vendor_settings


@pytest.fixture
def chief(discord: Discord, guild: Guild) -> Person:
    """Somebody who manages the server."""
    return discord.member(guild, "Chief", May.MANAGE_GUILD)


async def test_an_admin_sees_what_somebody_has_and_ordered(
    easel: App, discord: Discord, guild: Guild, art: Channel, ann: Person, chief: Person
) -> None:
    """Plan, available, held and spent, and the last jobs with price, state and a link to each message."""
    ann.slash(art, "imagine", {"prompt": "a lighthouse"})
    first = await noted(easel, await drawn(discord, art))
    await discord.response(chief.slash(art, "quota grant", {"who": ann, "amount": "50", "reason": "a gift"}))

    told = await discord.response(chief.slash(art, "quota show", {"who": ann}))

    for row in ("Plan", "Allowance", "Held", "Spent"):
        assert f"**{row}**" in told.content, told.content
    assert f"[\\#1](<https://discord.com/channels/{guild.id}/{art.id}/{first.id}>)" in told.content
    assert "a lighthouse" in told.content
    assert "credits" in told.content.rpartition("\n")[2]
    assert told.seen_by == chief.id


async def test_a_report_names_the_channel_also_of_a_thread(
    easel: App, discord: Discord, guild: Guild, ann: Person, chief: Person
) -> None:
    """A thread is its channel's; a name that is meant to do harm is only a name."""
    art = discord.channel(guild, "art-@everyone-[x](http-x)")
    thread = discord.thread(art, "talk", ann)
    ann.slash(thread, "imagine", {"prompt": "a lighthouse"})
    await drawn(discord, thread)

    told = await discord.response(chief.slash(art, "quota report"), lambda each: bool(each.files))

    assert "Channel \\#art\\-\\@everyone\\-\\[x\\]\\(http\\-x\\)" in told.content
    assert art.id not in told.content
    assert [file["filename"].rpartition(".")[2] for file in told.files] == ["png", "csv"]


async def test_lost_jobs_are_decided_by_buttons(
    discord: Discord,
    guild: Guild,
    art: Channel,
    ann: Person,
    chief: Person,
    vendor: OpenAISimulator,
    tmp_path: Path,
) -> None:
    """Keep and, for those who run Easel, give back; a late picture is delivered free or paid; each once."""
    opal = discord.member(guild, "Opal")
    settings = vendor_settings(vendor, tmp_path) | {"EASEL_ADMINS": f"discord:{opal.id}"}
    vendor.plan("draws", "cut", "cut", "cut")
    async with running_easel(discord, tmp_path, settings) as easel:
        for number, words in enumerate(("a fox", "a lighthouse", "a harbour", "a heron"), start=1):
            ann.slash(art, "imagine", {"prompt": words})
            await ended(easel, number)
        now = time.time_ns() // 1_000_000
        assert await easel.stores.database.write(arrive_late, 4, now=now)

        seen = await discord.response(chief.slash(art, "quota lost", {"do": "list"}))
        everything = await discord.response(opal.slash(art, "quota lost", {"do": "list"}))
        kept = await discord.response(chief.press(seen, labelled(seen, "#2 Caps keep")))
        back = await discord.response(opal.press(everything, labelled(everything, "#3 Give the caps")))
        free = await discord.response(chief.press(seen, labelled(seen, "#4 Deliver free")))
        late = await discord.wait_for_message(
            art, lambda each: bool(each.files) and "a heron" in each.content
        )
        again = await discord.response(opal.press(everything, labelled(everything, "#4 Deliver, Ann pays")))

    assert not any("Give the caps" in each for each in labels(seen))
    assert "caps keep" in kept.content
    assert "the caps have" in back.content
    assert "came late, free" in free.content
    assert late.seen_by is None
    assert "decided before" in again.content or "delivered" in again.content


async def ended(easel: App, number: int) -> None:
    """Wait until so many orders have ended."""
    async with asyncio.timeout(20):
        while await easel.stores.database.read(_ended) < number:  # noqa: ASYNC110 - tables ring no bell
            await asyncio.sleep(0.01)


def _ended(db: Tx) -> int:
    return db.execute(select(func.count()).where(jobs.c.ended.is_not(None))).scalar_one()
