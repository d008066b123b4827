"""What the offline vendor is asked to draw."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class SketchOrder:
    """One picture; sizes in pixels, `index` from 0. The first parent is changed, the others are shown."""

    prompt: str
    width: int
    height: int
    index: int = 0
    format: str = "png"
    transparent: bool = False
    quality: str = "medium"
    parents: tuple[Path, ...] = ()
    mask: Path | None = None
