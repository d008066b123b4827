"""The client of the vendor double: a `Vendor` port over HTTP."""

from __future__ import annotations

import asyncio
from base64 import b64decode
from pathlib import Path
from typing import Any

import httpx2

from bot.core.errors import OutcomeUnknown, VendorBusy, VendorFailed, VendorUnreachable
from bot.core.ports import Drawing, DrawnPicture, Report, VendorOrder
from bot.vendors import VendorSetup


class Ledgered:
    """Asks the vendor double; whoever calls it limits the time."""

    def __init__(self, base_url: str) -> None:
        limits = httpx2.Timeout(None, connect=5)
        self._client = httpx2.AsyncClient(base_url=base_url, timeout=limits, trust_env=False)

    async def draw(self, order: VendorOrder, report: Report | None = None) -> Drawing:
        """Draw what is ordered; raises a VendorError that says what is certain about the bill."""
        asked = ("call", "prompt", "index", "count", "width", "height")
        key = {"Idempotency-Key": order.idempotency_key} if order.idempotency_key else {}
        try:
            response = await self._client.post(
                "/draw", json={name: getattr(order, name) for name in asked}, headers=key
            )
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            raise VendorUnreachable(type(error).__name__) from error
        except httpx2.HTTPError as error:
            raise OutcomeUnknown(type(error).__name__) from error
        if response.status_code == 429:
            raise VendorBusy("429", retry_after_seconds=float(response.headers["Retry-After"]))
        if response.status_code != 200:
            raise VendorFailed(str(response.status_code))
        return await asyncio.to_thread(_written, response.json(), order.folder)


def ledgered(setup: VendorSetup) -> Ledgered:
    """Build the client as the catalogue says."""
    return Ledgered(setup.access.base_url or "")


def _written(answer: dict[str, Any], folder: Path) -> Drawing:
    drawn = []
    for number, encoded in enumerate(answer["pictures"]):
        path = folder / f"{number}.png"
        path.write_bytes(b64decode(encoded))
        drawn.append(DrawnPicture(path, "image/png"))
    return Drawing(tuple(drawn), cost_nano=answer["nano"])
