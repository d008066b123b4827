"""Abstract pictures, for words that name nothing we can draw."""

from __future__ import annotations

from math import atan2, cos, hypot, sin, tau

from bot.vendors.sketch.canvas import mix
from bot.vendors.sketch.scenes import Scene


def rings(scene: Scene) -> None:
    """Circles in circles around a corner."""
    canvas, palette, dice = scene.canvas, scene.palette, scene.dice
    wide, high = canvas.width, canvas.height
    centre = dice.choice(((wide * 0.5, high * 0.5), (wide, high), (0, high), (wide * 0.82, high * 0.3)))
    reach = max(hypot(centre[0] - x, centre[1] - y) for x in (0, wide) for y in (0, high)) * 0.9
    colours = (
        palette.accents[0],
        palette.ground,
        palette.accents[2],
        palette.accents[1],
        palette.ground,
        palette.accents[3],
    )
    if canvas.ground is not None:
        canvas.rectangle((0, 0, wide, high), palette.accents[3])
    count = int(dice.between(6, 9))
    for ring in range(count):
        canvas.disc(centre, reach * (1 - ring / count), colours[ring % len(colours)])


def arcs(scene: Scene) -> None:
    """Bands of growing weight that turn around one point."""
    canvas, palette, dice = scene.canvas, scene.palette, scene.dice
    unit = scene.unit
    x, y = canvas.width * dice.between(0.36, 0.5), canvas.height * dice.between(0.5, 0.62)
    radius, start = unit * 0.1, dice.between(0, 360)
    colours = (palette.ink, palette.accents[0], palette.ink, palette.accents[1], palette.accents[2])
    canvas.disc((x, y), radius * 0.72, palette.accents[0])
    band = 0
    while radius < max(canvas.width, canvas.height):
        thickness = unit * 0.016 * 1.36**band
        radius += thickness * 1.75
        start += dice.between(35, 120)
        box = (x - radius, y - radius, x + radius, y + radius)
        canvas.arc(box, (start, start + dice.between(95, 215)), thickness, colours[band % len(colours)])
        band += 1


def tiles(scene: Scene) -> None:
    """A grid of quarter circles, half circles, discs and squares."""
    canvas, palette, dice = scene.canvas, scene.palette, scene.dice
    across = max(2, round(canvas.width / scene.unit * dice.choice((3, 4))))
    cell = canvas.width / across
    colours = (*palette.accents, palette.ink)
    for row in range(int(canvas.height / cell) + 1):
        for column in range(across):
            left, top = round(column * cell), round(row * cell)
            right, bottom = round((column + 1) * cell), round((row + 1) * cell)
            back, front = dice.choice((*palette.accents, palette.ground)), dice.choice(colours)
            if canvas.ground is not None or dice.between(0, 1) < 0.5:
                canvas.rectangle((left, top, right, bottom), back)
            front = front if front != back else palette.ground
            quarter = int(dice.between(0, 4))
            kind = int(dice.between(0, 5))
            size = right - left
            if kind <= 1:
                x = left - (size if quarter in {1, 2} else 0)
                y = top - (size if quarter in {2, 3} else 0)
                canvas.slice((x, y, x + 2 * size, y + 2 * size), _QUARTERS[quarter], front)
            elif kind == 2:
                canvas.slice((left, top, right, bottom), (90 * quarter, 90 * quarter + 180), front)
            elif kind == 3:
                canvas.disc(((left + right) / 2, (top + bottom) / 2), size * 0.36, front)
            else:
                corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
                canvas.polygon([corner for at, corner in enumerate(corners) if at != quarter], front)


_QUARTERS = ((180, 270), (270, 360), (0, 90), (90, 180))


def rays(scene: Scene) -> None:
    """A rising half disc with rays."""
    canvas, palette, dice = scene.canvas, scene.palette, scene.dice
    x, y = canvas.width * dice.between(0.4, 0.6), canvas.height * dice.between(0.78, 0.9)
    far, count = hypot(canvas.width, canvas.height) * 1.2, dice.choice((14, 18, 22))
    if canvas.ground is not None:
        canvas.rectangle((0, 0, canvas.width, canvas.height), palette.accents[1])
    for ray in range(count):
        edges = [tau * (ray + shift) / count for shift in (0, 0.5)]
        canvas.polygon(
            [(x, y), *((x + cos(edge) * far, y + sin(edge) * far) for edge in edges)], palette.accents[0]
        )
    canvas.disc((x, y), scene.unit * 0.4, palette.ground)
    canvas.disc((x, y), scene.unit * 0.33, palette.accents[2])
    canvas.rectangle(
        (0, y, canvas.width, canvas.height), palette.ink if not palette.is_dark else palette.accents[3]
    )


def stripes(scene: Scene) -> None:
    """Slanted bands of growing width behind a disc."""
    canvas, palette, dice = scene.canvas, scene.palette, scene.dice
    wide, high, unit = canvas.width, canvas.height, scene.unit
    lean = high * dice.between(0.45, 0.8)
    colours = (palette.accents[0], palette.accents[2], palette.accents[1], palette.accents[3], palette.ink)
    x, band = -lean, 0
    while x < wide + lean:
        thick = unit * (0.05 + 0.03 * band)
        if band % 2 == 0:
            canvas.polygon(
                [(x + lean, 0), (x + lean + thick, 0), (x + thick, high), (x, high)], colours[band // 2 % 5]
            )
        x, band = x + thick, band + 1
    canvas.disc(
        (wide * dice.between(0.3, 0.7), high * dice.between(0.34, 0.6)), unit * 0.23, palette.accents[1]
    )


def orbits(scene: Scene) -> None:
    """A large body, its ring and small companions."""
    canvas, palette, dice = scene.canvas, scene.palette, scene.dice
    unit, x, y = scene.unit, canvas.width * 0.5, canvas.height * 0.5
    if canvas.ground is not None:
        canvas.rectangle((0, 0, canvas.width, canvas.height), palette.accents[2])
    line = palette.ground
    for ring in range(1, 5):
        radius = unit * (0.2 + 0.13 * ring)
        canvas.arc((x - radius, y - radius, x + radius, y + radius), (0, 360), unit * 0.005, line)
        angle, size = dice.between(0, tau), unit * dice.between(0.02, 0.06)
        colour = palette.accents[(ring * 3) % 2] if ring % 2 else palette.ground
        canvas.disc((x + cos(angle) * radius, y + sin(angle) * radius), size, colour)
    canvas.disc((x, y), unit * 0.24, palette.accents[1])
    turn = dice.between(0, 360)
    canvas.slice(
        (x - unit * 0.24, y - unit * 0.24, x + unit * 0.24, y + unit * 0.24),
        (turn, turn + 180),
        palette.accents[0],
    )


def lens(scene: Scene) -> None:
    """Two large discs that overlap."""
    canvas, palette, dice = scene.canvas, scene.palette, scene.dice
    unit, x, y = scene.unit, canvas.width * 0.5, canvas.height * 0.5
    angle, radius = dice.between(0, tau), unit * dice.between(0.31, 0.36)
    shift = cos(angle) * radius * 0.5, sin(angle) * radius * 0.5
    canvas.disc((x - shift[0], y - shift[1]), radius, palette.accents[0])
    canvas.disc((x + shift[0], y + shift[1]), radius, palette.accents[2])
    overlap = []
    for step in range(120):
        turn = tau * step / 120
        point = x - shift[0] + cos(turn) * radius, y - shift[1] + sin(turn) * radius
        other = x + shift[0] + cos(turn) * radius, y + shift[1] + sin(turn) * radius
        overlap += [
            at
            for at, middle in ((point, (x + shift[0], y + shift[1])), (other, (x - shift[0], y - shift[1])))
            if hypot(at[0] - middle[0], at[1] - middle[1]) <= radius * 1.001
        ]
    overlap.sort(key=lambda at: _angle(at, (x, y)))
    canvas.polygon(overlap, mix(palette.accents[1], palette.ground, 0.05))


def _angle(point: tuple[float, float], centre: tuple[float, float]) -> float:
    return atan2(point[1] - centre[1], point[0] - centre[0])
