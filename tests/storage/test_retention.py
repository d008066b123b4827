"""Bytes go when nobody needs them, or after the time that an owner chose; rows and open jobs lose nothing."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import pytest
from sqlalchemy import insert, update

from bot import gallery as gallery_module
from bot.core.errors import NotFound, Refusal
from bot.gallery import EaselGallery, GalleryMeans
from bot.storage import Database, Tx, retention
from bot.storage.files import PictureFiles
from bot.storage.schema import calls, entries, inputs, jobs, pictures
from tests.flows.house import House
from tests.flows.world import caller
from tests.pictures.furnished import DAY_SECONDS, files_in, gallery_of, house_in
from tests.storage.builders import DAY, NOW, Order, accept, deliver, furnish
from tests.vendors_for_tests import LedgerVendor, busy, draws, finds_no_room, garbage, picture_file

WEEK = 7
KINDS: tuple[Literal["shown", "original", "thumbnail"], ...] = ("shown", "original", "thumbnail")


def prepare(db: Tx) -> None:
    """One finished job with one picture, made now."""
    furnish(db, "ann", balance=10_000)
    accept(db, Order("1"))
    deliver(db, Order("1"))


SHA = "sha-call-job-1-0-0"


async def needed(database: Database, kept_since: int) -> bool:
    return SHA in await database.read(retention.needed, [SHA, "sha-of-nothing"], kept_since=kept_since)


async def test_bytes_of_a_row_are_needed_until_its_time_is_up(database: Database) -> None:
    """A picture made at the very limit stays; one made before goes; what has no row is never needed."""
    await database.write(prepare)

    assert await needed(database, 0)
    assert await needed(database, NOW)
    assert not await needed(database, NOW + 1)
    assert await database.read(retention.needed, ["sha-of-nothing"], kept_since=0) == set()


async def test_bytes_that_a_person_deleted_are_not_needed(database: Database) -> None:
    """Unless somebody else has a row with the same bytes."""
    await database.write(prepare)
    await database.write(lambda db: db.execute(update(pictures).values(deleted=NOW)))
    assert not await needed(database, 0)

    twin = {"person": "ann", "tenant": "t", "channel": "c", "mime": "image/png", "width": 8, "height": 8}
    more = {"id": "twin", "sha256": "sha-else", "original_sha256": SHA, "size_bytes": 9, "source": "upload"}
    await database.write(lambda db: db.execute(insert(pictures), [{**twin, **more, "created": NOW}]))

    assert await needed(database, 0)


@pytest.mark.parametrize("state", ["waiting", "running"])
async def test_an_open_job_keeps_what_it_works_from_and_what_it_made(database: Database, state: str) -> None:
    """However old or deleted its input is; and its own pictures until it ends."""
    await database.write(prepare)
    await database.write(accept, Order("2"))

    def use(db: Tx) -> None:
        picture = "call-job-1-0-0"
        db.execute(insert(inputs), {"job": "job-2", "position": 0, "picture": picture, "role": "parent"})
        db.execute(update(jobs).where(jobs.c.id == "job-2").values(state=state))
        db.execute(update(pictures).values(deleted=NOW))

    await database.write(use)
    assert await needed(database, NOW + 9 * DAY)
    await database.write(lambda db: db.execute(update(jobs).values(state="done")))
    assert not await needed(database, NOW + 9 * DAY)
    await database.write(lambda db: db.execute(update(pictures).values(deleted=None)))
    await database.write(lambda db: db.execute(update(jobs).where(jobs.c.id == "job-1").values(state=state)))
    assert await needed(database, NOW + 9 * DAY)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with house_in(tmp_path) as opened:
        yield opened


async def drawn(house: House, event: str = "1") -> tuple[str, Path]:
    """Draw a picture; gives its id and its file."""
    card = await house.order(caller(event))
    await house.settle()
    [picture] = await house.pictures(card.id)
    return picture.id, house.life.shelf.path(picture.sha256)


async def test_after_the_time_bytes_go_and_rows_stay(house: House) -> None:
    """The card, its picture's row and the lineage are still there; nothing of it is served."""
    picture, path = await drawn(house)
    gallery = gallery_of(house, keep_days=WEEK)
    house.clock.advance(WEEK * DAY_SECONDS - 60)
    await gallery.clear_up()
    assert path.exists()

    house.clock.advance(120)
    await gallery.clear_up()

    assert not path.exists()
    assert [shown.id for shown in (await house.life.studio.job(1, caller("2"))).pictures] == [picture]
    for kind in KINDS:
        with pytest.raises(NotFound) as refusal:
            await gallery.serve(picture, caller("3"), kind)
        assert refusal.value.key == "picture_gone"


async def test_an_edit_of_a_picture_that_is_gone_is_refused_before_anything_is_held(house: House) -> None:
    """The sentence says that it is gone; there is no job and no hold, and a second try says the same."""
    picture, _ = await drawn(house)
    house.clock.advance(8 * DAY_SECONDS)
    await gallery_of(house, keep_days=WEEK).clear_up()
    before = await house.rows(entries)

    for _ in range(2):
        with pytest.raises(Refusal) as refusal:
            await house.order(caller("2"), "make it night", parent=picture)
        assert refusal.value.key == "picture_gone"

    assert len(await house.rows(jobs)) == 1
    assert await house.rows(entries) == before


async def test_pictures_stay_for_ever_by_default(house: House) -> None:
    """Ten years later the bytes are there."""
    _, path = await drawn(house)
    house.clock.advance(3_650 * DAY_SECONDS)

    await gallery_of(house).clear_up()

    assert path.exists()


async def test_an_open_edit_keeps_its_old_picture(tmp_path: Path) -> None:
    """The bytes that a waiting job works from outlive their time, and go once it has ended."""
    async with house_in(tmp_path, LedgerVendor(draws(), busy(600))) as house:
        picture, path = await drawn(house)
        house.clock.advance(WEEK * DAY_SECONDS - 60)
        await house.order(caller("2"), "make it night", parent=picture)
        await house.settle()
        gallery = gallery_of(house, keep_days=WEEK)
        house.clock.advance(120)

        await gallery.clear_up()
        assert path.exists()

        await house.live()
        await gallery.clear_up()
        assert not path.exists()


async def test_a_picture_that_comes_back_after_its_time_is_a_new_one(house: House, tmp_path: Path) -> None:
    """Uploading what is gone stores it again, under a row of its own."""
    picture, path = await drawn(house)
    upload = tmp_path / "mine.png"
    upload.write_bytes(path.read_bytes())
    gallery = gallery_of(house, keep_days=WEEK)
    assert (await gallery.keep(caller("2"), "mine.png", upload)).picture == picture
    house.clock.advance(8 * DAY_SECONDS)
    await gallery.clear_up()

    back = await gallery.keep(caller("3"), "mine.png", upload)

    assert back.picture != picture
    assert (await gallery.serve(back.picture, caller("4"), "shown")).path.exists()


async def test_an_orphan_goes_after_a_day(house: House) -> None:
    """Bytes without a row stay for their first day: the row may be on its way."""
    orphan = house.life.shelf.path(
        PictureFiles(house.site.folder / "pictures").store(b"no row has these").sha256
    )
    gallery = gallery_of(house)
    house.clock.advance(DAY_SECONDS - 60)
    await gallery.clear_up()
    assert orphan.exists()

    house.clock.advance(120)
    await gallery.clear_up()

    assert not orphan.exists()


def test_bytes_stored_afresh_while_they_are_removed_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody uploads the same picture between the look at its age and the removal."""
    files = PictureFiles(tmp_path)
    path = files.path(files.store(b"twice").sha256)
    os.utime(path, (1, 1))
    replace = Path.replace

    def store_just_before(source: Path, target: Path) -> Path:
        if source == path:
            monkeypatch.undo()
            files.store(b"twice")
        return replace(source, target)

    monkeypatch.setattr(Path, "replace", store_just_before)

    assert not files.remove(path.parent.name + path.name, older_than=1_000_000)
    assert path.read_bytes() == b"twice"
    assert files_in(tmp_path) == [path]


async def test_folders_of_concluded_calls_go_after_a_day(tmp_path: Path) -> None:
    """A call that found no room leaves its folder; a day later it goes, and with it what uploads left."""
    async with house_in(tmp_path, LedgerVendor(finds_no_room())) as house:
        await house.order(caller("1"))
        await house.settle()
        house.life.shelf.incoming("upload-1")
        incoming = tmp_path / "pictures" / "incoming"
        assert len(list(incoming.iterdir())) == 2
        gallery = gallery_of(house)

        house.clock.advance(DAY_SECONDS - 60)
        await gallery.clear_up()
        assert len(list(incoming.iterdir())) == 2

        house.clock.advance(120)
        await gallery.clear_up()
        assert list(incoming.iterdir()) == []


async def test_a_paid_answer_that_could_not_be_stored_waits_for_a_month(tmp_path: Path) -> None:
    """It is evidence, and may still become a picture."""
    async with house_in(tmp_path, LedgerVendor(garbage())) as house:
        await house.order(caller("1"))
        await house.settle()
        [folder] = (tmp_path / "pictures" / "incoming").iterdir()
        gallery = gallery_of(house)

        house.clock.advance(29 * DAY_SECONDS)
        await gallery.clear_up()
        assert (folder / "answer.json").exists()

        house.clock.advance(2 * DAY_SECONDS)
        await gallery.clear_up()
        assert not folder.exists()


async def test_the_folder_of_an_open_call_stays(house: House) -> None:
    """Even when its clock says that it is a week old."""
    await house.order(caller("1"))
    await house.settle()
    [call] = await house.rows(calls)
    await house.life.database.write(lambda db: db.execute(update(calls).values(state="called")))
    folder = house.life.shelf.incoming(call.id)
    house.clock.advance(WEEK * DAY_SECONDS)

    await gallery_of(house).clear_up()

    assert folder.exists()


async def test_bytes_that_somebody_else_is_storing_outlive_a_deletion(house: House, tmp_path: Path) -> None:
    """Bob's same file is on the disk and has no row yet while Ann deletes hers: he loses nothing. Alone, hers goes."""
    life = house.life
    rights = house.site.rights(life.database)
    means = GalleryMeans(
        life.database, life.shelf, lambda: time.time_ns() // 1_000_000, house.site.new_id, rights
    )
    gallery = EaselGallery(means)
    logo = picture_file(tmp_path, "logo")
    hers = await gallery.keep(caller("1"), "logo.png", logo)
    shown = await gallery.serve(hers.picture, caller("2"), "shown")
    os.utime(shown.path, ns=(0, time.time_ns() - 10**9))
    await life.database.write(
        lambda db: db.execute(update(pictures).values(created=pictures.c.created - 500))
    )

    _, his = await life.shelf.keep_upload(logo, "bobs")
    await gallery.delete(hers.picture, caller("3"))
    assert life.shelf.path(his.sha256).exists()

    again = await gallery.keep(caller("4"), "logo.png", logo)
    await gallery.delete(again.picture, caller("5"))
    assert not life.shelf.path(his.sha256).exists()


async def test_small_copies_have_a_bound(house: House, tmp_path: Path) -> None:
    """The newest stay; one that went is made again when it is asked for."""
    uploads = [picture_file(tmp_path, f"{number}", side=40) for number in range(4)]
    gallery = gallery_of(house)
    ids = [(await gallery.keep(caller(file.name), file.name, file)).picture for file in uploads]
    small = [(await gallery.serve(picture, caller("2"), "thumbnail")).path for picture in ids]
    for age, path in enumerate(small):
        os.utime(path, (1_000_000 - age, 1_000_000 - age))

    await house.life.shelf.bound_cache(sum(path.stat().st_size for path in small[:2]))

    assert [path.exists() for path in small] == [True, True, False, False]
    assert (await gallery.serve(ids[3], caller("3"), "thumbnail")).path.exists()


async def test_many_may_ask_for_a_small_copy_at_once(house: House, tmp_path: Path) -> None:
    """Everybody gets it, whole; nothing is left beside it."""
    upload = picture_file(tmp_path, "one", side=300)
    gallery = gallery_of(house)
    picture = (await gallery.keep(caller("1"), "one.png", upload)).picture

    served = await asyncio.gather(*(gallery.serve(picture, caller("2"), "thumbnail") for _ in range(20)))

    assert files_in(tmp_path / "cache") == [served[0].path]


async def test_the_collector_outlives_a_failure(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that cannot be read now is looked at again an hour later."""
    looked = asyncio.Event()
    looks: list[int] = []

    async def look(older_than: int) -> list[str]:
        looks.append(older_than)
        if len(looks) == 1:
            raise OSError("the disk is away")
        looked.set()
        return []

    monkeypatch.setattr(house.life.shelf, "orphan_candidates", look)
    monkeypatch.setattr(gallery_module, "COLLECT_SECONDS", 0)

    collector = asyncio.create_task(gallery_of(house).collect())
    await asyncio.wait_for(looked.wait(), 10)
    collector.cancel()

    assert not collector.done()
    with pytest.raises(asyncio.CancelledError):
        await collector
