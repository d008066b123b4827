"""What a dialect is built with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.core.catalogue import Model, VendorAccess, VendorEntry
from bot.vendors.sketch import Pool


@dataclass(frozen=True)
class VendorSetup:
    """One vendor of the catalogue: its entry, its models by name, where it is reached, and the picture pool."""

    entry: VendorEntry
    models: Mapping[str, Model]
    access: VendorAccess
    pool: Pool
