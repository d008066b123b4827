"""What a platform told us and we have not dealt with: committed before the platform is told that we have it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

UNWANTED = "unwanted"
"""The kind of what is not to be dealt with any more: whoever told it wishes to be forgotten."""


@dataclass(frozen=True)
class Received:
    """Something that a platform told us, under a key that is the same however often it is told.

    `body` is a JSON object: its `kind`, the platform's id of the `user` who told it, and what only the platform reads.
    """

    platform: str
    key: str
    body: str


class Inbox(Protocol):
    """Keeps what came in until it was dealt with, and its key for a day."""

    async def commit(self, received: Received) -> bool:
        """Make it durable; False when the same was committed before. Raises EaselError when nothing can be kept."""
        ...

    async def done(self, platform: str, key: str) -> None:
        """Forget the body: it was dealt with. What came of it is forgotten, too, if its person was meanwhile."""
        ...

    async def open(self, platform: str) -> Sequence[Received]:
        """List what was committed and not dealt with, oldest first."""
        ...
