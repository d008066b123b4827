"""Renders an order to bytes: a poster, or an edit where there is a picture to change."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from bot.vendors.sketch.edits import draw_edit, flattened
from bot.vendors.sketch.orders import SketchOrder
from bot.vendors.sketch.posters import draw_poster

LOSSY_QUALITY = {"low": 80, "medium": 90, "high": 95}


def render(order: SketchOrder) -> bytes:
    """Draw `order` and encode it; the same order gives the same bytes."""
    image = draw_edit(order) if order.parents else draw_poster(order).image
    profile: bytes | None = image.info.get("icc_profile")
    buffer = BytesIO()
    if order.format == "jpeg":
        flattened(image).save(
            buffer, "JPEG", quality=LOSSY_QUALITY.get(order.quality, 90), icc_profile=profile
        )
    elif order.format == "webp":
        _save_webp(image, buffer, order.quality, profile)
    else:
        image.save(buffer, "PNG", compress_level=4, icc_profile=profile)
    return buffer.getvalue()


def _save_webp(image: Image.Image, buffer: BytesIO, quality: str, profile: bytes | None) -> None:
    image.save(buffer, "WEBP", quality=LOSSY_QUALITY.get(quality, 90), method=2, icc_profile=profile or b"")
