"""What the bot may do in a channel is computed as Discord does."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from bot.platforms.discord.permissions import NEEDED, computed, missing
from bot.platforms.discord.settings import PERMISSIONS, invite_url

ALL = str(PERMISSIONS)
SEND = str(discord.Permissions(send_messages=True).value)


def guild(everyone: str = "0", role: str = ALL) -> dict[str, Any]:
    """A server 1 with a role 2."""
    return {"id": "1", "roles": [{"id": "1", "permissions": everyone}, {"id": "2", "permissions": role}]}


ME: dict[str, Any] = {"user": {"id": "9"}, "roles": ["2"]}


def overwrite(id: str, *, allow: str = "0", deny: str = "0") -> dict[str, str]:
    """An overwrite of a channel."""
    return {"id": id, "allow": allow, "deny": deny}


@pytest.mark.parametrize(
    ("overwrites", "may_send"),
    [
        ([], True),
        ([overwrite("1", deny=SEND)], False),
        ([overwrite("1", deny=SEND), overwrite("2", allow=SEND)], True),
        ([overwrite("2", allow=SEND), overwrite("9", deny=SEND)], False),
        ([overwrite("7", deny=SEND)], True),
    ],
    ids=["none", "everyone may not", "the role may again", "the bot itself may not", "another role"],
)
def test_overwrites_count_in_discords_order(overwrites: list[dict[str, str]], may_send: bool) -> None:
    """Everyone, then the roles together, then the member."""
    may = computed(guild(), ME, {"permission_overwrites": overwrites})

    assert may.send_messages is may_send


def test_an_administrator_lacks_nothing() -> None:
    """Whatever a channel says."""
    may = computed(guild(role="8"), ME, {"permission_overwrites": [overwrite("9", deny=ALL)]})

    assert missing(may) == []


def test_the_invitation_asks_for_all_that_is_needed_and_no_more() -> None:
    """The number in the address is made of these permissions."""
    asked = discord.Permissions(PERMISSIONS)

    assert {name for name, given in asked if given} == {
        *(each.name for each in NEEDED if each.name != "view_channel"),
        "read_messages",
    }
    assert missing(asked) == []
    assert f"permissions={PERMISSIONS}" in invite_url("5")
