"""Pictures into a Slack conversation: uploaded once, completed until Slack shows them there.

Slack gives the file's id before anything is posted, takes the bytes at an address of its own, and shares the file
some time after the upload was completed, without telling where: `files.info` does.
https://docs.slack.dev/messaging/working-with-files
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.core.ports import Clock
from bot.core.postings import Posting, Postings
from bot.platforms.slack.api import SlackApi, SlackFailed

ALT_CHARACTERS_MAX = 1_000
TITLE_CHARACTERS_MAX = 250
CHUNK_BYTES = 256 * 1024
FILE_BYTES_MAX = 100 * 2**20
MIMES = ("image/png", "image/jpeg", "image/gif")
"""What Slack shows in an image block; WebP it does not."""

COMPLETIONS_MAX = 2
"""How often one upload is completed before another one is made; a file that is shared already stays as it is."""
UPLOADS_MAX = 2


@dataclass(frozen=True)
class Pace:
    """How long a share is waited for, and how often it is looked for, in seconds.

    A completion that Slack has confirmed is repeated only after `confirmed_seconds`: Slack looks through large files
    for minutes before it shows them. One whose answer was lost is repeated when `lost_seconds` show nothing.
    """

    look_seconds: float = 1.0
    share_seconds: float = 45.0
    lost_seconds: float = 10.0
    confirmed_seconds: float = 300.0


@dataclass(frozen=True)
class Upload:
    """One file on its way: the notes about it, where it lies, and its alt text."""

    posting: Posting
    path: Path
    name: str
    size_bytes: int
    alt: str


@dataclass(frozen=True)
class Place:
    """Where files are shared: a conversation, its thread's first message, and the caption as rich text blocks."""

    channel: str
    thread: str | None
    caption: Sequence[Mapping[str, Any]] = ()


class Uploads:
    """Shares files exactly once, whatever dies between: each step is committed before the next begins."""

    def __init__(self, api: SlackApi, postings: Postings, clock: Clock, pace: Pace) -> None:
        self._api = api
        self._postings = postings
        self._clock = clock
        self._pace = pace

    async def share(self, uploads: Sequence[Upload], place: Place) -> tuple[Posting, ...]:
        """Show files in one message; returns their notes, with the message's time stamp.

        Raises SlackFailed: "not_shared" when Slack has taken everything and shows nothing yet; then a later call
        looks again, completes again, and at last uploads again. "never_shared" when all of that was in vain.
        """
        notes = [upload.posting for upload in uploads]
        tries = _Tries.of(notes)
        shown = await self._looked(notes, place, tries) if tries.completions else None
        if shown is None:
            if tries.completions >= COMPLETIONS_MAX:
                if tries.uploads >= UPLOADS_MAX:
                    raise SlackFailed("never_shared")
                notes, tries = [_afresh(each) for each in notes], _Tries(tries.uploads + 1)
            notes = [
                await self._uploaded(replace(upload, posting=note), tries)
                for upload, note in zip(uploads, notes, strict=True)
            ]
            shown = await self._complete([upload.alt for upload in uploads], notes, place)
        return await self._noted(notes, place, shown)

    async def _looked(self, notes: Sequence[Posting], place: Place, tries: _Tries) -> str | None:
        """Look where files are that were completed before; None when they are to be completed again."""
        pace = self._pace
        since = max(note.sending_since or 0 for note in notes)
        if shown := await self._wait(
            notes, place, pace.share_seconds if tries.is_confirmed else pace.lost_seconds
        ):
            return shown
        if tries.is_confirmed and self._clock() - since < pace.confirmed_seconds * 1_000:
            raise SlackFailed("not_shared")
        return None

    async def _uploaded(self, upload: Upload, tries: _Tries) -> Posting:
        """Let Slack have the bytes; what was uploaded before a crash is not uploaded again."""
        note = upload.posting
        if note.file is None or not note.is_uploaded:
            # A description has kept files from being shown; the second upload is made without one.
            alt = upload.alt[:ALT_CHARACTERS_MAX] if tries.uploads == 1 else None
            given = await self._api.call(
                "files.getUploadURLExternal",
                filename=upload.name,
                length=str(upload.size_bytes),
                alt_txt=alt or None,
            )
            note = replace(note, file=str(given["file_id"]), is_uploaded=False)
            await self._postings.note(note)
            await self._api.upload(str(given["upload_url"]), _chunks(upload.path), upload.size_bytes)
        note = replace(note, is_uploaded=True, sending_since=self._clock(), nonce=tries.once_more().written)
        await self._postings.note(note)
        return note

    async def _complete(self, titles: Sequence[str], notes: Sequence[Posting], place: Place) -> str:
        files = [
            {"id": note.file, "title": title[:TITLE_CHARACTERS_MAX] or "Picture"}
            for note, title in zip(notes, titles, strict=True)
        ]
        await self._api.call(
            "files.completeUploadExternal",
            files=files,
            channel_id=place.channel,
            thread_ts=place.thread,
            blocks=place.caption or None,
        )
        if shown := await self._wait(notes, place, 2 * self._pace.look_seconds):
            return shown
        for note in notes:
            confirmed = replace(_Tries.of([note]), is_confirmed=True)
            await self._postings.note(replace(note, nonce=confirmed.written))
        if shown := await self._wait(notes, place, self._pace.share_seconds):
            return shown
        raise SlackFailed("not_shared")

    async def _wait(self, notes: Sequence[Posting], place: Place, seconds: float) -> str | None:
        """Look until Slack shows the files, or for so long."""
        for _ in range(max(1, round(seconds / self._pace.look_seconds))):
            if shown := await self._where(notes, place):
                return shown
            await asyncio.sleep(self._pace.look_seconds)
        return await self._where(notes, place)

    async def _where(self, notes: Sequence[Posting], place: Place) -> str | None:
        """Return the time stamp of the message that shows all files, if Slack shows them there already."""
        found = None
        for note in notes:
            if note.file is None:
                return None
            info = await self._api.call("files.info", file=note.file)
            found = _share(info.get("file") or {}, place.channel)
            if found is None:
                return None
        return found

    async def _noted(self, notes: Sequence[Posting], place: Place, shown: str) -> tuple[Posting, ...]:
        done = tuple(
            replace(
                note, channel=place.channel, thread=place.thread, message=shown, posted_at=milliseconds(shown)
            )
            for note in notes
        )
        for note in done:
            await self._postings.note(note)
        return done


@dataclass(frozen=True)
class _Tries:
    """How often the files were uploaded, how often this upload was completed, and whether Slack confirmed that."""

    uploads: int = 1
    completions: int = 0
    is_confirmed: bool = False

    @staticmethod
    def of(notes: Sequence[Posting]) -> _Tries:
        written = [note.nonce for note in notes if note.nonce]
        if len(written) < len(notes):
            # A crash before the first completion: nothing of it was shown.
            return _Tries()
        uploads, completions, confirmed = min(written).split("/")
        return _Tries(int(uploads), int(completions), confirmed == "yes")

    def once_more(self) -> _Tries:
        return _Tries(self.uploads, self.completions + 1)

    @property
    def written(self) -> str:
        return f"{self.uploads}/{self.completions}/{'yes' if self.is_confirmed else 'no'}"


def milliseconds(stamp: str) -> int:
    """Read Slack's time stamp of a message, such as "1700000000.000100"."""
    return int(stamp.replace(".", "")) // 1_000


def _afresh(note: Posting) -> Posting:
    return replace(note, file=None, is_uploaded=False, sending_since=None, nonce=None)


def _share(file: Mapping[str, Any], channel: str) -> str | None:
    """Find where a file is shown; https://docs.slack.dev/reference/objects/file-object."""
    shares = file.get("shares") or {}
    for visibility in ("public", "private"):
        for share in (shares.get(visibility) or {}).get(channel) or ():
            if share.get("ts"):
                return str(share["ts"])
    return None


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(path.open, "rb") as file:
        while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
            yield chunk
