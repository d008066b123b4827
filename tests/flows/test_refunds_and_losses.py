"""What admins decide about money in the chat: refunds, lost jobs and late pictures, each once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from io import BytesIO

from PIL import Image

from bot.core.front import Incoming, Press
from bot.core.replies import Button, Reply
from bot.reception import Reception
from bot.storage import calls, schema
from bot.storage.calls import Answer, NewPicture
from bot.storage.schema import adjustments, deeds
from commands import COMMANDS
from tests.flows.conftest import Build
from tests.flows.house import House
from tests.flows.world import PICTURE, THERE, caller
from tests.vendors_for_tests import LedgerVendor, hides_outcome


def front(house: House) -> Reception:
    return Reception(COMMANDS, house.life.studio, house.life.gallery)


async def ask(house: House, line: str, person: str = "bob", *, is_admin: bool = True) -> Reply:
    """Type a line as an admin."""
    return await front(house).receive(Incoming(line, caller(line, person, is_admin=is_admin)))


async def press(house: House, button: Button, event: str, *, is_admin: bool = True) -> Reply:
    """Press a button as an admin."""
    who = caller(event, "bob", is_admin=is_admin)
    pressed = Press(button.act, who, job=button.job, picture=button.picture, words=button.words)
    return await front(house).press(pressed)


async def test_a_job_is_refunded_once_by_its_number(build: Build) -> None:
    """With its reason, in the audit log; whoever is no admin here refunds nothing."""
    house = await build()
    await house.order(caller("1"))
    await house.live()

    denied = await ask(house, "/quota refund 1", "cy", is_admin=False)
    first = await ask(house, "/quota refund 1 the headline was wrong")
    second = await ask(house, "/quota refund #1")
    unknown = await ask(house, "/quota refund 7")
    foreign = await front(house).receive(
        Incoming("/quota refund 1", caller("f", "cy", tenant=THERE, is_admin=True))
    )

    assert denied.kind == "refusal"
    assert first.text.startswith("#1 is refunded to ann: 2 credits into the allowance, 0 credits")
    assert "refunded before" in second.text
    assert (unknown.kind, foreign.kind) == ("refusal", "refusal")
    [row] = await house.rows(adjustments)
    assert (row.amount, row.reason, row.by) == (PICTURE, "the headline was wrong", "bob")
    assert [(row.act, row.by, row.detail) for row in await house.rows(deeds)] == [("refund", "bob", "#1")]
    assert await house.account("allowance:ann") == (0, 0, 0)
    await house.assert_sound()


async def test_fifty_refunds_at_once_are_one(build: Build) -> None:
    """Whoever presses how often."""
    house = await build()
    await house.order(caller("1"))
    await house.live()

    await asyncio.gather(*(ask(house, "/quota refund 1") for _ in range(50)))

    assert len(await house.rows(adjustments)) == 1
    assert await house.account("allowance:ann") == (0, 0, 0)


async def test_a_late_picture_is_delivered_by_its_button(build: Build) -> None:
    """The list says what each button does; the person gets the picture with its receipt, once."""
    house = await build(LedgerVendor(hides_outcome()))
    card = await house.order(caller("1"))
    await house.live()
    unknown_yet = await ask(house, "/quota lost")
    await arrive_late(house, card.id)

    listed = await ask(house, "/quota lost")
    [free, charge] = listed.buttons
    said = await press(house, charge, "p1")
    again = await press(house, charge, "p1")
    other = await press(house, free, "p2")
    await house.live()

    assert [button.label for button in unknown_yet.buttons if button.act != "say"] == [
        "#1 Caps keep 2 credits"
    ]
    assert (free.label, charge.label) == ("#1 Deliver free", "#1 Deliver, ann pays 2 credits")
    assert said.text == "#1: ann gets 1 picture that came late, and pays 2 credits."
    assert again.text == other.text == "#1 was decided before: charged. Nothing has changed now."
    assert await house.money(card.id) == ("done", PICTURE, PICTURE)
    shown = [reply for reply in house.platform.shown.values() if reply.kind == "result"]
    assert [len(reply.pictures) for reply in shown] == [1]
    assert (await ask(house, "/quota lost")).text.startswith("Nothing is lost")
    await house.assert_sound()


async def test_who_may_decide(build: Build) -> None:
    """Admins of the place; what goes back to the caps is for those who run Easel, whoever makes up a button."""
    house = await build(LedgerVendor(hides_outcome()))
    await house.order(caller("1"))
    await house.live()
    forgive = Button(act="forgive", label="", words="1")

    denied = [
        await ask(house, "/quota lost", "cy", is_admin=False),
        await press(house, forgive, "p1", is_admin=False),
        await press(house, forgive, "p2"),
        await press(house, Button(act="charge", label="", words="1", picture="made up"), "p3"),
        await press(house, Button(act="deliver", label="", words="1"), "p4"),
    ]
    operator = replace(caller("p5", "bob"), is_operator=True)
    listed = await front(house).receive(Incoming("/quota lost", operator))
    done = await front(house).press(Press("forgive", operator, words="1"))

    assert [reply.kind for reply in denied] == ["refusal"] * 5
    assert [button.act for button in listed.buttons if button.act != "say"] == ["charge", "forgive"]
    assert done.text == "#1: nobody is charged, and the caps have 2 credits back."


async def arrive_late(house: House, job: str) -> None:
    """Let the picture of a job that has ended arrive after all."""
    [call] = await house.rows(schema.calls, job=job)
    content = BytesIO()
    Image.new("RGB", (8, 8), "teal").save(content, "PNG")
    stored = house.life.shelf._files.store(content.getvalue())
    new = NewPicture("late-picture-0001", 0, stored.sha256, "image/png", 8, 8, stored.size_bytes)
    answer = Answer((new,), PICTURE * 10_000, None)
    assert await house.life.database.write(calls.store, call.id, answer, now=house.clock())
