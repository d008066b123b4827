"""Nobody without the right sees or does anything in Slack: commands, forged clicks, others' forms, shortcuts, home."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import get_args

import pytest

from bot.app import App
from bot.core.replies import Act
from bot.core.sentences import say
from tests.doubles.slack.double import Slack
from tests.doubles.slack.puppets import Person
from tests.doubles.slack.state import Conversation
from tests.flows.test_rights_matrix import LINES
from tests.platforms.slack.easel import Message, drawn, running_easel, text_of
from tests.platforms.untouched import all_but, changed, ids

SECRET = "zebra confession"
REFUSED = (say("admins_only"), say("claim_wrong"), say("claim_gone"))
NOT_ABOUT_RIGHTS = {
    *("inbox", "identities", "people", "drafts", "workers", "deliveries", "claims", "events", "heard"),
    *("postings", "replies", "vitals"),
}
"""Tables that anybody's act may write: what came in, who was met, what was typed, refused, tried or shown."""


@pytest.fixture
async def easel(slack: Slack, tmp_path: Path) -> AsyncIterator[App]:
    """Easel over a socket, that may see who administers the workspace."""
    slack.grant("users:read", "usergroups:read")
    async with running_easel(slack, tmp_path) as app:
        yield app


async def scene(slack: Slack, design: Conversation, ann: Person) -> Message:
    """Let Ann draw in private, then where everybody sees it; returns the message that everybody sees."""
    ann.slash("/imagine", f"{SECRET} --private", design)
    await drawn(slack, ann.direct())
    ann.slash("/imagine", "a lighthouse", design)
    return await drawn(slack, design)


async def told(slack: Slack, person: Person, place: Conversation) -> str:
    """Return the next thing that only this person is shown, a form included."""

    def find() -> str | None:
        mine = [each for each in slack.world.views.values() if each.user == person.id and each.is_open]
        forms = [each for each in mine if each.wire["type"] == "modal"]
        for form in forms:
            form.is_open = False
        shown = [text_of(each) for each in person.sees(place)] + [json.dumps(each.wire) for each in forms]
        return shown[0] if shown else None

    answer = await slack.world.changes.until(find, f"something for {person.user.name}")
    place.ephemeral.clear()
    return answer


def lines(whom: str) -> Iterator[tuple[str, str]]:
    """Give every line of admins as it is typed in Slack: its command and what follows."""
    for each in LINES.values():
        for line in each:
            command, _, rest = line.partition(" ")
            for name in ("user:user-vic", "user:user-olga", "user:user-bo"):
                rest = rest.replace(name, whom)
            yield command, rest


def forged(person: Person, place: Conversation, message: Message, code: str) -> None:
    """Click a button that stands nowhere."""
    action = {"action_id": "easel.say.0", "block_id": "b", "type": "button", "value": code}
    person._act(place, message, action | {"action_ts": person.slack.world.new_ts()})


async def test_a_member_without_the_right_does_nothing(
    easel: App, slack: Slack, design: Conversation, ann: Person, bob: Person
) -> None:
    """Every line of admins: one sentence for the caller alone, no row changed."""
    await scene(slack, design, ann)
    bob.slash("/easel", "credits", design)
    await told(slack, bob, design)
    before = await easel.stores.database.read(all_but, NOT_ABOUT_RIGHTS)

    for command, rest in lines(ann.mention):
        if not rest:
            continue  # Slack's bare commands are everybody's list of what there is.
        bob.slash(command, rest, design)
        answer = await told(slack, bob, design)
        assert any(each in answer for each in REFUSED), (command, rest, answer)

    assert changed(before, await easel.stores.database.read(all_but, NOT_ABOUT_RIGHTS)) == []


async def test_a_forged_click_does_nothing(
    easel: App, slack: Slack, design: Conversation, ann: Person, bob: Person
) -> None:
    """Every act, by guessed numbers and by the ids of somebody's private job and picture."""
    shown = await scene(slack, design, ann)
    private, public = await easel.stores.database.read(ids)
    bob.slash("/easel", "credits", design)
    await told(slack, bob, design)
    before = await easel.stores.database.read(all_but, NOT_ABOUT_RIGHTS)

    acts = get_args(Act)
    codes = [f"easel1:{act}:{job}:::" for act in acts for job in ("1", private[0])]
    codes += [f"easel1:{act}::{private[1]}:sure:" for act in acts]
    codes += [f"easel1:{act}::{public[1]}:sure:" for act in ("take_down", "keep", "delete")]
    codes += [f"easel1:{act}::::{'0' * 24}" for act in ("say", "confirm", "change_words", "details")]
    codes += [
        f"easel1:{act}:::{line}:" for act in ("say", "confirm") for line in ("/quota resume", "/easel words")
    ]
    codes += ["easel1:open:1::1:"]
    for code in codes:
        forged(bob, design, shown, code)
        assert SECRET not in await told(slack, bob, design), code

    assert changed(before, await easel.stores.database.read(all_but, NOT_ABOUT_RIGHTS)) == []


async def test_a_form_of_somebody_else_is_not_sent(
    easel: App, slack: Slack, design: Conversation, ann: Person, bob: Person
) -> None:
    """Bob sends the form that Ann opened, and Slack tells of her sending twice: that is one order."""
    ann.slash("/imagine", "", design)
    view = await slack.wait_for_view(ann)
    sent = ann.submit(view, {"prompt": "a harbour"})
    await drawn(slack, design, "a harbour")
    theirs = {**sent.payload, **bob._who("view_submission")}
    stolen = await slack.over(slack.transport.send("interactive", theirs))
    await slack.over(slack.transport.send("interactive", dict(sent.payload)))
    bob.slash("/easel", "credits", design)
    await told(slack, bob, design)

    assert "harbour" not in json.dumps(stolen.answer)
    assert "Somebody else was asked this" in json.dumps(stolen.answer)
    assert len(await easel.stores.database.read(ids)) == 1


async def test_home_and_shortcuts_show_nobody_elses(
    easel: App, slack: Slack, design: Conversation, ann: Person, bob: Person
) -> None:
    """Bob's own page knows nothing of Ann's; reporting and editing by a shortcut reach what he sees, nothing else."""
    await scene(slack, design, ann)
    before = await easel.stores.database.read(all_but, NOT_ABOUT_RIGHTS)
    await slack.over(bob.opens_home())
    page = await slack.wait_for_view(bob, lambda each: each.wire["type"] == "home")
    hidden = await drawn(slack, ann.direct())
    bob.shortcut("edit_image", design, hidden)
    answer = await told(slack, bob, design)

    shown = json.dumps(page.wire, ensure_ascii=False) + answer
    assert "lighthouse" not in shown
    assert SECRET not in shown
    assert changed(before, await easel.stores.database.read(all_but, NOT_ABOUT_RIGHTS)) == []
