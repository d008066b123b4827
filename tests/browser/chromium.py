"""Headless Chromium, with everything that a page complains about."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, async_playwright

DESKTOP = ViewportSize(width=1280, height=860)
PHONE = ViewportSize(width=390, height=844)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_chromium() -> Path:
    """Return the installed Chromium; skips the test when there is none."""
    for name in NAMES:
        if found := shutil.which(name):
            return Path(found)
    pytest.skip(f"needs Chromium: none of {', '.join(NAMES)} is on the PATH")


@dataclass
class Watched:
    """A page and what its console complained about."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Note every error and warning of the page from now on."""
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, message: object) -> None:
        kind = getattr(message, "type", "")
        if kind in {"error", "warning"}:
            self.complaints.append(f"{kind}: {getattr(message, 'text', '')}")


@asynccontextmanager
async def launched() -> AsyncIterator[Browser]:
    """Run Chromium while the block runs."""
    executable = find_chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=FLAGS)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def opened(
    browser: Browser, address: str, *, viewport: ViewportSize = DESKTOP
) -> AsyncIterator[Watched]:
    """Open an address in a browser of its own."""
    context: BrowserContext = await browser.new_context(viewport=viewport, reduced_motion="reduce")
    try:
        watched = Watched(await context.new_page())
        watched.watch()
        await watched.page.goto(address)
        yield watched
    finally:
        await context.close()
