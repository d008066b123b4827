"""What belongs to a person: all of it handed over in parts, or forgotten for good."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from bot.core.commands import Caller
from bot.core.errors import Refusal
from bot.core.preferences import Export, Place
from bot.documents import Documents
from bot.forgetting import Forgetting
from bot.handing_over import HandingOver
from bot.moderation import Moderation
from bot.storage.shelf import Shelf

log = structlog.get_logger(__name__)


class Belongings(Moderation):
    """Hands over and forgets."""

    _shelf: Shelf
    _documents: Documents
    _has_room: Callable[[], bool]
    forgetting: Forgetting

    async def export(self, begin: Place, caller: Caller) -> Export:
        """Hand over a part of all that is the caller's own, from `begin` on: orders, uploads, what they wrote."""
        await self._rights.check_place(caller)
        if not self._has_room():
            raise Refusal("storage_full")
        part = await HandingOver(self._database, self._shelf, self._documents).part(begin, caller)
        log.info("handed over", person=caller.person, orders=part.orders, uploads=part.uploads)
        return part

    async def forget(self, caller: Caller) -> int:
        """Forget the caller; returns how many jobs are still being drawn, then it goes on when they have ended."""
        await self._rights.check_place(caller)
        left = await self.forgetting.forget(caller.person)
        self._bell.ring()
        return left
