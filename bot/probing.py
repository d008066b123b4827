"""Probes, off by default: a small picture an hour of every model that nobody ordered, so that its health is known.

A probe is an ordinary order of a person and a tenant of its own. Its plan has no more than an allowance a day, and
the caps of the whole bot count it as they count everybody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from bot.core.catalogue import Catalogue, Model, Size
from bot.core.commands import Caller
from bot.core.errors import BadOption, EaselError, Refusal
from bot.core.plans import Plan, Plans
from bot.core.ports import Clock, NewId
from bot.core.pricing import picture_nano
from bot.core.replies import NOWHERE, Address
from bot.core.retirement import in_service
from bot.core.sizes import read_size
from bot.core.studio import Draft, JobCard
from bot.storage import people, probing
from bot.storage.database import Database
from bot.storage.people import Identity, Tenant
from bot.storage.transaction import Tx

log = structlog.get_logger(__name__)

HOUR = 3_600_000
LOOK_SECONDS = 600.0
WORDS = "a red circle on a white background"
NAME = "Easel"
TENANT = Tenant(NOWHERE, NOWHERE, "Probes of vendors", "approved", "UTC", "")
SIDES = (256, 512, 768, 1024)
"""The sides of squares that are tried, the smallest first."""


@dataclass(frozen=True)
class Probe:
    """Orders the probes and deletes their pictures; with no credits it only does the latter.

    `order` is that of a studio with the plans of `plans_of`; `catalogue` holds what is on offer.
    """

    order: Callable[[Draft, Caller], Awaitable[JobCard]]
    database: Database
    catalogue: Catalogue
    clock: Clock
    new_id: NewId
    credits_per_day: int

    async def run(self) -> None:
        """Look every ten minutes, until cancelled."""
        while True:
            try:
                await self.look()
            except EaselError as error:
                log.warning("vendors could not be probed", problem=str(error))
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Delete the pictures of earlier probes, and order what is due."""
        now, database = self.clock(), self.database
        known = await database.read(people.person_of, _identity())
        if known is not None:
            await database.write(probing.tidy, known, now=now)
        if not self.credits_per_day:
            return
        person = known
        if person is None:
            person = await database.write(_introduce, self.new_id(), now=now)
        today = datetime.fromtimestamp(now // 1_000, UTC).date()
        for model in in_service(self.catalogue, today).models:
            if not await database.read(probing.is_in_use, model.vendor, model.name, since=now - HOUR):
                await self._order(model, person, now)

    async def _order(self, model: Model, person: str, now: int) -> None:
        """Order one picture; an hour has one event for each model, so a repetition is no second order."""
        event = f"{model.vendor}/{model.name} {now // HOUR}"
        address = Address(platform=NOWHERE, tenant=TENANT.id, channel="", person=person)
        caller = Caller(person, address, NAME, event, has_seen_price=True)
        try:
            await self.order(draft_for(model), caller)
        except Refusal as refusal:
            log.info("a vendor was not probed", vendor=model.vendor, model=model.name, why=refusal.key)


def draft_for(model: Model) -> Draft:
    """Ask for the cheapest picture that a model draws, of this vendor and no other."""
    size = _smallest(model)
    square = size or Size(SIDES[-1], SIDES[-1])
    return Draft(
        command="imagine",
        prompt=WORDS,
        size=str(size) if size else None,
        quality=min(model.qualities, key=lambda quality: picture_nano(model, quality, square)),
        count=1,
        model=f"{model.vendor}/{model.name}",
        private=True,
        plain=True,
        settled=True,
        stays=True,
    )


def plans_of(plans: Plans, credits_per_day: int) -> Plans:
    """Return the plans with one for probes in place of those for people; every cap stays."""
    allowance = {"credits": str(credits_per_day), "per": "day"}
    plan = Plan.model_validate({"name": "probe", "allowance": allowance})
    return plans.model_copy(update={"default_plan": plan.name, "plans": (plan,)})


def _smallest(model: Model) -> Size | None:
    """Find the smallest size of a model; None leaves it to the model."""
    if model.sizes.only:
        return min(model.sizes.only, key=lambda size: size.width * size.height)
    for side in SIDES:
        try:
            framing = read_size(f"{side}x{side}", model.sizes)
        except BadOption:
            continue
        return framing.drawn if framing else None
    return None


def _identity() -> Identity:
    return Identity(NOWHERE, TENANT.id, NAME, NAME)


def _introduce(db: Tx, new_id: str, *, now: int) -> str:
    people.know_tenant(db, TENANT, now=now)
    return people.know_person(db, _identity(), new_id, now=now)
