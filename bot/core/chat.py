"""Chat messages and what we know about the place they were said in, as plain data for every platform."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Platform(StrEnum):
    """Where a message was said. The web's box is a form: whatever is sent there is meant."""

    DISCORD = "discord"
    SLACK = "slack"
    WEB = "web"


class Sender(StrEnum):
    """What kind of sender a message has; only persons order."""

    PERSON = "person"
    BOT = "bot"
    WEBHOOK = "webhook"
    WORKFLOW = "workflow"
    OURSELVES = "ourselves"


class Event(StrEnum):
    """What happened to a message; `BROADCAST` is Slack's twin of a reply that is shown in the channel too."""

    POSTED = "posted"
    EDITED = "edited"
    DELETED = "deleted"
    BROADCAST = "broadcast"


class ChannelReplies(StrEnum):
    """Whose plain replies count as orders in a channel."""

    ASKER = "asker"
    EVERYONE = "everyone"
    MENTION = "mention"
    OFF = "off"


class PersonReplies(StrEnum):
    """Whether a person's replies are drawn at once, or asked back with their price."""

    DRAW = "draw"
    ASK = "ask"


@dataclass(frozen=True)
class Message:
    """One message, as its platform tells it.

    `stamp` is the platform's own time stamp, as an integer that orders the messages of one thread. `mentions`
    are the user ids in the author's own words; the ping that a Discord reply adds is `pings_reply` instead.
    `leading_mention` is whom the words begin with: a user, or many at once. `text` comes without the bot's mention
    at start and end. `attachments` are file names in their order.
    """

    platform: Platform
    tenant: str
    author: str
    text: str
    stamp: int
    sender: Sender = Sender.PERSON
    event: Event = Event.POSTED
    is_direct: bool = False
    mentions: tuple[str, ...] = ()
    leading_mention: str | None = None
    pings_reply: bool = False
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True)
class NumberedPicture:
    """A picture with the number that people call it by: its job's, and its place in the job from 1."""

    id: str
    job: int
    index: int


@dataclass(frozen=True)
class Post:
    """A message of ours that shows the pictures of one job; `pictures` are ids in the order shown.

    `positions` are their places in the job, where a picture before them is not shown any more.
    """

    tenant: str
    job: int
    asker: str
    pictures: tuple[str, ...]
    stamp: int = 0
    is_private: bool = False
    positions: tuple[int, ...] = ()

    @property
    def numbered(self) -> tuple[NumberedPicture, ...]:
        """The pictures with their numbers."""
        places = self.positions or range(1, len(self.pictures) + 1)
        return tuple(
            NumberedPicture(id, self.job, index) for id, index in zip(self.pictures, places, strict=True)
        )

    def is_open_to(self, message: Message) -> bool:
        """Whether the author of `message` may name these pictures."""
        return self.tenant == message.tenant and (not self.is_private or self.asker == message.author)


@dataclass(frozen=True)
class Known:
    """What we know when a message arrives.

    `bot` is our own user id there; `answered` the post that the message replies to; `thread` the posts in the
    thread of the message; `commands` the names of all commands.
    """

    bot: str
    answered: Post | None = None
    thread: tuple[Post, ...] = ()
    channel_replies: ChannelReplies = ChannelReplies.ASKER
    person_replies: PersonReplies = PersonReplies.DRAW
    commands: frozenset[str] = frozenset()
