"""Takes messages: what was said in words becomes what the conversation understands, and its answer a reply."""

from __future__ import annotations

from bot.core.chat import Message, Platform
from bot.core.chatting import Heard
from bot.core.commands import Caller
from bot.core.front import Uploaded
from bot.core.replies import Reply
from bot.core.text import from_slack
from bot.platforms.slack.callers import Callers
from bot.platforms.slack.desk import line_of
from bot.platforms.slack.downloads import Downloads
from bot.platforms.slack.incoming import Said
from bot.platforms.slack.manifest import COMMANDS
from bot.platforms.slack.ports import SlackPorts


class Hearing:
    """Hears what was said."""

    def __init__(self, ports: SlackPorts, callers: Callers, downloads: Downloads, prefix: str) -> None:
        self._ports = ports
        self._callers = callers
        self._downloads = downloads
        self._names = {f"/{prefix}{name}" for name in COMMANDS}

    async def hear(self, said: Said, caller: Caller, me: str) -> Reply | None:
        """Do what a message says; None when it is no order."""

        async def fetch() -> tuple[Uploaded, ...]:
            return await self._downloads.keep(said.files, caller)

        message = self._message(said, caller, me)
        await self._callers.meet(message.text, said.text, caller)
        return await self._ports.listener.hear(
            Heard(
                id=said.id,
                message=message,
                caller=caller,
                bot=me,
                fetch=fetch if said.files else None,
            )
        )

    def _message(self, said: Said, caller: Caller, me: str) -> Message:
        text = from_slack(said.text, bot=me)
        if said.spot.is_direct or me in said.mentions:
            text = self._line(text)
        return Message(
            platform=Platform.SLACK,
            tenant=caller.tenant,
            author=said.person.id,
            text=text,
            stamp=said.stamp,
            sender=said.sender,
            event=said.event,
            is_direct=said.spot.is_direct,
            mentions=said.mentions,
            leading_mention=said.leading_mention,
            attachments=tuple(file.name for file in said.files),
        )

    def _line(self, text: str) -> str:
        """Read a command by the name that sentences give it here: in threads Slack takes no slash commands."""
        name, _, words = text.partition(" ")
        return line_of(name[1:], words.strip(), self._ports.commands) if name.lower() in self._names else text
