"""Changes of a whole picture: night, warmth, colours, weather."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image, ImageChops, ImageFilter, ImageOps, ImageStat

from bot.vendors.sketch.canvas import Canvas, Colour, mix
from bot.vendors.sketch.palettes import DARK, LIGHT, Dice, colour

Change = Callable[[Image.Image], Image.Image]
"""Takes an RGB picture and gives one of the same size."""

Grading = Callable[[Image.Image, Dice], Image.Image]
"""A change that leaves something to chance."""

WHITE: Colour = (255, 255, 255)


def _scaled(image: Image.Image, red: float, green: float, blue: float, *, gamma: float = 1.0) -> Image.Image:
    """Multiply each channel, after bending its curve; a gamma above 1 darkens."""
    curve = [(value / 255) ** gamma * 255 for value in range(256)]
    return image.point([min(255, round(value * share)) for share in (red, green, blue) for value in curve])


def _toned(image: Image.Image, dark: Colour, middle: Colour, light: Colour, share: float) -> Image.Image:
    """Replace `share` of the picture by its brightness set in three colours."""
    grey = ImageOps.autocontrast(image.convert("L"), cutoff=1)
    return Image.blend(image, ImageOps.colorize(grey, dark, light, mid=middle), share)


def _multiplied(image: Image.Image, above: Colour, below: Colour) -> Image.Image:
    veil = Canvas(image.size, WHITE)
    veil.gradient((0, 0, *image.size), above, below)
    return ImageChops.multiply(image, veil.image)


def night(image: Image.Image, dice: Dice) -> Image.Image:
    """Dark blue, with stars and a moon in the upper part."""
    wide, high = image.size
    unit = min(wide, high)
    image = Image.blend(image, image.convert("L").convert("RGB"), 0.35)
    lift = 1 + max(0.0, 0.55 - ImageStat.Stat(image.convert("L").reduce(8)).mean[0] / 255) * 2.2
    image = _multiplied(
        _scaled(image, 0.5 * lift, 0.58 * lift, 0.86 * lift, gamma=1.25 / lift),
        colour("4A55A0"),
        colour("C9C4E8"),
    )
    canvas = Canvas.over(image)
    for _ in range(46):
        x, y = wide * dice.between(0, 1), high * 0.5 * dice.between(0, 1) ** 1.5
        canvas.disc((x, y), unit * dice.between(0.0012, 0.0036), WHITE, opacity=dice.between(0.5, 0.95))
    x, y, radius = wide * dice.between(0.74, 0.84), high * dice.between(0.15, 0.2), unit * 0.062
    for halo in (2.6, 1.8):
        canvas.disc((x, y), radius * halo, colour("DDE3FF"), opacity=0.1)
    canvas.disc((x, y), radius, colour("FFF3D6"))
    canvas.disc((x - radius * 0.28, y + radius * 0.1), radius * 0.2, colour("E9D9B4"))
    canvas.disc((x + radius * 0.3, y - radius * 0.34), radius * 0.13, colour("E9D9B4"))
    return canvas.image


def dusk(image: Image.Image) -> Image.Image:
    """Violet above, orange below."""
    return _multiplied(
        _toned(image, colour("1C1440"), colour("C4567A"), colour("FFD9A0"), 0.42),
        colour("8A7BD8"),
        colour("FFB48A"),
    )


def warm(image: Image.Image) -> Image.Image:
    """More red, less blue."""
    return _scaled(image, 1.14, 1.0, 0.72)


def grey(image: Image.Image) -> Image.Image:
    """No colour."""
    return ImageOps.autocontrast(image.convert("L"), cutoff=1).convert("RGB")


def sepia(image: Image.Image) -> Image.Image:
    """Browns of an old print."""
    return _toned(image, colour("2B1A0E"), colour("A57C52"), colour("F7E7C8"), 0.9)


def brighter(image: Image.Image) -> Image.Image:
    """Lifted."""
    return _scaled(image, 1.08, 1.08, 1.06, gamma=0.66)


def darker(image: Image.Image) -> Image.Image:
    """Lowered."""
    return _scaled(image, 0.74, 0.74, 0.78, gamma=1.35)


def foggy(image: Image.Image) -> Image.Image:
    """Blurred under a white veil."""
    small = image.resize((max(1, image.width // 4), max(1, image.height // 4)), Image.Resampling.BOX)
    soft = small.filter(ImageFilter.GaussianBlur(max(1, min(small.size) / 60))).resize(
        image.size, Image.Resampling.BICUBIC
    )
    return Image.blend(soft, Image.new("RGB", image.size, (232, 236, 240)), 0.42)


def snowy(image: Image.Image, dice: Dice) -> Image.Image:
    """Cool and light, with flakes."""
    canvas = Canvas.over(_scaled(image, 0.94, 1.02, 1.12, gamma=0.8))
    unit = min(image.size)
    for _ in range(140):
        at = image.width * dice.between(0, 1), image.height * dice.between(0, 1)
        canvas.disc(at, unit * dice.between(0.002, 0.009), WHITE, opacity=dice.between(0.6, 1))
    return canvas.image


def rainy(image: Image.Image, dice: Dice) -> Image.Image:
    """Cool and dark, with slanted strokes."""
    canvas = Canvas.over(_scaled(image, 0.66, 0.74, 0.86, gamma=1.1))
    unit = min(image.size)
    for _ in range(110):
        x, y = image.width * dice.between(0, 1.1), image.height * dice.between(-0.1, 1)
        length, broad = unit * dice.between(0.03, 0.075), unit * 0.0022
        stroke = [
            (x, y),
            (x + broad, y),
            (x + broad - length * 0.28, y + length),
            (x - length * 0.28, y + length),
        ]
        canvas.polygon(stroke, (214, 226, 240), opacity=0.5)
    return canvas.image


def pixels(image: Image.Image) -> Image.Image:
    """Large squares."""
    cells = max(1, image.width // 48), max(1, image.height // 48)
    size = (
        (48, max(1, image.height // cells[0]))
        if image.width >= image.height
        else (max(1, image.width // cells[1]), 48)
    )
    return image.resize(size, Image.Resampling.BOX).resize(image.size, Image.Resampling.NEAREST)


def negative(image: Image.Image) -> Image.Image:
    """Each colour its opposite."""
    return ImageOps.invert(image)


def bold(image: Image.Image) -> Image.Image:
    """Harder contrast."""
    return image.point(
        [round(255 * (3 * (v / 255) ** 2 - 2 * (v / 255) ** 3)) for _ in range(3) for v in range(256)]
    )


def duotone(image: Image.Image, dice: Dice) -> Image.Image:
    """Two colours of a palette: for words that name no change we can draw."""
    palette = dice.choice((*LIGHT, *DARK))
    dark, light = (palette.ground, palette.ink) if palette.is_dark else (palette.ink, palette.ground)
    return _toned(image, dark, mix(palette.accents[0], palette.accents[2], 0.3), light, 0.72)


def tint(code: str) -> Change:
    """Make a change towards one colour, written as six hex digits."""
    tone = colour(code)
    dark, light = mix(tone, (8, 8, 16), 0.85), mix(tone, WHITE, 0.88)
    return lambda image: _toned(image, dark, tone, light, 0.7)
