"""Routes of application commands, and what Discord accepts as one. Limits: its page "Application Commands"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.doubles.discord.bodies import payload_of
from tests.doubles.discord.calls import Answer, Call, Handler
from tests.doubles.discord.components import Place
from tests.doubles.discord.refusals import Json, Problems, Refused

SLASH, USER, MESSAGE, ENTRY = 1, 2, 3, 4
MAX_OF_KIND = {SLASH: 100, USER: 15, MESSAGE: 15, ENTRY: 1}
CREATES_A_DAY = 200
SUBCOMMAND, GROUP, STRING, INTEGER, NUMBER = 1, 2, 3, 4, 10
COMMAND_CHARACTERS_MAX = 8000
_NAME = re.compile(r"[-_'\w]{1,32}")


def check_commands(commands: list[Json]) -> None:
    """Refuse a set of commands with 50035 or 30032."""
    problems = Problems()
    for index, command in enumerate(commands):
        check_command(problems, (index,), command)
    seen: set[tuple[object, object]] = set()
    for index, command in enumerate(commands):
        key = (command.get("type", SLASH), command.get("name"))
        if key in seen:
            words = "Application command names must be unique"
            problems.add((index, "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME", words)
        seen.add(key)
    problems.end()
    for kind, most in MAX_OF_KIND.items():
        if sum(command.get("type", SLASH) == kind for command in commands) > most:
            raise Refused(30032)


def check_command(problems: Problems, place: Place, command: Json) -> None:
    """Check one command."""
    kind, name = command.get("type", SLASH), command.get("name")
    if kind not in MAX_OF_KIND:
        problems.choice((*place, "type"), kind, "(1, 2, 3, 4)")
    if name is None:
        problems.missing((*place, "name"))
    problems.length((*place, "name"), name, 1, 32)
    if kind == SLASH:
        _check_name(problems, (*place, "name"), name)
        if "description" not in command:
            problems.missing((*place, "description"))
        problems.length((*place, "description"), command.get("description"), 1, 100)
        _check_options(problems, place, command.get("options") or [], depth=0)
        if characters(command) > COMMAND_CHARACTERS_MAX:
            words = f"Command exceeds maximum size ({COMMAND_CHARACTERS_MAX})"
            problems.add(place, "APPLICATION_COMMAND_TOO_LARGE", words)
    elif command.get("description") or command.get("options"):
        words = "Context menu commands cannot have description"
        problems.add(place, "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION", words)
    permissions = command.get("default_member_permissions")
    if permissions is not None and not str(permissions).isdigit():
        problems.add((*place, "default_member_permissions"), "NUMBER_TYPE_COERCE", "Value is not int.")


def _check_name(problems: Problems, place: Place, name: Any) -> None:
    if isinstance(name, str) and (not _NAME.fullmatch(name) or name != name.lower()):
        words = "Command name is invalid"
        problems.add(place, "APPLICATION_COMMAND_INVALID_NAME", words)


def _check_options(problems: Problems, place: Place, options: list[Json], *, depth: int) -> None:
    problems.count((*place, "options"), options, 0, 25)
    seen: set[object] = set()
    had_optional = False
    kinds = {option.get("type") for option in options}
    if kinds & {SUBCOMMAND, GROUP} and kinds - {SUBCOMMAND, GROUP}:
        words = "Sub-command and sub-command group option types are mutually exclusive to all other types"
        problems.add((*place, "options"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", words)
    for index, option in enumerate(options):
        spot = (*place, "options", index)
        _check_option(problems, spot, option, depth)
        if option.get("name") in seen:
            words = "Option names must be unique"
            problems.add((*spot, "name"), "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", words)
        seen.add(option.get("name"))
        if option.get("required") and had_optional:
            words = "Required options must be placed before non-required options"
            problems.add(spot, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", words)
        had_optional |= not option.get("required")


def _check_option(problems: Problems, place: Place, option: Json, depth: int) -> None:
    kind = option.get("type")
    problems.length((*place, "name"), option.get("name", ""), 1, 32)
    _check_name(problems, (*place, "name"), option.get("name"))
    problems.length((*place, "description"), option.get("description", ""), 1, 100)
    if kind not in range(1, 12) or (kind == GROUP and depth > 0) or (kind == SUBCOMMAND and depth > 1):
        problems.choice((*place, "type"), kind, "(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)")
    if kind in {SUBCOMMAND, GROUP}:
        _check_options(problems, place, option.get("options") or [], depth=depth + 1)
        return
    choices = option.get("choices")
    problems.count((*place, "choices"), choices, 0, 25)
    for index, choice in enumerate(choices or []):
        problems.length((*place, "choices", index, "name"), choice.get("name", ""), 1, 100)
        if kind == STRING:
            problems.length((*place, "choices", index, "value"), choice.get("value", ""), 1, 100)
    if choices and option.get("autocomplete"):
        words = "Autocomplete and choices are mutually exclusive"
        problems.add((*place, "autocomplete"), "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID", words)
    if option.get("autocomplete") and kind not in {STRING, INTEGER, NUMBER}:
        words = "Autocomplete is only for text and numbers"
        problems.add((*place, "autocomplete"), "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID", words)
    for name, least in (("min_length", 0), ("max_length", 1)):
        if (limit := option.get(name)) is not None and (kind != STRING or not least <= limit <= 6000):
            words = f"int value should be between {least} and 6000."
            problems.add((*place, name), "NUMBER_TYPE_BAD_RANGE", words)


def characters(part: Json) -> int:
    """Count a command's names, descriptions and choice values, each at its longest localisation."""
    total = 0
    for name in ("name", "description"):
        texts = [part.get(name) or "", *(part.get(f"{name}_localizations") or {}).values()]
        total += max(map(len, texts))
    for choice in part.get("choices") or []:
        total += len(str(choice.get("name", ""))) + len(str(choice.get("value", "")))
    return total + sum(characters(option) for option in part.get("options") or [])


def _scope(call: Call) -> str | None:
    call.own(call.params["application"])
    return call.guild().id if "guild" in call.params else None


def _stored(call: Call, command: Json, guild_id: str | None) -> Json:
    """Keep a command: one of the same name and kind keeps its id."""
    kind = command.get("type", SLASH)
    same = [each for each in _of(call, guild_id) if (each["type"], each["name"]) == (kind, command["name"])]
    number = same[0]["id"] if same else call.world.new_id()
    shown = {
        "id": number,
        "application_id": call.me,
        "version": call.world.new_id(),
        "default_member_permissions": None,
        "dm_permission": True,
        "contexts": None,
        "integration_types": [0],
        "nsfw": False,
        "description": "",
        **({"guild_id": guild_id} if guild_id else {}),
        **{name: value for name, value in command.items() if name != "id"},
        "type": kind,
    }
    call.world.commands[number] = shown
    return shown


def _of(call: Call, guild_id: str | None) -> list[Json]:
    return [each for each in call.world.commands.values() if each.get("guild_id") == guild_id]


def overwrite(call: Call) -> Answer:
    """Put these commands in the place of all others."""
    guild_id = _scope(call)
    payload_of(call.exchange) if not isinstance(call.exchange.body, list) else None
    commands: list[Json] = call.exchange.body
    check_commands(commands)
    stored = [_stored(call, command, guild_id) for command in commands]
    kept = {each["id"] for each in stored}
    for each in _of(call, guild_id):
        if each["id"] not in kept:
            del call.world.commands[each["id"]]
    call.world.changes.tell()
    return 200, stored


def create(call: Call) -> Answer:
    """Add a command, or replace the one of its name."""
    guild_id = _scope(call)
    command, _ = payload_of(call.exchange)
    problems = Problems()
    check_command(problems, (), command)
    problems.end()
    known = [each for each in _of(call, guild_id) if each["name"] == command["name"]]
    if len(_of(call, guild_id)) >= MAX_OF_KIND[SLASH] and not known:
        raise Refused(30032)
    stored = _stored(call, command, guild_id)
    call.world.changes.tell()
    return 200 if known else 201, stored


def listed(call: Call) -> Answer:
    """List the commands."""
    return 200, _of(call, _scope(call))


def delete(call: Call) -> Answer:
    """Remove a command."""
    _scope(call)
    if call.world.commands.pop(call.params["command"], None) is None:
        raise Refused(10063)
    return 204, None


_ALL, _GUILD = "/applications/{application}/commands", "/applications/{application}/guilds/{guild}/commands"
ROUTES: Mapping[str, Handler] = {
    f"{method} {place}{rest}": handler
    for place in (_ALL, _GUILD)
    for method, rest, handler in (
        ("PUT", "", overwrite),
        ("POST", "", create),
        ("GET", "", listed),
        ("DELETE", "/{command}", delete),
    )
}
