"""Which models draw, what they can do and what they cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from bot.core.amounts import price_figure
from bot.core.commands import Caller, Command, Options, Says
from bot.core.errors import NotOffered
from bot.core.replies import Reply, Row
from bot.core.sentences import say
from bot.core.studio import ModelOffer, Studio


class Models(Options):
    """Which model is meant; without one, all are listed."""

    model: Annotated[
        str | None, Field(description="Name of a model, to see all about it", max_length=64), Says()
    ] = None


async def show_models(options: Models, caller: Caller, studio: Studio) -> Reply:
    """List the models on offer, or tell everything about one."""
    offers = await studio.models(caller)
    if options.model is not None:
        return _told(_named(options.model, offers))
    rows = tuple(Row(label=offer.name, value=_line(offer)) for offer in offers)
    used = next((offer for offer in offers if offer.is_default), None)
    if used is None:
        return Reply(kind="info", text=say("models_none"), rows=rows, private=True)
    text = say("models", model=used.name, quality=used.default_quality, format=used.default_format)
    return Reply(kind="info", text=text, rows=rows, private=True)


def _named(name: str, offers: Sequence[ModelOffer]) -> ModelOffer:
    """Find a model by its name, or by its title; raises NotOffered."""
    wanted = name.casefold()
    for offer in offers:
        if wanted in (offer.name.casefold(), offer.title.casefold()):
            return offer
    known = ", ".join(offer.name for offer in offers[:5])
    raise NotOffered("model_unknown", model=name[:30], models=known)


def _line(offer: ModelOffer) -> str:
    """Say in one line who draws, for how much, and how that goes."""
    about = [_title(offer), _prices(offer), offer.in_short]
    if offer.is_default:
        about.append("used if you name none")
    return " · ".join(each for each in about if each)


def _title(offer: ModelOffer) -> str:
    return offer.title if offer.vendor in offer.title else f"{offer.title} by {offer.vendor}"


def _prices(offer: ModelOffer) -> str:
    """List what a square costs by quality, and what `auto` holds where that is more than any of them."""
    named = {quality: price for quality, price in offer.prices if quality != "auto"}
    said = [f"{quality} {price_figure(price)}" for quality, price in named.items()]
    auto = _auto(offer)
    return ", ".join(said + ([f"auto held at {price_figure(auto)}"] if auto else []))


def _auto(offer: ModelOffer) -> int | None:
    """What `auto` holds; None where that is no more than a quality that can be named."""
    named = {quality: price for quality, price in offer.prices if quality != "auto"}
    auto = dict(offer.prices).get("auto", 0)
    return auto if auto > max(named.values()) else None


def _told(offer: ModelOffer) -> Reply:
    auto = _auto(offer)
    first = (
        Row(label="Model", value=_title(offer)),
        *((Row(label="Auto", value=f"held at {price_figure(auto)} a picture"),) if auto else ()),
        *((Row(label="Takes", value=", ".join(offer.can)),) if offer.can else ()),
    )
    text = say("model_told", model=offer.name)
    return Reply(kind="info", text=text, rows=(*first, *offer.details), private=True)


MODELS = Command(
    name="models",
    summary="See which models draw, what they can do and what they cost",
    options=Models,
    handler=show_models,
    positional=("model",),
    examples=("/models", "/models gpt-image-2"),
)
