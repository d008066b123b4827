"""A surface for smooth geometric shapes; sizes in pixels, colours as (red, green, blue)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil, floor

from PIL import Image, ImageDraw, ImageFont

Colour = tuple[int, int, int]
Point = tuple[float, float]
Paint = Callable[[ImageDraw.ImageDraw, Callable[[float, float], Point], int], None]
"""Draws a shape in white; gets a function from canvas to mask coordinates and the oversampling."""


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Blend two colours; a share of 0 is the first, 1 the second."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


class Canvas:
    """An opaque surface, or a transparent one when `ground` is None."""

    def __init__(self, size: tuple[int, int], ground: Colour | None) -> None:
        self.width, self.height = size
        self.ground = ground
        self.image = (
            Image.new("RGBA", size, (0, 0, 0, 0)) if ground is None else Image.new("RGB", size, ground)
        )

    @classmethod
    def over(cls, image: Image.Image) -> Canvas:
        """Take an RGB picture as an opaque surface."""
        canvas = cls((1, 1), (0, 0, 0))
        canvas.width, canvas.height = image.size
        canvas.image = image
        return canvas

    def rectangle(self, box: tuple[float, float, float, float], colour: Colour) -> None:
        """Fill left, top, right, bottom; edges on whole pixels."""
        left, top, right, bottom = (round(side) for side in box)
        if right > left and bottom > top:
            self.image.paste(colour, (left, top, right, bottom))

    def gradient(self, box: tuple[float, float, float, float], top: Colour, bottom: Colour) -> None:
        """Fill a box from one colour above to another below."""
        left, first, right, last = (round(side) for side in box)
        if right <= left or last <= first:
            return
        rows = last - first
        column = Image.new("RGB", (1, rows))
        column.putdata([mix(top, bottom, row / max(1, rows - 1)) for row in range(rows)])
        self.image.paste(column.resize((right - left, rows), Image.Resampling.NEAREST), (left, first))

    def disc(self, centre: Point, radius: float, colour: Colour, *, opacity: float = 1.0) -> None:
        """Fill a circle."""
        x, y = centre
        self.slice((x - radius, y - radius, x + radius, y + radius), (0, 360), colour, opacity=opacity)

    def slice(
        self,
        box: tuple[float, float, float, float],
        angles: tuple[float, float],
        colour: Colour,
        *,
        opacity: float = 1.0,
    ) -> None:
        """Fill a part of an ellipse; angles in degrees, clockwise from three o'clock."""
        start, end = angles

        def paint(draw: ImageDraw.ImageDraw, to_mask: Callable[[float, float], Point], _: int) -> None:
            corners = (*to_mask(box[0], box[1]), *to_mask(box[2], box[3]))
            if end - start >= 360:
                draw.ellipse(corners, fill=255)
            else:
                draw.pieslice(corners, start, end, fill=255)

        self._paint(box, colour, opacity, paint)

    def arc(
        self,
        box: tuple[float, float, float, float],
        angles: tuple[float, float],
        thickness: float,
        colour: Colour,
    ) -> None:
        """Draw a band along an ellipse, inwards from the box."""

        def paint(draw: ImageDraw.ImageDraw, to_mask: Callable[[float, float], Point], scale: int) -> None:
            corners = (*to_mask(box[0], box[1]), *to_mask(box[2], box[3]))
            draw.arc(corners, *angles, fill=255, width=max(1, round(thickness * scale)))

        self._paint(box, colour, 1.0, paint)

    def polygon(self, points: Sequence[Point], colour: Colour, *, opacity: float = 1.0) -> None:
        """Fill a polygon."""
        xs, ys = [x for x, _ in points], [y for _, y in points]

        def paint(draw: ImageDraw.ImageDraw, to_mask: Callable[[float, float], Point], _: int) -> None:
            draw.polygon([to_mask(x, y) for x, y in points], fill=255)

        self._paint((min(xs), min(ys), max(xs), max(ys)), colour, opacity, paint)

    def glyph(self, at: Point, character: str, font: ImageFont.FreeTypeFont, colour: Colour) -> None:
        """Draw one character with its baseline starting `at`."""
        x, y = at
        left, top, right, bottom = font.getbbox(character, anchor="ls")
        box = (x + left - 1, y + top - 1, x + right + 2, y + bottom + 2)

        def paint(draw: ImageDraw.ImageDraw, to_mask: Callable[[float, float], Point], _: int) -> None:
            draw.text(to_mask(x, y), character, font=font, fill=255, anchor="ls")

        self._paint(box, colour, 1.0, paint, scale=1)

    def place(self, panel: Canvas, at: tuple[int, int]) -> None:
        """Lay another canvas onto this one."""
        if panel.image.mode == "RGBA" and self.image.mode == "RGBA":
            self.image.alpha_composite(panel.image, at)
        elif panel.image.mode == "RGBA":
            self.image.paste(panel.image, at, panel.image)
        else:
            self.image.paste(panel.image, at)

    def _paint(
        self,
        box: tuple[float, float, float, float],
        colour: Colour,
        opacity: float,
        paint: Paint,
        *,
        scale: int = 0,
    ) -> None:
        left, top = max(0, floor(box[0])), max(0, floor(box[1]))
        right, bottom = min(self.width, ceil(box[2]) + 1), min(self.height, ceil(box[3]) + 1)
        if right <= left or bottom <= top:
            return
        size = right - left, bottom - top
        scale = scale or (4 if size[0] * size[1] < 300_000 else 2)
        mask = Image.new("L", (size[0] * scale, size[1] * scale), 0)
        paint(ImageDraw.Draw(mask), lambda x, y: ((x - left) * scale, (y - top) * scale), scale)
        if scale > 1:
            mask = mask.reduce(scale)
        if opacity < 1:
            mask = mask.point([round(value * opacity) for value in range(256)])
        if self.ground is not None:
            self.image.paste(colour, (left, top, right, bottom), mask)
            return
        layer = Image.new("RGBA", size, (*colour, 0))
        layer.putalpha(mask)
        self.image.alpha_composite(layer, (left, top))
