"""Pictures made to fit what a platform takes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, get_args

from bot.core.commands import Caller
from bot.core.front import Gallery

Rung = Literal["drawn", "lossless", "webp", "jpeg", "scaled"]
"""What was done: nothing; written anew without loss; WebP 90; JPEG 90; or scaled, too."""

RUNGS: tuple[Rung, ...] = get_args(Rung)


@dataclass(frozen=True)
class Room:
    """What a platform takes: bytes of one file, and the kinds of files that it shows."""

    bytes_max: int
    mimes: tuple[str, ...] = ("image/png", "image/jpeg", "image/webp")


@dataclass(frozen=True)
class Fitted:
    """A copy of a picture that fits; `rung` says what was done for that."""

    path: Path
    mime: str
    name: str
    size_bytes: int
    width: int
    height: int
    rung: Rung

    @property
    def is_changed(self) -> bool:
        """Whether these are other bytes than the picture's own, so that it is worth asking for those."""
        return self.rung != "drawn"


class FittingGallery(Gallery, Protocol):
    """A gallery that makes pictures fit."""

    async def fitted(self, picture: str, caller: Caller, room: Room) -> Fitted:
        """Give the best copy of a picture that fits; raises NotFound, and Refusal when none does."""
        ...

    async def original_link(self, picture: str, caller: Caller) -> str | None:
        """Return where the vendor's own bytes can be fetched for two hours, without a session; raises NotFound.

        None where nobody outside reaches us.
        """
        ...
