"""What people may mean while they type an option."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.core.commands import Caller, Command
from bot.core.fields import Offered, choices_for
from bot.core.forms import Choice
from bot.core.phrases import ago_words, shortened
from bot.core.plans import Plans
from bot.core.ports import Clock
from bot.core.reading import reads_of
from bot.core.studio import Studio
from bot.storage import choosing
from bot.storage.database import Database
from bot.storage.views import Viewer

CHOICES_MAX = 25
LOOKED_THROUGH_JOBS = 100
LABEL_CHARACTERS_MAX = 100
PROMPT_CHARACTERS = 60


@dataclass(frozen=True)
class Suggesting:
    """Finds values that begin or contain what was typed; nothing is authorised by that."""

    studio: Studio
    database: Database
    plans: Plans
    clock: Clock

    async def suggest(
        self, command: Command[Any], option: str, typed: str, caller: Caller
    ) -> tuple[Choice, ...]:
        """Offer at most 25 values for an option of a command."""
        info = command.options.model_fields.get(option)
        if info is None or (command.admins_only and not (caller.is_admin or caller.is_operator)):
            return ()
        if reads_of(info) in {"picture", "job"}:
            found = await self._jobs(caller, drawn=reads_of(info) == "picture")
        elif option == "plan":
            found = [Choice(label=plan.name, value=plan.name) for plan in self.plans.plans]
        else:
            offered = Offered(await self.studio.models(caller))
            found = list(choices_for(option, info, offered))
        return _matching(found, typed)

    async def _jobs(self, caller: Caller, *, drawn: bool) -> list[Choice]:
        viewer = Viewer(caller.person, caller.tenant)
        channel = caller.address.channel
        named = await self.database.read(
            choosing.nearby, viewer, channel, limit=LOOKED_THROUGH_JOBS, drawn=drawn
        )
        now = self.clock()
        return [
            Choice(
                label=f"#{each.number} · {shortened(each.prompt, PROMPT_CHARACTERS)} · "
                f"{ago_words(now - each.created)}",
                value=str(each.number),
            )
            for each in named
        ]


def _matching(choices: Sequence[Choice], typed: str) -> tuple[Choice, ...]:
    wanted = typed.strip().lower().removeprefix("#")
    begin = [each for each in choices if each.value.lower().startswith(wanted)]
    contain = [each for each in choices if each not in begin and wanted in each.label.lower()]
    return tuple((*begin, *contain)[:CHOICES_MAX])
