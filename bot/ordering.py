"""From a draft to a request that can be priced: what a model can do, which pictures are meant, what size is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.core.catalogue import Catalogue, Model, Size
from bot.core.errors import BadOption, BadPicture, NotFound, NotOffered, Refusal
from bot.core.pictures import PictureRequest, with_style
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
    _check_model(draft, model, catalogue, pictures)
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
        model_words="" if catalogue.address(model) == model.name else catalogue.address(model),
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
        model=f"{request.vendor}/{request.model}",
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
        stays=not request.may_move,
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
        names = _listed(catalogue.address(model) for model in catalogue.models)
        raise NotOffered("model_unknown", model=draft.model[:30], models=names) from None


def _listed(names: Iterable[str]) -> str:
    """Name as many as fit into a sentence."""
    listed = ", ".join(names)
    if len(listed) <= LISTED_CHARACTERS_MAX:
        return listed
    return listed[:LISTED_CHARACTERS_MAX].rpartition(", ")[0] + " and others"


def _check_model(
    draft: Draft, model: Model, catalogue: Catalogue, pictures: Mapping[str, PictureRow]
) -> None:
    if not draft.prompt.strip():
        raise BadOption("prompt_missing")
    if draft.count is not None and not 1 <= draft.count <= COUNT_MAX:
        raise BadOption("count_out_of_range", count=draft.count, limit=COUNT_MAX)
    if draft.background == "transparent" and draft.format == "jpeg":
        raise BadOption("transparent_jpeg")
    for lack in _lacks(draft, model, pictures):
        able = [each for each in catalogue.models if not any(_lacks(draft, each, pictures))]
        if not able:
            raise lack.alone
        price, name = min(
            (estimate_label(each, each.default_quality, SQUARE), catalogue.address(each)) for each in able
        )
        raise NotOffered("model_cannot", what=lack.what, model=model.title, other=name, price=price)


@dataclass(frozen=True)
class _Lack:
    """What a model cannot do, in words, and how that is refused where no other model can either."""

    what: str
    alone: Refusal


def _lacks(draft: Draft, model: Model, pictures: Mapping[str, PictureRow]) -> Iterator[_Lack]:
    """List what a draft asks for and a model cannot do."""

    def nobody(what: str) -> _Lack:
        return _Lack(what, NotOffered("nobody_can", what=what, model=model.title))

    words = with_style(draft.prompt, draft.style)
    length, limit = len(words), model.prompt_characters_max
    if length > limit:
        yield _Lack(f"{length:,} characters", BadOption("prompt_too_long", length=length, limit=limit))
    least = model.prompt_characters_min
    if len(words.strip()) < least:
        yield _Lack(f"words of fewer than {least} characters", BadOption("prompt_too_short", limit=least))
    shown = [each for each in (draft.parent, *draft.references) if each]
    if shown and not model.references_max:
        yield nobody("changes to a picture")
    elif len(shown) > model.references_max:
        refusal = BadOption("too_many_references", count=len(shown), limit=model.references_max)
        yield _Lack(f"an order with {len(shown)} pictures", refusal)
    heaviest = max((pictures[each].size_bytes for each in shown), default=0)
    if model.reference_bytes_max and heaviest > model.reference_bytes_max:
        megabytes = model.reference_bytes_max // 1_000_000
        yield _Lack(
            f"a picture heavier than {megabytes} MB",
            BadPicture("reference_heavy", limit=megabytes, model=model.title),
        )
    if draft.mask and not model.takes_mask:
        yield nobody("a mask")
    if draft.background and draft.background not in model.backgrounds:
        yield nobody(f"a {draft.background} background")
    if draft.format and draft.format not in model.formats:
        formats = ", ".join(model.formats)
        values = {"format": draft.format, "model": model.title, "formats": formats}
        yield _Lack(draft.format, NotOffered("format_not_offered", **values))
    if draft.quality and draft.quality.lower() not in {"auto", *model.qualities}:
        qualities = ", ".join(model.qualities)
        yield _Lack(
            f"the quality {draft.quality.lower()}",
            BadOption("quality_unknown", quality=draft.quality[:40], qualities=qualities),
        )
    if draft.size is not None and (unfit := _unfit(draft.size, model)):
        yield _Lack(f"{unfit.values['asked']} (the nearest is {unfit.values['nearest']})", unfit)


def _unfit(size: str, model: Model) -> BadOption | None:
    """Return why a model does not draw a size; raises BadOption for what is no size at any model."""
    try:
        read_size(size, model.sizes)
    except BadOption as refusal:
        if refusal.key == "size_unfit":
            return refusal
        raise
    return None


def _quality(draft: Draft, model: Model) -> str:
    return draft.quality.lower() if draft.quality else model.default_quality


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
