"""Slack for tests: the platform, and the people and conversations that a test puts into it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.doubles.clock import PATIENCE_SECONDS, Clock
from tests.doubles.slack.puppets import Person
from tests.doubles.slack.refusals import Json
from tests.doubles.slack.server import SlackServer
from tests.doubles.slack.state import BOT_ID, BOT_USER, TEAM_ID, Conversation, Kind, User, View
from tests.doubles.slack.transport import Delivery, Socket


@dataclass
class Slack(SlackServer):
    """The platform with its people. `person` and `channel` make; `wait_for_…` wait for what the app does."""

    @property
    def clock(self) -> Clock:
        """The platform's clock."""
        return self.world.clock

    @property
    def bot_mention(self) -> str:
        """What names the bot in a message."""
        return f"<@{BOT_USER}>"

    def person(
        self, name: str, *, is_admin: bool = False, is_guest: bool = False, team_id: str = TEAM_ID
    ) -> Person:
        """Make somebody; another team's people come by Slack Connect."""
        user = User(self.world.new_id("U"), name, team_id, is_admin=is_admin, is_guest=is_guest)
        self.world.users[user.id] = user
        return Person(user, self)

    def channel(
        self, name: str, members: Sequence[Person] = (), *, kind: Kind = "channel", has_bot: bool = True
    ) -> Conversation:
        """Make a channel with these people, and the bot unless it is not a member."""
        ids = [each.id for each in members] + ([BOT_USER] if has_bot else [])
        made = Conversation(self.world.new_id("C"), kind, name, ids)
        self.world.conversations[made.id] = made
        return made

    def group(self, handle: str, *people: Person) -> str:
        """Make a user group; returns its id."""
        number = self.world.new_id("S")
        self.world.groups[number] = (handle, [each.id for each in people])
        return number

    def grant(self, *scopes: str) -> None:
        """Add scopes to what the app was granted."""
        self.world.scopes |= set(scopes)

    def removes(self, conversation: Conversation) -> None:
        """Throw the bot out of a channel."""
        conversation.members.remove(BOT_USER)
        self.tell(
            {"type": "member_left_channel", "user": BOT_USER, "channel": conversation.id, "team": TEAM_ID}
        )

    def uninstall(self) -> None:
        """Revoke the tokens and say so."""
        self.tell({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [BOT_USER]}})
        self.tell({"type": "app_uninstalled"})
        self.world.is_revoked = True

    async def connected(self, seconds: float = PATIENCE_SECONDS) -> Socket:
        """Wait until the app has a socket open."""
        return await self.world.changes.until(
            lambda: next(iter(self.transport.sockets), None), "a socket", seconds
        )

    async def over(self, delivery: Delivery, seconds: float = PATIENCE_SECONDS) -> Delivery:
        """Wait until a delivery was acknowledged or given up."""
        await self.world.changes.until(lambda: delivery.is_over, f"the end of {delivery.way}", seconds)
        return delivery

    async def wait_for_message(
        self,
        conversation: Conversation,
        condition: Callable[[Json], bool] = lambda _: True,
        seconds: float = PATIENCE_SECONDS,
    ) -> Json:
        """Wait for a message of the bot."""

        def find() -> Json | None:
            mine = (each for each in conversation.messages.values() if each.get("bot_id") == BOT_ID)
            return next((each for each in mine if condition(each)), None)

        return await self.world.changes.until(
            find, f"a message in {conversation.name or conversation.id}", seconds
        )

    async def wait_for_ephemeral(
        self, person: Person, conversation: Conversation, condition: Callable[[Json], bool] = lambda _: True
    ) -> Json:
        """Wait for something that only this person is shown."""
        return await self.world.changes.until(
            lambda: next((each for each in person.sees(conversation) if condition(each)), None),
            f"something for {person.user.name}",
        )

    async def wait_for_view(self, person: Person, condition: Callable[[View], bool] = lambda _: True) -> View:
        """Wait for a form or home tab of this person's."""

        def find() -> View | None:
            mine = (each for each in self.world.views.values() if each.user == person.id and each.is_open)
            return next((each for each in mine if condition(each)), None)

        return await self.world.changes.until(find, f"a form for {person.user.name}")


@asynccontextmanager
async def slack_serving() -> AsyncIterator[Slack]:
    """Serve a Slack while the block runs."""
    slack = Slack()
    async with slack.serving():
        yield slack
