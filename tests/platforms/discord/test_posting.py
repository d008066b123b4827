"""A message is posted once, also when the process died on the way; and what is private is concluded once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from bot.core.postings import Posting
from bot.core.replies import Address
from bot.platforms.discord.faults import DiscordFault
from bot.platforms.discord.posting import Part, Poster, nonce_of
from bot.platforms.discord.private import PrivateMessages
from bot.platforms.discord.quiet import Quiet
from bot.platforms.discord.rest import Rest
from bot.platforms.discord.threads import Spot

NOW = 1_795_000_000_000
JOB = "0123456789abcdefghjkmnpq"
KEY = f"{JOB}:result"
PICTURE = "9123456789abcdefghjkmnpq"
HERE = Spot("5", "5")
ME = "77"


@dataclass
class FakeRest:
    """Posts into memory; `there` is what stands in the channel, `fault` is raised by the next request."""

    there: list[dict[str, Any]] = field(default_factory=list)
    posts: list[Mapping[str, Any]] = field(default_factory=list)
    edits: list[Mapping[str, Any]] = field(default_factory=list)
    fault: DiscordFault | None = None
    unreadable: DiscordFault | None = None

    async def post(self, channel: str, body: Mapping[str, Any], files: Sequence[Any] = ()) -> dict[str, Any]:
        self.posts.append(body)
        if self.fault is not None:
            raise self.fault
        return {"id": "1573592960203751425"}

    async def follow_up(
        self,
        application: str,
        token: str,
        body: Mapping[str, Any],
        files: Sequence[Any] = (),
        *,
        is_once: bool = False,
    ) -> dict[str, Any]:
        assert is_once
        return await self.post(token, body, files)

    async def message(self, channel: str, message: str) -> dict[str, Any]:
        raise DiscordFault("message_gone")

    async def messages_after(self, channel: str, after: str) -> list[dict[str, Any]]:
        if self.unreadable is not None:
            raise self.unreadable
        return self.there

    async def edit_answer(
        self, application: str, token: str, body: Mapping[str, Any], files: Any = ()
    ) -> None:
        self.edits.append(body)


@dataclass
class FakePostings:
    """Notes in memory."""

    notes: dict[str, Posting] = field(default_factory=dict)
    breaks: bool = False
    """Whether it cannot be noted what was posted."""

    async def find(self, key: str) -> Mapping[str, Posting]:
        return self.notes

    async def showing(self, job: str, picture: str) -> Posting | None:
        return None

    async def is_begun(self, address: Address, thread: str) -> bool:
        return any(each.thread == thread for each in self.notes.values())

    async def note(self, posting: Posting) -> None:
        if posting.message is not None and self.breaks:
            raise OSError("the disk is full")
        self.notes[posting.part] = posting


@dataclass
class Counted:
    """Counts refusals."""

    why: list[str] = field(default_factory=list)

    def platform_refused(self, platform: str, fault: str) -> None:
        self.why.append(fault)


@dataclass
class Bench:
    """A poster on fakes; `now` is turned by a test."""

    rest: FakeRest = field(default_factory=FakeRest)
    postings: FakePostings = field(default_factory=FakePostings)
    counted: Counted = field(default_factory=Counted)
    now: int = NOW

    def __post_init__(self) -> None:
        self.quiet = Quiet(lambda: self.now, self.counted)
        self.poster = Poster(cast("Rest", self.rest), self.postings, self.quiet, lambda: self.now)
        self.poster.own = frozenset({ME})


def part() -> Part:
    """A picture to post."""
    return Part(KEY, 0, {"content": "x"}, pictures=(PICTURE,), mark=JOB)


def marked(since: int) -> Posting:
    """What a process noted before it died."""
    return Posting(KEY, "0", nonce=nonce_of(KEY, 0), sending_since=since, channel="5")


def shown(author: str = ME) -> dict[str, Any]:
    """A message that shows the picture."""
    return {
        "id": "1573592960203751999",
        "author": {"id": author, "bot": True},
        "attachments": [{"filename": f"easel-{PICTURE}.png"}],
    }


def test_a_nonce_is_the_job_and_the_part() -> None:
    """At most 25 characters, and another one for each part and each kind of message."""
    assert nonce_of(KEY, 0) == f"{JOB}0"
    nonces = {nonce_of(KEY, 1), nonce_of(f"{JOB}:status", 0), nonce_of("said:1573592960203751425", 0)}
    assert len(nonces) == 3
    assert all(len(each) == 25 for each in nonces)


async def test_the_mark_comes_before_the_request() -> None:
    """A process that dies while it asks has noted that it was about to."""
    bench = Bench(FakeRest(fault=DiscordFault("unreachable")))

    with pytest.raises(DiscordFault):
        await bench.poster.post(part(), HERE, None)

    assert bench.postings.notes["0"].sending_since == NOW


async def test_a_young_mark_is_repeated_with_its_nonce() -> None:
    """Discord knows it for two minutes."""
    bench = Bench(FakeRest(there=[shown()]))

    await bench.poster.post(part(), HERE, marked(NOW - 60_000))

    assert [each["nonce"] for each in bench.rest.posts] == [f"{JOB}0"]
    assert bench.rest.posts[0]["enforce_nonce"]


@pytest.mark.parametrize(
    ("there", "posts"),
    [([shown()], 0), ([], 1), ([shown(author="66")], 1)],
    ids=["found", "not there", "copied"],
)
async def test_an_old_mark_is_looked_for(there: list[dict[str, Any]], posts: int) -> None:
    """What stands there was delivered; what does not is posted; somebody's copy of it is not ours."""
    bench = Bench(FakeRest(there=there))

    done = await bench.poster.post(part(), HERE, marked(NOW - 180_000))

    assert len(bench.rest.posts) == posts
    assert done.message
    assert bench.postings.notes["0"].message == done.message


async def test_what_cannot_be_looked_for_is_not_repeated() -> None:
    """Nobody knows whether it stands there; the picture waits in the history."""
    bench = Bench(FakeRest(unreadable=DiscordFault("no_access")))

    with pytest.raises(DiscordFault, match="unreadable"):
        await bench.poster.post(part(), HERE, marked(NOW - 180_000))

    assert bench.rest.posts == []


async def test_a_refused_request_leaves_no_mark() -> None:
    """It has posted nothing, so that the next try may go elsewhere."""
    bench = Bench(FakeRest(fault=DiscordFault("no_permission")))

    with pytest.raises(DiscordFault):
        await bench.poster.post(part(), HERE, None)

    assert bench.postings.notes["0"].sending_since is None


async def test_of_a_repeat_that_is_refused_the_first_may_have_been_done() -> None:
    """A right that was lost in between says nothing of the request before: we look for that one."""
    bench = Bench(FakeRest(there=[shown()], fault=DiscordFault("no_permission")))

    done = await bench.poster.post(part(), HERE, marked(NOW - 60_000))

    assert done.message == shown()["id"]


async def test_a_repeat_that_is_refused_and_stands_nowhere_leaves_no_mark() -> None:
    """Neither request has posted anything."""
    bench = Bench(FakeRest(fault=DiscordFault("no_permission")))

    with pytest.raises(DiscordFault, match="no_permission"):
        await bench.poster.post(part(), HERE, marked(NOW - 60_000))

    assert bench.postings.notes["0"].sending_since is None


async def test_an_answer_by_token_is_looked_for_at_once() -> None:
    """It was sent and could not be noted; no nonce lets Discord know it again, however soon it is asked."""
    bench = Bench()
    answer = replace(part(), token="tok")
    bench.postings.breaks = True
    with pytest.raises(OSError, match="full"):
        await bench.poster.post(answer, HERE, None)
    bench.postings.breaks = False
    bench.rest.there.append(shown())

    done = await bench.poster.post(answer, HERE, bench.postings.notes[answer.name])

    assert done.message == shown()["id"]
    assert len(bench.rest.posts) == 1
    assert "nonce" not in bench.rest.posts[0]


async def test_a_channel_is_asked_again_after_ten_minutes() -> None:
    """Three refusals of one kind silence it until then, and each is counted."""
    bench = Bench(FakeRest(fault=DiscordFault("no_permission")))
    for _ in range(5):
        with pytest.raises(DiscordFault):
            await bench.poster.post(part(), HERE, None)
    assert len(bench.rest.posts) == 3

    bench.now += 10 * 60_000
    bench.rest.fault = None
    await bench.poster.post(part(), HERE, None)

    assert len(bench.rest.posts) == 4
    assert bench.counted.why == ["no_permission"] * 3


async def test_nothing_comes_after_the_conclusion() -> None:
    """An edit that was on its way must not bring a job back to life."""
    rest = FakeRest()
    private = PrivateMessages(cast("Rest", rest), lambda: NOW)
    address = Address(
        platform="discord", tenant="t", channel="5", person="p", token="tok", token_expires=NOW + 1
    )

    assert await private.conclude(address, {"content": "done"})
    await private.update("tok", {"content": "still drawing"})

    assert [each["content"] for each in rest.edits] == ["done"]


async def test_a_dead_token_reaches_nobody() -> None:
    """Fifteen minutes after the command."""
    rest = FakeRest()
    private = PrivateMessages(cast("Rest", rest), lambda: NOW)
    address = Address(platform="discord", tenant="t", channel="5", person="p", token="tok", token_expires=NOW)

    assert not await private.conclude(address, {"content": "done"})
    assert rest.edits == []
