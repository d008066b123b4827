"""What channels are called: learned from orders, newest first, and said by reports, tables and the audit log."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.reports import Days, day_of
from bot.core.reportwords import CSV_HEADER, csv_cells, report_rows
from bot.storage import Database, Tx, accepting, audit, channels, deciding, people, reports
from bot.storage.channels import NAME_CHARACTERS_MAX, Seen
from bot.storage.deciding import Decision, NewCap
from bot.storage.people import Tenant
from tests.storage.builders import CREDIT, HOUSE, NOW, Order, deliver, furnish, places

TODAY = Days(day_of(NOW, "UTC"), day_of(NOW, "UTC"))
EVIL = ' =HYPERLINK("http://x")\u202e\n<@U1> @everyone ' + "x" * 500


def order(db: Tx, asked: Order, name: str = "", *, is_direct: bool = False) -> None:
    """Order in a channel that is called so, and draw."""
    new = asked.new_job()
    address = new.address.model_copy(update={"is_direct": is_direct})
    accepting.accept(db, replace(new, address=address, channel_name=name), places(), now=NOW)
    deliver(db, asked)


async def told(database: Database) -> list[tuple[str, str]]:
    """Read the rows of a report about channels: what is said of each."""
    report = await database.read(reports.report, HOUSE, "today", now=NOW)
    return [(row.label, row.value) for row in report_rows(report) if row.label.startswith("Channel")]


@pytest.fixture
async def house(database: Database) -> Database:
    """People with credits."""
    await database.write(furnish, "ann", "bob", balance=100 * CREDIT)
    return database


async def test_a_report_names_its_channels(house: Database) -> None:
    """By the newest name; an order that does not tell it, such as a mention in Slack, takes nothing away."""
    await house.write(order, Order("1", channel="C1"), "#art")
    await house.write(order, Order("2", channel="C1"), "#design")
    await house.write(order, Order("3", channel="C1"))
    await house.write(order, Order("4", channel="C2"))

    assert await told(house) == [
        ("Channel #design", "3 pictures · 3 jobs · 3 credits"),
        ("Channel C2", "1 picture · 1 job · 1 credit"),
    ]


async def test_direct_messages_are_one_channel(house: Database) -> None:
    """Each has an id of its own that says nothing to anybody; the table keeps it."""
    await house.write(order, Order("1", channel="D1"), "#ann", is_direct=True)
    await house.write(order, Order("2", "bob", channel="D2"), is_direct=True)

    rows = await house.read(reports.rows, HOUSE, TODAY, limit=9)

    assert await told(house) == [("Channel direct messages", "2 pictures · 2 jobs · 2 credits")]
    cells = [dict(zip(CSV_HEADER, csv_cells(row), strict=True)) for row in rows]
    assert [(each["channel"], each["channel id"]) for each in cells] == [
        ("direct messages", "D1"),
        ("direct messages", "D2"),
    ]


@pytest.mark.parametrize("limit", [9, 2])
async def test_the_table_names_channels_and_keeps_their_ids(house: Database, limit: int) -> None:
    """By day or for the whole span; two channels may have the same name and stay two."""
    for number, (channel, name) in enumerate((("C1", "#art"), ("C2", "#art"), ("C3", ""))):
        await house.write(order, Order(f"{number}", channel=channel), name)

    rows = await house.read(reports.rows, HOUSE, TODAY, limit=limit)

    assert [(row.channel, row.channel_id) for row in rows] == [("#art", "C1"), ("#art", "C2"), ("C3", "C3")][
        :limit
    ]
    assert sorted(label for label, _ in await told(house)) == ["Channel #art", "Channel #art", "Channel C3"]


async def test_a_hostile_name_is_one_short_line(house: Database) -> None:
    """No line break, nothing that turns words round, no more than sixty characters; no other server's name counts."""
    await house.write(people.know_tenant, Tenant("web:far", "web", "", "approved", "UTC", ""), now=NOW)
    await house.write(channels.learn, Seen("web:far", "C1", "#theirs"), now=NOW)
    await house.write(order, Order("1", channel="C1"), EVIL)

    [row] = await house.read(reports.rows, HOUSE, TODAY, limit=9)

    assert row.channel == '=HYPERLINK("http://x") <@U1> @everyone '.ljust(NAME_CHARACTERS_MAX, "x")
    assert await told(house) == [(f"Channel {row.channel}", "1 picture · 1 job · 1 credit")]


async def test_the_log_names_channels(house: Database) -> None:
    """Of the server that it is about."""
    await house.write(order, Order("1", channel="C1"), "#art")
    for channel in ("C1", "C2"):
        what = Decision(HOUSE, f"channel:{channel}", "ann")
        await house.write(deciding.set_cap, what, NewCap(CREDIT, "day"), now=NOW)

    assert [deed.whom for deed in await house.read(audit.newest, HOUSE, limit=9)] == ["channel:C2", "#art"]
