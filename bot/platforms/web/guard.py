"""What every request must pass: a host that we answer to, and our own page behind everything that acts."""

from __future__ import annotations

import logging
import re

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.core.errors import NotFound, Refusal
from bot.platforms.web.errors import WebError
from bot.platforms.web.settings import WebSettings

METRICS = "/metrics"
OPEN_TO_PROBES = frozenset({"/healthz", "/readyz"})
SAFE_METHODS = frozenset({"GET", "HEAD"})
PAGE_HEADER = "X-Easel"
"""A header that only scripts of our own origin can send."""

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
ERROR_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Easel</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/static/base.css"><link rel="icon" href="/static/easel.svg">
<main class="notice"><img src="/static/easel.svg" alt="" width="48" height="48">
<h1>{title}</h1><p>{text}</p></main>
</html>
"""

log = logging.getLogger(__name__)


class Guard:
    """The one middleware: checks the request, turns errors into sentences, adds the headers."""

    def __init__(self, settings: WebSettings, signed: frozenset[str] = frozenset()) -> None:
        self._settings = settings
        self._signed = signed

    def middleware(self) -> Middleware:
        """Return the guard as aiohttp takes it."""

        @web.middleware
        async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
            try:
                self._check(request)
                response = await handler(request)
            except WebError as error:
                response = _answer(request, error.status, error.sentence)
            except Refusal as refusal:
                response = _answer(request, 404 if isinstance(refusal, NotFound) else 422, str(refusal))
            except web.HTTPException as error:
                response = _answer(request, error.status, _HTTP.get(error.status, _HTTP[400]))
            except ConnectionError:
                # The browser went away while it was sending; what we answer reaches nobody.
                response = _answer(request, 400, _HTTP[400])
            except Exception:
                log.exception("a web request failed: %s", request.match_info.route.resource)
                response = _answer(
                    request, 500, "Something went wrong here. Try again; what you typed is kept."
                )
            if not response.prepared:
                for name, value in HEADERS.items():
                    response.headers.setdefault(name, value)
            return response

        return guarded

    def _check(self, request: web.Request) -> None:
        if request.path in OPEN_TO_PROBES or (request.path == METRICS and self._settings.metrics_token):
            return
        if _name_of(request.host) not in self._settings.hosts:
            raise WebError(
                421, "Easel does not answer to this address. Whoever runs it sets it as EASEL_PUBLIC_URL."
            )
        if request.method not in SAFE_METHODS and not self._is_ours(request):
            raise WebError(403, "This did not come from Easel's own page. Reload the page and try again.")

    def _is_ours(self, request: web.Request) -> bool:
        """Say whether our own page sent it, or it proves itself otherwise: by its address, or by a signature."""
        if request.path.startswith("/callbacks/") or request.path in self._signed:
            return True
        origin = request.headers.get("Origin", "").lower()
        own = {f"http://{request.host}".lower(), f"https://{request.host}".lower(), self._settings.origin}
        site = request.headers.get("Sec-Fetch-Site")
        if (origin and origin not in own) or site not in (None, "same-origin"):
            return False
        if not origin and site is None:
            return False
        return PAGE_HEADER in request.headers or request.path.startswith("/join/")


_HOST = re.compile(r"(?:\[(?P<address>[0-9A-Fa-f:.]+)\]|(?P<name>[^\[\]@:/?#\s]+))(?::[0-9]{1,5})?")
_HTTP = {
    400: "This request could not be read. Reload the page and try again.",
    404: "There is nothing here. Go back to the chat.",
    405: "There is nothing here. Go back to the chat.",
    413: "That is too large. Send less at once.",
}


def _name_of(host: str) -> str:
    """Return the host name without its port; nothing for what is no plain name and port."""
    found = _HOST.fullmatch(host)
    return (found["address"] or found["name"]).lower() if found else ""


def _answer(request: web.Request, status: int, sentence: str) -> web.Response:
    if request.path.startswith("/api/"):
        return web.json_response({"error": sentence}, status=status, headers={"Cache-Control": "no-store"})
    page = error_page("Easel", sentence)
    return web.Response(
        text=page, status=status, content_type="text/html", headers={"Cache-Control": "no-store"}
    )


def error_page(title: str, text: str) -> str:
    """Return a small page; both arguments are our own words, never a visitor's."""
    return ERROR_PAGE.format(title=title, text=text)
