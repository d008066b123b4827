"""Houses for tests, each on a copy of a database that went through the real migrations."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol

import pytest

from tests.flows.house import House, Site, furnish
from tests.flows.world import Terms
from tests.vendors_for_tests import LedgerVendor


class Build(Protocol):
    """Builds a house with this vendor on these terms; its first process dies at step `fatal`."""

    async def __call__(
        self, vendor: LedgerVendor | None = None, terms: Terms | None = None, *, fatal: int | None = None
    ) -> House: ...


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
        vendor: LedgerVendor | None = None, terms: Terms | None = None, *, fatal: int | None = None
    ) -> House:
        folder = tmp_path / f"house {len(houses)}"
        folder.mkdir()
        shutil.copy(furnished, folder / "easel.db")
        house = House(Site(folder, vendor or LedgerVendor(), terms or Terms()))
        houses.append(house)
        await house.start(fatal)
        return house

    yield make
    for house in houses:
        await house.end()
        house.site.pool.close()
