"""What is known of the vendors on offer, put together from the catalogue, the daily sums and the breakers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.core.breaker import State
from bot.core.catalogue import Catalogue, Model, Size
from bot.core.ports import Clock
from bot.core.pricing import estimate_label, picture_nano
from bot.core.vendorsheets import WINDOW_DAYS, ModelSheet, PriceLine, VendorSheet
from bot.core.vitals import DAY, Health, Vital, health_of
from bot.storage import pauses, prices, vitals
from bot.storage.database import Database
from bot.storage.prices import Listed, Priced
from bot.storage.reading import Readings
from bot.storage.transaction import Tx

REMEMBERED_MILLISECONDS = 60_000
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

    async def read(self) -> Sequence[VendorSheet]:
        """List the vendors with their models; breakers as they are now, the rest a minute old at most."""
        now = self.clock()
        if self._known is None or now - self._known[0] >= REMEMBERED_MILLISECONDS:
            self._known = now, await self.database.read(known, since=now // DAY - WINDOW_DAYS + 1)
        found = self._known[1]
        return [
            VendorSheet(
                name=vendor.name,
                title=vendor.title,
                runs_in=vendor.runs_in,
                keeps=vendor.keeps,
                terms_url=vendor.terms_url,
                substitutes=vendor.substitutes,
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
            health=found.healths.get((model.vendor, model.name), Health()),
            breaker=self.breaker(model.vendor, model.name),
            licence=model.licence,
            retires=model.retires,
            successor=model.successor,
        )


def known(db: Tx, *, since: int) -> Known:
    """Read what the sums say from a day on, what prices were, and which vendors are paused."""
    last = vitals.last_drawn(db)
    grouped: dict[tuple[str, str], list[Vital]] = {key: [] for key in last}
    for each in vitals.since(db, since):
        grouped.setdefault((each.vendor, each.model), []).append(each)
    return Known(
        {key: health_of(found, last.get(key)) for key, found in grouped.items()},
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
