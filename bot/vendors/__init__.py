"""Who draws: one file or folder per wire dialect."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.core.ports import TicketVendor, Vendor
from bot.vendors.setup import VendorSetup
from bot.vendors.sketch import Pool, Sketch

__all__ = ["DIALECTS", "Build", "Pool", "VendorSetup"]

Build = Callable[[VendorSetup], Vendor | TicketVendor]


def _apixo(setup: VendorSetup) -> TicketVendor:
    from bot.vendors.apixo import Apixo

    return Apixo(setup)


def _openai(setup: VendorSetup) -> Vendor:
    from bot.vendors.openai import OpenAI

    return OpenAI(setup)


def _runflow(setup: VendorSetup) -> TicketVendor:
    from bot.vendors.runflow import Runflow

    return Runflow(setup)


def _sketch(setup: VendorSetup) -> Vendor:
    return Sketch(setup.pool)


DIALECTS: Mapping[str, Build] = {"apixo": _apixo, "openai": _openai, "runflow": _runflow, "sketch": _sketch}
"""Every wire dialect that is spoken, by the name that the catalogue uses."""
