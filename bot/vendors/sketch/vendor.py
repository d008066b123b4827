"""The offline vendor: posters in place of pictures, for nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar, TypeVarTuple

from bot.core.errors import VendorFailed
from bot.core.ports import Drawing, DrawnPicture, Report, VendorOrder
from bot.vendors.sketch.orders import SketchOrder
from bot.vendors.sketch.rendering import render

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
DEFAULT_SIDE = 1024


class Pool(Protocol):
    """Runs picture work beside the event loop, within bounds."""

    async def run(self, function: Callable[[*Ts], T], *arguments: *Ts, pixels: int) -> T:
        """Run `function`, which holds about so many `pixels` in memory."""
        ...


class Sketch:
    """Draws an order's words as a typographic poster, or sets them on the picture to be changed."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def draw(self, order: VendorOrder, report: Report | None = None) -> Drawing:
        """Write the pictures into the order's folder; raises VendorFailed where a file cannot be used."""
        pictures = [await self._picture(order, order.index + place) for place in range(order.count)]
        return Drawing(tuple(pictures), cost_nano=0)

    async def _picture(self, order: VendorOrder, index: int) -> DrawnPicture:
        sketch = SketchOrder(
            prompt=order.prompt,
            width=order.width or DEFAULT_SIDE,
            height=order.height or DEFAULT_SIDE,
            index=index,
            format=order.format,
            transparent=_is_transparent(order),
            quality=order.quality,
            parents=order.references,
            mask=order.mask,
        )
        target = order.folder / f"{index}.{order.format}"
        pixels = sketch.width * sketch.height * (1 + len(sketch.parents))
        try:
            await self._pool.run(_write, sketch, target, pixels=pixels)
        except OSError as problem:
            raise VendorFailed("a file could not be read or written") from problem
        return DrawnPicture(target, f"image/{order.format}")


def _is_transparent(order: VendorOrder) -> bool:
    """With `auto` a poster is opaque, and an edit is as transparent as the picture that it changes."""
    return order.background == "transparent" or (order.background == "auto" and bool(order.references))


def _write(order: SketchOrder, target: Path) -> None:
    """Render into `target`, which appears only when it is complete."""
    part = target.with_suffix(".part")
    part.write_bytes(render(order))
    part.replace(target)
