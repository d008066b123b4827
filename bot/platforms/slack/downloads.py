"""Files that people attached, fetched from Slack only, with a limit, and kept as pictures of ours."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import aiohttp

from bot.core.commands import Caller
from bot.core.errors import BadPicture
from bot.core.front import Gallery, Uploaded
from bot.platforms.slack.api import SlackApi, SlackFailed
from bot.platforms.slack.incoming import SlackFile, files_of
from bot.platforms.slack.settings import SlackSettings

BYTES_MAX = 50 * 1024 * 1024
FETCH_SECONDS = 60.0
CHUNK_BYTES = 256 * 1024
AT_ONCE_MAX = 4
REDIRECTS_MAX = 3


class Downloads:
    """Fetches attached files into the gallery."""

    def __init__(
        self, settings: SlackSettings, api: SlackApi, session: aiohttp.ClientSession, gallery: Gallery
    ) -> None:
        self._settings = settings
        self._api = api
        self._session = session
        self._gallery = gallery
        self._room = asyncio.Semaphore(AT_ONCE_MAX)

    async def keep(self, files: Sequence[SlackFile], caller: Caller) -> tuple[Uploaded, ...]:
        """Fetch and keep every file, in their order; raises BadPicture for the first that cannot be used."""
        return tuple([await self._keep(file, caller) for file in files])

    async def _keep(self, file: SlackFile, caller: Caller) -> Uploaded:
        if file.is_stub or not file.url:
            file = await self._whole(file)
        if file.size > BYTES_MAX:
            raise BadPicture("picture_heavy", limit=BYTES_MAX // 2**20)
        descriptor, name = tempfile.mkstemp(prefix="easel-")
        os.close(descriptor)
        path = Path(name)
        try:
            async with self._room:
                await self._fetch(file.url, path)
            as_mask = file.field == "mask" and not file.name.lower().startswith("mask")
            return await self._gallery.keep(caller, f"mask {file.name}" if as_mask else file.name, path)
        finally:
            await asyncio.to_thread(path.unlink, missing_ok=True)

    async def _whole(self, file: SlackFile) -> SlackFile:
        """Ask for the rest: Slack shows files of shared channels as stubs."""
        try:
            answer = await self._api.call("files.info", file=file.id)
        except SlackFailed as failed:
            raise BadPicture("slack_picture_unfetched") from failed
        [whole] = files_of([answer.get("file") or {}]) or [None]
        if whole is None or not whole.url:
            raise BadPicture("slack_picture_unfetched")
        return replace(whole, field=file.field)

    async def _fetch(self, url: str, path: Path) -> None:
        """Write what lies at `url` to `path`; the token goes to Slack's own hosts and nowhere else."""
        timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS)
        try:
            for _ in range(REDIRECTS_MAX):
                if not self._settings.may_see_token(url):
                    raise BadPicture("slack_picture_elsewhere")
                headers = {"Authorization": f"Bearer {self._settings.bot_token}"}
                async with self._session.get(
                    url, headers=headers, timeout=timeout, allow_redirects=False
                ) as answer:
                    if answer.status in {301, 302, 303, 307, 308}:
                        url = str(answer.url.join(type(answer.url)(answer.headers.get("Location", ""))))
                        continue
                    await _save(answer, path)
                    return
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise BadPicture("slack_picture_unfetched") from error
        raise BadPicture("slack_picture_unfetched")


async def _save(answer: aiohttp.ClientResponse, path: Path) -> None:
    # Without the right to read a file Slack answers 200 with its login page.
    if answer.status != 200 or answer.content_type == "text/html":
        raise BadPicture("slack_picture_unfetched")
    got = 0
    with await asyncio.to_thread(path.open, "wb") as into:
        async for chunk in answer.content.iter_chunked(CHUNK_BYTES):
            got += len(chunk)
            if got > BYTES_MAX:
                raise BadPicture("picture_heavy", limit=BYTES_MAX // 2**20)
            await asyncio.to_thread(into.write, chunk)
