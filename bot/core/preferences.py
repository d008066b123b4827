"""What people, channels and servers choose, and how an order uses it.

A thread obeys its parent: the address of something said in a thread names the parent as its channel.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict

from bot.core.accounts import Scope
from bot.core.catalogue import Catalogue, Model
from bot.core.chat import ChannelReplies, PersonReplies
from bot.core.errors import BadOption
from bot.core.periods import Unit
from bot.core.pictures import Format
from bot.core.replies import ReplyFile
from bot.core.sizes import read_size

if TYPE_CHECKING:
    from bot.core.commands import Caller
    from bot.core.studio import Draft, JobCard

STANDING_REFERENCES_MAX = 4
STYLE_CHARACTERS_MAX = 500


class Kept(BaseModel):
    """Something chosen, kept as JSON; what a newer version added or an older one knew is no error."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Preferences(Kept):
    """What a person prefers. None leaves it to the channel, the server or the model.

    `references` are picture ids, `home` a tenant's id.
    """

    model: str | None = None
    size: str | None = None
    quality: str | None = None
    count: int | None = None
    format: Format | None = None
    style: str = ""
    references: tuple[str, ...] = ()
    replies: PersonReplies = PersonReplies.DRAW
    home: str | None = None


class ChannelRules(Kept):
    """What holds in a channel. `allowed` without a choice of its own follows the server's rules.

    `private` makes new pictures private unless somebody says otherwise.
    """

    allowed: bool | None = None
    replies: ChannelReplies = ChannelReplies.ASKER
    threads: Literal["on_edit", "always", "never"] = "on_edit"
    progress: Literal["private", "public"] = "private"
    spoilers: bool = False
    private: bool = False
    style: str = ""
    references: tuple[str, ...] = ()

    @property
    def is_allowed(self) -> bool:
        """Whether Easel may be used here."""
        return self.allowed is not False


class TenantRules(Kept):
    """What holds in a whole server. With `only_chosen` Easel works only in channels that were allowed by name.

    `words` may not be asked for. `contact` is whom people ask, in words. `allowed_channels` and `time_zone` are
    told along with it and kept elsewhere.
    """

    only_chosen: bool = False
    admin_channel: str | None = None
    model: str | None = None
    contact: str = ""
    words: tuple[str, ...] = ()
    setup_offered: bool = False
    allowed_channels: tuple[str, ...] = ()
    time_zone: str = "UTC"


def default_model(catalogue: Catalogue, preferences: Preferences, tenant: TenantRules) -> Model | None:
    """Find the model that draws when none is named: the person's, else the server's, else the first on offer."""
    for name in (preferences.model, tenant.model):
        try:
            return catalogue.model((name or "").lower())
        except KeyError:
            continue
    return catalogue.models[0] if catalogue.models else None


@dataclass(frozen=True)
class Standing:
    """Everything that was chosen and holds for one order."""

    preferences: Preferences = field(default_factory=Preferences)
    channel: ChannelRules = field(default_factory=ChannelRules)
    tenant: TenantRules = field(default_factory=TenantRules)

    @property
    def references(self) -> tuple[str, ...]:
        """The standing references: the person's, else the channel's."""
        return self.preferences.references or self.channel.references

    @property
    def style(self) -> str:
        """The standing style: the person's, else the channel's."""
        return self.preferences.style or self.channel.style


def completed(draft: Draft, standing: Standing, catalogue: Catalogue) -> Draft:
    """Fill what a draft leaves open: by the person, else the channel, else the server; the rest is the model's own.

    What was chosen once and does not fit this model, or is not on offer any more, is left out. Of the standing
    references as many join as the model takes. A draft with `settled` is as it is.
    """
    if draft.settled or not catalogue.models:
        return draft
    own = standing.preferences
    filled: dict[str, Any] = {}
    model = _model(draft, standing, catalogue)
    if model is None:
        return draft
    if draft.model is None:
        filled["model"] = catalogue.address(model)
    if draft.quality is None and own.quality in (*model.qualities, "auto"):
        filled["quality"] = own.quality
    if draft.format is None and own.format in model.formats:
        filled["format"] = own.format
    if draft.size is None and draft.parent is None and own.size and _fits(own.size, model):
        filled["size"] = own.size
    if draft.count is None and own.count:
        filled["count"] = own.count
    if draft.private is None and draft.parent is None and standing.channel.private:
        filled["private"] = True
    if not draft.plain:
        filled["style"] = standing.style
        filled |= _references(draft, standing, model)
    return draft.model_copy(update=filled)


def _model(draft: Draft, standing: Standing, catalogue: Catalogue) -> Model | None:
    """Find the model that will draw; None for a name that is not on offer, which the order is refused for."""
    if draft.model is None:
        return default_model(catalogue, standing.preferences, standing.tenant)
    try:
        return catalogue.model(draft.model.lower())
    except KeyError:
        return None


def _references(draft: Draft, standing: Standing, model: Model) -> dict[str, Any]:
    taken = {draft.parent, *draft.references}
    room = model.references_max - len(taken - {None})
    joining = tuple(each for each in standing.references if each not in taken)[: max(0, room)]
    return {"references": (*draft.references, *joining), "standing": len(joining)} if joining else {}


def _fits(size: str, model: Model) -> bool:
    try:
        read_size(size, model.sizes)
    except BadOption:
        return False
    return True


@dataclass(frozen=True)
class Limit:
    """What a scope may spend in each period: millicredits per day, week or month."""

    scope: Scope
    amount: int
    per: Unit


@dataclass(frozen=True)
class Setup:
    """What an admin sees of a server: its rules, everybody's allowance, the caps, and whether it can be tried."""

    rules: TenantRules
    allowance: Limit | None = None
    caps: tuple[Limit, ...] = ()
    has_test: bool = False


Kind = Literal["order", "upload", "message"]
KINDS: tuple[Kind, ...] = ("order", "upload", "message")
_PLACE = re.compile(
    r"(?:(?P<kind>order|message)-(?P<key>[0-9]{1,15})|(?P<upload>upload)-(?P<id>[0-9a-z]{1,24}))"
    r"(?:-(?P<files>[0-9]{1,3}))?"
)


@dataclass(frozen=True)
class Place:
    """Up to where a person's own things were handed over: the last whole thing, and how many files of the next one."""

    kind: Kind = "order"
    key: str = "0"
    files: int = 0

    def __str__(self) -> str:
        return f"{self.kind}-{self.key}" + (f"-{self.files}" if self.files else "")

    @classmethod
    def read(cls, words: str) -> Place | None:
        """Read what `str` wrote; None for anything else."""
        found = _PLACE.fullmatch(words)
        if found is None:
            return None
        [kind] = (each for each in KINDS if each == found["kind"] or each == found["upload"])
        return cls(kind, found["key"] or found["id"], int(found["files"] or 0))


@dataclass(frozen=True)
class Export:
    """A part of what is a person's own: the file, how many things it tells of, and where the next part begins."""

    file: ReplyFile
    orders: int
    uploads: int
    messages: int
    following: Place | None = None


class Choosing(Protocol):
    """What people and admins ask about choices; every method raises a Refusal that can be shown as it is."""

    async def rules(self, caller: Caller) -> ChannelRules:
        """Tell what holds in the caller's channel, `allowed` decided."""
        ...

    async def preferences(self, caller: Caller) -> Preferences:
        """Tell what the caller prefers."""
        ...

    async def tenant_rules(self, caller: Caller) -> TenantRules:
        """Tell what holds in the caller's server; everything for admins, for others without the words."""
        ...

    async def homes(self, caller: Caller) -> Mapping[str, str]:
        """List the servers that can be the caller's home: names by id."""
        ...

    async def prefer(self, changes: Mapping[str, Any], caller: Caller) -> Preferences:
        """Change some of what the caller prefers, by field; None takes the default back."""
        ...

    async def set_rules(self, changes: Mapping[str, Any], caller: Caller) -> ChannelRules:
        """Change some of the rules of the caller's channel, by field; None takes the default back. Admins only."""
        ...

    async def set_tenant_rules(self, changes: Mapping[str, Any], caller: Caller) -> TenantRules:
        """Change some of the rules of the caller's server, by field; None takes the default back. Admins only."""
        ...

    async def export(self, begin: Place, caller: Caller) -> Export:
        """Hand over a part of all that is the caller's own, from `begin` on: orders, uploads, what they wrote."""
        ...

    async def forget(self, caller: Caller) -> int:
        """Forget the caller; returns how many jobs are still being drawn, then it goes on when they have ended."""
        ...

    async def setup(self, caller: Caller) -> Setup:
        """Show how the caller's server is set up. Admins only."""
        ...

    async def offer_setup(self, caller: Caller) -> bool:
        """Whether the caller is the first admin of a server to be shown how to set it up; True once."""
        ...

    async def test_picture(self, caller: Caller) -> JobCard:
        """Draw a picture that nobody pays for and nobody chooses, to try a server out. Admins only."""
        ...

    async def change_words(
        self, caller: Caller, *, add: Sequence[str] = (), remove: Sequence[str] = ()
    ) -> tuple[str, ...]:
        """Change and return the words that may not be asked for in the caller's server. Admins only."""
        ...
