"""What people see while a picture is drawn."""

from __future__ import annotations

import pytest

from bot.core.errors import NotFound
from bot.core.ports import Drawing, Report, VendorOrder
from bot.storage.schema import calls
from tests.flows.conftest import Build
from tests.flows.world import caller
from tests.vendors_for_tests import Gate, LedgerVendor, picture_bytes


class SlowPainter(LedgerVendor):
    """Shows what it has so far, then waits at a gate; `sketches` are the bytes of what it shows."""

    def __init__(self, *sketches: bytes) -> None:
        super().__init__()
        self.gate = Gate()
        self._sketches = sketches

    async def draw(self, order: VendorOrder, report: Report | None = None) -> Drawing:
        assert report is not None
        report.first_byte()
        for place, sketch in enumerate(self._sketches):
            path = order.folder / f"partial-{place}"
            path.write_bytes(sketch)
            await report.partial(path)
        await self.gate.passed()
        return await super().draw(order, report)


async def test_the_newest_unfinished_picture_is_shown_to_its_person_only(build: Build) -> None:
    """Each partial picture replaces the one before; it is gone when the job has ended, and costs no row."""
    first, second = picture_bytes("first"), picture_bytes("second")
    vendor = SlowPainter(first, second)
    house = await build(vendor)
    card = await house.order(caller("1"))
    await house.life.deliver_due()
    await vendor.gate.reached.wait()

    served = await house.life.gallery.partial(card.number, caller("look"))
    during = await house.life.studio.job(card.number, caller("look"))
    vendor.gate.open()
    await house.live()
    after = await house.life.studio.job(card.number, caller("look"))

    assert served.path.read_bytes() == second
    assert during.partial is not None
    assert after.partial is None
    assert len(await house.pictures(card.id)) == 1
    with pytest.raises(NotFound):
        await house.life.gallery.partial(card.number, caller("look"))


async def test_the_first_byte_is_recorded(build: Build) -> None:
    """When the vendor began to answer is kept beside when it was called and when it was done."""
    vendor = SlowPainter()
    house = await build(vendor)
    await house.order(caller("1"))
    await house.life.deliver_due()
    await vendor.gate.reached.wait()
    vendor.gate.open()
    await house.live()

    (call,) = await house.rows(calls)

    assert call.called_at <= call.first_byte_at <= call.answered_at


async def test_an_unfinished_picture_that_is_none_harms_nothing(build: Build) -> None:
    """Garbage on the way is not shown, and the picture is delivered all the same."""
    vendor = SlowPainter(b"no picture at all")
    house = await build(vendor)
    card = await house.order(caller("1"))
    await house.life.deliver_due()
    await vendor.gate.reached.wait()
    during = await house.life.studio.job(card.number, caller("look"))
    vendor.gate.open()
    await house.live()

    assert during.partial is None
    assert await house.money(card.id) == ("done", card.held, card.held)
