"""Who may administer in Slack, and how an order is followed and called off."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import App
from tests.doubles.slack.double import Slack
from tests.doubles.slack.puppets import Person
from tests.doubles.slack.state import Conversation
from tests.platforms.slack.easel import Way, drawn, running_easel, text_of

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
    place.ephemeral.clear()
    person.slash(command, text, place)
    return text_of(await slack.wait_for_ephemeral(person, place))


async def test_an_admin_of_the_workspace_gives_credits(
    easel: App, slack: Slack, design: Conversation, ann: Person, cat: Person
) -> None:
    """Nobody else does; what is said stays between them."""
    await told(slack, ann, design, "/easel", "credits")

    assert "admin" in await told(slack, ann, design, "/quota", f"grant {ann.mention} 50")
    assert "150" in await told(slack, cat, design, "/quota", f"grant {ann.mention} 50 for the workshop")
    assert "150" in await told(slack, ann, design, "/easel", "credits")
    assert design.messages == {}


async def test_an_admin_sets_the_workspace_up(
    easel: App, slack: Slack, design: Conversation, cat: Person
) -> None:
    """On one card."""
    assert "Cap" in await told(slack, cat, design, "/easel", "setup")


async def test_an_order_is_called_off_before_it_runs(
    easel: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """It is free; one that has ended already is said to have."""
    ann.slash("/imagine", "a fox", design)
    await drawn(slack, design)

    assert "cancel" in (await told(slack, ann, design, "/easel", "cancel")).lower()


async def test_edit_without_a_picture_offers_the_last_ones(
    easel: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """None is chosen for them."""
    ann.slash("/imagine", "a fox", design)
    await drawn(slack, design)

    assert "which" in (await told(slack, ann, design, "/easel", "edit make it night")).lower()


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
