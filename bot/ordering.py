"""From a draft to a request that can be priced: what a model can do, which pictures are meant, what size is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.core.catalogue import Catalogue, Model, Size
from bot.core.errors import BadOption, NotFound, NotOffered, Refusal
from bot.core.pictures import Background, PictureRequest, with_style
from bot.core.pricing import Ask, estimate_label, quote
from bot.core.sizes import Framing, read_size
from bot.core.studio import Draft
from bot.storage.views import PictureRow

COUNT_MAX = 10
DEFAULT_SIZE = "1024x1024"
SQUARE = Size(1024, 1024)
LISTED_CHARACTERS_MAX = 80


def request_for(draft: Draft, catalogue: Catalogue, pictures: Mapping[str, PictureRow]) -> PictureRequest:
    """Validate a draft against the models on offer and price it; `pictures` are those that the caller may see.

    Raises a Refusal that names what was wrong and what is allowed.
    """
    _check_pictures(draft, pictures)
    model = _model(draft, catalogue)
    _check_model(draft, model, catalogue)
    framing = _framing(draft, model, pictures)
    quality = _quality(draft, model)
    inputs = len(draft.references) + (draft.parent is not None)
    drawn = framing.drawn if framing else None
    words = with_style(draft.prompt, draft.style)
    price = quote(Ask(words, quality, drawn, draft.count or 1, inputs), model)
    return PictureRequest(
        prompt=draft.prompt,
        vendor=model.vendor,
        model=model.name,
        quality=quality,
        width=drawn.width if drawn else 0,
        height=drawn.height if drawn else 0,
        trim_width=framing.asked.width if framing and framing.is_trimmed else None,
        trim_height=framing.asked.height if framing and framing.is_trimmed else None,
        format=draft.format or model.formats[0],
        background=draft.background or "auto",
        parts=price.parts,
        parent=draft.parent,
        references=draft.references,
        mask=draft.mask,
        private=_is_private(draft, pictures),
        input_nano=price.input_nano,
        picture_nano=price.picture_nano,
        partials=price.partials,
        markup_percent=price.markup_percent,
        size_words=draft.size or "",
        style=draft.style,
        standing=draft.standing,
        plain=draft.plain,
    )


def draft_of(request: PictureRequest, command: str) -> Draft:
    """Turn a request back into what was ordered, to order the same again."""
    width, height = request.trim_width or request.width, request.trim_height or request.height
    return Draft(
        command=command,
        prompt=request.prompt,
        size=f"{width}x{height}" if width else "auto",
        quality=request.quality,
        count=request.count,
        model=request.model,
        format=request.format,
        background=request.background,
        parent=request.parent,
        references=request.references,
        mask=request.mask,
        private=request.private,
        plain=request.plain,
        style=request.style,
        standing=request.standing,
        settled=True,
    )


def _is_private(draft: Draft, pictures: Mapping[str, PictureRow]) -> bool:
    """Whether only the person sees it: an edit of a private picture is private unless said otherwise.

    An upload is nobody else's until something is made of it, so it makes nothing private.
    """
    if draft.private is not None:
        return draft.private
    parent = pictures.get(draft.parent or "")
    return parent is not None and parent.job is not None and parent.is_private


def _check_pictures(draft: Draft, pictures: Mapping[str, PictureRow]) -> None:
    wanted = [draft.parent, *draft.references, draft.mask]
    for picture in (each for each in wanted if each):
        if picture not in pictures:
            raise NotFound("picture_unknown")
        if pictures[picture].is_deleted:
            raise NotFound("picture_gone")
    if draft.mask and not (draft.parent or draft.references):
        raise BadOption("mask_without_picture")


def _model(draft: Draft, catalogue: Catalogue) -> Model:
    if not catalogue.models:
        raise NotOffered("no_model")
    if draft.model is None:
        return catalogue.models[0]
    try:
        return catalogue.model(draft.model.lower())
    except KeyError:
        names = _listed(dict.fromkeys(model.name for model in catalogue.models))
        raise NotOffered("model_unknown", model=draft.model[:30], models=names) from None


def _listed(names: Iterable[str]) -> str:
    """Name as many as fit into a sentence."""
    listed = ", ".join(names)
    if len(listed) <= LISTED_CHARACTERS_MAX:
        return listed
    return listed[:LISTED_CHARACTERS_MAX].rpartition(", ")[0] + " and others"


def _check_model(draft: Draft, model: Model, catalogue: Catalogue) -> None:
    if not draft.prompt.strip():
        raise BadOption("prompt_missing")
    length = len(with_style(draft.prompt, draft.style))
    if length > model.prompt_characters_max:
        raise BadOption("prompt_too_long", length=length, limit=model.prompt_characters_max)
    if draft.count is not None and not 1 <= draft.count <= COUNT_MAX:
        raise BadOption("count_out_of_range", count=draft.count, limit=COUNT_MAX)
    inputs = len(draft.references) + (draft.parent is not None)
    if inputs > model.references_max:
        raise BadOption("too_many_references", count=inputs, limit=model.references_max)
    if draft.mask and not model.takes_mask:
        raise _lacks("mask", model, [each for each in catalogue.models if each.takes_mask])
    if draft.background and draft.background not in model.backgrounds:
        raise _lacks_background(draft.background, model, catalogue)
    if draft.format and draft.format not in model.formats:
        raise NotOffered(
            "format_not_offered", format=draft.format, model=model.title, formats=", ".join(model.formats)
        )
    if draft.background == "transparent" and draft.format == "jpeg":
        raise BadOption("transparent_jpeg")


def _lacks_background(background: Background, model: Model, catalogue: Catalogue) -> Refusal:
    return _lacks(
        f"a {background} background",
        model,
        [each for each in catalogue.models if background in each.backgrounds],
    )


def _lacks(what: str, model: Model, others: list[Model]) -> Refusal:
    """Name the cheapest model that can do what `model` cannot, with its price."""
    if not others:
        return NotOffered("nobody_can", what=what, model=model.title)
    price, name = min((estimate_label(each, each.default_quality, SQUARE), each.name) for each in others)
    return NotOffered("model_cannot", what=what, model=model.title, other=name, price=price)


def _quality(draft: Draft, model: Model) -> str:
    if draft.quality is None:
        return model.default_quality
    quality = draft.quality.lower()
    if quality != "auto" and quality not in model.qualities:
        raise BadOption("quality_unknown", quality=draft.quality[:40], qualities=", ".join(model.qualities))
    return quality


def _framing(draft: Draft, model: Model, pictures: Mapping[str, PictureRow]) -> Framing | None:
    """Read the size; without one an edit keeps its picture's shape, and anything else is a square."""
    if draft.size is not None:
        return read_size(draft.size, model.sizes)
    only = model.sizes.only
    if draft.parent is None:
        return read_size(DEFAULT_SIZE if not only or SQUARE in only else str(only[0]), model.sizes)
    parent = pictures[draft.parent]
    for words in (f"{parent.width}x{parent.height}", _ratio(parent.width, parent.height), DEFAULT_SIZE):
        try:
            return read_size(words, model.sizes)
        except BadOption:
            continue
    return None


def _ratio(width: int, height: int) -> str:
    shorter = min(width, height)
    return f"{width / shorter:.3f}:{height / shorter:.3f}"
