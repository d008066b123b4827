"""What paid calls are recorded by: orders put together, answers stored, losses written down."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import structlog

from bot.core.catalogue import Model
from bot.core.errors import BadPicture, VendorBusy, VendorUnreachable
from bot.core.fitting import Room
from bot.core.jobs import CallState
from bot.core.pictures import PictureRequest
from bot.core.ports import Drawing, VendorOrder
from bot.core.pricing import listed_nano
from bot.core.vitals import SPILL_NOTICED
from bot.counters import Asking, CallMeans, Waits
from bot.losses import LEAVES_FILES
from bot.progress import Progress
from bot.storage import calls, views
from bot.storage.calls import Answer, Arrival, Loss, NewCall, NewPicture
from bot.storage.compositing import Masking
from bot.storage.jobs import Job
from bot.storage.transaction import StorageFull
from bot.storage.views import PictureRow

log = structlog.get_logger(__name__)

NO_ROOM_MILLISECONDS = 30_000
UNREACHABLE_MILLISECONDS = (2_000, 5_000, 15_000, 30_000, 60_000)


class CallRecords:
    """Puts orders together and records what is certain about each call."""

    def __init__(self, means: CallMeans) -> None:
        self._database = means.database
        self._shelf = means.shelf
        self._clock = means.clock
        self._new_id = means.new_id

    async def inputs_exist(self, job: Job) -> bool:
        """Whether the bytes of every picture that the job works from are there."""
        rows = await self._inputs(job.request)
        paths = [self._shelf.path(row.sha256) for row in rows.values()]
        return len(rows) == len({picture for picture, _ in job.request.inputs}) and all(
            p.exists() for p in paths
        )

    def progress(self, call: str) -> Progress:
        """Watch a call."""
        return Progress(call, self._database, self._shelf, self._clock)

    async def order(self, asking: Asking, *, key: str | None) -> VendorOrder | None:
        """Put an order together; None when the disk has no room for what it needs."""
        request, links = asking.job.request, asking.counter.links
        rows = await self._inputs(request)
        hashes = [rows[picture].sha256 for picture, role in request.inputs if role != "mask"]
        masking = await self._masking(request)
        try:
            order = self.bare_order(asking)
            shown = [await self._taken(sha256, asking) for sha256 in hashes]
            if masking:
                masking = await self._shelf.masked_inputs(asking.call, masking)
                shown[0] = masking.picture
        except StorageFull:
            log.error("no room for what a call needs", job=asking.job.id)
            await self._shelf.discard(asking.call)
            return None
        is_linked = links is not None and asking.counter.entry.references == "links"
        return replace(
            order,
            references=tuple(shown),
            mask=masking.mask if masking else None,
            idempotency_key=key,
            links=tuple(links.picture(sha256) for sha256 in hashes) if links and is_linked else (),
            callback=links.callback(asking.call) if links else None,
        )

    async def _taken(self, sha256: str, asking: Asking) -> Path:
        """Find a picture as its vendor takes it: its own bytes, or a copy; raises StorageFull."""
        model = asking.counter.models[asking.job.request.model]
        mimes = tuple(f"image/{each}" for each in model.reference_formats)
        fitted = await self._shelf.fitted(sha256, Room(model.reference_bytes_max or sys.maxsize, mimes))
        # Where no copy fits, the vendor has the last word.
        return fitted.path if fitted else self._shelf.path(sha256)

    def bare_order(self, asking: Asking) -> VendorOrder:
        """Put an order together without what it works from; raises StorageFull."""
        request = asking.job.request
        return VendorOrder(
            call=asking.call,
            model=request.model,
            prompt=request.words,
            width=request.width,
            height=request.height,
            quality=request.quality,
            format=request.format,
            background=request.background,
            count=request.parts[asking.part],
            index=asking.first,
            references=(),
            mask=None,
            folder=self._shelf.incoming(asking.call),
            idempotency_key=None,
            partials=request.partials,
        )

    async def call_out(self, asking: Asking, order: VendorOrder) -> bool:
        """Record that a paid call is about to be made; False when the job was cancelled. Raises Conflict."""
        job = asking.job
        new = NewCall(
            id=asking.call,
            job=job.id,
            part=asking.part,
            vendor=job.vendor,
            model=job.request.model,
            request=_exact(order),
            wanted=job.request.parts[asking.part],
            quoted_nano=job.request.quoted_nano(asking.part),
            idempotency_key=order.idempotency_key,
            quality=order.quality,
            pixels=order.width * order.height,
        )
        is_out = False
        try:
            is_out = await self._database.write_patiently(calls.call_out, new, job.epoch, now=self._clock())
        finally:
            if not is_out:
                await self._shelf.discard(asking.call)
        return is_out

    async def _inputs(self, request: PictureRequest) -> Mapping[str, PictureRow]:
        """Read the rows of the pictures that a request works from; most work from none."""
        ids = [picture for picture, _ in request.inputs]
        return await self._database.read(views.pictures_by_id, ids) if ids else {}

    async def _masking(self, request: PictureRequest) -> Masking | None:
        """Find a request's mask and the picture that it belongs to, the first that the request works from."""
        if request.mask is None:
            return None
        first = request.inputs[0][0]
        rows = await self._database.read(views.pictures_by_id, [first, request.mask])
        return Masking(self._shelf.path(rows[first].sha256), self._shelf.path(rows[request.mask].sha256))

    async def put_off(self, asking: Asking, error: VendorBusy | VendorUnreachable) -> Waits:
        """Say when to ask again. A repeat that was turned away says nothing of the first try: it keeps its key."""
        if isinstance(error, VendorUnreachable):
            log.warning("the vendor cannot be reached", vendor=asking.job.vendor)
            own = [call for call in asking.job.calls if call.vendor == asking.job.vendor]
            tried = sum(call.reason == "unreachable" for call in own)
            wait = UNREACHABLE_MILLISECONDS[min(tried, len(UNREACHABLE_MILLISECONDS) - 1)]
        else:
            wait = int(error.retry_after_seconds * 1000)
        now = self._clock()
        if asking.is_repeat:
            return Waits(now + max(wait, asking.patience(now)))
        reason = "unreachable" if isinstance(error, VendorUnreachable) else "busy"
        await self.give_up(asking.call, Loss(CallState.VOID, reason, 0))
        return Waits(now + wait, reason)

    async def keep(self, asking: Asking, drawing: Drawing) -> None:
        """Make the answer durable, store its pictures, give them their rows."""
        model = asking.counter.models[asking.job.request.model]
        request = _as_asked(asking.job.request, model)
        try:
            await self._shelf.seal(asking.call, drawing)
            await self._database.write_patiently(
                calls.answered, asking.call, _arrival(drawing, asking.progress), now=self._clock()
            )
            kept = await self._shelf.keep(request, drawing, await self._masking(request))
        except (StorageFull, BadPicture) as error:
            reason = "storage_full" if isinstance(error, StorageFull) else "bad_picture"
            log.error("a picture that was paid for cannot be stored", call=asking.call, reason=reason)
            await self.give_up(asking.call, Loss(CallState.FAILED, reason, drawing.cost_nano))
            return
        rows = tuple(
            NewPicture(id=self._new_id(), position=asking.first + offset + 1, **vars(each))
            for offset, each in enumerate(kept.pictures)
        )
        listed = listed_nano(model, request, asking.part, got=len(rows), usage=drawing.usage)
        answer = Answer(rows, listed, drawing.cost_nano, kept.mask_spill)
        if (kept.mask_spill or 0) >= SPILL_NOTICED:
            log.warning("the vendor did not keep to the mask", call=asking.call, thousandths=kept.mask_spill)
        await self._database.write_patiently(calls.store, asking.call, answer, now=self._clock())
        await self._shelf.discard(asking.call)

    async def give_up(self, call: str, loss: Loss) -> None:
        """Record why a call gave no picture."""
        await self._database.write_patiently(calls.give_up, call, loss, now=self._clock())
        if loss.reason not in LEAVES_FILES:
            await self._shelf.discard(call)


def _as_asked(request: PictureRequest, model: Model) -> PictureRequest:
    """Let what comes be trimmed to what was asked, where a size only says the shape and the tier that are drawn."""
    if not model.draws_about or not request.width or request.trim_width:
        return request
    return request.model_copy(update={"trim_width": request.width, "trim_height": request.height})


def _arrival(drawing: Drawing, progress: Progress | None) -> Arrival:
    first_byte_at = progress.first_byte_at if progress else None
    return Arrival(drawing.cost_nano, drawing.request_id, first_byte_at, drawing.served_by)


_NOT_KEPT = frozenset({"references", "mask", "folder", "links", "callback"})
"""Files are named instead, and addresses are signed anew whenever they are needed."""


def _exact(order: VendorOrder) -> str:
    """Write down an order as it is sent, with our files by name."""
    shown = {name: value for name, value in vars(order).items() if name not in _NOT_KEPT}
    files = {
        "references": [path.name for path in order.references],
        "mask": order.mask.name if order.mask else None,
    }
    return json.dumps({**shown, **files})
