"""Pictures that show something: sea, lighthouse, mountains, hills, city, flower."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, sin, tau

from bot.vendors.sketch.canvas import Canvas, Colour, mix
from bot.vendors.sketch.palettes import Dice, Palette


@dataclass(frozen=True)
class Scene:
    """What a composition draws on and with."""

    canvas: Canvas
    palette: Palette
    dice: Dice

    @property
    def unit(self) -> float:
        """The shorter side in pixels."""
        return min(self.canvas.width, self.canvas.height)

    def sky(self, share: float = 1.0) -> None:
        """Fill the upper share with the palette's sky; a transparent picture has none."""
        if self.canvas.ground is not None:
            self.canvas.gradient((0, 0, self.canvas.width, self.canvas.height * share), *self.palette.sky)

    def shade(self, share: float) -> Colour:
        """A colour between the lower sky (0) and the darkest of the palette (1)."""
        dark = self.palette.ground if self.palette.is_dark else self.palette.ink
        return mix(self.palette.sky[1], dark, share)


def swell(scene: Scene, level: float, height: float, colour: Colour) -> None:
    """Fill everything under a slow wave around `level`; both as shares of the canvas' height."""
    wide, high = scene.canvas.width, scene.canvas.height
    phase, waves = scene.dice.between(0, tau), scene.dice.between(0.7, 1.5)
    ridge = [
        (wide * step / 60, high * (level + height * sin(phase + tau * waves * step / 60)))
        for step in range(61)
    ]
    scene.canvas.polygon([(0, high), *ridge, (wide, high)], colour)


def horizon(scene: Scene) -> None:
    """A low sun over water, its light on the waves."""
    canvas, palette, dice = scene.canvas, scene.palette, scene.dice
    wide, high, unit = canvas.width, canvas.height, scene.unit
    level, radius = high * dice.between(0.56, 0.64), unit * dice.between(0.24, 0.31)
    x = wide * dice.between(0.42, 0.6)
    scene.sky(level / high)
    canvas.disc((x, level - radius * 0.22), radius * 1.32, palette.accents[1], opacity=0.22)
    canvas.disc((x, level - radius * 0.22), radius, palette.accents[1])
    canvas.rectangle((0, level, wide, high), scene.shade(0.86))
    for row in range(9):
        top = level + (high - level) * (0.05 + 0.105 * row)
        thick = unit * (0.008 + 0.0026 * row)
        reach = radius * (0.95 - 0.055 * row) * dice.between(0.7, 1.12)
        shift = unit * dice.between(-0.05, 0.05)
        colour = mix(palette.accents[1], palette.accents[0], row / 9)
        canvas.rectangle((x + shift - reach, top, x + shift + reach, top + thick), colour)


def beacon(scene: Scene) -> None:
    """A lighthouse with its beam over the sea."""
    canvas, palette, dice = scene.canvas, scene.palette, scene.dice
    wide, high, unit = canvas.width, canvas.height, scene.unit
    x, lamp, foot = wide * dice.between(0.4, 0.56), high * 0.3, high * 0.83
    scene.sky(0.86)
    sun = (x + unit * 0.26, high * 0.7)
    canvas.disc(sun, unit * 0.2, mix(palette.sky[1], palette.accents[1], 0.75))
    light = mix(palette.accents[1], (255, 255, 255), 0.45)
    far = max(wide, high) * 1.3
    canvas.polygon(
        [(x, lamp), (x - far, lamp - far * 0.3), (x - far, lamp - far * 0.02)], light, opacity=0.55
    )
    canvas.polygon(
        [(x, lamp), (x + far, lamp - far * 0.22), (x + far, lamp + far * 0.02)], light, opacity=0.32
    )
    swell(scene, 0.8, 0.008, scene.shade(0.4))
    canvas.polygon(
        [
            (x - unit * 0.34, high),
            (x - unit * 0.17, foot - unit * 0.035),
            (x + unit * 0.1, foot - unit * 0.05),
            (x + unit * 0.4, high),
        ],
        scene.shade(1),
    )
    _tower(scene, x, (lamp, foot))
    swell(scene, 0.885, 0.012, scene.shade(0.66))
    swell(scene, 0.94, 0.014, scene.shade(0.88))


def _tower(scene: Scene, x: float, span: tuple[float, float]) -> None:
    canvas, unit = scene.canvas, scene.unit
    lamp, foot = span
    top, bottom, narrow, broad = lamp + unit * 0.055, foot, unit * 0.052, unit * 0.088
    white, dark = (250, 243, 230), scene.shade(1)

    def side(y: float) -> float:
        return narrow + (broad - narrow) * (y - top) / (bottom - top)

    for band in range(5):
        upper, lower = (top + (bottom - top) * (band + end) / 5 for end in (0, 1))
        paint = scene.palette.accents[0] if band % 2 else white
        canvas.polygon(
            [
                (x - side(upper), upper),
                (x + side(upper), upper),
                (x + side(lower), lower),
                (x - side(lower), lower),
            ],
            paint,
        )
        shadow = [
            (x + side(upper) * 0.35, upper),
            (x + side(upper), upper),
            (x + side(lower), lower),
            (x + side(lower) * 0.35, lower),
        ]
        canvas.polygon(shadow, dark, opacity=0.16)
    room = unit * 0.036
    canvas.rectangle((x - narrow * 1.35, top - unit * 0.014, x + narrow * 1.35, top + unit * 0.004), dark)
    canvas.rectangle((x - room, lamp - unit * 0.04, x + room, top - unit * 0.014), (255, 233, 166))
    for bar in (-1.0, -0.33, 0.33, 1.0):
        canvas.rectangle(
            (
                x + room * bar - unit * 0.003,
                lamp - unit * 0.04,
                x + room * bar + unit * 0.003,
                top - unit * 0.014,
            ),
            dark,
        )
    canvas.slice((x - room * 1.2, lamp - unit * 0.083, x + room * 1.2, lamp + unit * 0.003), (180, 360), dark)


def ridges(scene: Scene) -> None:
    """Mountains one behind the other."""
    canvas, dice = scene.canvas, scene.dice
    wide, high, unit = canvas.width, canvas.height, scene.unit
    scene.sky()
    canvas.disc(
        (wide * dice.between(0.3, 0.7), high * dice.between(0.26, 0.36)),
        unit * 0.17,
        scene.palette.accents[1],
    )
    for layer in range(4):
        base, tall = high * (0.5 + 0.13 * layer), high * (0.2 - 0.03 * layer)
        peaks = 3 + layer
        points = [(-wide * 0.1, base + tall)]
        for peak in range(peaks * 2 + 1):
            x = wide * (-0.1 + 1.2 * peak / (peaks * 2)) + wide * dice.between(-0.04, 0.04)
            y = base - tall * dice.between(0.5, 1.1) if peak % 2 else base + tall * dice.between(0.0, 0.35)
            points.append((x, y))
        points.append((wide * 1.1, base + tall))
        canvas.polygon([(-wide * 0.1, high), *points, (wide * 1.1, high)], scene.shade(0.28 + 0.24 * layer))


def hills(scene: Scene) -> None:
    """Rolling land, or rolling water, under a disc."""
    canvas, palette, dice = scene.canvas, scene.palette, scene.dice
    scene.sky()
    centre = canvas.width * dice.between(0.3, 0.72), canvas.height * dice.between(0.26, 0.4)
    canvas.disc(centre, scene.unit * dice.between(0.16, 0.24), palette.accents[1])
    tones = (
        mix(palette.sky[1], palette.accents[2], 0.5),
        palette.accents[2],
        palette.accents[0],
        scene.shade(0.75),
        scene.shade(1),
    )
    for layer, tone in enumerate(tones):
        swell(scene, 0.5 + 0.11 * layer, 0.055, tone)


def skyline(scene: Scene) -> None:
    """Houses with lit windows, a moon above."""
    canvas, palette, dice = scene.canvas, scene.palette, scene.dice
    wide, high, unit = canvas.width, canvas.height, scene.unit
    scene.sky()
    canvas.disc(
        (wide * dice.between(0.25, 0.75), high * 0.24),
        unit * 0.13,
        mix(palette.accents[1], (255, 255, 255), 0.2),
    )
    for layer in range(3):
        x = -unit * dice.between(0.0, 0.1)
        tone = scene.shade(0.36 + 0.3 * layer)
        while x < wide:
            broad = unit * dice.between(0.1, 0.19)
            top = high * (dice.between(0.3, 0.6) + 0.13 * layer)
            canvas.rectangle((x, top, x + broad, high), tone)
            if dice.between(0, 1) < 0.3:
                canvas.polygon([(x, top + 1), (x + broad, top + 1), (x + broad, top - broad * 0.5)], tone)
            if layer == 2:
                _windows(scene, (x, top, x + broad, high))
            x += broad + (unit * dice.between(0.0, 0.03) if layer == 2 else 0)


def _windows(scene: Scene, house: tuple[float, float, float, float]) -> None:
    left, top, right, bottom = house
    cell = scene.unit * 0.032
    columns = max(1, int((right - left - cell * 0.6) / cell))
    start = left + (right - left - columns * cell) / 2
    for row in range(int((bottom - top) / (cell * 1.35))):
        for column in range(columns):
            if scene.dice.between(0, 1) < 0.34:
                x, y = start + column * cell + cell * 0.24, top + cell * (0.7 + 1.35 * row)
                scene.canvas.rectangle((x, y, x + cell * 0.52, y + cell * 0.72), scene.palette.accents[1])


def bloom(scene: Scene) -> None:
    """A flower of leaves around a disc, on a stem."""
    canvas, palette, dice = scene.canvas, scene.palette, scene.dice
    wide, high, unit = canvas.width, canvas.height, scene.unit
    x, y, reach = wide * 0.5, high * 0.42, unit * dice.between(0.33, 0.38)
    stem = scene.palette.accents[2]
    canvas.rectangle((x - unit * 0.014, y, x + unit * 0.014, high), stem)
    for turn, length in ((-0.75, 0.3), (0.75, 0.24)):
        _petal(scene, (x, high * 0.9), (pi * 1.5 + turn, unit * length, 0.3), stem)
    petals, twist = dice.choice((8, 10, 12)), dice.between(0, pi)
    for ring, colour in ((1.0, palette.accents[0]), (0.7, palette.accents[1])):
        for petal in range(petals):
            angle = twist + tau * (petal + (0.5 if ring < 1 else 0)) / petals
            _petal(
                scene,
                (x, y),
                (angle, reach * ring, 2.1 / petals),
                mix(colour, palette.accents[3], 0.3 * (petal % 2)),
            )
    canvas.disc((x, y), reach * 0.22, palette.ink if not palette.is_dark else palette.ground)


def _petal(scene: Scene, root: tuple[float, float], leaf: tuple[float, float, float], colour: Colour) -> None:
    """Draw a leaf from `root`: its direction, its length, and its breadth as a share of the length."""
    angle, length, breadth = leaf
    outline = []
    for step in range(41):
        share = step / 20 if step <= 20 else (40 - step) / 20
        bulge = sin(pi * share) * length * breadth / 2 * (1 if step <= 20 else -1)
        outline.append(
            (
                root[0] + cos(angle) * length * share - sin(angle) * bulge,
                root[1] + sin(angle) * length * share + cos(angle) * bulge,
            )
        )
    scene.canvas.polygon(outline, colour)
