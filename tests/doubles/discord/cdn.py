"""Files behind signed addresses: `?ex=…&is=…&hm=…`, good for a day, then gone."""

from __future__ import annotations

import hashlib
import hmac

from aiohttp import web

from tests.doubles.discord.state import Stored, World

LIFE_MS = 24 * 3600 * 1000
_SECRET = b"only this machine signs with it"


def keep(world: World, path: str, data: bytes, mime: str) -> str:
    """Store a file; returns its signed address."""
    world.files[path] = Stored(path, data, mime)
    return sign(world, path)


def sign(world: World, path: str) -> str:
    """Return an address that is good for a day."""
    now = world.clock.now_ms()
    end, begin = f"{(now + LIFE_MS) // 1000:x}", f"{now // 1000:x}"
    return f"{world.base_url}/{path}?ex={end}&is={begin}&hm={_mark(path, end, begin)}&"


def serve(world: World, request: web.Request) -> web.Response:
    """Answer with a file, or 404 as the CDN does when the signature is wrong, missing or too old."""
    path = request.path.lstrip("/")
    stored = world.files.get(path)
    end, begin, mark = (request.query.get(name, "") for name in ("ex", "is", "hm"))
    is_signed = hmac.compare_digest(mark, _mark(path, end, begin))
    if stored is None or stored.is_gone or not is_signed or int(end, 16) * 1000 < world.clock.now_ms():
        return web.Response(status=404, text="This content is no longer available.")
    return web.Response(body=stored.data, content_type=stored.mime)


def _mark(path: str, end: str, begin: str) -> str:
    return hmac.new(_SECRET, f"{path}?{end}&{begin}".encode(), hashlib.sha256).hexdigest()
