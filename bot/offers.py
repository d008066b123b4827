"""The models on offer as people read of them: what they can do, what they cost, how they have done lately."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.core.catalogue import Catalogue, Model, Size
from bot.core.pricing import estimate_label
from bot.core.studio import ModelOffer
from bot.core.vendorsheets import VendorSheet, chat_rows, in_short

SQUARE = Size(1024, 1024)


def offers(
    catalogue: Catalogue, sheets: Sequence[VendorSheet], default: Model | None, *, now: int
) -> list[ModelOffer]:
    """Describe every model of a catalogue, with how it has done."""
    known = {(vendor.name, sheet.name): (vendor, sheet) for vendor in sheets for sheet in vendor.models}
    found = []
    for model, offer in zip(catalogue.models, plain_offers(catalogue, default), strict=True):
        vendor, sheet = known[model.vendor, model.name]
        found.append(replace(offer, in_short=in_short(vendor, sheet), details=chat_rows(vendor, sheet, now)))
    return found


def plain_offers(catalogue: Catalogue, default: Model | None) -> list[ModelOffer]:
    """Describe every model by what the catalogue says of it."""
    titles = {vendor.name: vendor.title for vendor in catalogue.vendors}
    return [
        ModelOffer(
            name=catalogue.address(model),
            title=model.title,
            vendor=titles[model.vendor],
            is_default=model is default,
            prices=tuple(
                (quality, estimate_label(model, quality, size)) for quality, size in _choices(model)
            ),
            can=_abilities(model),
            default_quality=model.default_quality,
            default_format=model.formats[0],
            backgrounds=model.backgrounds,
        )
        for model in catalogue.models
    ]


def _choices(model: Model) -> list[tuple[str, Size | None]]:
    """List what a person may choose, with the size that its price is told for; `auto` is told at its dearest."""
    return [*((quality, SQUARE) for quality in model.qualities), ("auto", None)]


def _abilities(model: Model) -> tuple[str, ...]:
    found = [f"up to {model.references_max} reference pictures"] if model.references_max else []
    found += ["masks"] if model.takes_mask else []
    found += ["transparent background"] if "transparent" in model.backgrounds else []
    return tuple(found)
