"""Files that people attached, fetched from Discord's own hosts only, with a limit, and kept as pictures of ours."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from bot.core.commands import Caller
from bot.core.errors import BadPicture
from bot.core.front import Gallery, Uploaded
from bot.platforms.discord.incoming import Attached
from bot.platforms.discord.settings import DiscordSettings

BYTES_MAX = 50 * 1024 * 1024
FETCH_SECONDS = 60.0
CHUNK_BYTES = 256 * 1024
AT_ONCE_MAX = 4


class Downloads:
    """Fetches attachments into the gallery."""

    def __init__(self, settings: DiscordSettings, gallery: Gallery) -> None:
        self._hosts = settings.file_hosts
        self._is_plain = settings.api.startswith("http://")
        self._gallery = gallery
        self._room = asyncio.Semaphore(AT_ONCE_MAX)

    async def keep(self, attached: Sequence[Attached], caller: Caller) -> tuple[Uploaded, ...]:
        """Fetch and keep every file, in their order; raises BadPicture for the first that cannot be used."""
        for each in attached:
            self._check(each)
        return tuple([await self._keep(each, caller) for each in attached])

    def _check(self, file: Attached) -> None:
        parts = urlsplit(file.url)
        is_safe = parts.scheme == "https" or (self._is_plain and parts.scheme == "http")
        if parts.netloc not in self._hosts or not is_safe:
            raise BadPicture("picture_elsewhere")
        if file.size_bytes > BYTES_MAX:
            raise BadPicture("picture_heavy", limit=BYTES_MAX // 2**20)

    async def _keep(self, file: Attached, caller: Caller) -> Uploaded:
        descriptor, name = tempfile.mkstemp(prefix="easel-")
        os.close(descriptor)
        path = Path(name)
        try:
            async with self._room:
                await self._fetch(file.url, path)
                return await self._gallery.keep(caller, file.name, path)
        finally:
            await asyncio.to_thread(path.unlink, missing_ok=True)

    async def _fetch(self, url: str, path: Path) -> None:
        """Write what lies at `url` to `path`; never follows to another place."""
        timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS)
        got = 0
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.get(url, allow_redirects=False) as response,
            ):
                if response.status != 200:
                    raise BadPicture("picture_expired")
                with await asyncio.to_thread(path.open, "wb") as into:
                    async for chunk in response.content.iter_chunked(CHUNK_BYTES):
                        got += len(chunk)
                        if got > BYTES_MAX:
                            raise BadPicture("picture_heavy", limit=BYTES_MAX // 2**20)
                        await asyncio.to_thread(into.write, chunk)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise BadPicture("picture_unfetched") from error
