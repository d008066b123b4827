"""The messages of the web chat, in the database and in the double that the web's own tests use."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.core.chatlog import ChatDraft
from bot.platforms.web.ports import Chat
from bot.storage import open_database
from bot.storage.chat import ChatLog
from bot.storage.migrate import migrate
from bot.storage.people import Identity, know_person
from tests.platforms.web.fake_chat import FakeChat
from tests.platforms.web.fakes import NOW

ANN = "ann"
MINE = ChatDraft(
    id="m1", tenant="local", person=ANN, root="m1", author="person", body="{}", created=NOW, event="event-1"
)
JOB = ChatDraft(
    id="job-1",
    tenant="local",
    person=ANN,
    root="m1",
    author="easel",
    body='"drawing"',
    created=NOW,
    job="job-1",
)
RESULT = replace(JOB, body='"result"', reply_key="job-1:result")


@pytest.fixture(params=["double", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def chat_url(request: pytest.FixtureRequest) -> str | None:
    """A migrated database of each kind, and none for the double."""
    return None if request.param == "double" else request.getfixturevalue(f"migrated_{request.param}_url")


@pytest.fixture
async def chat(chat_url: str | None) -> AsyncIterator[Chat]:
    """Somewhere to keep messages; Ann is a person that is known."""
    if chat_url is None:
        yield FakeChat()
        return
    database = await open_database(chat_url)
    await database.write(know_person, Identity("web", "local", "ann", "Ann"), ANN, now=NOW)
    yield ChatLog(database)
    await database.close()


async def test_what_is_added_is_found(chat: Chat) -> None:
    """A message has a place and a version, and belongs to one person."""
    added = await chat.add(MINE)

    assert (added.id, added.changed, added.is_deleted) == ("m1", 1, False)
    assert await chat.find("m1", ANN) == added
    assert await chat.find_event("event-1", ANN) == added
    assert await chat.find("m1", "bob") is None
    assert await chat.find_event("event-1", "bob") is None


async def test_the_same_event_is_kept_once(chat: Chat) -> None:
    """A second message of the same event is the first one; another person's event is another one."""
    first = await chat.add(MINE)

    assert await chat.add(replace(MINE, id="m2")) == first
    assert (await chat.add(replace(MINE, id="m3", person="bob"))).id == "m3"


async def test_the_same_job_is_one_message(chat: Chat) -> None:
    """A message of a job that is there already is not added again."""
    first = await chat.add(JOB)

    assert await chat.add(replace(JOB, body='"again"')) == first


async def test_an_answer_takes_the_place_of_its_job(chat: Chat) -> None:
    """The job's message becomes the result, keeps its place and is open no more."""
    drawing = await chat.add(JOB)

    delivered = await chat.deliver(RESULT)

    assert (delivered.id, delivered.seq, delivered.body) == (drawing.id, drawing.seq, '"result"')
    assert delivered.changed > drawing.changed
    assert (drawing.is_open, delivered.is_open) == (True, False)


async def test_an_answer_is_kept_once(chat: Chat) -> None:
    """The same key again changes nothing."""
    await chat.add(JOB)
    first = await chat.deliver(RESULT)

    assert await chat.deliver(replace(RESULT, body='"other"')) == first


async def test_an_answer_may_come_before_its_job(chat: Chat) -> None:
    """A result whose job has no message yet makes it; the job's own message then changes nothing."""
    delivered = await chat.deliver(RESULT)

    assert await chat.add(JOB) == delivered


async def test_a_further_answer_is_a_message_of_its_own(chat: Chat) -> None:
    """A second answer about the same job does not touch the first."""
    first = await chat.deliver(RESULT)

    late = await chat.deliver(replace(RESULT, body='"late"', reply_key="job-1:late"))

    assert late.id != first.id
    assert await chat.find("job-1", ANN) == first
    assert await chat.deliver(replace(RESULT, reply_key="job-1:late")) == late


async def test_a_thread_can_join_another(chat: Chat) -> None:
    """All its messages move, count as changed, and later answers find the new thread."""
    await chat.add(MINE)
    await chat.add(replace(MINE, id="m2", root="m2", event="event-2"))
    version = await chat.version(ANN)

    await chat.adopt("m2", ANN, "m1")

    (moved,) = await chat.changes(ANN, version, limit=10)
    late = await chat.deliver(replace(RESULT, root="m2"))
    assert (moved.id, moved.root, late.root) == ("m2", "m1", "m1")


async def test_a_message_is_rewritten_by_its_person_only(chat: Chat) -> None:
    """A body changes and a message is marked as deleted for its own person."""
    await chat.add(MINE)

    assert await chat.rewrite("m1", "bob", "[]", is_deleted=True) is None
    gone = await chat.rewrite("m1", ANN, "[]", is_deleted=True)
    assert gone is not None
    assert (gone.body, gone.is_deleted, gone.changed) == ("[]", True, 2)


async def test_pages_go_backwards(chat: Chat) -> None:
    """The newest messages come first, each page in the order of the conversation."""
    for number in range(5):
        await chat.add(replace(MINE, id=f"m{number}", event=f"event-{number}"))

    newest = await chat.page(ANN, None, limit=2)
    before = await chat.page(ANN, newest[0].seq, limit=10)

    assert [message.id for message in newest] == ["m3", "m4"]
    assert [message.id for message in before] == ["m0", "m1", "m2"]


async def test_changes_come_in_their_order(chat: Chat) -> None:
    """What changed last comes last, whatever its place is."""
    await chat.add(JOB)
    await chat.add(MINE)
    await chat.deliver(RESULT)

    changed = await chat.changes(ANN, 0, limit=10)

    assert [message.id for message in changed] == ["m1", "job-1"]
    assert await chat.version(ANN) == changed[-1].changed
    assert await chat.version("bob") == 0


async def test_open_jobs_are_listed(chat: Chat) -> None:
    """A job is open until its answer was delivered."""
    await chat.add(MINE)
    await chat.add(JOB)
    await chat.add(replace(JOB, id="job-2", job="job-2"))
    await chat.deliver(RESULT)

    assert [message.id for message in await chat.open(ANN)] == ["job-2"]


async def test_versions_are_never_given_twice(chat: Chat) -> None:
    """Writers at the same time get versions of their own, so that no browser misses a change."""
    drafts = [replace(MINE, id=f"m{number}", event=f"event-{number}") for number in range(20)]

    added = await asyncio.gather(*(chat.add(draft) for draft in drafts))

    assert sorted(message.changed for message in added) == list(range(1, 21))


async def test_a_conversation_survives_a_restart(sqlite_url: str) -> None:
    """What was said is there when the database is opened again."""
    await migrate(sqlite_url, backup_dir=None, now=NOW)
    database = await open_database(sqlite_url)
    said = await ChatLog(database).add(replace(MINE, body='"日本語 \x00"'))
    await database.close()

    opened = await open_database(sqlite_url)

    assert await ChatLog(opened).page(ANN, None, limit=10) == [said]
    assert said.body == '"日本語 "'
    await opened.close()
