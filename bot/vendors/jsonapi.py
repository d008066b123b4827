"""Small questions and answers in JSON, for vendors that give tickets."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import httpx2

from bot.core.catalogue import VendorAccess
from bot.core.errors import (
    OutcomeUnknown,
    VendorAccount,
    VendorBusy,
    VendorError,
    VendorRejected,
    VendorUnreachable,
)
from bot.core.ports import DrawnPicture, VendorOrder
from bot.vendors.downloads import DownloadFailed, Downloads
from bot.vendors.files import beside, named_by_kind
from bot.vendors.http import broken_connection, open_client, pieces_of, time_limits
from bot.vendors.waits import wait_seconds

SILENCE_SECONDS = 60.0
ANSWER_BYTES_MAX = 512 * 1024
TICKET_CHARACTERS_MAX = 200
BUSY_SECONDS = 10.0
NOT_EXECUTED: Mapping[int, Callable[[str], VendorError]] = MappingProxyType(
    {
        301: VendorAccount,
        302: VendorAccount,
        307: VendorAccount,
        308: VendorAccount,
        400: VendorRejected,
        401: VendorAccount,
        402: VendorAccount,
        403: VendorAccount,
        404: VendorAccount,
        405: VendorAccount,
        413: VendorRejected,
        422: VendorRejected,
        429: VendorBusy,
        503: VendorBusy,
    }
)
"""What a status means where nothing else tells; every other leaves open whether the order was taken.

A redirect or a wrong method says that the address which operators gave is not quite right.
"""

GONE = frozenset({"403", "404", "410"})
"""How an address answers that has expired."""


@dataclass(frozen=True)
class Answer:
    """What came back: `value` is an empty object where the body was no JSON object."""

    status: int
    value: Mapping[str, Any]
    headers: Mapping[str, str]

    @property
    def is_good(self) -> bool:
        """Whether the vendor says that all is well."""
        return 200 <= self.status < 300

    @property
    def is_told(self) -> bool:
        """Whether the vendor said it in its own words, not something between us."""
        return bool(self.value)

    def wait_seconds(self, message: str = "", *, otherwise: float = BUSY_SECONDS) -> float:
        """Say how long the vendor asks us to wait."""
        return wait_seconds(self.headers, message, otherwise=otherwise)


class JsonApi:
    """Speaks to one server, with its key."""

    def __init__(self, access: VendorAccess) -> None:
        self.base_url = access.base_url or ""
        self._headers = {"Accept": "application/json"}
        if access.key is not None:
            self._headers["Authorization"] = f"Bearer {access.key.get_secret_value()}"
        self._client = open_client(self.base_url)

    async def post(self, path: str, body: Mapping[str, Any]) -> Answer:
        """Send an object. Raises VendorUnreachable and OutcomeUnknown, by whether it may have been executed."""
        try:
            return await self._ask("POST", path, json=body)
        except httpx2.HTTPError as error:
            raise broken_connection(error, is_sent=True) from error

    async def get(self, path: str, **query: str) -> Answer:
        """Ask for an object; nothing is executed. Raises VendorUnreachable and VendorBusy when it cannot be had now.

        A 404 is an answer, as every status that says that the question was wrong.
        """
        try:
            answer = await self._ask("GET", path, params=query)
        except (httpx2.HTTPError, OutcomeUnknown) as error:
            raise VendorUnreachable(type(error).__name__) from error
        if answer.status in {401, 402, 403, 408, 429} or not 200 <= answer.status < 500:
            raise VendorBusy(
                str(answer.status),
                retry_after_seconds=answer.wait_seconds(),
                is_account=answer.status in {401, 402, 403},
            )
        return answer

    async def _ask(self, method: str, path: str, **content: Any) -> Answer:
        body = bytearray()
        request = self._client.stream(
            method, path, headers=self._headers, timeout=time_limits(SILENCE_SECONDS), **content
        )
        async with request as response:
            async with pieces_of(response) as pieces:
                async for piece in pieces:
                    body += piece
                    if len(body) > ANSWER_BYTES_MAX:
                        raise OutcomeUnknown("answer_too_large")
            return Answer(response.status_code, object_in(bytes(body)), response.headers)


def object_in(body: bytes) -> Mapping[str, Any]:
    """Read a JSON object, its numbers exact: they may be money. An empty one for anything else."""
    try:
        value = json.loads(body, parse_float=Decimal)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def ticket_in(value: Any) -> str | None:
    """Read a ticket: whatever text the vendor calls so."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return text if 0 < len(text) <= TICKET_CHARACTERS_MAX and text.isprintable() else None


async def fetch(
    order: VendorOrder, urls: list[str], downloads: Downloads, *, cost_nano: int | None
) -> tuple[DrawnPicture, ...]:
    """Fetch what was drawn, at most as many as were ordered.

    Raises VendorUnreachable when a later try may get more, OutcomeUnknown when there is nothing to be had.
    """
    pictures = []
    for place, url in enumerate(urls[: order.count]):
        part = order.folder / f"fetched-{place}.part"
        try:
            await downloads.fetch(url, part)
        except DownloadFailed as error:
            if not error.is_final and str(error) not in GONE:
                raise VendorUnreachable("not_fetched") from error
            continue
        pictures.append(await beside(named_by_kind, part, str(order.index + place)))
    if not pictures:
        raise OutcomeUnknown("not_fetched" if urls else "no_picture", cost_nano=cost_nano)
    return tuple(pictures)
