"""From a text line to the options of a command, and back to a line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, get_args

from annotated_types import Ge, Le
from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from bot.core.amounts import parse_amount
from bot.core.commands import Command, Options, Says
from bot.core.conversation import sort_attachments
from bot.core.errors import BadOption, BadPicture
from bot.core.front import Uploaded
from bot.core.line import Line, first_value, parse_line
from bot.core.options import Kind, OptionSpec, read_typed
from bot.core.text import clean, visible

ECHO_CHARACTERS_MAX = 40

_JOB = re.compile(r"#?(?P<number>[0-9]{1,9})")
_PICTURE = re.compile(r"#?[0-9]{1,9}(?:/[0-9]{1,2})?|[0-9a-z]{24}")
_PLAIN_VALUE = re.compile(r"[^\s\"'“”„«»‘’,;]*[^\s\"'“”„«»‘’,;.]")


@dataclass(frozen=True)
class Unlisted(Says):
    """How an option is typed that buttons write and people need not know: help does not show it."""


def specs_of(command: Command[Any]) -> tuple[OptionSpec, ...]:
    """Return what a line may say with a command: the fields whose metadata hold a `Says`.

    A field without `Says` is filled otherwise: by the free words, the attachments or the picture answered.
    """
    found = []
    for name, info in command.options.model_fields.items():
        if says := _says(info):
            is_listed = not isinstance(says, Unlisted)
            found.append(OptionSpec(_spoken(name), Kind(says.reads), says.aliases, is_listed))
    return tuple(found)


def read(
    command: Command[Any], text: str, attachments: Sequence[Uploaded] = (), picture: str | None = None
) -> Options:
    """Read the options of a command from a line, its attachments and the picture that it answers.

    `picture` is an id or a number such as "142/2"; a picture named in the line counts more. Raises BadOption,
    BadPicture.
    """
    specs = {spec.name: spec for spec in specs_of(command)}
    given, words = first_values(command, parse_line(text, tuple(specs.values())))
    values: dict[str, Any] = {}
    for field, value in given.items():
        name = _spoken(field)
        values[field] = _typed(specs[name], value, choices_of(command.options.model_fields[field]))
    if words and command.words is None:
        raise BadOption("words_unwanted", command=command.name, given=_echo(words))
    if words and command.words is not None:
        values[command.words] = words
    return _options(command, values | _pictures(command, attachments), picture)


def first_values(command: Command[Any], line: Line) -> tuple[dict[str, str | bool], str]:
    """Take the positional options off the words of a line; returns all options by field, and the words left."""
    specs = {spec.name: spec for spec in specs_of(command)}
    given: dict[str, str | bool] = dict(line.options)
    rest = line.marked
    for name in command.positional:
        if name in given:
            continue
        found, rest = first_value(rest, specs[name])
        if found:
            given[name] = found
    return {name.replace("-", "_"): value for name, value in given.items()}, visible(rest).strip()


def fill(
    command: Command[Any],
    given: Mapping[str, object],
    files: tuple[Sequence[Uploaded], Uploaded | None] = ((), None),
    picture: str | None = None,
) -> Options:
    """Read the options of a command from values that came one by one, its attachments, and a mask that is named so.

    Texts are read as a line's values are; other types are taken as they are, None and "" are left out. Raises
    BadOption, BadPicture.
    """
    specs = {spec.name: spec for spec in specs_of(command)}
    values: dict[str, Any] = {}
    for name, value in given.items():
        field = name.replace("-", "_")
        if field not in command.options.model_fields:
            raise BadOption(
                "option_unclear", name=_spoken(field)[:ECHO_CHARACTERS_MAX], given=_echo(str(value))
            )
        if isinstance(value, str):
            value = clean(value).strip()  # noqa: PLW2901
        if value in (None, ""):
            continue
        spec = specs.get(_spoken(field))
        if isinstance(value, str) and spec is not None:
            choices = choices_of(command.options.model_fields[field])
            # What is read may be None: "none" takes a limit away.
            value = _typed(spec, read_typed(value, spec), choices)  # noqa: PLW2901
        values[field] = value
    attachments, mask = files
    pictures = _pictures(command, attachments)
    if mask is not None:
        if "mask" in pictures:
            raise BadPicture("masks_two")
        pictures |= _pictures(command, [replace(mask, name="mask")])
    return _options(command, values | pictures, picture)


def _options(command: Command[Any], values: dict[str, Any], picture: str | None) -> Options:
    if picture and "picture" in command.options.model_fields:
        values.setdefault("picture", picture)
    try:
        options: Options = command.options.model_validate(values)
    except ValidationError as error:
        raise _refusal(command, error.errors(include_url=False)[0]) from None
    return options


def write_line(words: str, options: Mapping[str, str | int | bool | None]) -> str:
    """Write a line that `parse_line` reads as these options and words; None and False are left out."""
    parts = []
    for name, value in options.items():
        if value is True:
            parts.append(f"--{_spoken(name)}")
        elif value is not None and value is not False:
            parts.append(f"--{_spoken(name)} {as_value(str(value))}")
    return " ".join([*parts, words]).strip()


def as_value(text: str) -> str:
    """Write a value so that it is read as one: as it is, or in quotes that it does not contain."""
    if _PLAIN_VALUE.fullmatch(text) and not text.startswith(("-", "—", "–")):
        return text
    for opening, closing in (('"', '"'), ("“", "”"), ("«", "»")):
        if opening not in text and closing not in text:
            return opening + text + closing
    return '"' + text.replace('"', "'") + '"'


def listed_fields(command: Command[Any]) -> Mapping[str, FieldInfo]:
    """Return the fields that people may fill, by field name: what help and the reference pages show."""
    return {
        name: info
        for name, info in command.options.model_fields.items()
        if info.description and not isinstance(_says(info), Unlisted)
    }


def is_typed(info: FieldInfo) -> bool:
    """Whether a line may name this field as an option."""
    return _says(info) is not None


def choices_of(info: FieldInfo) -> tuple[str, ...]:
    """Return the words that a field takes, or none if it is not a choice among words."""
    found = [
        str(choice) for part in (info.annotation, *get_args(info.annotation)) for choice in _literals(part)
    ]
    return tuple(dict.fromkeys(found))


def bounds_of(info: FieldInfo) -> tuple[int, int] | None:
    """Return the least and the greatest number that a field takes, if it has both bounds."""
    low = next((each.ge for each in info.metadata if isinstance(each, Ge)), None)
    high = next((each.le for each in info.metadata if isinstance(each, Le)), None)
    return (low, high) if isinstance(low, int) and isinstance(high, int) else None


def _says(info: FieldInfo) -> Says | None:
    return next((each for each in info.metadata if isinstance(each, Says)), None)


def reads_of(info: FieldInfo) -> str:
    """Return how an option is read, or "" for what no line can say."""
    says = _says(info)
    return says.reads if says else ""


def _literals(annotation: Any) -> tuple[Any, ...]:
    return tuple(each for each in get_args(annotation) if isinstance(each, str))


def _spoken(field: str) -> str:
    return field.replace("_", "-")


def _echo(text: str) -> str:
    """Return the start of what was typed, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= ECHO_CHARACTERS_MAX else line[: ECHO_CHARACTERS_MAX - 1] + "…"


def _typed(spec: OptionSpec, value: bool | str, choices: tuple[str, ...]) -> Any:  # noqa: FBT001
    """Turn a value of a line into the value of its field; choices are read in any case."""
    if isinstance(value, bool):
        return value
    match spec.kind:
        case Kind.LIMIT if value.lower() == "none":
            return None
        case Kind.AMOUNT | Kind.LIMIT:
            return parse_amount(value)
        case Kind.JOB:
            if job := _JOB.fullmatch(value):
                return int(job["number"])
            raise BadOption("job_unclear", given=_echo(value))
        case Kind.PICTURE:
            if _PICTURE.fullmatch(value):
                return value.removeprefix("#")
            raise BadOption("picture_unclear", given=_echo(value))
        case _:
            return value.lower() if choices else value


def _pictures(command: Command[Any], attachments: Sequence[Uploaded]) -> dict[str, Any]:
    """Sort the attachments into references and the mask."""
    files = sort_attachments([uploaded.name for uploaded in attachments])
    fields = command.options.model_fields
    found: dict[str, Any] = {}
    if files.references:
        if "references" not in fields:
            raise BadPicture("attachments_unwanted", command=command.name)
        found["references"] = tuple(attachments[place].picture for place in files.references)
    if files.mask is not None:
        if "mask" not in fields:
            raise BadPicture("mask_unwanted", command=command.name)
        found["mask"] = attachments[files.mask].picture
    return found


def _refusal(command: Command[Any], problem: ErrorDetails) -> BadOption:
    """Say which option is wrong, and what it takes."""
    field = str(problem["loc"][0]) if problem["loc"] else ""
    info = command.options.model_fields.get(field)
    if info is None:
        return BadOption("option_unclear", name=field, given="")
    name, given = _spoken(field), _echo(str(problem["input"]))
    match problem["type"]:
        case "missing" | "string_too_short":
            return _missing(command, field)
        case "string_too_long":
            return BadOption("option_too_long", name=name, limit=problem["ctx"]["max_length"])
        case "too_long":
            given_count, limit = problem["ctx"]["actual_length"], problem["ctx"]["max_length"]
            return BadOption("too_many_references", count=given_count, limit=limit)
        case "literal_error":
            return _not_among(name, given, choices_of(info))
        case "greater_than_equal" if reads_of(info) == "amount":
            return BadOption("amount_zero")
        case "int_parsing" | "int_from_float" | "int_type" | "greater_than_equal" | "less_than_equal":
            return _no_number(name, given, info, is_number=problem["type"].endswith("_equal"))
        case _:
            return BadOption("option_unclear", name=name, given=given)


def _missing(command: Command[Any], field: str) -> BadOption:
    example = command.examples[0] if command.examples else f"/{command.name}"
    if field == command.words:
        description = command.options.model_fields[field].description or field
        return BadOption("words_missing", what=description[:1].lower() + description[1:], example=example)
    return BadOption("value_missing", name=_spoken(field), example=example)


def _not_among(name: str, given: str, choices: tuple[str, ...]) -> BadOption:
    allowed = ", ".join(choices)
    if near := get_close_matches(given.lower(), choices, n=1):
        return BadOption("option_not_choice_near", name=name, given=given, near=near[0], allowed=allowed)
    return BadOption("option_not_choice", name=name, given=given, allowed=allowed)


def _no_number(name: str, given: str, info: FieldInfo, *, is_number: bool) -> BadOption:
    low, high = bounds_of(info) or (1, 999_999_999)
    if is_number:
        return BadOption("option_out_of_range", name=name, given=given, allowed=f"from {low} to {high}")
    return BadOption("option_not_number", name=name, given=given, allowed=f"from {low} to {high}", low=low)
