"""Which models draw, what they can do and what they cost."""

from __future__ import annotations

from bot.core.amounts import price_figure
from bot.core.commands import Caller, Command, Options
from bot.core.replies import Reply, Row
from bot.core.sentences import say
from bot.core.studio import ModelOffer, Studio


class Models(Options):
    """Nothing to choose."""


async def show_models(_: Models, caller: Caller, studio: Studio) -> Reply:
    """List the models on offer."""
    offers = await studio.models(caller)
    rows = tuple(row for offer in offers for row in _rows(offer))
    used = next((offer for offer in offers if offer.is_default), None)
    if used is None:
        return Reply(kind="info", text=say("models_none"), rows=rows, private=True)
    text = say("models", model=used.name, quality=used.default_quality, format=used.default_format)
    return Reply(kind="info", text=text, rows=rows, private=True)


def _rows(offer: ModelOffer) -> tuple[Row, ...]:
    """Say what a model costs by quality for a square, what it can do, and how it has done lately."""
    prices = " · ".join(
        f"auto is held at {price_figure(price)}" if quality == "auto" else f"{quality} {price_figure(price)}"
        for quality, price in offer.prices
    )
    about = [offer.title, f"by {offer.vendor}", *offer.can]
    if offer.is_default:
        about.append("used if you name none")
    return (
        Row(label=offer.name, value=", ".join(about)),
        Row(label="Credits a square", value=prices),
        *offer.measured,
    )


MODELS = Command(
    name="models",
    summary="See which models draw, what they can do and what they cost",
    options=Models,
    handler=show_models,
    examples=("/models",),
)
