"""An edit with a mask, from the attachment to the picture that is shown."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageChops
from structlog.testing import capture_logs

from bot.core.front import Uploaded
from bot.storage.schema import calls
from bot.storage.transaction import StorageFull
from tests.flows.house import House
from tests.flows.world import PICTURE, caller
from tests.pictures.furnished import gallery_of, house_in
from tests.vendors_for_tests import LedgerVendor, hands_over, picture_file

SIZE = (1024, 1024)
HOLE = (300, 300, 700, 800)


def encoded(image: Image.Image, kind: str) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **({"lossless": True} if kind == "WEBP" else {}))
    return buffer.getvalue()


def photo() -> bytes:
    return encoded(Image.linear_gradient("L").resize(SIZE).convert("RGB"), "JPEG")


def mask() -> bytes:
    image = Image.new("RGBA", SIZE, (9, 99, 9, 255))
    image.paste((0, 0, 0, 0), HOLE)
    return encoded(image, "WEBP")


async def attach(house: House, name: str, content: bytes) -> Uploaded:
    upload = house.site.folder / name
    upload.write_bytes(content)
    return await gallery_of(house).keep(caller(name), name, upload)


async def test_a_vendor_that_drops_the_mask_changes_nothing_outside(tmp_path: Path) -> None:
    """What it draws is shown inside the hole only; its own file is kept, and what it did is recorded."""
    drawn = encoded(Image.new("RGB", SIZE, "purple"), "JPEG")
    async with house_in(tmp_path, LedgerVendor(hands_over((drawn,)))) as house:
        parent = await attach(house, "photo.jpg", photo())
        hole = await attach(house, "mask.webp", mask())
        with capture_logs() as logged:
            card = await house.order(
                caller("1"), "a door", parent=parent.picture, mask=hole.picture, size="1024x1024"
            )
            await house.settle()

        [row] = await house.pictures(card.id)
        [call] = await house.rows(calls)
        files = house.life.shelf
        assert (row.mime, row.original_mime, row.width, row.height) == ("image/png", "image/jpeg", *SIZE)
        assert files.path(row.original_sha256).read_bytes() == drawn
        assert call.mask_spill > 900
        assert "the vendor did not keep to the mask" in [each["event"] for each in logged]
        served = await gallery_of(house).serve(parent.picture, caller("2"), "shown")
        with Image.open(files.path(row.sha256)) as shown, Image.open(served.path) as before:
            apart = ImageChops.difference(shown.convert("RGB"), before.convert("RGB")).getbbox()
        assert apart == HOLE
        assert (await house.money(card.id))[:2] == ("done", PICTURE)


async def test_a_vendor_gets_the_picture_and_its_mask_as_png(tmp_path: Path) -> None:
    """Of the same size, the mask with transparency and without what was painted on it."""
    seen: list[tuple[str | None, str, tuple[int, int]]] = []

    async def looks(vendor: LedgerVendor, order: object) -> object:
        [asked] = vendor.asked
        for path in (*asked.references, asked.mask):
            assert path is not None
            with Image.open(path) as image:
                seen.append((image.format, image.mode, image.size))
        raise StorageFull("enough seen")

    async with house_in(tmp_path, LedgerVendor(looks)) as house:  # type: ignore[arg-type]  # it never answers
        parent = await attach(house, "photo.jpg", photo())
        other = await attach(house, "other.jpg", photo()[:-2] + b"\xff\xd9")
        hole = await attach(house, "mask.webp", mask())
        await house.order(
            caller("1"), "a door", parent=parent.picture, mask=hole.picture, references=(other.picture,)
        )
        await house.settle()

    assert seen == [("PNG", "RGB", SIZE), ("JPEG", "RGB", SIZE), ("PNG", "RGBA", SIZE)]


async def test_a_disk_without_room_for_a_mask_lets_the_job_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is sent; half a minute later there is room, and the edit is drawn and paid once."""
    async with house_in(tmp_path, LedgerVendor()) as house:
        parent = await attach(house, "photo.png", picture_file(tmp_path, "one", side=64).read_bytes())
        hole = Image.new("RGBA", (64, 64), (0, 0, 0, 255))
        hole.paste((0, 0, 0, 0), (9, 9, 40, 40))
        masked = await attach(house, "mask.png", encoded(hole, "PNG"))
        card = await house.order(caller("1"), "a door", parent=parent.picture, mask=masked.picture)
        files = house.life.shelf._files
        prepare = house.life.shelf.masked_inputs

        async def no_room(*_: object) -> None:
            raise StorageFull("no room")

        monkeypatch.setattr(house.life.shelf, "masked_inputs", no_room)
        await house.settle()
        assert (house.vendor.asked, await house.rows(calls)) == ([], [])
        assert list(files.list_incoming(1 << 60)) == []

        monkeypatch.setattr(house.life.shelf, "masked_inputs", prepare)
        await house.live()
        assert (await house.money(card.id))[:2] == ("done", PICTURE)
        assert len(house.vendor.asked) == 1
