"""What a platform hands in and gets back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from bot.core.commands import Caller
from bot.core.forms import FormDraft
from bot.core.replies import Act, Reply


@dataclass(frozen=True)
class Uploaded:
    """A picture that somebody attached: our row's id, the file's name as it came, and what it was converted from."""

    picture: str
    name: str
    width: int
    height: int
    converted_from: str | None = None

    @property
    def is_mask(self) -> bool:
        """Whether the name says that this is a mask."""
        return self.name.lower().startswith("mask")


PENDING = "pending"
"""Stands for the id of a picture that was chosen and not sent yet: it can be priced, and never drawn from."""


@dataclass(frozen=True)
class Incoming:
    """A line that is an order: typed into the web's box, a slash command, or a message that was found to be one.

    `text` is cleaned of the platform's own markup. `picture` is the id of the picture that it answers. `draft` holds
    what was said where it did not come as a line.
    """

    text: str
    caller: Caller
    attachments: tuple[Uploaded, ...] = ()
    picture: str | None = None
    draft: FormDraft | None = None


@dataclass(frozen=True)
class Filled:
    """A command whose options came one by one: typed slash options.

    `command` is "imagine" or "quota grant". `values` go by field name ("-" counts as "_"); texts are read as a line's
    values are, other types are taken as they are (an amount as millicredits), None is left out. `attachments` are
    references in their order, and the mask if its name says so; `mask` is one that was handed in as such. `picture` is
    an id or a number.
    """

    command: str
    caller: Caller
    values: Mapping[str, object] = field(default_factory=dict)
    attachments: tuple[Uploaded, ...] = ()
    mask: Uploaded | None = None
    picture: str | None = None


@dataclass(frozen=True)
class Press:
    """A button that somebody pressed; job and picture ids are authorised again.

    `attachments` are those of the line that the button confirms; its platform kept them. `ask` names what a chat
    platform's button stands for.
    """

    act: Act
    caller: Caller
    job: str | None = None
    picture: str | None = None
    words: str | None = None
    attachments: tuple[Uploaded, ...] = ()
    ask: str | None = None
    draft: FormDraft | None = None


@dataclass(frozen=True)
class Served:
    """The bytes of a picture or a document on disk."""

    path: Path
    mime: str
    name: str


class Front(Protocol):
    """Takes what people say and do; answers at once. Finished pictures come later, by `Deliver`."""

    async def receive(self, incoming: Incoming) -> Reply:
        """Read the line, run the command; a refusal is a reply of kind "refusal", never an exception."""
        ...

    async def press(self, press: Press) -> Reply:
        """Do what the button says; a refusal is a reply of kind "refusal", never an exception."""
        ...

    async def submit(self, filled: Filled) -> Reply:
        """Run a command with these options; a refusal is a reply of kind "refusal", never an exception."""
        ...

    async def price(self, incoming: Incoming) -> int | None:
        """Say what the line would hold, in millicredits; None when it would order nothing.

        Nothing is ordered or kept. Attachments that were not sent yet have the id PENDING.
        """
        ...


class Gallery(Protocol):
    """Keeps pictures and shows them to those who may see them."""

    async def keep(self, caller: Caller, name: str, upload: Path) -> Uploaded:
        """Clean an uploaded file and keep the clean copy; raises BadPicture. `upload` stays the caller's to remove."""
        ...

    async def serve(
        self, picture: str, caller: Caller, kind: Literal["shown", "original", "thumbnail"]
    ) -> Served:
        """Find the bytes of a picture that the caller may see; raises NotFound."""
        ...

    async def partial(self, job: int, caller: Caller) -> Served:
        """Find the newest unfinished picture of the caller's running job; raises NotFound."""
        ...

    async def document(self, document: str, caller: Caller) -> Served:
        """Find the bytes of a reply's file that was made for the caller; raises NotFound."""
        ...

    async def delete(self, picture: str, caller: Caller) -> None:
        """Delete the bytes of the caller's picture; edits made from it and the books stay. Raises NotFound."""
        ...


class Bell(Protocol):
    """Rings when something that people watch has changed."""

    def ring(self) -> None:
        """Wake everybody who waits; call it on the event loop."""
        ...

    @property
    def rings(self) -> int:
        """How often it has rung: read it before you look at what it rings for, and `wait` misses nothing."""
        ...

    async def wait(self, timeout_seconds: float, rings: int | None = None) -> bool:
        """Wait for the next ring after so many, by default after now; False when the time is up."""
        ...
