"""What other platforms are asked over our web server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class MountAnswer:
    """What a request is answered with."""

    status: int
    headers: Mapping[str, str]
    body: bytes


Mount = Callable[[bytes, Mapping[str, str]], Awaitable[MountAnswer]]
"""Answers a POST by its whole body and its headers; it proves itself who sent it."""
