"""What people chose, in memory: nothing is checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.core.commands import Caller
from bot.core.errors import NotAllowed, Refusal
from bot.core.moderating import Filing, OpenReport, Verdict
from bot.core.preferences import ChannelRules, Export, Limit, Place, Preferences, Setup, TenantRules
from bot.core.replies import ReplyFile
from bot.core.studio import JobCard


@dataclass
class FakeChoices:
    """Keeps preferences by person and rules by channel and tenant."""

    preferred: dict[str, Preferences] = field(default_factory=dict)
    channel_rules: dict[str, ChannelRules] = field(default_factory=dict)
    server_rules: dict[str, TenantRules] = field(default_factory=dict)
    forgotten: set[str] = field(default_factory=set)
    reports: dict[tuple[str, str], str] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    server_caps: tuple[Limit, ...] = (Limit("bot", 500_000, "day"),)

    async def rules(self, caller: Caller) -> ChannelRules:
        return self.channel_rules.get(caller.address.channel, ChannelRules(allowed=True))

    async def preferences(self, caller: Caller) -> Preferences:
        return self.preferred.get(caller.person, Preferences())

    async def tenant_rules(self, caller: Caller) -> TenantRules:
        return self.server_rules.get(caller.tenant, TenantRules())

    async def homes(self, caller: Caller) -> Mapping[str, str]:
        return {"discord:1": "Studio", "discord:2": "Guild"}

    async def prefer(self, changes: Mapping[str, Any], caller: Caller) -> Preferences:
        before = await self.preferences(caller)
        self.preferred[caller.person] = Preferences.model_validate(_changed(before.model_dump(), changes))
        return self.preferred[caller.person]

    async def set_rules(self, changes: Mapping[str, Any], caller: Caller) -> ChannelRules:
        before = await self.rules(caller)
        changed = ChannelRules.model_validate(_changed(before.model_dump(), changes))
        self.channel_rules[caller.address.channel] = changed
        return changed

    async def set_tenant_rules(self, changes: Mapping[str, Any], caller: Caller) -> TenantRules:
        before = await self.tenant_rules(caller)
        changed = TenantRules.model_validate(_changed(before.model_dump(), changes))
        self.server_rules[caller.tenant] = changed
        return changed

    async def report_picture(self, picture: str, reason: str, caller: Caller) -> Filing:
        is_new = (picture, caller.person) not in self.reports
        self.reports.setdefault((picture, caller.person), reason)
        return "reported" if is_new else "reported_before"

    async def open_reports(self, caller: Caller, *, limit: int = 10) -> Sequence[OpenReport]:
        if not caller.is_admin:
            raise NotAllowed("admins_only")
        waiting = {picture: why for (picture, _), why in self.reports.items() if picture not in self.verdicts}
        return [OpenReport(picture, 1, 1, 1, (why,), is_down=False) for picture, why in waiting.items()][
            :limit
        ]

    async def decide_report(self, picture: str, verdict: Verdict, caller: Caller) -> bool:
        if not caller.is_admin:
            raise NotAllowed("admins_only")
        is_new = self.verdicts.get(picture) != verdict
        self.verdicts[picture] = verdict
        return is_new

    async def export(self, begin: Place, caller: Caller) -> Export:
        file = ReplyFile(id="document", name=f"easel-{begin}.zip", mime="application/zip")
        return Export(file, 3, 1, 0, Place("upload", "7") if begin == Place() else None)

    async def forget(self, caller: Caller) -> int:
        self.forgotten.add(caller.person)
        return 0

    async def setup(self, caller: Caller) -> Setup:
        if not caller.is_admin:
            raise NotAllowed("admins_only")
        allowance = Limit("allowance", 100_000, "month")
        return Setup(await self.tenant_rules(caller), allowance, self.server_caps, has_test=True)

    async def offer_setup(self, caller: Caller) -> bool:
        is_first = caller.is_admin and not (await self.tenant_rules(caller)).setup_offered
        if is_first:
            await self.set_tenant_rules({"setup_offered": True}, caller)
        return is_first

    async def test_picture(self, caller: Caller) -> JobCard:
        raise Refusal("test_soon")

    async def change_words(
        self, caller: Caller, *, add: Sequence[str] = (), remove: Sequence[str] = ()
    ) -> tuple[str, ...]:
        words = (await self.tenant_rules(caller)).words
        changed = tuple(sorted({*words, *add} - {*remove}))
        await self.set_tenant_rules({"words": changed}, caller)
        return changed


def _changed(before: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is kept; a field that was set to None is left out, so that it has its default again."""
    return {name: value for name, value in {**before, **changes}.items() if value is not None}
