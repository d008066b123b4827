"""Alarms: kept with their cause, joined, told once to everybody whom they concern."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from bot.core.alarms import Alarm
from bot.core.plans import Allowance
from bot.core.replies import Reply
from bot.storage import Database, Tx, alarms, people, preferences, replies, tenancy
from bot.storage.alarms import QUARTER, Told
from bot.storage.people import Identity, Tenant
from bot.storage.replies import message_id
from bot.storage.schema import deliveries
from bot.storage.schema import replies as reply_table
from bot.storage.tenancy import Doors
from tests.storage.builders import NOW, send

ACCOUNT = Alarm("account:openai", "alarm_account", {"vendor": "openai"})
CAP = Alarm(
    "cap:tenancy:discord:1:2026-11-21:50",
    "alarm_cap",
    {"what": "discord:1", "percent": 50, "counted": 50_000, "limit": 100_000},
    tenant="discord:1",
    is_once=True,
)
OPERATORS = ("web:You", "discord:42")


@pytest.fixture
async def house(database: Database) -> Database:
    """A web chat with one person, and a server."""

    def furnish(db: Tx) -> None:
        people.know_tenant(db, Tenant("local", "web", "Web", "approved", "UTC", ""), now=NOW)
        people.know_tenant(db, Tenant("discord:1", "discord", "One", "approved", "UTC", ""), now=NOW)
        people.know_person(db, Identity("web", "local", "you", "You"), "person-you", now=NOW)

    await database.write(furnish)
    return database


async def ring(house: Database, *found: Alarm, now: int = NOW) -> None:
    """Keep alarms."""
    await house.write(alarms.ring, found, now=now)


async def tell(house: Database, *, now: int = NOW) -> list[Told]:
    """Tell what is due."""
    return await house.write(alarms.tell, OPERATORS, send, now=now)


def messages(db: Tx) -> list[Any]:
    return list(db.execute(select(reply_table).order_by(reply_table.c.created, reply_table.c.id)))


async def test_every_operator_gets_a_direct_message(house: Database) -> None:
    """The courier carries it; nobody else hears of it."""
    await ring(house, ACCOUNT)

    [told] = await tell(house)

    assert (told.count, told.messages) == (1, 2)
    rows = await house.read(messages)
    assert all(
        "openai does not accept our account" in Reply.model_validate_json(row.body).text for row in rows
    )
    sent = await house.read(lambda db: set(db.execute(select(deliveries.c.job)).scalars()))
    assert sent == {message_id(row.id) for row in rows}
    claimed = [
        (await house.write(replies.claim_message, message_id(row.id), "w1", now=NOW))[0] for row in rows
    ]
    where = {(each.address.platform, each.address.channel, each.address.user) for each in claimed}
    assert where == {("web", "", "you"), ("discord", "", "42")}
    assert {each.address.person for each in claimed} == {"person-you", ""}


async def test_a_repeated_cause_is_one_message_in_a_quarter_of_an_hour(house: Database) -> None:
    """A hundred failing jobs are two messages, the second with their number."""
    await ring(house, ACCOUNT)
    await tell(house)
    await asyncio.gather(*(ring(house, ACCOUNT) for _ in range(99)))

    early = await tell(house, now=NOW + QUARTER - 1)
    late = await tell(house, now=NOW + QUARTER)
    after = await tell(house, now=NOW + 9 * QUARTER)

    assert (early, [each.count for each in late], after) == ([], [99], [])
    rows = await house.read(messages)
    assert len(rows) == 4
    assert "That was so 99 times." in Reply.model_validate_json(rows[-1].body).text


async def test_a_threshold_is_told_once(house: Database) -> None:
    """However often it is passed in its period."""
    for _ in range(3):
        await ring(house, CAP)
    first = await tell(house)
    await ring(house, CAP)

    assert [each.count for each in first] == [1]
    assert await tell(house, now=NOW + 9 * QUARTER) == []


async def test_admins_hear_of_their_own_caps(house: Database) -> None:
    """In the channel that they chose; without one they are not disturbed."""
    await house.write(preferences.set_tenant_rules, "discord:1", {"admin_channel": "77"}, now=NOW)
    await ring(house, CAP, ACCOUNT)

    told = await tell(house)

    assert {each.alarm.kind: each.messages for each in told} == {"account": 2, "cap": 3}
    rows = await house.read(messages)
    assert sum('"channel":"77"' in row.address for row in rows) == 1
    assert sum("50 % of the limit of One are used" in row.body for row in rows) == 3


async def test_whoever_cannot_be_reached_yet_is_passed_over(house: Database) -> None:
    """An operator who was never seen on the web or in Slack has no place for a message; Discord needs only the id."""
    found = [
        await house.read(alarms.address_of, who)
        for who in ("web:nobody", "slack:U1", "slack:T1/U1", "discord:9", "")
    ]

    assert [each is not None for each in found] == [False, False, True, True, False]


async def test_two_tellers_tell_once(house: Database) -> None:
    """Several processes look at the same time."""
    await ring(house, ACCOUNT)

    told = await asyncio.gather(*(tell(house) for _ in range(4)))

    assert sum(len(each) for each in told) == 1
    assert len(await house.read(messages)) == 2


async def test_a_lower_step_is_no_news_after_a_higher_one(house: Database) -> None:
    """Neither when one order passes both, nor when the lower one was kept and not told yet."""
    for steps in ((80,), (50, 80)):
        half, most = (
            replace(CAP, cause=f"cap:{steps}:{step}", blanks={**CAP.blanks, "percent": step})
            for step in (50, 80)
        )
        for step in steps:
            await ring(house, half if step == 50 else replace(most, covers=(half.cause,)))
        told = await tell(house)
        await ring(house, half)

        assert [each.alarm.blanks["percent"] for each in told] == [80]
        assert await tell(house) == []


async def test_what_nobody_can_be_told_yet_waits(house: Database) -> None:
    """A Slack operator without a workspace is told in the first that is let in; until then the alarm is kept."""
    await ring(house, ACCOUNT)
    early = await house.write(alarms.tell, ("slack:U1",), send, now=NOW)
    doors = Doors("first", Allowance.model_construct(credits=0, per="day"))
    await house.write(tenancy.meet, Tenant("slack:T1", "slack", "T1", "", "UTC", ""), doors, now=NOW)

    late = await house.write(alarms.tell, ("slack:U1",), send, now=NOW)

    assert (early, [each.messages for each in late]) == ([], [1])


async def test_a_web_operator_who_never_came_finds_what_was_told(house: Database) -> None:
    """However the name was written; whoever came before stays the same person."""
    for _ in range(2):
        new = [("Ann  LEE", "person-ann"), ("you", "person-other")]
        await house.write(alarms.meet_operators, new, now=NOW)
    found = [await house.read(alarms.address_of, who) for who in ("web:ann lee", "web:You")]

    assert [each.person for each in found if each] == ["person-ann", "person-you"]
