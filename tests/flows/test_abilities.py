"""What a model cannot do is refused before anything is held, and the cheapest that can is named with its price."""

from __future__ import annotations

from typing import Any

import pytest

import config
from bot.core.catalogue import Catalogue
from bot.core.errors import BadOption, NotOffered, Refusal
from bot.core.studio import Draft
from bot.ordering import draft_of, request_for
from bot.storage.views import PictureRow
from bot.vendors import DIALECTS

KEYS = {
    "OPENAI_API_KEY": "k",
    "COMETAPI_KEY": "k",
    "CALLMISSED_API_KEY": "k",
    "APIXO_API_KEY": "k",
    "RUNFLOW_API_KEY": "k",
    "EASEL_PUBLIC_URL": "https://easel.example",
    "EASEL_SECRET_KEY": "s" * 32,
}


def on_offer(*names: str, **variables: str) -> Catalogue:
    """Offer what these vendors draw."""
    offered = config.load({**KEYS, **variables}).offered(DIALECTS)
    return Catalogue.model_construct(
        vendors=offered.vendors, models=tuple(each for each in offered.models if each.vendor in names)
    )


def row(name: str, size_bytes: int = 1_000) -> PictureRow:
    """Keep a picture."""
    return PictureRow(
        id=name,
        job=None,
        person="ann",
        tenant="t",
        is_private=False,
        position=1,
        sha256="0" * 64,
        mime="image/png",
        width=1024,
        height=1024,
        original_sha256=None,
        original_mime=None,
        is_late=False,
        is_deleted=False,
        size_bytes=size_bytes,
    )


PICTURES = {name: row(name) for name in ("p0", "p1", "m")} | {"heavy": row("heavy", 12_000_000)}


def refusal(catalogue: Catalogue, **options: Any) -> Refusal:
    """Ask for what is refused."""
    with pytest.raises(Refusal) as raised:
        request_for(Draft(command="imagine", **{"prompt": "a fox", **options}), catalogue, PICTURES)
    return raised.value


@pytest.mark.parametrize(
    ("vendors", "options", "other"),
    [
        (("callmissed", "runflow"), {"references": ("p0",), "mask": "m"}, "runflow/gpt-image-2"),
        (("callmissed", "openai"), {"prompt": "x" * 4_001}, "gpt-image-2.5-flare"),
        (("runflow", "openai"), {"prompt": " x"}, "gpt-image-2.5-flare"),
        (("callmissed", "openai"), {"references": ("heavy",)}, "gpt-image-2.5-flare"),
        (("apixo", "runflow"), {"quality": "high"}, "gpt-image-1.5"),
        (("apixo", "runflow"), {"background": "transparent"}, "gpt-image-1.5"),
        (("openai",), {"background": "transparent"}, "gpt-image-2.5-flare"),
        (("openai",), {"quality": "max"}, "gpt-image-2.5-flare"),
        (("apixo", "openai"), {"format": "webp"}, "gpt-image-2.5-flare"),
        (("apixo", "openai"), {"size": "4k"}, "gpt-image-2.5-flare"),
        (("openai", "runflow"), {"size": "512x512"}, "gpt-image-1.5"),
    ],
    ids=[
        "mask",
        "words",
        "one character",
        "heavy",
        "quality",
        "background",
        "openai's background",
        "max",
        "format",
        "larger",
        "smaller",
    ],
)
def test_the_model_that_can_is_named(vendors: tuple[str, ...], options: dict[str, Any], other: str) -> None:
    """With its price for a square, and a name that finds it."""
    catalogue = on_offer(*vendors)

    told = refusal(catalogue, model=f"{vendors[0]}/gpt-image-2", **options)

    assert isinstance(told, NotOffered)
    assert told.key == "model_cannot"
    named = told.values["other"]
    assert catalogue.model(named) is catalogue.model(other)
    assert told.values["price"] > 0
    assert len(str(told)) < 200
    request_for(
        Draft(command="imagine", **{"prompt": "a fox", **options, "model": named}), catalogue, PICTURES
    )


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"prompt": "x" * 20_001}, "prompt_too_long"),
        ({"references": ("heavy",)}, "reference_heavy"),
        ({"quality": "high"}, "quality_unknown"),
        ({"format": "webp"}, "format_not_offered"),
        ({"references": ("p0",), "mask": "m"}, "nobody_can"),
    ],
)
def test_where_nobody_can_it_is_said_what_is_allowed(options: dict[str, Any], key: str) -> None:
    """The refusal is about the option."""
    assert refusal(on_offer("apixo"), **options).key == key


def test_words_and_their_style_are_measured_as_they_are_sent() -> None:
    """One character is too little for Runflow, and enough with a style after it."""
    catalogue = on_offer("runflow")

    assert refusal(catalogue, prompt="x").key == "prompt_too_short"
    assert request_for(Draft(command="imagine", prompt="x", style="ink"), catalogue, {}).prompt == "x"
    assert request_for(Draft(command="imagine", prompt="xy"), catalogue, {}).prompt == "xy"


def test_without_a_public_address_a_vendor_of_links_changes_nothing() -> None:
    """It still draws from words; a change is offered where it can be done."""
    alone = {"EASEL_PUBLIC_URL": "", "EASEL_SECRET_KEY": ""}

    told = refusal(on_offer("apixo", "openai", **alone), model="apixo/gpt-image-2", references=("p0",))

    assert told.key == "model_cannot"
    assert refusal(on_offer("apixo", **alone), references=("p0",)).key == "nobody_can"
    assert (
        request_for(Draft(command="imagine", prompt="a fox"), on_offer("apixo", **alone), {}).vendor
        == "apixo"
    )
    assert request_for(
        Draft(command="imagine", prompt="a fox", references=("p0",)), on_offer("apixo"), PICTURES
    ).references == ("p0",)


@pytest.mark.parametrize(
    ("public", "address", "can"),
    [
        ("https://easel.example", "https://api.apixo.ai/api/v1", True),
        ("http://easel.example", "https://api.apixo.ai/api/v1", False),
        ("http://10.0.0.7:8080", "http://10.0.0.9/v1", True),
    ],
)
def test_who_reaches_us(public: str, address: str, can: bool) -> None:
    """The internet by https only; a gateway on our own network as it is."""
    found = config.load({**KEYS, "EASEL_PUBLIC_URL": public, "APIXO_BASE_URL": address})

    assert found.can_reach_us(found.catalogue.vendor("apixo")) is can


def test_the_same_again_is_drawn_by_the_same_vendor() -> None:
    """A name that several vendors have does not lead elsewhere."""
    catalogue = on_offer("openai", "apixo", "runflow")
    draft = Draft(command="imagine", prompt="a fox", model="apixo/gpt-image-2", size="1024x1024")

    request = request_for(draft, catalogue, {})

    assert (request.vendor, request.model) == ("apixo", "gpt-image-2")
    assert (request.model_words, request_for(draft, on_offer("apixo"), {}).model_words) == (
        "apixo/gpt-image-2",
        "",
    )
    assert request_for(draft_of(request, "imagine"), catalogue, {}).vendor == "apixo"
    with pytest.raises(NotOffered):
        request_for(draft.model_copy(update={"model": "nobody/gpt-image-2"}), catalogue, {})


@pytest.mark.parametrize(
    ("name", "size", "drawn", "trimmed"),
    [
        ("apixo/gpt-image-2", "wide", (1536, 864), None),
        ("apixo/gpt-image-2", "landscape", (1536, 1152), (1536, 1024)),
        ("apixo/gpt-image-2", "1080x1080", (1536, 1152), (1080, 1080)),
        ("flux-1.1-pro-ultra", None, (2048, 2048), None),
        ("flux-1.1-pro", None, (1024, 1024), None),
    ],
)
def test_what_a_vendor_draws_for_a_size(
    name: str, size: str | None, drawn: tuple[int, int], trimmed: tuple[int, int] | None
) -> None:
    """The smallest of its sizes that holds what was asked, trimmed to it."""
    draft = Draft(command="imagine", prompt="a fox", model=name, size=size)

    request = request_for(draft, on_offer("apixo", "runflow"), {})

    assert (request.width, request.height) == drawn
    assert (request.trim_width, request.trim_height) == (trimmed or (None, None))


def test_more_than_is_published_is_refused() -> None:
    """4k at APIXO has no price, so it is refused with what works, there and elsewhere."""
    told = refusal(on_offer("apixo"), size="4k")
    elsewhere = refusal(on_offer("apixo", "openai"), model="apixo/gpt-image-2", size="4k")

    assert isinstance(told, BadOption)
    assert told.key == "size_unfit"
    assert "2880x2880 (the nearest is 1536x1152)" in str(elsewhere)
    assert refusal(on_offer("apixo", "openai"), size="huge", quality="max").key == "size_unreadable"
