"""A report reaches the admins, three take a picture down, and what admins decide holds everywhere."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.core.commands import Caller
from bot.core.errors import NotAllowed, NotFound, Refusal, TooMany
from bot.core.front import Incoming, Press
from bot.core.moderating import Verdict
from bot.core.ports import Removal, Undeliverable
from bot.core.sentences import say
from bot.core.studio import JobCard
from bot.reception import Reception
from bot.removing import Remover
from bot.storage import moderating, people, pictures, rights
from bot.storage.people import Identity
from bot.storage.rights import Named
from bot.storage.schema import deeds, removals, replies, reports, takedowns
from commands import COMMANDS
from tests.flows.conftest import Build
from tests.flows.house import House
from tests.flows.world import GUILD, HERE, NOON, THERE, caller

ADMIN = caller("admin", "bob", is_admin=True)


async def drawn(house: House) -> tuple[JobCard, str]:
    """Let ann draw a picture, and the admins meet in a channel."""
    await house.life.studio.set_tenant_rules({"admin_channel": "here"}, ADMIN)
    card = await house.order(caller("1"))
    await house.live()
    [row] = await house.pictures(card.id)
    return card, row.id


async def somebody(house: House, name: str) -> Caller:
    identity = Identity("web", HERE.id, name, name)
    await house.life.database._inner.write(people.know_person, identity, name, now=NOON)
    return caller(f"report {name}", name)


async def test_the_first_report_is_told_to_the_admins_once(build: Build) -> None:
    """The picture as a spoiler, why, and both decisions; a second report of the same person is none."""
    house = await build()
    studio = house.life.studio
    card, picture = await drawn(house)

    assert await studio.report_picture(picture, "hate", caller("2", "bob")) == "reported"
    assert await studio.report_picture(picture, "sexual", caller("3", "bob")) == "reported_before"
    await house.live()

    [post] = [each for each in house.platform.posts if each.key.startswith("reported:")]
    assert (post.address.channel, post.address.tenant) == ("general", HERE.id)
    assert post.reply.spoiler
    assert [each.id for each in post.reply.pictures] == [picture]
    assert [(each.act, each.picture) for each in post.reply.buttons] == [
        ("take_down", picture),
        ("keep", picture),
    ]
    assert [(row.label, row.value) for row in post.reply.rows] == [("Why", "Hate"), ("Reported by", "Bob")]
    [row] = await house.rows(reports)
    assert (row.reporter, row.reason, row.tenant) == ("bob", "hate", HERE.id)
    assert (await studio.job(card.number, caller("4"))).pictures


async def test_three_people_take_a_picture_down_until_an_admin_decides(build: Build) -> None:
    """Not shown, not served, not edited, owed out of its message; Keep brings it back for good."""
    house = await build()
    studio = house.life.studio
    card, picture = await drawn(house)
    for name in ("bob", "cy", "dee"):
        await studio.report_picture(picture, "hate", await somebody(house, name))

    assert (await studio.job(card.number, caller("5"))).pictures == ()
    with pytest.raises(NotFound):
        await house.life.gallery.serve(picture, caller("6"), "shown")
    assert (await house.refusal(caller("7"), "night", parent=picture)).key == "picture_gone"
    assert (await house.refusal(caller("8"), "night", references=(picture,))).key == "picture_gone"
    [owed] = await house.rows(removals)
    assert Removal.model_validate_json(owed.removal).picture == picture

    assert await studio.decide_report(picture, "kept", ADMIN)
    assert not await studio.decide_report(picture, "kept", replace(ADMIN, event="again"))
    await studio.report_picture(picture, "hate", await somebody(house, "eve"))

    assert [each.id for each in (await studio.job(card.number, caller("9"))).pictures] == [picture]
    assert (await house.life.gallery.serve(picture, caller("10"), "shown")).path.exists()
    await house.live()
    told = [each.key for each in house.platform.posts if "result" not in each.key]
    assert sorted(told) == [f"down:{picture}:0", f"reported:{picture}:0"]


async def test_whose_it_is_deletes_what_was_taken_down(build: Build) -> None:
    """From the history, since it stands nowhere else; the decision stays on record, and Keep brings nothing back."""
    house = await build()
    studio = house.life.studio
    card, picture = await drawn(house)
    front = Reception(COMMANDS, studio, house.life.gallery)
    [stored] = await house.pictures(card.id)
    await studio.decide_report(picture, "taken_down", ADMIN)

    found = await front.receive(Incoming(f"/history {card.number}", caller("2")))
    [delete] = [each for each in found.buttons if each.act == "delete"]
    press = Press("delete", caller("3"), job=card.id, picture=delete.picture, words="sure")
    assert (await front.press(replace(press, caller=caller("4", "bob")))).kind == "refusal"
    assert (await front.press(press)).text == say("deleted")

    assert [row.verdict for row in await house.rows(takedowns)] == ["taken_down"]
    assert ("taken down", "#1/1") in [(row.act, row.detail) for row in await house.rows(deeds)]
    assert not await house.life.shelf.has(stored.sha256)
    await studio.decide_report(picture, "kept", replace(ADMIN, event="keep"))
    again = await studio.job(card.number, caller("5"))
    assert (again.pictures, again.taken_down) == ((), ())


async def test_what_was_kept_is_asked_about_again_when_three_more_report_it(build: Build) -> None:
    """Until then whoever reports it is told that it was kept; it stays shown, and Keep holds for another three."""
    house = await build()
    studio = house.life.studio
    card, picture = await drawn(house)
    admin = caller("open", "bob", is_admin=True)

    async def reported_by(*names: str) -> list[str]:
        house.clock.advance(1)
        return [await studio.report_picture(picture, "hate", await somebody(house, name)) for name in names]

    assert await reported_by("bob") == ["reported"]
    for number in range(2):
        house.clock.advance(1)
        assert await studio.decide_report(picture, "kept", replace(ADMIN, event=f"keep {number}"))
        assert not await studio.decide_report(picture, "kept", replace(ADMIN, event=f"kept {number}"))
        assert await reported_by("bob", f"cy{number}", f"dee{number}") == ["reported_kept"] * 3
        assert await studio.open_reports(admin) == []
        assert await reported_by(f"eve{number}", f"flo{number}") == ["reported", "reported"]
        assert [each.count for each in await studio.open_reports(admin)] == [5 + 4 * number]
    await house.live()

    again = [each.reply for each in house.platform.posts if each.key.startswith("again ")]
    assert [[button.act for button in each.buttons] for each in again] == [["take_down", "keep"]] * 2
    assert [each.id for each in (await studio.job(card.number, caller("9"))).pictures] == [picture]


async def test_a_report_that_nobody_can_be_told_of_says_so(build: Build) -> None:
    """It waits in the list."""
    house = await build()
    card = await house.order(caller("1"))
    await house.live()
    [row] = await house.pictures(card.id)

    filed = await house.life.studio.report_picture(row.id, "hate", await somebody(house, "cy"))

    assert filed == "reported_unheard"


async def test_what_is_kept_is_shown_again_where_it_was_taken_out(build: Build) -> None:
    """Posted anew as often as it was taken out; not where it still stands, and not what was deleted for good."""
    house = await build()
    studio, asked = house.life.studio, []
    card, picture = await drawn(house)

    async def remove(removal: Removal) -> None:
        asked.append(removal.reply)

    remover = Remover(house.life.database, {"web": remove}, house.clock, house.life.bell)

    async def decide(verdict: Verdict, event: str, *, is_removed: bool = True) -> None:
        await studio.decide_report(picture, verdict, replace(ADMIN, event=event))
        if is_removed:
            await remover.remove_due()
        await house.live()

    def again() -> list[tuple[str, ...]]:
        posts = [post for post in house.platform.posts if ":kept-" in post.key]
        return [tuple(each.id for each in post.reply.pictures) for post in posts]

    await decide("taken_down", "1", is_removed=False)
    await decide("kept", "2")
    assert (asked, again()) == ([], [])
    for number in range(2):
        await decide("taken_down", f"down {number}")
        await decide("kept", f"up {number}")
    [*_, last] = house.platform.posts
    await decide("taken_down", "3")
    await house.life.database.write(pictures.delete, picture, "ann", now=house.clock())
    await decide("kept", "5")

    assert again() == [(picture,)] * 2
    assert (last.address.channel, last.reply.kind, last.reply.job) == ("general", "result", card.id)
    assert "kept it" in last.reply.text
    assert asked == [f"{card.id}:result", f"{card.id}:kept-{picture}-0", f"{card.id}:kept-{picture}-1"]


async def test_without_a_channel_those_are_told_who_can_be_reached(build: Build) -> None:
    """Each named person, directly; where only a role was named, or nobody, whoever runs Easel."""
    house = await build()
    read, write = house.life.database._inner.read, house.life.database._inner.write
    operators = ["discord:user-opal", "slack:U1", "web:opal"]

    async def told() -> list[tuple[str, bool]]:
        found = await read(moderating.whom_to_tell, GUILD.id, operators)
        assert {(each.platform, each.tenant, each.channel) for each in found} == {("discord", GUILD.id, "")}
        return [(each.user, each.is_direct) for each in found]

    nobody = await told()
    await write(rights.name, GUILD.id, Named("role", "r1", "Mods"), "bob", now=NOON)
    only_a_role = await told()
    await write(people.know_person, Identity("discord", GUILD.id, "user-dee", "Dee"), "dee", now=NOON)
    await write(rights.name, GUILD.id, Named("person", "dee", "Dee"), "bob", now=NOON)

    assert nobody == only_a_role == [("user-opal", True)]
    assert await told() == [("user-dee", True)]


async def test_an_admin_decides_in_a_direct_message_about_any_server_of_theirs(build: Build) -> None:
    """At home in another server, they are who they are in the picture's; rights at home count for nothing there."""
    house = await build()
    studio, write = house.life.studio, house.life.database._inner.write
    card = await house.order(caller("1", tenant=GUILD))
    await house.live()
    [picture] = await house.pictures(card.id)
    for name in ("dee", "eve"):
        known = Identity("discord", GUILD.id, f"user-{name}", name)
        await write(people.know_person, known, f"{name} there", now=NOON)
    await write(rights.name, GUILD.id, Named("person", "dee there", "Dee"), "bob", now=NOON)

    def at_home(name: str) -> Caller:
        who = caller(f"press {name}", "bob", is_admin=True)
        address = who.address.model_copy(
            update={"platform": "discord", "user": f"user-{name}", "is_direct": True, "channel": ""}
        )
        return replace(who, address=address)

    with pytest.raises(NotAllowed):
        await studio.decide_report(picture.id, "taken_down", at_home("eve"))
    with pytest.raises(NotFound):
        await studio.decide_report(picture.id, "taken_down", at_home("stranger"))
    assert await studio.decide_report(picture.id, "taken_down", at_home("dee"))

    [deed] = await house.rows(deeds, detail="#1/1")
    assert (deed.by, deed.tenant) == ("dee there", GUILD.id)


async def test_each_decision_acts_once_and_is_written_down(build: Build) -> None:
    """Fifty presses are one deed; another admin may decide otherwise."""
    house = await build()
    studio = house.life.studio
    _, picture = await drawn(house)

    done = [
        await studio.decide_report(picture, "taken_down", replace(ADMIN, event=f"{n}")) for n in range(50)
    ]
    await studio.decide_report(picture, "kept", ADMIN)

    acts = [row.act for row in await house.rows(deeds, detail="#1/1")]
    assert (done.count(True), acts) == (1, ["taken down", "kept"])


async def test_nobody_reports_or_decides_what_is_not_theirs_to_see(build: Build) -> None:
    """Private pictures, other servers' pictures, one's own; decisions are for admins of the picture's server."""
    house = await build()
    studio = house.life.studio
    _, picture = await drawn(house)
    _, secret = await drawn_private(house)

    for who, what, error in (
        (caller("2", "bob"), secret, NotFound),
        (caller("3", "cy", tenant=THERE), picture, NotFound),
        (caller("4", "bob"), "none", NotFound),
        (caller("5", "ann"), picture, Refusal),
    ):
        with pytest.raises(error):
            await studio.report_picture(what, "hate", who)
    with pytest.raises(NotAllowed):
        await studio.decide_report(picture, "taken_down", caller("6", "cy"))
    with pytest.raises(NotFound):
        await studio.decide_report(picture, "taken_down", caller("7", "bob", tenant=THERE, is_admin=True))

    assert not await house.rows(reports)


async def drawn_private(house: House) -> tuple[JobCard, str]:
    card = await house.order(caller("private"), private=True)
    await house.live()
    return card, (await house.pictures(card.id))[0].id


async def test_what_waits_for_a_decision_is_listed(build: Build) -> None:
    """For admins of this place only: how many, why, whether it is shown; each with both buttons, until one decides."""
    house = await build()
    studio, front = house.life.studio, Reception(COMMANDS, house.life.studio, house.life.gallery)
    card, picture = await drawn(house)
    for name in ("bob", "cy", "dee"):
        await studio.report_picture(picture, "hate", await somebody(house, name))

    listed = await front.receive(Incoming("/easel reports", replace(ADMIN, event="list 1")))
    kept = await front.press(Press("keep", replace(ADMIN, event="keep"), picture=listed.buttons[1].picture))
    after = await front.receive(Incoming("/easel reports", replace(ADMIN, event="list 2")))

    assert [(row.label, row.value) for row in listed.rows] == [
        (f"#{card.number}/1", "3 people · Hate · not shown")
    ]
    assert [(each.act, each.picture) for each in listed.buttons[:2]] == [
        ("take_down", picture),
        ("keep", picture),
    ]
    assert (kept.kind, after.rows, after.buttons) == ("info", (), ())
    assert await studio.open_reports(caller("there", "bob", tenant=THERE, is_admin=True)) == []
    with pytest.raises(NotAllowed):
        await studio.open_reports(caller("plain", "cy"))


async def test_reports_are_limited(build: Build) -> None:
    """Ten an hour."""
    house = await build()
    studio = house.life.studio
    pictures = []
    for number in range(11):
        card = await house.order(caller(f"o{number}"))
        await house.live()
        pictures.append((await house.pictures(card.id))[0].id)

    for number in range(10):
        await studio.report_picture(pictures[number], "hate", caller(f"r{number}", "bob"))
    with pytest.raises(TooMany):
        await studio.report_picture(pictures[10], "hate", caller("r10", "bob"))


async def test_a_removal_is_tried_until_it_is_done(build: Build) -> None:
    """After Delete too: a platform that is away gets it later, and only once."""
    house = await build()
    _, picture = await drawn(house)
    asked: list[Removal] = []
    troubles = [Undeliverable("down"), Undeliverable("down")]

    async def remove(removal: Removal) -> None:
        asked.append(removal)
        if troubles:
            raise troubles.pop()

    remover = Remover(house.life.database, {"web": remove}, house.clock, house.life.bell)
    await house.life.gallery.delete(picture, caller("2"))
    for _ in range(5):
        await remover.remove_due()
        house.clock.advance(60)

    [shown] = await house.rows(replies, message=str(asked[0].address.message))
    assert (len(asked), shown.id) == (3, asked[0].reply)
    assert {each.picture for each in asked} == {picture}


@pytest.mark.parametrize("how", ["decided", "reported by three", "forgotten"])
async def test_a_picture_that_goes_leaves_its_messages_at_once(build: Build, how: str) -> None:
    """Whoever takes it out of them is woken, and does not wait for their next look."""
    house = await build()
    studio = house.life.studio
    _, picture = await drawn(house)
    if how == "reported by three":
        for name in ("bob", "cy"):
            await studio.report_picture(picture, "hate", await somebody(house, name))
    third = await somebody(house, "dee")
    woken = asyncio.create_task(house.life.bell.wait(5))
    await asyncio.sleep(0)

    match how:
        case "decided":
            await studio.decide_report(picture, "taken_down", ADMIN)
        case "reported by three":
            await studio.report_picture(picture, "hate", third)
        case _:
            await studio.forget(caller("2"))

    assert await woken
    assert [row.state for row in await house.rows(removals)] == ["due"]


async def test_where_pictures_are_hidden_every_result_is(build: Build) -> None:
    """Whatever the chat: what is posted says so, and not in a direct message."""
    house = await build()
    await house.life.studio.set_rules({"spoilers": True}, ADMIN)
    await house.order(caller("1"))
    elsewhere = caller("2")
    direct = elsewhere.address.model_copy(update={"is_direct": True})
    await house.order(replace(elsewhere, address=direct))
    await house.live()

    hidden = {post.address.is_direct: post.reply.spoiler for post in house.platform.posts}
    assert hidden == {False: True, True: False}
