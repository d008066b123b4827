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
