"""Takes pictures out of what was posted: the file, and its place in the message that shows it."""

from __future__ import annotations

from bot.core.commands import Caller
from bot.core.errors import Refusal
from bot.core.ports import Removal, Undeliverable
from bot.core.postings import Posting
from bot.core.wording import reply_for
from bot.platforms.slack.api import SlackFailed
from bot.platforms.slack.blocks import Look
from bot.platforms.slack.ports import SlackPorts
from bot.platforms.slack.posting import CLOSED, NOT_HERE, Poster
from bot.platforms.slack.progress import CONTROL


class Removing:
    """Implements `bot.core.ports.Remove` for Slack."""

    def __init__(self, ports: SlackPorts, poster: Poster) -> None:
        self._ports = ports
        self._poster = poster

    async def __call__(self, removal: Removal) -> None:
        """Take a picture out; the messages go with the last one. Raises Undeliverable."""
        try:
            for key in (removal.reply, f"{removal.reply}:direct"):
                notes = await self._ports.postings.find(key)
                await self._take_out(dict(notes), removal)
        except SlackFailed as failed:
            is_final = failed.error in NOT_HERE | CLOSED
            raise Undeliverable(failed.error, is_final=is_final) from failed

    async def _take_out(self, notes: dict[str, Posting], removal: Removal) -> None:
        gone = notes.get(f"file {removal.picture}")
        if gone is None or gone.file is None:
            return
        await self._poster.remove_file(gone.file)
        left = {
            note.pictures[0]: note.file
            for note in notes.values()
            if note.part.startswith("file ") and note.pictures and note.file and note is not gone
        }
        control = notes.get(CONTROL)
        shown = await self._shown(left, removal)
        if control is None or not control.channel or not control.message:
            return
        if shown:
            await self._redraw(control, removal, shown)
            return
        await self._poster.remove(control.channel, control.message)
        if gone.channel and gone.message:
            await self._poster.remove(gone.channel, gone.message)

    async def _shown(self, files: dict[str, str], removal: Removal) -> dict[str, str]:
        """Keep the files of pictures that are still there."""
        caller, job_of = _asker(removal), self._ports.studio.job_of
        return {picture: file for picture, file in files.items() if await job_of(picture, caller) is not None}

    async def _redraw(self, control: Posting, removal: Removal, files: dict[str, str]) -> None:
        """Show the message without the picture."""
        caller = _asker(removal)
        try:
            card = await self._ports.studio.job_of(next(iter(files)), caller)
        except Refusal:
            card = None
        if card is None:
            return
        address = removal.address
        is_public = not address.is_direct and bool(address.channel)
        look = Look(asker=address.user if is_public else None, is_public=is_public, files=files)
        await self._poster.update(control.channel or "", control.message or "", reply_for(card), look)


def _asker(removal: Removal) -> Caller:
    address = removal.address
    return Caller(person=address.person, address=address, name="", event=f"remove {removal.picture}")
