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

import structlog

from bot.core.ports import Clock
from bot.core.postings import Posting, Postings
from bot.platforms.slack.api import SlackApi, SlackFailed

log = structlog.get_logger(__name__)

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

    One call waits `try_seconds`; later calls go on. What Slack has confirmed is completed again when it is not shown
    after `share_seconds`, unless Slack is still looking through the file: that is waited for `scan_seconds`. A
    completion whose answer was lost is repeated when `lost_seconds` show nothing.
    """

    look_seconds: float = 1.0
    try_seconds: float = 45.0
    share_seconds: float = 60.0
    scan_seconds: float = 300.0
    lost_seconds: float = 10.0


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
        ends = asyncio.get_running_loop().time() + self._pace.try_seconds
        while True:
            if tries.completions and (shown := await self._looked(notes, place, tries, ends)):
                return await self._noted(notes, place, shown)
            if tries.completions >= COMPLETIONS_MAX:
                if tries.uploads >= UPLOADS_MAX:
                    raise SlackFailed("never_shared")
                notes, tries = await self._given_up(notes), _Tries(tries.uploads + 1)
            notes = [
                await self._uploaded(replace(upload, posting=note), tries)
                for upload, note in zip(uploads, notes, strict=True)
            ]
            notes = await self._complete([upload.alt for upload in uploads], notes, place)
            tries = _Tries.of(notes)

    async def _looked(
        self, notes: Sequence[Posting], place: Place, tries: _Tries, ends: float
    ) -> _Shares | None:
        """Look where files are that were completed before; None when they are to be completed again."""
        since = max(note.sending_since or 0 for note in notes)
        if not tries.is_confirmed:
            # Before a crash perhaps: Slack gets its time from now on.
            since = max(since, self._clock())
        while True:
            shown = await self._where(notes, place)
            if shown.stamp:
                return shown
            waited = (self._clock() - since) / 1_000
            if not tries.is_confirmed and waited >= self._pace.lost_seconds:
                return None
            if tries.is_confirmed and not shown.is_scanned and waited >= self._pace.scan_seconds:
                # To tell Slack once more would not make it look faster.
                raise SlackFailed("never_shared")
            if tries.is_confirmed and shown.is_scanned and waited >= self._pace.share_seconds:
                return None
            if asyncio.get_running_loop().time() >= ends:
                raise SlackFailed("not_shared")
            await asyncio.sleep(self._pace.look_seconds)

    async def _given_up(self, notes: Sequence[Posting]) -> list[Posting]:
        """Take files back that Slack does not show: they must not turn up beside those that replace them."""
        for note in notes:
            try:
                await self._api.call("files.delete", file=note.file)
            except SlackFailed as failed:
                log.info("a file could not be taken back", problem=failed.error)
        return [_afresh(note) for note in notes]

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

    async def _complete(self, titles: Sequence[str], notes: Sequence[Posting], place: Place) -> list[Posting]:
        """Complete an upload, and note that Slack has confirmed it."""
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
        confirmed = [
            replace(note, nonce=replace(_Tries.of([note]), is_confirmed=True).written) for note in notes
        ]
        for note in confirmed:
            await self._postings.note(note)
        return confirmed

    async def _where(self, notes: Sequence[Posting], place: Place) -> _Shares:
        """Ask where the files are shown."""
        found = []
        for note in notes:
            if note.file is None:
                return _Shares()
            try:
                info = await self._api.call("files.info", file=note.file)
            except SlackFailed as failed:
                if failed.error not in {"file_deleted", "file_not_found"}:
                    raise
                # Taken back, and then the process died before another one was uploaded.
                return _Shares(is_scanned=True)
            found.append(_shares(info.get("file") or {}, place.channel))
        if all(each.stamps for each in found):
            return replace(
                found[-1], stamps=tuple(sorted({stamp for each in found for stamp in each.stamps}))
            )
        return _Shares(is_scanned=all(each.is_scanned for each in found))

    async def _noted(self, notes: Sequence[Posting], place: Place, shown: _Shares) -> tuple[Posting, ...]:
        """Note where the files are; what a second completion has shown once more is taken away."""
        for stamp in shown.stamps[1:]:
            try:
                await self._api.call("chat.delete", channel=place.channel, ts=stamp)
            except SlackFailed as failed:
                log.warning("a picture stands there twice", problem=failed.error)
        first = shown.stamps[0]
        done = tuple(
            replace(
                note, channel=place.channel, thread=place.thread, message=first, posted_at=milliseconds(first)
            )
            for note in notes
        )
        for note in done:
            await self._postings.note(note)
        return done


@dataclass(frozen=True)
class _Shares:
    """The messages that show a file, the earliest first, and whether Slack has looked through it.

    Only then the file has a type: https://github.com/slackapi/node-slack-sdk/issues/2040.
    """

    stamps: tuple[str, ...] = ()
    is_scanned: bool = False

    @property
    def stamp(self) -> str | None:
        """The time stamp of the earliest message."""
        return self.stamps[0] if self.stamps else None


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


def shown_files(notes: Mapping[str, Posting]) -> dict[str, str]:
    """List Slack's files that show pictures of ours, by the pictures' ids."""
    return {
        note.pictures[0]: note.file
        for note in notes.values()
        if note.part.startswith("file ") and note.message and note.file and note.pictures
    }


def milliseconds(stamp: str) -> int:
    """Read Slack's time stamp of a message, such as "1700000000.000100"."""
    return int(stamp.replace(".", "")) // 1_000


def _afresh(note: Posting) -> Posting:
    return replace(note, file=None, is_uploaded=False, sending_since=None, nonce=None)


def _shares(file: Mapping[str, Any], channel: str) -> _Shares:
    """Find where a file is shown; https://docs.slack.dev/reference/objects/file-object."""
    shares = file.get("shares") or {}
    stamps = [
        str(share["ts"])
        for visibility in ("public", "private")
        for share in (shares.get(visibility) or {}).get(channel) or ()
        if share.get("ts")
    ]
    return _Shares(tuple(sorted(stamps)), is_scanned=bool(file.get("mimetype")))


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(path.open, "rb") as file:
        while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
            yield chunk
