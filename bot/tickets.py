"""Paid calls at vendors that give tickets: handed in, then looked after by their due times and callbacks.

Nobody waits while such a vendor draws: the job rests, and whoever gets its id next goes on with it.
"""

from __future__ import annotations

import asyncio

import structlog

from bot.callrecords import CallRecords
from bot.core.alarms import of_account
from bot.core.errors import OutcomeUnknown, VendorBusy, VendorError, VendorUnreachable
from bot.core.jobs import Call, CallState
from bot.core.ports import Drawing, StillDrawing, TicketVendor, VendorOrder
from bot.counters import Asking, CallMeans, CallOutcome, Concluded, Rests
from bot.losses import loss_of
from bot.storage import alarms, callbacks, calls
from bot.storage.calls import Loss
from bot.storage.files import naming_full_disk
from bot.storage.transaction import StorageFull

log = structlog.get_logger(__name__)

SUBMIT_SECONDS = 120.0
"""How long handing an order in may take, with the pictures that go along."""

COLLECT_SECONDS = 180.0
"""How long one look may take, with fetching what is done."""


class Tickets:
    """Hands orders in, asks how they go on, and seeks those whose ticket was lost."""

    def __init__(self, means: CallMeans, records: CallRecords) -> None:
        self._database = means.database
        self._shelf = means.shelf
        self._clock = means.clock
        self._records = records

    async def submit(self, asking: Asking, order: VendorOrder, vendor: TicketVendor) -> CallOutcome:
        """Hand an order in and record its ticket; raises a VendorError that says what is certain about the bill."""
        try:
            async with asyncio.timeout(SUBMIT_SECONDS):
                ticket = await vendor.submit(order)
        except (OutcomeUnknown, TimeoutError) as error:
            if asking.counter.entry.crash.kind != "look-up":
                raise error if isinstance(error, OutcomeUnknown) else OutcomeUnknown("submit_slow") from error
            log.warning("the ticket was lost; the vendor is asked for it", call=order.call)
            return self._look_again(asking)
        # That it takes orders does not show that it draws: only its pictures, or a no, close a breaker.
        await self._database.write_patiently(calls.ticketed, order.call, ticket)
        return Rests(self._clock() + round(asking.counter.entry.polling.first_seconds * 1000))

    async def resume(self, asking: Asking, call: Call, vendor: TicketVendor) -> CallOutcome:
        """Look how a call goes on, or seek its ticket."""
        ticket = call.ticket or await self._database.read(callbacks.ticket_of, call.id)
        if ticket is None:
            ticket = await self._found(asking, call, vendor)
        if ticket is None:
            return await self._unfound(asking, call)
        if call.ticket is None:
            await self._database.write_patiently(calls.ticketed, call.id, ticket)
        return await self._collect(asking, ticket, vendor)

    async def collect_late(self, asking: Asking, call: Call, vendor: TicketVendor) -> None:
        """Fetch what came after its call was given up; an answer that is none changes nothing any more."""
        ticket = call.ticket or await self._database.read(callbacks.ticket_of, call.id)
        if ticket is not None:
            try:
                found = await self._look(asking, ticket, vendor)
            except (VendorError, StorageFull) as error:
                log.info("a late callback brought nothing", call=call.id, problem=type(error).__name__)
            else:
                if isinstance(found, Drawing):
                    log.warning("a picture arrived late and was kept", call=call.id)
                    await self._records.keep(asking, found)
        await self._database.write_patiently(callbacks.use, call.id, now=self._clock())

    async def _found(self, asking: Asking, call: Call, vendor: TicketVendor) -> str | None:
        """Ask for a lost ticket, if the vendor can be asked for it."""
        if asking.counter.entry.crash.kind != "look-up":
            return None
        await self._database.write_patiently(calls.sought, call.id, now=self._clock())
        try:
            async with asyncio.timeout(SUBMIT_SECONDS):
                return await vendor.find(call.id)
        except (VendorError, TimeoutError) as error:
            log.warning("a lost ticket could not be asked for", call=call.id, problem=type(error).__name__)
            return None

    async def _unfound(self, asking: Asking, call: Call) -> CallOutcome:
        """Ask again while the vendor may still list the call; it is never handed in a second time."""
        crash, now = asking.counter.entry.crash, self._clock()
        since = call.sought_since if call.sought_since is not None else now
        if crash.kind == "look-up" and now - since < crash.seek_seconds * 1000:
            return self._look_again(asking)
        log.warning("the outcome of a paid call stays hidden; it is not repeated", call=call.id)
        await self._records.give_up(call.id, Loss(CallState.UNKNOWN, "unknown"))
        return Concluded()

    async def _collect(self, asking: Asking, ticket: str, vendor: TicketVendor) -> CallOutcome:
        """Look once; a call that takes too long is given up, and a callback or a last look may bring its pictures."""
        try:
            found = await self._look(asking, ticket, vendor)
        except VendorError as error:
            asking.counter.learn(asking.job.request.model, error, now=self._clock())
            log.warning(
                "the vendor gave no picture",
                vendor=asking.job.vendor,
                problem=type(error).__name__,
                why=error.reason,
            )
            await self._records.give_up(asking.call, loss_of(error, is_repeat=False))
            return Concluded()
        except StorageFull:
            log.error("no room for a picture that was paid for", call=asking.call)
            found = StillDrawing(asking.counter.entry.polling.every_seconds)
        now = self._clock()
        if isinstance(found, Drawing):
            asking.counter.learn(asking.job.request.model, None, now=now)
            await self._records.keep(asking, found)
            return Concluded()
        if now >= asking.ends_at:
            asking.counter.learn(asking.job.request.model, OutcomeUnknown("too_slow"), now=now)
            # It is paid for all the same: it is looked at once more, whether or not its vendor can call back.
            send, job = asking.counter.places.send, asking.job.id
            await self._database.write_patiently(send, job, at=now + callbacks.LAST_LOOK_MILLISECONDS)
            await self._records.give_up(asking.call, Loss(CallState.UNKNOWN, "too_slow"))
            return Concluded()
        return Rests(min(now + max(1, round(found.seconds * 1000)), asking.ends_at))

    async def _look(self, asking: Asking, ticket: str, vendor: TicketVendor) -> Drawing | StillDrawing:
        """Ask once; what keeps us from asking says nothing about the order. Raises VendorError, StorageFull."""
        order = self._records.bare_order(asking)
        try:
            with naming_full_disk():
                async with asyncio.timeout(COLLECT_SECONDS):
                    return await vendor.collect(order, ticket)
        except VendorBusy as error:
            if error.is_account:
                await self._database.write_patiently(
                    alarms.ring, (of_account(asking.job.vendor),), now=self._clock()
                )
            return StillDrawing(error.retry_after_seconds)
        except (VendorUnreachable, TimeoutError):
            return StillDrawing(asking.counter.entry.polling.every_seconds)

    def _look_again(self, asking: Asking) -> Rests:
        return Rests(self._clock() + round(asking.counter.entry.polling.every_seconds * 1000))
