"""What commands may ask of the studio."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from pydantic import BaseModel, ConfigDict

from bot.core.administering import Administering
from bot.core.jobs import JobState
from bot.core.lost import LostAct, LostCase, Verdict
from bot.core.moderating import Moderating
from bot.core.periods import Unit
from bot.core.pictures import Background, Format, PictureRequest
from bot.core.preferences import Choosing
from bot.core.replies import ReplyFile, Row, ShownPicture
from bot.core.reports import Report

if TYPE_CHECKING:
    from bot.core.commands import Caller


class Draft(BaseModel):
    """What a person ordered, before it is validated against a model and priced. None means the default.

    Without `private` an edit is as private as its picture. `parent` is the picture to change; it, `references` and
    `mask` are picture ids. `plain` leaves standing style and references out. A draft that is `settled` was an order
    before: nothing that anybody prefers now changes it; with `stays` its vendor is not changed either. The last
    `standing` references are standing ones.
    """

    model_config = ConfigDict(frozen=True)

    command: str
    prompt: str
    size: str | None = None
    quality: str | None = None
    count: int | None = None
    model: str | None = None
    format: Format | None = None
    background: Background | None = None
    parent: str | None = None
    references: tuple[str, ...] = ()
    mask: str | None = None
    private: bool | None = None
    plain: bool = False
    style: str = ""
    standing: int = 0
    settled: bool = False
    stays: bool = False


@dataclass(frozen=True)
class Variant:
    """What can be made of a picture at one press, and what it costs at most, in millicredits."""

    act: Literal["vary", "finish"]
    price: int


@dataclass(frozen=True)
class JobCard:
    """One job as its owner sees it; amounts are millicredits, times milliseconds. What is `taken_down` nobody sees."""

    id: str
    number: int
    state: JobState
    request: PictureRequest
    command: str
    held: int
    charged: int | None
    created: int
    started: int | None
    ended: int | None
    position: int | None
    """How many jobs are served before this one; None when it is not waiting."""
    pictures: tuple[ShownPicture, ...]
    reason: str | None
    parent_number: int | None = None
    drawn_from: int | None = None
    """The job of its only reference, where that is a picture of ours."""
    child_numbers: tuple[int, ...] = ()
    variants: tuple[Variant, ...] = ()
    edit_from: int | None = None
    """What the cheapest change of one of its pictures costs, in millicredits."""
    again: int | None = None
    """What ordering the same costs at most by the prices of today, in millicredits."""
    may_change: bool = True
    """Whether whoever looks may cancel it and delete its pictures."""
    taken_down: tuple[ShownPicture, ...] = ()
    partial: str | None = None
    """Names the newest unfinished picture while the job runs; it changes with each."""
    link: str | None = None
    """Opens the message that shows it, in a list of jobs; None where it stands in no channel."""
    little_left: int | None = None
    """What its owner has left to spend: only in the answer to the order, once in a period, when it is little."""

    @property
    def price_again(self) -> int:
        """What ordering the same costs at most; by its own prices where those of today are not known."""
        return self.request.hold if self.again is None else self.again

    def alt_of(self, picture: str | None) -> str:
        """Describe one of its pictures aloud; empty for one that it does not show."""
        return next((each.alt for each in self.pictures if each.id == picture), "")


@dataclass(frozen=True)
class StatementLine:
    """One line of what people see of their money; `amount` is negative when credits went out."""

    at: int
    text: str
    amount: int
    job: int | None
    source: str


@dataclass(frozen=True)
class Balance:
    """What a person has, in millicredits. `allowance_resets` is None when the plan gives no allowance."""

    credits_available: int
    allowance_limit: int
    allowance_left: int
    allowance_resets: int | None
    held: int
    spent: int
    plan: str
    ending: tuple[tuple[int, str], ...] = ()
    """Of `credits_available`, what ends and its last day, the soonest first."""

    @property
    def available(self) -> int:
        """What can be spent now."""
        return self.credits_available + self.allowance_left


@dataclass(frozen=True)
class CapLine:
    """A limit in force: who or what it is about, what is left of it in millicredits, and when it opens again."""

    about: Literal["person", "channel", "tenant"]
    limit: int
    left: int
    ends: int


@dataclass(frozen=True)
class Standing:
    """On which terms somebody spends: their plan and why it is theirs, the limits, and whether they are blocked."""

    plan: str
    why: Literal["own", "role", "tenant", "guest"]
    caps: tuple[CapLine, ...] = ()
    is_blocked: bool = False


@dataclass(frozen=True)
class PlanOffer:
    """A plan that admins may name, and the allowance that it gives, in millicredits."""

    name: str
    credits: int = 0
    per: Unit = "month"


@dataclass(frozen=True)
class Overview:
    """How a whole tenant spends: its plan and limits, how many people it has, and who spent most this month."""

    plan: str
    plans: tuple[PlanOffer, ...]
    caps: tuple[CapLine, ...]
    people: int
    spenders: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Limit:
    """A cap that an admin wants: millicredits a period; without `credits` it is taken away."""

    credits: int | None
    per: Unit | None = None


@dataclass(frozen=True)
class ModelOffer:
    """A model on offer: what it can do and what a square costs by quality, in millicredits."""

    name: str
    title: str
    vendor: str
    is_default: bool
    prices: tuple[tuple[str, int], ...]
    can: tuple[str, ...]
    default_quality: str
    default_format: str
    backgrounds: tuple[str, ...] = ("auto",)
    in_short: str = ""
    """How it does, in a few words."""
    details: tuple[Row, ...] = ()
    """Everything that is known of it and of its vendor."""


@dataclass(frozen=True)
class Cancelled:
    """What cancelling did: the job's number, whether it ended at once and what went back to the person."""

    number: int
    is_ended: bool
    returned: int


@dataclass(frozen=True)
class RefundLine:
    """What came back for a job, when and why."""

    at: int
    amount: int
    reason: str


@dataclass(frozen=True)
class Receipt:
    """Why a job cost what it cost: `paid` says from which accounts. Another person's private words are left out.

    `person` is None for one's own job; `terms` are the model's licence and where and on which terms its vendor works.
    """

    card: JobCard
    person: str | None
    paid: tuple[tuple[str, int], ...]
    refunds: tuple[RefundLine, ...]
    terms: tuple[tuple[str, str], ...] = ()
    passed_on: tuple[tuple[str, str], ...] = ()
    """The vendors that were to draw before, and why they could not be asked."""


@dataclass(frozen=True)
class Refunded:
    """What refunding a job did: to whom, how much went to the allowance and how much to the credits."""

    number: int
    person: str
    to_allowance: int
    to_credits: int


@dataclass(frozen=True)
class NewFile:
    """A small document for one answer: `mime` says what `content` is, `alt` describes it aloud."""

    name: str
    mime: str
    content: bytes
    alt: str = ""


class Studio(Choosing, Moderating, Administering, Protocol):
    """The front half of the sentence: price, hold, queue; and everything people ask about it.

    Every method raises a Refusal that can be shown as it is.
    """

    async def admit(self, caller: Caller) -> Caller:
        """Return the caller with the rights that they have for this act; raises NotAllowed where nobody may act."""
        ...

    async def order(self, draft: Draft, caller: Caller) -> JobCard:
        """Validate, price, hold and queue. The same event gives the same job or the same refusal."""
        ...

    async def again(self, number: int, caller: Caller) -> JobCard:
        """Order the same once more; the caller pays."""
        ...

    async def vary(self, picture: str, caller: Caller) -> JobCard:
        """Order another picture like this one; the caller pays."""
        ...

    async def finish(self, picture: str, caller: Caller) -> JobCard:
        """Order the finished version of a draft: high quality, the largest size of its shape; the caller pays."""
        ...

    async def untried(self, caller: Caller) -> Caller:
        """Let a question that was refused before be answered anew: what stood in its way may be over."""
        ...

    async def ordered(self, caller: Caller) -> JobCard | None:
        """Find the job that the caller's event has become; None where it has become none."""
        ...

    async def cancel(self, number: int | None, caller: Caller) -> Cancelled:
        """Cancel the caller's job `number`, or the newest open one."""
        ...

    async def balance(self, caller: Caller, person: str | None = None) -> Balance:
        """Tell what the caller, or for admins another person, has."""
        ...

    async def statement(
        self, caller: Caller, person: str | None = None, *, limit: int = 10, page: int = 1
    ) -> Sequence[StatementLine]:
        """List the lines of a page of the statement, newest first; one line more says that there are older ones."""
        ...

    async def receipt(self, number: int, caller: Caller) -> Receipt:
        """Say why job `number` cost what it cost: one's own, for admins any of their tenant."""
        ...

    async def history(
        self, caller: Caller, person: str | None = None, *, limit: int = 10, only_here: bool = False
    ) -> Sequence[JobCard]:
        """List the newest jobs, newest first; with `only_here` those of the caller's channel."""
        ...

    async def job(self, number: int, caller: Caller) -> JobCard:
        """Show one job that the caller may see."""
        ...

    async def job_of(self, picture: str, caller: Caller) -> JobCard | None:
        """Find the job that drew a picture; None for an upload, and for a picture that the caller may not see."""
        ...

    async def picture(self, number: int, position: int | None, caller: Caller) -> str:
        """Find the id of the picture `position` (from 1) of job `number`, for an edit."""
        ...

    async def models(self, caller: Caller) -> Sequence[ModelOffer]:
        """List the models on offer to the caller."""
        ...

    async def person(self, who: str, caller: Caller) -> str:
        """Find the person that `who` (a mention's id or a name) means in the caller's tenant; admins only."""
        ...

    async def grant(self, who: str, amount: int, reason: str, caller: Caller) -> Balance:
        """Give credits; admins only. The same event grants once."""
        ...

    async def revoke(self, who: str, amount: int, reason: str, caller: Caller) -> tuple[int, Balance]:
        """Take unspent credits back, never what is held; returns what was taken. Admins only."""
        ...

    async def report(self, period: str, caller: Caller) -> Report:
        """Sum up a period of the caller's tenant, such as "month" or "2026-W47"; admins only. Raises BadOption."""
        ...

    async def report_files(self, report: Report, caller: Caller) -> tuple[ReplyFile, ...]:
        """Make a report's chart and its table, for the caller alone; admins only."""
        ...

    async def standing(self, caller: Caller, person: str | None = None) -> Standing:
        """Tell on which terms the caller, or for admins another person, spends."""
        ...

    async def overview(self, caller: Caller) -> Overview:
        """Tell how the caller's tenant spends; admins only."""
        ...

    async def set_plan(self, who: str, plan: str, caller: Caller, *, reason: str = "") -> bool:
        """Name a plan for a person, role or everyone, or "none"; False when it was so already. Admins only."""
        ...

    async def set_cap(self, where: str, limit: Limit, caller: Caller, *, reason: str = "") -> bool:
        """Limit a person, a channel or the tenant; False when it was so already. Admins only."""
        ...

    async def reset(self, who: str, reason: str, caller: Caller) -> tuple[int, Balance]:
        """Let a person's allowance start again; returns what it gives back. The same event resets once. Admins only."""
        ...

    async def block(self, who: str, reason: str, caller: Caller) -> tuple[bool, int]:
        """Refuse a person's orders; says whether that is new, and how many waiting jobs it cancelled. Admins only."""
        ...

    async def unblock(self, who: str, reason: str, caller: Caller) -> bool:
        """Take a person's orders again; False when they were not blocked. Admins only."""
        ...

    async def refund(self, number: int, reason: str, caller: Caller) -> Refunded:
        """Give back what job `number` cost, once; admins only. Raises a Refusal that says why not."""
        ...

    async def lost(self, caller: Caller, *, limit: int = 10, number: int | None = None) -> Sequence[LostCase]:
        """List jobs of unknown outcome and late pictures, newest first, or the one of a number; admins only."""
        ...

    async def decide_lost(
        self, act: LostAct, number: int, picture: str | None, caller: Caller, *, reason: str = ""
    ) -> Verdict:
        """Charge, forgive or deliver, once; admins only, and Forgive for those who run Easel. Raises Refusal."""
        ...

    async def attach(self, file: NewFile, caller: Caller) -> ReplyFile:
        """Keep a document for a day, for the caller alone, to be sent with a reply. Raises Refusal."""
        ...
