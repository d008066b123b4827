"""One paid call: recorded before it is made, bounded in time, its pictures stored, its outcome never guessed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from bot.core.catalogue import Model, Size, VendorEntry
from bot.core.errors import (
    BadPicture,
    OutcomeUnknown,
    VendorBusy,
    VendorError,
    VendorUnreachable,
)
from bot.core.jobs import Call, CallState
from bot.core.pictures import PictureRequest
from bot.core.ports import Clock, Drawing, NewId, Vendor, VendorOrder
from bot.core.pricing import listed_nano
from bot.losses import LEAVES_FILES, STAYS_HIDDEN, loss_of
from bot.progress import Progress
from bot.storage import calls, views
from bot.storage.admission import Places
from bot.storage.calls import Answer, Arrival, Loss, NewCall, NewPicture
from bot.storage.compositing import Masking
from bot.storage.database import Database
from bot.storage.files import naming_full_disk
from bot.storage.jobs import Job
from bot.storage.shelf import Shelf
from bot.storage.transaction import StorageFull
from bot.storage.views import PictureRow

log = structlog.get_logger(__name__)

GRACE_SECONDS = 1.0
LATE_SECONDS = 900.0
NO_ROOM_MILLISECONDS = 30_000
SPILL_NOTICED = 200
"""A vendor that changes more than these thousandths of what a mask protects has hardly looked at the mask."""

UNREACHABLE_MILLISECONDS = (2_000, 5_000, 15_000, 30_000, 60_000)
REPEAT_MILLISECONDS = (2_000, 60_000)
"""The shortest and the longest wait before a call is repeated under its own key."""


@dataclass(frozen=True)
class Counter:
    """One vendor on offer, as the worker uses it: its entry and models in the catalogue, and its client."""

    entry: VendorEntry
    models: Mapping[str, Model]
    vendor: Vendor
    places: Places

    def call_seconds(self, request: PictureRequest) -> int:
        """Say how long one call for `request` may take."""
        size = Size(request.width, request.height) if request.width else None
        return self.models[request.model].run_seconds(size)

    def may_repeat(self, key: str | None, *, called_at: int, at: int) -> bool:
        """Whether a call whose outcome is hidden may be sent again at `at` without being billed twice."""
        return key is not None and 0 <= at - called_at <= self.entry.crash.window_seconds * 1000


@dataclass(frozen=True)
class Waits:
    """Nothing was executed; the part may be asked for again at `until`."""

    until: int


@dataclass(frozen=True)
class Concluded:
    """The call is over, whatever it gave."""


CallOutcome = Waits | Concluded


@dataclass(frozen=True)
class Asking:
    """One paid call of a job: for which part, under which id, and when it was made for the first time."""

    job: Job
    counter: Counter
    part: int
    call: str
    called_at: int
    is_repeat: bool = False
    """Repeats a call under its own key; whether that was executed is hidden."""
    progress: Progress | None = None

    def patience(self, now: int) -> int:
        """Say how many milliseconds to wait before the call is repeated: longer the older it is."""
        shortest, longest = REPEAT_MILLISECONDS
        return max(shortest, min(now - self.called_at, longest))

    @property
    def first(self) -> int:
        """The position in the job, from 0, of the call's first picture."""
        return sum(self.job.request.parts[: self.part])


@dataclass(frozen=True)
class CallMeans:
    """What paid calls are made with."""

    database: Database
    shelf: Shelf
    clock: Clock
    new_id: NewId


class PaidCalls:
    """Makes paid calls and records what is certain about each."""

    def __init__(self, means: CallMeans) -> None:
        self._database = means.database
        self._shelf = means.shelf
        self._clock = means.clock
        self._new_id = means.new_id
        self._late: set[asyncio.Task[None]] = set()

    async def inputs_exist(self, job: Job) -> bool:
        """Whether the bytes of every picture that the job works from are there."""
        rows = await self._inputs(job.request)
        paths = [self._shelf.path(row.sha256) for row in rows.values()]
        return len(rows) == len({picture for picture, _ in job.request.inputs}) and all(
            p.exists() for p in paths
        )

    async def start(self, job: Job, counter: Counter, part: int) -> CallOutcome:
        """Record and make the paid call for one part; raises Conflict when another worker has the job."""
        call, now = self._new_id(), self._clock()
        asking = Asking(job, counter, part, call, now, progress=self._progress(call))
        order = await self._order(
            asking, key=asking.call if counter.entry.crash.kind == "idempotency-key" else None
        )
        if order is None:
            return Waits(self._clock() + NO_ROOM_MILLISECONDS)
        new = NewCall(
            id=asking.call,
            job=job.id,
            part=part,
            vendor=job.vendor,
            model=job.request.model,
            request=_exact(order),
            wanted=job.request.parts[part],
            quoted_nano=job.request.quoted_nano(part),
            idempotency_key=order.idempotency_key,
        )
        is_out = False
        try:
            is_out = await self._database.write_patiently(calls.call_out, new, job.epoch, now=now)
        finally:
            if not is_out:
                await self._shelf.discard(asking.call)
        return await self._draw(asking, order) if is_out else Concluded()

    async def resume(self, job: Job, counter: Counter, call: Call) -> CallOutcome:
        """Find out about a call whose outcome is hidden: take up its answer, repeat it by its key, or never know."""
        if await self.take_up(job, counter, call):
            return Concluded()
        key, called_at = call.idempotency_key, call.called_at
        if counter.may_repeat(key, called_at=called_at, at=self._clock()):
            log.info("the call is repeated under its own key", call=call.id)
            progress = self._progress(call.id)
            asking = Asking(job, counter, call.part, call.id, called_at, is_repeat=True, progress=progress)
            order = await self._order(asking, key=key)
            return await self._draw(asking, order) if order else Waits(self._clock() + NO_ROOM_MILLISECONDS)
        log.warning("the outcome of a paid call stays hidden; it is not repeated", call=call.id)
        await self._give_up(call.id, Loss(CallState.UNKNOWN, "unknown"))
        return Concluded()

    async def take_up(self, job: Job, counter: Counter, call: Call) -> bool:
        """Store the answer of a call that a dead worker had made durable; False when there is none."""
        drawing = await self._shelf.sealed(call.id)
        if drawing is None:
            return False
        log.info("a complete answer was taken up after a crash", call=call.id)
        await self._keep(Asking(job, counter, call.part, call.id, call.called_at), drawing)
        return True

    async def finish_late(self, timeout_seconds: float) -> None:
        """Wait for answers that come after their time limit; give up on the rest."""
        if self._late:
            await asyncio.wait(set(self._late), timeout=timeout_seconds)
        for task in self._late:
            task.cancel()

    def _progress(self, call: str) -> Progress:
        return Progress(call, self._database, self._shelf, self._clock)

    async def _order(self, asking: Asking, *, key: str | None) -> VendorOrder | None:
        """Put an order together; None when the disk has no room for what it needs."""
        request = asking.job.request
        rows = await self._inputs(request)
        shown = [self._shelf.path(rows[picture].sha256) for picture, role in request.inputs if role != "mask"]
        masking = await self._masking(request)
        try:
            folder = self._shelf.incoming(asking.call)
            if masking:
                masking = await self._shelf.masked_inputs(asking.call, masking)
                shown[0] = masking.picture
        except StorageFull:
            log.error("no room for what a call needs", job=asking.job.id)
            await self._shelf.discard(asking.call)
            return None
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
            references=tuple(shown),
            mask=masking.mask if masking else None,
            folder=folder,
            idempotency_key=key,
            partials=request.partials,
        )

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

    async def _draw(self, asking: Asking, order: VendorOrder) -> CallOutcome:
        """Make the call and record its outcome; an error of ours counts as unknown, because money may be gone."""
        job = asking.job
        try:
            with naming_full_disk():
                drawing = await self._within_limit(asking, order)
        except (VendorBusy, VendorUnreachable) as error:
            return await self._wait(asking, error)
        except VendorError as error:
            if isinstance(error, OutcomeUnknown) and (at := self._again_at(asking, order, error)):
                log.warning(
                    "the outcome is hidden; the call is repeated later", call=order.call, why=error.reason
                )
                return Waits(at)
            await self._give_up(order.call, loss_of(error, is_repeat=asking.is_repeat))
            log.warning(
                "the vendor gave no picture",
                vendor=job.vendor,
                problem=type(error).__name__,
                why=error.reason,
            )
        except StorageFull:
            log.error("no room for a picture that was paid for", call=order.call)
            await self._give_up(order.call, Loss(CallState.FAILED, "storage_full"))
        except Exception:  # the edge: what went wrong in us says nothing about the vendor's bill
            log.exception("a paid call broke", call=order.call)
            await self._give_up(order.call, Loss(CallState.UNKNOWN, "bug"))
        else:
            await self._keep(asking, drawing)
        return Concluded()

    def _again_at(self, asking: Asking, order: VendorOrder, error: OutcomeUnknown) -> int | None:
        """Say when a call is repeated under its own key, which tells its outcome; None when it never is."""
        now = self._clock()
        at = now + asking.patience(now)
        may_repeat = asking.counter.may_repeat(order.idempotency_key, called_at=asking.called_at, at=at)
        return at if may_repeat and error.reason not in STAYS_HIDDEN else None

    async def _wait(self, asking: Asking, error: VendorBusy | VendorUnreachable) -> Waits:
        """Say when to ask again. A repeat that was turned away says nothing of the first try: it keeps its key."""
        if isinstance(error, VendorUnreachable):
            log.warning("the vendor cannot be reached", vendor=asking.job.vendor)
            tried = sum(call.reason == "unreachable" for call in asking.job.calls)
            wait = UNREACHABLE_MILLISECONDS[min(tried, len(UNREACHABLE_MILLISECONDS) - 1)]
        else:
            wait = int(error.retry_after_seconds * 1000)
        now = self._clock()
        if asking.is_repeat:
            return Waits(now + max(wait, asking.patience(now)))
        reason = "unreachable" if isinstance(error, VendorUnreachable) else "busy"
        await self._give_up(asking.call, Loss(CallState.VOID, reason, 0))
        return Waits(now + wait)

    async def _within_limit(self, asking: Asking, order: VendorOrder) -> Drawing:
        """Wait for the vendor as long as the request may take; what comes later is kept, not thrown away."""
        task = asyncio.create_task(
            asking.counter.vendor.draw(order, asking.progress), name=f"call {order.call}"
        )
        try:
            done, _ = await asyncio.wait({task}, timeout=asking.counter.call_seconds(asking.job.request))
            if not done:
                # A process that was paused finds its timer and its answer due at once: the answer wins.
                done, _ = await asyncio.wait({task}, timeout=GRACE_SECONDS)
        except asyncio.CancelledError:
            task.cancel()
            raise
        if done:
            return task.result()
        late = asyncio.create_task(self._keep_late(asking, task))
        self._late.add(late)
        late.add_done_callback(self._late.discard)
        raise OutcomeUnknown("too_slow")

    async def _keep_late(self, asking: Asking, task: asyncio.Task[Drawing]) -> None:
        try:
            with naming_full_disk():
                drawing = await asyncio.wait_for(task, LATE_SECONDS)
        except (VendorError, TimeoutError, StorageFull) as error:
            log.info("a late call gave nothing", call=asking.call, problem=type(error).__name__)
            await self._shelf.discard(asking.call)
        except Exception:  # the edge: nobody waits for a late call, so nobody else would hear of it
            log.exception("a late call broke", call=asking.call)
        else:
            log.warning("a picture arrived late and was kept", call=asking.call)
            await self._keep(asking, drawing)

    async def _keep(self, asking: Asking, drawing: Drawing) -> None:
        """Make the answer durable, store its pictures, give them their rows."""
        request = asking.job.request
        try:
            await self._shelf.seal(asking.call, drawing)
            await self._database.write_patiently(
                calls.answered, asking.call, _arrival(drawing, asking.progress), now=self._clock()
            )
            kept = await self._shelf.keep(request, drawing, await self._masking(request))
        except (StorageFull, BadPicture) as error:
            reason = "storage_full" if isinstance(error, StorageFull) else "bad_picture"
            log.error("a picture that was paid for cannot be stored", call=asking.call, reason=reason)
            await self._give_up(asking.call, Loss(CallState.FAILED, reason, drawing.cost_nano))
            return
        rows = tuple(
            NewPicture(id=self._new_id(), position=asking.first + offset + 1, **vars(each))
            for offset, each in enumerate(kept.pictures)
        )
        model = asking.counter.models[request.model]
        listed = listed_nano(model, request, asking.part, got=len(rows), usage=drawing.usage)
        answer = Answer(rows, listed, drawing.cost_nano, kept.mask_spill)
        if (kept.mask_spill or 0) >= SPILL_NOTICED:
            log.warning("the vendor did not keep to the mask", call=asking.call, thousandths=kept.mask_spill)
        await self._database.write_patiently(calls.store, asking.call, answer, now=self._clock())
        await self._shelf.discard(asking.call)

    async def _give_up(self, call: str, loss: Loss) -> None:
        await self._database.write_patiently(calls.give_up, call, loss, now=self._clock())
        if loss.reason not in LEAVES_FILES:
            await self._shelf.discard(call)


def _arrival(drawing: Drawing, progress: Progress | None) -> Arrival:
    first_byte_at = progress.first_byte_at if progress else None
    return Arrival(drawing.cost_nano, drawing.request_id, first_byte_at)


def _exact(order: VendorOrder) -> str:
    """Write down an order as it is sent, with our files by name."""
    shown = {
        name: value for name, value in vars(order).items() if name not in ("references", "mask", "folder")
    }
    files = {
        "references": [path.name for path in order.references],
        "mask": order.mask.name if order.mask else None,
    }
    return json.dumps({**shown, **files})
