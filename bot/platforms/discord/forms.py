"""Forms as Discord's modals, and what was filled in, read from the raw interaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from bot.core.forms import Form, FormField
from bot.platforms.discord.incoming import Attached, file_of

PREFIX = "form:"
DIGEST_CHARACTERS = 16
TITLE_MAX = LABEL_MAX = 45
HELP_MAX = 100
FIELDS_MAX = 5
FILES_MAX = 10
TEXT_MAX = 4_000
OPTIONS_MAX = 25
LABEL, TEXT, SELECT, FILES = 18, 4, 3, 19


def modal(form: Form, opening: str) -> dict[str, Any]:
    """Write a form as a modal, opened by the interaction `opening`; what does not fit stays in its draft."""
    return {
        "custom_id": f"{PREFIX}{form.draft}:{opening}",
        "title": form.title[:TITLE_MAX],
        "components": [_labelled(each) for each in _shown(form)],
    }


def draft_of(custom_id: str) -> str | None:
    """Return the draft that a modal rests on; None when it is none of ours."""
    return custom_id.removeprefix(PREFIX).partition(":")[0] if custom_id.startswith(PREFIX) else None


def submission_of(data: Mapping[str, Any], sending: str) -> str:
    """Name what was sent: sent twice without a change, it is the same; opened anew or mended, it is another.

    Discord lets people send a modal again when our answer to its interaction came too late, as `sending` anew; without
    an opening, that is all there is.
    """
    opening = str(data.get("custom_id", "")).removeprefix(PREFIX).partition(":")[2]
    if not opening:
        return sending
    values, files = filled(data)
    written = json.dumps([values, [(each.name, each.size_bytes) for each in files]], sort_keys=True)
    return f"{opening}{hashlib.sha256(written.encode()).hexdigest()[:DIGEST_CHARACTERS]}"


def filled(data: Mapping[str, Any]) -> tuple[dict[str, object], tuple[Attached, ...]]:
    """Read what was filled in: values by field, an empty one as "", and the files in their order."""
    values: dict[str, object] = {}
    files: list[Attached] = []
    resolved = data.get("resolved", {}).get("attachments", {})
    for item in _items(data.get("components", ())):
        name = str(item.get("custom_id", ""))
        match item.get("type"):
            case 4:
                values[name] = str(item.get("value") or "")
            case 3:
                values[name] = next(iter(item.get("values") or ()), "")
            case 19:
                files += [file_of(resolved[each]) for each in item.get("values") or () if each in resolved]
    return values, tuple(files)


def _shown(form: Form) -> tuple[FormField, ...]:
    return form.fields[:FIELDS_MAX]


def _labelled(field: FormField) -> dict[str, Any]:
    body: dict[str, Any] = {"type": LABEL, "label": field.label[:LABEL_MAX], "component": _component(field)}
    if field.help:
        body["description"] = field.help[:HELP_MAX]
    return body


def _component(field: FormField) -> dict[str, Any]:
    match field.kind:
        case "choice" | "flag":
            return _select(field)
        case "file":
            most = min(field.maximum or FILES_MAX, FILES_MAX)
            return {
                "type": FILES,
                "custom_id": field.name,
                "min_values": 1 if field.is_required else 0,
                "max_values": most,
                "required": field.is_required,
            }
        case _:
            longest = TEXT_MAX if field.kind == "text" else 20
            most = min(field.maximum or longest, longest) if field.kind == "text" else longest
            body: dict[str, Any] = {
                "type": TEXT,
                "custom_id": field.name,
                "style": 2 if field.is_long else 1,
                "required": field.is_required,
                "max_length": most,
            }
            return body | ({"value": field.value[:most]} if field.value else {})


def _select(field: FormField) -> dict[str, Any]:
    pairs = [(each.label, each.value) for each in field.choices] or [("Yes", "yes"), ("No", "no")]
    options = [
        {"label": label[:100], "value": value[:100]} | ({"default": True} if value == field.value else {})
        for label, value in pairs[:OPTIONS_MAX]
    ]
    return {
        "type": SELECT,
        "custom_id": field.name,
        "options": options,
        "min_values": 1 if field.is_required else 0,
        "max_values": 1,
        "required": field.is_required,
    }


def _items(components: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    """Walk the filled-in components, in labels or in the rows that older modals have."""
    for each in components:
        if "component" in each:
            yield each["component"]
        yield from each.get("components", ())
