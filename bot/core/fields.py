"""A command's options as the fields of a form, with the prices of what changes the price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from annotated_types import MaxLen
from pydantic.fields import FieldInfo

from bot.core.amounts import price_figure
from bot.core.commands import Command
from bot.core.forms import Choice, Form, FormDraft, FormField
from bot.core.reading import bounds_of, choices_of, listed_fields, reads_of
from bot.core.studio import ModelOffer

SIZES = (
    *("square", "landscape", "portrait", "wide", "tall"),
    *(f"{shape}-{edge}" for edge in ("2k", "4k") for shape in ("square", "landscape", "wide", "tall")),
)
"""Sizes that people choose from; any other can be typed."""

ORDER = (
    "prompt",
    "references",
    "size",
    "quality",
    "count",
    "mask",
    "model",
    "background",
    "format",
    "private",
)
"""The fields of a form by their weight: a platform with few places shows the first ones."""

LABELS = MappingProxyType({"references": "Reference pictures", "mask": "Mask", "count": "Pictures"})
SUBMITS = MappingProxyType({"imagine": "Draw", "edit": "Edit"})
LABEL_CHARACTERS_MAX = 75
HELP_CHARACTERS_MAX = 100
FILES_MAX = 10


@dataclass(frozen=True)
class Offered:
    """What can be chosen here: the models on offer, the default one first or marked."""

    models: Sequence[ModelOffer] = ()

    def model(self, name: str | None) -> ModelOffer | None:
        """Find a model, or the default one."""
        named = next((each for each in self.models if each.name == name), None)
        return named or next((each for each in self.models if each.is_default), None)


def form_of(command: Command[Any], id: str, draft: FormDraft, offered: Offered) -> Form:
    """Make the form of a command, filled with what the draft `id` holds."""
    listed = listed_fields(command)
    names = sorted(listed, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER))
    if "picture" in names and draft.picture:
        names.remove("picture")
    fields = tuple(_field(command, name, draft, offered) for name in names)
    return Form(
        draft=id,
        command=command.name,
        title=command.summary,
        submit=SUBMITS.get(command.name, "Send"),
        fields=fields,
    )


def choices_for(name: str, info: FieldInfo, offered: Offered, model: str | None = None) -> tuple[Choice, ...]:
    """List what can be chosen for an option, prices in the labels; none if it is not a choice."""
    match name:
        case "size":
            return tuple(Choice(label=each, value=each) for each in SIZES)
        case "quality":
            offer = offered.model(model)
            return tuple(_priced(*each) for each in offer.prices) if offer else ()
        case "model":
            return tuple(_model_choice(each) for each in offered.models)
        case _:
            return tuple(Choice(label=each, value=each) for each in choices_of(info))


def _field(command: Command[Any], name: str, draft: FormDraft, offered: Offered) -> FormField:
    info = command.options.model_fields[name]
    value = draft.values.get(name, "")
    label = LABELS.get(name, name.replace("_", " ").capitalize())
    base = FormField(name=name, label=label, kind="text", help=_help(info), value=value)
    if name in {"references", "mask"}:
        most = 1 if name == "mask" else min(FILES_MAX, _longest(info) or FILES_MAX)
        return base.model_copy(update={"kind": "file", "maximum": most})
    if reads_of(info) == "flag":
        return base.model_copy(update={"kind": "flag"})
    if choices := choices_for(name, info, offered, draft.values.get("model")):
        if value and value not in {each.value for each in choices}:
            choices = (Choice(label=value[:LABEL_CHARACTERS_MAX], value=value), *choices)
        return base.model_copy(update={"kind": "choice", "choices": choices})
    if bounds := bounds_of(info):
        return base.model_copy(update={"kind": "number", "minimum": bounds[0], "maximum": bounds[1]})
    is_words = name == command.words
    is_required = info.is_required() or (is_words and name == "prompt")
    return base.model_copy(
        update={"is_required": is_required, "is_long": is_words, "maximum": _longest(info) or 0}
    )


def _priced(quality: str, price: int) -> Choice:
    unit = "credit" if price_figure(price) == "1" else "credits"
    about = "at most" if quality == "auto" else "about"
    return Choice(label=f"{quality} · {about} {price_figure(price)} {unit} a square", value=quality)


def _model_choice(offer: ModelOffer) -> Choice:
    price = min((each for _, each in offer.prices), default=0)
    label = f"{offer.title} · from {price_figure(price)} a square"
    return Choice(label=label[:LABEL_CHARACTERS_MAX], value=offer.name)


def _help(info: FieldInfo) -> str:
    words = info.description or ""
    return words if len(words) <= HELP_CHARACTERS_MAX else words[: HELP_CHARACTERS_MAX - 1] + "…"


def _longest(info: FieldInfo) -> int | None:
    return next((each.max_length for each in info.metadata if isinstance(each, MaxLen)), None)
