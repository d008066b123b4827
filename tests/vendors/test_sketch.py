"""The offline vendor: posters and edits, the same for the same order."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TypeVar, TypeVarTuple

import pytest
from PIL import Image, ImageChops, ImageStat

from bot.core.errors import VendorFailed
from bot.core.ports import VendorOrder
from bot.vendors.sketch import Sketch, SketchOrder, render

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
PROMPTS = [
    'a lighthouse at dusk, headline "OPEN LATE"',
    "a watercolour fox reading a newspaper on a park bench, " * 40,
    "cat",
    "город у моря, надпись «Открыто ночью»",
    "Η θάλασσα το καλοκαίρι, ήσυχο πρωινό",
    "日本語の看板「営業中」、雨の夜の路地、ネオンの反射",
    "山上的灯塔，黄昏时分，海浪拍打着岩石",
    "서울의 밤, 비 오는 골목과 네온 간판",
    "a happy 🐙 teaching yoga 🧘‍♀️",
    "שלום عالم नमस्ते",
    "🙂",
    "\u200b\u200d",
    "   \n\t ",
    "lone surrogate \ud800 and NUL \x00",
    "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen" * 5,
]


def drawn(order: SketchOrder) -> Image.Image:
    image = Image.open(BytesIO(render(order)))
    image.load()
    return image


def difference(first: Image.Image, second: Image.Image) -> float:
    """The mean difference per channel, 0 to 255."""
    return max(ImageStat.Stat(ImageChops.difference(first.convert("RGB"), second.convert("RGB"))).mean)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A stand-in for a photograph, of a shape that no order has."""
    path = tmp_path / "photo.jpg"
    sky = Image.linear_gradient("L").resize((900, 700))
    Image.merge("RGB", (sky, Image.radial_gradient("L").resize((900, 700)), sky.rotate(180))).save(path)
    return path


@pytest.mark.parametrize("prompt", PROMPTS)
def test_every_prompt_becomes_a_poster(prompt: str) -> None:
    """Whatever the words are, a picture of the ordered size comes, and has several colours."""
    for size in ((512, 512), (768, 432), (432, 768)):
        image = drawn(SketchOrder(prompt, *size))
        assert (image.size, image.mode, image.format) == (size, "RGB", "PNG")
        assert len(image.getcolors(1 << 20) or range(1 << 20)) > 3


def test_the_same_order_gives_the_same_bytes() -> None:
    """A poster depends on words, size and index, and on nothing else."""
    order = SketchOrder("three quiet machines", 512, 512)

    assert render(order) == render(order)
    others = [
        replace(order, index=1),
        replace(order, width=640),
        replace(order, prompt="three quiet machine"),
    ]
    assert len({render(other) for other in [order, *others]}) == 4


def test_words_of_every_script_are_set() -> None:
    """Words in each script change the poster: they are not dropped."""
    for words in ("Open", "Ночь", "Νύχτα", "営業中", "山上的", "서울의"):
        with_words = drawn(SketchOrder(f'poster "{words}{words}"', 512, 512))
        text_zone = with_words.convert("L").getcolors(256)
        assert text_zone
        assert len(text_zone) > 20, words


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
@pytest.mark.parametrize("quality", ["low", "medium", "high"])
def test_the_format_is_honoured(kind: str, quality: str) -> None:
    """PNG, JPEG and WebP come as ordered."""
    assert drawn(SketchOrder("cat", 256, 256, format=kind, quality=quality)).format == kind.upper()


@pytest.mark.parametrize("kind", ["png", "webp"])
def test_a_transparent_background_is_transparent(kind: str) -> None:
    """A transparent poster has clear and opaque places; a JPEG of it is opaque."""
    order = SketchOrder("a flower sticker", 512, 512, transparent=True, format=kind)

    assert drawn(order).getchannel("A").getextrema() == (0, 255)
    assert drawn(replace(order, format="jpeg")).mode == "RGB"


@pytest.mark.parametrize(
    "words",
    [
        "make it night",
        "сделай ночь",
        "夜にして",
        "black and white",
        "warmer",
        "give it wings",
        'headline "SALE"',
    ],
)
def test_an_edit_changes_the_picture_and_keeps_it_recognisable(photo: Path, words: str) -> None:
    """The parent fills the ordered size, is visibly changed, and each instruction changes it differently."""
    before = drawn(SketchOrder(" ", 600, 400, parents=(photo,)))
    after = drawn(SketchOrder(words, 600, 400, parents=(photo,)))

    assert after.size == (600, 400)
    assert difference(before, after) > 6


def test_night_is_darker(photo: Path) -> None:
    """ "Make it night" darkens a picture."""
    night = drawn(SketchOrder("make it night", 600, 400, parents=(photo,)))
    bright = drawn(SketchOrder("make it brighter", 600, 400, parents=(photo,)))

    assert ImageStat.Stat(night.convert("L")).mean[0] < 0.6 * ImageStat.Stat(bright.convert("L")).mean[0]


def test_outside_the_mask_every_pixel_stays(tmp_path: Path) -> None:
    """Only where the mask is fully transparent does the picture change, also in a transparent parent."""
    box = (40, 60, 200, 180)
    mask = Image.new("RGBA", (256, 256), (0, 0, 0, 255))
    mask.paste((0, 0, 0, 0), box)
    mask.paste((0, 0, 0, 1), (0, 0, 256, 20))
    mask.save(tmp_path / "mask.png")
    for transparent in (False, True):
        parent = tmp_path / f"parent-{transparent}.png"
        parent.write_bytes(render(SketchOrder("a paper boat on the sea", 256, 256, transparent=transparent)))
        order = SketchOrder("make it blue", 256, 256, parents=(parent,), mask=tmp_path / "mask.png")
        before, after = Image.open(parent), drawn(order)

        assert after.mode == before.mode
        assert difference(before.crop(box), after.crop(box)) > 2
        for image in (before, after):
            image.paste(0, box)
        assert before.tobytes() == after.tobytes()


def test_references_are_shown(photo: Path, tmp_path: Path) -> None:
    """Further references appear on the picture, however many there are."""
    other = tmp_path / "other.png"
    Image.new("I;16", (30, 900), 65_000).save(other)
    alone = drawn(SketchOrder("mix", 512, 512, parents=(photo,)))
    mixed = drawn(SketchOrder("mix", 512, 512, parents=(photo, other, *[photo] * 14)))

    assert difference(alone.crop((0, 0, 512, 256)), mixed.crop((0, 0, 512, 256))) > 5


def test_a_transparent_parent_stays_transparent_where_ordered(tmp_path: Path) -> None:
    """An edit of a sticker is a sticker; ordered opaque it is laid on white."""
    parent = tmp_path / "parent.png"
    parent.write_bytes(render(SketchOrder("a flower sticker", 256, 256, transparent=True)))
    order = SketchOrder("warmer", 256, 256, parents=(parent,), transparent=True)

    assert drawn(order).getchannel("A").getextrema() == (0, 255)
    assert drawn(replace(order, transparent=False)).mode == "RGB"


def test_the_largest_edit_is_drawn(photo: Path) -> None:
    """Nothing is left out of eight million pixels."""
    assert drawn(SketchOrder("make it night", 3840, 2160, parents=(photo,), format="webp")).size == (
        3840,
        2160,
    )


@pytest.mark.parametrize("size", [(16, 16), (1, 1), (3000, 64), (64, 3000)])
def test_odd_sizes_are_drawn(photo: Path, size: tuple[int, int]) -> None:
    """Sizes that no layout was made for still give a picture."""
    for parents in ((), (photo, photo)):
        assert drawn(SketchOrder('odd "size"', *size, parents=parents)).size == size


class Threads:
    """A pool without bounds that notes what it was asked for."""

    def __init__(self) -> None:
        self.pixels: list[int] = []

    async def run(self, function: Callable[[*Ts], T], *arguments: *Ts, pixels: int) -> T:
        self.pixels.append(pixels)
        return await asyncio.to_thread(function, *arguments)


def order_in(folder: Path) -> VendorOrder:
    return VendorOrder(
        call="c1", model="sketch", prompt="cat", width=320, height=256, quality="low", format="webp",
        background="auto", count=2, index=3, references=(), mask=None, folder=folder, idempotency_key=None,
    )  # fmt: skip


async def test_the_vendor_writes_complete_files(tmp_path: Path) -> None:
    """Each ordered picture is a file in the order's folder, named by its place in the job, and costs nothing."""
    pool = Threads()

    drawing = await Sketch(pool).draw(order_in(tmp_path))

    assert drawing.cost_nano == 0
    assert [picture.path.name for picture in drawing.pictures] == ["3.webp", "4.webp"]
    assert {picture.mime for picture in drawing.pictures} == {"image/webp"}
    assert sorted(os.listdir(tmp_path)) == ["3.webp", "4.webp"]  # noqa: PTH208 - pathlib blocks just the same
    assert drawing.pictures[0].path.read_bytes() != drawing.pictures[1].path.read_bytes()
    assert pool.pixels == [320 * 256] * 2


async def test_the_vendor_chooses_a_size_and_keeps_transparency(tmp_path: Path) -> None:
    """Without a size it draws a square; with an automatic background an edit is as transparent as its parent."""
    parent = tmp_path / "parent.png"
    parent.write_bytes(render(SketchOrder("a flower", 256, 256, transparent=True)))
    order = replace(order_in(tmp_path), width=0, height=0, count=1, references=(parent,))

    (picture,) = (await Sketch(Threads()).draw(order)).pictures

    with Image.open(picture.path) as image:
        assert (image.size, image.mode) == ((1024, 1024), "RGBA")


async def test_an_unreadable_reference_is_the_vendors_failure(tmp_path: Path) -> None:
    """What cannot be drawn is a failure that is not billed."""
    (tmp_path / "broken.png").write_bytes(b"no picture")
    order = replace(order_in(tmp_path), references=(tmp_path / "broken.png",))

    with pytest.raises(VendorFailed) as failure:
        await Sketch(Threads()).draw(order)
    assert failure.value.cost_nano == 0
