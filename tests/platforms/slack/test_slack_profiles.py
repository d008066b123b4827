"""What is known of somebody in one workspace says nothing about another."""

from __future__ import annotations

from typing import Any, cast

from bot.platforms.slack.api import SlackApi
from bot.platforms.slack.callers import Profiles
from bot.platforms.slack.incoming import Person


class Directory:
    """Answers `users.info` as Slack does for an admin of workspace T1."""

    async def call(self, _: str, **named: Any) -> dict[str, Any]:
        return {"ok": True, "user": {"id": named["user"], "team_id": "T1", "name": "ann", "is_admin": True}}


async def test_an_admin_of_one_workspace_is_a_guest_in_another() -> None:
    """Also when both ask within the time for which a profile is remembered."""
    profiles = Profiles(cast("SlackApi", Directory()), lambda: 0)
    ann = Person("U1", "ann")

    found = [await profiles.of(ann, team) for team in ("T1", "T2", "T1")]

    assert [(each.is_admin, each.is_guest) for each in found] == [(True, False), (False, True), (True, False)]
