"""Pictures of ours as files of a message: each as large as it may be, all of them as large as one request."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.core.commands import Caller
from bot.core.fitting import Fitted, Room
from bot.core.replies import Address, Reply, ShownPicture
from bot.core.sentences import say
from bot.platforms.discord.incoming import UPLOAD_BYTES_DEFAULT
from bot.platforms.discord.ports import DiscordPorts
from bot.platforms.discord.rendering import ALT_CHARACTERS_MAX
from bot.platforms.discord.rest import SentFile

FILES_MAX = 10
REQUEST_BYTES_MAX = 24 * 1024 * 1024
"""25 MiB are the most that Discord takes in one request; a megabyte is left for everything that is no file."""

SPOILER = "SPOILER_"


@dataclass(frozen=True)
class Ready:
    """A picture as it will be sent."""

    picture: ShownPicture
    fitted: Fitted
    is_spoiler: bool = False

    @property
    def sent(self) -> SentFile:
        """The file of a request; its name has letters, digits, a dash and a point only."""
        name = file_name(self.picture.id, self.fitted.mime)
        return SentFile(
            self.fitted.path,
            f"{SPOILER}{name}" if self.is_spoiler else name,
            self.picture.alt[:ALT_CHARACTERS_MAX],
            self.fitted.mime,
        )


def file_name(picture: str, mime: str) -> str:
    """Name the file of a picture, so that it is found again in a message."""
    ending = {"image/jpeg": "jpg", "image/webp": "webp"}.get(mime, "png")
    return f"easel-{picture}.{ending}"


class Files:
    """Makes the files of messages."""

    def __init__(self, ports: DiscordPorts) -> None:
        self._ports = ports

    async def ready(
        self, pictures: Sequence[ShownPicture], caller: Caller, bytes_max: int, *, is_spoiler: bool = False
    ) -> list[Ready]:
        """Fit pictures into what one file may have; raises Refusal."""
        room = Room(min(bytes_max, REQUEST_BYTES_MAX))
        return [
            Ready(each, await self._ports.gallery.fitted(each.id, caller, room), is_spoiler)
            for each in pictures
        ]

    async def documents(self, reply: Reply, caller: Caller) -> list[SentFile]:
        """Find the documents of a reply; raises NotFound."""
        found = []
        for each in reply.files[:FILES_MAX]:
            served = await self._ports.gallery.document(each.id, caller)
            found.append(SentFile(served.path, each.name, each.alt[:ALT_CHARACTERS_MAX], each.mime))
        return found


def upload_bytes(address: Address) -> int:
    """Return how large one file may be where a reply goes."""
    return address.upload_bytes_max or UPLOAD_BYTES_DEFAULT


def more_of(reply: Reply) -> Reply:
    """Say what comes in a further message."""
    text = reply.text if reply.number is None else say("more_pictures", number=reply.number)
    return Reply(kind="info", text=text, private=True)


def in_messages(ready: Iterable[Ready]) -> list[list[Ready]]:
    """Divide pictures into messages: ten in each at most, and no request too large."""
    messages: list[list[Ready]] = []
    room = 0
    for each in ready:
        size = each.fitted.size_bytes
        if not messages or len(messages[-1]) == FILES_MAX or size > room:
            messages.append([])
            room = REQUEST_BYTES_MAX
        messages[-1].append(each)
        room -= size
    return messages
