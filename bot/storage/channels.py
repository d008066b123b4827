"""What channels are called, as whoever orders there sees it; kept for reports and the audit log."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from bot.core.replies import Address
from bot.core.text import clean
from bot.storage.insert import insert
from bot.storage.schema import channels
from bot.storage.transaction import Tx
from bot.storage.types import clean_text

NAME_CHARACTERS_MAX = 60
_KNOWN = select(channels.c.name, channels.c.is_direct).where(
    channels.c.tenant == bindparam("of"), channels.c.channel == bindparam("this")
)


@dataclass(frozen=True)
class Seen:
    """A channel that somebody ordered in: its name with its sign, such as "#art", empty where nobody told it."""

    tenant: str
    channel: str
    name: str
    is_direct: bool = False

    @classmethod
    def of(cls, address: Address, name: str) -> Seen:
        """Read where an order comes from; a name is one short line, whatever is in it."""
        shown = " ".join(clean(clean_text(name)).split())[:NAME_CHARACTERS_MAX]
        return cls(address.tenant, address.channel, "" if address.is_direct else shown, address.is_direct)


def learn(db: Tx, seen: Seen, *, now: int) -> None:
    """Keep what a channel is called; the newest name counts, and one that was not told changes nothing."""
    if not seen.name and not seen.is_direct:
        return
    known = db.execute(_KNOWN, {"of": seen.tenant, "this": seen.channel}).one_or_none()
    if known is not None and (known.name, bool(known.is_direct)) == (seen.name, seen.is_direct):
        return
    new = {"name": seen.name, "is_direct": int(seen.is_direct), "at": now}
    statement = insert(db, channels).values(tenant=seen.tenant, channel=seen.channel, **new)
    db.execute(statement.on_conflict_do_update(index_elements=["tenant", "channel"], set_=new))


def names(db: Tx, tenant: str, ids: list[str]) -> dict[str, str]:
    """Name channels of a tenant by their ids, as far as anybody told."""
    these = (channels.c.tenant == tenant, channels.c.channel.in_(ids), channels.c.name != "")
    return {
        row.channel: row.name for row in db.execute(select(channels.c.channel, channels.c.name).where(*these))
    }
