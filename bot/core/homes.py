"""Where somebody's direct messages spend."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Home:
    """An approved place where somebody has used Easel; `is_chosen` by /settings home."""

    tenant: str
    is_chosen: bool
