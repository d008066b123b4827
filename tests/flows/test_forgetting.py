"""A person gets all of theirs, and can be forgotten: no word, name or picture stays, and every sum does."""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.core.chatlog import ChatDraft
from bot.core.commands import Caller
from bot.core.errors import NotFound, Refusal
from bot.core.preferences import Place, Preferences
from bot.handing_over import Part
from bot.platforms.web.bodies import PersonBody
from bot.storage import ledger
from bot.storage.chat import ChatLog
from bot.storage.schema import entries, metadata, removals
from bot.storage.transaction import Tx
from tests.flows.conftest import Build
from tests.flows.house import House
from tests.flows.test_refunds_and_losses import arrive_late
from tests.flows.world import HERE, PICTURE, caller
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


async def handed_over(
    house: House, who: Caller, begin: Place | None = None
) -> tuple[Any, dict[str, bytes], Place | None]:
    """Take a part; returns what it tells, its files, and where the next one begins."""
    part = await house.life.studio.export(begin or Place(), who)
    served = await house.life.gallery.document(part.file.id, who)
    with zipfile.ZipFile(served.path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    return json.loads(files.pop("easel.json")), files, part.following


async def wrote(house: House, person: str, text: str) -> None:
    """Keep a message as the web chat does."""
    body = PersonBody(text=text).model_dump_json()
    id = sha256(text.encode()).hexdigest()
    draft = ChatDraft(id, HERE.id, person, "root", "person", body, house.clock(), event=id)
    await ChatLog(house.life.database).add(draft)


async def test_a_person_gets_everything(build: Build, tmp_path: Path) -> None:
    """Words, receipts, pictures, uploads that nothing was drawn from, messages, choices: one's own only, for a day."""
    house = await build()
    await lived(house, tmp_path)
    await wrote(house, "ann", f"draw a {SECRET}")
    await wrote(house, "bob", "not hers")

    about, files, following = await handed_over(house, caller("5"))

    [order] = about["orders"]
    assert (order["prompt"], order["style"], order["charged"]) == (f"a {SECRET}", f"{SECRET} style", PICTURE)
    [logo] = [row for row in await house.pictures_of("ann") if row.job is None]
    [drawing] = [row for row in await house.pictures_of("ann") if row.job is not None]
    assert set(files) == {"web-here/1-1.png", f"uploads/{logo.id}.png"}
    assert files["web-here/1-1.png"] == house.life.shelf.path(drawing.sha256).read_bytes()
    assert [each["id"] for each in about["uploads"]] == [logo.id]
    assert [each["text"] for each in about["messages"]] == [f"draw a {SECRET}"]
    assert about["settings"] == {"style": f"{SECRET} style", "references": [logo.id]}
    assert [each["reason"] for each in about["reports"]] == [f"{SECRET} in it"]
    assert following is None
    part = await house.life.studio.export(Place(), caller("6"))
    with pytest.raises(NotFound):
        await house.life.gallery.document(part.file.id, caller("7", "bob"))
    with pytest.raises(Refusal):
        await house.life.studio.export(Place(), caller("8", "cy"))


async def test_whoever_ordered_nothing_gets_their_uploads(build: Build, tmp_path: Path) -> None:
    """Or their choices, where that is all."""
    house = await build()
    mine = await upload(house, picture_file(tmp_path, "logo"), "cy")
    await house.life.studio.prefer({"quality": "low"}, caller("1", "bob"))

    about, files, _ = await handed_over(house, caller("2", "cy"))
    chosen, none, _ = await handed_over(house, caller("3", "bob"))

    assert ("orders" in about, set(files)) == (False, {f"uploads/{mine}.png"})
    assert (chosen["settings"], none) == ({"quality": "low"}, {})


async def test_parts_are_as_small_as_the_chat_wants_and_leave_nothing_out(
    build: Build, tmp_path: Path
) -> None:
    """Each thing and each file comes once, whatever the size; what no part can take is named with a way to it."""
    house = await build()
    for number in range(3):
        await house.order(caller(f"o{number}"), f"picture {number}", count=2)
        await upload(house, picture_file(tmp_path, f"logo {number}"))
        await wrote(house, "ann", f"line {number}")
    await house.live()
    sizes = [row.size_bytes for row in await house.pictures_of("ann")]
    who = caller("take")
    tight = replace(
        who, address=who.address.model_copy(update={"upload_bytes_max": 64_000 + max(sizes) + 400})
    )
    too_tight = replace(
        who, address=who.address.model_copy(update={"upload_bytes_max": 64_000 + min(sizes) - 1})
    )

    names: list[str] = []
    told: Counter[str] = Counter()
    begin: Place | None = Place()
    parts = 0
    while begin is not None:
        about, files, begin = await handed_over(house, tight, begin)
        names += files
        told.update({name: len(about.get(name, ())) for name in ("uploads", "messages")})
        parts += 1
    named, none, _ = await handed_over(house, too_tight)

    assert len(names) == len(set(names)) == 9
    assert (told["uploads"], told["messages"]) == (3, 3)
    assert parts > 3
    assert none == {}
    assert all("larger than this chat takes" in name for order in named["orders"] for name in order["files"])


def test_a_file_larger_than_a_part_has_one_of_its_own() -> None:
    """Where the chat sets no limit."""
    part = Part(1_000, None, {})

    assert part.has_room(5_000)
    part.tell("order", {}, 100)
    assert part.take("large", Path("large"), 5_000)
    assert not part.take("small", Path("small"), 10)
    assert part.is_full


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
