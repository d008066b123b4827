"""When models are retired, and what is drawn instead."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.core.catalogue import Catalogue
from bot.core.retirement import drawn_by, in_service, retirements
from config import load

TODAY = date(2026, 11, 21)


def catalogue_of(**retired: tuple[int | None, str | None]) -> Catalogue:
    """Make models by name: in how many days each is retired, and its successor."""
    shipped = load({}).catalogue
    like = next(model for model in shipped.models if model.vendor == "sketch")
    models = tuple(
        like.model_copy(
            update={
                "name": name,
                "retires": None if days is None else TODAY + timedelta(days=days),
                "successor": successor,
            }
        )
        for name, (days, successor) in retired.items()
    )
    return Catalogue(vendors=(shipped.vendor("sketch"),), models=models)


@pytest.mark.parametrize(
    ("days", "stage"), [(61, None), (60, 60), (15, 60), (14, 14), (4, 14), (3, 3), (1, 3), (0, 0), (-9, 0)]
)
def test_a_warning_has_three_stages_and_an_end(days: int, stage: int | None) -> None:
    """Sixty, fourteen and three days ahead, and once it is gone."""
    [retirement] = retirements(catalogue_of(old=(days, None)), TODAY)

    assert retirement.stage == stage


def test_the_nearest_retirement_comes_first() -> None:
    """Models that stay are not among them."""
    found = retirements(catalogue_of(far=(50, None), near=(5, "stays"), stays=(None, None)), TODAY)

    assert [(each.model, each.days) for each in found] == [("near", 5), ("far", 50)]
    assert found[0].sentence == "near of sketch is retired in 5 days, on 2026-11-26; stays is drawn instead."


@pytest.mark.parametrize(
    ("asked", "drawn"),
    [
        ("first", "third"),
        ("second", "third"),
        ("third", "third"),
        ("alone", "alone"),
        ("circle", "circle"),
        ("unheard-of", "unheard-of"),
    ],
)
def test_a_retired_name_leads_to_a_model_in_service(asked: str, drawn: str) -> None:
    """Over several generations; a name that leads nowhere stays, so that it is refused as itself."""
    catalogue = catalogue_of(
        first=(-90, "second"),
        second=(0, "third"),
        third=(9, None),
        alone=(-1, None),
        circle=(-1, "back"),
        back=(-1, "circle"),
    )

    assert drawn_by(catalogue, asked, TODAY) == drawn


def test_retired_models_are_not_on_offer() -> None:
    """From the day on that the catalogue names."""
    catalogue = catalogue_of(gone=(0, None), tomorrow=(1, None), stays=(None, None))

    assert [model.name for model in in_service(catalogue, TODAY).models] == ["tomorrow", "stays"]


def test_a_successor_must_be_listed() -> None:
    """A mistake in the catalogue is named at the start."""
    with pytest.raises(ValueError, match="old names the successor new, which is not listed"):
        catalogue_of(old=(1, "new"))
