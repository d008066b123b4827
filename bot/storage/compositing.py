"""Masks: prepared as vendors want them, and kept to where a vendor did not.

A vendor only steers by a mask. What the mask protects is therefore taken from the picture that was to be changed,
and the seam is softened inside the changed area. Every function blocks: run it in a `PicturePool`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops, ImageOps

from bot.core.errors import BadPicture
from bot.storage.cleaning import decode, middle
from bot.storage.encoding import encode, plain_copy, shallow
from bot.storage.sniffing import PNG

MASK_BYTES_MAX = 4_000_000
FEATHER_PIXELS_MAX = 12
FEATHER_SHARE = 128
"""The seam takes this part of the shorter edge."""

NOTICEABLE = 24
"""A channel that differs by this much or more, of 255, is seen as changed."""

RATIO_APART_MAX = 0.04
"""Drawing the next size up and trimming changes a shape by less than this."""

BLEND = [255 * (code >> 4) // max(1, code & 15) for code in range(256)]
OPAQUE = 255

Channel = Callable[[Image.Image, Image.Image], Image.Image]


@dataclass(frozen=True)
class Masking:
    """A mask and the picture that it belongs to, of the same size."""

    picture: Path
    mask: Path


@dataclass(frozen=True)
class Composite:
    """A PNG with the protected area as it was, and how much of that area the vendor had changed, in thousandths."""

    content: bytes
    width: int
    height: int
    spill: int | None


def png_of(picture: Path) -> bytes | None:
    """Write a picture as PNG without loss; None when it is one."""
    image, kind = decode(picture)
    if kind is PNG:
        return None
    plain, profile = plain_copy(image)
    return encode(plain, PNG, profile=profile, is_lossless=True)


def mask_png(mask: Path, size: tuple[int, int] | None = None) -> bytes | None:
    """Write a mask as a small PNG with transparency, scaled to `size`; None when it is one.

    Raises BadPicture for one that is larger than vendors take, however it is written.
    """
    image, kind = decode(mask)
    if size not in (None, image.size):
        # Made on a copy that was scaled to fit a chat.
        image = image.convert("RGBA").resize(size, Image.Resampling.NEAREST)
    elif kind is PNG and image.mode in {"RGBA", "LA"} and mask.stat().st_size <= MASK_BYTES_MAX:
        return None
    bare = Image.new("RGBA", image.size)
    bare.putalpha(_alpha(image))
    content = encode(bare, PNG, profile=None, is_lossless=True)
    if len(content) > MASK_BYTES_MAX:
        raise BadPicture("mask_heavy", limit=MASK_BYTES_MAX // 1_000_000)
    return content


def composite(drawn: Path, masking: Masking, size: tuple[int, int]) -> Composite | None:
    """Bring what was drawn to `size`, then put everything that the mask protects back as it was.

    None when the drawn picture has another shape: then nobody knows where the protected area went.
    """
    before, profile = plain_copy(decode(masking.picture)[0])
    after = plain_copy(decode(drawn)[0])[0]
    if not _is_same_shape(before.size, after.size):
        return None
    mode = "RGBA" if before.has_transparency_data or after.has_transparency_data else "RGB"
    before = ImageOps.fit(shallow(before).convert(mode), size, Image.Resampling.LANCZOS)
    after = middle(shallow(after).convert(mode), *size)
    alpha = ImageOps.fit(_alpha(decode(masking.mask)[0]), size, Image.Resampling.NEAREST)
    share = spill(before, after, alpha)
    laid = _blended(before, after, weights(alpha))
    return Composite(encode(laid, PNG, profile=profile, is_lossless=True), *size, share)


def spill(before: Image.Image, after: Image.Image, alpha: Image.Image) -> int | None:
    """Tell how many thousandths of the protected pixels have changed noticeably; None when none is protected."""
    protected = alpha.point([0] * OPAQUE + [OPAQUE])
    count = protected.histogram()[OPAQUE]
    if not count:
        return None
    red, green, blue = ImageChops.difference(_flat(before), _flat(after)).split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return sum(most.histogram(protected)[NOTICEABLE:]) * 1000 // count


def weights(alpha: Image.Image) -> Image.Image:
    """Say for each pixel how much of the new picture is shown: 0 where protected, rising inside the edited area.

    A narrow area rises faster, so that it is fully shown in its middle.
    """
    edited = ImageChops.invert(alpha)
    box = edited.getbbox()
    if box is None:
        return edited
    left, top, right, bottom = box
    around = (max(0, left - 1), max(0, top - 1), min(alpha.width, right + 1), min(alpha.height, bottom + 1))
    part = edited.crop(around)
    seam = min(FEATHER_PIXELS_MAX, max(2, min(alpha.size) // FEATHER_SHARE))
    inner = depth = part.point([0] + [1] * OPAQUE)
    for _ in range(seam - 1):
        inner = _spread(inner, ImageChops.darker, beyond=1)
        depth = ImageChops.add(depth, inner)
    peak = depth
    for _ in range(seam):
        peak = _spread(peak, ImageChops.lighter, beyond=0)
    code = ImageChops.add(depth.point([min(OPAQUE, value << 4) for value in range(256)]), peak)
    edited.paste(ImageChops.darker(code.point(BLEND), part), around[:2])
    return edited


def _spread(image: Image.Image, choose: Channel, *, beyond: int) -> Image.Image:
    """Give every pixel the choice among itself and its eight neighbours; `beyond` lies around the picture."""
    width, height = image.size
    for across, down in ((1, 0), (0, 1)):
        padded = ImageOps.expand(image, (across, down), beyond)
        before = padded.crop((0, 0, width, height))
        after = padded.crop((2 * across, 2 * down, 2 * across + width, 2 * down + height))
        image = choose(choose(image, before), after)
    return image


def _blended(before: Image.Image, after: Image.Image, weight: Image.Image) -> Image.Image:
    if before.mode == "RGB":
        return Image.composite(after, before, weight)
    # Colours of transparent pixels mean nothing, and must not darken the seam.
    laid = Image.composite(after.convert("RGBa"), before.convert("RGBa"), weight).convert("RGBA")
    laid.paste(after, mask=weight.point([0] * OPAQUE + [OPAQUE]))
    laid.paste(before, mask=weight.point([OPAQUE] + [0] * OPAQUE))
    return laid


def _flat(image: Image.Image) -> Image.Image:
    """Lay a picture on white."""
    if image.mode == "RGB":
        return image
    ground = Image.new("RGBA", image.size, "white")
    ground.alpha_composite(image)
    return ground.convert("RGB")


def _alpha(mask: Image.Image) -> Image.Image:
    return mask.convert("RGBA").getchannel("A")


def _is_same_shape(one: tuple[int, int], other: tuple[int, int]) -> bool:
    cross = one[0] * other[1], one[1] * other[0]
    return abs(cross[0] - cross[1]) <= RATIO_APART_MAX * min(cross)
