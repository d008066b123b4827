"""Reads a form with files piece by piece, so that no upload is ever whole in memory."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import BadHttpMessage

from bot.core.line import clean
from bot.platforms.web.errors import Malformed, TooLarge, TooSlow
from bot.platforms.web.settings import WebSettings

TEXT_CHARACTERS_MAX = 32_000
FIELD_BYTES_MAX = 4 * TEXT_CHARACTERS_MAX
NAME_CHARACTERS_MAX = 120
CHUNK_BYTES = 256 * 1024
FORM_SECONDS = 600.0
"""How long a form may take to arrive; 400 MB over a slow line take this long."""

FIELDS = frozenset({"text", "event", "root", "picture"})
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Upload:
    """A file that came in: the name that it was given and where it lies for now."""

    name: str
    path: Path


@dataclass
class Form:
    """The fields and files of a form, as they arrive."""

    fields: dict[str, str] = field(default_factory=dict)
    uploads: list[Upload] = field(default_factory=list)

    def word(self, name: str) -> str | None:
        """Return a field, or None when it is absent or empty."""
        return self.fields.get(name) or None


async def read_form(request: web.Request, folder: Path, settings: WebSettings) -> Form:
    """Read a multipart form, its files into `folder`; raises Malformed, TooLarge and TooSlow."""
    if not request.content_type == "multipart/form-data":
        raise Malformed
    if (request.content_length or 0) > settings.uploads_max * settings.upload_bytes_max + MEGABYTE:
        raise _too_many(settings)
    form = Form()
    try:
        async with asyncio.timeout(FORM_SECONDS):
            await _take_parts(request, form, folder, settings)
    except (ValueError, BadHttpMessage) as error:
        raise Malformed from error
    except TimeoutError as error:
        raise TooSlow from error
    if len(form.fields.get("text", "")) > TEXT_CHARACTERS_MAX:
        raise _too_long()
    return form


async def _take_parts(request: web.Request, form: Form, folder: Path, settings: WebSettings) -> None:
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise Malformed
        if part.name == "files":
            await _take_file(part, form, folder, settings)
        elif part.name in FIELDS and part.name not in form.fields:
            form.fields[part.name] = await _take_field(part)
        else:
            raise Malformed


async def _take_field(part: BodyPartReader) -> str:
    read = bytearray()
    while chunk := await part.read_chunk(CHUNK_BYTES):
        read += chunk
        if len(read) > FIELD_BYTES_MAX:
            raise _too_long()
    return read.decode("utf-8")


async def _take_file(part: BodyPartReader, form: Form, folder: Path, settings: WebSettings) -> None:
    if len(form.uploads) >= settings.uploads_max:
        raise _too_many(settings)
    given = clean(part.filename or "").replace("\\", "/")
    name = PurePosixPath(given).name[-NAME_CHARACTERS_MAX:] or "picture"
    path = folder / str(len(form.uploads))
    size = 0
    with path.open("wb") as file:
        while chunk := await part.read_chunk(CHUNK_BYTES):
            size += len(chunk)
            if size > settings.upload_bytes_max:
                raise TooLarge(
                    f"A picture may have {settings.upload_bytes_max // MEGABYTE} MB. Send a smaller copy."
                )
            await asyncio.to_thread(file.write, chunk)
    form.uploads.append(Upload(name, path))


def _too_many(settings: WebSettings) -> TooLarge:
    return TooLarge(
        f"At most {settings.uploads_max} pictures go into one message. Remove some and send it again."
    )


def _too_long() -> TooLarge:
    return TooLarge(f"That is too long. Keep the text under {TEXT_CHARACTERS_MAX:,} characters.")
