"""A word of somebody who is forgotten is nowhere: in no table and no file, however it came in, wherever we die."""

from __future__ import annotations

import asyncio
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.core.chatlog import ChatDraft
from bot.core.pictures import PictureRequest
from bot.core.ports import Drawing, Removal, Report, VendorOrder
from bot.core.preferences import Place
from bot.core.replies import Posted, Reply, Row
from bot.platforms.web.bodies import EaselBody
from bot.storage import ledger, replies
from bot.storage.chat import ChatLog
from bot.storage.forgetting import AT_ONCE, STEPS
from bot.storage.schema import chat_messages, deliveries, entries, jobs, pictures, removals
from bot.storage.schema import replies as reply_table
from bot.storage.transaction import Tx
from tests.flows.chatroom import Chatroom
from tests.flows.conftest import Build
from tests.flows.house import House
from tests.flows.mortal import Died
from tests.flows.test_forgetting import SECRET, everything, lived, wrote
from tests.flows.world import HERE, NOON, Terms, caller
from tests.vendors_for_tests import LedgerVendor

STEPS_MAX = 40


class HeldVendor(LedgerVendor):
    """Draws when the gate is opened."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = asyncio.Event()
        self.gate = asyncio.Event()

    async def draw(self, order: VendorOrder, report: Report | None = None) -> Drawing:
        self.reached.set()
        await self.gate.wait()
        return await super().draw(order, report)


async def typed_everywhere(house: House) -> None:
    """Let ann say the word in every way that a chat has."""
    room = Chatroom(house)
    await room.submit("ann", "imagine", prompt=f"a {SECRET}", size=SECRET)
    await room.mention("ann", f"a {SECRET} --{SECRET} wide")
    await room.submit("ann", "imagine", prompt=f"the dear {SECRET}", count=10)
    form = await room.submit("ann", "imagine")
    await room.send("ann", form, prompt=f"a {SECRET} in a form", size=f"{SECRET}!")
    await room.submit("ann", "edit", prompt=SECRET)
    await room.submit("ann", "imagine", prompt=f"a {SECRET}", model=SECRET)
    _, message = await room.drawn("ann", f"a public {SECRET}")
    await room.reply("ann", f"make it {SECRET} now", to=message)
    await room.submit("ann", "settings", what="home", value=SECRET)
    await room.submit("ann", "quota", what=SECRET)
    await house.live()


async def shown_to_others(house: House) -> None:
    """Let bob look at ann's picture in his web chat, and at his own edit of it."""
    log = ChatLog(house.life.database)
    told = Reply(kind="info", text="This is #1.", rows=(Row(label="Words", value=f"a {SECRET}"),), number=1)
    listed = Reply(kind="info", text="Jobs", rows=(Row(label="#1", value=f"a {SECRET}", job=1),))
    own = Reply(kind="result", text="mine", rows=(Row(label="Made from", value="#1", job=1),), number=2)
    for number, reply in enumerate((told, listed, own)):
        body = EaselBody(reply=reply).model_dump_json()
        await log.add(
            ChatDraft(
                f"shown {number}", HERE.id, "bob", "root", "easel", body, house.clock(), event=f"{number}"
            )
        )


def left_in_files(folder: Path) -> list[str]:
    """Name the files that hold the word."""
    return [
        path.name for path in folder.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()
    ]


async def test_the_word_is_in_no_table_and_no_file(build: Build, tmp_path: Path) -> None:
    """Said in a line, an option, a form, a message, a refused value, a report, a setting, a chat; shown to others."""
    house = await build(LedgerVendor(), terms=Terms(confirm_above="10"))
    await lived(house, tmp_path)
    await wrote(house, "ann", f"a {SECRET}")
    await shown_to_others(house)
    await typed_everywhere(house)
    await house.life.studio.export(Place(), caller("export"))
    read = house.life.database._inner.read
    spoken = [line for line in (await read(everything)).splitlines() if SECRET in line]
    before = await house.rows(entries)
    assert len(spoken) > 20

    assert await house.life.studio.forget(caller("forget")) == 0

    assert [line for line in (await read(everything)).splitlines() if SECRET in line or "Ann" in line] == []
    assert await house.rows(entries) == before
    assert await read(ledger.unbalanced) == []
    shown = {row.id: row.deleted for row in await house.rows(chat_messages, person="bob")}
    assert shown == {"shown 0": 1, "shown 1": 1, "shown 2": 0}
    mine = {
        each for row in await house.pictures_of("ann") for each in (row.sha256, row.original_sha256) if each
    }
    assert not any(house.life.shelf.path(each).exists() for each in mine)
    await house.end()
    assert left_in_files(house.site.folder) == []


@pytest.mark.slow
async def test_whoever_dies_over_it_is_followed(build: Build, tmp_path: Path) -> None:
    """After every step of it: the next process forgets the rest, and nothing that began afterwards."""
    for fatal in range(1, STEPS_MAX):
        house = await build()
        await lived(house, tmp_path)
        await wrote(house, "ann", f"a {SECRET}")
        await house.restart(fatal)
        try:
            await house.life.studio.forget(caller("forget"))
        except Died:
            pass
        else:
            assert fatal > len(STEPS)
            return
        await house.restart()
        await house.life.studio.prefer({"quality": "low"}, caller("later"))
        await house.pass_time(61)

        assert SECRET not in await house.life.database._inner.read(everything)
        assert (await house.life.studio.preferences(caller("look"))).quality == "low"
        assert await house.rows(deliveries) == []
        for row in await house.pictures_of("ann"):
            assert not house.life.shelf.path(row.sha256).exists()
        await house.assert_sound()
        await house.end()
    raise AssertionError("it has more steps than were tried")


async def test_what_is_being_drawn_is_forgotten_when_it_has_ended(build: Build) -> None:
    """By itself, and paid for; nobody has to ask again."""
    vendor = HeldVendor()
    house = await build(vendor)
    card = await house.order(caller("1"), f"a {SECRET}")
    drawing = asyncio.create_task(house.settle())
    await vendor.reached.wait()

    assert await house.life.studio.forget(caller("2")) == 1
    assert SECRET in await house.life.database._inner.read(everything)
    vendor.gate.set()
    await drawing
    await house.live()
    await house.pass_time(61)

    assert SECRET not in await house.life.database._inner.read(everything)
    assert (await house.job(card.id)).state == "done"
    await house.assert_sound()


async def test_a_large_history_goes_in_short_transactions(build: Build) -> None:
    """A thousand pictures, uploads and messages: others write between the steps, and none waits for the whole."""
    house = await build()
    await house.life.database._inner.write(fill, 5 * AT_ONCE)
    steps: list[str] = house.life.fuse.steps

    between: set[int] = set()
    forgetting = asyncio.create_task(house.life.studio.forget(caller("forget")))
    while not forgetting.done():
        await house.life.database._inner.write(lambda db: None)
        between.add(len(steps))
    assert await forgetting == 0

    assert SECRET not in await house.life.database._inner.read(everything)
    assert steps.count("forget_jobs") == 5
    assert steps.count("forget_uploads") == 5
    assert len(between) >= 5


async def test_a_picture_posted_while_it_is_forgotten_leaves_its_message(build: Build) -> None:
    """The message was on its way, and what it shows is taken out of it."""
    house = await build()
    card = await house.order(caller("1"), f"a {SECRET}")
    await house.live()
    reply = f"{card.id}:result"
    await house.life.database._inner.write(on_its_way, reply)

    await house.life.studio.forget(caller("2"))
    assert await house.rows(removals) == []
    where = Posted(message="late", posted_at=house.clock())
    await house.life.database._inner.write(replies.posted, reply, caller("1").address, where)

    [owed] = await house.rows(removals)
    assert Removal.model_validate_json(owed.removal).address.message == "late"


def on_its_way(db: Tx, reply: str) -> None:
    """Let a message be under way."""
    db.execute(update(reply_table).where(reply_table.c.id == reply).values(state="posting", message=None))


def fill(db: Tx, count: int) -> None:
    """Give ann a long history: a job with a picture, an upload and a message each."""
    request = PictureRequest(
        prompt=f"a {SECRET}", vendor="paper", model="paper-1", quality="low", width=8, height=8
    ).model_dump_json()
    address = caller("1").address.model_dump_json()
    numbers = range(count)
    job = {"platform": "web", "tenant": HERE.id, "channel": "general", "person": "ann", "command": "imagine"}
    told = {"request": request, "address": address, "vendor": "paper", "state": "done", "created": NOON}
    db.execute(jobs.insert(), [{"id": f"j{n}", "number": n, **job, **told} for n in numbers])
    shown = {"person": "ann", "tenant": HERE.id, "channel": "general", "mime": "image/png", "created": NOON}
    sized = {"width": 8, "height": 8, "size_bytes": 9}
    rows = [
        {"id": f"{kind}{n:05}", "job": f"j{n}" if kind == "p" else None, "source": kind, **shown, **sized}
        for kind in "pu"
        for n in numbers
    ]
    db.execute(
        pictures.insert(), [{**row, "sha256": sha256(str(row["id"]).encode()).hexdigest()} for row in rows]
    )
    said = {
        "tenant": HERE.id,
        "person": "ann",
        "root": "r",
        "author": "person",
        "body": SECRET,
        "created": NOON,
    }
    db.execute(chat_messages.insert(), [{"id": f"m{n}", "changed": n, **said} for n in numbers])
