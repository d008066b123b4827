"""The page about vendors: what they cost and how they have done, for everybody who may use the chat."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import get_args
from urllib.parse import quote

from aiohttp import web

from bot.core.ports import Clock
from bot.core.vendorsheets import (
    WINDOW_DAYS,
    Chart,
    Line,
    ModelSheet,
    Theme,
    VendorBook,
    VendorSheet,
    about_model,
    about_vendor,
)
from bot.platforms.web.errors import WebError
from bot.platforms.web.visitors import Visitors

HEAD = """<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title>Vendors · Easel</title>
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <link rel="icon" href="/static/easel.svg">
  <link rel="stylesheet" href="/static/base.css">
  <link rel="stylesheet" href="/static/vendors.css">
</head>
<body>
  <header class="top"><div class="column">
    <a class="brand" href="/"><img src="/static/easel.svg" alt="" width="28" height="28">Easel</a>
    <a class="aside" href="/">Back to the chat</a>
  </div></header>
  <main class="column vendors">
"""
INTRODUCTION = f"""<header><h1>Vendors</h1>
<p>Who draws here, what that costs, and how it went in the last {WINDOW_DAYS} days, counted over everybody's orders.</p>
</header>
"""
FOOT = "</main></body></html>\n"
CAPTIONS = {"prices": "What the vendor asks for a square picture", "days": "Answered, day by day (UTC)"}
NOBODY = "<p>No vendor is on offer.</p>"


class VendorPage:
    """Serves the page and its charts."""

    def __init__(self, book: VendorBook, clock: Clock, visitors: Visitors) -> None:
        self._book = book
        self._clock = clock
        self._visitors = visitors

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Add the routes."""
        router.add_get("/vendors", self._page)
        router.add_get("/vendors/chart", self._chart)

    async def _page(self, request: web.Request) -> web.Response:
        sheets = await self._book.read()
        text = page(sheets, self._clock())
        response = web.Response(text=text, content_type="text/html", headers={"Cache-Control": "no-store"})
        if not self._visitors.welcome(request, response):
            raise WebError(401, "You need an invitation. Ask whoever runs Easel for your link.")
        return response

    async def _chart(self, request: web.Request) -> web.Response:
        await self._visitors.of(request)
        asked = request.query
        chart: Chart | None = next((each for each in get_args(Chart) if each == asked.get("of")), None)
        theme: Theme | None = next((each for each in get_args(Theme) if each == asked.get("theme")), None)
        drawn = await self._book.chart(asked.get("model", ""), chart, theme) if chart and theme else None
        if drawn is None:
            raise WebError(404, "There is nothing here. Go back to the chat.")
        headers = {"Cache-Control": "private, max-age=60"}
        return web.Response(body=drawn, content_type="image/png", headers=headers)


def page(sheets: Sequence[VendorSheet], now: int) -> str:
    """Write the whole page; everything that is told is escaped."""
    told = "".join(_vendor(sheet, now) for sheet in sheets if sheet.models)
    return f"{HEAD}{INTRODUCTION}{told or NOBODY}{FOOT}"


def _vendor(sheet: VendorSheet, now: int) -> str:
    about = "".join(
        f"<div><dt>{escape(line.label)}</dt><dd>{_linked(line.value)}</dd></div>"
        for line in about_vendor(sheet)
    )
    models = "".join(_model(model, now) for model in sheet.models)
    return f'<section class="vendor"><h2>{escape(sheet.title)}</h2><dl class="about">{about}</dl>{models}</section>\n'


def _model(sheet: ModelSheet, now: int) -> str:
    facts = list(about_model(sheet, now))
    lines = "".join(_fact(line) for line in facts)
    return (
        f'<article class="model"><header><h3>{escape(sheet.title)}</h3><code>{escape(sheet.address)}</code></header>'
        f'<dl class="facts">{lines}</dl>{"".join(_charts(sheet, facts))}</article>\n'
    )


def _fact(line: Line) -> str:
    details = "".join(f"<small>{escape(each)}</small>" for each in line.details if each != line.value)
    alone = ' class="alone"' if line.label == "Left alone" else ""
    return f"<div{alone}><dt>{escape(line.label)}</dt><dd>{escape(line.value)}{details}</dd></div>"


def _charts(sheet: ModelSheet, facts: Iterable[Line]) -> Iterator[str]:
    """Show what there is to show; the same numbers stand in the text beside it, and aloud."""
    said = {line.label: "; ".join((line.value, *line.details)) for line in facts}
    if sheet.has_changed:
        yield _chart(sheet, "prices", said["Credits a square"])
    if sheet.health.by_day:
        yield _chart(sheet, "days", said["Last 30 days"])


def _chart(sheet: ModelSheet, chart: Chart, said: str) -> str:
    light, dark = (
        escape(f"/vendors/chart?model={quote(sheet.address, safe='')}&of={chart}&theme={theme}")
        for theme in ("light", "dark")
    )
    return (
        f"<figure><figcaption>{escape(CAPTIONS[chart])}</figcaption><picture>"
        f'<source media="(prefers-color-scheme: dark)" srcset="{dark}">'
        f'<img src="{light}" alt="{escape(said)}" loading="lazy"></picture></figure>'
    )


def _linked(value: str) -> str:
    """Let what is an address be followed."""
    words = escape(value)
    return f'<a href="{words}" rel="noreferrer">{words}</a>' if value.startswith("https://") else words
