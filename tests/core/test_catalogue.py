"""The catalogue: what is on offer, and what contradicts itself."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

import config
from bot.core.catalogue import NOT_STATED, Catalogue, Model, Size, VendorEntry
from bot.core.pricing import picture_nano

CATALOGUE = config.load({}).catalogue
SKETCH = CATALOGUE.model("sketch")


@pytest.mark.parametrize(
    ("variables", "dialects", "vendors"),
    [
        (set(), {"openai", "sketch"}, ["sketch"]),
        ({"OPENAI_API_KEY"}, {"openai", "sketch"}, ["openai", "sketch"]),
        ({"OPENAI_API_KEY"}, {"sketch"}, ["sketch"]),
        ({"OPENAI_API_KEY"}, set(), []),
    ],
    ids=["no key", "key", "dialect not built", "nothing built"],
)
def test_a_vendor_is_on_offer_with_key_and_dialect(
    variables: set[str], dialects: set[str], vendors: list[str]
) -> None:
    """A vendor without its key, or with a dialect that nobody speaks, is not on offer."""
    offered = CATALOGUE.offered(variables=variables, dialects=dialects)

    assert [vendor.name for vendor in offered.vendors] == vendors
    assert {model.vendor for model in offered.models} == set(vendors)


def test_the_offline_model_can_everything() -> None:
    """The demo shows transparency, masks, references and several pictures."""
    assert "transparent" in SKETCH.backgrounds
    assert (SKETCH.takes_mask, SKETCH.references_max, SKETCH.pictures_per_call) == (True, 4, 4)


@pytest.mark.parametrize(
    ("model", "size", "quality", "tokens"),
    [
        ("gpt-image-2", Size(2560, 1440), "high", 7_370),
        ("gpt-image-2.5-flare", Size(1024, 1024), "medium", 439),
        ("gpt-image-2.5-flare", Size(3840, 2160), "max", 13_342),
        ("gpt-image-2.5-sunburst", Size(1536, 1024), "high", 1_372),
        ("gpt-image-2.6-sunburst", Size(1024, 1024), "low", 781),
    ],
)
def test_list_prices_are_the_vendors(model: str, size: Size, quality: str, tokens: int) -> None:
    """Tokens are those of the vendor's calculator; 2.6, which has none yet, is taken at its dearest report."""
    assert picture_nano(CATALOGUE.model(model), quality, size) == tokens * 30_000


def test_what_is_not_offered_is_not_confirmed() -> None:
    """Transparent pictures are on offer only where the vendor is known to draw them."""
    clear = {(model.name, model.vendor) for model in CATALOGUE.models if "transparent" in model.backgrounds}

    assert clear == {
        ("gpt-image-2.5-flare", "openai"),
        ("gpt-image-2.5-sunburst", "openai"),
        ("gpt-image-1.5", "runflow"),
        ("sketch", "sketch"),
    }


@pytest.mark.parametrize("name", [vendor.name for vendor in CATALOGUE.vendors])
def test_every_vendor_says_everything_about_itself(name: str) -> None:
    """Where it runs, what it keeps, whose the pictures are and on which terms, or that it does not say."""
    vendor = CATALOGUE.vendor(name)
    models = [model for model in CATALOGUE.models if model.vendor == name]

    assert models
    stated = (vendor.runs_in, vendor.keeps, *(model.licence for model in models))
    assert all(words and words not in {"not stated", "unknown"} for words in stated)
    for page in (vendor.terms_url, vendor.privacy_url):
        assert page.startswith("https://") or page == (NOT_STATED if vendor.key_variable else "none")


@pytest.mark.parametrize(
    "field",
    ["runs_in", "keeps", "terms_url", "privacy_url", "answers", "sends", "bill", "cancels", "crash"],
)
def test_a_new_vendor_cannot_leave_out_what_people_ask_for(field: str) -> None:
    """The start says which field is missing."""
    written = CATALOGUE.vendor("runflow").model_dump()
    del written[field]

    with pytest.raises(ValidationError, match=field):
        VendorEntry.model_validate(written)


def test_an_order_names_only_vendors_that_are_listed() -> None:
    """Neither that for everybody nor that of one tenant."""
    written = CATALOGUE.model_dump()
    for routing in ({"order": {"edit": ["nobody"]}}, {"tenants": {"discord:815": {"*": ["nobody"]}}}):
        with pytest.raises(ValidationError, match="names the vendor nobody"):
            Catalogue.model_validate({**written, "routing": routing})


def test_a_new_model_cannot_leave_out_whose_its_pictures_are() -> None:
    """Nor hide it behind an empty word."""
    written = SKETCH.model_dump()

    with pytest.raises(ValidationError, match="licence"):
        Model.model_validate({name: value for name, value in written.items() if name != "licence"})
    with pytest.raises(ValidationError, match="licence"):
        Model.model_validate({**written, "licence": ""})


@pytest.mark.parametrize("words", ["", "not known", "http://terms.example", "https://", "ask them"])
def test_terms_are_an_address_or_say_why_there_is_none(words: str) -> None:
    """Nothing vague stands in their place."""
    written = CATALOGUE.vendor("runflow").model_dump() | {"terms_url": words}

    with pytest.raises(ValidationError, match="terms_url"):
        VendorEntry.model_validate(written)


@pytest.mark.parametrize("name", [vendor.name for vendor in CATALOGUE.vendors])
def test_what_a_vendor_is_said_to_do_is_what_its_dialect_does(name: str) -> None:
    """Tickets, links and bills are facts of the wire, too."""
    vendor = CATALOGUE.vendor(name)
    gives_tickets = vendor.dialect in {"apixo", "runflow"}
    prices = {model.prices.per for model in CATALOGUE.models if model.vendor == name}

    assert vendor.answers == ("by ticket" if gives_tickets else "in one call")
    assert (vendor.sends == "links") == gives_tickets
    assert (vendor.bill == "tokens") == (prices == {"token"} and name != "sketch")
    assert (vendor.bill == "dollars") == (name in {"runflow", "sketch"})


def test_time_limits_follow_the_size() -> None:
    """A large picture, or one whose size the model chooses, may take longer."""
    model = CATALOGUE.model("gpt-image-2")

    assert model.run_seconds(Size(2560, 1440)) == 360
    assert model.run_seconds(Size(3840, 2160)) == 600
    assert model.run_seconds(None) == 600


def test_models_are_found_by_name_and_vendor() -> None:
    """A model is found by name, and not at a vendor that does not have it."""
    assert CATALOGUE.model("gpt-image-2", "openai").vendor == "openai"
    with pytest.raises(KeyError):
        CATALOGUE.model("gpt-image-2", "sketch")
    with pytest.raises(KeyError):
        CATALOGUE.vendor("nobody")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"qualities": ["low", "medium"]}, "exactly those that prices name"),
        ({"default_quality": "ultra"}, "must be one of qualities"),
        ({"run_limits": [{"pixels": 1_000_000, "seconds": 60}]}, "must cover the largest picture"),
        ({"vendor": "nobody"}, "vendor nobody, which is not listed"),
        ({"markup_percent": 1.5}, "valid integer"),
        ({"sizes": {"pixels_min": 9_000_000}}, "no size is left"),
        ({"sizes": {"only": ["1024"]}}, "written like 1024x1536"),
        ({"sizes": {"colour": "red"}}, "Extra inputs"),
        ({"partials_max": 2}, "does not stream"),
    ],
)
def test_contradictions_are_refused(changed: dict[str, Any], message: str) -> None:
    """A model that cannot be priced or timed is refused."""
    written = CATALOGUE.model_dump(mode="json")
    written["models"] = [{**SKETCH.model_dump(mode="json"), **changed}]

    with pytest.raises(ValidationError, match=message):
        Catalogue.model_validate(written)


def test_a_server_needs_an_address() -> None:
    """A vendor of the openai dialect without an address is refused when it is read."""
    written = {**CATALOGUE.vendor("openai").model_dump(mode="json"), "base_url": None}

    with pytest.raises(ValidationError, match="base_url: says where"):
        VendorEntry.model_validate(written)


def test_twins_are_refused() -> None:
    """The same vendor twice, or one model twice at a vendor, is a mistake."""
    written = CATALOGUE.model_dump(mode="json")

    with pytest.raises(ValidationError, match="sketch of sketch is listed twice"):
        Catalogue.model_validate({**written, "models": [*written["models"], written["models"][-1]]})
    with pytest.raises(ValidationError, match="openai is listed twice"):
        Catalogue.model_validate({**written, "vendors": [*written["vendors"], written["vendors"][0]]})
