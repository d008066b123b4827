"""A process may die at every step of what an admin decides; whoever decides again finds it done once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import pytest

from bot.core.commands import Caller
from bot.core.errors import Refusal
from bot.core.front import Incoming, Press
from bot.core.replies import Reply
from bot.reception import Reception
from bot.storage import claims
from bot.storage.schema import admins, deeds, jobs, pictures, verdicts
from commands import COMMANDS
from tests.flows.conftest import Build
from tests.flows.house import House
from tests.flows.mortal import Died
from tests.flows.test_refunds_and_losses import arrive_late
from tests.flows.world import HERE, PICTURE, Terms, caller
from tests.longer import few
from tests.vendors_for_tests import LedgerVendor, hides_outcome

STEPS_MAX = 60

Step = Callable[[House], Awaitable[None]]


def admin(event: str) -> Caller:
    return replace(caller(event, "bob", is_admin=True), is_operator=True)


async def say(house: House, line: str) -> Reply:
    front = Reception(COMMANDS, house.life.studio, house.life.gallery)
    return await front.receive(Incoming(line, admin(line)))


async def press(house: House, press: Press) -> Reply:
    front = Reception(COMMANDS, house.life.studio, house.life.gallery)
    return await front.press(press)


async def drawn(house: House) -> None:
    await house.order(caller("1"), count=2)
    await house.live()


async def waiting(house: House) -> None:
    for number in range(3):
        await house.order(caller(f"w{number}"))


async def late(house: House) -> None:
    card = await house.order(caller("1"))
    await house.live()
    await arrive_late(house, card.id)


async def coded(house: House) -> None:
    await house.life.database._inner.write(claims.make, HERE.id, "K7QM-2F9D", now=house.clock())


async def block(house: House) -> None:
    await say(house, "/quota block ann spam")


async def forget(house: House) -> None:
    assert await house.life.studio.forget(caller("forget")) == 0


async def refund(house: House) -> None:
    await say(house, "/quota refund 1 sorry")


async def grant(house: House) -> None:
    await say(house, "/quota grant ann 50 until 2050-12-31 prize")


async def claim(house: House) -> None:
    await house.life.studio.claim("k7qm 2f9d", caller("claim", "cy"))


async def take_down(house: House) -> None:
    [picture, _] = await house.pictures_of("ann")
    await press(house, Press("take_down", admin("down"), picture=picture.id))


async def charge(house: House) -> None:
    await press(house, Press("charge", admin("charge"), picture="late-picture-0001", words="1"))


async def is_blocked(house: House) -> None:
    refusal = await house.refusal(caller("again"))
    assert refusal.key == "blocked"
    # Two of the three were let in before; what waited never began.
    assert [row.state for row in await house.rows(jobs)][2] == "cancelled"
    assert await house.account("allowance:ann") == (0, 0, PICTURE * len(await house.pictures_of("ann")))
    assert [row.act for row in await house.rows(deeds)] == ["block"]


async def is_forgotten(house: House) -> None:
    assert all(row.deleted for row in await house.rows(pictures))
    for row in await house.rows(pictures):
        assert not house.life.shelf.path(row.sha256).exists()
    assert await house.account("allowance:ann") == (0, 0, 2 * PICTURE)


async def is_cancelled_and_forgotten(house: House) -> None:
    assert await house.account("allowance:ann") == (0, 0, 0)


async def is_refunded(house: House) -> None:
    assert await house.account("allowance:ann") == (0, 0, 0)
    assert [row.act for row in await house.rows(deeds)] == ["refund"]


async def is_granted(house: House) -> None:
    assert await house.account("credits:ann") == (50_000, 0, 0)
    assert [row.act for row in await house.rows(deeds)] == ["grant"]


async def is_claimed(house: House) -> None:
    assert [row.subject for row in await house.rows(admins)] == ["cy"]
    with pytest.raises(Refusal):
        await house.life.studio.claim("K7QM-2F9D", caller("other", "ann"))


async def is_down(house: House) -> None:
    first, second = await house.pictures_of("ann")
    assert (first.hidden is not None, second.hidden) == (True, None)
    assert [row.act for row in await house.rows(deeds)] == ["taken down"]


async def is_charged(house: House) -> None:
    assert await house.account("allowance:ann") == (0, 0, PICTURE)
    assert len(await house.rows(verdicts)) == 1
    shown = [reply for reply in house.platform.shown.values() if reply.kind == "result"]
    assert [len(reply.pictures) for reply in shown] == [1]


@dataclass(frozen=True)
class Story:
    """What was before, what is decided, and what is so afterwards."""

    name: str
    before: Step
    act: Step
    after: Step
    vendor: Callable[[], LedgerVendor] = LedgerVendor


STORIES = (
    Story("block", waiting, block, is_blocked),
    Story("forget", drawn, forget, is_forgotten),
    Story("forget-what-waits", waiting, forget, is_cancelled_and_forgotten),
    Story("refund", drawn, refund, is_refunded),
    Story("grant", drawn, grant, is_granted),
    Story("claim", coded, claim, is_claimed),
    Story("take-down", drawn, take_down, is_down),
    Story("charge", late, charge, is_charged, lambda: LedgerVendor(hides_outcome())),
)


@pytest.mark.parametrize("story", few(STORIES, STORIES[3:5]), ids=lambda story: story.name)
async def test_a_death_at_any_step_of_a_decision_is_harmless(build: Build, story: Story) -> None:
    """The next process finishes it, or whoever decides again does; the books balance and nothing is done twice."""
    for fatal in range(1, STEPS_MAX):
        house = await build(story.vendor(), Terms())
        await story.before(house)
        await house.restart(fatal)
        try:
            await story.act(house)
            await house.live()
        except Died:
            assert house.life.fuse.is_dead
        has_died = house.life.fuse.is_dead
        await house.restart()
        if has_died:
            await story.act(house)
        await house.live()
        await story.after(house)
        await house.assert_sound()
        await house.end()
        if not has_died:
            return
    raise AssertionError("the decision never ends")
