"""Draws at APIXO: a task is handed in, then looked at or called back about; its pictures are addresses.

The wire format is that of apixo.ai/docs/api-reference. Its status of a task is the only word that counts: callbacks
are not signed, so they only wake us.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import structlog

from bot.core.catalogue import Model, Size, TierPrices
from bot.core.errors import (
    OutcomeUnknown,
    VendorAccount,
    VendorBusy,
    VendorError,
    VendorFailed,
    VendorRefused,
    VendorRejected,
)
from bot.core.ports import Drawing, StillDrawing, VendorOrder
from bot.core.pricing import picture_nano
from bot.vendors.downloads import Downloads
from bot.vendors.jsonapi import NOT_EXECUTED, Answer, JsonApi, fetch, object_in, ticket_in
from bot.vendors.setup import VendorSetup

log = structlog.get_logger(__name__)

ASPECTS: Mapping[str, Fraction] = {
    "1:1": Fraction(1),
    "4:3": Fraction(4, 3),
    "3:4": Fraction(3, 4),
    "16:9": Fraction(16, 9),
    "9:16": Fraction(9, 16),
}

FAULTS: tuple[tuple[str, Callable[[str], VendorError]], ...] = (
    ("sensitive|nsfw|prohibit|violation|policy", VendorRefused),
    ("credit|balance|apikey|permission", VendorAccount),
    ("download|timeout|unavailable|generationfailed", VendorFailed),
    ("prompt|image|format", VendorRejected),
)
"""What the words of either of its two vocabularies mean, without their case and underscores; the first that fits."""

STATUSES = MappingProxyType({**NOT_EXECUTED, 500: VendorFailed})
"""What the status of an order that was not taken means, where its words say nothing; the vendor's own words only."""


class Apixo:
    """Speaks to APIXO."""

    def __init__(self, setup: VendorSetup, downloads: Downloads | None = None) -> None:
        self._api = JsonApi(setup.access)
        self._models = setup.models
        self._every_seconds = setup.entry.polling.every_seconds
        self._downloads = downloads or Downloads(self._api.base_url)

    async def submit(self, order: VendorOrder) -> str:
        """Hand a task in; returns its id. Raises a VendorError that says what is certain about the bill."""
        model = self._models[order.model]
        body: dict[str, Any] = {"request_type": "async", "input": _input(order, model)}
        if order.callback is not None:
            body |= {"request_type": "callback", "callback_url": order.callback}
        answer = await self._api.post(f"generateTask/{model.sent_as or model.name}", body)
        code, data = answer.value.get("code"), _data(answer)
        if not answer.is_good or code != 200:
            raise _not_taken(answer, code)
        ticket = ticket_in(data.get("taskId"))
        if ticket is None:
            raise OutcomeUnknown("no_ticket")
        return ticket

    async def collect(self, order: VendorOrder, ticket: str) -> Drawing | StillDrawing:
        """Ask once how a task goes on, and fetch its picture when it is done."""
        model = self._models[order.model]
        answer = await self._api.get(f"statusTask/{model.sent_as or model.name}", taskId=ticket)
        data = _data(answer)
        if data.get("taskId") != ticket or data.get("state") not in ("success", "failed"):
            return StillDrawing(self._every_seconds)
        if data["state"] == "failed":
            raise _fault(data.get("failCode"), data.get("failMsg")) or VendorFailed("failed")
        size = Size(order.width, order.height) if order.width else None
        cost = picture_nano(model, order.quality, size)
        urls = _result_urls(data.get("resultJson"))
        return Drawing(
            await fetch(order, urls, self._downloads, cost_nano=cost), cost_nano=cost, request_id=ticket
        )

    async def find(self, call: str) -> str | None:
        """APIXO cannot be asked for a task whose id was lost."""
        raise OutcomeUnknown("no_look_up")

    def heard(self, headers: Mapping[str, str], body: bytes) -> str | None:
        """Read the task's id in a callback; whether it is done is asked."""
        data = object_in(body).get("data")
        return ticket_in(data.get("taskId")) if isinstance(data, dict) else None


def _input(order: VendorOrder, model: Model) -> dict[str, Any]:
    found: dict[str, Any] = {"mode": "text-to-image", "prompt": order.prompt, **_shape(order, model)}
    if order.references:
        if len(order.links) != len(order.references):
            raise VendorRejected("no_public_address")
        found |= {"mode": "image-to-image", "image_urls": list(order.links)}
    return found


def _shape(order: VendorOrder, model: Model) -> dict[str, str]:
    """Name the nearest of the shapes on offer, and the tier that the size is sold in."""
    size = Size(order.width, order.height) if order.width else None
    prices = model.prices
    tier = prices.tier_of(size).name if isinstance(prices, TierPrices) else "1k"
    if size is None:
        return {"aspect_ratio": "auto", "resolution": tier}
    asked = Fraction(size.width, size.height)
    nearest = min(ASPECTS, key=lambda name: max(asked / ASPECTS[name], ASPECTS[name] / asked))
    return {"aspect_ratio": nearest, "resolution": tier}


def _data(answer: Answer) -> Mapping[str, Any]:
    data = answer.value.get("data")
    return data if isinstance(data, dict) else {}


def _not_taken(answer: Answer, code: Any) -> VendorError:
    """Say why a task was not taken: by the words of the error, else by its code or the status; else nobody knows."""
    data = _data(answer)
    is_code = isinstance(code, int) and (answer.is_good or code in STATUSES)
    status = code if is_code else answer.status
    message = str(answer.value.get("message") or "")
    log.warning("the vendor did not take an order", status=status)
    is_told = "code" in answer.value  # what a framework between us says has a message alone
    if status in {429, 503} and is_told:
        return VendorBusy(str(status), retry_after_seconds=answer.wait_seconds(message))
    if is_told and status < 500 and (fault := _fault(data.get("error"), message)):
        return fault
    kind = STATUSES.get(status)
    if kind is None or (not is_told and status >= 500):
        return OutcomeUnknown(str(status))
    return kind(str(status))


def _fault(code: Any, message: Any) -> VendorError | None:
    """Understand an error by its code, else by what stands out in its message."""
    for words, faults in ((code, FAULTS), (message, FAULTS[:2])):
        plain = re.sub(r"[^a-z]", "", str(words or "").lower())
        for pattern, kind in faults:
            if found := re.search(pattern, plain):
                if kind is VendorRefused:
                    return VendorRefused(found[0], stage="input" if "inputimage" in plain else "unknown")
                return kind("failed" if kind is VendorFailed else found[0])
    return None


def _result_urls(written: Any) -> list[str]:
    """Read the addresses: JSON within a JSON string."""
    result = object_in(written.encode()) if isinstance(written, str) else written
    urls = result.get("resultUrls") if isinstance(result, dict) else None
    return [url for url in urls if isinstance(url, str)] if isinstance(urls, list) else []
