"""Methods of forms and home tabs."""

from __future__ import annotations

from collections.abc import Mapping

from tests.doubles.slack.blocks import check_view, with_ids
from tests.doubles.slack.calls import Call, Method
from tests.doubles.slack.methods_chat import T4
from tests.doubles.slack.refusals import Json, Refused, wrong
from tests.doubles.slack.state import APP_ID, BOT_ID, TEAM_ID, TRIGGER_MS, Ticket, View, World

STACK_MAX = 3


def made(world: World, view: Json, user: str, before: View | None = None) -> View:
    """Make a view as Slack keeps it."""
    number = world.new_id("V")
    root = before.root if before else number
    kept: Json = {
        "private_metadata": "",
        "callback_id": "",
        "clear_on_close": False,
        "notify_on_close": False,
        "external_id": "",
        "submit": None,
        "close": None,
        "title": {"type": "plain_text", "text": "View Title", "emoji": True},
        **view,
        "id": number,
        "team_id": TEAM_ID,
        "app_id": APP_ID,
        "bot_id": BOT_ID,
        "app_installed_team_id": TEAM_ID,
        "blocks": with_ids(world, view.get("blocks")),
        "state": {"values": {}},
        "hash": f"{world.new_ts()}.{number[-8:]}",
        "root_view_id": root,
        "previous_view_id": before.id if before else None,
    }
    found = View(kept, user, root)
    world.views[number] = found
    world.changes.tell()
    return found


def _view(call: Call) -> Json:
    call.need("view")
    view: Json = call.said["view"]
    check_view(call.world, view)
    external = view.get("external_id")
    taken = (each for each in call.world.views.values() if each.wire["external_id"] == external)
    if external and call.name != "views.update" and any(each.is_open for each in taken):
        raise Refused("duplicate_external_id")
    return view


def _exchange(call: Call) -> Ticket:
    """Use a trigger id: once, within three seconds."""
    call.need("trigger_id")
    ticket = call.world.triggers.get(call.text("trigger_id"))
    if ticket is None:
        raise wrong("invalid_trigger_id")
    if call.world.clock.now_ms() - ticket.made_ms > TRIGGER_MS:
        raise Refused("expired_trigger_id")
    if ticket.used:
        raise Refused("exchanged_trigger_id")
    return ticket


def open_view(call: Call) -> Json:
    """Open a form."""
    ticket, view = _exchange(call), _view(call)
    ticket.used += 1
    return {"view": made(call.world, view, ticket.user).wire}


def push_view(call: Call) -> Json:
    """Put a form on top of the one that the trigger came from."""
    ticket, view = _exchange(call), _view(call)
    before = call.world.views.get(ticket.view_id or "")
    if before is None:
        raise Refused("not_found")
    if sum(each.root == before.root and each.is_open for each in call.world.views.values()) >= STACK_MAX:
        raise Refused("push_limit_reached")
    ticket.used += 1
    return {"view": made(call.world, view, ticket.user, before).wire}


def update_view(call: Call) -> Json:
    """Change a form that is open."""
    view = _view(call)
    number, external = call.text("view_id"), call.text("external_id")
    found = call.world.views.get(number)
    if external:
        found = next(
            (each for each in call.world.views.values() if each.wire["external_id"] == external), None
        )
    if found is None or not found.is_open:
        raise Refused("not_found")
    if call.text("hash") not in {"", found.wire["hash"]}:
        raise Refused("hash_conflict")
    return {"view": updated(call.world, found, view).wire}


def updated(world: World, found: View, view: Json) -> View:
    """Put another content into a view."""
    found.wire |= view | {"blocks": with_ids(world, view.get("blocks")), "hash": world.new_ts()}
    world.changes.tell()
    return found


def answered_form(world: World, view: View, answer: Json) -> str:
    """Do with a form what the acknowledgement of its submission says; returns what the person sees of an error."""
    action = answer.get("response_action")
    if action == "errors":
        known = {each["block_id"] for each in view.wire["blocks"] if each["type"] == "input"}
        named = set(answer.get("errors") or {})
        return "errors" if named and named <= known else "We had some trouble connecting. Try again?"
    if action in {"update", "push"}:
        try:
            check_view(world, answer.get("view"))
        except Refused:
            return "We had some trouble connecting. Try again?"
        updated(world, view, answer["view"]) if action == "update" else made(
            world, answer["view"], view.user, view
        )
        return ""
    for each in world.views.values():
        if each.id == view.id or (action == "clear" and each.root == view.root):
            each.is_open = False
    return ""


def publish_view(call: Call) -> Json:
    """Write somebody's home tab."""
    call.need("user_id")
    view, user = _view(call), call.text("user_id")
    if user not in call.world.users:
        raise Refused("user_not_found")
    if view["type"] != "home":
        raise wrong("invalid_arguments", "must be home [json-pointer:/view/type]")
    for each in call.world.views.values():
        if each.wire["type"] == "home" and each.user == user:
            if call.text("hash") not in {"", each.wire["hash"]}:
                raise Refused("hash_conflict")
            return {"view": updated(call.world, each, view).wire}
    return {"view": made(call.world, view, user).wire}


METHODS: Mapping[str, Method] = {
    "views.open": Method(open_view, T4),
    "views.push": Method(push_view, T4),
    "views.update": Method(update_view, T4),
    "views.publish": Method(publish_view, T4),
}
