"""A house of its own for a test outside the flows, with a clock that agrees with the files' times."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

from bot.gallery import EaselGallery, GalleryMeans
from tests.flows.house import House, Site, furnish
from tests.flows.world import Terms
from tests.vendors_for_tests import LedgerVendor

DAY_SECONDS = 86_400


@asynccontextmanager
async def house_in(
    folder: Path, vendor: LedgerVendor | None = None, terms: Terms | None = None
) -> AsyncIterator[House]:
    """Open the house in `folder` for the length of the block, a new one where there is none."""
    is_new = not (folder / "easel.db").exists()
    site = Site(folder, vendor or LedgerVendor(), terms or Terms())
    site.clock.now = time.time_ns() // 1_000_000
    if is_new:
        await furnish(site.url)
    else:
        # Whoever was here before made ids too, and is dead by now.
        site.new_id._numbers = count(site.clock.now)
        site.clock.advance(60)
    house = House(site)
    await house.start()
    try:
        yield house
    finally:
        await house.end()
        site.pool.close()


def gallery_of(house: House, *, keep_days: int = 0) -> EaselGallery:
    """The house's gallery, which keeps pictures for so long."""
    life = house.life
    rights = house.site.rights(life.database)
    means = GalleryMeans(life.database, life.shelf, house.clock, house.site.new_id, rights, keep_days)
    return EaselGallery(means)


def files_in(folder: Path) -> list[Path]:
    """Every file below a folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file())
