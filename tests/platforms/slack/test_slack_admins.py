"""Who may administer in Slack, and how an order is followed and called off."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import structlog
import structlog.testing

from bot.app import App
from tests.doubles.slack.double import Slack
from tests.doubles.slack.puppets import Person
from tests.doubles.slack.state import Conversation
from tests.platforms.slack.easel import Way, drawn, images, labels, running_easel, text_of, whispered

PLANS = """
default_plan = "everyone"

[[plans]]
name = "everyone"
allowance = { credits = "50", per = "month" }

[[plans]]
name = "painters"
allowance = { credits = "777", per = "month" }
"""


@pytest.fixture
async def easel(slack: Slack, way: Way, tmp_path: Path) -> AsyncIterator[App]:
    """Easel that may see who administers the workspace."""
    slack.grant("users:read", "usergroups:read")
    async with running_easel(slack, tmp_path, way) as app:
        yield app


@pytest.fixture
def cat(slack: Slack, design: Conversation) -> Person:
    """An admin of the workspace."""
    made = slack.person("Cat", is_admin=True)
    design.members.append(made.id)
    return made


async def told(slack: Slack, person: Person, place: Conversation, command: str, text: str) -> str:
    """Use a command, and return what only its caller is told."""
    return text_of(await whispered(slack, person, place, command, text))


async def test_an_admin_of_the_workspace_gives_credits(
    easel: App, slack: Slack, design: Conversation, ann: Person, cat: Person
) -> None:
    """Nobody else does; what is said stays between them."""
    await told(slack, ann, design, "/easel", "credits")

    assert "admin" in await told(slack, ann, design, "/quota", f"grant {ann.mention} 50")
    assert "150" in await told(slack, cat, design, "/quota", f"grant {ann.mention} 50 for the workshop")
    assert "150" in await told(slack, ann, design, "/easel", "credits")
    assert design.messages == {}


async def test_without_more_scopes_the_code_of_the_log_makes_an_admin(
    slack: Slack, design: Conversation, ann: Person, bob: Person, way: Way, tmp_path: Path
) -> None:
    """Who has claimed it gives credits and sets the workspace up; nobody else does."""
    for scope in ("users:read", "usergroups:read"):
        slack.world.scopes.discard(scope)
    with structlog.testing.capture_logs() as lines:
        async with running_easel(slack, tmp_path, way):
            [line] = [str(each["line"]) for each in lines if "/quota claim" in str(each.get("line"))]
            assert "Only admins" in await told(slack, ann, design, "/easel", "setup")

            said = await told(slack, bob, design, "/quota", line.removeprefix("/quota "))

            assert "You are an admin of Easel here now" in said
            assert "150" in await told(slack, bob, design, "/quota", f"grant {ann.mention} 50")
            assert "Cap" in await told(slack, bob, design, "/easel", "setup")
            assert "Only admins" in await told(slack, ann, design, "/quota", "grant me 50")


async def test_an_admin_sets_the_workspace_up(
    easel: App, slack: Slack, design: Conversation, cat: Person
) -> None:
    """On one card."""
    assert "Cap" in await told(slack, cat, design, "/easel", "setup")


async def test_what_has_ended_cannot_be_called_off(
    easel: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """It is said to have ended, by its number or when nothing is open."""
    ann.slash("/imagine", "a fox", design)
    await drawn(slack, design)

    assert "You have no open job" in await told(slack, ann, design, "/easel", "cancel")
    assert "#1 has ended already" in await told(slack, ann, design, "/easel", "cancel 1")


async def test_edit_without_a_picture_offers_the_last_ones(
    easel: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """None is chosen for them."""
    ann.slash("/imagine", "a fox", design)
    await drawn(slack, design)

    said = await told(slack, ann, design, "/easel", "edit make it night")
    assert "which" in said.lower()
    # Slack has the picture already: it stands beside the choice, and nothing is uploaded again.
    assert len(images(await slack.wait_for_ephemeral(ann, design))) == 1
    assert len(slack.world.files) == 1


async def test_a_user_group_has_a_plan(
    slack: Slack, design: Conversation, ann: Person, bob: Person, cat: Person, way: Way, tmp_path: Path
) -> None:
    """Who is in the group spends by it, and nobody else."""
    slack.grant("users:read", "usergroups:read")
    group = slack.group("painters", ann)
    config = tmp_path / "config"
    config.mkdir()
    (config / "plans.toml").write_text(PLANS, encoding="utf-8")
    async with running_easel(slack, tmp_path, way, {"EASEL_CONFIG_DIR": str(config)}):
        said = await told(slack, cat, design, "/quota", f"plan <!subteam^{group}> painters")
        assert "painters" in said

        assert "777" in await told(slack, ann, design, "/easel", "credits")
        assert "777" not in await told(slack, bob, design, "/easel", "credits")


async def test_people_who_never_came_can_be_given_credits(
    easel: App, slack: Slack, design: Conversation, ann: Person, bob: Person, cat: Person
) -> None:
    """By a command and by a message; when they come, they have them, and their name."""
    given = await told(slack, cat, design, "/quota", f"grant {ann.mention} 50 welcome")
    design.ephemeral.clear()
    cat.say(design, f"{slack.bot_mention} /quota grant {bob.mention} 7")
    await slack.wait_for_ephemeral(cat, design)

    assert "50" in given
    assert "150" in await told(slack, ann, design, "/easel", "credits")
    assert "107" in await told(slack, bob, design, "/easel", "credits")
    await slack.over(ann.slash("/imagine", "a lighthouse", design))
    await drawn(slack, design)
    assert "ann\n" in await told(slack, cat, design, "/quota", "show everyone")


async def test_whoever_has_little_left_is_told_once_and_alone(
    easel: App, slack: Slack, design: Conversation, ann: Person, cat: Person
) -> None:
    """Beside the order that leaves it, however it was given."""
    await told(slack, cat, design, "/quota", f"plan {ann.mention} small")
    await slack.over(ann.slash("/imagine", "three boats --count 3", design))
    await drawn(slack, design, "three boats")
    design.ephemeral.clear()

    ann.say(design, f"{slack.bot_mention} a boat at dusk")
    hint = await slack.wait_for_ephemeral(ann, design)
    await slack.over(ann.slash("/imagine", "a small boat --quality low", design))
    await drawn(slack, design, "a small boat")

    assert "left to spend" in text_of(hint)
    assert len([each for each in design.ephemeral if "left to spend" in text_of(each)]) == 1
    assert not any("left to spend" in text_of(each) for each in design.messages.values())


async def test_a_plan_for_a_group_that_cannot_be_seen_is_refused(
    slack: Slack, design: Conversation, cat: Person, way: Way, tmp_path: Path
) -> None:
    """It would reach nobody: what is missing is named."""
    slack.grant("users:read")
    slack.world.scopes.discard("usergroups:read")
    async with running_easel(slack, tmp_path, way):
        said = await told(slack, cat, design, "/quota", f"plan <!subteam^{slack.group('painters')}> small")

    assert "usergroups:read" in said


async def test_a_channel_has_a_limit(
    easel: App, slack: Slack, design: Conversation, ann: Person, cat: Person
) -> None:
    """What is spent there is refused above it, with the reason, and elsewhere it is drawn."""
    other = slack.channel("other", [ann])
    await told(slack, cat, design, "/quota", "cap here 0.1 day")

    assert "limit of this channel" in await told(slack, ann, design, "/imagine", "a fox")
    assert design.messages == {}
    ann.slash("/imagine", "a fox", other)
    await drawn(slack, other)


async def test_a_picture_that_was_taken_down_is_shown_again(
    easel: App, slack: Slack, design: Conversation, ann: Person, bob: Person, cat: Person
) -> None:
    """The report comes to the admins' channel with the picture; Take down removes it, Keep posts it again."""
    office = slack.channel("office", [cat])
    await told(slack, cat, office, "/easel", "setup --admin-channel here")
    ann.slash("/imagine", "a fox", design)
    first = await drawn(slack, design)
    bob.press(design, "Report", first)
    asked = await slack.wait_for_ephemeral(bob, design)
    bob.press(design, "Hate", asked)
    report = await slack.wait_for_message(office, lambda each: "Take down" in labels(each))

    cat.press(office, "Take down", report)
    await slack.world.changes.until(lambda: first["ts"] not in design.messages, "the picture to go")
    cat.press(office, "Keep", report)

    again = await slack.wait_for_message(
        design, lambda each: bool(images(each)) and "kept it" in text_of(each)
    )
    assert "Made with" in text_of(again)
    assert "Delete" in labels(again)


async def test_the_first_admin_is_offered_the_setup_beside_an_order(
    easel: App, slack: Slack, design: Conversation, ann: Person, cat: Person
) -> None:
    """To them alone, once; its button shows the card."""
    ann.slash("/imagine", "a fox", design)
    await drawn(slack, design, "a fox")
    assert design.ephemeral == []
    cat.slash("/imagine", "a heron", design)

    offer = await slack.wait_for_ephemeral(cat, design)
    assert "first admin" in text_of(offer)
    await drawn(slack, design, "a heron")
    design.ephemeral.clear()
    cat.press(design, "Set up", offer)
    card = await slack.wait_for_ephemeral(cat, design)
    assert {"Allowance", "Cap", "Word list", "Time zone", "Test picture · free"} <= set(labels(card))
    assert "first admin" not in await told(slack, cat, design, "/easel", "help")


async def test_where_pictures_are_hidden_they_stay_in_the_thread(
    easel: App, slack: Slack, design: Conversation, ann: Person, cat: Person
) -> None:
    """Slack hides no picture until clicked, so the message in the channel has its words and buttons alone."""
    card = await told(slack, cat, design, "/easel", "channel --spoilers")
    ann.slash("/imagine", "a fox", design)

    shown = await slack.wait_for_message(design, lambda each: "Delete" in labels(each))

    assert images(shown) == []
    [file] = [each for each in design.messages.values() if each.get("files")]
    assert file["thread_ts"] == shown["ts"]
    # What Slack leaves no choice about is not offered: threads, and who sees how a picture goes on.
    assert ("Threads" in card, "Progress" in card, "Spoilers" in card) == (False, False, True)


async def test_a_statement_leads_to_receipts_and_settings_join_orders(
    easel: App, slack: Slack, design: Conversation, ann: Person, cat: Person
) -> None:
    """Older lines by a button, a receipt by its job's number; a standing style shows in the receipt."""
    await told(slack, ann, design, "/easel", "credits")
    for number in range(11):
        await told(slack, cat, design, "/quota", f"grant {ann.mention} 1 prize {number}")
    await told(slack, ann, design, "/easel", 'settings style "in ink"')
    assert "ask first" in await told(slack, ann, design, "/easel", "settings replies ask")
    ann.slash("/imagine", "a fox", design)
    await drawn(slack, design)

    first = await told(slack, ann, design, "/easel", "credits")
    [page] = ann.sees(design)
    ann.press(design, "Older", page)
    await slack.world.changes.until(
        lambda: any("prize 0" in text_of(each) for each in ann.sees(design)) or None, "older lines"
    )
    why = await told(slack, ann, design, "/easel", "credits 1")

    assert ("prize 10" in first, "prize 0" in first) == (True, False)
    assert "#1 cost" in why
    assert "in ink" in await told(slack, ann, design, "/easel", "history 1")


async def test_a_group_is_looked_for_in_plans_only_however_they_are_asked_for(
    slack: Slack, design: Conversation, cat: Person, tmp_path: Path
) -> None:
    """By a mention and under `/easel` as by `/quota`; a picture may be of a plan for a group."""
    slack.grant("users:read")
    slack.world.scopes.discard("usergroups:read")
    group = f"<!subteam^{slack.group('painters')}>"
    async with running_easel(slack, tmp_path):
        nested = await told(slack, cat, design, "/easel", f"quota plan {group} small")
        design.ephemeral.clear()
        cat.say(design, f"{slack.bot_mention} /quota plan {group} small")
        mentioned = text_of(await slack.wait_for_ephemeral(cat, design))
        cat.slash("/imagine", f"plan of the house of {group}", design)
        await drawn(slack, design, "plan of the house")

    assert "cannot see who is in a group" in nested
    assert "cannot see who is in a group" in mentioned
