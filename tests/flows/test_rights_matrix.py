"""Every role times every administrative act times every way in: without the right nothing is seen or done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, get_args

import pytest

from bot.core.chatting import Sent
from bot.core.codes import press_of
from bot.core.errors import Refusal
from bot.core.filling import draft_of_line
from bot.core.front import Filled, Incoming, Press
from bot.core.replies import Act, Reply
from bot.core.sentences import say
from bot.storage.schema import jobs
from commands import COMMANDS
from tests.flows.conftest import Build
from tests.flows.stage import (
    DARK,
    FOREIGN,
    GROUPS,
    REASON,
    SECRET,
    VICTIM,
    WITH,
    WITHOUT,
    WORD,
    Role,
    Stage,
    changed,
)
from tests.longer import few
from tests.vendors_for_tests import LedgerVendor, hides_outcome

LINES: dict[str, tuple[str, ...]] = {
    "quota": ("/quota",),
    "quota show": ("/quota show user:user-vic", "/quota show everyone", "/quota show"),
    "quota grant": ("/quota grant user:user-vic 5 a gift", "/quota grant user:user-olga 5000 a lot"),
    "quota revoke": ("/quota revoke user:user-vic 1 a mistake", "/quota revoke user:user-vic 5000"),
    "quota refund": ("/quota refund 2 the headline",),
    "quota lost": ("/quota lost", "/quota lost charge 1"),
    "quota plan": ("/quota plan user:user-vic everyone", "/quota plan everyone everyone"),
    "quota cap": ("/quota cap here 1 per day", "/quota cap server 1 per month"),
    "quota reset": ("/quota reset user:user-vic a bad day",),
    "quota block": ("/quota block user:user-vic",),
    "quota unblock": ("/quota unblock user:user-bo",),
    "quota report": ("/quota report month",),
    "quota admins": (
        "/quota admins add user:user-olga",
        "/quota admins list",
        "/quota admins remove user:user-olga",
    ),
    "quota claim": ("/quota claim K7QM-2F9D",),
    "quota pause": ("/quota pause the budget",),
    "quota resume": ("/quota resume",),
    "quota log": ("/quota log",),
    "easel": ("/easel",),
    "easel setup": (
        "/easel setup",
        "/easel setup --channels chosen",
        "/easel setup --channels all",
        "/easel setup --test",
    ),
    "easel channel": ("/easel channel --allowed --spoilers", "/easel channel"),
    "easel words": ("/easel words list", "/easel words add marlin", "/easel words remove swordfish"),
    "easel reports": ("/easel reports",),
}
"""What is tried of each act; an act without a row fails."""

MANY = {"quota block", "quota reset", "quota refund"}
"""Acts after which the second way in finds nothing more to do. There is no code to claim, and no model that is free."""


@pytest.fixture
async def stage(build: Build) -> Stage:
    """The server of all these tests."""
    stage = Stage(await build(LedgerVendor(hides_outcome())))
    await stage.furnish()
    return stage


def test_every_administrative_act_has_a_row() -> None:
    """A new one is tried by everybody, too."""
    groups = [command for command in COMMANDS if command.admins_only]
    acts = [f"{group.name} {act.name}" for group in groups for act in group.acts]

    assert sorted(LINES) == sorted([*(group.name for group in groups), *acts])


async def by_line(stage: Stage, who: Role, line: str) -> Reply:
    return await stage.room.chat.receive(Incoming(line, stage.caller(who)))


async def by_options(stage: Stage, who: Role, line: str) -> Reply:
    draft = draft_of_line(line, GROUPS, None)
    return await stage.room.chat.submit(Filled(draft.command, stage.caller(who), draft.values))


async def by_own_form(stage: Stage, who: Role, line: str) -> Reply:
    draft = await stage.keep(who, line, "change_words")
    return await stage.room.chat.send(Sent(draft, "1", stage.caller(who)))


async def by_own_button(stage: Stage, who: Role, line: str) -> Reply:
    ask = await stage.keep(who, line, "say")
    return await stage.room.chat.press(press_of(f"easel1:say::::{ask}", stage.caller(who)))


async def by_own_question(stage: Stage, who: Role, line: str) -> Reply:
    ask = await stage.keep(who, line, "confirm")
    return await stage.room.chat.press(press_of(f"easel1:confirm::::{ask}", stage.caller(who)))


async def by_a_press_with_words(stage: Stage, who: Role, line: str) -> Reply:
    """As the web's page sends it: nothing is kept there."""
    return await stage.front.press(Press("say", stage.caller(who), words=line))


async def by_a_confirmation_with_words(stage: Stage, who: Role, line: str) -> Reply:
    return await stage.front.press(Press("confirm", stage.caller(who), job="made-up", words=line))


WAYS: tuple[Callable[[Stage, Role, str], Awaitable[Reply]], ...] = (
    by_line,
    by_options,
    by_own_form,
    by_own_button,
    by_own_question,
    by_a_press_with_words,
    by_a_confirmation_with_words,
)


def refusal_for(who: Role, act: str) -> str:
    """Return the one sentence that somebody without the right reads."""
    if who.tenant is DARK:
        return say("tenant_waiting", contact="opal@example.com")
    return say("claim_gone" if act == "quota claim" else "admins_only")


def assert_tells_nothing(reply: Any) -> None:
    """Assert that nothing which is only for some is in an answer."""
    told = reply.model_dump_json().lower() if isinstance(reply, Reply) else repr(reply).lower()
    assert not [each for each in (SECRET, WORD, REASON, "harbour") if each in told]


@pytest.mark.parametrize("role", few(WITHOUT, ["whoever lost the role of admins"]))
async def test_without_the_right_nothing_is_seen_or_done(stage: Stage, role: str) -> None:
    """By no way in: the answer is one sentence, and no row of any table changes."""
    who = WITHOUT[role]
    before = await stage.tables()
    for act, lines in LINES.items():
        for line in lines:
            for way in WAYS:
                reply = await way(stage, who, line)
                tried = f"{role}, {line}, {way.__name__}"
                assert (reply.kind, reply.text) == ("refusal", refusal_for(who, act)), tried
                assert (reply.rows, reply.files, reply.form, reply.buttons) == ((), (), None, ()), tried
            after = await stage.tables()
            # The buttons and drafts that were offered before are of this test, not of the act.
            assert set(changed(before, after)) <= {"drafts"}, f"{role}, {line}"
            kept = sum("own" in way.__name__ for way in WAYS)
            assert len(after["drafts"]) - len(before["drafts"]) == kept, f"{role}, {line}"
            before = after


@pytest.mark.parametrize("role", few(WITH, ["a named person"]))
async def test_with_the_right_it_is_done(stage: Stage, role: str) -> None:
    """By every way in; what one way did the next may find done."""
    who = WITH[role]
    for way in WAYS:
        for act, lines in LINES.items():
            for line in lines:
                reply = await way(stage, who, line)
                is_done = act in MANY and way is not by_line
                may_fail = is_done or act == "quota claim" or line == "/easel setup --test"
                assert may_fail or reply.kind != "refusal", f"{role}, {line}, {way.__name__}: {reply.text}"
                assert reply.text != say("admins_only")


BUTTONS = ("take_down", "keep", "charge", "deliver", "forgive")


async def pressed(stage: Stage, who: Role, act: str, *, forged: bool) -> Reply:
    """Press a button of the admins, as the page of the web or by a forged code."""
    job, picture = ("", stage.public) if act in {"take_down", "keep"} else ("1", "")
    if forged:
        return await stage.room.chat.press(press_of(f"easel1:{act}:{job}:{picture}::", stage.caller(who)))
    return await stage.front.press(
        Press(act, stage.caller(who), job=job or None, picture=picture or None)  # type: ignore[arg-type]  # one of BUTTONS
    )


@pytest.mark.parametrize("role", few(WITHOUT, ["an ordinary person", "a guest"]))
@pytest.mark.parametrize("forged", [True, False], ids=["code", "page"])
async def test_without_the_right_no_button_of_admins_works(stage: Stage, role: str, *, forged: bool) -> None:
    """Take down, Keep, Charge, Deliver and Forgive are authorised when they are pressed."""
    before = await stage.tables()
    for act in BUTTONS:
        reply = await pressed(stage, WITHOUT[role], act, forged=forged)

        assert (reply.kind, reply.text) == ("refusal", refusal_for(WITHOUT[role], act)), act
    assert changed(before, await stage.tables()) == []


@pytest.mark.parametrize("role", few(WITH, ["a named person", "an operator"]))
async def test_with_the_right_the_buttons_of_admins_work(stage: Stage, role: str) -> None:
    """Forgive is for those who run Easel: it lets people spend what the vendor may have billed."""
    who = WITH[role]
    replies = {act: await pressed(stage, who, act, forged=True) for act in BUTTONS}

    assert [replies[act].kind for act in ("take_down", "keep", "charge")] == ["info"] * 3
    is_operator = role == "an operator"
    assert (replies["forgive"].text == say("operators_only", contact="opal@example.com")) is not is_operator


OTHERS = (
    "again",
    "edit",
    "vary",
    "finish",
    "original",
    "delete",
    "report",
    "cancel",
    "change_words",
    "try_again",
    "open",
)


def test_every_button_has_a_row() -> None:
    """A new one is tried by everybody, too; the last three stand for lines and questions, which are tried as such."""
    assert sorted((*BUTTONS, *OTHERS, "say", "confirm", "details")) == sorted(get_args(Act))


@pytest.mark.parametrize(
    "role",
    few([*WITHOUT, *WITH, "a foreign owner"], ["an ordinary person", "a named person", "a foreign owner"]),
)
async def test_what_is_private_or_elsewhere_is_unknown(stage: Stage, role: str) -> None:
    """Guessed job numbers and picture ids lead nowhere, not for admins either, and every answer is the same."""
    who = {**WITHOUT, **WITH, "a foreign owner": FOREIGN}[role]
    before = await stage.tables()
    pictures = (stage.private,) if who.tenant is not FOREIGN.tenant else (stage.private, stage.public)
    numbers = ("3",) if who.tenant is not FOREIGN.tenant else ("1", "2", "3", "99")
    [job] = [row.id for row in await stage.house.rows(jobs, number=3)]
    codes = [f"easel1:{act}:{number}:::" for act in OTHERS for number in (*numbers, job)]
    about = [(picture, words) for picture in pictures for words in ("", "sure", "hate")]
    codes += [f"easel1:{act}::{picture}:{words}:" for act in OTHERS for picture, words in about]
    for code in codes:
        reply = await stage.room.chat.press(press_of(code, stage.caller(who)))

        assert_tells_nothing(reply)
        assert reply.kind == "refusal" or reply.form is not None or reply.buttons, (code, reply)
        assert reply.job is None
        assert not reply.pictures
    lines = [f"/history {number}" for number in numbers] + [f"/credits {number}" for number in numbers]
    for line in lines:
        reply = await by_line(stage, who, line)
        if who.tenant is not VICTIM.tenant or who in WITHOUT.values():
            assert reply.kind == "refusal", line
        assert SECRET not in reply.model_dump_json()
    assert set(changed(before, await stage.tables())) <= {"drafts"}


@pytest.mark.parametrize(
    "role", few([*WITHOUT, "a foreign owner", "an operator"], ["an ordinary person", "a foreign owner"])
)
async def test_what_was_offered_to_somebody_else_is_theirs(stage: Stage, role: str) -> None:
    """Another person's form, button and draft are refused, whoever comes with their id; nothing of it is shown."""
    who = {**WITHOUT, **WITH, "a foreign owner": FOREIGN}[role]
    boss = WITH["an admin of the platform"]
    line = f"/quota grant user:user-vic 5 {SECRET}"
    asks = [await stage.keep(boss, line, act) for act in ("say", "confirm", "change_words")]
    before = await stage.tables()
    for ask in asks:
        for act in ("say", "confirm", "change_words", "details"):
            reply = await stage.room.chat.press(press_of(f"easel1:{act}::::{ask}", stage.caller(who)))
            assert reply.kind == "refusal"
            assert_tells_nothing(reply)
        sent = await stage.room.chat.send(Sent(ask, "1", stage.caller(who)))
        assert sent.kind == "refusal"
        assert_tells_nothing(sent)
        with pytest.raises(Refusal):
            await stage.room.chat.find(ask, stage.caller(who))
    assert changed(before, await stage.tables()) == []


@pytest.mark.parametrize(
    "role", few([*WITHOUT, "a foreign owner"], ["an ordinary person", "a foreign owner"])
)
async def test_nothing_is_suggested_without_the_right(stage: Stage, role: str) -> None:
    """No option of an administrative command offers values, and nobody is offered what they may not see."""
    who = {**WITHOUT, "a foreign owner": FOREIGN}[role]
    for command in COMMANDS:
        for act in (command, *command.acts):
            name = command.name if act is command else f"{command.name} {act.name}"
            for option in act.options.model_fields:
                found = await stage.room.chat.suggest(name, option, "", stage.caller(who))
                assert SECRET not in repr(found)
                if who.tenant is FOREIGN.tenant:
                    assert "harbour" not in repr(found)
                elif act.admins_only or who.tenant is DARK:
                    assert found == (), (name, option)
