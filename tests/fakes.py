"""Stand-ins that behave: the same ports as the real thing, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from bot.core.commands import Caller
from bot.core.errors import BadOption, NotAllowed, NotFound, OutOfCredits, Refusal, Unconfirmed
from bot.core.front import Served, Uploaded
from bot.core.jobs import JobState
from bot.core.pictures import PictureRequest, alt_text
from bot.core.replies import Address, Row, ShownPicture
from bot.core.studio import (
    Balance,
    Cancelled,
    CapLine,
    Draft,
    JobCard,
    Limit,
    ModelOffer,
    Overview,
    PlanOffer,
    Receipt,
    Standing,
    StatementLine,
)
from bot.core.variants import vary
from tests.administration_for_tests import FakeAdministration
from tests.fake_books import FakeBooks
from tests.fake_choices import FakeChoices

NOW = 1_795_000_000_000
PICTURE_PRICE = 5_300


def picture_id(number: int, position: int = 1) -> str:
    """Return the id of a picture of the fake studio: 24 characters, as real ones have."""
    return f"picture{number:013}{position:04}"


def caller_of(
    person: str = "ann", *, event: str = "event-1", platform: str = "web", is_admin: bool = False
) -> Caller:
    """Make somebody who uses a command."""
    address = Address(platform=platform, tenant="tenant", channel="channel", person=person)
    return Caller(person=person, address=address, name=person, event=event, is_admin=is_admin)


def request_of(draft: Draft) -> PictureRequest:
    """Price a draft: every picture costs the same."""
    return PictureRequest(
        prompt=draft.prompt,
        vendor="sketch",
        model=draft.model or "sketch",
        quality=draft.quality or "medium",
        width=1024,
        height=1024,
        format=draft.format or "png",
        background=draft.background or "auto",
        parts=(draft.count or 1,),
        parent=draft.parent,
        references=draft.references,
        mask=draft.mask,
        private=bool(draft.private),
        picture_nano=PICTURE_PRICE * 10_000,
        size_words=draft.size or "",
    )


def card_of(number: int = 142, prompt: str = "a lighthouse at dusk", **changes: object) -> JobCard:
    """Make a job that has one picture; `changes` are fields of the card."""
    request = request_of(Draft(command="imagine", prompt=prompt))
    card = JobCard(
        id=f"job{number:021}",
        number=number,
        state=JobState.DONE,
        request=request,
        command="imagine",
        held=request.hold,
        charged=request.hold,
        created=NOW,
        started=NOW,
        ended=NOW,
        position=None,
        pictures=pictures_of(number, request),
        reason=None,
    )
    return replace(card, **changes)  # type: ignore[arg-type]  # a test names fields with values of their types


def pictures_of(number: int, request: PictureRequest) -> tuple[ShownPicture, ...]:
    """Draw what a request asks for."""
    return tuple(
        ShownPicture(
            id=picture_id(number, position),
            alt=alt_text(request, position),
            mime="image/png",
            width=1024,
            height=1024,
            position=position,
        )
        for position in range(1, request.count + 1)
    )


@dataclass
class FakeStudio(FakeChoices, FakeAdministration, FakeBooks):
    """A studio for one tenant in memory: jobs wait until a test calls `complete`.

    `credits` are what each person has, in millicredits; `fault` is raised by the next order.
    """

    credits: dict[str, int] = field(default_factory=lambda: {"ann": 100_000, "bob": 0})
    jobs: dict[int, JobCard] = field(default_factory=dict)
    owners: dict[int, str] = field(default_factory=dict)
    events: dict[str, int] = field(default_factory=dict)
    drafts: list[Draft] = field(default_factory=list)
    fault: Exception | None = None
    confirm_above: int = 20_000
    statement_lines: int = 1
    decided: list[tuple[str, str, object]] = field(default_factory=list)
    channels: dict[int, str] = field(default_factory=dict)

    def add(self, card: JobCard, owner: str = "ann") -> JobCard:
        """Put a job there."""
        self.jobs[card.number] = card
        self.owners[card.number] = owner
        return card

    def complete(self, number: int) -> JobCard:
        """Let a job end with all its pictures."""
        card = self.jobs[number]
        self.jobs[number] = replace(
            card,
            state=JobState.DONE,
            position=None,
            charged=card.held,
            pictures=pictures_of(number, card.request),
        )
        return self.jobs[number]

    async def admit(self, caller: Caller) -> Caller:
        return caller

    async def order(self, draft: Draft, caller: Caller) -> JobCard:
        if self.fault is not None:
            raise self.fault
        if caller.event in self.events:
            return self.jobs[self.events[caller.event]]
        request = request_of(draft)
        for card in self.jobs.values() if caller.orders_once else ():
            is_mine = self.owners[card.number] == caller.person and card.state.is_open
            if is_mine and card.request.is_same_as(request):
                raise Refusal("already_drawing", number=card.number)
        if draft.size == "9000x9000":
            raise BadOption("size_unfit", asked=draft.size, fault="too large", nearest="2880x2880")
        if request.hold > self.credits.get(caller.person, 0):
            raise OutOfCredits("out_of_credits", price=request.hold, have=self.credits.get(caller.person, 0))
        if request.hold > self.confirm_above and not caller.has_seen_price:
            raise Unconfirmed(price=request.hold)
        self.credits[caller.person] -= request.hold
        self.drafts.append(draft)
        number = max(self.jobs, default=142) + 1
        self.events[caller.event] = number
        card = card_of(
            number,
            state=JobState.WAITING,
            charged=None,
            pictures=(),
            position=0,
            request=request,
            held=request.hold,
            command=draft.command,
        )
        return self.add(card, caller.person)

    async def untried(self, caller: Caller) -> Caller:
        return caller

    async def ordered(self, caller: Caller) -> JobCard | None:
        number = self.events.get(caller.event)
        return self.jobs[number] if number is not None else None

    async def again(self, number: int, caller: Caller) -> JobCard:
        request = (await self.job(number, caller)).request
        caller = replace(caller, has_seen_price=True)
        draft = Draft(
            command="imagine",
            prompt=request.prompt,
            count=request.count,
            parent=request.parent,
            references=request.references,
        )
        return await self.order(draft, caller)

    async def vary(self, picture: str, caller: Caller) -> JobCard:
        return await self.order(vary(await self._card_of(picture, caller), picture), caller)

    async def finish(self, picture: str, caller: Caller) -> JobCard:
        draft = vary(await self._card_of(picture, caller), picture)
        return await self.order(draft.model_copy(update={"quality": "high"}), caller)

    async def _card_of(self, picture: str, caller: Caller) -> JobCard:
        card = await self.job_of(picture, caller)
        if card is None:
            raise NotFound("picture_unknown")
        return card

    async def job_of(self, picture: str, caller: Caller) -> JobCard | None:
        for card in self.jobs.values():
            if picture in [each.id for each in card.pictures]:
                return card
        return None

    async def cancel(self, number: int | None, caller: Caller) -> Cancelled:
        mine = [card for card in await self.history(caller) if card.state.is_open]
        card = mine[0] if number is None and mine else await self.job(number or 0, caller)
        if self.owners[card.number] != caller.person:
            raise NotAllowed("not_yours")
        if not card.state.is_open:
            raise Refusal("job_ended", number=card.number)
        if card.state is JobState.RUNNING:
            return Cancelled(card.number, is_ended=False, returned=0)
        self.credits[caller.person] += card.held
        self.jobs[card.number] = replace(card, state=JobState.CANCELLED, charged=0, position=None)
        return Cancelled(card.number, is_ended=True, returned=card.held)

    async def balance(self, caller: Caller, person: str | None = None) -> Balance:
        return Balance(
            credits_available=self.credits.get(person or caller.person, 0),
            allowance_limit=50_000,
            allowance_left=20_345,
            allowance_resets=NOW,
            held=5_300,
            spent=1_000,
            plan="everyone",
        )

    async def statement(
        self, caller: Caller, person: str | None = None, *, limit: int = 10, page: int = 1
    ) -> Sequence[StatementLine]:
        lines = [StatementLine(NOW, "#142 a lighthouse", -5_300, 142, "allowance")] * self.statement_lines
        return lines[limit * (page - 1) :][: limit + 1]

    async def receipt(self, number: int, caller: Caller) -> Receipt:
        return Receipt(await self.job(number, caller), None, (("allowance", 5_300),), ())

    async def history(
        self, caller: Caller, person: str | None = None, *, limit: int = 10, only_here: bool = False
    ) -> Sequence[JobCard]:
        whose, here = person or caller.person, caller.address.channel
        mine = [
            card
            for number, card in self.jobs.items()
            if self.owners[number] == whose and (not only_here or self.channels.get(number, here) == here)
        ]
        return sorted(mine, key=lambda card: card.number, reverse=True)[:limit]

    async def job(self, number: int, caller: Caller) -> JobCard:
        card = self.jobs.get(number)
        if card is None or (card.request.private and self.owners[number] != caller.person):
            raise NotFound("job_unknown", number=number)
        return replace(card, may_change=caller.is_admin or self.owners[number] == caller.person)

    async def picture(self, number: int, position: int | None, caller: Caller) -> str:
        card = await self.job(number, caller)
        if position is None and len(card.pictures) > 1:
            raise Refusal("which_picture", number=number, count=len(card.pictures))
        for picture in card.pictures:
            if position in (None, picture.position):
                return picture.id
        raise NotFound("picture_unknown")

    async def models(self, caller: Caller) -> Sequence[ModelOffer]:
        prices = (("low", 600), ("medium", PICTURE_PRICE), ("auto", 71_200))
        return [
            ModelOffer(
                "sketch",
                "Sketch",
                "sketch",
                is_default=True,
                prices=prices,
                can=("masks",),
                default_quality="medium",
                default_format="png",
                in_short="answered 99 %",
                details=(
                    Row(label="Last 30 days", value="answered 99 of 100"),
                    Row(label="Licence", value="yours"),
                ),
            )
        ]

    async def person(self, who: str, caller: Caller) -> str:
        if not caller.is_admin:
            raise NotAllowed("admins_only")
        name = who.removeprefix("@").removeprefix("user:")
        if name not in self.credits:
            raise NotFound("person_unknown", who=who)
        return name

    async def grant(self, who: str, amount: int, reason: str, caller: Caller) -> Balance:
        person = await self.person(who, caller)
        if caller.event not in self.events:
            self.credits[person] += amount
            self.events[caller.event] = 0
        return await self.balance(caller, person)

    async def revoke(self, who: str, amount: int, reason: str, caller: Caller) -> tuple[int, Balance]:
        person = await self.person(who, caller)
        taken = min(amount, self.credits[person])
        self.credits[person] -= taken
        return taken, await self.balance(caller, person)

    async def standing(self, caller: Caller, person: str | None = None) -> Standing:
        return Standing("everyone", "tenant", (CapLine("tenant", 50_000, 20_000, NOW),))

    async def overview(self, caller: Caller) -> Overview:
        caps = (CapLine("tenant", 50_000, 20_000, NOW),)
        return Overview(
            "everyone",
            (PlanOffer("everyone", 100_000), PlanOffer("large", 500_000)),
            caps,
            2,
            (("ann", 5_300),),
        )

    async def set_plan(self, who: str, plan: str, caller: Caller, *, reason: str = "") -> bool:
        return self._decide("plan", who, plan, *([reason] if reason else []))

    async def set_cap(self, where: str, limit: Limit, caller: Caller, *, reason: str = "") -> bool:
        if limit.credits is not None and limit.per is None:
            raise BadOption("cap_period_missing")
        return self._decide("cap", where, limit, *([reason] if reason else []))

    async def reset(self, who: str, reason: str, caller: Caller) -> tuple[int, Balance]:
        person = await self.person(who, caller)
        self._decide("reset", person, reason)
        return 5_000, await self.balance(caller, person)

    async def block(self, who: str, reason: str, caller: Caller) -> tuple[bool, int]:
        return self._decide("block", await self.person(who, caller), reason), 2

    async def unblock(self, who: str, reason: str, caller: Caller) -> bool:
        return self._decide("unblock", await self.person(who, caller), reason)

    def _decide(self, act: str, about: str, said: object) -> bool:
        is_new = (act, about, said) not in self.decided
        self.decided.append((act, about, said))
        return is_new

    async def quote(self, draft: Draft, caller: Caller) -> int:
        """Price a draft without ordering it."""
        return request_of(draft).hold


@dataclass
class FakeGallery:
    """A gallery that only remembers what was deleted."""

    deleted: list[str] = field(default_factory=list)

    async def keep(self, caller: Caller, name: str, upload: Path) -> Uploaded:
        return Uploaded(picture_id(900), name, 640, 480)

    async def serve(
        self, picture: str, caller: Caller, kind: Literal["shown", "original", "thumbnail"]
    ) -> Served:
        raise NotFound("picture_unknown")

    async def partial(self, job: int, caller: Caller) -> Served:
        raise NotFound("picture_unknown")

    async def document(self, document: str, caller: Caller) -> Served:
        raise NotFound("document_gone")

    async def delete(self, picture: str, caller: Caller) -> None:
        if picture in self.deleted:
            raise NotFound("picture_unknown")
        self.deleted.append(picture)
