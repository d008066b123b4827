"""Uploads become clean copies; what cannot is refused by name."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms, ImageOps, PngImagePlugin
from pillow_heif import encode, from_pillow

from bot.core.errors import BadPicture
from bot.storage.cleaning import CleanPicture, Limits, check_mask, clean, describe, thumbnail, trim
from bot.storage.transaction import StorageFull

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
SECRET = b"48.8583N-SECRET-PLACE"


def photo(size: tuple[int, int] = (64, 40), mode: str = "RGB") -> Image.Image:
    """A picture with a red left top corner, so that turns can be seen."""
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    image.paste((220, 20, 20), (0, 0, size[0] // 2, size[1] // 2))
    return image.convert(mode)


def saved(image: Image.Image, path: Path, **options: Any) -> Path:
    image.save(path, **options)
    return path


def exif(orientation: int) -> bytes:
    tags = Image.Exif()
    tags[0x0112] = orientation
    tags[0x010E] = SECRET.decode()
    return tags.tobytes()


def cleaned(source: Path, limits: Limits = Limits()) -> CleanPicture:  # noqa: B008 - frozen
    return clean(source, source.with_suffix(".clean"), limits)


@pytest.mark.parametrize("kind", ["jpeg", "webp", "png"])
def test_words_about_a_picture_are_stripped_and_it_stands_upright(tmp_path: Path, kind: str) -> None:
    """EXIF, comments and text go, the orientation is applied, the colour profile stays."""
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", SECRET.decode())
    text.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    options: dict[str, dict[str, Any]] = {
        "jpeg": {"comment": SECRET},
        "webp": {"xmp": SECRET},
        "png": {"pnginfo": text},
    }
    source = saved(photo(), tmp_path / f"a.{kind}", exif=exif(6), icc_profile=PROFILE, **options[kind])
    assert SECRET in source.read_bytes()

    copy = cleaned(source)

    assert (copy.mime, copy.width, copy.height, copy.converted_from) == (f"image/{kind}", 40, 64, None)
    assert SECRET not in copy.path.read_bytes()
    with Image.open(copy.path) as image:
        assert image.info["icc_profile"] == PROFILE
        assert not image.getexif()
        red = image.convert("RGB").getpixel((36, 4))
        assert isinstance(red, tuple)
        assert red[0] > 150
        assert red[1] < 90


def test_png_is_cleaned_without_loss(tmp_path: Path) -> None:
    """Pixels of a PNG are the same afterwards, also 16 bits of grey and palettes with transparency."""
    palette = photo(mode="P")
    palette.info["transparency"] = 3
    deep = Image.new("I;16", (8, 8), 40_001)
    for name, image in {"rgba": photo(mode="RGBA"), "p": palette, "deep": deep, "one": photo((1, 1))}.items():
        source = saved(image, tmp_path / f"{name}.png")
        copy = cleaned(source)
        with Image.open(source) as before, Image.open(copy.path) as after:
            assert after.mode == before.mode
            assert after.tobytes() == before.tobytes()
            assert after.has_transparency_data == before.has_transparency_data


@pytest.mark.parametrize(
    ("suffix", "named", "options"),
    [("gif", "GIF", {}), ("bmp", "BMP", {}), ("tiff", "TIFF", {}), ("avif", "AVIF", {"quality": 95})],
)
def test_other_kinds_become_png(tmp_path: Path, suffix: str, named: str, options: dict[str, Any]) -> None:
    """GIF, BMP, TIFF and AVIF are converted, and it is said what they were."""
    copy = cleaned(saved(photo(), tmp_path / f"a.{suffix}", **options))

    assert (copy.mime, copy.width, copy.height, copy.converted_from) == ("image/png", 64, 40, named)
    with Image.open(copy.path) as image:
        assert image.format == "PNG"


@pytest.mark.parametrize(("suffix", "named"), [("heic", "HEIC"), ("avif", "AVIF"), ("tiff", "TIFF")])
def test_photos_of_telephones_stand_upright_once(tmp_path: Path, suffix: str, named: str) -> None:
    """A turned HEIC, AVIF or TIFF is turned exactly once."""
    source = tmp_path / f"a.{suffix}"
    if suffix == "heic":
        encode("RGB", (64, 40), photo().tobytes(), source, exif=exif(6), quality=95)
    else:
        photo().save(source, exif=exif(6))

    copy = cleaned(source)

    assert (copy.width, copy.height, copy.converted_from) == (40, 64, named)
    with Image.open(copy.path) as image:
        assert image.convert("RGB").getpixel((36, 4))[0] > 150  # type: ignore[index]  # RGB gives a tuple
        assert image.convert("RGB").getpixel((4, 60))[0] < 250  # type: ignore[index]


@pytest.mark.parametrize("kind", ["gif", "webp", "png"])
def test_of_a_moving_picture_the_first_frame_is_kept(tmp_path: Path, kind: str) -> None:
    """A moving picture becomes its first frame."""
    frames = [Image.new("RGB", (20, 10), colour) for colour in ("red", "blue", "lime")]
    source = saved(frames[0], tmp_path / f"a.{kind}", save_all=True, append_images=frames[1:], duration=80)

    copy = cleaned(source)

    assert copy.converted_from == {"gif": "GIF", "webp": "animated WebP", "png": "animated PNG"}[kind]
    with Image.open(copy.path) as image:
        assert getattr(image, "n_frames", 1) == 1
        assert image.convert("RGB").getpixel((5, 5))[0] > 240  # type: ignore[index]


def test_printing_colours_become_screen_colours(tmp_path: Path) -> None:
    """A CMYK JPEG becomes an RGB JPEG of about the same colours."""
    copy = cleaned(saved(photo().convert("CMYK"), tmp_path / "a.jpg"))

    assert copy.converted_from == "CMYK JPEG"
    with Image.open(copy.path) as image:
        assert image.mode == "RGB"
        red = image.getpixel((4, 4))
        assert isinstance(red, tuple)
        assert red[0] > 150 > red[1]


def test_webp_without_loss_stays_without_loss(tmp_path: Path) -> None:
    """A lossless WebP, also under transparency, keeps every pixel."""
    image = photo(mode="RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    copy = cleaned(saved(image, tmp_path / "a.webp", lossless=True, exact=True))

    with Image.open(copy.path) as after:
        assert after.tobytes() == image.tobytes()


def test_a_false_colour_profile_does_not_travel(tmp_path: Path) -> None:
    """Bytes that only claim to be a profile are dropped."""
    copy = cleaned(saved(photo(), tmp_path / "a.png", icc_profile=SECRET * 10))

    with Image.open(copy.path) as image:
        assert "icc_profile" not in image.info


@pytest.mark.parametrize(
    ("head", "seems"),
    [
        (b"%PDF-1.7 rest", "a PDF"),
        (b"PK\x03\x04 rest of it", "a zip archive"),
        (b"<?xml version='1.0'?><svg xmlns='x'>", "an SVG drawing"),
        (b"8BPS\x00\x01", "a Photoshop file"),
        (b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00mp42", "a video"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "a video"),
    ],
)
def test_what_we_cannot_use_is_named(tmp_path: Path, head: bytes, seems: str) -> None:
    """A foreign file is refused with its kind and what to export instead."""
    source = tmp_path / "holiday.png"
    source.write_bytes(head)

    with pytest.raises(BadPicture) as refusal:
        cleaned(source)
    assert seems in str(refusal.value)
    assert "Export it as PNG or JPEG" in str(refusal.value)


@pytest.mark.parametrize(
    ("content", "key"), [(b"", "picture_empty"), (b"just words", "picture_kind_unknown")]
)
def test_what_we_do_not_know_is_refused(tmp_path: Path, content: bytes, key: str) -> None:
    """An empty file and unknown bytes are refused."""
    source = tmp_path / "a.jpg"
    source.write_bytes(content)

    with pytest.raises(BadPicture) as refusal:
        cleaned(source)
    assert refusal.value.key == key


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp", "gif", "bmp", "tiff", "avif", "heic"])
def test_damaged_files_are_refused(tmp_path: Path, kind: str) -> None:
    """A file cut off or scribbled over anywhere is a picture or a clear refusal, never anything else."""
    whole = tmp_path / f"whole.{kind}"
    if kind == "heic":
        from_pillow(photo((96, 80))).save(whole)
    else:
        ImageOps.autocontrast(photo((96, 80))).save(whole)
    content, damaged = whole.read_bytes(), tmp_path / "damaged"
    refused = 0
    for step in range(40):
        at = len(content) * step // 40
        for broken in (content[:at], content[:at] + bytes(range(7, 70, 9)) + content[at + 7 :]):
            damaged.write_bytes(broken)
            try:
                cleaned(damaged)
            except BadPicture:
                refused += 1

    assert refused > 20


def test_nothing_hides_behind_a_picture(tmp_path: Path) -> None:
    """What is appended to a picture, or pretends to be another kind as well, is not in the copy."""
    source = saved(photo(), tmp_path / "a.png")
    source.write_bytes(source.read_bytes() + b"PK\x03\x04" + SECRET)

    assert SECRET not in cleaned(source).path.read_bytes()


def png_of(wide: int, high: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG with the given header and chunks."""
    header = struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0)
    body = b"".join(
        struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        for name, content in ((b"IHDR", header), *chunks, (b"IEND", b""))
    )
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("size", [(8_000, 8_000), (12_000, 12_000), (60_000, 60_000)])
def test_too_many_pixels_are_refused_before_decoding(tmp_path: Path, size: tuple[int, int]) -> None:
    """A small file that claims a huge picture is refused by its header."""
    source = tmp_path / "bomb.png"
    source.write_bytes(png_of(*size, (b"IDAT", zlib.compress(b"\x00" * 1000))))

    with pytest.raises(BadPicture) as refusal:
        cleaned(source)
    assert refusal.value.key == "picture_large"
    assert "50 million" in str(refusal.value)


def test_a_bomb_of_words_is_harmless(tmp_path: Path) -> None:
    """Compressed text that would fill the memory is refused."""
    words = b"Comment\x00\x00" + zlib.compress(b"a" * 80_000_000)
    source = tmp_path / "bomb.png"
    source.write_bytes(png_of(4, 4, (b"zTXt", words), (b"IDAT", zlib.compress((b"\x00" * 13) * 4))))

    with pytest.raises(BadPicture):
        cleaned(source)


def test_too_many_bytes_are_refused(tmp_path: Path) -> None:
    """A file above the limit is refused with the limit."""
    source = saved(photo(), tmp_path / "a.png")

    with pytest.raises(BadPicture) as refusal:
        cleaned(source, Limits(size_bytes=10))
    assert refusal.value.key == "picture_heavy"


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    """No room for the clean copy is StorageFull, not a fault of the picture."""
    with pytest.raises(StorageFull):
        clean(saved(photo(), tmp_path / "a.png"), Path("/dev/full"), Limits())


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
def test_trimming_cuts_the_middle_out(tmp_path: Path, kind: str) -> None:
    """The middle stays, at exactly the size asked for, in the same format and colours."""
    image = Image.new("RGB", (100, 60), "blue")
    image.paste((255, 0, 0), (20, 10, 80, 50))
    source = saved(image, tmp_path / f"a.{kind}", icc_profile=PROFILE)

    with Image.open(BytesIO(trim(source, 60, 40))) as cut:
        assert (cut.size, cut.format) == ((60, 40), kind.upper())
        assert cut.info["icc_profile"] == PROFILE
        if kind == "png":
            assert cut.getcolors() == [(2400, (255, 0, 0))]
    with Image.open(BytesIO(trim(source, 200, 60))) as grown:
        assert grown.size == (200, 60)


def test_a_picture_is_described_by_its_header(tmp_path: Path) -> None:
    """Mime type, size and transparency are told."""
    info = describe(saved(Image.new("RGBA", (64, 40)), tmp_path / "a.webp", lossless=True))
    assert (info.mime, info.width, info.height, info.has_alpha) == ("image/webp", 64, 40, True)
    assert not describe(saved(photo(), tmp_path / "b.jpg")).has_alpha


def test_masks_need_a_transparent_place_and_the_same_size(tmp_path: Path) -> None:
    """A fitting mask passes; an opaque one and one of another size are refused with a reason."""
    picture = saved(photo(), tmp_path / "picture.jpg")
    mask = Image.new("RGBA", (64, 40), (0, 0, 0, 255))
    opaque = saved(mask, tmp_path / "opaque.png")
    other = saved(Image.new("RGBA", (40, 64)), tmp_path / "other.png")
    mask.paste((0, 0, 0, 0), (4, 4, 9, 9))
    fitting = saved(mask, tmp_path / "fitting.png")

    check_mask(fitting, picture)
    for wrong, key in ((opaque, "mask_opaque"), (picture, "mask_opaque"), (other, "mask_size")):
        with pytest.raises(BadPicture) as refusal:
            check_mask(wrong, picture)
        assert refusal.value.key == key


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L", "I;16"])
def test_thumbnails_are_small(tmp_path: Path, mode: str) -> None:
    """A thumbnail is a WebP within its edge, whatever the picture's mode."""
    image = Image.new("I;16", (600, 300), 30_000) if mode == "I;16" else photo((600, 300), mode)

    small = thumbnail(saved(image, tmp_path / "a.png"), 96)

    with Image.open(BytesIO(small)) as shown:
        assert (shown.size, shown.format) == ((96, 48), "WEBP")
        if mode == "I;16":
            assert abs(shown.convert("L").getpixel((5, 5)) - 117) < 4  # type: ignore[operator]  # L gives a number
