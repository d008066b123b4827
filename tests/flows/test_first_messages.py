"""A job may run only when its first message is posted; and messages that are about no job."""

from __future__ import annotations

import pytest

from bot.core.jobs import JobState, ReplyState
from bot.core.ports import Undeliverable
from bot.core.replies import Address, Posted, Reply
from bot.posting import FirstPosts
from bot.storage.replies import Message, owe_message
from bot.storage.schema import calls, jobs, replies
from tests.flows.chatroom import Chatroom, at_once
from tests.flows.conftest import Build
from tests.flows.house import House
from tests.flows.mortal import Died
from tests.flows.world import GUILD, NOON, Terms
from tests.longer import few


def first_of(house: House) -> FirstPosts:
    """Let jobs of a house go."""
    life = house.life
    return FirstPosts(life.database, life.counters, life.courier.send, life.bell, house.clock)


async def held_back(room: Chatroom) -> str:
    """Order a picture that waits for its first message; returns the job."""
    card = await room.house.order(room.caller("ann", holds_back=True))
    await room.house.settle()
    return card.id


WHERE = Posted(message="1700.1", thread="1700.1", posted_at=NOON)


async def test_a_job_waits_for_its_first_message(build: Build) -> None:
    """Nothing is drawn before it stands; then at once, and answers in its thread find it."""
    room = Chatroom(await build())
    job = await held_back(room)
    before = (await room.house.job(job)).state
    told = await at_once(*(first_of(room.house).released(job, WHERE) for _ in range(3)))
    await room.house.live()

    assert before == JobState.WAITING
    assert told == [True] * 3
    assert (await room.house.job(job)).state == JobState.DONE
    assert len(await room.house.rows(calls)) == 1


async def test_a_job_whose_first_message_cannot_be_posted_costs_nothing(build: Build) -> None:
    """It is cancelled and its hold released in one; nothing is posted where nothing can be."""
    room = Chatroom(await build())
    job = await held_back(room)
    dropped = [await first_of(room.house).not_posted(job, "not_in_channel") for _ in range(2)]
    late = await first_of(room.house).released(job, WHERE)
    await room.house.live()

    assert (dropped, late) == ([True, False], False)
    assert await room.house.money(job) == (JobState.CANCELLED, 0, 0)
    assert room.house.platform.posts == []
    await room.house.assert_sound()


async def test_a_first_message_that_nobody_posted_is_posted_by_a_worker(build: Build) -> None:
    """Killed after the order and before the first message: a minute later it stands, and the job runs."""
    room = Chatroom(await build())
    job = await held_back(room)
    await room.house.restart()
    await room.house.live()

    keys = [post.key for post in room.house.platform.posts]
    assert keys == [f"{job}:first", f"{job}:result"]
    assert (await room.house.job(job)).state == JobState.DONE


async def test_a_worker_that_may_not_post_cancels(build: Build) -> None:
    """The bot is not in the channel: the recovery's try ends the job, too."""
    room = Chatroom(await build())
    job = await held_back(room)
    room.house.platform.troubles.append(Undeliverable("not_in_channel", is_final=True))
    await room.house.restart()
    await room.house.live()

    assert await room.house.money(job) == (JobState.CANCELLED, 0, 0)
    assert len(room.house.platform.posts) == 1


@pytest.mark.parametrize("fatal", few(range(1, 9), [3, 5, 7]))
async def test_a_crash_at_any_step_ends_in_one_picture(build: Build, fatal: int) -> None:
    """Killed between posting and committing, the message may stand twice by its key; the picture is drawn once."""
    house = await build(terms=Terms(crash="idempotency-key"), fatal=fatal)
    room = Chatroom(house)
    try:
        card = await house.order(room.caller("ann", event="once", holds_back=True))
        await first_of(house).released(card.id, WHERE)
        await house.live()
    except Died:
        await house.restart()
    card = await house.order(room.caller("ann", event="once", holds_back=True))
    await house.live()

    [row] = await house.rows(jobs)
    assert row.state == JobState.DONE
    assert len(await house.pictures(card.id)) == 1
    assert set(house.platform.shown) <= {f"{card.id}:first", f"{card.id}:result"}
    await house.assert_sound()


async def test_a_message_about_no_job_goes_to_a_person(build: Build) -> None:
    """An alarm is owed once by its key, posted by a worker, tried again, and survives a restart."""
    house = await build()
    house.platform.troubles.append(Undeliverable("busy"))
    address = Address(platform="discord", tenant=GUILD.id, channel="", person="ann", user="user-ann")
    alarm = Reply(kind="info", text="The picture service is down.", private=True)
    for _ in range(2):
        await house.life.database.write(
            owe_message, Message("alarm-1", address, alarm), house.life.courier.send, now=house.clock()
        )
    await house.restart()
    await house.live()

    [row] = await house.rows(replies)
    assert (row.state, row.tries) == (ReplyState.POSTED, 2)
    assert house.platform.shown == {"alarm-1": alarm}
    assert house.platform.posts[-1].address == address
