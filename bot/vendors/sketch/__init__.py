"""The offline vendor `sketch`: draws words as typographic posters with Pillow and fonts of its own."""

from bot.vendors.sketch.orders import SketchOrder
from bot.vendors.sketch.rendering import render
from bot.vendors.sketch.vendor import Pool, Sketch

__all__ = ["Pool", "Sketch", "SketchOrder", "render"]
