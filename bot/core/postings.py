"""What a delivery notes down before and between its requests, so that a crash is settled as the platform allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from bot.core.replies import Address, Posted

NONCE_MILLISECONDS = 120_000
"""How long Discord knows a nonce again."""

FIRST = ":first"
"""Ends the key of a job's first message."""

KEPT = ":kept-"
"""Stands in the key of a message that shows a picture again which was taken down."""


@dataclass(frozen=True)
class Posting:
    """One request of a delivery: `key` is the reply's, `part` names the request, such as "0" or "file 2".

    `sending_since` (milliseconds) was noted before the first try with this `nonce`. `file` is the platform's id of an
    upload, noted before it is completed; `is_uploaded` when its bytes are there. `message` is the message that came
    of it, in `channel` and `thread` of a tenant, and shows these `pictures`; a reply to it is found by that.
    """

    key: str
    part: str = "0"
    nonce: str | None = None
    sending_since: int | None = None
    file: str | None = None
    is_uploaded: bool = False
    platform: str | None = None
    tenant: str | None = None
    channel: str | None = None
    thread: str | None = None
    message: str | None = None
    posted_at: int | None = None
    pictures: tuple[str, ...] = ()

    def next_step(self, now: int) -> Literal["send", "repeat", "search", "done"]:
        """Say what to do about this request.

        "send": note `sending_since`, then send. "repeat": send again with the same nonce. "search": it may be there,
        and no nonce tells; look for it. "done": nothing.
        """
        if self.message is not None:
            return "done"
        if self.sending_since is None:
            return "send"
        is_known = self.nonce is not None and now - self.sending_since < NONCE_MILLISECONDS
        return "repeat" if is_known else "search"


class Postings(Protocol):
    """Keeps the notes of deliveries. Nothing else delivers the same key at the same time."""

    async def find(self, key: str) -> Mapping[str, Posting]:
        """Return the notes of a reply, by part."""
        ...

    async def note(self, posting: Posting) -> None:
        """Commit a note, in place of the one with the same key and part."""
        ...

    async def showing(self, job: str, picture: str) -> Posting | None:
        """Return the newest message that was posted with a picture of a job."""
        ...

    async def is_begun(self, address: Address, thread: str) -> bool:
        """Whether a thread in the address's tenant has a reply of ours already."""
        ...


class FirstMessages(Protocol):
    """Jobs that may run only when their first message is posted (`Caller.holds_back`).

    The first message is an ordinary delivery of the accepted reply, with the key `<job>:first`: who ordered the job
    may post it at once, else the worker does after a minute.
    """

    async def released(self, job: str, where: Posted) -> bool:
        """Note where the first message stands, and let the job run; False when it has ended meanwhile."""
        ...

    async def not_posted(self, job: str, reason: str) -> bool:
        """Cancel the job and release its hold in one transaction; False when it runs or has ended already."""
        ...
