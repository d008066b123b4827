"""Sets a prompt as a typographic poster."""

from __future__ import annotations

from hashlib import sha256

from bot.vendors.sketch.canvas import Canvas, mix
from bot.vendors.sketch.compositions import composition_for
from bot.vendors.sketch.orders import SketchOrder
from bot.vendors.sketch.palettes import DARK, LIGHT, Dice, Palette
from bot.vendors.sketch.scenes import Scene
from bot.vendors.sketch.typesetting import Fit, styles_for
from bot.vendors.sketch.words import Wording, columns, names_any, wording_of

MARK = "EASEL SKETCH · placeholder"
NIGHT = "night, dusk, dark, moon, midnight, ночь, ночн, сумер, νύχτα, 夜, 月, 暗, 밤, nuit, nacht, noche"

Box = tuple[float, float, float, float]


def draw_poster(order: SketchOrder) -> Canvas:
    """Draw the words of `order`, with a picture that goes with them."""
    number = int.from_bytes(sha256(order.prompt.encode("utf-8", "surrogatepass")).digest()[:4])
    palette = choose_palette(order, number)
    canvas = Canvas((order.width, order.height), None if order.transparent else palette.ground)
    dice = Dice(f"{order.prompt}|{order.width}x{order.height}|{order.index}")
    panel, words = zones(order, is_flipped=dice.between(0, 1) < 0.35)
    left, top, right, bottom = (round(side) for side in panel)
    art = Canvas((right - left, bottom - top), canvas.ground)
    composition_for(order.prompt, number // 16 + order.index)(Scene(art, palette, dice))
    canvas.place(art, (left, top))
    set_words(canvas, wording_of(order.prompt), palette, words)
    set_mark(canvas, order, palette, words)
    return canvas


def choose_palette(order: SketchOrder, number: int) -> Palette:
    """Dark for words of the night, light if transparent, any otherwise; the pictures of one order differ."""
    choices: tuple[Palette, ...] = (*LIGHT, *DARK)
    if order.transparent:
        choices = LIGHT
    elif names_any(order.prompt, NIGHT):
        choices = DARK
    return choices[(number + order.index * 5) % len(choices)]


def margin_of(canvas_size: tuple[int, int]) -> float:
    """The space around everything, in pixels."""
    return 0.062 * min(canvas_size)


def zones(order: SketchOrder, *, is_flipped: bool) -> tuple[Box, Box]:
    """Where the picture and where the words go; the words' box keeps its margins and its foot line."""
    wide, high = order.width, order.height
    margin = margin_of((wide, high))
    if wide >= high * 1.15:
        edge = wide * (0.5 if wide < high * 2 else 0.55)
        return (edge, 0, wide, high), (margin, margin, edge - margin, high - margin)
    edge = high * (0.52 if high < wide * 1.4 else 0.56)
    if is_flipped:
        return (0, high - edge, wide, high), (margin, margin, wide - margin, high - edge - margin * 0.8)
    return (0, 0, wide, edge), (margin, edge + margin * 0.8, wide - margin, high - margin)


def set_words(canvas: Canvas, wording: Wording, palette: Palette, box: Box) -> None:
    """Set the headline as large as it goes, and the rest under it behind a short bar."""
    left, top, right, bottom = box
    unit = min(canvas.width, canvas.height)
    headline, text = styles_for(wording.headline + wording.subline)
    large, small = headline.legible(wording.headline), text.legible(wording.subline)
    room = bottom - top - unit * 0.06
    share = max(0.4, 0.68 - columns(small) / 500) if small else 1.0
    fit = Fit(right - left, room * share, unit * 0.3, unit * 0.045, leading=0.98, unbroken=unit * 0.07)
    block = headline.fit(large, fit)
    headline.draw(canvas, (left - block.size * 0.03, top), block, (palette.ink, palette.accents[0]))
    if not small:
        return
    y = top + block.height + unit * 0.03
    canvas.rectangle((left, y, left + unit * 0.075, y + unit * 0.009), palette.accents[0])
    y += unit * 0.042
    largest = min(unit * 0.042, max(unit * 0.026, block.size * 0.42))
    body = text.fit(
        small, Fit(min(right - left, unit * 0.78), top + room - y, largest, unit * 0.019, leading=1.34)
    )
    text.draw(canvas, (left, y), body, (mix(palette.ink, palette.ground, 0.12), palette.accents[0]))


def set_mark(canvas: Canvas, order: SketchOrder, palette: Palette, box: Box) -> None:
    """Set the foot line: that this is a placeholder, and what was ordered."""
    left, _, right, bottom = box
    style = styles_for("")[1]
    note = f"{order.width} × {order.height} · {order.quality}" + (
        f" · {order.index + 1}" if order.index else ""
    )
    size = max(7, round(min(canvas.width, canvas.height) * 0.0165))
    colours = mix(palette.ink, palette.ground, 0.35), palette.accents[0]
    for line, is_right in ((MARK, False), (note, True)):
        width = style.width(line) * size
        block = style.fit(line, Fit(width + size, size * 2, size, size))
        style.draw(canvas, (right - width if is_right else left, bottom - size * 0.73), block, colours)
