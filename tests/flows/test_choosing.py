"""What was chosen reaches the vendor, the price and the receipt."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.commands import Caller
from bot.core.errors import BadOption, NotAllowed, NotFound, NotOffered, Refusal
from bot.core.front import Incoming
from bot.core.replies import Reply
from bot.core.studio import Draft
from bot.core.wording import result
from bot.reception import Reception
from bot.storage.schema import deeds
from commands import COMMANDS
from tests.flows.conftest import Build
from tests.flows.house import House
from tests.flows.world import HERE, PICTURE, Terms, caller
from tests.vendors_for_tests import picture_file

ADMIN = caller("rules", "bob", is_admin=True)


async def upload(house: House, who: Caller, file: Path) -> str:
    return (await house.life.gallery.keep(who, file.name, file)).picture


async def test_a_standing_style_and_references_join_every_order(build: Build, tmp_path: Path) -> None:
    """The vendor gets both, the receipt says so, and Again asks for the same when they have changed."""
    house = await build()
    logo = await upload(house, caller("u"), picture_file(tmp_path, "logo"))
    await house.life.studio.prefer({"style": "in ink", "references": (logo,), "count": 2}, caller("p"))

    card = await house.order(caller("1"), "a fox")
    await house.live()
    await house.life.studio.prefer({"style": "in oil", "references": None, "count": None}, caller("p2"))
    again = await house.life.studio.again(card.number, caller("2"))
    await house.live()

    rows = {row.label: row.value for row in result(card).rows}
    assert (rows["Style"], rows["References"]) == ("in ink", "1, 1 of them standing")
    assert card.held == again.held == 2 * PICTURE
    assert {order.prompt for order in house.vendor.asked} == {"a fox\n\nStyle: in ink"}
    assert [len(order.references) for order in house.vendor.asked] == [1] * 4


async def test_plain_leaves_them_out_once(build: Build) -> None:
    """And the receipt says that too."""
    house = await build()
    await house.life.studio.prefer({"style": "in ink"}, caller("p"))

    card = await house.order(caller("1"), "a fox", plain=True)
    await house.live()

    assert house.vendor.asked[0].prompt == "a fox"
    assert ("Plain", "yes") in {(row.label, row.value) for row in result(card).rows}


async def test_where_easel_is_not_allowed_nothing_is_ordered_or_priced(build: Build) -> None:
    """Chosen channels only: the others refuse, direct messages do not."""
    house = await build()
    studio = house.life.studio
    await studio.set_tenant_rules({"only_chosen": True}, ADMIN)
    direct = caller("2")
    direct = Caller(
        direct.person, direct.address.model_copy(update={"is_direct": True}), direct.name, direct.event
    )

    refused = await house.refusal(caller("1"))
    with pytest.raises(NotAllowed):
        await studio.quote(Draft(command="imagine", prompt="a fox"), caller("q"))
    await house.order(direct)
    await studio.set_rules({"allowed": True}, ADMIN)
    await house.order(caller("3"))

    assert refused.key == "channel_off"


async def test_what_cannot_be_is_not_kept(build: Build, tmp_path: Path) -> None:
    """Unknown models, sizes, zones and servers, other people's pictures, and rules set by anybody."""
    house = await build()
    studio = house.life.studio
    secret = await upload(house, caller("u", "bob"), picture_file(tmp_path, "secret"))

    with pytest.raises(NotOffered):
        await studio.prefer({"model": "none-1"}, caller("1"))
    for wrong in ({"size": "9000x9000"}, {"quality": "xhigh"}, {"home": "elsewhere"}, {"style": "x" * 501}):
        with pytest.raises(BadOption):
            await studio.prefer(wrong, caller("2"))
    with pytest.raises(NotFound):
        await studio.prefer({"references": (secret,)}, caller("3"))
    with pytest.raises(BadOption):
        await studio.set_tenant_rules({"time_zone": "Mars/Olympus"}, ADMIN)
    with pytest.raises(NotAllowed):
        await studio.set_rules({"allowed": False}, caller("4"))

    assert (await studio.preferences(caller("5"))).model_dump(exclude_defaults=True) == {}


async def test_listed_words_are_refused_before_anything_is_held(build: Build) -> None:
    """In the prompt, in a style, in an edit and for Again; the refusal repeats none of them."""
    house = await build()
    studio = house.life.studio
    card = await house.order(caller("1"), "a swordfish")
    await house.live()
    await studio.change_words(ADMIN, add=["swordfish"])

    refused = await house.refusal(caller("2"), "two S\u200bWORDFISH")
    with pytest.raises(Refusal) as again:
        await studio.again(card.number, caller("4"))
    with pytest.raises(Refusal):
        await studio.vary((await house.pictures(card.id))[0].id, caller("5"))
    await studio.prefer({"style": "with a swordfish"}, caller("6"))
    styled = await house.refusal(caller("7"), "a boat")

    assert {refused.key, again.value.key, styled.key} == {"words_refused"}
    assert "swordfish" not in str(refused).lower()
    assert await house.account("allowance:ann") == (0, 0, PICTURE)
    assert (await studio.tenant_rules(caller("8"))).words == ()
    assert (await studio.tenant_rules(ADMIN)).words == ("swordfish",)


async def test_the_test_picture_is_free_and_rare(build: Build) -> None:
    """Nobody is charged, nothing about it is anybody's choice, and Again costs as usual."""
    house = await build(terms=Terms(dialect="sketch"))
    studio = house.life.studio

    card = await studio.test_picture(ADMIN)
    await house.live()
    with pytest.raises(Refusal) as soon:
        await studio.test_picture(replace(ADMIN, event="rules 2"))
    with pytest.raises(NotAllowed):
        await studio.test_picture(caller("1"))
    again = await studio.again(card.number, caller("2", "bob"))
    await house.live()

    assert await house.money(card.id) == ("done", 0, 0)
    assert soon.value.key == "test_soon"
    assert again.held == PICTURE // 2
    await house.assert_sound()


async def test_without_an_offline_model_there_is_no_test_picture(build: Build) -> None:
    """A vendor that bills is never asked for free."""
    house = await build()

    with pytest.raises(Refusal) as none:
        await house.life.studio.test_picture(ADMIN)

    assert none.value.key == "test_none"
    assert not (await house.life.studio.setup(ADMIN)).has_test


async def test_what_admins_set_is_written_down(build: Build) -> None:
    """Who and what, without people's own words."""
    house = await build()
    studio = house.life.studio

    await studio.set_rules({"threads": "never", "style": "in red"}, ADMIN)
    await studio.set_tenant_rules({"admin_channel": "here"}, ADMIN)
    await studio.change_words(ADMIN, add=["swordfish"])

    told = [(row.act, row.by, row.detail) for row in await house.rows(deeds, tenant=HERE.id)]
    assert told == [
        ("channel rules", "bob", "style set, threads never"),
        ("server rules", "bob", "admin_channel general"),
        ("word list", "bob", "1 added, 0 removed"),
    ]


SAMPLES = {
    "/quota cap server 500 per day": "",
    "/easel setup --model ": "paper-1",
    "/easel words add ": "swordfish",
}


async def test_every_button_of_the_setup_card_changes_its_value(build: Build) -> None:
    """What a button says is accepted as it is, or with one word after it; so are the buttons of its answer."""
    house = await build()
    front = Reception(COMMANDS, house.life.studio, house.life.gallery)

    async def said(line: str) -> Reply:
        return await front.receive(Incoming(line, replace(ADMIN, event=line)))

    card = await said("/easel setup")
    lines = [f"{each.words}{SAMPLES.get(each.words or '', '')}" for each in card.buttons]
    answers = [await said(line) for line in lines]
    further = [each for answer in answers if answer.kind == "question" for each in answer.buttons]
    answers += [await said(each.words or "") for each in further]

    assert len(lines) >= 7
    assert [
        (line, answer.text) for line, answer in zip(lines, answers, strict=False) if answer.kind == "refusal"
    ] == []
    assert [answer.text for answer in answers if answer.kind not in ("info", "question")] == []
    assert "Done" in answers[-1].text or "Nothing changed" in answers[-1].text
