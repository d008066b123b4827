"""Commands as Discord wants them declared: typed options, choices with their prices, ranges, rights, places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from annotated_types import MaxLen
from pydantic.fields import FieldInfo

from bot.core.amounts import price_figure
from bot.core.commands import Command, Says
from bot.core.reading import bounds_of, choices_of, listed_fields
from bot.core.studio import ModelOffer

SLASH, ON_MESSAGE = 1, 3
SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, MENTIONABLE, ATTACHMENT = 1, 2, 3, 4, 5, 9, 11
GUILD, BOT_DM = 0, 1
SERVER_INSTALL = 0
MANAGE_GUILD = 32

OPTIONS_MAX = CHOICES_MAX = 25
TEXT_MAX = 6_000
SUMMARY_MAX = 100
NAME_MAX = 32
INTEGER_MAX = 2**53 - 1

PICTURE_OPTIONS = ("image1", "image2", "image3", "image4")
MASK, MORE = "mask", "more"
EDIT_PICTURE, REPORT_PICTURE = "Edit image", "Report image"
MESSAGE_COMMANDS = (EDIT_PICTURE, REPORT_PICTURE)
TOLD = frozenset(
    {"type", "name", "description", "options", "required", "choices", "value", "autocomplete", "max_length"}
    | {"min_value", "max_value", "contexts", "integration_types", "default_member_permissions"}
)
"""Everything that a declaration says; a test holds it against the declaration."""

SUGGESTED = frozenset({"size", "picture", "job", "where"})
"""What is typed with suggestions: the kinds of option whose values no short list holds."""

AMOUNTS = frozenset({"amount", "limit"})
"""What is typed as people write sums: 2.5, $0.50 or none; as a number it would be thousandths of a credit."""


@dataclass(frozen=True)
class Offer:
    """What models offer at present; their names and prices are choices in the commands."""

    models: Sequence[ModelOffer]


def declared(commands: Iterable[Command[Any]], offer: Offer) -> list[dict[str, Any]]:
    """Write every command as Discord takes it, the two on messages last."""
    slash = [_command(each, offer) for each in commands]
    return [*slash, *(_on_message(name) for name in MESSAGE_COMMANDS)]


def differing(declaration: Iterable[Mapping[str, Any]], there: Iterable[Mapping[str, Any]]) -> list[str]:
    """Name the commands that Discord has otherwise than they are declared, or that one side alone has."""
    ours, theirs = ({_key(each): _told(each) for each in side} for side in (declaration, there))
    return sorted({key[1] for key in {*ours, *theirs} if ours.get(key) != theirs.get(key)})


def _key(command: Mapping[str, Any]) -> tuple[int, str]:
    return int(command.get("type", SLASH)), str(command["name"])


def _told(part: Any) -> Any:
    """Keep of a command what we ever say of one; Discord adds ids, versions and what holds by itself."""
    if isinstance(part, Mapping):
        told = {key: _told(value) for key, value in part.items() if key in TOLD and value}
        return told | {key: str(told[key]) for key in ("default_member_permissions",) if key in told}
    return [_told(each) for each in part] if isinstance(part, list) else part


def _command(command: Command[Any], offer: Offer) -> dict[str, Any]:
    body = {
        "type": SLASH,
        "name": command.name,
        "description": _short(command.summary),
        "options": [_act(act, offer) for act in command.acts] or _options(command, offer),
        **_where(is_for_admins=command.admins_only),
    }
    if command.admins_only:
        # Only a default: servers may change it, so every command checks the right itself.
        body["default_member_permissions"] = MANAGE_GUILD
    return body


def _on_message(name: str) -> dict[str, Any]:
    return {"type": ON_MESSAGE, "name": name, **_where(is_for_admins=False)}


def _where(*, is_for_admins: bool) -> dict[str, Any]:
    contexts = [GUILD] if is_for_admins else [GUILD, BOT_DM]
    return {"contexts": contexts, "integration_types": [SERVER_INSTALL]}


def _act(act: Command[Any], offer: Offer) -> dict[str, Any]:
    kind = GROUP if act.acts else SUBCOMMAND
    options = [_act(each, offer) for each in act.acts] or _options(act, offer)
    return {"type": kind, "name": act.name, "description": _short(act.summary), "options": options}


def _options(command: Command[Any], offer: Offer) -> list[dict[str, Any]]:
    """List a command's options: what must be said first, then its words, then the rest as declared."""
    fields = dict(listed_fields(command))
    found = [
        _option(command, name, info, offer)
        for name, info in fields.items()
        if name not in {"references", MASK}
    ]
    if "references" in fields:
        described = fields["references"].description or "A picture to draw from"
        found += [
            {
                "type": ATTACHMENT,
                "name": name,
                "description": _short(f"{described.partition(',')[0]}, {place}"),
            }
            for place, name in enumerate(PICTURE_OPTIONS, start=1)
        ]
    if MASK in fields:
        found.append({"type": ATTACHMENT, "name": MASK, "description": _short(fields[MASK].description)})
    if command.draft is not None:
        found.append({"type": BOOLEAN, "name": MORE, "description": "Open a form: more words, ten pictures"})
    return sorted(found, key=lambda option: (not option.get("required"), option["name"] != command.words))


def _option(command: Command[Any], name: str, info: FieldInfo, offer: Offer) -> dict[str, Any]:
    body: dict[str, Any] = {
        "name": name.replace("_", "-"),
        "description": _short(info.description),
        **_typed(name, info, offer),
    }
    # Words that are missing open the form, so they are never required where there is one.
    if info.is_required() and not (command.draft is not None and name == command.words):
        body["required"] = True
    return body


def _typed(name: str, info: FieldInfo, offer: Offer) -> dict[str, Any]:
    reads = next((each.reads for each in info.metadata if isinstance(each, Says)), "word")
    if reads == "who":
        return {"type": MENTIONABLE}
    if reads == "flag" or bool in _kinds(info):
        return {"type": BOOLEAN}
    if int in _kinds(info) and reads not in AMOUNTS:
        low, high = bounds_of(info) or (1, INTEGER_MAX)
        suggests = {"autocomplete": True} if reads in SUGGESTED else {}
        return {"type": INTEGER, "min_value": low, "max_value": high, **suggests}
    if choices := _choices(name, info, offer):
        return {"type": STRING, "choices": choices}
    longest = next((each.max_length for each in info.metadata if isinstance(each, MaxLen)), TEXT_MAX)
    suggests = {"autocomplete": True} if reads in SUGGESTED else {}
    return {"type": STRING, "max_length": min(longest, TEXT_MAX), **suggests}


def _choices(name: str, info: FieldInfo, offer: Offer) -> list[dict[str, Any]]:
    if name == "quality":
        return _priced(offer)
    if name == "model":
        return [_choice(model.title, model.name) for model in _distinct(offer)][:CHOICES_MAX]
    return [_choice(word, word) for word in choices_of(info)][:CHOICES_MAX]


def _priced(offer: Offer) -> list[dict[str, Any]]:
    """Offer every quality with what a square of the default model costs, else of the first model that has it."""
    prices: dict[str, int] = {}
    for model in sorted(offer.models, key=lambda model: not model.is_default):
        for quality, price in model.prices:
            prices.setdefault(quality, price)
    return [_choice(_label(quality, price), quality) for quality, price in prices.items()][:CHOICES_MAX]


def _label(quality: str, price: int) -> str:
    if quality == "auto":
        return f"auto · held at its dearest, {price_figure(price)} credits a picture"
    return f"{quality} · about {price_figure(price)} credits a square"


def _distinct(offer: Offer) -> Iterable[ModelOffer]:
    return {model.name: model for model in offer.models}.values()


def _choice(name: str, value: str) -> dict[str, Any]:
    return {"name": name[:100], "value": value[:100]}


def _kinds(info: FieldInfo) -> tuple[Any, ...]:
    return (info.annotation, *get_args(info.annotation))


def _short(text: str | None) -> str:
    """Fit a description; it is cut at a word."""
    said = text or "…"
    return said if len(said) <= SUMMARY_MAX else said[: SUMMARY_MAX - 1].rsplit(" ", 1)[0] + "…"
