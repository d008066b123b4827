"""Sends files: pictures that the visitor may see, and the page's own parts."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import quote

from aiohttp import web

from bot.core.errors import NotFound
from bot.core.front import Gallery, Served
from bot.platforms.web.errors import Malformed, WebError
from bot.platforms.web.visitors import Visitor

Kind = Literal["shown", "original", "thumbnail"]

KINDS: tuple[Kind, ...] = get_args(Kind)
PICTURE_POLICY = "default-src 'none'; sandbox"
STATIC_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


async def picture(request: web.Request, gallery: Gallery, visitor: Visitor) -> web.StreamResponse:
    """Send a picture that the visitor may see; raises NotFound."""
    asked = request.query.get("kind", "shown")
    kind = next((kind for kind in KINDS if kind == asked), None)
    if kind is None:
        raise Malformed
    served = await gallery.serve(request.match_info["picture"], visitor.caller("see"), kind)
    return _file(served, is_download="download" in request.query)


async def document(request: web.Request, gallery: Gallery, visitor: Visitor) -> web.StreamResponse:
    """Send a file of an answer to whom it was made for, pictures to be shown and all else to be kept."""
    served = await gallery.document(request.match_info["document"], visitor.caller("see"))
    return _file(served, is_download="download" in request.query)


async def partial(request: web.Request, gallery: Gallery, visitor: Visitor) -> web.StreamResponse:
    """Send the newest unfinished picture of the visitor's running job; raises NotFound."""
    number = int(request.match_info["number"])
    return _file(await gallery.partial(number, visitor.caller("see")), is_download=False)


def shared(path: Path) -> web.FileResponse:
    """Send a picture to a vendor that knows its address; raises NotFound."""
    return _file(Served(path, "", "picture"), is_download=False)


def _file(served: Served, *, is_download: bool) -> web.FileResponse:
    try:
        mime = _sniffed(served.path)
    except FileNotFoundError as error:
        # It was deleted while we looked.
        raise NotFound("picture_gone") from error
    is_download = is_download or mime is None
    headers = {
        "Content-Type": mime or "application/octet-stream",
        "Content-Disposition": _disposition(served, is_download=is_download),
        "Content-Security-Policy": PICTURE_POLICY,
        # Browsers ask again each time: a picture that was deleted, or is somebody else's now, is gone at once.
        "Cache-Control": "private, no-cache",
    }
    return web.FileResponse(served.path, headers=headers)


def _sniffed(path: Path) -> str | None:
    """Tell what a file is by its first bytes; None for anything that we do not show."""
    with path.open("rb") as file:
        head = file.read(12)
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return None


def _disposition(served: Served, *, is_download: bool) -> str:
    """Name the file; the name is quoted so that it cannot end the header."""
    return f"{'attachment' if is_download else 'inline'}; filename*=UTF-8''{quote(served.name, safe='')}"


class StaticFiles:
    """The page's own files, read once; browsers ask again and are told when nothing changed."""

    def __init__(self) -> None:
        self._files: dict[str, tuple[bytes, str, str]] = {}
        for file in (files("bot.platforms.web") / "static").iterdir():
            mime = STATIC_TYPES.get(Path(file.name).suffix)
            if mime:
                content = file.read_bytes()
                self._files[file.name] = (content, mime, f'"{hashlib.sha256(content).hexdigest()[:20]}"')

    def text(self, name: str) -> str:
        """Return a file's text."""
        return self._files[name][0].decode("utf-8")

    async def serve(self, request: web.Request) -> web.Response:
        """Send a file of the page."""
        found = self._files.get(request.match_info["name"])
        if found is None or request.match_info["name"].endswith(".html"):
            raise WebError(404, "There is nothing here. Go back to the chat.")
        content, mime, tag = found
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers=headers)
        return web.Response(body=content, content_type=mime, charset="utf-8", headers=headers)
