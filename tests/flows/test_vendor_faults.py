"""What a vendor may do instead of drawing: what people pay for it, what the caps count, and what they are told."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bot.core.errors import OutcomeUnknown, VendorError, VendorRejected
from bot.core.jobs import VOIDS_MAX, CallState
from bot.losses import STAYS_HIDDEN
from bot.storage.transaction import StorageFull
from tests.flows.conftest import Build
from tests.flows.world import PICTURE, Terms, caller
from tests.vendors_for_tests import (
    LedgerVendor,
    Turn,
    account_fault,
    breaks,
    breaks_one,
    busy,
    draws,
    fails,
    finds_no_room,
    garbage,
    hides_outcome,
    nothing,
    raises,
    refuses,
    unreachable,
)

KEYED = Terms(crash="idempotency-key", jobs_at_once=1)
WINDOW_MILLISECONDS = 600_000


@dataclass(frozen=True)
class Ending:
    """How an order ends whose vendor always does the same: state, what the caps count, and words of the sentence."""

    turn: Turn
    state: str
    counted: int
    words: str
    asked: int = 1


ENDINGS = {
    "account": Ending(account_fault(), "failed", 0, "does not accept our account"),
    "refused-input": Ending(refuses("input"), "failed", 0, "did not accept the words or pictures"),
    "refused-output": Ending(refuses("output"), "failed", PICTURE, "held back what was drawn"),
    "refused-output-priced": Ending(refuses("output", cost_nano=5_000_000), "failed", 500, "held back"),
    "refused": Ending(refuses("unknown"), "failed", PICTURE, "did not accept"),
    "unknown": Ending(hides_outcome(), "lost", PICTURE, "cannot know whether"),
    "bug": Ending(breaks(), "lost", PICTURE, "cannot know whether"),
    "no room": Ending(finds_no_room(), "failed", PICTURE, "no room to keep it"),
    "garbage": Ending(garbage(), "failed", PICTURE, "not a picture that we can read"),
    "nothing": Ending(nothing(), "failed", PICTURE, "not a picture that we can read"),
    "failing": Ending(fails(), "failed", 0, "tried and failed", asked=2),
}


@pytest.mark.parametrize("name", ENDINGS)
async def test_a_fault_costs_nothing_and_is_told(build: Build, name: str) -> None:
    """Nobody pays for no picture; the caps count what may be billed; one sentence says what happened."""
    ending = ENDINGS[name]
    house = await build(LedgerVendor(*[ending.turn] * 9))

    card = await house.order(caller("1"))
    await house.live()

    assert await house.money(card.id) == (ending.state, 0, ending.counted)
    assert len(house.vendor.asked) == ending.asked
    told = house.platform.shown_for(card.id)
    assert told.kind == "failure"
    assert ending.words in told.text
    assert (await house.life.studio.balance(caller("2"))).available == 100_000
    await house.assert_sound()


async def test_a_busy_vendor_is_asked_again_after_its_time_and_paid_once(build: Build) -> None:
    """A job waits as long as the vendor says, its place given back, then finishes."""
    house = await build(LedgerVendor(busy(40), busy(25)), Terms(jobs_at_once=1))
    first = await house.order(caller("1"))
    second = await house.order(caller("2", "bob"))

    await house.settle()
    waiting = await house.job(first.id)
    await house.live()

    assert (waiting.state, waiting.not_before - waiting.created) == ("waiting", 40_000)
    assert await house.money(first.id) == ("done", PICTURE, PICTURE)
    assert await house.money(second.id) == ("done", PICTURE, PICTURE)
    assert len(house.vendor.bills) == 2
    assert (await house.job(first.id)).takes == 1
    await house.assert_sound()


async def test_the_place_of_a_waiting_job_goes_to_the_next_one(build: Build) -> None:
    """While one person's job waits for a busy vendor, another's is drawn."""
    house = await build(LedgerVendor(busy(40)), Terms(jobs_at_once=1))
    first = await house.order(caller("1"))
    second = await house.order(caller("2", "bob"))

    await house.settle()

    assert (await house.job(first.id)).state == "waiting"
    assert (await house.job(second.id)).state == "done"


async def test_a_vendor_that_stays_busy_is_given_up_in_the_end(build: Build) -> None:
    """After the longest wait a job ends free, and its reply says that the service was too busy."""
    house = await build(LedgerVendor(*[busy(300)] * 40))

    card = await house.order(caller("1"))
    await house.live()

    assert await house.money(card.id) == ("failed", 0, 0)
    assert "too busy" in house.platform.shown_for(card.id).text
    assert house.clock() - card.created <= 31 * 60_000
    await house.assert_sound()


async def test_an_unreachable_vendor_is_tried_with_growing_waits_and_given_up_free(build: Build) -> None:
    """Nothing was executed, so it is tried again, a few times."""
    house = await build(LedgerVendor(*[unreachable()] * 40))

    card = await house.order(caller("1"))
    await house.live()

    assert len(house.vendor.asked) == VOIDS_MAX
    assert await house.money(card.id) == ("failed", 0, 0)
    assert "down or out of reach" in house.platform.shown_for(card.id).text
    assert 100_000 < house.clock() - card.created < 400_000
    await house.assert_sound()


async def test_an_unreachable_vendor_that_comes_back_draws(build: Build) -> None:
    """A short outage costs time only."""
    house = await build(LedgerVendor(unreachable(), unreachable()))

    card = await house.order(caller("1"))
    await house.live()

    assert await house.money(card.id) == ("done", PICTURE, PICTURE)
    assert [state for state, _ in await house.calls(card.id)] == ["void", "void", "stored"]


async def test_a_vendors_own_failure_is_tried_once_more(build: Build) -> None:
    """A failure that was not billed is asked for again at once, and only that part."""
    house = await build(LedgerVendor(at={1: [fails()]}))

    card = await house.order(caller("1"), count=3)
    await house.settle()

    assert sorted(house.vendor.indices()) == [0, 1, 1, 2]
    assert await house.money(card.id) == ("done", 3 * PICTURE, 3 * PICTURE)
    await house.assert_sound()


async def test_some_pictures_of_several_are_paid_for_and_the_rest_is_explained(build: Build) -> None:
    """One part stored, one unknown, one refused: pay for one, count what may be billed, say so."""
    house = await build(LedgerVendor(at={1: [hides_outcome()], 2: [refuses("input")]}))

    card = await house.order(caller("1"), count=3)
    await house.live()

    assert await house.money(card.id) == ("done", PICTURE, 2 * PICTURE)
    told = house.platform.shown_for(card.id)
    assert told.kind == "result"
    assert "1 of 3 pictures" in told.text
    assert house.vendor.indices().count(1) == 1
    assert await house.account("allowance:ann") == (0, 0, PICTURE)
    await house.assert_sound()


async def test_fewer_pictures_than_ordered_cost_less(build: Build) -> None:
    """A vendor that sends two of three is paid for two."""
    house = await build(LedgerVendor(draws(fewer=1)), Terms(per_call=3))

    card = await house.order(caller("1"), count=3)
    await house.live()

    assert await house.money(card.id) == ("done", 2 * PICTURE, 2 * PICTURE)
    assert len(house.platform.shown_for(card.id).pictures) == 2


async def test_a_caps_meter_counts_what_nobody_paid_for(build: Build) -> None:
    """Losses count for the caps, so no fault can spend past one."""
    cap = {"scope": "bot", "credits": "5", "per": "day"}
    house = await build(LedgerVendor(*[hides_outcome()] * 9), Terms(caps=(cap,)))
    for number in range(2):
        await house.order(caller(str(number)))
        await house.live()

    refused = await house.refusal(caller("last"))

    assert refused.key == "cap_bot"
    assert await house.account("bot:") == (0, 0, 2 * PICTURE)
    assert await house.account("allowance:ann") == (0, 0, 0)


async def test_a_hidden_outcome_is_asked_for_under_its_key(build: Build) -> None:
    """The answer is lost twice; the same key brings it, billed once, while the place is free for others."""
    vendor = LedgerVendor(hides_outcome(), draws(), hides_outcome(), honours_keys=True)
    house = await build(vendor, KEYED)
    card = await house.order(caller("1"))
    other = await house.order(caller("2", "bob"))

    await house.settle()
    waiting = await house.job(card.id)
    calls = await house.calls(card.id)
    await house.live()

    assert (waiting.state, calls) == ("waiting", [("called", None)])
    assert await house.money(card.id) == await house.money(other.id) == ("done", PICTURE, PICTURE)
    assert [each.idempotency_key for each in vendor.asked].count(vendor.asked[0].idempotency_key) == 3
    assert len(vendor.bills) == 2
    await house.assert_sound()


async def test_an_outcome_that_stays_hidden_is_given_up_within_the_keys_window(build: Build) -> None:
    """After the window the vendor might draw anew: nothing is asked then, nobody pays, the caps count it."""
    vendor = LedgerVendor(*[hides_outcome()] * 99, honours_keys=True)
    house = await build(vendor, KEYED)
    card = await house.order(caller("1"), count=2)

    await house.live()

    assert await house.money(card.id) == ("lost", 0, 2 * PICTURE)
    assert await house.calls(card.id) == [("unknown", "unknown")] * 2
    assert house.clock() - card.created <= WINDOW_MILLISECONDS
    assert len(vendor.bills) == len({each.idempotency_key for each in vendor.asked}) == 2
    assert 10 < len(vendor.asked) < 50
    await house.assert_sound()


@pytest.mark.parametrize("reason", sorted(STAYS_HIDDEN))
async def test_what_a_repeat_cannot_tell_is_not_repeated(build: Build, reason: str) -> None:
    """A call that we still listen to, or whose answer is known to be of no use, ends at once, key or not."""
    house = await build(LedgerVendor(raises(lambda: OutcomeUnknown(reason))), KEYED)

    card = await house.order(caller("1"))
    await house.settle()

    assert (await house.money(card.id))[1:] == (0, PICTURE)
    assert len(house.vendor.asked) == 1


async def test_a_hidden_outcome_of_a_cancelled_job_is_still_found_out(build: Build) -> None:
    """Cancelled while it waits for its repeat: what was drawn already is fetched and paid for, nothing more is."""
    vendor = LedgerVendor(at={0: [hides_outcome()]}, honours_keys=True)
    house = await build(vendor, KEYED)
    card = await house.order(caller("1"))
    await house.settle()

    await house.life.studio.cancel(card.number, caller("2"))
    await house.live()

    assert await house.money(card.id) == ("done", PICTURE, PICTURE)
    assert len(vendor.bills) == 1
    await house.assert_sound()


@pytest.mark.parametrize("step", ["seal", "store"])
async def test_a_full_disk_costs_the_person_nothing(build: Build, step: str) -> None:
    """A picture that was paid for and cannot be kept is free, counted and explained; the next one is kept."""
    house = await build()
    house.fill_disk(step, StorageFull("no room"))

    card = await house.order(caller("1"))
    await house.live()
    after = await house.order(caller("2"))
    await house.live()

    assert await house.money(card.id) == ("failed", 0, PICTURE)
    assert await house.calls(card.id) == [(CallState.FAILED, "storage_full")]
    assert "no room to keep it" in house.platform.shown_for(card.id).text
    assert len(house.vendor.asked) == 2
    assert await house.money(after.id) == ("done", PICTURE, PICTURE)
    await house.assert_sound()


async def test_a_picture_that_found_no_room_is_stored_at_the_next_start(build: Build) -> None:
    """It was paid for, so it is kept as late when there is room; its job stays as it ended."""
    house = await build()
    house.fill_disk("store", StorageFull("no room"))
    card = await house.order(caller("1"))
    await house.live()

    await house.restart()
    await house.live()

    assert await house.money(card.id) == ("failed", 0, PICTURE)
    assert [picture.is_late for picture in await house.pictures(card.id)] == [1]
    assert len(house.vendor.asked) == len(house.platform.posts) == 1
    await house.assert_sound()


async def test_one_broken_picture_does_not_take_the_others_with_it(build: Build) -> None:
    """Of an answer with one unreadable file, the pictures are kept and paid for; the file is not."""
    house = await build(LedgerVendor(breaks_one), Terms(per_call=3))

    card = await house.order(caller("1"), count=3)
    await house.live()

    assert await house.money(card.id) == ("done", 2 * PICTURE, 2 * PICTURE)
    assert len(await house.pictures(card.id)) == 2


@pytest.mark.parametrize(
    ("fault", "reason", "counted"),
    [
        (VendorRejected("unknown_parameter"), "rejected", 0),
        (OutcomeUnknown("storage_full"), "storage_full", PICTURE),
    ],
    ids=["the vendor takes no such request", "no room for the answer"],
)
async def test_what_is_certain_is_told_apart(
    build: Build, fault: VendorError, reason: str, counted: int
) -> None:
    """Nobody pays; the caps count only what may have been billed; the reason is its own."""
    house = await build(LedgerVendor(raises(lambda: fault)))
    card = await house.order(caller("1"))
    await house.live()

    job = await house.job(card.id)

    assert (job.state, job.reason, job.charged, job.counted) == ("failed", reason, 0, counted)
