"""What a chat message is found to be.

`words` of every decision are a text line that still has its options; `bot.core.line` takes it apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.core.chat import NumberedPicture


class Reason(StrEnum):
    """Why a message is no order."""

    NOT_A_PERSON = "not a person"
    CHANGED = "edited or deleted later"
    TWIN = "twin of a reply in a thread"
    TO_SOMEBODY_ELSE = "begins by mentioning somebody else"
    SWITCHED_OFF = "switched off in this channel"
    NOT_ADDRESSED = "neither a mention nor an answer to a picture"
    NO_PING = "a reply without ping"
    NOT_THE_ASKER = "somebody else's picture"


@dataclass(frozen=True)
class Ignore:
    """No order: say nothing."""

    reason: Reason


@dataclass(frozen=True)
class GiveHelp:
    """Answer with help."""


@dataclass(frozen=True)
class RunCommand:
    """A command by its name; `under` are the pictures that the message was said under."""

    name: str
    words: str
    under: tuple[NumberedPicture, ...] = ()


@dataclass(frozen=True)
class Files:
    """Attachments by their places in the message: references in order, and the mask."""

    references: tuple[int, ...] = ()
    mask: int | None = None


@dataclass(frozen=True)
class AskBack:
    """Offer a priced button that only the author can press, for each picture that may be meant."""

    words: str
    pictures: tuple[NumberedPicture, ...]
    files: Files = Files()


@dataclass(frozen=True)
class AskWhich:
    """Ask which of several pictures is meant."""

    words: str
    pictures: tuple[NumberedPicture, ...]
    files: Files = Files()


@dataclass(frozen=True)
class OrderEdit:
    """Change a picture. If `names_number`, the message did not say which, and the answer names it at once."""

    picture: NumberedPicture
    words: str
    files: Files = Files()
    names_number: bool = False


@dataclass(frozen=True)
class OrderNew:
    """Draw a new picture."""

    words: str
    files: Files = Files()


@dataclass(frozen=True)
class Unknown:
    """The message names a picture that is not there for its author; `number` is as typed, "#142/2"."""

    number: str


Decision = Ignore | GiveHelp | RunCommand | AskBack | AskWhich | OrderEdit | OrderNew | Unknown


@dataclass(frozen=True)
class Selector:
    """A picture named at the front of a line: by job, by place among the job's pictures, or both."""

    job: int | None = None
    index: int | None = None

    def __str__(self) -> str:
        """Write the number as people do."""
        place = "" if self.index is None else str(self.index)
        return place if self.job is None else f"#{self.job}" + (f"/{place}" if place else "")
