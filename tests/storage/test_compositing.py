"""Masks: what they protect stays bit for bit, whatever the vendor made of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw, ImageOps

from bot.core.errors import BadPicture
from bot.core.pictures import PictureRequest
from bot.core.ports import Drawing, DrawnPicture
from bot.storage.compositing import Masking, composite, mask_png, png_of, spill, weights
from bot.storage.files import PictureFiles
from bot.storage.pool import PicturePool
from bot.storage.shelf import Kept, Shelf

SIZE = (320, 200)
HOLE = (90, 40, 230, 160)


def noise(size: tuple[int, int] = SIZE, mode: str = "RGB") -> Image.Image:
    """A picture in which every pixel is its own."""
    bands = [Image.effect_noise(size, 90) for _ in Image.new(mode, (1, 1)).getbands()]
    return Image.merge(mode, bands) if len(bands) > 1 else bands[0]


def mask_of(size: tuple[int, int] = SIZE, hole: tuple[int, int, int, int] = HOLE) -> Image.Image:
    mask = Image.new("RGBA", size, (0, 0, 0, 255))
    mask.paste((0, 0, 0, 0), hole)
    return mask


def saved(image: Image.Image, path: Path, **options: Any) -> Path:
    image.save(path, **options)
    return path


def opened(content: bytes | Path) -> Image.Image:
    with Image.open(BytesIO(content) if isinstance(content, bytes) else content) as image:
        image.load()
        return image


def protected_of(mask: Image.Image, size: tuple[int, int]) -> Image.Image:
    """White where the mask protects, at this size."""
    alpha = mask.convert("RGBA").getchannel("A").resize(size, Image.Resampling.NEAREST)
    return alpha.point([0] * 255 + [255])


def assert_same_where(one: Image.Image, other: Image.Image, where: Image.Image) -> None:
    """Assert bit-equality of all channels, also of alpha."""
    mode = "RGBA" if "RGBA" in {one.mode, other.mode} else "RGB"
    apart = ImageChops.difference(one.convert(mode), other.convert(mode))
    for band in apart.split():
        assert sum(band.histogram(where)[1:]) == 0


@pytest.mark.parametrize("vendor", ["png", "jpeg", "webp"])
@pytest.mark.parametrize("original", ["RGB", "RGBA", "L", "P", "LA"])
def test_what_a_mask_protects_is_bit_for_bit_the_original(tmp_path: Path, original: str, vendor: str) -> None:
    """Whatever the kind of the picture and of the answer; the result is a PNG of the same size."""
    before = noise().quantize(64) if original == "P" else noise(mode=original)
    files = Masking(saved(before, tmp_path / "before.png"), saved(mask_of(), tmp_path / "mask.png"))

    laid = composite(saved(noise(), tmp_path / f"after.{vendor}"), files, SIZE)

    assert laid is not None
    after = opened(laid.content)
    assert (after.format, after.size) == ("PNG", SIZE)
    assert_same_where(after, before, protected_of(mask_of(), SIZE))


def test_the_middle_of_the_edited_area_is_the_vendors(tmp_path: Path) -> None:
    """Beyond the seam nothing of the original is left."""
    drawn = noise()
    files = Masking(saved(noise(), tmp_path / "before.png"), saved(mask_of(), tmp_path / "mask.png"))

    laid = composite(saved(drawn, tmp_path / "after.png"), files, SIZE)

    assert laid is not None
    middle = (HOLE[0] + 2, HOLE[1] + 2, HOLE[2] - 2, HOLE[3] - 2)
    assert opened(laid.content).crop(middle).tobytes() == drawn.crop(middle).tobytes()


def test_soft_edges_of_a_mask_blend(tmp_path: Path) -> None:
    """Where a mask is half transparent, half of each picture is shown."""
    mask = mask_of()
    mask.paste((0, 0, 0, 128), (120, 60, 200, 140))
    files = Masking(
        saved(Image.new("RGB", SIZE, "black"), tmp_path / "before.png"), saved(mask, tmp_path / "mask.png")
    )

    laid = composite(saved(Image.new("RGB", SIZE, "white"), tmp_path / "after.png"), files, SIZE)

    assert laid is not None
    assert opened(laid.content).getpixel((160, 100)) == (127, 127, 127)


def test_a_transparent_edit_has_no_dark_seam(tmp_path: Path) -> None:
    """White that fades into transparent black stays white while it fades."""
    files = Masking(
        saved(Image.new("RGBA", SIZE, "white"), tmp_path / "before.png"),
        saved(mask_of(), tmp_path / "mask.png"),
    )

    laid = composite(saved(Image.new("RGBA", SIZE), tmp_path / "after.png"), files, SIZE)

    assert laid is not None
    pixels = opened(laid.content)
    seam = [pixels.getpixel((x, 100)) for x in range(HOLE[0], HOLE[0] + 4)]
    fading = [pixel for pixel in seam if isinstance(pixel, tuple) and 0 < pixel[3] < 255]
    assert fading
    assert all(min(pixel[:3]) > 250 for pixel in fading)


def test_a_picture_of_another_size_is_scaled_first(tmp_path: Path) -> None:
    """A large photo that is drawn smaller: the protected area is the photo at the smaller size."""
    before, mask = noise((640, 400)), mask_of((640, 400), (200, 100, 440, 300))
    files = Masking(saved(before, tmp_path / "before.png"), saved(mask, tmp_path / "mask.png"))

    laid = composite(saved(noise(), tmp_path / "after.png"), files, SIZE)

    assert laid is not None
    scaled = before.resize(SIZE, Image.Resampling.LANCZOS)
    assert_same_where(opened(laid.content), scaled, protected_of(mask, SIZE))


def test_what_is_trimmed_is_trimmed_before_anything_is_put_back(tmp_path: Path) -> None:
    """A picture of 320 x 200 that was drawn at 320 x 208 comes back at 320 x 200, bit for bit where protected."""
    before = noise()
    files = Masking(saved(before, tmp_path / "before.png"), saved(mask_of(), tmp_path / "mask.png"))
    drawn = noise((320, 208))

    laid = composite(saved(drawn, tmp_path / "after.png"), files, SIZE)

    assert laid is not None
    after = opened(laid.content)
    assert_same_where(after, before, protected_of(mask_of(), SIZE))
    assert after.getpixel((160, 100)) == drawn.getpixel((160, 104))


def test_an_answer_of_another_shape_is_left_alone(tmp_path: Path) -> None:
    """A square made of a wide picture: nobody knows where the protected area went."""
    files = Masking(saved(noise(), tmp_path / "before.png"), saved(mask_of(), tmp_path / "mask.png"))

    assert composite(saved(noise((200, 200)), tmp_path / "after.png"), files, (200, 200)) is None


def test_the_colour_profile_of_the_picture_stays(tmp_path: Path) -> None:
    """Numbers that come from the original are read by the original's profile."""
    profile = b"\x00" * 36 + b"acsp" + b"\x00" * 100
    before = saved(noise(), tmp_path / "before.png", icc_profile=profile)
    files = Masking(before, saved(mask_of(), tmp_path / "mask.png"))

    laid = composite(saved(noise(), tmp_path / "after.png"), files, SIZE)

    assert laid is not None
    assert opened(laid.content).info["icc_profile"] == profile


@given(
    st.lists(
        st.tuples(
            st.integers(0, 79),
            st.integers(0, 59),
            st.integers(1, 40),
            st.integers(1, 40),
            st.integers(0, 254),
        ),
        max_size=4,
    )
)
def test_the_seam_never_touches_a_protected_pixel(
    holes: list[tuple[int, int, int, int, int]],
) -> None:
    """Weights are 0 exactly where the mask is opaque, and never above what the mask lets through."""
    alpha = Image.new("L", (80, 60), 255)
    for left, top, wide, high, value in holes:
        alpha.paste(value, (left, top, left + wide, top + high))

    weight = weights(alpha)

    protected = alpha.point([0] * 255 + [255])
    assert sum(weight.histogram(protected)[1:]) == 0
    assert ImageChops.subtract(weight, ImageChops.invert(alpha)).getextrema() == (0, 0)


def test_a_seam_rises_inwards_and_not_at_the_pictures_edge() -> None:
    """From the protected side the new picture comes in step by step; where the picture ends there is no seam."""
    alpha = Image.new("L", (1280, 1280), 255)
    alpha.paste(0, (0, 300, 700, 900))

    weight = weights(alpha)

    row = [int(weight.getpixel((x, 600)) or 0) for x in range(680, 702)]  # type: ignore[arg-type]  # L: numbers
    assert row == sorted(row, reverse=True)
    assert row[0] == 255
    assert len(set(row)) > 8
    assert weight.getpixel((0, 600)) == 255


@pytest.mark.parametrize("thickness", [1, 2, 3, 5, 9])
def test_a_thin_stroke_is_edited_in_full(thickness: int) -> None:
    """An area narrower than two seams reaches the full weight in its middle."""
    alpha = Image.new("L", (1280, 1280), 255)
    ImageDraw.Draw(alpha).rectangle((100, 600, 1100, 600 + thickness - 1), fill=0)

    assert weights(alpha).getpixel((600, 600 + thickness // 2)) == 255


def test_what_a_vendor_changed_outside_is_counted() -> None:
    """In thousandths of the protected pixels; what can hardly be seen does not count."""
    before, alpha = Image.new("RGB", (100, 100), (90, 90, 90)), Image.new("L", (100, 100), 255)
    alpha.paste(0, (0, 0, 100, 50))
    after = Image.new("RGB", (100, 100), (100, 85, 90))
    after.paste((90, 200, 90), (0, 40, 100, 60))

    assert spill(before, after, alpha) == 200
    assert spill(before, before, alpha) == 0
    assert spill(before, after, Image.new("L", (100, 100), 0)) is None


def test_a_vendor_that_drops_the_mask_is_measured(tmp_path: Path) -> None:
    """A wholly different picture spills nearly everywhere, and nothing of that is seen outside the mask."""
    files = Masking(saved(noise(), tmp_path / "before.png"), saved(mask_of(), tmp_path / "mask.png"))

    laid = composite(saved(noise(), tmp_path / "after.png"), files, SIZE)

    assert laid is not None
    assert laid.spill is not None
    assert laid.spill > 800


def test_pictures_become_png_for_their_mask(tmp_path: Path) -> None:
    """A JPEG is written as PNG with the very pixels that people see; a PNG goes as it is."""
    photo = saved(noise(), tmp_path / "a.jpg")

    converted = png_of(photo)

    assert converted is not None
    assert opened(converted).tobytes() == opened(photo).tobytes()
    assert png_of(saved(noise(), tmp_path / "a.png")) is None


@pytest.mark.parametrize("write", [lambda mask: mask.quantize(16), lambda mask: mask])
def test_masks_become_small_png_with_alpha(
    tmp_path: Path, write: Callable[[Image.Image], Image.Image]
) -> None:
    """A palette or a WebP becomes a PNG with the same transparency and without the colours."""
    suffix = "webp" if write(mask_of()).mode == "RGBA" else "png"
    mask = saved(
        write(mask_of()), tmp_path / f"mask.{suffix}", **({"lossless": True} if suffix == "webp" else {})
    )

    made = mask_png(mask)

    assert made is not None
    written = opened(made)
    assert (written.format, written.mode) == ("PNG", "RGBA")
    assert written.getchannel("A").tobytes() == mask_of().getchannel("A").tobytes()
    assert mask_png(saved(mask_of(), tmp_path / "plain.png")) is None


def test_a_mask_that_stays_too_large_is_refused(tmp_path: Path) -> None:
    """Soft noise in every pixel cannot be written small; colours alone are left out and do no harm."""
    size = (2050, 2050)
    mask = Image.new("RGBA", size)
    mask.putalpha(Image.frombytes("L", size, os.urandom(2050 * 2050)))
    heavy = saved(mask, tmp_path / "heavy.png", compress_level=1)
    coloured = Image.merge("RGB", [mask.getchannel("A")] * 3)
    coloured.putalpha(mask_of(size).getchannel("A"))
    colourful = saved(coloured, tmp_path / "colourful.png", compress_level=1)

    with pytest.raises(BadPicture) as refusal:
        mask_png(heavy)
    assert str(refusal.value).startswith("The mask is larger than 4 MB")
    assert len(str(refusal.value)) < 200
    assert len(mask_png(colourful) or b"") < 100_000


async def kept_by(tmp_path: Path, *, keeps_to_masks: bool, drawn: Path, masking: Masking) -> Kept:
    request = PictureRequest(
        prompt="",
        vendor="v",
        model="m",
        quality="low",
        width=320,
        height=208,
        trim_width=320,
        trim_height=200,
    )
    pool = PicturePool()
    shelf = Shelf(
        PictureFiles(tmp_path / "pictures"), pool, tmp_path / "cache", keeps_to_masks=keeps_to_masks
    )
    try:
        kept = await shelf.keep(request, Drawing((DrawnPicture(drawn, "image/jpeg"),)), masking)
        assert await shelf.has(*(each.sha256 for each in kept.pictures))
    finally:
        pool.close()
    return kept


async def test_the_vendors_own_bytes_are_kept_beside_what_is_shown(tmp_path: Path) -> None:
    """A masked edit is shown as PNG, its original is the vendor's file, byte for byte."""
    masking = Masking(saved(noise(), tmp_path / "before.png"), saved(mask_of(), tmp_path / "mask.png"))
    drawn = saved(noise((320, 208)), tmp_path / "after.jpg")

    kept = await kept_by(tmp_path, keeps_to_masks=True, drawn=drawn, masking=masking)

    [picture] = kept.pictures
    files = PictureFiles(tmp_path / "pictures")
    assert (picture.mime, picture.width, picture.height) == ("image/png", 320, 200)
    assert (picture.original_mime, kept.mask_spill is not None) == ("image/jpeg", True)
    assert files.path(picture.original_sha256 or "").read_bytes() == drawn.read_bytes()
    assert_same_where(
        opened(files.path(picture.sha256)), opened(masking.picture), protected_of(mask_of(), SIZE)
    )


async def test_an_owner_may_want_the_vendors_picture(tmp_path: Path) -> None:
    """Switched off, an edit is shown as it was drawn; what the vendor changed outside is measured still."""
    masking = Masking(saved(noise(), tmp_path / "before.png"), saved(mask_of(), tmp_path / "mask.png"))
    drawn = saved(noise((320, 208)), tmp_path / "after.jpg")

    kept = await kept_by(tmp_path, keeps_to_masks=False, drawn=drawn, masking=masking)

    [picture] = kept.pictures
    shown = opened(PictureFiles(tmp_path / "pictures").path(picture.sha256))
    assert (picture.mime, shown.size) == ("image/jpeg", SIZE)
    assert (kept.mask_spill or 0) > 800


async def test_a_paid_picture_is_kept_when_its_original_is_gone(tmp_path: Path) -> None:
    """An answer that comes after its parent's bytes are gone is stored as it is."""
    masking = Masking(tmp_path / "gone.png", saved(mask_of(), tmp_path / "mask.png"))
    drawn = saved(noise((320, 208)), tmp_path / "after.jpg")

    kept = await kept_by(tmp_path, keeps_to_masks=True, drawn=drawn, masking=masking)

    assert [picture.mime for picture in kept.pictures] == ["image/jpeg"]
    assert kept.mask_spill is None


def test_fitting_a_picture_of_the_same_size_changes_nothing() -> None:
    """The library copies; were it to resample, no protected pixel could be trusted."""
    picture = noise(mode="RGBA")

    assert ImageOps.fit(picture, SIZE, Image.Resampling.LANCZOS).tobytes() == picture.tobytes()
