"""What can be made of a picture at one press: another like it, or its finished version."""

from __future__ import annotations

from dataclasses import replace

from bot.core.catalogue import Catalogue, Model, Size
from bot.core.errors import BadOption
from bot.core.pictures import with_style
from bot.core.pricing import Ask, quote
from bot.core.sizes import Framing, read_size
from bot.core.studio import Draft, JobCard, Variant

LOWER = frozenset({"low", "medium"})
FINISHED = "high"
LARGEST_FIRST = ("4k", "2k", "1k")


def with_variants(card: JobCard, catalogue: Catalogue) -> JobCard:
    """Add to a card what can be made of its pictures, with the price of each."""
    try:
        model = catalogue.model(card.request.model, card.request.vendor)
    except KeyError:
        return card
    variants = [Variant("vary", _price(vary(card, ""), model))]
    finished = finish(card, "", model)
    if finished is not None:
        variants.append(Variant("finish", _price(finished, model)))
    return replace(
        card, variants=tuple(variants), edit_from=_edit_from(card, model), again=_price(_again(card), model)
    )


def _again(card: JobCard) -> Draft:
    """Draft the same once more, as far as its price is concerned."""
    request = card.request
    given = {"count": request.count, "references": request.references, "parent": request.parent}
    return vary(card, "").model_copy(update=given)


def _edit_from(card: JobCard, model: Model) -> int:
    """Tell what the cheapest change of a picture costs: few words, at the model's lowest quality."""
    short = vary(card, "").model_copy(update={"prompt": "-", "style": ""})
    drafts = (short.model_copy(update={"quality": quality}) for quality in model.qualities)
    return min((_price(draft, model) for draft in drafts), default=0)


def vary(card: JobCard, picture: str) -> Draft:
    """Draft another picture like `picture`: its words, with the picture itself as reference."""
    request = card.request
    width, height = request.trim_width or request.width, request.trim_height or request.height
    return Draft(
        command="imagine",
        prompt=request.prompt,
        size=f"{width}x{height}" if width else "auto",
        quality=request.quality,
        count=1,
        model=f"{request.vendor}/{request.model}",
        format=request.format,
        background=request.background,
        references=(picture,),
        private=request.private,
        plain=request.plain,
        style=request.style,
        settled=True,
        stays=not request.may_move,
    )


def finish(card: JobCard, picture: str, model: Model) -> Draft | None:
    """Draft the finished version of a draft: high quality, the largest size of its shape, the draft as reference.

    None where the picture is finished already, or the model has nothing higher.
    """
    request = card.request
    if request.quality not in LOWER or FINISHED not in model.qualities:
        return None
    size = _largest(request.trim_width or request.width, request.trim_height or request.height, model)
    return vary(card, picture).model_copy(update={"quality": FINISHED, "size": size})


def _largest(width: int, height: int, model: Model) -> str:
    for resolution in LARGEST_FIRST if width else ():
        shape = f"{width}:{height}-{resolution}"
        try:
            framing = read_size(shape, model.sizes)
        except BadOption:
            continue
        if framing is not None and framing.asked.pixels >= width * height:
            return str(framing.asked)
    return f"{width}x{height}" if width else "auto"


def _price(draft: Draft, model: Model) -> int:
    framing: Framing | None = read_size(draft.size or "auto", model.sizes)
    size: Size | None = framing.drawn if framing else None
    words, quality = with_style(draft.prompt, draft.style), draft.quality or model.default_quality
    inputs = len(draft.references) + (draft.parent is not None)
    ask = Ask(words, quality, size, draft.count or 1, inputs)
    return quote(ask, model).price_millicredits
