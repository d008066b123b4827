"""What is known of the vendors on offer, put together from the catalogue, the daily sums and the breakers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from bot import charts
from bot.core.breaker import State
from bot.core.catalogue import Catalogue, Model, Size
from bot.core.ports import Clock
from bot.core.pricing import estimate_label, picture_nano
from bot.core.vendorsheets import (
    WINDOW_DAYS,
    Chart,
    ModelSheet,
    PriceLine,
    Theme,
    VendorSheet,
    terms_of,
    ways_of,
)
from bot.core.vitals import DAY, Health
from bot.storage import pauses, prices, vitals
from bot.storage.database import Database
from bot.storage.prices import Listed, Priced
from bot.storage.reading import Readings
from bot.storage.transaction import Tx

REMEMBERED_MILLISECONDS = 10_000
SQUARE = Size(1024, 1024)


@dataclass(frozen=True)
class Known:
    """What the database knows, read at one time."""

    healths: Mapping[tuple[str, str], Health]
    priced: Sequence[Priced]
    paused: Mapping[str, str]


@dataclass
class SoldBook:
    """Implements `bot.core.vendorsheets.VendorBook` for what is on offer."""

    catalogue: Catalogue
    database: Database | Readings
    clock: Clock
    breaker: Callable[[str, str], State]
    _known: tuple[int, Known] | None = field(default=None)
    _before: tuple[int, Mapping[tuple[str, str], int]] | None = field(default=None)
    _drawn: dict[tuple[str, str, str], tuple[Any, bytes]] = field(default_factory=dict)

    async def chart(self, address: str, chart: Chart, theme: Theme) -> bytes | None:
        """Draw a PNG of a model's prices, or of its days; drawn anew when its numbers have changed."""
        models = [model for vendor in await self.read() for model in vendor.models]
        sheet = next((model for model in models if model.address == address), None)
        if sheet is None:
            return None
        drawn, key = draw(sheet, chart, theme, self.clock()), (address, chart, theme)
        if drawn is None:
            return None
        if key not in self._drawn or self._drawn[key][0] != drawn.args:
            self._drawn[key] = drawn.args, await asyncio.to_thread(drawn)
        return self._drawn[key][1]

    async def read(self) -> Sequence[VendorSheet]:
        """List the vendors with their models; breakers as they are now, the rest a few seconds old at most."""
        now = self.clock()
        since = now // DAY - WINDOW_DAYS + 1
        if self._before is None or self._before[0] != since:
            # What came before the thirty days changes with the day only, and is all of the history.
            self._before = since, await self.database.read(vitals.last_drawn, before=since)
        if self._known is None or now - self._known[0] >= REMEMBERED_MILLISECONDS:
            self._known = now, await self.database.read(known, since=since)
        found = self._known[1]
        return [
            VendorSheet(
                name=vendor.name,
                title=vendor.title,
                facts=(*terms_of(vendor), *ways_of(vendor)),
                paused=found.paused.get(vendor.name, found.paused.get(pauses.EVERY_VENDOR)),
                models=tuple(
                    self._model(model, found)
                    for model in self.catalogue.models
                    if model.vendor == vendor.name
                ),
            )
            for vendor in self.catalogue.vendors
        ]

    def _model(self, model: Model, found: Known) -> ModelSheet:
        return ModelSheet(
            name=model.name,
            title=model.title,
            address=self.catalogue.address(model),
            prices=tuple(
                PriceLine(
                    quality,
                    estimate_label(model, quality, SQUARE),
                    tuple((each.since, each.listed.nano) for each in _of(found.priced, model, quality)),
                )
                for quality in model.qualities
            ),
            health=self._health(found, (model.vendor, model.name)),
            breaker=self.breaker(model.vendor, model.name),
            licence=model.licence,
            retires=model.retires,
            successor=model.successor,
        )

    def _health(self, found: Known, key: tuple[str, str]) -> Health:
        health = found.healths.get(key, Health())
        older = self._before[1].get(key) if self._before else None
        return health if health.last_drawn else replace(health, last_drawn=older)


def draw(sheet: ModelSheet, chart: Chart, theme: Theme, now: int) -> partial[bytes] | None:
    """Prepare a chart; prices end today, so that a drawing is good for a day."""
    if chart == "days":
        shares = tuple((day, good * 1000 // total) for day, good, total in sheet.health.by_day)
        return partial(charts.days, shares, theme) if shares else None
    if not sheet.has_changed:
        return None
    lines = tuple((each.quality, each.history) for each in sheet.prices)
    return partial(charts.steps, lines, now // DAY * DAY + DAY, theme)


def known(db: Tx, *, since: int) -> Known:
    """Read what the sums say from a day on, what prices were, and which vendors are paused."""
    return Known(
        vitals.healths(db, since),
        prices.history(db),
        {pause.vendor: pause.reason for pause in pauses.in_force(db)},
    )


def listed(catalogue: Catalogue) -> tuple[Listed, ...]:
    """List what vendors ask for a square picture now, as the catalogue has it."""
    return tuple(
        Listed(model.vendor, model.name, quality, picture_nano(model, quality, SQUARE))
        for model in catalogue.models
        for quality in model.qualities
    )


def _of(priced: Sequence[Priced], model: Model, quality: str) -> list[Priced]:
    wanted = (model.vendor, model.name, quality)
    return [each for each in priced if (each.listed.vendor, each.listed.model, each.listed.quality) == wanted]
