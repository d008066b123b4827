"""/models with everything that is shipped on offer: all of it fits into one message, also when everything is wrong."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

import config
from bot.core.breaker import State
from bot.core.commands import Caller
from bot.core.replies import Reply
from bot.core.studio import ModelOffer
from bot.core.vendorsheets import ModelSheet, PriceLine, VendorSheet, terms_of, ways_of
from bot.core.vitals import Health, Speed
from bot.offers import offers
from bot.platforms.discord.escaping import CONTENT_CHARACTERS_MAX
from bot.platforms.discord.rendering import Look, content
from commands.models import Models, show_models
from tests.fakes import FakeStudio, caller_of

NOW = 1_795_000_000_000
CATALOGUE = config.load({}).catalogue
TROUBLED = Health(
    outcomes={
        "drawn": 90_000,
        "refused": 4_000,
        "rejected": 40,
        "unreachable": 3_000,
        "too slow": 3_000,
        "failed": 50,
        "unknown": 70,
        "account": 80,
        "busy": 7,
        "ours": 1,
    },
    speeds=tuple(
        Speed(size, q, 800, 12, 31) for size in ("1k", "2k", "4k") for q in ("low", "medium", "high")
    ),
    billed=90_000,
    quoted_nano=4_770_000_000_000,
    billed_nano=4_512_300_000_000,
    masked=800,
    spilled=200,
    last_drawn=NOW - 60_000,
)


class Shipped(FakeStudio):
    """Offers everything that is shipped; every model has done like this."""

    def __init__(self, health: Health, breaker: State) -> None:
        super().__init__()
        self.sheets = [
            VendorSheet(
                vendor.name,
                vendor.title,
                (*terms_of(vendor), *ways_of(vendor)),
                tuple(
                    ModelSheet(
                        model.name,
                        model.title,
                        CATALOGUE.address(model),
                        (PriceLine("medium", 6_000, ((NOW, 60_000_000),)),),
                        health,
                        breaker,
                        model.licence,
                    )
                    for model in CATALOGUE.models
                    if model.vendor == vendor.name
                ),
            )
            for vendor in CATALOGUE.vendors
        ]

    async def models(self, caller: Caller) -> Sequence[ModelOffer]:
        return offers(CATALOGUE, self.sheets, CATALOGUE.models[0], now=NOW)


async def told(model: str | None, breaker: State = "open", health: Health = TROUBLED) -> Reply:
    """Ask for the models, or for one."""
    return await show_models(Models(model=model), caller_of(), Shipped(health, breaker))


async def test_the_list_fits_into_one_message() -> None:
    """Every model has its line, its prices and its state, with nothing cut off."""
    reply = await told(None)

    shown = content(reply, Look(is_private=True))
    assert [row.label for row in reply.rows] == [CATALOGUE.address(model) for model in CATALOGUE.models]
    assert all("left alone because it failed" in row.value for row in reply.rows)
    assert len(shown) < CONTENT_CHARACTERS_MAX


@pytest.mark.parametrize("name", [CATALOGUE.address(model) for model in CATALOGUE.models])
async def test_everything_about_one_model_fits_into_one_message(name: str) -> None:
    """With its errors by class, its times by size and quality, its breaker, its licence and its vendor's terms."""
    reply = await told(name)

    rows = {row.label: row for row in reply.rows}
    vendor = CATALOGUE.vendor(CATALOGUE.model(name).vendor)
    assert "50 of 100,240 failed" in rows["Last 30 days"].value
    assert "4k high: half in 12 s, 95 % in 31 s" in rows["Time"].value
    assert "failed several times in a row" in rows["Left alone"].value
    assert rows["Licence"].value == CATALOGUE.model(name).licence
    said = [rows[label].value for label in ("Runs in", "Keeps", "Terms", "Privacy")]
    assert said == [vendor.runs_in, vendor.keeps, vendor.terms_url, vendor.privacy_url]
    assert rows["Terms"].link == (vendor.terms_url if vendor.terms_url.startswith("https://") else None)
    assert len(content(reply, Look(is_private=True))) < CONTENT_CHARACTERS_MAX


async def test_what_nobody_measured_is_said_so() -> None:
    """In the list and in the details."""
    listed, one = await told(None, "closed", Health()), await told("sketch", "closed", Health())

    assert all("no measurements yet" in row.value for row in listed.rows)
    assert {row.label: row.value for row in one.rows}["Last 30 days"] == "no measurements yet"
    assert "Left alone" not in {row.label for row in one.rows}


@pytest.mark.parametrize(("name", "is_said"), [("gpt-image-2", True), ("flux-1.1-pro-ultra", False)])
async def test_auto_is_told_where_it_holds_more(name: str, is_said: bool) -> None:
    """A model with one price has no auto to warn of."""
    reply = await told(name)

    assert ("Auto" in {row.label for row in reply.rows}) == is_said
