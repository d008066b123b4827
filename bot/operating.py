"""What an operator decides at the shell: pauses, tenants, and every line of /quota.

The same acts are carried out by the Easel that runs, or by the shell command itself while nothing runs.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal

import structlog
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from bot.core.amounts import format_exact
from bot.core.breaker import State
from bot.core.claims import CODE_BYTES, claim_code
from bot.core.commands import Caller
from bot.core.errors import EaselError
from bot.core.front import Incoming
from bot.core.periods import Unit
from bot.core.plans import Allowance, Plans
from bot.core.ports import Clock
from bot.core.replies import Address, Reply
from bot.forgetting import Forgetting
from bot.storage import admission, claims, pauses, people, tenancy
from bot.storage.admission import Places
from bot.storage.audit import OPERATOR, Deed, note
from bot.storage.database import Database
from bot.storage.deliveries import send
from bot.storage.pauses import EVERY_VENDOR
from bot.storage.types import clean_text

log = structlog.get_logger(__name__)

REASON_CHARACTERS_MAX = 90
WHY_CHARACTERS_MAX = 200


def _one_line(written: object) -> object:
    """People read it inside a sentence."""
    return " ".join(clean_text(written).split()).rstrip(" .") if isinstance(written, str) else written


Why = Annotated[str, BeforeValidator(_one_line)]


class Act(BaseModel):
    """One wish of the operator."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Pause(Act):
    """Send nothing more to a vendor, or to any."""

    act: Literal["pause"] = "pause"
    vendor: str = EVERY_VENDOR
    reason: Why = Field(min_length=1, max_length=REASON_CHARACTERS_MAX)


class Resume(Act):
    """Lift a pause."""

    act: Literal["resume"] = "resume"
    vendor: str = EVERY_VENDOR


class DecideTenant(Act):
    """Let a server or workspace in, or keep it out."""

    act: Literal["tenant"] = "tenant"
    tenant: str
    state: Literal["approved", "refused"]
    reason: Why = Field(default="", max_length=WHY_CHARACTERS_MAX)


class CapTenant(Act):
    """Set what a server or workspace may spend in a period, or that it has no limit of its own."""

    act: Literal["cap"] = "cap"
    tenant: str
    millicredits: int | None = Field(ge=0, le=10**15)
    per: Unit = "day"
    reason: Why = Field(default="", max_length=WHY_CHARACTERS_MAX)

    @property
    def limit(self) -> Allowance | None:
        """The limit, or None for none."""
        if self.millicredits is None:
            return None
        return Allowance.model_construct(credits=self.millicredits, per=self.per)


class MakeClaim(Act):
    """Make, or show again, the code by which somebody becomes a tenant's first admin."""

    act: Literal["claim"] = "claim"
    tenant: str


class ForgetPerson(Act):
    """Forget what somebody wrote, drew and chose; the books stay."""

    act: Literal["forget"] = "forget"
    tenant: str
    who: str


class Quota(Act):
    """Say a line of /quota as the operator, in one tenant; `is_sure` answers a question that it raises."""

    act: Literal["quota"] = "quota"
    tenant: str
    line: str = Field(min_length=1, max_length=1_000)
    event: str = Field(min_length=1, max_length=64)
    is_sure: bool = False


class ShowBreakers(Act):
    """Say which models are left alone because their vendor failed."""

    act: Literal["breakers"] = "breakers"


class Ping(Act):
    """Only say that Easel answers."""

    act: Literal["ping"] = "ping"


class Answer(BaseModel):
    """What came of an act; `sentence` is for the operator."""

    ok: bool
    sentence: str
    rows: tuple[tuple[str, str], ...] = ()


AnyAct = Pause | Resume | DecideTenant | CapTenant | MakeClaim | ForgetPerson | Quota | ShowBreakers | Ping
ACTS: TypeAdapter[AnyAct] = TypeAdapter(Annotated[AnyAct, Field(discriminator="act")])


class CannotDo(EaselError):
    """The operator asked for something that does not exist; the text names what does."""


@dataclass(frozen=True)
class Operating:
    """Carries out acts.

    `vendors` are all that the catalogue names; `places` those on offer in this process, to let waiting jobs go on;
    `ring` wakes those who watch; `receive` hears lines of commands.
    """

    database: Database
    clock: Clock
    vendors: tuple[str, ...]
    plans: Plans
    places: Mapping[str, Places] = field(default_factory=dict)
    ring: Callable[[], None] = lambda: None
    receive: Callable[[Incoming], Awaitable[Reply]] | None = None
    random: Callable[[int], bytes] = secrets.token_bytes
    breakers: Callable[[], Sequence[tuple[str, str, State]]] = tuple
    forgetting: Forgetting | None = None

    async def answer(self, line: str) -> str:
        """Read one act as JSON, carry it out, and say in JSON what came of it."""
        try:
            act = ACTS.validate_json(line)
            if isinstance(act, Quota):
                answer = await self._quota(act)
            elif isinstance(act, ShowBreakers):
                answer = self._left_alone()
            else:
                answer = Answer(ok=True, sentence=await self.carry_out(act))
        except ValidationError:
            answer = Answer(ok=False, sentence="Easel did not understand that. Is it of the same version?")
        except EaselError as error:
            answer = Answer(ok=False, sentence=str(error))
        except Exception:  # the edge: the shell gets a sentence, the log the trace
            log.exception("an admin command failed")
            answer = Answer(ok=False, sentence="That failed. The log of Easel says why.")
        return answer.model_dump_json()

    async def _quota(self, act: Quota) -> Answer:
        """Let the same command answer as in a chat."""
        tenant = await self.database.read(people.find_tenant, act.tenant)
        if tenant is None or self.receive is None:
            raise CannotDo(f"There is no tenant {act.tenant}. See: easel tenants list")
        address = Address(platform=tenant.platform, tenant=tenant.id, channel="", person=OPERATOR)
        caller = Caller(OPERATOR, address, "shell", f"shell-{act.event}", is_operator=True, by_message=True)
        reply = await self.receive(Incoming(f"/quota {act.line}", caller))
        if reply.kind == "question" and reply.buttons and act.is_sure:
            reply = await self.receive(Incoming(reply.buttons[0].words or "", caller))
        elif reply.kind == "question":
            raise CannotDo(f"{reply.text} Repeat it with --yes.")
        rows = tuple((row.label, " · ".join(filter(None, (row.value, row.link)))) for row in reply.rows)
        return Answer(ok=reply.kind == "info", sentence=reply.text, rows=rows)

    async def carry_out(self, act: AnyAct) -> str:
        """Do it and say what was done. Raises CannotDo and what the database raises."""
        match act:
            case Pause():
                self._check_vendor(act.vendor)
                await self.database.write(pauses.begin, act.vendor, act.reason, now=self.clock())
                log.warning("paused", vendor=act.vendor, why=act.reason)
                return f"{_named(act.vendor)} is paused: {act.reason}. Jobs that run now may finish."
            case Resume():
                return await self._resume(act.vendor)
            case DecideTenant():
                return await self._decide(act)
            case CapTenant():
                return await self._cap(act)
            case MakeClaim():
                return await self._claim(act.tenant)
            case ForgetPerson():
                return await self._forget(act)
            case Quota():
                return (await self._quota(act)).sentence
            case ShowBreakers():
                return self._left_alone().sentence
            case Ping():
                return "Easel answers."

    def _left_alone(self) -> Answer:
        rows = tuple((f"{vendor}/{model}", state) for vendor, model, state in self.breakers())
        return Answer(ok=True, sentence="", rows=tuple(row for row in rows if row[1] != "closed"))

    async def _decide(self, act: DecideTenant) -> str:
        entry = tenancy.Entry(act.state, act.reason)
        if not await self.database.write(
            tenancy.decide, act.tenant, entry, self.plans.newcomer_cap, now=self.clock()
        ):
            raise CannotDo(f"There is no tenant {act.tenant}. See: easel tenants list")
        log.warning("tenant decided", tenant=act.tenant, state=act.state)
        found = await self.database.read(people.find_tenant, act.tenant)
        limit = found.cap if found and found.is_approved else None
        return f"{act.tenant} is {act.state}." + (f" It may spend {_of(limit)}." if limit else "")

    async def _cap(self, act: CapTenant) -> str:
        if not await self.database.write(
            tenancy.cap, act.tenant, act.limit, reason=act.reason, now=self.clock()
        ):
            raise CannotDo(f"There is no tenant {act.tenant}. See: easel tenants list")
        log.warning("tenant capped", tenant=act.tenant, limit=_of(act.limit))
        return f"{act.tenant} may spend {_of(act.limit)}, from its next order on."

    async def _claim(self, tenant: str) -> str:
        new = claim_code(self.random(CODE_BYTES))
        code = await self.database.write(claims.make, tenant, new, now=self.clock())
        if code is None:
            raise CannotDo(
                f"{tenant} is not switched on, or has named admins already. See: easel tenants list"
            )
        return f"Whoever writes /quota claim {code} there within an hour becomes its admin."

    async def _resume(self, vendor: str) -> str:
        self._check_vendor(vendor)
        if not await self.database.write(pauses.lift, vendor, now=self.clock()):
            raise CannotDo(f"{_named(vendor)} is not paused, so there is nothing to resume.")
        for places in self.places.values():
            await self.database.write(admission.admit, places, now=self.clock())
        log.warning("resumed", vendor=vendor)
        left = [_named(pause.vendor) for pause in await self.database.read(pauses.in_force)]
        return f"{_named(vendor)} goes on." + (f" Still paused: {', '.join(left)}." if left else "")

    async def _forget(self, act: ForgetPerson) -> str:
        platform = act.tenant.partition(":")[0] if ":" in act.tenant else "web"
        found = await self.database.read(people.find_person, platform, act.tenant, act.who)
        if len(found) != 1:
            known = "Nobody" if not found else "More than one person"
            raise CannotDo(f"{known} in {act.tenant} is called {act.who[:40]}.")
        forgetting = self.forgetting or Forgetting(self.database, self._places_of, self.clock, send)
        left = await forgetting.forget(found[0])
        await self.database.write(
            note, Deed("forgotten", OPERATOR, act.tenant, whom=found[0]), now=self.clock()
        )
        self.ring()
        if left:
            return f"{left} of their jobs are still being drawn; when they have ended, the rest is forgotten by itself."
        bytes_go = "within a day" if self.forgetting is None else "at once"
        return f"Forgotten: words, names and choices at once, bytes of pictures {bytes_go}. The books stay."

    def _places_of(self, vendor: str) -> Places:
        if vendor not in self.places:
            raise CannotDo("They have open jobs. Start Easel and ask again, so that these can be cancelled.")
        return self.places[vendor]

    def _check_vendor(self, vendor: str) -> None:
        if vendor != EVERY_VENDOR and vendor not in self.vendors:
            raise CannotDo(f"There is no vendor {vendor}. Choose one of {', '.join(self.vendors)}.")


def _named(vendor: str) -> str:
    return "Easel" if vendor == EVERY_VENDOR else vendor


def _of(limit: Allowance | None) -> str:
    """Say how much a limit is."""
    return f"{format_exact(limit.credits)} a {limit.per}" if limit else "as much as Easel's other caps leave"
