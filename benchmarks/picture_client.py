"""One client in a fresh process: `python -m benchmarks.picture_client ours|sdk <base URL> <how many at once>`."""

from __future__ import annotations

import asyncio
import base64
import json
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from tests.doubles.openai_simulator import KEY, OpenAISimulator

PROMPT = "[heavy] a lighthouse"
KILOBYTE = 1024


async def ours(base_url: str, folder: Path) -> Callable[[int], Awaitable[object]]:
    """Draw by our dialect."""
    from tests.vendors.openai.desk import Desk

    desk = Desk(cast(OpenAISimulator, SimpleNamespace(base_url=base_url)), folder)
    vendor = desk.vendor()
    return lambda number: vendor.draw(desk.order(PROMPT, call=f"call-{number}"))


async def sdk(base_url: str, folder: Path) -> Callable[[int], Awaitable[object]]:
    """Draw by the official SDK, and write the picture to a file as well."""
    from openai import AsyncOpenAI

    client = AsyncOpenAI(base_url=base_url, api_key=KEY, max_retries=0)

    async def draw(number: int) -> None:
        answer = await client.images.generate(
            model="gpt-image-2", prompt=PROMPT, quality="low", size="1024x1024"
        )
        assert answer.data
        (folder / str(number)).write_bytes(base64.b64decode(answer.data[0].b64_json or ""))

    return draw


async def main(name: str, base_url: str, count: int) -> None:
    """Draw one picture, then `count` at once; print the seconds and the bytes by which memory grew."""
    with tempfile.TemporaryDirectory() as folder:
        draw = await {"ours": ours, "sdk": sdk}[name](base_url, Path(folder))
        await draw(-1)
        before, began = _peak_bytes(), time.perf_counter()
        await asyncio.gather(*(draw(number) for number in range(count)))
        seconds = time.perf_counter() - began
    sys.stdout.write(json.dumps({"seconds": seconds, "grown": _peak_bytes() - before}))


def _peak_bytes() -> int:
    if sys.platform == "darwin":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # On Linux that number begins with what the process that started this one had.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) * KILOBYTE


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
