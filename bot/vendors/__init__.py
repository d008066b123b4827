"""Who draws: one file or folder per wire dialect."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.core.catalogue import VendorEntry
from bot.core.ports import Vendor
from bot.vendors.sketch import Pool, Sketch

Build = Callable[[VendorEntry, Pool], Vendor]


def _sketch(entry: VendorEntry, pool: Pool) -> Vendor:
    return Sketch(pool)


DIALECTS: Mapping[str, Build] = {"sketch": _sketch}
"""Every wire dialect that is spoken, by the name that the catalogue uses."""
