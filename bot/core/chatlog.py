"""Messages of the web chat, as they are kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Author = Literal["person", "easel"]


@dataclass(frozen=True)
class ChatDraft:
    """A message to keep.

    `body` is JSON that only the web chat reads; `root` is the id of its thread's first message. A message of
    Easel about a job has the job's id as its own, so that one job is one message. The same `event` of a
    person, and the same `reply_key`, are kept once.
    """

    id: str
    tenant: str
    person: str
    root: str
    author: Author
    body: str
    created: int
    job: str | None = None
    event: str | None = None
    reply_key: str | None = None


@dataclass(frozen=True)
class ChatMessage:
    """A kept message. `seq` orders a conversation; `changed` grows with every write to a person's chat."""

    seq: int
    id: str
    person: str
    root: str
    author: Author
    body: str
    job: str | None
    event: str | None
    reply_key: str | None
    created: int
    changed: int
    is_deleted: bool

    @property
    def is_open(self) -> bool:
        """Whether it is about a job whose answer was not delivered yet."""
        return self.job is not None and self.reply_key is None and not self.is_deleted
