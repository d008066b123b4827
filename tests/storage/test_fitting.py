"""Copies that fit a chat: as good as the room allows."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bot.core.errors import BadPicture
from bot.core.fitting import Room
from bot.storage import compositing
from bot.storage.cleaning import check_mask
from bot.storage.files import PictureFiles
from bot.storage.fitting import fit
from bot.storage.pool import PicturePool
from bot.storage.shelf import Shelf

SLACK = ("image/png", "image/jpeg")


def noise(path: Path, *, alpha: bool = False, edge: int = 512) -> Path:
    """Write a picture that no format makes much smaller without loss."""
    image = Image.effect_noise((edge, edge), 90).convert("RGB")
    if alpha:
        image.putalpha(Image.linear_gradient("L").resize((edge, edge)))
    image.save(path, "PNG", compress_level=0)
    return path


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    """A shelf with a cache of its own."""
    pool = PicturePool()
    yield Shelf(PictureFiles(tmp_path / "pictures"), pool, tmp_path / "cache")
    pool.close()


@pytest.mark.parametrize(
    ("bytes_max", "mimes", "alpha", "rung", "mime"),
    [
        (800_000, ("image/png", "image/jpeg", "image/webp"), False, "lossless", "image/webp"),
        (200_000, ("image/png", "image/jpeg", "image/webp"), False, "webp", "image/webp"),
        (800_000, SLACK, False, "lossless", "image/png"),
        (200_000, SLACK, False, "jpeg", "image/jpeg"),
        (200_000, SLACK, True, "scaled", "image/png"),
        (30_000, ("image/webp",), False, "scaled", "image/webp"),
    ],
    ids=["lossless", "webp", "png", "jpeg", "transparent", "scaled"],
)
def test_the_best_copy_that_fits_is_made(
    tmp_path: Path, bytes_max: int, mimes: tuple[str, ...], *, alpha: bool, rung: str, mime: str
) -> None:
    """Each rung of the ladder is taken only where the one before does not fit."""
    copy = fit(noise(tmp_path / "noise.png", alpha=alpha), Room(bytes_max, mimes))

    assert copy is not None
    assert (copy.rung, copy.mime) == (rung, mime)
    assert len(copy.content) <= bytes_max
    opened = Image.open(BytesIO(copy.content))
    assert opened.size == (copy.width, copy.height)
    assert opened.has_transparency_data == alpha


def test_without_loss_means_the_same_pixels(tmp_path: Path) -> None:
    """Nothing is changed where there is room for all of it."""
    path = noise(tmp_path / "noise.png")
    copy = fit(path, Room(800_000))

    assert copy is not None
    assert Image.open(BytesIO(copy.content)).convert("RGB").tobytes() == Image.open(path).tobytes()


def test_what_no_room_holds_is_not_posted(tmp_path: Path) -> None:
    """A picture is never cut down to nothing."""
    assert fit(noise(tmp_path / "noise.png"), Room(100)) is None


async def test_a_copy_is_made_once_and_goes_with_its_picture(tmp_path: Path, shelf: Shelf) -> None:
    """The vendor's own bytes are served where they fit; a copy is kept, and removed with them."""
    stored = shelf._files.store(noise(tmp_path / "noise.png"))
    whole = await shelf.fitted(stored.sha256, Room(5_000_000))
    first = await shelf.fitted(stored.sha256, Room(200_000))
    second = await shelf.fitted(stored.sha256, Room(200_000))
    assert whole is not None
    assert first is not None

    assert (whole.rung, whole.path) == ("drawn", shelf.path(stored.sha256))
    assert first == second
    await shelf.remove(stored.sha256)
    assert not first.path.exists()


def test_a_mask_made_on_a_scaled_copy_is_scaled_back(tmp_path: Path) -> None:
    """Its shape says that it belongs to the picture; another shape is refused."""
    picture = noise(tmp_path / "picture.png")
    mask = Image.new("RGBA", (128, 128), "white")
    mask.paste((0, 0, 0, 0), (0, 0, 64, 128))
    mask.save(tmp_path / "mask.png")
    Image.new("RGBA", (128, 100)).save(tmp_path / "other.png")

    check_mask(tmp_path / "mask.png", picture)
    made = compositing.mask_png(tmp_path / "mask.png", (512, 512))
    assert made is not None
    alpha = Image.open(BytesIO(made)).getchannel("A")
    assert (alpha.size, alpha.getpixel((255, 10)), alpha.getpixel((256, 10))) == ((512, 512), 0, 255)
    with pytest.raises(BadPicture):
        check_mask(tmp_path / "other.png", picture)
