"""The world around a process, which outlives it: time, the platform that shows replies, terms, people."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from bot.core.catalogue import Catalogue
from bot.core.commands import Caller
from bot.core.plans import Plans
from bot.core.replies import Address, Posted, Reply
from bot.storage.people import Tenant

MIDNIGHT = int(datetime(2050, 11, 21, tzinfo=UTC).timestamp()) * 1000
"""Later than any file that a test writes: what a process finds at its start was there before it."""

NOON = MIDNIGHT + 12 * 3_600_000
PICTURE = 2_000
"""What one picture costs in millicredits: two credits."""

SPARE = "spare"
"""The vendor that sells the same as `paper`, where there is one."""

FACTS = {
    "answers": "in one call",
    "sends": "bytes",
    "bill": "dollars",
    "cancels": False,
    "runs_in": "this process",
    "keeps": "nothing",
    "terms_url": "https://paper.example/terms",
    "privacy_url": "not stated by the vendor",
}
"""What the vendors here say of themselves."""

HERE = Tenant("web:here", "web", "Here", "approved", "UTC", "")
GUILD = Tenant("discord:guild", "discord", "Guild", "approved", "UTC", "")
THERE = Tenant("web:there", "web", "There", "approved", "UTC", "")


class SetClock:
    """Shows the time that a test sets."""

    def __init__(self, now: int = NOON) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def advance(self, seconds: float) -> None:
        """Let time pass; a negative number sets the clock back."""
        self.now += round(seconds * 1000)


@dataclass(frozen=True)
class Post:
    """One request to show a reply."""

    key: str
    address: Address
    reply: Reply


class Platform:
    """Shows replies; one that repeats a key is the same message. `troubles` come first, one for each post."""

    def __init__(self) -> None:
        self.posts: list[Post] = []
        self.shown: dict[str, Reply] = {}
        self.troubles: deque[Exception] = deque()
        self.given_up: list[str] = []

    async def give_up(self, address: Address, reply: Reply, *, key: str) -> None:
        self.given_up.append(key)

    async def __call__(self, address: Address, reply: Reply, *, key: str) -> Posted:
        self.posts.append(Post(key, address, reply))
        if self.troubles:
            raise self.troubles.popleft()
        self.shown[key] = reply
        return Posted(message=f"message {key}", thread="thread", posted_at=NOON)

    def shown_for(self, job: str) -> Reply:
        """Return the one reply that people see for a job."""
        [reply] = [reply for reply in self.shown.values() if reply.job == job]
        return reply


class Ids:
    """Makes ids that sort as they were made."""

    def __init__(self) -> None:
        self._numbers: Iterator[int] = count(1)

    def __call__(self) -> str:
        return f"{next(self._numbers):024}"


@dataclass(frozen=True)
class Terms:
    """What is on offer, and on which terms."""

    per_call: int = 1
    crash: str = "release"
    jobs_at_once: int = 4
    images_per_minute: int = 0
    allowance: str = "100"
    allowance_per: str = "month"
    caps: tuple[dict[str, Any], ...] = ()
    running_at_once: int = 2
    waiting_max: int = 20
    prices: dict[str, Any] | None = None
    confirm_above: str = "20"
    dialect: str = "paper"
    spare: dict[str, Any] | None = None
    """What the model differs in at a second vendor; None for no such vendor."""
    spare_vendor: dict[str, Any] = field(default_factory=dict)
    routing: dict[str, Any] = field(default_factory=dict)
    edits_may_move: bool = False

    def catalogue(self) -> Catalogue:
        """Build a catalogue with the vendor `paper` and its one model, which `spare` may sell too."""
        vendor = {
            "name": "paper",
            "title": "Paper",
            "dialect": self.dialect,
            "crash": {"kind": self.crash, "window_seconds": 600},
            "jobs_at_once": self.jobs_at_once,
            "images_per_minute": self.images_per_minute,
            **FACTS,
        }
        flat = {"per": "picture", "picture_nano": {"low": 10_000_000, "medium": 20_000_000}}
        model = {
            "name": "paper-1",
            "title": "Paper One",
            "vendor": "paper",
            "licence": "whoever ordered them",
            "sizes": {},
            "qualities": ("low", "medium"),
            "default_quality": "medium",
            "formats": ("png", "webp"),
            "backgrounds": ("auto", "opaque"),
            "takes_mask": True,
            "references_max": 4,
            "pictures_per_call": self.per_call,
            "prompt_characters_max": 1_000,
            "prices": self.prices or flat,
            "markup_percent": 100,
            "run_limits": ({"pixels": 8_294_400, "seconds": 60},),
        }
        vendors, models = [vendor], [model]
        if self.spare is not None:
            vendors.append({**vendor, "name": SPARE, "title": "Spare", **self.spare_vendor})
            models.append({**model, "vendor": SPARE, "title": "Paper One by Spare", **self.spare})
        return Catalogue.model_validate({"vendors": vendors, "models": models, "routing": self.routing})

    def plans(self) -> Plans:
        """Build plans with one for everybody."""
        plan = {
            "name": "everyone",
            "allowance": {"credits": self.allowance, "per": self.allowance_per},
            "running_at_once": self.running_at_once,
            "waiting_max": self.waiting_max,
            "confirm_above": self.confirm_above,
            "edits_may_move": self.edits_may_move,
        }
        return Plans.model_validate({"default_plan": "everyone", "plans": (plan,), "caps": self.caps})


def caller(event: str, person: str = "ann", *, tenant: Tenant = HERE, is_admin: bool = False) -> Caller:
    """Build somebody who does something, once."""
    address = Address(platform="web", tenant=tenant.id, channel="general", person=person, user=person)
    return Caller(person, address, person.title(), event, is_admin=is_admin)
