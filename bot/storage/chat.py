"""The messages of the web chat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, func, select, update

from bot.core.chatlog import ChatDraft, ChatMessage
from bot.storage.database import Database
from bot.storage.insert import insert
from bot.storage.schema import chat_messages as messages
from bot.storage.schema import people
from bot.storage.transaction import Tx
from bot.storage.types import clean_text


class ChatLog:
    """Keeps chat messages in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, draft: ChatDraft) -> ChatMessage:
        """Keep a message; a known id, or a known event of this person, gives the message that is there."""
        return await self._database.write(add, draft)

    async def deliver(self, draft: ChatDraft) -> ChatMessage:
        """Keep an answer once by its `reply_key`: in its job's open message, else as one of its own."""
        return await self._database.write(deliver, draft)

    async def rewrite(self, message: str, person: str, body: str, *, is_deleted: bool) -> ChatMessage | None:
        """Change the body of the person's message, or mark it as deleted."""
        return await self._database.write(rewrite, message, person, body, is_deleted)

    async def adopt(self, thread: str, person: str, into: str) -> None:
        """Move all messages of a thread into another thread of the same person."""
        await self._database.write(adopt, thread, person, into)

    async def find(self, message: str, person: str) -> ChatMessage | None:
        """Find a message of this person."""
        return await self._database.read(_find, person, messages.c.id == message)

    async def find_event(self, event: str, person: str) -> ChatMessage | None:
        """Find the message that an event of this person made."""
        return await self._database.read(_find, person, messages.c.event == event)

    async def version(self, person: str) -> int:
        """Return the newest `changed` of this person's messages, 0 when there are none."""
        return await self._database.read(_version, person)

    async def changes(self, person: str, after: int, *, limit: int) -> Sequence[ChatMessage]:
        """List messages that changed after version `after`, in the order of their changes."""
        return await self._database.read(_changes, person, after, limit)

    async def page(self, person: str, before: int | None, *, limit: int) -> Sequence[ChatMessage]:
        """List the newest messages before `seq`, oldest first."""
        return await self._database.read(_page, person, before, limit)

    async def open(self, person: str) -> Sequence[ChatMessage]:
        """List the messages about jobs whose answer was not delivered yet, oldest first."""
        return await self._database.read(_open, person)


def add(db: Tx, draft: ChatDraft) -> ChatMessage:
    """Insert a message, unless its id, or its event of this person, is known."""
    _lock(db, draft.person)
    known = _find(db, draft.person, messages.c.event == draft.event) if draft.event else None
    return known or _insert(db, draft) or _one(db, messages.c.id == draft.id)


def deliver(db: Tx, draft: ChatDraft) -> ChatMessage:
    """Put an answer into its job's open message, else insert it; nothing when its key is known."""
    _lock(db, draft.person)
    known = _find(db, draft.person, messages.c.reply_key == draft.reply_key)
    if known:
        return known
    waiting = _find(db, draft.person, messages.c.id == draft.id, messages.c.reply_key.is_(None))
    if waiting:
        return _change(db, waiting, body=clean_text(draft.body), reply_key=draft.reply_key)
    opened = _find(db, draft.person, messages.c.id == draft.root)
    placed = replace(draft, root=opened.root if opened else draft.root)
    # The job's own message has had its answer; this one is a further answer, known by its key.
    return _insert(db, placed) or _add_further(db, placed)


def rewrite(db: Tx, message: str, person: str, body: str, is_deleted: bool) -> ChatMessage | None:  # noqa: FBT001
    """Change a message of this person."""
    _lock(db, person)
    known = _find(db, person, messages.c.id == message)
    return known and _change(db, known, body=clean_text(body), deleted=int(is_deleted))


def adopt(db: Tx, thread: str, person: str, into: str) -> None:
    """Move a thread into another one; every moved message counts as changed."""
    _lock(db, person)
    rows = db.execute(select(messages).where(messages.c.person == person, messages.c.root == thread)).all()
    for row in rows:
        _change(db, _message(row), root=into)


def _lock(db: Tx, person: str) -> None:
    """Let one writer at a time number the changes of a person; on SQLite there is only one anyway."""
    db.execute(select(people.c.id).where(people.c.id == person).with_for_update(key_share=True))


def _insert(db: Tx, draft: ChatDraft) -> ChatMessage | None:
    values = {**vars(draft), "body": clean_text(draft.body), "changed": _version(db, draft.person) + 1}
    statement = insert(db, messages).values(values).on_conflict_do_nothing().returning(messages)
    row = db.execute(statement).one_or_none()
    return _message(row) if row else None


def _add_further(db: Tx, draft: ChatDraft) -> ChatMessage:
    assert draft.reply_key is not None
    return add(db, replace(draft, id=draft.reply_key))


def _change(db: Tx, message: ChatMessage, **values: Any) -> ChatMessage:
    changed = _version(db, message.person) + 1
    db.execute(update(messages).where(messages.c.id == message.id).values(changed=changed, **values))
    return _one(db, messages.c.id == message.id)


def _version(db: Tx, person: str) -> int:
    newest = select(func.max(messages.c.changed)).where(messages.c.person == person)
    return db.execute(newest).scalar_one() or 0


def _changes(db: Tx, person: str, after: int, limit: int) -> list[ChatMessage]:
    changed = select(messages).where(messages.c.person == person, messages.c.changed > after)
    return [_message(row) for row in db.execute(changed.order_by(messages.c.changed).limit(limit))]


def _page(db: Tx, person: str, before: int | None, limit: int) -> list[ChatMessage]:
    newest = select(messages).where(messages.c.person == person)
    if before is not None:
        newest = newest.where(messages.c.seq < before)
    rows = db.execute(newest.order_by(messages.c.seq.desc()).limit(limit)).all()
    return [_message(row) for row in reversed(rows)]


def _open(db: Tx, person: str) -> list[ChatMessage]:
    waiting = select(messages).where(
        messages.c.person == person,
        messages.c.job.is_not(None),
        messages.c.reply_key.is_(None),
        messages.c.deleted == 0,
    )
    return [_message(row) for row in db.execute(waiting.order_by(messages.c.seq))]


def _find(db: Tx, person: str, *conditions: ColumnElement[bool]) -> ChatMessage | None:
    row = db.execute(select(messages).where(messages.c.person == person, *conditions)).one_or_none()
    return _message(row) if row else None


def _one(db: Tx, condition: ColumnElement[bool]) -> ChatMessage:
    return _message(db.execute(select(messages).where(condition)).one())


def _message(row: Any) -> ChatMessage:
    return ChatMessage(
        seq=row.seq,
        id=row.id,
        person=row.person,
        root=row.root,
        author=row.author,
        body=row.body,
        job=row.job,
        event=row.event,
        reply_key=row.reply_key,
        created=row.created,
        changed=row.changed,
        is_deleted=bool(row.deleted),
    )
