"""Files that vendors write."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

from bot.core.ports import DrawnPicture
from bot.vendors.signatures import EXTENSIONS, mime_of

P = ParamSpec("P")
T = TypeVar("T")
SIGNATURE_BYTES = 16


async def beside(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run what blocks beside the event loop; a cancelled caller still waits for it, so that nothing runs on unseen."""
    running = asyncio.ensure_future(asyncio.to_thread(function, *args, **kwargs))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait({running})
        raise


def named_by_kind(path: Path, name: str) -> DrawnPicture:
    """Give a complete file its name, with the ending of what it is; raises OSError."""
    with path.open("rb") as file:
        mime = mime_of(file.read(SIGNATURE_BYTES))
    return DrawnPicture(path.replace(path.with_name(f"{name}.{EXTENSIONS[mime]}")), mime)
