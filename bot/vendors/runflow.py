"""Draws at Runflow: a run is created, then looked at or called back about; its pictures are addresses.

The wire format is that of docs.runflow.io, with every spelling of its ages. What a run cost is in the run.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from urllib.parse import quote

import structlog

from bot.core.catalogue import Model
from bot.core.errors import (
    OutcomeUnknown,
    VendorAccount,
    VendorBusy,
    VendorError,
    VendorFailed,
    VendorRefused,
    VendorRejected,
)
from bot.core.ports import Drawing, ForgedCallback, StillDrawing, VendorOrder
from bot.core.prices import nano_of
from bot.vendors.downloads import Downloads
from bot.vendors.files import SIGNATURE_BYTES, beside
from bot.vendors.jsonapi import NOT_EXECUTED, Answer, JsonApi, fetch, object_in, ticket_in
from bot.vendors.setup import VendorSetup
from bot.vendors.signatures import EXTENSIONS, mime_of
from bot.vendors.uploads import Upload, put

log = structlog.get_logger(__name__)

SIGNATURE = "Runflow-Signature"
COST_DOLLARS_MAX = 1_000
DRAWN = frozenset({"succeeded", "partial_succeeded", "completed"})
FAILED = "failed"
CANCELLED = frozenset({"canceled", "cancelled"})

FAULTS: tuple[tuple[str, Callable[[str], VendorError]], ...] = (
    ("MODERAT|SAFETY|NSFW|CONTENT_POLICY|SENSITIVE", VendorRefused),
    ("CREDIT|UNAUTHORIZED|PERMISSION|EMAIL|ORGANIZATION|ROLE_|SCOPE|NOT_FOUND", VendorAccount),
    ("RATE_LIMITED|UNAVAILABLE", VendorBusy),
    ("VALIDATION|INVALID", VendorRejected),
)
"""What its codes mean; the first that fits."""


class Runflow:
    """Speaks to Runflow."""

    def __init__(self, setup: VendorSetup, downloads: Downloads | None = None) -> None:
        self._api = JsonApi(setup.access)
        self._models = setup.models
        self._secrets = tuple(each.get_secret_value().encode() for each in setup.access.callback_secrets)
        self._every_seconds = setup.entry.polling.every_seconds
        self._downloads = downloads or Downloads(self._api.base_url)

    async def submit(self, order: VendorOrder) -> str:
        """Create a run, with the pictures that it works from uploaded before; returns its id.

        Raises a VendorError that says what is certain about the bill.
        """
        model = self._models[order.model]
        shown = [await self._uploaded(path) for path in order.references]
        mask = await self._uploaded(order.mask) if order.mask else None
        body: dict[str, Any] = {"input": _input(order, model, shown, mask), "client_ref": order.call}
        if order.callback is not None:
            body["callback_url"] = order.callback
        name = (model.edited_as if shown else None) or model.sent_as or model.name
        answer = await self._api.post(f"models/{name}/runs", body)
        if not answer.is_good:
            raise _not_taken(answer)
        ticket = ticket_in(_run(answer).get("id"))
        if ticket is None:
            raise OutcomeUnknown("no_ticket")
        return ticket

    async def collect(self, order: VendorOrder, ticket: str) -> Drawing | StillDrawing:
        """Ask once how a run goes on, and fetch its pictures when it is done."""
        run = _run(await self._api.get(f"runs/{quote(ticket, safe='')}", add_signature="true"))
        status = str(run.get("status_code") or run.get("status") or "").lower()
        if run.get("client_ref") not in (None, order.call):
            # A callback may name any run; this one was drawn for somebody else.
            raise OutcomeUnknown("another_run")
        if run.get("id") != ticket or status not in DRAWN | CANCELLED | {FAILED}:
            return StillDrawing(self._every_seconds)
        cost = _nano(run.get("cost"))
        if status in CANCELLED:
            raise OutcomeUnknown("cancelled", cost_nano=cost)
        urls = list(_urls(run.get("output")))
        if status == FAILED or (_is_blocked(run.get("output")) and not urls):
            raise _failed(run, cost)
        return Drawing(
            await fetch(order, urls, self._downloads, cost_nano=cost), cost_nano=cost, request_id=ticket
        )

    async def find(self, call: str) -> str | None:
        """Look for the run that carries our own reference; raises OutcomeUnknown where runs cannot be listed so."""
        answer = await self._api.get("runs", client_ref=call)
        if not answer.is_good:
            raise OutcomeUnknown("no_look_up")
        runs = next((answer.value[key] for key in ("data", "items", "runs") if key in answer.value), None)
        for run in runs if isinstance(runs, list) else ():
            if isinstance(run, dict) and run.get("client_ref") == call:
                return ticket_in(run.get("id"))
        return None

    def heard(self, headers: Mapping[str, str], body: bytes) -> str | None:
        """Read the run's id in a callback; one that is not signed with a secret of ours is forged."""
        if self._secrets:
            given = headers.get(SIGNATURE, "").strip().lower().encode(errors="replace")
            signatures = [hmac.new(secret, body, hashlib.sha256).hexdigest() for secret in self._secrets]
            # All are compared, so that the time does not tell which secret was nearly right.
            if True not in [hmac.compare_digest(given, each.encode()) for each in signatures]:
                raise ForgedCallback
        return ticket_in(object_in(body).get("run_id"))

    async def _uploaded(self, path: Path) -> str:
        """Upload a file in its three steps; returns the address by which a run names it. Costs nothing."""
        upload = await beside(_upload_of, path)
        begun = await self._step(
            "asset-uploads",
            {
                "filename": f"picture.{EXTENSIONS[upload.mime]}",
                "mime_type": upload.mime,
                "size_bytes": upload.size_bytes,
            },
        )
        asset, url = ticket_in(begun.get("asset_id")), begun.get("upload_url")
        if asset is None or not isinstance(url, str):
            raise VendorFailed("not_uploaded")
        await put(upload, url, self._downloads)
        done = await self._step(f"asset-uploads/{asset}/confirmations", {})
        found = done.get("url")
        return found if isinstance(found, str) else f"runflow://assets/{asset}"

    async def _step(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            answer = await self._api.post(path, body)
        except OutcomeUnknown as error:
            raise VendorFailed("not_uploaded") from error
        if not answer.is_good:
            fault = _not_taken(answer)
            raise VendorFailed("not_uploaded") if isinstance(fault, OutcomeUnknown) else fault
        return _run(answer)


def _input(order: VendorOrder, model: Model, shown: list[str], mask: str | None) -> dict[str, Any]:
    """Write the fields of a run; what a model does not have is left out."""
    size = (order.width, order.height)
    found: dict[str, Any] = {"prompt": order.prompt}
    if model.pictures_per_call > 1:
        found["num_images"] = order.count
    if len(model.formats) > 1:
        found["output_format"] = order.format
    if len(model.qualities) > 1 and order.quality != "auto":
        found["quality"] = order.quality
    if order.background != "auto":
        found["background"] = order.background
    match model.size_as:
        case "object":
            if order.width:
                found["image_size"] = dict(zip(("width", "height"), size, strict=True))
            elif shown:
                # A new picture has no "auto": it takes the vendor's own shape.
                found["image_size"] = "auto"
        case "words":
            found["image_size"] = f"{order.width}x{order.height}" if order.width else "auto"
        case "sides" if order.width:
            found |= {"width": order.width, "height": order.height}
    if shown:
        found["image_urls"] = shown
    if mask:
        found["mask_url"] = mask
    return found


def _run(answer: Answer) -> Mapping[str, Any]:
    """Read the run, which some answers wrap."""
    inner = answer.value.get("data")
    return inner if isinstance(inner, dict) and "id" not in answer.value else answer.value


def _not_taken(answer: Answer) -> VendorError:
    """Say why something was not done: by its code, in either envelope, else by the status."""
    inner = answer.value.get("error")
    told = inner if isinstance(inner, dict) else answer.value
    code, message = str(told.get("code") or "").upper()[:60], str(told.get("message") or "")
    log.warning("the vendor did not take an order", status=answer.status, code=re.sub(r"[^A-Z_]", "", code))
    kind = _meaning(code) if answer.is_told else None
    if answer.status in {401, 402}:
        kind = VendorAccount  # whatever the code: an invalid key is nothing that somebody asked for
    if kind is None and (answer.is_told or answer.status < 500):
        kind = NOT_EXECUTED.get(answer.status)
    if kind is None and answer.is_told and answer.status < 500:
        kind = VendorRejected
    if kind is None or answer.status in {408, 409, 500}:
        return OutcomeUnknown(str(answer.status))
    if kind is VendorBusy:
        seconds = answer.wait_seconds(message, otherwise=30.0 if answer.status == 503 else 10.0)
        return VendorBusy(str(answer.status), retry_after_seconds=seconds)
    return kind(str(answer.status))


def _failed(run: Mapping[str, Any], cost: int | None) -> VendorError:
    """Say why a run failed; failed runs are not billed, unless the run says so."""
    output = run.get("output")
    envelope = output if isinstance(output, dict) else {}
    code = str(run.get("failure_code") or envelope.get("code") or "").upper()
    if _is_blocked(output) or _meaning(code) is VendorRefused:
        return VendorRefused("moderation", cost_nano=cost)
    if cost:
        return OutcomeUnknown("failed_and_billed", cost_nano=cost)
    kind = _meaning(code)
    if kind is VendorAccount or kind is VendorRejected:
        return kind("failed")
    return VendorFailed("failed")


def _meaning(code: str) -> Callable[[str], VendorError] | None:
    return next((kind for pattern, kind in FAULTS if re.search(pattern, code)), None)


def _is_blocked(output: Any) -> bool:
    return isinstance(output, dict) and output.get("nsfw_detected") is True


def _urls(output: Any) -> Iterator[str]:
    """List the pictures of a run, in the first of its shapes that holds any."""
    if not isinstance(output, dict):
        return
    image = output.get("image")
    shapes = (
        [each.get("url") for each in _objects(output.get("outputs"))],
        output.get("image_urls"),
        [each.get("url") for each in _objects(output.get("images"))],
        [image.get("url")] if isinstance(image, dict) else None,
        [output.get("url")],
        [output.get("output_url")],
    )
    for shape in shapes:
        found = [url for url in shape if isinstance(url, str)] if isinstance(shape, list) else []
        if found:
            yield from found
            return


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _nano(written: Any) -> int | None:
    """Read dollars, a decimal in text or a number, as nano-dollars, rounded up; None for what cannot be a cost."""
    if not isinstance(written, str | int | Decimal) or isinstance(written, bool):
        return None
    try:
        dollars = Decimal(written)
    except InvalidOperation:
        return None
    if not dollars.is_finite() or not 0 <= dollars <= COST_DOLLARS_MAX:
        return None
    return nano_of(dollars)


def _upload_of(path: Path) -> Upload:
    """Describe a file; raises VendorFailed when it cannot be read."""
    try:
        with path.open("rb") as file:
            mime = mime_of(file.read(SIGNATURE_BYTES))
        return Upload(path, mime, path.stat().st_size)
    except OSError as error:
        raise VendorFailed("file_unreadable") from error
