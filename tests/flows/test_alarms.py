"""What operators are told while people order: by direct message, joined, beside the people's own answers."""

from __future__ import annotations

from bot.alarming import AlarmMeans, Alarms
from bot.core.errors import VendorAccount, VendorError
from bot.core.ports import Undeliverable
from bot.storage.disk import MEGABYTE, Disk
from bot.storage.schema import alarms, replies
from tests.flows.conftest import Build
from tests.flows.house import House
from tests.flows.world import HERE, Terms, caller
from tests.vendors_for_tests import LedgerVendor, hides_outcome, raises


class Rung(dict[str, int]):
    """Counts causes by kind, as the metrics do."""

    def __call__(self, kind: str, count: int) -> None:
        self[kind] = self.get(kind, 0) + count


class Room(Disk):
    """A disk whose free room a test sets."""

    free = 10**12

    def free_bytes(self) -> int:
        return type(self).free


def alarms_of(house: House, rung: Rung | None = None, *, operator: str = "web:ann") -> Alarms:
    """Tell the alarms of a house to Ann, who runs it."""
    life = house.life
    disk = Room(house.site.folder, 500)
    counts = rung if rung is not None else Rung()
    means = AlarmMeans(
        life.database, life.courier.send, house.clock, (operator,), disk, house.site.new_id, counts
    )
    return Alarms(means)


def no_credit() -> VendorError:
    """Say what a vendor says whose bill was not paid."""
    return VendorAccount("no credit")


def told(house: House) -> list[str]:
    """List what was said in direct messages."""
    return [post.reply.text for post in house.platform.posts if post.address.channel == ""]


async def test_faults_of_our_account_are_one_message(build: Build) -> None:
    """Each person gets their own answer, the operator one message for all."""
    house = await build(LedgerVendor(*[raises(no_credit)] * 3))
    rung = Rung()
    tell = alarms_of(house, rung)
    cards = [await house.order(caller(str(n), who)) for n, who in enumerate(("ann", "bob", "cy"))]
    await house.settle()

    await tell.look()
    await tell.look()
    await house.settle()

    assert [house.platform.shown_for(card.id).kind for card in cards] == ["failure"] * 3
    [text] = told(house)
    assert text.startswith("paper does not accept our account")
    assert text.endswith("That was so 3 times.")
    assert rung == {"account": 3}
    await house.assert_sound()


async def test_an_unknown_outcome_is_told(build: Build) -> None:
    """Nobody was charged, and somebody must look."""
    house = await build(LedgerVendor(hides_outcome()))
    await house.order(caller("1"))
    await house.live()

    await alarms_of(house).look()
    await house.settle()

    assert "easel jobs --lost" in told(house)[0]


async def test_thresholds_of_a_cap_are_told_once_each(build: Build) -> None:
    """Half, four fifths, and an order that does not fit any more."""
    cap = {"scope": "bot", "credits": "9", "per": "day"}
    house = await build(terms=Terms(caps=(cap,)))
    tell = alarms_of(house)
    for number in range(4):
        await house.order(caller(str(number)))
        await tell.look()
    refusals = [await house.refusal(caller(str(number))) for number in range(4, 7)]
    await tell.look()
    await house.live()

    assert {refusal.key for refusal in refusals} == {"cap_bot"}
    *passed, full = told(house)
    assert passed == [
        "50 % of the limit of all of Easel are used: 6 credits of 9 credits.",
        "80 % of the limit of all of Easel are used: 8 credits of 9 credits.",
    ]
    assert full.startswith("The limit of all of Easel leaves too little for an order: 8 credits of 9 credits")
    await house.assert_sound()


async def test_an_alarm_survives_a_crash_before_it_is_posted(build: Build) -> None:
    """It is a row like every other message."""
    house = await build(LedgerVendor(raises(no_credit)))
    await house.order(caller("1"))
    await house.settle()
    await alarms_of(house).look()

    await house.restart()
    await house.live()

    assert len(told(house)) == 1


async def test_a_lost_alarm_rings_no_alarm(build: Build) -> None:
    """A message to an operator who closed their direct messages is given up quietly; one to a person is told."""
    house = await build(LedgerVendor(raises(no_credit)))
    house.platform.troubles.append(Undeliverable("gone", is_final=True))
    await house.order(caller("1", "bob"))
    await house.settle()
    tell = alarms_of(house)
    house.platform.troubles.extend([Undeliverable("closed", is_final=True)] * 2)

    await tell.look()
    await house.settle()
    await tell.look()

    assert {row.cause for row in await house.rows(alarms)} == {"account:paper", "reply:web"}
    assert [row.state for row in await house.rows(replies)] == ["given_up"] * 3


async def test_a_disk_that_fills_up_is_told_once(build: Build) -> None:
    """And again only after there was room."""
    house = await build()
    tell = alarms_of(house)
    for free in (900, 800, 5_000, 700):
        Room.free = free * MEGABYTE
        await tell.look()
        house.clock.advance(3_600)
    Room.free = 10**12
    await house.settle()

    assert [text.split(" MB")[0] for text in told(house)] == ["Only 900", "Only 700"]


async def test_a_sentence_of_the_night_is_told(build: Build) -> None:
    """What upkeep finds goes the same way."""
    house = await build()
    tell = alarms_of(house)

    await tell("The books are wrong. Run easel doctor; it says what to do.")
    await tell.look()
    await house.settle()

    assert told(house) == [
        "A look at how Easel stands says: The books are wrong. Run easel doctor; it says what to do."
    ]
    [row] = await house.rows(replies)
    assert f'"tenant":"{HERE.id}"' in row.address
