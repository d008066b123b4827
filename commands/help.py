"""What can be asked for: built from the commands themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from pydantic import Field

from bot.core.commands import Caller, Command, Options, Says
from bot.core.errors import BadOption
from bot.core.replies import Reply, Row
from bot.core.sentences import say
from bot.core.studio import Studio
from commands.explaining import explained

Commands = Sequence[Command[Any]]


class Help(Options):
    """Which command to explain; without one, all are listed."""

    command: Annotated[
        str | None, Field(description="Name of the command to explain", max_length=40), Says()
    ] = None


def help_for(commands: Callable[[], Commands]) -> Command[Help]:
    """Declare /help for the commands that `commands` returns when somebody asks."""

    async def explain(options: Help, caller: Caller, _: Studio) -> Reply:
        """List the commands that the caller may use, or explain one."""
        allowed = [each for each in commands() if not each.admins_only or caller.is_admin]
        if options.command is None:
            rows = tuple(Row(label=f"/{each.name}", value=each.summary) for each in allowed)
            return Reply(kind="info", text=say("help"), rows=rows, private=True)
        name = options.command.lower().removeprefix("/")
        found = next((each for each in allowed if each.name == name), None)
        if found is None:
            names = ", ".join(each.name for each in allowed)
            raise BadOption("option_not_choice", name="command", given=name, allowed=names)
        return explained(found)

    return Command(
        name="help",
        summary="See what you can do, or how one command works",
        options=Help,
        handler=explain,
        positional=("command",),
        examples=("/help", "/help imagine"),
    )
