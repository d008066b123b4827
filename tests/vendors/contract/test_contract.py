"""What every vendor guarantees, against a simulator written from its documentation: the same for all."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, MutableMapping
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from structlog.testing import capture_logs

from bot.core.errors import (
    OutcomeUnknown,
    VendorAccount,
    VendorBusy,
    VendorError,
    VendorFailed,
    VendorRefused,
    VendorRejected,
    VendorUnreachable,
)
from bot.core.ports import Drawing, TicketVendor
from tests.vendors.contract.bench import CATALOGUE, KINDS, Bench, bench_of

FAULTS: dict[str, type[VendorError]] = {
    "refused": VendorRefused,
    "refused_later": VendorRefused,
    "rejected": VendorRejected,
    "fails": VendorFailed,
    "busy": VendorBusy,
    "overloaded": VendorBusy,
    "no_credit": VendorAccount,
    "quota": VendorAccount,
    "not_verified": VendorAccount,
    "model_gone": VendorAccount,
    "page_502": OutcomeUnknown,
    "page_524": OutcomeUnknown,
    "page_200": OutcomeUnknown,
    "lost": OutcomeUnknown,
    "cut": OutcomeUnknown,
    "no_ticket": OutcomeUnknown,
    "expired": OutcomeUnknown,
    "cancelled": OutcomeUnknown,
}
NOT_BILLED = (VendorBusy, VendorUnreachable, VendorAccount, VendorFailed)
CASES = [(name, case) for name, kind in KINDS.items() for case in FAULTS if case in kind.scenes]
LOGS_SAY = ("a secret plan", "simulated")


@pytest.fixture
def kind(request: pytest.FixtureRequest) -> str:
    """Name a vendor."""
    return str(request.param)


@pytest.fixture
async def bench(kind: str, tmp_path: Path) -> AsyncIterator[Bench]:
    """Open a bench."""
    async with bench_of(KINDS[kind], tmp_path) as opened:
        yield opened


every_vendor = pytest.mark.parametrize("kind", KINDS, indirect=True)
by_ticket = pytest.mark.parametrize(
    "kind", [n for n, k in KINDS.items() if "slow" in k.scenes], indirect=True
)
EDITING = [name for name, kind in KINDS.items() if CATALOGUE.model(kind.model, kind.vendor).references_max]


@pytest.mark.parametrize(("kind", "case"), CASES, indirect=["kind"])
async def test_every_fault_is_understood(bench: Bench, case: str) -> None:
    """The error says what is certain about the bill; nothing is ordered twice, nothing private is logged."""
    bench.plan(case)
    logs: list[MutableMapping[str, Any]]

    with capture_logs() as logs, pytest.raises(VendorError) as raised:
        await bench.draw(bench.order("a secret plan"))

    assert type(raised.value) is FAULTS[case]
    assert bench.asked == 1
    assert bench.bill_nano == 0 or not isinstance(raised.value, NOT_BILLED)
    said = f"{raised.value} {raised.value.reason} {logs}"
    assert not [word for word in LOGS_SAY if word in said]


@every_vendor
async def test_a_picture_arrives(bench: Bench) -> None:
    """It is a whole file in the order's folder, of the kind that is said, and its cost is the vendor's bill."""
    order = bench.order(index=3)

    drawing = await bench.draw(order)

    [picture] = drawing.pictures
    assert picture.path.parent == order.folder
    assert picture.path.stem == "3"
    with Image.open(picture.path) as read:
        assert read.get_format_mimetype() == picture.mime
    assert drawing.cost_nano == bench.bill_nano > 0


@every_vendor
async def test_as_many_arrive_as_one_call_gives(bench: Bench) -> None:
    """A call for several gives several, each in its place."""
    count = min(bench.per_call, 4)

    drawing = await bench.draw(bench.order(count=count))

    assert [picture.path.stem for picture in drawing.pictures] == [str(place) for place in range(count)]
    assert drawing.cost_nano == bench.bill_nano


@every_vendor
async def test_fewer_than_ordered_are_taken(bench: Bench) -> None:
    """What came is kept; none at all is an outcome that gave nothing."""
    bench.plan("partial")

    if bench.per_call == 1:
        with pytest.raises((OutcomeUnknown, VendorFailed)):
            await bench.draw(bench.order())
    else:
        assert len((await bench.draw(bench.order(count=3))).pictures) == 2


@pytest.mark.parametrize("kind", EDITING, indirect=True)
@pytest.mark.parametrize("references", [1, 3])
async def test_a_picture_is_changed(bench: Bench, references: int) -> None:
    """Pictures go along in their order."""
    drawing = await bench.draw(bench.order(references=references))

    assert len(drawing.pictures) == 1
    assert bench.asked == 1


@by_ticket
@pytest.mark.parametrize("case", ["slow", "trouble", "cut_file"])
async def test_what_is_on_its_way_arrives(bench: Bench, case: str) -> None:
    """Queued for long, trouble while it is looked at, a file cut once: the picture comes, and costs once."""
    bench.plan(case)

    drawing = await bench.draw(bench.order())

    assert len(drawing.pictures) == 1
    assert (bench.asked, bench.bill_nano) == (1, drawing.cost_nano)


@every_vendor
async def test_a_wrong_key_is_an_account_fault(bench: Bench) -> None:
    """It is ours to mend, not the person's."""
    with pytest.raises(VendorAccount):
        await bench.draw(bench.order(), bench.vendor(key="wrong"))

    assert bench.bill_nano == 0


@by_ticket
async def test_a_key_that_is_taken_back_while_it_draws_is_an_account_fault(bench: Bench) -> None:
    """It is asked again later: the order stands, and its picture comes when the key is right."""
    order, vendor, keyless = bench.order(), bench.vendor(), bench.vendor(key="taken-back")
    assert isinstance(vendor, TicketVendor)
    assert isinstance(keyless, TicketVendor)
    ticket = await vendor.submit(order)

    with pytest.raises(VendorBusy) as found:
        await keyless.collect(order, ticket)

    assert found.value.is_account
    assert isinstance(await vendor.collect(order, ticket), Drawing)


@every_vendor
async def test_a_vendor_that_is_away_has_executed_nothing(bench: Bench) -> None:
    """Nobody listens at its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}/v1"

    with pytest.raises(VendorUnreachable):
        await bench.draw(bench.order(), bench.vendor(address))


@every_vendor
async def test_a_wait_is_as_long_as_the_vendor_says(bench: Bench) -> None:
    """What is too much says for how long, where the vendor tells."""
    bench.plan("busy")

    with pytest.raises(VendorBusy) as raised:
        await bench.draw(bench.order())

    assert raised.value.retry_after_seconds in {7.0, 10.0}
