"""A server with everybody whom a right could be about, and what each of them tries: for the matrix of rights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from sqlalchemy import select

from bot.chatting import KeptButton
from bot.core.commands import Caller
from bot.core.filling import draft_of_line
from bot.core.plans import Allowance
from bot.core.replies import Act, Address
from bot.reception import Reception
from bot.storage import drafts, people, rights
from bot.storage.drafts import DraftRow
from bot.storage.people import Identity, Tenant
from bot.storage.rights import Named
from bot.storage.schema import metadata
from bot.storage.transaction import Tx
from commands import COMMANDS
from tests.flows.chatroom import Chatroom
from tests.flows.house import House
from tests.flows.world import GUILD, NOON

SECRET = "zebra confession"
"""What a private picture was ordered with."""

WORD = "swordfish"
"""What may not be asked for, which only admins may know."""

REASON = "an old debt"
"""Why credits were given, in the audit log."""

FAR = Tenant(
    "discord:far",
    "discord",
    "Far",
    "approved",
    "UTC",
    "",
    Allowance.model_construct(credits=4_000, per="day"),
)
DARK = Tenant(
    "discord:dark", "discord", "Dark", "waiting", "UTC", "", Allowance.model_construct(credits=0, per="day")
)
ROLE = "R1"
GROUPS = {command.name: command for command in COMMANDS}
Tables = Mapping[str, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Role:
    """Who acts: in which tenant, and what the platform says of them."""

    person: str
    tenant: Tenant = GUILD
    is_admin: bool = False
    is_guest: bool = False
    roles: tuple[str, ...] = ()


WITHOUT = {
    "an ordinary person": Role("olga"),
    "a guest": Role("gus", is_guest=True),
    "a blocked person": Role("bo"),
    "whoever lost the role of admins": Role("lou", roles=("R2",)),
    "whoever was removed as an admin": Role("rhea"),
    "a stranger": Role("sid", DARK),
    "the owner of a place that waits": Role("dan", DARK, is_admin=True),
}
WITH = {
    "a named person": Role("nora"),
    "a member of a named role": Role("rob", roles=("R2", ROLE)),
    "an admin of the platform": Role("pia", is_admin=True),
    "an operator": Role("opal"),
}
VICTIM = Role("vic")
FOREIGN = Role("finn", FAR, is_admin=True)


class Stage:
    """The server, with three jobs of Vic's: #1 of unknown outcome, #2 public and reported, #3 private."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.room = Chatroom(house)
        life = house.life
        self.front = Reception(COMMANDS, life.studio, life.gallery, quote=life.studio.quote)
        self._ids = count(1)
        self.public = ""
        self.private = ""

    async def furnish(self) -> None:
        """Let everybody in, draw, report and name."""
        write = self.house.life.database._inner.write
        await write(_let_in)
        vic, boss = self.caller(VICTIM), self.caller(WITH["an admin of the platform"])
        await self.house.order(vic, "a lost lighthouse")
        await self.house.live()
        for prompt, private in (("a harbour", False), (SECRET, True)):
            await self.house.order(self.caller(VICTIM), prompt, private=private)
            await self.house.live()
        [self.public, self.private] = [row.id for row in await self.house.pictures_of("vic")]
        studio = self.house.life.studio
        await studio.change_words(boss, add=[WORD])
        await studio.block("user:user-bo", "", boss)
        await studio.grant("user:user-vic", 3_000, REASON, boss)
        for who in (boss, self.caller(FOREIGN)):
            await studio.admit(who)
            await studio.offer_setup(who)
        await studio.report_picture(self.public, "hate", self.caller(WITHOUT["an ordinary person"]))
        await self.house.live()

    def caller(self, who: Role) -> Caller:
        """Let somebody do something new."""
        address = Address(
            platform="discord",
            tenant=who.tenant.id,
            channel="general",
            person=who.person,
            user=f"user-{who.person}",
        )
        return Caller(
            who.person,
            address,
            who.person.title(),
            f"event-{next(self._ids)}",
            is_admin=who.is_admin,
            is_guest=who.is_guest,
            roles=who.roles,
        )

    async def keep(self, who: Role, line: str, act: Act) -> str:
        """Keep a button or a draft as if it had been offered to somebody before; returns its id."""
        draft = draft_of_line(line, GROUPS, None) if act == "change_words" else None
        kept = KeptButton(act=act, job="question", words=line, draft=draft)
        id, now = f"kept{next(self._ids):020}", self.house.clock()
        row = DraftRow(id, who.tenant.id, who.person, kept.model_dump_json(), now, now + 3_600_000)
        await self.house.life.database._inner.write(drafts.keep, row)
        return id

    async def tables(self) -> Tables:
        """Read the whole database."""
        return await self.house.life.database._inner.read(_everything)


def changed(before: Tables, after: Tables) -> list[str]:
    """Name the tables whose rows are not the same."""
    return [name for name, rows in after.items() if rows != before[name]]


def _let_in(db: Tx) -> None:
    for tenant in (FAR, DARK):
        people.know_tenant(db, tenant, now=NOON)
    for who in (*WITHOUT.values(), *WITH.values(), VICTIM, FOREIGN):
        identity = Identity("discord", who.tenant.id, f"user-{who.person}", who.person.title())
        people.know_person(db, identity, who.person, now=NOON)
    for named in (Named("person", "nora", "Nora"), Named("role", ROLE, "Moderators")):
        rights.name(db, GUILD.id, named, "pia", now=NOON)
    rhea = Named("person", "rhea", "Rhea")
    rights.name(db, GUILD.id, rhea, "pia", now=NOON)
    rights.unname(db, GUILD.id, rhea, "pia", now=NOON)


def _everything(db: Tx) -> dict[str, list[tuple[Any, ...]]]:
    return {
        table.name: sorted((tuple(row) for row in db.execute(select(table))), key=repr)
        for table in metadata.sorted_tables
    }
