"""Draws at any server that speaks OpenAI's Images API."""

from __future__ import annotations

import contextlib

import httpx2
import structlog

from bot.core.catalogue import Model, Size
from bot.core.errors import OutcomeUnknown, VendorError, VendorFailed
from bot.core.ports import Drawing, DrawnPicture, Report, VendorOrder
from bot.vendors.downloads import DownloadFailed, Downloads
from bot.vendors.files import beside, named_by_kind
from bot.vendors.http import broken_connection, open_client, pieces_of, time_limits
from bot.vendors.openai.answers import Answer, AnswerCollector
from bot.vendors.openai.bodies import Ask, ask_of
from bot.vendors.openai.faults import error_of, fault_of
from bot.vendors.openai.usage import cost_nano, usage_of
from bot.vendors.setup import VendorSetup

log = structlog.get_logger(__name__)

LATE_SECONDS = 300.0
"""How much longer than an order may take its answer is listened for: what comes late is kept all the same."""

ERROR_BYTES_MAX = 64 * 1024
REQUEST_ID_CHARACTERS_MAX = 200


class OpenAI:
    """Speaks to one server. Whoever calls limits the whole time; here only silences are limited."""

    def __init__(self, setup: VendorSetup, downloads: Downloads | None = None) -> None:
        base_url = setup.access.base_url or ""
        self._models = setup.models
        self._wire = setup.entry.wire
        self._key = setup.access.key
        self._client = open_client(base_url)
        self._downloads = downloads or Downloads(base_url)

    async def draw(self, order: VendorOrder, report: Report | None = None) -> Drawing:
        """Draw what is ordered; raises a VendorError that says what is certain about the bill."""
        model = self._models[order.model]
        ask = await beside(ask_of, order, model, self._wire)
        request = self._request(ask, order, model)
        try:
            response = await self._client.send(request, stream=True)
            try:
                request_id = _request_id(response)
                if not response.is_success:
                    raise await _refused(response, order)
                collector = AnswerCollector(order, report, response.headers)
                async with pieces_of(response) as pieces:
                    answer = await collector.collect(pieces)
            finally:
                await response.aclose()
        except httpx2.HTTPError as error:
            raise broken_connection(error, is_sent=ask.body.is_sent) from error
        return await self._drawing(order, model, answer, request_id)

    def _request(self, ask: Ask, order: VendorOrder, model: Model) -> httpx2.Request:
        headers = {
            "Content-Type": ask.body.content_type,
            "Content-Length": str(ask.body.size_bytes),
            "X-Client-Request-Id": order.call,
        }
        if self._key is not None:
            headers["Authorization"] = f"Bearer {self._key.get_secret_value()}"
        if order.idempotency_key is not None:
            headers["Idempotency-Key"] = order.idempotency_key
        size = Size(order.width, order.height) if order.width else None
        return self._client.build_request(
            "POST",
            ask.path,
            headers=headers,
            content=ask.body.pieces(),
            timeout=time_limits(model.run_seconds(size) + LATE_SECONDS),
        )

    async def _drawing(
        self, order: VendorOrder, model: Model, answer: Answer, request_id: str | None
    ) -> Drawing:
        """Price the answer and fetch what it only names."""
        usage = usage_of(answer.usage, has_pictures=bool(order.references))
        cost = cost_nano(model, order, usage, len(answer.pictures))
        if not answer.pictures:
            raise (
                VendorFailed("no_picture")
                if _is_free(answer)
                else OutcomeUnknown("no_picture", cost_nano=cost)
            )
        pictures = []
        for place, found in enumerate(answer.pictures):
            try:
                pictures.append(await self._fetched(order, place, found))
            except (DownloadFailed, OSError) as error:
                log.warning("a picture could not be fetched", call=order.call, why=str(error))
        if not pictures:
            raise OutcomeUnknown("not_fetched", cost_nano=cost)
        is_other = answer.model not in {None, model.sent_as or model.name}
        return Drawing(tuple(pictures), cost, usage, request_id, served_by=answer.model if is_other else None)

    async def _fetched(self, order: VendorOrder, place: int, found: DrawnPicture | str) -> DrawnPicture:
        if isinstance(found, DrawnPicture):
            return found
        part = order.folder / f"fetched-{place}.part"
        await self._downloads.fetch(found, part)
        return await beside(named_by_kind, part, str(order.index + place))


async def _refused(response: httpx2.Response, order: VendorOrder) -> VendorError:
    """Read an error answer, whose body may itself be cut."""
    body = bytearray()
    with contextlib.suppress(httpx2.HTTPError):
        async with pieces_of(response) as pieces:
            async for piece in pieces:
                body += piece
                if len(body) > ERROR_BYTES_MAX:
                    break
    fault = fault_of(response.status_code, bytes(body))
    log.warning(
        "the vendor reported an error",
        call=order.call,
        fault=fault.reason,
        request_id=_request_id(response),
    )
    return error_of(fault, response.headers, is_keyed=order.idempotency_key is not None)


def _request_id(response: httpx2.Response) -> str | None:
    """Read by which id the vendor finds a request; one that is no id is cut to what a line of a log can hold."""
    told = response.headers.get("x-request-id", "")[:REQUEST_ID_CHARACTERS_MAX]
    return "".join(letter for letter in told if letter.isprintable()) or None


def _is_free(answer: Answer) -> bool:
    """Whether the vendor itself says that nothing was drawn."""
    return isinstance(answer.usage, dict) and answer.usage.get("output_tokens") == 0
