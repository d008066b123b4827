"""Takes slash commands, clicks, shortcuts and forms."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, Literal

from bot.core.chatting import Filled, Sent
from bot.core.codes import press_of
from bot.core.commands import Caller, Command
from bot.core.errors import NotFound, Refusal
from bot.core.front import Incoming, Press
from bot.core.replies import Reply
from bot.core.text import from_slack
from bot.platforms.slack.callers import Callers
from bot.platforms.slack.downloads import Downloads
from bot.platforms.slack.incoming import Ask, files_of
from bot.platforms.slack.manifest import COMMANDS
from bot.platforms.slack.ports import SlackPorts
from bot.platforms.slack.views import files_of as chosen_files
from bot.platforms.slack.views import submission_of, values_of

GROUP = "easel"
"""The command that stands for all the others; it has acts of its own, too."""

LINE = "line:"
"""Before a line that a button of a person's own page stands for; it is run as if they had typed it."""


class Desk:
    """Does what people ask for; raises Refusal."""

    def __init__(self, ports: SlackPorts, callers: Callers, downloads: Downloads) -> None:
        self._ports = ports
        self._callers = callers
        self._downloads = downloads

    async def do(self, ask: Ask, caller: Caller) -> Reply:
        """Do what was asked."""
        front = self._ports.front
        match ask.kind:
            case "command":
                words = from_slack(ask.text, bot=None).strip()
                line = line_of(ask.command, words, self._ports.commands)
                await self._callers.meet(line, ask.text, caller)
                return await front.receive(Incoming(line, caller))
            case "press" if ask.text.startswith(LINE):
                return await front.receive(Incoming(ask.text.removeprefix(LINE), caller))
            case "press":
                return await front.press(press_of(ask.text, caller))
            case "form":
                return await self._form(ask, caller)
            case "edit" | "report":
                return await self._shortcut(ask, ask.kind, caller)

    async def _form(self, ask: Ask, caller: Caller) -> Reply:
        view = ask.values or {}
        uploads = await self._downloads.keep(files_of(chosen_files(view)), caller)
        return await self._ports.front.send(
            Sent(ask.text, submission_of(view), caller, values_of(view), uploads)
        )

    async def _shortcut(self, ask: Ask, act: Literal["edit", "report"], caller: Caller) -> Reply:
        """Edit or report the picture of a message; a picture of somebody else's becomes a reference."""
        ours = await self._ports.shown.job_at(caller.address, ask.shown)
        if ours is not None:
            number = str(ours)
            return await self._ports.front.press(Press(act, caller, job=number, words=number))
        if act == "report":
            raise Refusal("slack_report_ours_only")
        if not ask.files:
            raise NotFound("slack_no_picture_there")
        uploads = await self._downloads.keep(ask.files, caller)
        return await self._ports.front.submit(Filled("edit", caller, attachments=uploads))


def line_of(command: str, words: str, commands: Sequence[Command[Any]]) -> str:
    """Write a slash command as a line: `/easel credits` is `/credits`, and a prefix before a name does not matter."""
    name = next((each for each in COMMANDS if command.endswith(each)), command)
    if name != GROUP:
        return f"/{name} {words}".rstrip()
    first, _, rest = words.partition(" ")
    declared = {command.name: command for command in commands}
    group = declared.get(GROUP)
    if not words or group is None:
        return "/help"
    if group.act(first.lower()) or (first.lower() not in declared and _is_nearly(first, group)):
        return f"/{GROUP} {words}".rstrip()
    # A word that names nothing is refused as a command that there is not.
    return f"/{first.lower()} {rest}".rstrip()


def _is_nearly(word: str, group: Command[Any]) -> bool:
    """Whether a word may be an act of the group, misspelt."""
    return bool(get_close_matches(word.lower(), [act.name for act in group.acts], n=1))
