"""Nobody without the right sees or does anything: slash commands, forged buttons, others' forms, suggestions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args

from bot.app import App
from bot.core.commands import Command
from bot.core.replies import Act
from bot.core.sentences import say
from commands import COMMANDS
from tests.doubles.discord.components import value_of
from tests.doubles.discord.double import Discord
from tests.doubles.discord.interactions import COMPONENT, MODAL
from tests.doubles.discord.permissions import May
from tests.doubles.discord.puppets import BOOLEAN, INTEGER, MENTIONABLE, Person
from tests.doubles.discord.state import Channel, Guild, Message
from tests.platforms.discord.easel import drawn, let_in, noted
from tests.platforms.untouched import all_but, changed, ids

SECRET = "zebra confession"
REFUSED = {say("admins_only"), say("claim_wrong"), say("claim_gone")}
WORDS = {"amount": "5", "limit": "5", "where": "here", "target": "here", "code": "K7QM-2F9D"}
NOT_ABOUT_RIGHTS = {
    "remembered",
    "identities",
    "people",
    "drafts",
    "workers",
    "deliveries",
    "claims",
    "events",
}
"""Tables that anybody's act may write: who was met, what was typed, refused or tried."""


@dataclass(frozen=True)
class Scene:
    """A server after a private and a public order of Ann's, and somebody who presses what was never offered."""

    easel: App
    discord: Discord
    art: Channel

    async def told(self, who: Person, code: str, message: Message) -> Message:
        """Press a button that stands nowhere, and send the form that may open; returns what they are told."""
        data = {"custom_id": code, "component_type": 2, "id": 1}
        made = who.interactions.make(COMPONENT, who.user, self.art, data, message)
        await self.discord.answered(made)
        if made.modal is not None:
            assert SECRET not in str(made.modal), code
            made = who.submit(made, {"prompt": "make it night"})
        return await self.discord.response(made)

    async def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Read everything that rights are about."""
        return await self.easel.stores.database.read(all_but, NOT_ABOUT_RIGHTS)


def acts() -> Iterator[tuple[str, Command[Any]]]:
    """List every command of admins, with its group."""
    for group in COMMANDS:
        if group.admins_only:
            for act in group.acts:
                yield group.name, act


def filled(discord: Discord, group: str, act: str, whom: Person) -> dict[str, Any]:
    """Fill in whatever a command wants, about somebody else."""
    command = next(each for each in discord.world.commands.values() if each["name"] == group)
    declared = next(each for each in command["options"] if each["name"] == act)
    values: dict[str, Any] = {}
    for option in declared.get("options", []):
        if option["type"] == MENTIONABLE:
            values[option["name"]] = whom
        elif option["type"] == INTEGER and option.get("required"):
            values[option["name"]] = value_of(option, "min_value", 1)
        elif option["type"] != BOOLEAN and option.get("required"):
            choices = option.get("choices") or [{"value": WORDS.get(option["name"], "a reason")}]
            values[option["name"]] = choices[0]["value"]
    return values


async def scene(easel: App, discord: Discord, art: Channel, ann: Person) -> tuple[Scene, Message]:
    """Let Ann draw in private, then where everybody sees it."""
    ann.slash(art, "imagine", {"prompt": SECRET, "private": True})
    await discord.wait_for_message(art, lambda each: bool(each.files))
    ann.slash(art, "imagine", {"prompt": "a lighthouse"})
    return Scene(easel, discord, art), await noted(easel, await drawn(discord, art))


async def test_a_member_without_the_right_does_nothing(
    easel: App, discord: Discord, art: Channel, ann: Person, bob: Person
) -> None:
    """Every command of admins, which a server may show to anybody: one sentence for them alone, no row changed."""
    stage, _ = await scene(easel, discord, art, ann)
    await discord.response(bob.slash(art, "credits"))
    before = await stage.rows()

    for group, act in acts():
        made = bob.slash(art, f"{group} {act.name}", filled(discord, group, act.name, ann))
        told = await discord.response(made)
        assert (told.content in REFUSED, told.seen_by) == (True, bob.id), (group, act.name, told.content)
        assert not told.files

    assert changed(before, await stage.rows()) == []


async def test_a_forged_button_does_nothing(
    easel: App, discord: Discord, art: Channel, ann: Person, bob: Person
) -> None:
    """Every act of a button, with guessed numbers and picture ids, of somebody's private picture and of reports."""
    stage, shown = await scene(easel, discord, art, ann)
    private, public = await easel.stores.database.read(ids)
    lines = ("/quota resume", "/quota show", "/easel words")
    await discord.response(bob.slash(art, "credits"))
    before = await stage.rows()

    codes = [f"easel1:{act}:{job}:::" for act in get_args(Act) for job in ("1", private[0])]
    codes += [f"easel1:{act}::{private[1]}:sure:" for act in get_args(Act)]
    codes += [f"easel1:{act}::{public[1]}:sure:" for act in ("take_down", "keep", "delete")]
    codes += [f"easel1:{act}::::{'0' * 24}" for act in ("say", "confirm", "change_words", "details")]
    codes += [f"easel1:{act}:::{line}:" for act in ("say", "confirm") for line in lines]
    for code in codes:
        told = await stage.told(bob, code, shown)
        assert SECRET not in str(told.wire), code
        assert (told.seen_by, told.files) == (bob.id, []), code

    assert changed(before, await stage.rows()) == []


async def test_a_form_of_somebody_else_is_not_sent(
    easel: App, discord: Discord, art: Channel, ann: Person, bob: Person
) -> None:
    """Bob sends the form that Ann opened, and Discord tells of her sending twice: that is one order."""
    opened = await discord.answered(ann.slash(art, "imagine", {"more": True}))
    assert opened.modal is not None
    ours = {"prompt": "a harbour"}
    sent = ann.submit(opened, ours)
    await drawn(discord, art)
    stolen = bob.interactions.make(MODAL, bob.user, art, sent.data)
    told = await discord.response(stolen)
    discord.world.emit("INTERACTION_CREATE", discord.interactions.wire(sent))
    await discord.response(bob.slash(art, "credits"))

    assert told.seen_by == bob.id
    assert "harbour" not in told.content
    assert "credits" not in told.content
    assert len(await easel.stores.database.read(ids)) == 1


async def test_nothing_is_suggested_of_others(
    easel: App, discord: Discord, art: Channel, ann: Person, bob: Person
) -> None:
    """Neither private pictures nor what only admins may choose from."""
    await scene(easel, discord, art, ann)
    for name, option in (("history", "number"), ("edit", "picture"), ("quota refund", "number")):
        made = bob.autocomplete(art, name, {option: ""}, option)
        await discord.answered(made)
        assert made.choices is not None
        assert SECRET not in str(made.choices)
        assert not name.startswith("quota") or made.choices == []


async def test_the_owner_of_another_server_is_nobody_here(
    easel: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """With all rights there, by the numbers and pictures of here: unknown, and no row changes."""
    stage, shown = await scene(easel, discord, art, ann)
    far = discord.guild("Far")
    yard = discord.channel(far, "yard")
    finn = discord.member(far, "Finn", May.MANAGE_GUILD)
    await discord.response(finn.slash(yard, "credits"))
    await let_in(easel, far.id)
    await discord.response(finn.slash(yard, "quota show"))
    _, public = await easel.stores.database.read(ids)
    before = await stage.rows()

    there = Scene(easel, discord, yard)
    told = [await discord.response(finn.slash(yard, "quota refund", {"number": n})) for n in (1, 2)]
    told += [await discord.response(finn.slash(yard, "history", {"number": n})) for n in (1, 2)]
    told += [
        await there.told(finn, f"easel1:{act}::{public[1]}:sure:", shown) for act in ("take_down", "delete")
    ]

    assert [each for each in told if "lighthouse" in str(each.wire) and each is not shown] == []
    assert all("free again" not in each.content and "Refunded" not in each.content for each in told)
    assert changed(before, await stage.rows()) == []


async def test_a_lost_role_counts_at_once(
    easel: App, discord: Discord, guild: Guild, art: Channel, bob: Person
) -> None:
    """A role was named; whoever has it may, and from the moment that it is taken away, may not."""
    chief = discord.member(guild, "Chief", May.MANAGE_GUILD)
    role = discord.role(guild, "Moderators")
    discord.set_roles(guild, bob, role)
    await discord.response(chief.slash(art, "quota admins", {"do": "add", "who": role}))
    may = await discord.response(bob.slash(art, "quota log"))

    discord.set_roles(guild, bob)
    may_not = await discord.response(bob.slash(art, "quota log"))

    assert say("admins_only") not in may.content
    assert may_not.content == say("admins_only")
