"""Forms as Slack's modal views, and what was filled in read back.

Limits are those of https://docs.slack.dev/reference/views and of the block elements.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any

from bot.core.forms import Form, FormField
from bot.platforms.slack.blocks import Block, plain

FORM = "easel.form"
TITLE_CHARACTERS_MAX = 24
TEXT_CHARACTERS_MAX = 3_000
FILES_MAX = 10
OPTIONS_MAX = 100
HINT_CHARACTERS_MAX = 2_000
KINDS = ("png", "jpg", "jpeg", "webp", "heic", "heif", "avif", "gif", "bmp", "tiff")
"""By their names only: what the bytes are is seen when they are read."""

TITLES: Mapping[str, str] = MappingProxyType(
    {
        "imagine": "Draw a picture",
        "edit": "Change a picture",
        "settings": "Your settings",
        "history": "Your pictures",
        "report": "Report a picture",
        "easel setup": "Easel in this workspace",
        "easel channel": "Easel in this channel",
    }
)
"""What stands above a form, where what its command does is too long for that."""

ACTION = "value"
_YES = {"text": {"type": "plain_text", "text": "Yes", "emoji": False}, "value": "yes"}


@dataclass(frozen=True)
class Whither:
    """What a form rests on, and where what is sent with it belongs: a form itself names no conversation."""

    draft: str
    channel: str = ""
    thread: str | None = None
    message: str | None = None
    response_url: str = ""
    channel_name: str = ""

    def written(self) -> str:
        """Write it as the view's own data, which only Slack and we see; at most 3,000 characters."""
        return json.dumps({name: value for name, value in vars(self).items() if value})

    @staticmethod
    def read(data: str) -> Whither:
        """Read what was written, by whatever version of us; what cannot be read names no draft."""
        try:
            found = json.loads(data)
            return Whither(**{each.name: found[each.name] for each in fields(Whither) if each.name in found})
        except (ValueError, TypeError):
            return Whither("")


def view_of(form: Form, whither: Whither) -> dict[str, Any]:
    """Render a form; what its draft holds beyond the fields stays there."""
    return {
        "type": "modal",
        "callback_id": FORM,
        "private_metadata": whither.written(),
        "title": plain(_title(form), TITLE_CHARACTERS_MAX),
        "submit": plain(form.submit, TITLE_CHARACTERS_MAX),
        "close": plain("Close", TITLE_CHARACTERS_MAX),
        "blocks": [_input(each) for each in form.fields],
    }


def fits(form: Form) -> bool:
    """Whether every text goes into its box: a longer one would be lost."""
    return all(len(each.value) <= TEXT_CHARACTERS_MAX for each in form.fields)


def _title(form: Form) -> str:
    """Name a form in at most 24 characters, whole words only."""
    words = TITLES.get(form.command) or form.title
    if len(words) <= TITLE_CHARACTERS_MAX:
        return words
    return f"{words[: TITLE_CHARACTERS_MAX - 1].rpartition(' ')[0].rstrip(',;:')}…"


def values_of(view: Mapping[str, Any]) -> dict[str, object]:
    """Read every field that was shown; an emptied one is ""."""
    return {
        block: _value(element)
        for block, elements in _state(view).items()
        if (element := elements.get(ACTION)) is not None and element.get("type") != "file_input"
    }


def first_field(view: Mapping[str, Any]) -> str:
    """Name a field that an error can stand under: the words, if there are any."""
    names = list(_state(view))
    return next((name for name in ("prompt", *names) if name in names), "prompt")


def submission_of(view: Mapping[str, Any]) -> str:
    """Name what was sent: pressed twice without a change, it is the same; a form that was mended is another."""
    written = json.dumps([values_of(view), [file.get("id") for file in files_of(view)]], sort_keys=True)
    return f"{view.get('id')}{hashlib.sha256(written.encode()).hexdigest()[:16]}"


def _state(view: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    return (view.get("state") or {}).get("values") or {}


def files_of(view: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return Slack's objects of the files that were chosen, in their order, those of the mask last."""
    found = _state(view)
    chosen: list[dict[str, Any]] = []
    for block in sorted(found, key=lambda name: name == "mask"):
        element = found[block].get(ACTION) or {}
        if element.get("type") == "file_input":
            chosen += [{**file, "field": block} for file in element.get("files") or ()]
    return chosen


def _input(field: FormField) -> Block:
    made: Block = {
        "type": "input",
        "block_id": field.name,
        "label": plain(field.label, 2_000),
        "optional": not field.is_required,
        "element": {"action_id": ACTION, **_element(field)},
    }
    return made | ({"hint": plain(field.help, HINT_CHARACTERS_MAX)} if field.help else {})


def _element(field: FormField) -> dict[str, Any]:
    match field.kind:
        case "choice":
            return _select(field)
        case "flag":
            chosen = {"initial_options": [_YES]} if field.value == "yes" else {}
            return {"type": "checkboxes", "options": [_YES], **chosen}
        case "number" if not _is_number(field):
            # Slack opens no form with a number that its box would not take: it stands in a box for words.
            return _text(field.model_copy(update={"maximum": 0}))
        case "number":
            made: dict[str, Any] = {"type": "number_input", "is_decimal_allowed": False}
            if field.maximum:
                made |= {"min_value": str(field.minimum), "max_value": str(field.maximum)}
            return made | ({"initial_value": field.value} if field.value else {})
        case "file":
            return {
                "type": "file_input",
                "filetypes": list(KINDS),
                "max_files": min(max(1, field.maximum), FILES_MAX),
            }
        case "text":
            return _text(field)


def _is_number(field: FormField) -> bool:
    """Whether what stands in a number's box at first is one that the box takes."""
    if not field.value:
        return True
    is_number = re.fullmatch("-?[0-9]{1,9}", field.value) is not None
    return is_number and (not field.maximum or field.minimum <= int(field.value) <= field.maximum)


def _text(field: FormField) -> dict[str, Any]:
    made: dict[str, Any] = {
        "type": "plain_text_input",
        "multiline": field.is_long,
        # What was typed and is too long stands there whole, to be shortened.
        "max_length": min(max(field.maximum or TEXT_CHARACTERS_MAX, len(field.value)), TEXT_CHARACTERS_MAX),
    }
    return made | ({"initial_value": field.value[:TEXT_CHARACTERS_MAX]} if field.value else {})


def _select(field: FormField) -> dict[str, Any]:
    options = [
        {"text": plain(choice.label, 75), "value": choice.value} for choice in field.choices[:OPTIONS_MAX]
    ]
    made: dict[str, Any] = {"type": "static_select", "options": options}
    chosen = [option for option in options if option["value"] == field.value]
    return made | ({"initial_option": chosen[0]} if chosen else {})


def _value(element: Mapping[str, Any]) -> object:
    match element.get("type"):
        case "static_select":
            return (element.get("selected_option") or {}).get("value", "")
        case "checkboxes":
            return "yes" if element.get("selected_options") else "no"
        case _:
            return element.get("value") or ""
