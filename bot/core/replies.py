"""What a platform must be able to show, as plain data that survives a restart."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.core.forms import Form, FormDraft

ReplyKind = Literal["accepted", "result", "failure", "refusal", "info", "question"]
Act = Literal[
    "again",
    "edit",
    "vary",
    "finish",
    "original",
    "delete",
    "report",
    "take_down",
    "keep",
    "cancel",
    "change_words",
    "try_again",
    "open",
    "say",
    "confirm",
    "details",
    "charge",
    "forgive",
    "deliver",
]


NOWHERE = "probe"
"""The platform of orders that nobody waits for: no reply to them is owed."""


class Address(BaseModel):
    """Where a reply goes: ids only, never a live object, so any process can deliver it.

    Without a channel it is a direct message to `user`. Of a thread, `channel` is the parent. The rules of no channel
    hold in a direct message.
    """

    model_config = ConfigDict(frozen=True)

    platform: str
    tenant: str
    channel: str
    thread: str | None = None
    message: str | None = None
    person: str
    user: str = ""
    token: str | None = None
    token_expires: int | None = None
    upload_bytes_max: int | None = None
    is_direct: bool = False

    @property
    def has_private_answers(self) -> bool:
        """Whether whoever acted there can be told something alone: on Discord, a message in a server cannot be."""
        return self.platform != "discord" or self.token is not None or self.is_direct


class ShownPicture(BaseModel):
    """A picture in a reply: the row's id, how it is described aloud, and its size in pixels.

    `position` is its place in its job, from 1; it stays when another picture of the job is deleted.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    alt: str
    mime: str
    width: int
    height: int
    has_original: bool = False
    position: int = 1


class Button(BaseModel):
    """Something to press: what it does, to which job or picture, and what it says (with its price if it spends).

    `ask` names what is kept of it, on chat platforms: words, attachments, and the only person who may press it.
    `draft` is what it stands for where that did not come as a line; it is kept, never sent.
    """

    model_config = ConfigDict(frozen=True)

    act: Act
    label: str
    job: str | None = None
    picture: str | None = None
    words: str | None = None
    ask: str | None = None
    draft: FormDraft | None = Field(default=None, exclude=True)


class Row(BaseModel):
    """One line of a list: a label and its value, with an optional job to open and the address of its message."""

    model_config = ConfigDict(frozen=True)

    label: str
    value: str
    job: int | None = None
    link: str | None = None


class ReplyFile(BaseModel):
    """A small document made for one answer, such as a chart or a table; kept for a day, for one person.

    `alt` describes it aloud; a chart says the same in the reply's rows.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    mime: str
    alt: str = ""


class Reply(BaseModel):
    """A message to a person. `text` is plain words, never markup; platforms escape it.

    A question may come with the `form` that answers it, and be taken away after `lives_seconds`. With `spoiler` the
    pictures are hidden until somebody asks to see them. An `aside` is a message of its own, for whoever is answered
    alone, because this one is seen by others or soon becomes another. One that `removes` says that something is gone;
    not every platform can take that out of what it showed privately.
    """

    model_config = ConfigDict(frozen=True)

    kind: ReplyKind
    text: str
    rows: tuple[Row, ...] = ()
    pictures: tuple[ShownPicture, ...] = ()
    files: tuple[ReplyFile, ...] = ()
    buttons: tuple[Button, ...] = ()
    private: bool = False
    job: str | None = None
    number: int | None = None
    form: Form | None = None
    lives_seconds: int | None = None
    spoiler: bool = False
    removes: bool = False
    aside: Reply | None = None


class Posted(BaseModel):
    """Where a reply ended up: the platform's own id and time stamp (milliseconds) of the message."""

    model_config = ConfigDict(frozen=True)

    message: str
    thread: str | None = None
    posted_at: int
