"""A vendor with its own books, an Easel in front of it, and a browser in front of that."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.doubles.vendor_server import Ledger, Temper, VendorServer
from tests.kill.chat import Chat, chatting
from tests.kill.easel import Easel, easel_in
from tests.kill.records import Records

QUICK = Temper(draw_seconds=(0.05, 0.1), send_seconds=(0.0, 0.05))


@pytest.fixture
async def vendor(tmp_path: Path) -> AsyncIterator[VendorServer]:
    """A vendor in a good mood."""
    async with VendorServer(Ledger(tmp_path / "vendor.jsonl"), QUICK).serving() as server:
        yield server


@pytest.fixture
async def easel(tmp_path: Path, vendor: VendorServer) -> AsyncIterator[Easel]:
    """An Easel that runs, whose calls may take two seconds."""
    async with easel_in(tmp_path, vendor.address, run_seconds=2, drain_seconds=4) as made:
        await made.start()
        yield made


@pytest.fixture
async def chat(easel: Easel) -> AsyncIterator[Chat]:
    """A browser in front of it."""
    async with chatting(easel) as browser:
        yield browser


@pytest.fixture
def records(easel: Easel, vendor: VendorServer) -> Records:
    """What Easel and the vendor wrote down."""
    return Records(easel.data, vendor.ledger)
