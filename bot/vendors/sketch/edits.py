"""Changes a picture as the words say, and sets the words on it."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageOps

from bot.vendors.sketch.canvas import Canvas, mix
from bot.vendors.sketch.instructions import graded
from bot.vendors.sketch.orders import SketchOrder
from bot.vendors.sketch.palettes import DARK, LIGHT, Dice
from bot.vendors.sketch.posters import MARK, Box, margin_of
from bot.vendors.sketch.typesetting import Block, Fit, Style, styles_for
from bot.vendors.sketch.words import LONGEST_READ, wording_of

WHITE = (255, 255, 255)
BAND = (20, 20, 24)
PALE = (244, 240, 232)
TILES_SHOWN = 8


def draw_edit(order: SketchOrder) -> Image.Image:
    """Change the first parent of `order`; outside a mask's transparent part every pixel stays as it was."""
    size = order.width, order.height
    parent = load_scaled(order.parents[0], size)
    region = editable(order.mask, size) if order.mask else None
    area = (region and region.getbbox()) or (0, 0, *size)
    canvas = Canvas.over(graded(flattened(parent), order.prompt, Dice(f"{order.prompt}|{order.index}")))
    _lay_references(canvas, order.parents[1:], area)
    caption = (0, 0, 0, 0) if region and not _is_filled(region, area) else _set_caption(canvas, order, area)
    changed = canvas.image
    if parent.mode == "RGBA" and (order.transparent or region):
        alpha = parent.getchannel("A")
        alpha.paste(255, caption)
        changed.putalpha(alpha)
    if region is None:
        return changed
    parent.paste(changed, (0, 0), region)
    return parent


def load_scaled(path: Path, size: tuple[int, int]) -> Image.Image:
    """Open a picture as RGB or RGBA, filling `size`; what stands over is cut off on both sides alike."""
    with Image.open(path) as opened:
        profile = opened.info.get("icc_profile") if opened.mode in {"RGB", "RGBA"} else None
        opened.draft("RGB", size)
        deep = opened.mode.startswith("I")
        shallow = opened.convert("I").point(lambda value: value / 256).convert("L") if deep else opened
        image = shallow.convert("RGBA" if opened.has_transparency_data else "RGB")
    if image.size != size:
        image = ImageOps.fit(image, size, Image.Resampling.BICUBIC)
    image.info = {"icc_profile": profile} if profile else {}
    return image


def flattened(image: Image.Image) -> Image.Image:
    """Lay a picture with transparency on white."""
    if image.mode == "RGB":
        return image
    ground = Image.new("RGBA", image.size, (*WHITE, 255))
    ground.alpha_composite(image)
    return ground.convert("RGB")


def editable(mask: Path, size: tuple[int, int]) -> Image.Image:
    """White where the mask is fully transparent, that is where the picture may change; black elsewhere."""
    with Image.open(mask) as opened:
        alpha = opened.convert("RGBA").getchannel("A")
    if alpha.size != size:
        alpha = alpha.resize(size, Image.Resampling.NEAREST)
    return alpha.point([255] + [0] * 255)


def _is_filled(region: Image.Image, area: Box) -> bool:
    """Whether a mask's region is about a rectangle, so that words at its foot are not cut off."""
    white = region.histogram()[255]
    return white >= 0.97 * (area[2] - area[0]) * (area[3] - area[1])


def _lay_references(canvas: Canvas, references: tuple[Path, ...], area: Box) -> None:
    """Show further references as small framed tiles along the upper right."""
    left, top, right, bottom = area
    unit = min(right - left, bottom - top)
    side, gap, frame = round(unit * 0.19), round(unit * 0.024), max(2, round(unit * 0.006))
    if side < 16:
        return
    across = max(1, int((right - left - gap) // (side + gap)))
    for place, reference in enumerate(references[:TILES_SHOWN]):
        x = round(right - (side + gap) * (place % across + 1))
        y = round(top + gap + (side + gap) * (place // across))
        canvas.rectangle((x - frame, y - frame, x + side + frame, y + side + frame), WHITE)
        canvas.image.paste(flattened(load_scaled(reference, (side, side))), (x, y))


def _set_caption(canvas: Canvas, order: SketchOrder, area: Box) -> tuple[int, int, int, int]:
    """Set the words at the foot of `area`; gives the box that they cover, which may be empty."""
    left, top, right, bottom = area
    unit = min(canvas.width, canvas.height)
    if right - left < unit * 0.3 or bottom - top < unit * 0.16:
        return 0, 0, 0, 0
    wording = wording_of(order.prompt)
    headline, text = styles_for(order.prompt[:LONGEST_READ])
    margin = min(margin_of((canvas.width, canvas.height)), (right - left) * 0.08)
    width, height = right - left - 2 * margin, bottom - top
    if wording.is_quoted:
        fit = Fit(width, height * 0.4, unit * 0.22, unit * 0.04, leading=0.98, unbroken=unit * 0.05)
        blocks = [(headline, headline.fit(headline.legible(wording.headline), fit))]
        small = text.legible(wording.subline)
    else:
        blocks, small = [], text.legible(" ".join(order.prompt[:LONGEST_READ].split()))
    if small:
        largest = unit * (0.034 if blocks else 0.044)
        blocks.append((text, text.fit(small, Fit(width, height * 0.24, largest, unit * 0.02, leading=1.3))))
    if not blocks:
        return 0, 0, 0, 0
    return _draw_caption(canvas, blocks, (left, top, right, bottom), margin)


def _draw_caption(
    canvas: Canvas, blocks: list[tuple[Style, Block]], area: Box, margin: float
) -> tuple[int, int, int, int]:
    left, _, right, bottom = area
    unit = min(canvas.width, canvas.height)
    mark_size, gap = max(7, round(unit * 0.0165)), unit * 0.028
    tall = sum(block.height + gap for _, block in blocks) + margin * 0.9 + mark_size * 0.73
    is_large = blocks[0][1].size > unit * 0.05
    top = bottom - tall - margin * (0.3 if is_large else 0.45)
    start = top - tall * 0.7 if is_large else top
    box = round(left), max(0, round(start)), round(right), round(bottom)
    if is_large:
        _shade(canvas, box)
    else:
        canvas.rectangle(box, BAND)
    accent = Dice("|".join(blocks[0][1].lines)).choice((*LIGHT, *DARK)).accents[0]
    y = top + margin * 0.45
    for style, block in blocks:
        style.draw(canvas, (left + margin - block.size * 0.03, y), block, (PALE, accent))
        y += block.height + gap
    mark = styles_for("")[1]
    line = mark.fit(MARK, Fit(canvas.width, mark_size * 2, mark_size, mark_size))
    if mark.width(MARK) * mark_size <= right - left - 2 * margin:
        mark.draw(canvas, (left + margin, y), line, (mix(PALE, BAND, 0.3), accent))
    return box


def _shade(canvas: Canvas, box: tuple[int, int, int, int]) -> None:
    """Darken towards the foot, so that pale words can be read on any picture."""
    part = canvas.image.crop(box)
    veil = Image.linear_gradient("L").resize(part.size).point([min(225, round(v * 1.15)) for v in range(256)])
    part.paste(BAND, (0, 0), veil)
    canvas.image.paste(part, box[:2])
