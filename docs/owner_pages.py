"""The generated reference pages for whoever runs Easel: settings and catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.core.amounts import format_exact
from bot.core.catalogue import Catalogue, FlatPrices, Model, Size, TierPrices, TokenPrices, VendorEntry
from bot.core.pricing import estimate_label, picture_nano
from bot.core.vendorsheets import ways_of
from bot.vendors import DIALECTS
from config import load
from config.settings import MEANINGS, Settings

NOTE = "<!-- Written by `make docs` from the code; change it there. -->"
EXAMPLE = Path(__file__).parents[1] / "config" / "example.env"
PLATFORMS = Path(__file__).parents[1] / "bot" / "platforms"
SQUARE = Size(1024, 1024)
NANO_PER_DOLLAR = Decimal(1_000_000_000)
TOKENS_PRICED = 1_000_000


def settings_page() -> str:
    """Describe every variable, in the groups of `config/example.env`."""
    vendors = {
        name: vendor
        for vendor in _shipped().vendors
        for name in (vendor.key_variable, vendor.base_url_variable, vendor.callback_secret_variable)
        if name
    }
    lines = [
        "# Settings",
        "",
        NOTE,
        "",
        "Easel reads these variables of its environment, and those of a file `.env` in the folder it starts in.",
        "A variable that is set outside wins over the file; an empty one counts as not set.",
        "They are read once, at the start; a wrong one stops the start with a sentence that names it.",
    ]
    for comment, names in _groups():
        lines += ["", comment, "", "| variable | must be | default |", "|---|---|---|"]
        lines += [_vendor_row(name, vendors[name]) if name in vendors else _row(name) for name in names]
    waiting = [name for name in ("discord", "slack") if not (PLATFORMS / name).is_dir()]
    if waiting:
        titles = " and ".join(name.title() for name in waiting)
        lines += ["", f"The variables of {titles} are checked at the start and not used yet."]
    unspoken = [vendor for vendor in _shipped().vendors if vendor.dialect not in DIALECTS]
    lines += [f"A key of {each.title} is not used yet: nothing here speaks to it." for each in unspoken]
    return "\n".join(lines) + "\n"


def catalogue_page() -> str:
    """Describe the vendors and models that Easel ships with."""
    catalogue = _shipped()
    lines = [
        "# Catalogue",
        "",
        NOTE,
        "",
        "The vendors and models of `config/catalogue.toml`, in the order in which they are offered.",
        "The first model on offer is the default one.",
        "",
        "## Vendors",
        "",
        "| name | key | on offer | jobs at once | pictures a minute | after a crash |",
        "|---|---|---|---|---|---|",
        *(_vendor(vendor) for vendor in catalogue.vendors),
        "",
        "| name | runs in | keeps | terms | privacy | pictures to work from | may draw with another model |",
        "|---|---|---|---|---|---|---|",
        *(_facts(vendor) for vendor in catalogue.vendors),
        "",
        "| name | answers | bill | cancelling |",
        "|---|---|---|---|",
        *(_ways(vendor) for vendor in catalogue.vendors),
        "",
        "Where an earlier vendor has a model of the same name, it is ordered with its vendor: `apixo/gpt-image-2`.",
    ]
    for model in catalogue.models:
        lines += ["", f"## {model.name} of {model.vendor}", *_model(model)]
    return "\n".join(lines) + "\n"


def _shipped() -> Catalogue:
    return load({}).catalogue


def _groups() -> Iterator[tuple[str, list[str]]]:
    """Yield each paragraph of the example: its comment, and the variables below it."""
    for paragraph in EXAMPLE.read_text(encoding="utf-8").split("\n\n"):
        rows = paragraph.splitlines()
        names = [row.partition("=")[0] for row in rows if row and not row.startswith("#")]
        if names:
            yield " ".join(row.removeprefix("# ") for row in rows if row.startswith("#")), names


def _row(name: str) -> str:
    field = next(each for each in Settings.model_fields.values() if each.validation_alias == name)
    return f"| `{name}` | {MEANINGS[name]} | {_default(field.default)} |"


def _default(value: Any) -> str:
    return "none" if value is None or value == () else f"`{value}`"


def _vendor_row(name: str, vendor: VendorEntry) -> str:
    if name == vendor.key_variable:
        return f"| `{name}` | a key of {vendor.title} | none |"
    if name == vendor.callback_secret_variable:
        return f"| `{name}` | secrets that {vendor.title} signs callbacks with, with commas between | none |"
    return f"| `{name}` | a web address | {_default(vendor.base_url)} |"


def _vendor(vendor: VendorEntry) -> str:
    crash = vendor.crash
    seconds = {"idempotency-key": crash.window_seconds, "look-up": crash.seek_seconds}.get(crash.kind)
    window = f", {seconds} s" if seconds else ""
    cells = (
        f"`{vendor.name}` ({vendor.title})",
        f"`{vendor.key_variable}`" if vendor.key_variable else "none needed",
        _when(vendor),
        vendor.jobs_at_once,
        vendor.images_per_minute or "no limit",
        crash.kind + window,
    )
    return f"| {' | '.join(map(str, cells))} |"


def _facts(vendor: VendorEntry) -> str:
    shown = {"files": "sent along", "links": "fetched by it from `EASEL_PUBLIC_URL`; without it, none"}
    cells = (
        f"`{vendor.name}`",
        vendor.runs_in,
        vendor.keeps,
        _page(vendor.terms_url),
        _page(vendor.privacy_url),
        shown[vendor.references],
        "yes, unasked" if vendor.substitutes else "no",
    )
    return f"| {' | '.join(cells)} |"


def _ways(vendor: VendorEntry) -> str:
    said = dict(ways_of(vendor))
    return f"| `{vendor.name}` | {' | '.join(said[name] for name in ('Answers', 'Bill', 'Cancelling'))} |"


def _page(address: str) -> str:
    return f"<{address}>" if address.startswith("https://") else address


def _when(vendor: VendorEntry) -> str:
    if vendor.dialect not in DIALECTS:
        return f"not yet: nothing here speaks `{vendor.dialect}`"
    return f"when `{vendor.key_variable}` is set" if vendor.key_variable else "always"


def _model(model: Model) -> Iterator[str]:
    sizes = model.sizes
    bounds = f"multiples of {sizes.multiple}, edges up to {sizes.edge_max}, at most {sizes.ratio_max}:1"
    longest = max(limit.seconds for limit in model.run_limits)
    yield from ("", "| what | value |", "|---|---|")
    yield f"| sizes | {_listed(map(str, sizes.only)) if sizes.only else bounds} |"
    if not sizes.only:
        yield f"| pixels | {sizes.pixels_min:,} to {sizes.pixels_max:,} |"
    yield f"| qualities | {_listed(model.qualities)}; {model.default_quality} if none is named |"
    yield f"| formats | {_listed(model.formats)} |"
    yield f"| backgrounds | {_listed(model.backgrounds)} |"
    yield f"| masks | {'yes' if model.takes_mask else 'no'} |"
    yield f"| reference pictures | {model.references_max} |"
    if model.reference_bytes_max:
        yield f"| bytes of a reference picture | {model.reference_bytes_max:,} |"
    if model.retires:
        yield f"| retired | on {model.retires}, then drawn by {model.successor or 'none'} |"
    yield f"| pictures in one call | {model.pictures_per_call} |"
    least = f"{model.prompt_characters_min} to " if model.prompt_characters_min > 1 else ""
    yield f"| characters of a prompt | {least}{model.prompt_characters_max:,} |"
    yield f"| one call may take | {longest} s |"
    yield f"| whose the pictures are | {model.licence or 'not stated'} |"
    yield f"| markup | {model.markup_percent} % of the list price |"
    yield from ("", *_prices(model))


def _prices(model: Model) -> Iterator[str]:
    prices = model.prices
    if not isinstance(prices, TokenPrices):
        yield "The input is free."
    else:
        rates = (prices.text_in_nano, prices.image_in_nano, prices.image_out_nano)
        text, shown, drawn = (f"${(nano * TOKENS_PRICED / NANO_PER_DOLLAR).normalize():f}" for nano in rates)
        yield f"A million tokens cost {text} (text in), {shown} (pictures in) and {drawn} (pictures out)."
        yield f"One picture that is sent along counts as {prices.input_picture_tokens:,} tokens at most."
    if isinstance(prices, FlatPrices) and prices.credits_per_dollar:
        listed = ", ".join(f"{name} {each}" for name, each in prices.picture_credits.items())
        yield f"The vendor sells credits, {prices.credits_per_dollar} for a dollar: {listed}."
    if isinstance(prices, TierPrices):
        tiers = ", ".join(f"{each.name} ${each.picture_nano / NANO_PER_DOLLAR:.5f}" for each in prices.tiers)
        yield f"A picture costs by its resolution: {tiers}."
    yield from ("", "| quality | one square of 1024x1024 | price without its input |", "|---|---|---|")
    for quality in model.qualities:
        nano = picture_nano(model, quality, SQUARE)
        yield f"| {quality} | ${nano / NANO_PER_DOLLAR:.5f} | {_credits(model, quality, SQUARE)} |"
    yield f"| auto, of any size | held at its dearest | {_credits(model, 'auto', None)} |"


def _credits(model: Model, quality: str, size: Size | None) -> str:
    return format_exact(estimate_label(model, quality, size))


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)
