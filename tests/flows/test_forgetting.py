"""A person gets all of theirs, and can be forgotten: no word, name or picture stays, and every sum does."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.core.errors import NotFound, Refusal
from bot.core.preferences import Preferences
from bot.storage import ledger
from bot.storage.schema import entries, metadata, removals
from bot.storage.transaction import Tx
from tests.flows.conftest import Build
from tests.flows.house import House
from tests.flows.test_refunds_and_losses import arrive_late
from tests.flows.world import PICTURE, caller
from tests.vendors_for_tests import LedgerVendor, hides_outcome, picture_file

SECRET = "xylophone"


def everything(db: Tx) -> str:
    """Write down every row of every table."""
    return "\n".join(str(tuple(row)) for table in metadata.sorted_tables for row in db.execute(select(table)))


async def upload(house: House, file: Path, person: str = "ann") -> str:
    who = caller(f"upload {file.name}", person)
    return (await house.life.gallery.keep(who, file.name, file)).picture


async def lived(house: House, tmp_path: Path) -> str:
    """Let ann order, prefer, be refused and report; bob edits her picture. Returns that picture."""
    studio = house.life.studio
    logo = await upload(house, picture_file(tmp_path, "logo"))
    await studio.prefer({"style": f"{SECRET} style", "references": (logo,)}, caller("p"))
    card = await house.order(caller("1"), f"a {SECRET}")
    await house.live()
    [picture] = await house.pictures(card.id)
    await house.order(caller("2", "bob"), "make it night", parent=picture.id)
    await house.live()
    await house.refusal(caller("ann:3"), f"a {SECRET}", model=SECRET)
    [other] = await house.pictures_of("bob")
    await studio.report_picture(other.id, f"{SECRET} in it", caller("4"))
    await studio.report_picture(picture.id, "hate", caller("5", "bob"))
    return str(picture.id)


async def test_nothing_of_a_person_is_left_but_the_books(build: Build, tmp_path: Path) -> None:
    """Every table is read: no word, no name; entries and sums are as before, and bob's edit stays."""
    house = await build()
    picture = await lived(house, tmp_path)
    before = await house.rows(entries)
    account = await house.account("allowance:ann")
    read = house.life.database._inner.read
    assert SECRET in await read(everything)

    left = await house.life.studio.forget(caller("5"))

    assert left == 0
    text = await read(everything)
    assert SECRET not in text
    assert "Ann" not in text
    assert await house.rows(entries) == before
    assert await house.account("allowance:ann") == account
    assert await read(ledger.unbalanced) == []
    with pytest.raises(NotFound):
        await house.life.gallery.serve(picture, caller("6"), "shown")
    [mine] = await house.pictures_of("bob")
    assert (await house.life.gallery.serve(mine.id, caller("7", "bob"), "shown")).path.exists()
    assert picture in {row.id.rpartition(":")[2] for row in await house.rows(removals)}
    assert await house.life.studio.preferences(caller("8")) == Preferences()
    for row in await house.pictures_of("ann"):
        assert not house.life.shelf.path(row.sha256).exists()


async def test_forgetting_twice_and_going_on_afterwards_is_fine(build: Build, tmp_path: Path) -> None:
    """The person may come back: same credits, no second allowance, new numbers."""
    house = await build()
    await lived(house, tmp_path)
    studio = house.life.studio

    await studio.forget(caller("5"))
    await studio.forget(caller("6"))
    card = await house.order(caller("7"), "a new life")
    await house.live()
    with pytest.raises(Refusal):
        await studio.again(1, caller("8"))

    assert (card.number, (await house.account("allowance:ann"))[2]) == (3, 2 * PICTURE)


async def test_what_waits_is_cancelled_first(build: Build) -> None:
    """And paid back, so nothing of the person comes later."""
    house = await build(LedgerVendor())
    card = await house.order(caller("1"), f"a {SECRET}")

    assert await house.life.studio.forget(caller("2")) == 0
    await house.live()

    assert await house.money(card.id) == ("cancelled", 0, 0)
    assert SECRET not in await house.life.database._inner.read(everything)


async def test_a_person_gets_everything_in_parts(build: Build, tmp_path: Path) -> None:
    """Words, receipts and pictures of their own orders only, for a day."""
    house = await build()
    await lived(house, tmp_path)

    part = await house.life.studio.export(0, caller("5"))
    served = await house.life.gallery.document(part.file.id, caller("6"))

    with zipfile.ZipFile(served.path) as archive:
        about = json.loads(archive.read("easel.json"))
        names = archive.namelist()
    [order] = about["orders"]
    assert (order["prompt"], order["style"], order["charged"]) == (f"a {SECRET}", f"{SECRET} style", PICTURE)
    assert sorted(names) == ["1-1.png", "easel.json"]
    assert (part.jobs, part.following) == (1, None)
    with pytest.raises(NotFound):
        await house.life.gallery.document(part.file.id, caller("7", "bob"))
    with pytest.raises(Refusal):
        await house.life.studio.export(0, replace(caller("8", "cy")))


async def test_what_comes_late_for_somebody_forgotten_is_nobodys(build: Build) -> None:
    """A picture of an unknown call that arrives afterwards is neither delivered nor charged."""
    house = await build(LedgerVendor(hides_outcome()))
    card = await house.order(caller("1"), f"a {SECRET}")
    await house.live()
    assert await house.life.studio.forget(caller("2")) == 0

    await arrive_late(house, card.id)

    [picture] = await house.pictures(card.id)
    assert picture.deleted is not None
    admin = replace(caller("3", "bob", is_admin=True), is_operator=True)
    assert [case.pictures for case in await house.life.studio.lost(admin)] == []
    for act in ("charge", "deliver"):
        with pytest.raises(NotFound):
            await house.life.studio.decide_lost(act, card.number, picture.id, admin)
    assert await house.account("credits:ann") == (0, 0, 0)


async def test_nothing_forgotten_is_left_in_the_file(build: Build, tmp_path: Path) -> None:
    """Not in the free space of its pages either."""
    house = await build()
    await lived(house, tmp_path)
    await house.life.studio.forget(caller("5"))
    await house.end()

    left = [path for path in house.site.folder.rglob("*") if path.is_file()]

    assert [path.name for path in left if SECRET.encode() in path.read_bytes()] == []
