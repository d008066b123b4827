"""One interaction while it is answered: once, in time, and afterwards by its token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from bot.platforms.discord.incoming import Ask
from bot.platforms.discord.rendering import EPHEMERAL, SUPPRESS_EMBEDS
from bot.platforms.discord.rest import (
    CALLBACK_CHOICES,
    CALLBACK_DEFER,
    CALLBACK_DEFER_UPDATE,
    CALLBACK_FORM,
    CALLBACK_MESSAGE,
    CALLBACK_UPDATE,
    Body,
    Rest,
    SentFile,
)


class Exchange:
    """Answers an interaction. With `in_place` the message that was pressed in becomes the answer."""

    def __init__(self, rest: Rest, ask: Ask, *, in_place: bool = False, is_private: bool = True) -> None:
        self._rest = rest
        self.ask = ask
        self._in_place = in_place
        self._is_private = is_private
        self.state: Literal["open", "deferred", "answered"] = "open"

    async def defer(self) -> None:
        """Say that the answer comes later; whether everybody sees it is decided now."""
        if self.state != "open":
            return
        self.state = "deferred"
        if self._in_place:
            await self._call(CALLBACK_DEFER_UPDATE)
        else:
            await self._call(CALLBACK_DEFER, {"flags": EPHEMERAL} if self._is_private else {})

    async def form(self, modal: Body) -> None:
        """Open a form; only possible as the first answer."""
        self.state = "answered"
        await self._call(CALLBACK_FORM, modal)

    async def choices(self, choices: Sequence[Mapping[str, Any]]) -> None:
        """Offer values while somebody types."""
        self.state = "answered"
        await self._call(CALLBACK_CHOICES, {"choices": list(choices)})

    async def show(self, body: Body, files: Sequence[SentFile] = ()) -> None:
        """Give the answer."""
        if files:
            await self.defer()
        if self.state == "open":
            self.state = "answered"
            await self._call(CALLBACK_UPDATE if self._in_place else CALLBACK_MESSAGE, self._first(body))
        else:
            self.state = "answered"
            ask = self.ask
            await self._rest.edit_answer(ask.application, ask.token, edit_of(body), files)

    async def add(self, body: Body, files: Sequence[SentFile] = ()) -> None:
        """Say or show something more, to whoever asked alone."""
        flags = SUPPRESS_EMBEDS | EPHEMERAL
        await self._rest.follow_up(self.ask.application, self.ask.token, {**body, "flags": flags}, files)

    def _first(self, body: Body) -> Body:
        flags = SUPPRESS_EMBEDS | (EPHEMERAL if self._is_private else 0)
        if self._in_place:
            return edit_of(body)
        return {**body, "flags": flags}

    async def _call(self, kind: int, data: Body | None = None) -> None:
        await self._rest.callback(self.ask.id, self.ask.token, kind, data)


def edit_of(body: Body) -> dict[str, Any]:
    """Return a body as an edit takes it: what was attached before goes, and only one flag may be set."""
    return {"attachments": [], **body, "flags": SUPPRESS_EMBEDS}
