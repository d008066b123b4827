"""Forms as plain data that every platform renders in its own way, and the drafts that they rest on."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

FieldKind = Literal["text", "choice", "number", "flag", "file"]


class Choice(BaseModel):
    """Something to choose: what it says, with its price where it changes the price, and what it stands for."""

    model_config = ConfigDict(frozen=True)

    label: str
    value: str


class FormField(BaseModel):
    """One thing to fill in; `name` is the option's field.

    A text has a maximum of characters, a number one of its value, files one of their number. `value` is what stands
    there at first, as text; "yes" and "no" in a flag. `is_long` asks for a box of several lines.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    label: str
    kind: FieldKind
    help: str = ""
    choices: tuple[Choice, ...] = ()
    is_required: bool = False
    is_long: bool = False
    minimum: int = 0
    maximum: int = 0
    value: str = ""


class Form(BaseModel):
    """A form for a command; `draft` names what it rests on, `fields` come in the order of their weight.

    A platform that shows fewer fields leaves out the last ones: what the draft holds for them stays.
    """

    model_config = ConfigDict(frozen=True)

    draft: str
    command: str
    title: str
    submit: str
    fields: tuple[FormField, ...]


class FormDraft(BaseModel):
    """What was said so far with a command.

    `values` are its options by field name, as they were typed or chosen. `picture` is the picture to change;
    `uploads` are pictures that came along: their ids and the names of their files.
    """

    model_config = ConfigDict(frozen=True)

    command: str
    values: dict[str, str] = {}
    picture: str | None = None
    uploads: tuple[tuple[str, str], ...] = ()
