"""Replies that cannot be posted: tried again, given up, never lost and never doubled."""

from __future__ import annotations

import pytest

from bot.core.ports import Undeliverable
from bot.storage import replies
from bot.storage.replies import TRIES_MAX
from bot.storage.schema import replies as rows_of_replies
from tests.flows.conftest import Build
from tests.flows.mortal import Died
from tests.flows.world import PICTURE, caller
from tests.vendors_for_tests import LedgerVendor, refuses


async def test_a_post_that_fails_is_tried_again_later(build: Build) -> None:
    """Two failures, growing waits, one message; nothing is drawn or charged again."""
    house = await build()
    house.platform.troubles.extend([Undeliverable("502"), Undeliverable("502")])

    card = await house.order(caller("1"))
    await house.live()

    assert [post.key for post in house.platform.posts] == [f"{card.id}:result"] * 3
    assert house.clock() - card.created >= 12_000
    assert len(house.platform.shown) == 1
    assert await house.money(card.id) == ("done", PICTURE, PICTURE)
    assert len(house.vendor.asked) == 1
    await house.assert_sound()


@pytest.mark.parametrize("fault", [Undeliverable("502"), RuntimeError("a bug"), OSError("reset")])
async def test_a_post_that_never_works_is_given_up_and_stays_in_the_history(
    build: Build, fault: Exception
) -> None:
    """Whatever goes wrong, there is an end to it; the pictures stay the person's, and the admin has a list."""
    house = await build()
    house.platform.troubles.extend([fault] * 99)

    card = await house.order(caller("1"))
    await house.live()

    assert len(house.platform.posts) == TRIES_MAX
    assert await house.life.database.read(replies.given_up) == [f"{card.id}:result"]
    [mine] = await house.life.studio.history(caller("2"))
    assert (mine.id, len(mine.pictures)) == (card.id, 1)
    assert await house.money(card.id) == ("done", PICTURE, PICTURE)
    assert house.platform.given_up == [f"{card.id}:result"]
    await house.assert_sound()


async def test_a_post_that_can_never_work_is_not_repeated(build: Build) -> None:
    """A platform that says no for good is believed."""
    house = await build()
    house.platform.troubles.append(Undeliverable("channel gone", is_final=True))

    card = await house.order(caller("1"))
    await house.live()

    assert len(house.platform.posts) == 1
    assert await house.life.database.read(replies.given_up) == [f"{card.id}:result"]
    assert house.platform.given_up == []


async def test_a_death_between_post_and_commit_posts_again_under_the_same_key(build: Build) -> None:
    """The platform can tell that it is the same message."""
    house = await build()
    await house.order(caller("0"))
    await house.live()
    posting = house.life.fuse.steps.index("post") + 1
    second = await build(fatal=posting)

    card = await second.order(caller("1"))
    with pytest.raises(Died):
        await second.live()
    await second.restart()
    await second.live()

    assert [post.key for post in second.platform.posts] == [f"{card.id}:result"] * 2
    assert len(second.platform.shown) == 1
    assert await second.money(card.id) == ("done", PICTURE, PICTURE)
    await second.assert_sound()


async def test_a_refusal_that_cannot_be_posted_at_first_is_told_in_the_end(build: Build) -> None:
    """Failures are delivered as carefully as pictures."""
    house = await build(LedgerVendor(refuses("input")))
    house.platform.troubles.append(Undeliverable("502"))

    card = await house.order(caller("1"))
    await house.live()

    assert house.platform.shown_for(card.id).kind == "failure"
    [reply] = await house.rows(rows_of_replies)
    assert (reply.state, reply.tries) == ("posted", 2)
