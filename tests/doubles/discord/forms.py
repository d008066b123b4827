"""What Discord's app checks and builds when a person fills in options or a form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.doubles.discord.components import value_of
from tests.doubles.discord.posting import attachment
from tests.doubles.discord.refusals import Json
from tests.doubles.discord.state import Channel, World

INPUT, UPLOAD, LABEL, ROW = 4, 19, 18, 1
_KINDS: Mapping[int, type | tuple[type, ...]] = {3: str, 4: int, 5: bool, 10: (int, float)}


def check_option(option: Json, value: Any) -> None:
    """Fail where the app would not send an option's value."""
    name, kind = option["name"], _KINDS.get(option["type"])
    assert kind is None or isinstance(value, kind), f"{name}: {value!r} is no {kind}"
    if isinstance(value, str) and option["type"] == 3:
        least, most = option.get("min_length", 0), option.get("max_length", 6000)
        assert least <= len(value) <= most, f"{name}: {len(value)} characters, not {least} to {most}"
    if choices := option.get("choices"):
        assert value in {each["value"] for each in choices}, f"{name}: {value!r} is none of the choices"
    if isinstance(value, int | float) and not isinstance(value, bool):
        least, most = option.get("min_value", value), option.get("max_value", value)
        assert least <= value <= most, f"{name}: {value} is not {least} to {most}"


def resolved_user(world: World, channel: Channel, user_id: str) -> Json:
    """What an interaction tells of a person whom it names."""
    found: Json = {"users": {user_id: world.users[user_id].wire()}}
    if member := world.member_of(channel, user_id):
        shown = member.wire(with_user=False) | {"permissions": str(int(world.may(user_id, channel)))}
        found["members"] = {user_id: shown}
    return found


def submitted(world: World, modal: Json, values: Mapping[str, Any]) -> Json:
    """Build the data of a form that is sent."""
    left = dict(values)
    resolved: Json = {}
    shown, count = [], 0
    for top in modal["components"]:
        count += 1
        if top["type"] == LABEL:
            count += 1
            field = {**top["component"], "label": top["label"]}
            inner = _field(world, field, left, resolved) | {"id": count}
            shown.append({"type": LABEL, "id": count - 1, "component": inner})
        elif top["type"] == ROW:
            count += 1
            inner = _field(world, top["components"][0], left, resolved) | {"id": count}
            shown.append({"type": ROW, "id": count - 1, "components": [inner]})
        else:
            shown.append({"type": top["type"], "id": count})
    assert not left, f"the form has no {sorted(left)}"
    data: Json = {"custom_id": modal["custom_id"], "components": shown}
    return data | ({"resolved": resolved} if resolved else {})


def _field(world: World, field: Json, left: dict[str, Any], resolved: Json) -> Json:
    """Build one field's entry from what was given for it, else from what stood there."""
    name = field["custom_id"] if field["custom_id"] in left else field.get("label", "")
    value = left.pop(name, None)
    is_required = field.get("required") is not False
    entry = {"type": field["type"], "custom_id": field["custom_id"]}
    if field["type"] == INPUT:
        text = field.get("value") or "" if value is None else value
        least, most = value_of(field, "min_length", 0), value_of(field, "max_length", 4000)
        assert text or not is_required, f"{name} is required"
        assert not text or least <= len(text) <= most, f"{name}: {len(text)} characters"
        return entry | {"value": text}
    if field["type"] == UPLOAD:
        shown = [attachment(world, "ephemeral", each) for each in value or []]
        least = value_of(field, "min_values") if is_required else 0
        assert least <= len(shown) <= value_of(field, "max_values"), f"{name}: {len(shown)} files"
        resolved.setdefault("attachments", {}).update({each["id"]: each for each in shown})
        return entry | {"values": [each["id"] for each in shown]}
    chosen = [each["value"] for each in field.get("options", []) if each.get("default")]
    chosen = chosen if value is None else list(value)
    assert chosen or not is_required, f"{name} is required"
    return entry | {"values": chosen}
