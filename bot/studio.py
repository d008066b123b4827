"""The front half of the sentence: price the request, hold the credits, queue the job; and what people ask about it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import structlog

from bot.administration import Administration
from bot.belongings import Belongings
from bot.books import Books
from bot.core.breaker import State
from bot.core.catalogue import Catalogue, Size
from bot.core.commands import Caller
from bot.core.errors import NotAllowed, NotFound, NotOffered, OutOfCredits, Refusal, Unconfirmed
from bot.core.front import PENDING, Bell
from bot.core.jobs import JobState
from bot.core.pictures import PictureRequest, with_style
from bot.core.plans import Plans
from bot.core.ports import Clock, NewId
from bot.core.preferences import completed, default_model
from bot.core.pricing import estimate_label
from bot.core.replies import ReplyFile
from bot.core.retirement import drawn_by
from bot.core.studio import Cancelled, Draft, JobCard, ModelOffer, NewFile
from bot.core.variants import finish, vary, with_variants
from bot.core.wordlist import is_asked
from bot.counters import Counter
from bot.documents import Documents
from bot.forgetting import Forgetting
from bot.leaving import Leaving
from bot.offers import offers
from bot.ordering import draft_of, request_for
from bot.purse import spender
from bot.rights import Rights
from bot.router import Asked, Router, run_milliseconds
from bot.stewarding import Steward
from bot.storage import accepting, jobs, postings, views
from bot.storage.accepting import Event, NewJob, Outcome
from bot.storage.admission import Places, Send, no_places
from bot.storage.database import Database
from bot.storage.shelf import Shelf
from bot.storage.terms import limits_of
from bot.storage.transaction import StorageBusy, StorageFull
from bot.storage.views import PictureRow, Viewer, Whose
from bot.trying import test_limits, test_request
from bot.vendorbook import SoldBook

log = structlog.get_logger(__name__)

SQUARE = Size(1024, 1024)
WAIT_MILLISECONDS = 30 * 60_000


@dataclass(frozen=True)
class StudioMeans:
    """What the studio works with; `catalogue` holds only what is on offer, `counters` its vendors by name."""

    database: Database
    shelf: Shelf
    catalogue: Catalogue
    plans: Plans
    counters: Mapping[str, Counter]
    bell: Bell
    clock: Clock
    new_id: NewId
    send: Send
    rights: Rights
    has_room: Callable[[], bool] = lambda: True
    """Whether the disk has room for what an order brings."""


class EaselStudio(Belongings, Administration, Books, Steward):
    """The studio that commands use."""

    def __init__(self, means: StudioMeans) -> None:
        super().__init__(means.database, means.plans, means.clock, means.rights, means.catalogue)
        self._shelf = means.shelf
        self._counters = means.counters
        self._bell = means.bell
        self._new_id = means.new_id
        self._send = means.send
        self._has_room = means.has_room
        self.router = Router(means.catalogue, means.counters, means.database, means.clock)
        self.book = SoldBook(means.catalogue, means.database, means.clock, self._breaker)
        self.leaving = Leaving(means.database, self._places, means.clock, means.bell.ring)
        self.forgetting = Forgetting(means.database, self._places, means.clock, means.send, means.shelf)
        self._documents = Documents(means.database, means.shelf, means.clock, means.new_id)

    async def order(self, draft: Draft, caller: Caller) -> JobCard:
        """Validate, price, hold and queue. The same event gives the same job or the same refusal.

        Raises Unconfirmed, which is not remembered, for a dear order whose price the caller has not seen.
        """
        return await self._entered(lambda event: self._accept(draft, caller, event), caller)

    async def test_picture(self, caller: Caller) -> JobCard:
        """Draw a picture that nobody pays for and nobody chooses, to try a server out. Admins only."""
        await self._rights.check_admin(caller)
        return await self._entered(lambda _: self._accept_test(caller), caller)

    async def _accept_test(self, caller: Caller) -> Outcome:
        await self._standing(caller)
        now, request = self._clock(), test_request(self._on_offer())
        free = partial(test_limits, who=spender(caller), plans=self._plans, now=now)
        new = replace(self._new_job(request, "imagine", caller, now), limits=free)
        return await self._database.write(
            accepting.accept, new, self._counters[request.vendor].places, now=now
        )

    async def _entered(self, enter: Callable[[Event], Awaitable[Outcome]], caller: Caller) -> JobCard:
        """Do what an event asks for, once, and tell what it became."""
        event = Event(caller.address.platform, caller.tenant, caller.event)
        try:
            outcome = await self._database.read(accepting.known, event) or await enter(event)
        except StorageBusy as error:
            raise Refusal("storage_busy") from error
        except StorageFull as error:
            raise Refusal("storage_full") from error
        if outcome.refusal is not None or outcome.job is None:
            raise _told_to(caller, outcome.refusal or NotFound("job_unknown", number=""))
        card = await self._database.read(views.card, outcome.job)
        if card is None:
            raise NotFound("job_unknown", number="")
        if outcome.is_new:
            log.info(
                "job accepted",
                job=card.id,
                number=card.number,
                tenant=caller.tenant,
                person=caller.person,
                held=card.held,
                model=card.request.model,
                count=card.request.count,
            )
            self._bell.ring()
        return replace(card, little_left=outcome.little_left)

    async def quote(self, draft: Draft, caller: Caller) -> int:
        """Price a draft in millicredits without ordering it; raises what an order would be refused with.

        Pictures whose id is PENDING are taken to be as good as any.
        """
        await self._rights.check_place(caller)
        return (await self._request(draft, caller, pending=_not_sent_yet(caller))).hold

    async def _accept(self, draft: Draft, caller: Caller, event: Event) -> Outcome:
        now = self._clock()
        # Not remembered: the place may be let in before the event is repeated, and a stranger writes no rows.
        await self._rights.check_place(caller)
        try:
            if not self._has_room():
                raise Refusal("storage_full")
            request = await self._request(draft, caller)
            await self._check_price_seen(request, caller)
        except Unconfirmed:
            raise
        except Refusal as refusal:
            return await self._database.write(accepting.refuse, event, refusal, caller.person, now=now)
        counter = self._counters[request.vendor]
        new = self._new_job(request, draft.command, caller, now)
        return await self._database.write(accepting.accept, new, counter.places, now=now)

    async def _check_price_seen(self, request: PictureRequest, caller: Caller) -> None:
        if caller.has_seen_price and request.hold <= (caller.price_shown or request.hold):
            return
        terms = await self._terms(caller.person, caller)
        if request.hold <= terms.plan.confirm_above:
            return
        have = (await self.balance(caller)).available
        if request.hold > have:
            raise OutOfCredits("out_of_credits", price=request.hold, have=have)
        raise Unconfirmed(price=request.hold)

    async def _request(
        self, draft: Draft, caller: Caller, *, pending: PictureRow | None = None
    ) -> PictureRequest:
        standing = await self._standing(caller)
        if draft.model:
            name = drawn_by(self._catalogue, draft.model.lower(), self._today())
            draft = draft.model_copy(update={"model": name})
        catalogue = self._on_offer().ordered(draft.command, caller.tenant)
        draft = completed(draft, standing, catalogue)
        if is_asked(with_style(draft.prompt, draft.style), standing.tenant.words):
            raise Refusal("words_refused")
        named = [each for each in (draft.parent, *draft.references, draft.mask) if each]
        ids = [each for each in named if pending is None or each != pending.id]
        viewer = Viewer(caller.person, caller.tenant)
        found = await self._database.read(views.pictures_for, ids, viewer) if ids else {}
        if pending:
            found[pending.id] = pending
        request = request_for(draft, catalogue, found)
        if await self._may_move(draft, request, caller):
            request = request.model_copy(update={"may_move": True})
            request = await self.router.best(request, Asked(draft.command, caller.tenant), found)
        if ids and not await self._shelf.has(*(found[each].sha256 for each in ids)):
            raise NotFound("picture_gone")
        if draft.mask:
            first = draft.parent or draft.references[0]
            if {draft.mask, first}.issubset(ids):
                await self._shelf.check_mask(found[draft.mask].sha256, found[first].sha256)
        return request

    async def _may_move(self, draft: Draft, request: PictureRequest, caller: Caller) -> bool:
        """Whether another vendor may draw: not where one was named, and an edit only if the plan lets it."""
        stays = draft.stays if draft.settled else "/" in (draft.model or "")
        if stays or not self._catalogue.routing.failover or not self.router.has_rivals(request):
            return False
        return draft.parent is None or (await self._terms(caller.person, caller)).plan.edits_may_move

    def _new_job(self, request: PictureRequest, command: str, caller: Caller, now: int) -> NewJob:
        counter = self._counters[request.vendor]
        return NewJob(
            id=self._new_id(),
            event=Event(caller.address.platform, caller.tenant, caller.event),
            command=command,
            address=caller.address,
            channel_name=caller.channel_name,
            person=caller.person,
            request=request,
            limits=partial(limits_of, who=spender(caller), plans=self._plans, now=now),
            wait_milliseconds=WAIT_MILLISECONDS,
            run_milliseconds=run_milliseconds(counter, request),
            holds_back=caller.holds_back,
            picture_price=self._picture_price(),
            is_once=caller.orders_once,
        )

    def _picture_price(self) -> int:
        model = self._on_offer().models[0]
        return estimate_label(model, model.default_quality, SQUARE)

    async def again(self, number: int, caller: Caller) -> JobCard:
        """Order the same once more; the caller pays."""
        card = await self.job(number, caller)
        return await self.order(draft_of(card.request, card.command), replace(caller, has_seen_price=True))

    async def vary(self, picture: str, caller: Caller) -> JobCard:
        """Order another picture like this one; the caller pays."""
        draft = vary(await self._card_of(picture, caller), picture)
        return await self.order(draft, replace(caller, has_seen_price=True))

    async def finish(self, picture: str, caller: Caller) -> JobCard:
        """Order the finished version of a draft; the caller pays."""
        card = await self._card_of(picture, caller)
        try:
            draft = finish(card, picture, self._catalogue.model(card.request.model, card.request.vendor))
        except KeyError:
            draft = None
        if draft is None:
            raise NotOffered("nothing_to_finish")
        return await self.order(draft, replace(caller, has_seen_price=True))

    async def untried(self, caller: Caller) -> Caller:
        """Let a question that was refused before be answered anew: what stood in its way may be over."""
        event = Event(caller.address.platform, caller.tenant, caller.event)
        return replace(caller, event=await self._database.read(accepting.untried, event))

    async def ordered(self, caller: Caller) -> JobCard | None:
        """Find the job that the caller's event has become; None where it has become none."""
        event = Event(caller.address.platform, caller.tenant, caller.event)
        outcome = await self._database.read(accepting.known, event)
        card = await self._database.read(views.card, outcome.job) if outcome and outcome.job else None
        return with_variants(card, self._catalogue) if card else None

    async def _card_of(self, picture: str, caller: Caller) -> JobCard:
        card = await self.job_of(picture, caller)
        if card is None:
            raise NotFound("picture_unknown")
        return card

    async def job_of(self, picture: str, caller: Caller) -> JobCard | None:
        """Find the job that drew a picture; None for an upload, and for a picture that the caller may not see."""
        viewer = Viewer(caller.person, caller.tenant)
        row = await self._database.read(views.picture, picture, viewer)
        return await self._database.read(views.card, row.job) if row and row.job else None

    async def cancel(self, number: int | None, caller: Caller) -> Cancelled:
        """Cancel the caller's job `number`, or the newest open one."""
        if number is None:
            whose = Whose(caller.person, caller.tenant)
            mine = await self._database.read(views.cards_of, whose, limit=1, only_open=True)
            if not mine:
                raise NotFound("nothing_to_cancel")
            card = mine[0]
        else:
            card = await self.job(number, caller)
            if not card.state.is_open:
                raise Refusal("job_ended", number=number)
            if not (card.may_change or await self._rights.may_administer(caller)):
                raise NotAllowed("not_yours")
        vendor = card.request.vendor
        state = await self._database.write_patiently(
            jobs.cancel, card.id, self._places(vendor), now=self._clock()
        )
        self._bell.ring()
        is_ended = state is not None and not state.is_open
        log.info("job cancelled", job=card.id, number=card.number, by=caller.person, ended=is_ended)
        return Cancelled(card.number, is_ended, card.held if state is JobState.CANCELLED else 0)

    def _places(self, vendor: str) -> Places:
        counter = self._counters.get(vendor)
        return counter.places if counter else no_places(vendor, self._send)

    async def history(
        self, caller: Caller, person: str | None = None, *, limit: int = 10, only_here: bool = False
    ) -> Sequence[JobCard]:
        """List the newest jobs, newest first; of another person only public ones, and for admins only."""
        channel = caller.address.channel if only_here else None
        is_other = person not in (None, caller.person)
        whose = Whose(await self._whose(caller, person), caller.tenant, channel, only_public=is_other)
        cards = await self._database.read(views.cards_of, whose, limit=limit)
        links = await self._database.read(postings.links_of, [card.id for card in cards])
        return [replace(card, link=links.get(card.id)) for card in cards]

    async def job(self, number: int, caller: Caller) -> JobCard:
        """Show one job that the caller may see."""
        viewer = Viewer(caller.person, caller.tenant)
        card = await self._database.read(views.card_by_number, viewer, number)
        if card is None:
            raise NotFound("job_unknown", number=number)
        may_change = card.may_change or await self._rights.administers(caller)
        return replace(with_variants(card, self._catalogue), may_change=may_change)

    async def picture(self, number: int, position: int | None, caller: Caller) -> str:
        """Find the id of the picture `position` (from 1) of job `number`, for an edit."""
        card = await self.job(number, caller)
        if position is None and len(card.pictures) > 1:
            raise Refusal("which_picture", number=number, count=len(card.pictures))
        for picture in card.pictures:
            if position in (None, picture.position):
                return picture.id
        was_there = card.state is JobState.DONE and 1 <= (position or 1) <= card.request.count
        raise NotFound("picture_gone" if was_there else "picture_unknown")

    async def attach(self, file: NewFile, caller: Caller) -> ReplyFile:
        """Keep a document for a day, for the caller alone, to be sent with a reply."""
        return await self._documents.keep(file, caller)

    def _breaker(self, vendor: str, model: str) -> State:
        return self._counters[vendor].breaker(model).state(self._clock())

    async def models(self, caller: Caller) -> Sequence[ModelOffer]:
        """List the models on offer."""
        catalogue = self._on_offer()
        standing = await self._chosen(caller)
        default = default_model(catalogue, standing.preferences, standing.tenant)
        return offers(catalogue, await self.book.read(), default, now=self._clock())


def _not_sent_yet(caller: Caller) -> PictureRow:
    """Stand for a picture that the caller has chosen and not sent."""
    return PictureRow(
        id=PENDING,
        job=None,
        person=caller.person,
        tenant=caller.tenant,
        is_private=False,
        position=1,
        sha256="",
        mime="image/png",
        width=1024,
        height=1024,
        original_sha256=None,
        original_mime=None,
        is_late=False,
        is_deleted=False,
    )


def _told_to(caller: Caller, refusal: Refusal) -> Refusal:
    """Say to a guest whom no plan names what that means; smaller orders would not help them."""
    is_bare = refusal.key == "out_of_credits" and not refusal.values["have"]
    return NotAllowed("out_of_credits_guest") if caller.is_guest and is_bare else refusal
