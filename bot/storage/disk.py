"""How much room is left where everything is kept."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Disk:
    """The disk of a folder, and the free room (in megabytes) below which no order is taken."""

    folder: Path
    free_min_mb: int

    def free_bytes(self) -> int:
        """Measure the free room."""
        return shutil.disk_usage(self.folder).free

    def has_room(self) -> bool:
        """Whether an order can still be taken."""
        return self.free_bytes() >= self.free_min_mb * MEGABYTE
