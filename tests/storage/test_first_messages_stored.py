"""Jobs that wait for their first message, and the posts that people answer, on each engine."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.core.jobs import JobState
from bot.core.links import message_link
from bot.core.postings import Posting
from bot.core.replies import Address, Posted, Reply
from bot.storage import (
    Database,
    Tx,
    accepting,
    firsts,
    jobs,
    ledger,
    measured,
    postings,
    replies,
    sweep,
    views,
)
from bot.storage.postings import Spot
from bot.storage.replies import Message
from bot.storage.transaction import Check
from tests.storage.builders import CREDIT, MINUTE, NOW, Order, credits_of, deliver, furnish, places, send

WHERE = Posted(message="1700.1", thread="1700.1", posted_at=NOW)
FIRST = Order("1", parts=(1,))


@pytest.fixture
def checks() -> tuple[Check, ...]:
    """Counters are the sums of their entries at every commit."""
    return (ledger.prove_touched,)


@pytest.fixture
async def house(database: Database) -> Database:
    """Ann with nine credits, and a job of hers that waits for its first message."""
    await database.write(furnish, "ann", balance=9 * CREDIT)
    await database.write(accept_held_back, FIRST)
    return database


def accept_held_back(db: Tx, order: Order) -> None:
    """Accept an order that waits for its first message."""
    accepting.accept(db, replace(order.new_job(), holds_back=True), places(), now=NOW)


def state_and_spot(db: Tx) -> tuple[JobState | None, Spot]:
    """Read where the job stands."""
    card = views.card(db, FIRST.job)
    found = jobs.find(db, FIRST.job)
    assert card is not None
    assert found is not None
    address = found.address
    return card.state, Spot(address.platform, address.tenant, address.channel, "1700.1")


async def test_of_a_release_and_a_drop_at_once_one_wins(house: Database) -> None:
    """Either the job runs with its hold, or it is cancelled without one."""
    released, dropped = await asyncio.gather(
        house.write(firsts.release, FIRST.job, WHERE, places(), now=NOW),
        house.write(firsts.drop, FIRST.job, "not_in_channel", places(), now=NOW),
    )
    state, _ = await house.read(state_and_spot)
    _, held, spent = await house.read(credits_of)

    assert released != dropped
    assert state == (JobState.RUNNING if released else JobState.CANCELLED)
    assert (held > 0, spent) == (released, 0)


async def test_posts_are_found_by_message_and_thread(house: Database) -> None:
    """The first message and every further one of a delivery lead to the job's pictures."""
    await house.write(firsts.release, FIRST.job, WHERE, places(), now=NOW)
    await house.write(deliver, FIRST)
    _, spot = await house.read(state_and_spot)
    before = await house.read(postings.posts_in, spot)
    result = f"{FIRST.job}:result"
    address = Address(platform=spot.platform, tenant=spot.tenant, channel=spot.channel, person="ann")
    await house.write(replies.posted, result, address, replace_message(WHERE, "1700.2"))
    shown = (await house.read(postings.posts_in, spot))[0].pictures
    part = Posting(
        result,
        "1",
        platform=spot.platform,
        tenant=spot.tenant,
        channel=spot.channel,
        message="1700.3",
        pictures=shown,
    )
    await house.write(postings.note, part)
    found = [await house.read(postings.post_of, spot, f"1700.{n}") for n in (1, 2, 3, 4)]

    assert before == ()
    assert [post.job if post else None for post in found] == [1, 1, 1, None]
    assert [post.pictures for post in found if post] == [shown] * 3
    assert await house.read(postings.post_of, replace(spot, tenant="elsewhere"), "1700.3") is None


async def test_what_took_how_long_is_read_by_model(house: Database) -> None:
    """Ended jobs are measured; open ones are listed by their platform."""
    _, spot = await house.read(state_and_spot)
    open_jobs = await house.read(measured.open_on, spot.platform)
    await house.write(firsts.release, FIRST.job, WHERE, places(), now=NOW)
    await house.write(deliver, FIRST, now=NOW + 7_000)

    model = FIRST.new_job().request.model
    assert [job.id for job in open_jobs] == [FIRST.job]
    assert [each.seconds for each in await house.read(measured.measured, model)] == [7]
    assert await house.read(measured.measured, "another") == []


async def test_a_message_about_no_job_is_owed_once_and_swept(house: Database) -> None:
    """Its key is its identity; one that nobody posted comes up again."""
    message = Message(
        "alarm-1",
        Address(platform="web", tenant="home", channel="", person="ann", user="u"),
        Reply(kind="info", text="The picture service is down."),
    )
    owed = await asyncio.gather(*(house.write(replies.owe_message, message, send, now=NOW) for _ in range(4)))
    left = await house.read(sweep.unposted, now=NOW + 2 * MINUTE)
    claimed = await house.write(replies.claim_message, left[0], "w1", now=NOW)

    assert sorted(owed) == [False, False, False, True]
    assert replies.message_id("alarm-1") in left
    assert [each.message for each in claimed] == [message.reply]


def replace_message(where: Posted, message: str) -> Posted:
    """Stand somewhere else in the same thread."""
    return where.model_copy(update={"message": message})


async def test_a_job_leads_to_its_message_in_a_channel(house: Database) -> None:
    """The result, not the first message; nothing leads into a direct message."""
    await house.write(firsts.release, FIRST.job, WHERE, places(), now=NOW)
    await house.write(deliver, FIRST)
    _, spot = await house.read(state_and_spot)
    result = f"{FIRST.job}:result"
    address = Address(platform="slack", tenant="slack:T1", channel=spot.channel, person="ann")
    before = await house.read(postings.links_of, [FIRST.job])
    await house.write(replies.posted, result, address, replace_message(WHERE, "1700.2"))

    assert before == {}
    assert await house.read(postings.links_of, [FIRST.job]) == {
        FIRST.job: f"https://slack.com/archives/{spot.channel}/p17002?thread_ts=1700.1&cid={spot.channel}"
    }
    assert message_link("discord", "discord:7", "8", "9") == "https://discord.com/channels/7/8/9"
    answer = message_link("slack", "slack:T", "C1", "17.000002", "17.000001")
    assert answer == "https://slack.com/archives/C1/p17000002?thread_ts=17.000001&cid=C1"
