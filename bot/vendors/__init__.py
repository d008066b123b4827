"""Who draws: one file or folder per wire dialect."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.core.ports import TicketVendor, Vendor
from bot.vendors.setup import VendorSetup
from bot.vendors.sketch import Pool, Sketch

__all__ = ["DIALECTS", "Build", "Pool", "VendorSetup"]

Build = Callable[[VendorSetup], Vendor | TicketVendor]


def _openai(setup: VendorSetup) -> Vendor:
    from bot.vendors.openai import OpenAI

    return OpenAI(setup)


def _sketch(setup: VendorSetup) -> Vendor:
    return Sketch(setup.pool)


DIALECTS: Mapping[str, Build] = {"openai": _openai, "sketch": _sketch}
"""Every wire dialect that is spoken, by the name that the catalogue uses."""
