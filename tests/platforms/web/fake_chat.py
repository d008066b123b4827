"""The messages of the web chat, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.core.chatlog import ChatDraft, ChatMessage


class FakeChat:
    """Keeps messages in a list; behaves like the one in the database."""

    def __init__(self) -> None:
        self.messages: dict[str, ChatMessage] = {}

    def of(self, person: str) -> list[ChatMessage]:
        mine = (message for message in self.messages.values() if message.person == person)
        return sorted(mine, key=lambda message: message.seq)

    async def add(self, draft: ChatDraft) -> ChatMessage:
        known = await self.find_event(draft.event, draft.person) if draft.event else None
        return known or self.messages.get(draft.id) or self._insert(draft)

    async def deliver(self, draft: ChatDraft) -> ChatMessage:
        mine = self.of(draft.person)
        if known := next((message for message in mine if message.reply_key == draft.reply_key), None):
            return known
        waiting = await self.find(draft.id, draft.person)
        if waiting and waiting.reply_key is None:
            return self._change(waiting, body=draft.body, reply_key=draft.reply_key)
        opened = await self.find(draft.root, draft.person)
        placed = replace(draft, root=opened.root if opened else draft.root)
        return self._insert(replace(placed, id=draft.reply_key or draft.id) if waiting else placed)

    async def rewrite(self, message: str, person: str, body: str, *, is_deleted: bool) -> ChatMessage | None:
        known = await self.find(message, person)
        return known and self._change(known, body=body, is_deleted=is_deleted)

    async def adopt(self, thread: str, person: str, into: str) -> None:
        for message in self.of(person):
            if message.root == thread:
                self._change(message, root=into)

    async def find(self, message: str, person: str) -> ChatMessage | None:
        return next((found for found in self.of(person) if found.id == message), None)

    async def find_event(self, event: str, person: str) -> ChatMessage | None:
        return next((found for found in self.of(person) if found.event == event), None)

    async def version(self, person: str) -> int:
        return max((message.changed for message in self.of(person)), default=0)

    async def changes(self, person: str, after: int, *, limit: int) -> Sequence[ChatMessage]:
        changed = [message for message in self.of(person) if message.changed > after]
        return sorted(changed, key=lambda message: message.changed)[:limit]

    async def page(self, person: str, before: int | None, *, limit: int) -> Sequence[ChatMessage]:
        return [message for message in self.of(person) if before is None or message.seq < before][-limit:]

    async def open(self, person: str) -> Sequence[ChatMessage]:
        return [message for message in self.of(person) if message.is_open]

    def _next(self, person: str) -> int:
        return max((message.changed for message in self.of(person)), default=0) + 1

    def _insert(self, draft: ChatDraft) -> ChatMessage:
        fields = {name: value for name, value in vars(draft).items() if name != "tenant"}
        seq = len(self.messages) + 1
        message = ChatMessage(**fields, seq=seq, changed=self._next(draft.person), is_deleted=False)
        self.messages[draft.id] = message
        return message

    def _change(self, message: ChatMessage, **values: object) -> ChatMessage:
        changed = replace(message, changed=self._next(message.person), **values)  # type: ignore[arg-type]
        self.messages[message.id] = changed
        return changed
