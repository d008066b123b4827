"""What Discord accepts as buttons, selects and forms. Limits: its page "Component Reference"."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.doubles.discord.refusals import Json, Problems

ROW, BUTTON, SELECT, INPUT, LABEL, UPLOAD, TEXT = 1, 2, 3, 4, 18, 19, 10
SELECTS = frozenset({3, 5, 6, 7, 8})
CHOICES = frozenset({21, 22, 23})
LINK, PREMIUM = 5, 6
Place = tuple[str | int, ...]


def flat(components: list[Json]) -> Iterator[Json]:
    """Yield every component, nested ones too."""
    for each in components:
        yield each
        inner = each.get("components", [])
        yield from flat([*inner, *([each["component"]] if "component" in each else [])])


def value_of(field: Json, name: str, default: int = 1) -> int:
    """Return a number of a component; null is as good as absent."""
    found = field.get(name)
    return default if found is None else int(found)


def check_rows(problems: Problems, place: Place, rows: Any) -> None:
    """Check the action rows of a message."""
    problems.count(place, rows, 0, 5)
    if not isinstance(rows, list):
        return
    seen: set[str] = set()
    for number, row in enumerate(rows):
        here = (*place, number)
        if not isinstance(row, dict) or row.get("type") != ROW:
            problems.choice((*here, "type"), None, "(1,)")
            continue
        inner = row.get("components")
        problems.count((*here, "components"), inner, 1, 5)
        for index, each in enumerate(inner if isinstance(inner, list) else []):
            spot = (*here, "components", index)
            kind = each.get("type") if isinstance(each, dict) else None
            if kind == BUTTON:
                _check_button(problems, spot, each)
            elif kind in SELECTS:
                _check_select(problems, spot, each)
            else:
                problems.choice((*spot, "type"), kind, "(2, 3, 5, 6, 7, 8)")
                continue
            _check_id(problems, spot, each, seen)


def _check_button(problems: Problems, place: Place, button: Json) -> None:
    style = button.get("style")
    if style not in range(1, 7):
        problems.choice((*place, "style"), style, "(1, 2, 3, 4, 5, 6)")
    problems.length((*place, "label"), button.get("label"), 0, 80)
    if style == LINK:
        problems.length((*place, "url"), button.get("url", ""), 1, 512)
    if style == LINK and "custom_id" in button:
        message = "A custom id and url cannot both be specified"
        problems.add((*place, "custom_id"), "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", message)
    if style != PREMIUM and not button.get("label") and not button.get("emoji"):
        problems.add(place, "BUTTON_COMPONENT_INVALID", "A button must have a label or an emoji")


def _check_select(problems: Problems, place: Place, select: Json) -> None:
    problems.length((*place, "placeholder"), select.get("placeholder"), 0, 150)
    options = select.get("options")
    if select["type"] == SELECT:
        problems.count((*place, "options"), options or [], 1, 25)
    for index, option in enumerate(options or []):
        spot = (*place, "options", index)
        problems.length((*spot, "label"), option.get("label", ""), 1, 100)
        problems.length((*spot, "value"), option.get("value", ""), 1, 100)
        problems.length((*spot, "description"), option.get("description"), 0, 100)
    values = [option.get("value") for option in options or []]
    if len(set(values)) < len(values):
        message = "The specified option value is already used"
        problems.add((*place, "options"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message)


def _check_id(problems: Problems, place: Place, component: Json, seen: set[str]) -> None:
    """A custom id of 1 to 100 characters, once."""
    custom_id = component.get("custom_id")
    if custom_id is None:
        if component.get("style") not in {LINK, PREMIUM}:
            problems.missing((*place, "custom_id"))
        return
    problems.length((*place, "custom_id"), custom_id, 1, 100)
    if custom_id in seen:
        message = "Component custom id cannot be duplicated"
        problems.add((*place, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", message)
    seen.add(str(custom_id))


def check_modal(modal: Json) -> None:
    """Check a form; refuse it with 50035."""
    problems = Problems()
    problems.length(("data", "custom_id"), modal.get("custom_id", ""), 1, 100)
    problems.length(("data", "title"), modal.get("title", ""), 1, 45)
    tops = modal.get("components", [])
    problems.count(("data", "components"), tops, 1, 5)
    seen: set[str] = set()
    for number, top in enumerate(tops):
        place: Place = ("data", "components", number)
        match top.get("type"):
            case 1:
                inner = top.get("components", [])
                problems.count((*place, "components"), inner, 1, 1)
                for index, each in enumerate(inner):
                    _check_field(problems, (*place, "components", index), each, seen)
            case 18:
                problems.length((*place, "label"), top.get("label", ""), 1, 45)
                problems.length((*place, "description"), top.get("description"), 0, 100)
                _check_field(problems, (*place, "component"), top.get("component", {}), seen)
            case 10:
                problems.length((*place, "content"), top.get("content", ""), 1, 4000)
            case other:
                problems.choice((*place, "type"), other, "(1, 10, 18)")
    problems.end()


def _check_field(problems: Problems, place: Place, field: Json, seen: set[str]) -> None:
    kind = field.get("type")
    if kind == INPUT:
        # In an action row the input carries its own label; in a Label it must not need one.
        if place[-1] != "component":
            problems.length((*place, "label"), field.get("label", ""), 1, 45)
        if field.get("style") not in {1, 2}:
            problems.choice((*place, "style"), field.get("style"), "(1, 2)")
        problems.length((*place, "placeholder"), field.get("placeholder"), 0, 100)
        problems.length((*place, "value"), field.get("value"), 0, 4000)
        for name, least in (("min_length", 0), ("max_length", 1)):
            if (limit := field.get(name)) is not None and not least <= limit <= 4000:
                words = f"int value should be between {least} and 4000."
                problems.add((*place, name), "NUMBER_TYPE_BAD_RANGE", words)
    elif kind == UPLOAD:
        if not 0 <= value_of(field, "min_values") <= value_of(field, "max_values") <= 10:
            words = "int value should be between 0 and 10."
            problems.add((*place, "max_values"), "NUMBER_TYPE_BAD_RANGE", words)
    elif kind in SELECTS:
        _check_select(problems, place, field)
    elif kind not in CHOICES:
        problems.choice((*place, "type"), kind, "(3, 4, 5, 6, 7, 8, 19, 21, 22, 23)")
        return
    _check_id(problems, place, field, seen)
