"""What Slack accepts as blocks and forms. Limits: the pages of its Block Kit reference."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.doubles.slack.refusals import Json, Problems, wrong
from tests.doubles.slack.state import World

MESSAGE_BLOCKS, VIEW_BLOCKS, VIEW_BYTES = 50, 100, 250_000
SHOWN_TYPES = frozenset({"image/png", "image/jpeg", "image/gif"})
BLOCKS = frozenset(
    (
        *(
            "actions",
            "alert",
            "card",
            "carousel",
            "container",
            "context",
            "context_actions",
            "divider",
            "file",
        ),
        *(
            "header",
            "image",
            "input",
            "markdown",
            "plan",
            "rich_text",
            "section",
            "table",
            "task_card",
            "video",
        ),
    )
)
SELECTS = frozenset(
    f"{many}{kind}_select"
    for many in ("", "multi_")
    for kind in ("static", "external", "users", "conversations", "channels")
)
ELEMENTS = SELECTS | frozenset(
    (
        *("button", "checkboxes", "datepicker", "datetimepicker", "email_text_input", "feedback_buttons"),
        *("file_input", "icon_button", "number_input", "overflow", "plain_text_input", "radio_buttons"),
        *("rich_text_input", "timepicker", "url_text_input", "workflow_button"),
    )
)

_MENU = "type action_id placeholder confirm focus_on_load"
FIELDS = {
    "actions": "type block_id elements",
    "context": "type block_id elements",
    "divider": "type block_id",
    "header": "type block_id text level",
    "image": "type block_id image_url slack_file alt_text title",
    "input": "type block_id label element hint optional dispatch_action",
    "markdown": "type block_id text",
    "section": "type block_id text fields accessory expand",
    "button": "type action_id text url value style confirm accessibility_label visible_to_user_ids",
    "file_input": "type action_id filetypes max_files",
    "overflow": "type action_id options confirm",
    "plain_text_input": "type action_id initial_value multiline min_length max_length dispatch_action_config "
    "focus_on_load placeholder",
    "static_select": f"{_MENU} options option_groups initial_option",
}
"""What the parts that we know have; anything beside it is refused."""


def check_message(world: World, blocks: Any) -> None:
    """Refuse a message's blocks with invalid_blocks, too many with msg_blocks_too_long."""
    if blocks is None:
        return
    problems = Problems()
    _check_all(world, problems, "/blocks", blocks, MESSAGE_BLOCKS)
    if problems.found:
        raise wrong("invalid_blocks", *problems.found)


def check_view(world: World, view: Any) -> None:
    """Refuse a form with invalid_arguments, one that is too large with view_too_large."""
    problems = Problems()
    if not isinstance(view, dict) or view.get("type") not in {"modal", "home"}:
        raise wrong("invalid_arguments", "failed to match any of the schemas [json-pointer:/view]")
    if len(str(view)) > VIEW_BYTES:
        raise wrong("view_too_large")
    blocks = view.get("blocks")
    _check_all(world, problems, "/view/blocks", blocks, VIEW_BLOCKS)
    if blocks == []:
        problems.add("/view/blocks", "no fewer than 1 items allowed")
    if view["type"] == "modal":
        problems.text("/view/title", view.get("title"), 24, plain=True)
        for name in ("submit", "close"):
            if name in view:
                problems.text(f"/view/{name}", view[name], 24, plain=True)
        has_input = isinstance(blocks, list) and any(each.get("type") == "input" for each in blocks)
        if has_input and not view.get("submit"):
            problems.add("/view/submit", "missing required field: submit")
    problems.length("/view/private_metadata", view.get("private_metadata", ""), 0, 3000)
    problems.length("/view/callback_id", view.get("callback_id", ""), 0, 255)
    if problems.found:
        raise wrong("invalid_arguments", *problems.found)


def _check_all(world: World, problems: Problems, place: str, blocks: Any, most: int) -> None:
    problems.count(place, blocks, 0, most)
    if not isinstance(blocks, list):
        return
    seen: set[str] = set()
    for number, block in enumerate(blocks):
        spot = f"{place}/{number}"
        if not isinstance(block, dict) or block.get("type") not in BLOCKS:
            problems.add(f"{spot}/type", "unsupported type")
            continue
        if (block_id := block.get("block_id")) is not None:
            problems.length(f"{spot}/block_id", block_id, 1, 255)
            if block_id in seen:
                problems.add(f"{spot}/block_id", f"duplicate block_id: {block_id}")
            seen.add(block_id)
        _check_block(world, problems, spot, block)


def _check_fields(problems: Problems, place: str, part: Json) -> None:
    known = FIELDS.get(part["type"])
    for name in part if known else ():
        if name not in str(known).split():
            problems.add(place, f"invalid additional property: {name}")


def _check_block(world: World, problems: Problems, place: str, block: Json) -> None:
    _check_fields(problems, place, block)
    match block["type"]:
        case "section":
            if "text" in block:
                problems.text(f"{place}/text", block["text"], 3000)
            elif not block.get("fields"):
                problems.add(place, "missing required field: text")
            if "fields" in block:
                problems.count(f"{place}/fields", block["fields"], 1, 10)
                for index, each in enumerate(block["fields"]):
                    problems.text(f"{place}/fields/{index}", each, 2000)
            if "accessory" in block:
                _check_element(world, problems, f"{place}/accessory", block["accessory"])
        case "header":
            problems.text(f"{place}/text", block.get("text"), 150, plain=True)
        case "context":
            problems.count(f"{place}/elements", block.get("elements"), 1, 10)
            for index, each in enumerate(block.get("elements") or []):
                spot = f"{place}/elements/{index}"
                if each.get("type") == "image":
                    _check_image(world, problems, spot, each)
                else:
                    problems.text(spot, each, 3000)
        case "actions":
            problems.count(f"{place}/elements", block.get("elements"), 1, 25)
            _check_elements(world, problems, place, block.get("elements") or [])
        case "image":
            _check_image(world, problems, place, block)
        case "input":
            problems.text(f"{place}/label", block.get("label"), 2000, plain=True)
            if "hint" in block:
                problems.text(f"{place}/hint", block["hint"], 2000, plain=True)
            _check_element(world, problems, f"{place}/element", block.get("element") or {})
        case "markdown":
            problems.length(f"{place}/text", block.get("text"), 1, 12_000)


def _check_elements(world: World, problems: Problems, place: str, elements: list[Json]) -> None:
    seen: set[str] = set()
    for index, each in enumerate(elements):
        spot = f"{place}/elements/{index}"
        _check_element(world, problems, spot, each)
        if (action := each.get("action_id")) is not None:
            if action in seen:
                problems.add(f"{spot}/action_id", f"duplicate action_id: {action}")
            seen.add(action)


def _check_element(world: World, problems: Problems, place: str, element: Json) -> None:
    kind = element.get("type")
    if kind == "image":
        _check_image(world, problems, place, element)
        return
    if kind not in ELEMENTS:
        problems.add(f"{place}/type", "unsupported type")
        return
    _check_fields(problems, place, element)
    if "action_id" in element:
        problems.length(f"{place}/action_id", element["action_id"], 1, 255)
    if "placeholder" in element:
        problems.text(f"{place}/placeholder", element["placeholder"], 150, plain=True)
    if "confirm" in element:
        problems.text(f"{place}/confirm/title", element["confirm"].get("title"), 100, plain=True)
        problems.text(f"{place}/confirm/text", element["confirm"].get("text"), 300)
    if kind == "button":
        problems.text(f"{place}/text", element.get("text"), 75, plain=True)
        problems.length(f"{place}/value", element.get("value", ""), 0, 2000)
        problems.length(f"{place}/url", element.get("url", ""), 0, 3000)
        if element.get("style") not in {None, "primary", "danger"}:
            problems.add(f"{place}/style", "invalid button style")
    elif kind == "plain_text_input":
        _check_range(problems, place, element, "max_length", 3000)
        problems.length(f"{place}/initial_value", element.get("initial_value", ""), 0, 3000)
    elif kind == "file_input":
        _check_range(problems, place, element, "max_files", 10)
    elif kind in {"static_select", "multi_static_select", "checkboxes", "radio_buttons", "overflow"}:
        _check_options(problems, place, element)


def _check_range(problems: Problems, place: str, element: Json, name: str, most: int) -> None:
    if not 1 <= element.get(name, most) <= most:
        problems.add(f"{place}/{name}", f"must be between 1 and {most}")


def _check_options(problems: Problems, place: str, element: Json) -> None:
    most = {"overflow": 5, "checkboxes": 10, "radio_buttons": 10}.get(element["type"], 100)
    groups = element.get("option_groups")
    options = (
        element.get("options") if groups is None else [one for each in groups for one in each["options"]]
    )
    problems.count(f"{place}/options", options, 1, most)
    for index, option in enumerate(options or []):
        problems.text(f"{place}/options/{index}/text", option.get("text"), 75)
        problems.length(f"{place}/options/{index}/value", option.get("value"), 1, 150)
    if (initial := element.get("initial_option")) is not None and initial not in (options or []):
        problems.add(f"{place}/initial_option", "option not found in options")


def _check_image(world: World, problems: Problems, place: str, image: Json) -> None:
    """A picture by public address, or a file that Slack has looked at and can show."""
    problems.length(f"{place}/alt_text", image.get("alt_text"), 1, 2000)
    if "title" in image:
        problems.text(f"{place}/title", image["title"], 2000, plain=True)
    slack_file = image.get("slack_file")
    if (slack_file is None) == (image.get("image_url") is None):
        problems.add(place, "must have one of image_url and slack_file")
    elif slack_file is None:
        problems.length(f"{place}/image_url", image["image_url"], 1, 3000)
    else:
        number = slack_file.get("id") or str(slack_file.get("url", "")).rpartition("-")[2].split("/")[0]
        file = world.files.get(number)
        if file is None or file.is_deleted or not file.shares or file.mime not in SHOWN_TYPES:
            problems.add(f"{place}/slack_file", "invalid slack file")


def elements_of(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Yield every interactive element with its block."""
    for block in blocks:
        inner = [*block.get("elements", []), block.get("accessory"), block.get("element")]
        for each in inner:
            if isinstance(each, dict) and each.get("type") in ELEMENTS:
                yield block, each


def with_ids(world: World, blocks: list[Json] | None) -> list[Json]:
    """Give every block and element an id where it has none."""
    shown = []
    for block in blocks or []:
        copy = {**block, "block_id": block.get("block_id") or world.new_id("b")}
        for name in ("elements", "accessory", "element"):
            if isinstance(copy.get(name), dict):
                copy[name] = _identified(world, copy[name])
            elif isinstance(copy.get(name), list):
                copy[name] = [_identified(world, each) for each in copy[name]]
        shown.append(copy)
    return shown


def _identified(world: World, element: Json) -> Json:
    if element.get("type") not in ELEMENTS or element.get("action_id"):
        return element
    return {**element, "action_id": world.new_id("a")}
