"""What a platform told us and we have not dealt with: committed before the platform is told that we have it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Received:
    """Something that a platform told us, under a key that is the same however often it is told; `body` is JSON."""

    platform: str
    key: str
    body: str


class Inbox(Protocol):
    """Keeps what came in until it was dealt with, and its key for a day."""

    async def commit(self, received: Received) -> bool:
        """Make it durable; False when the same was committed before. Raises EaselError when nothing can be kept."""
        ...

    async def done(self, platform: str, key: str) -> None:
        """Forget the body: it was dealt with."""
        ...

    async def open(self, platform: str) -> Sequence[Received]:
        """List what was committed and not dealt with, oldest first."""
        ...
