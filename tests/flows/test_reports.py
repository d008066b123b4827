"""What admins read about a period: rows, a chart and a table, of their own tenant only."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
from PIL import Image
from sqlalchemy import update

from bot.core.errors import NotAllowed
from bot.core.front import Incoming
from bot.core.replies import Reply
from bot.reception import Reception
from bot.storage import people, sums
from bot.storage.people import Identity
from bot.storage.schema import tenants
from bot.storage.transaction import Tx
from commands import COMMANDS
from tests.flows.conftest import Build
from tests.flows.house import House
from tests.flows.world import HERE, NOON, PICTURE, THERE, caller

DAY_SECONDS = 86_400


async def ask(house: House, line: str, person: str = "bob", *, is_admin: bool = True) -> Reply:
    """Type a line as an admin."""
    front = Reception(COMMANDS, house.life.studio, house.life.gallery)
    who = caller(f"{line}-{house.clock()}", person, is_admin=is_admin)
    return await front.receive(Incoming(line, who))


def values(reply: Reply) -> dict[str, str]:
    """Return the rows of a reply by their labels."""
    return {row.label: row.value for row in reply.rows}


async def content(house: House, reply: Reply, kind: str) -> bytes:
    """Read the file of this kind that came with a reply."""
    [file] = [each for each in reply.files if each.mime == kind]
    served = await house.life.gallery.document(file.id, caller("see", "bob"))
    return served.path.read_bytes()


async def test_a_report_sums_up_and_compares(build: Build) -> None:
    """Today against yesterday: pictures, jobs, credits, refunds, and the shares of people."""
    house = await build()
    await house.order(caller("1"), count=2)
    await house.live()
    house.clock.advance(DAY_SECONDS)
    await house.order(caller("2"))
    await house.order(caller("3", "cy"), private=True, prompt="a secret")
    await house.live()

    reply = await ask(house, "/quota report today")

    shown = values(reply)
    assert reply.private
    assert reply.text.startswith("22 November 2050 so far: 2 pictures in 2 jobs, 4 credits charged.")
    assert (shown["Pictures"], shown["Jobs"]) == ("2 · as before", "2 · +100 %")
    assert shown["Charged"] == "4 credits · as before"
    assert shown["Compared with"] == "2050-11-21"
    assert shown["Person ann"] == shown["Person cy"] == "1 picture · 1 job · 2 credits"
    assert shown["Model paper-1"] == shown["Vendor paper"] == "2 pictures · 2 jobs · 4 credits"
    assert "secret" not in str(reply)
    await house.assert_sound()


async def test_a_report_has_a_chart_and_a_table(build: Build) -> None:
    """The chart says in its description what it shows; the table opens in a spreadsheet and computes nothing."""
    house = await build()
    evil, tokyo = '=HYPERLINK("http://x","y")', "田中 花子"
    for user, name in (("evil", evil), ("tokyo", tokyo)):
        who = Identity("web", HERE.id, user, name)
        await house.life.database.write(people.know_person, who, user, now=NOON)
        await house.order(caller(user, user), prompt="a private thing", private=True)
    await house.live()

    reply = await ask(house, "/quota report 2050-11")

    table = await content(house, reply, "text/csv")
    assert table.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))
    assert [(row["person"], row["day"], row["pictures"], row["credits charged"]) for row in rows] == [
        (f"'{evil}", "2050-11-21", "1", "2"),
        (tokyo, "2050-11-21", "1", "2"),
    ]
    assert b"private thing" not in table
    with Image.open(io.BytesIO(await content(house, reply, "image/png"))) as chart:
        assert (chart.format, chart.width) == ("PNG", 1_200)
        # Bars have their colour, and words are dark: an empty frame has neither.
        pixels = chart.convert("RGB").tobytes()
    assert bytes((169, 196, 228)) in pixels
    assert min(pixels) < 60
    [alt] = [file.alt for file in reply.files if file.mime == "image/png"]
    assert alt == f"Credits by person, November 2050: {evil} 2 credits, {tokyo} 2 credits"


async def test_a_report_is_for_admins_of_the_tenant(build: Build) -> None:
    """Nobody else sees any of it, and another tenant's jobs are not in it."""
    house = await build()
    await house.order(caller("1"))
    await house.live()

    refused = await ask(house, "/quota report", "cy", is_admin=False)
    with pytest.raises(NotAllowed):
        await house.life.studio.report("month", caller("2", "cy"))
    other = await house.life.studio.report("month", caller("3", "cy", tenant=THERE, is_admin=True))
    mine = await house.life.studio.report("month", caller("4", "cy", is_admin=True))

    assert (refused.kind, refused.files) == ("refusal", ())
    assert other.total.jobs == 0
    with pytest.raises(NotAllowed):
        await house.life.studio.report_files(mine, caller("5", "cy", tenant=THERE, is_admin=True))


async def test_an_empty_period_has_no_chart(build: Build) -> None:
    """It says which periods there are."""
    house = await build()

    reply = await ask(house, "/quota report 2050-W01")
    unclear = await ask(house, "/quota report 2050-13")

    assert reply.text.startswith("Nothing ended in week 01 of 2050.")
    assert [file.mime for file in reply.files] == ["text/csv"]
    assert unclear.text.startswith("“2050-13” is no period.")


async def test_days_are_those_of_the_tenant(build: Build) -> None:
    """A job that ends late in the evening in Auckland counts there on the next UTC day's date."""
    house = await build()
    await house.life.database.write(_move_to, "Pacific/Auckland")
    house.clock.now = int(datetime(2050, 7, 31, 12, 30, tzinfo=UTC).timestamp()) * 1_000
    await house.order(caller("1"))
    await house.live()

    july = await house.life.studio.report("2050-07", caller("2", "bob", is_admin=True))
    august = await house.life.studio.report("2050-08", caller("3", "bob", is_admin=True))
    await house.life.database.write(_move_to, "UTC")

    assert (july.total.charged, august.total.charged) == (0, PICTURE)
    again = await house.life.studio.report("2050-08", caller("4", "bob", is_admin=True))
    assert again.total == august.total
    assert await house.life.database.read(sums.wrong) == []


def _move_to(db: Tx, zone: str) -> None:
    db.execute(update(tenants).where(tenants.c.id == HERE.id).values(time_zone=zone))
