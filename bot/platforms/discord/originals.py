"""A button for the vendor's own bytes where others were posted and a way leads to them, and what was done to fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from bot.core.commands import Caller
from bot.core.errors import NotFound
from bot.core.fitting import FittingGallery, Rung
from bot.core.replies import Button, Reply, Row
from bot.platforms.discord.files import Ready

DONE: Mapping[Rung, str] = MappingProxyType(
    {"lossless": "WebP, nothing lost", "webp": "WebP", "jpeg": "JPEG", "scaled": "made smaller"}
)
"""What was done to a picture so that it fits, in the words of a receipt."""


async def with_originals(
    reply: Reply, ready: Sequence[Ready], caller: Caller, gallery: FittingGallery
) -> Reply:
    """Say what was done to fit, and offer Original where that leads to other bytes than the posted ones.

    What was changed to fit is too large to be sent back, so without an address for it there is no button.
    """
    changed = [each for each in ready if each.fitted.is_changed]
    if reply.kind != "result" or not changed:
        return reply
    done = dict.fromkeys(DONE[each.fitted.rung] for each in changed)
    rows = (*reply.rows, Row(label="File", value=", ".join(done)))
    others = [each for each in reply.buttons if each.act != "original"]
    return reply.model_copy(
        update={"rows": rows, "buttons": (*others, *await _buttons(reply, changed, caller, gallery))}
    )


async def _buttons(
    reply: Reply, changed: Sequence[Ready], caller: Caller, gallery: FittingGallery
) -> list[Button]:
    places = {each.id: place for place, each in enumerate(reply.pictures, start=1)}
    found = []
    for each in changed:
        picture = each.picture.id
        try:
            link = await gallery.original_link(picture, caller)
        except NotFound:
            continue
        if link is not None:
            label = "Original" if len(reply.pictures) == 1 else f"Original {places[picture]}"
            found.append(Button(act="original", label=label, job=reply.job, picture=picture))
    return found
