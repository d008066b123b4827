"""One paid call: recorded before it is made, bounded in time, its pictures stored, its outcome never guessed."""

from __future__ import annotations

import asyncio

import structlog

from bot.callrecords import NO_ROOM_MILLISECONDS, CallRecords
from bot.core.errors import OutcomeUnknown, VendorBusy, VendorError, VendorUnreachable
from bot.core.jobs import Call, CallState
from bot.core.ports import Drawing, TicketVendor, VendorOrder
from bot.counters import Asking, CallMeans, CallOutcome, Concluded, Counter, Waits
from bot.losses import STAYS_HIDDEN, loss_of
from bot.storage.calls import Loss
from bot.storage.files import naming_full_disk
from bot.storage.jobs import Job
from bot.storage.transaction import StorageFull
from bot.tickets import Tickets

log = structlog.get_logger(__name__)

GRACE_SECONDS = 1.0
LATE_SECONDS = 900.0


class PaidCalls:
    """Makes paid calls and records what is certain about each."""

    def __init__(self, means: CallMeans) -> None:
        self._records = CallRecords(means)
        self._tickets = Tickets(means, self._records)
        self._shelf = means.shelf
        self._clock = means.clock
        self._new_id = means.new_id
        self._late: set[asyncio.Task[None]] = set()

    async def inputs_exist(self, job: Job) -> bool:
        """Whether the bytes of every picture that the job works from are there."""
        return await self._records.inputs_exist(job)

    async def start(self, job: Job, counter: Counter, part: int) -> CallOutcome:
        """Record and make the paid call for one part; raises Conflict when another worker has the job."""
        call, now = self._new_id(), self._clock()
        if barred := counter.breaker(job.request.model).enter(now):
            return Waits(barred.until, "account" if barred.why == "account" else "open")
        asking = Asking(job, counter, part, call, now, progress=self._records.progress(call))
        has_key = counter.entry.crash.kind == "idempotency-key"
        order = await self._records.order(asking, key=call if has_key else None)
        if order is None:
            return Waits(self._clock() + NO_ROOM_MILLISECONDS)
        if not await self._records.call_out(asking, order):
            return Concluded()
        return await self._ask(asking, order)

    async def resume(self, job: Job, counter: Counter, call: Call) -> CallOutcome:
        """Find out about a call whose outcome is hidden: take up its answer, repeat it by its key, or never know."""
        if await self.take_up(job, counter, call):
            return Concluded()
        if isinstance(counter.vendor, TicketVendor):
            asking = Asking(job, counter, call.part, call.id, call.called_at)
            return await self._tickets.resume(asking, call, counter.vendor)
        key, called_at = call.idempotency_key, call.called_at
        if counter.may_repeat(key, called_at=called_at, at=self._clock()):
            log.info("the call is repeated under its own key", call=call.id)
            progress = self._records.progress(call.id)
            asking = Asking(job, counter, call.part, call.id, called_at, is_repeat=True, progress=progress)
            order = await self._records.order(asking, key=key)
            return await self._ask(asking, order) if order else Waits(self._clock() + NO_ROOM_MILLISECONDS)
        log.warning("the outcome of a paid call stays hidden; it is not repeated", call=call.id)
        await self._records.give_up(call.id, Loss(CallState.UNKNOWN, "unknown"))
        return Concluded()

    async def collect_late(self, job: Job, counter: Counter, call: Call) -> None:
        """Follow up a callback that came after its call was given up."""
        if isinstance(counter.vendor, TicketVendor):
            asking = Asking(job, counter, call.part, call.id, call.called_at)
            await self._tickets.collect_late(asking, call, counter.vendor)

    async def take_up(self, job: Job, counter: Counter, call: Call) -> bool:
        """Store the answer of a call that a dead worker had made durable; False when there is none."""
        drawing = await self._shelf.sealed(call.id)
        if drawing is None:
            return False
        log.info("a complete answer was taken up after a crash", call=call.id)
        await self._records.keep(Asking(job, counter, call.part, call.id, call.called_at), drawing)
        return True

    async def finish_late(self, timeout_seconds: float) -> None:
        """Wait for answers that come after their time limit; give up on the rest."""
        if self._late:
            await asyncio.wait(set(self._late), timeout=timeout_seconds)
        for task in self._late:
            task.cancel()

    async def _ask(self, asking: Asking, order: VendorOrder) -> CallOutcome:
        """Make the call and record its outcome; an error of ours counts as unknown, because money may be gone."""
        try:
            with naming_full_disk():
                if isinstance(asking.counter.vendor, TicketVendor):
                    return await self._tickets.submit(asking, order, asking.counter.vendor)
                drawing = await self._within_limit(asking, order)
        except (VendorBusy, VendorUnreachable) as error:
            self._learn(asking, error)
            return await self._records.put_off(asking, error)
        except VendorError as error:
            self._learn(asking, error)
            if isinstance(error, OutcomeUnknown) and (at := self._again_at(asking, order, error)):
                log.warning(
                    "the outcome is hidden; the call is repeated later", call=order.call, why=error.reason
                )
                return Waits(at)
            await self._records.give_up(order.call, loss_of(error, is_repeat=asking.is_repeat))
            log.warning(
                "the vendor gave no picture",
                vendor=asking.job.vendor,
                problem=type(error).__name__,
                why=error.reason,
            )
        except StorageFull:
            log.error("no room for a picture that was paid for", call=order.call)
            await self._records.give_up(order.call, Loss(CallState.FAILED, "storage_full"))
        except Exception:  # the edge: what went wrong in us says nothing about the vendor's bill
            log.exception("a paid call broke", call=order.call)
            await self._records.give_up(order.call, Loss(CallState.UNKNOWN, "bug"))
        else:
            self._learn(asking, None)
            await self._records.keep(asking, drawing)
        return Concluded()

    def _learn(self, asking: Asking, error: VendorError | None) -> None:
        asking.counter.learn(asking.job.request.model, error, now=self._clock())

    def _again_at(self, asking: Asking, order: VendorOrder, error: OutcomeUnknown) -> int | None:
        """Say when a call is repeated under its own key, which tells its outcome; None when it never is."""
        now = self._clock()
        at = now + asking.patience(now)
        may_repeat = asking.counter.may_repeat(order.idempotency_key, called_at=asking.called_at, at=at)
        return at if may_repeat and error.reason not in STAYS_HIDDEN else None

    async def _within_limit(self, asking: Asking, order: VendorOrder) -> Drawing:
        """Wait for the vendor as long as the request may take; what comes later is kept, not thrown away."""
        vendor = asking.counter.vendor
        assert not isinstance(vendor, TicketVendor)
        task = asyncio.create_task(vendor.draw(order, asking.progress), name=f"call {order.call}")
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
            await self._records.keep(asking, drawing)
