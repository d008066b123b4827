"""Houses for tests, each on a copy of a database that went through the real migrations."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator, MutableMapping
from pathlib import Path
from typing import Any, Protocol

import pytest
from structlog.testing import capture_logs

from bot.counters import Counter
from tests.flows.house import House, Site, furnish
from tests.flows.world import Terms
from tests.ticket_vendor import TicketLedger
from tests.vendors_for_tests import LedgerVendor


class Build(Protocol):
    """Builds a house with this vendor on these terms; its first process dies at step `fatal`."""

    async def __call__(
        self,
        vendor: LedgerVendor | TicketLedger | None = None,
        terms: Terms | None = None,
        *,
        fatal: int | None = None,
        counter: type[Counter] = Counter,
    ) -> House: ...


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[MutableMapping[str, Any]]]:
    """What was logged, as data; written out, a thousand traces would take longer than the tests."""
    with capture_logs() as captured:
        yield captured


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database with people and tenants in it."""
    path = tmp_path_factory.mktemp("furnished") / "easel.db"
    asyncio.run(furnish(f"sqlite:///{path}"))
    return path


@pytest.fixture
async def build(tmp_path: Path, furnished: Path) -> AsyncIterator[Build]:
    """Build houses; every one is closed at the end."""
    houses: list[House] = []

    async def make(
        vendor: LedgerVendor | TicketLedger | None = None,
        terms: Terms | None = None,
        *,
        fatal: int | None = None,
        counter: type[Counter] = Counter,
    ) -> House:
        folder = tmp_path / f"house {len(houses)}"
        folder.mkdir()
        shutil.copy(furnished, folder / "easel.db")
        house = House(Site(folder, vendor or LedgerVendor(), terms or Terms(), counter))
        houses.append(house)
        await house.start(fatal)
        return house

    yield make
    for house in houses:
        await house.end()
        house.site.pool.close()
