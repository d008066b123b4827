"""Takes the pictures of the README and the docs from a real Easel: `make screenshots`."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Page, async_playwright

FOLDER = Path(__file__).with_name("pictures")
READY = "Easel is ready: "
PROMPT = 'a lighthouse at dusk, headline "OPEN LATE" --size wide'
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
]


async def main() -> None:
    """Start Easel on a folder of its own, use it like a newcomer, and keep what the page shows."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("Screenshots need Chromium. Install it and run this again.")
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as data:
        environment = {**os.environ, "EASEL_DATA_DIR": data, "PORT": "0"}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", env=environment, stdout=asyncio.subprocess.PIPE
        )
        try:
            address = await _address(process)
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
                page = await browser.new_page(viewport={"width": 1100, "height": 800}, device_scale_factor=2)
                await _use(page, address)
                await browser.close()
        finally:
            process.terminate()
            await process.wait()


async def _address(process: asyncio.subprocess.Process) -> str:
    if process.stdout is None:
        raise RuntimeError("the process has no output")
    async for line in process.stdout:
        if line.decode().startswith(READY):
            return line.decode().removeprefix(READY).strip()
    raise RuntimeError("Easel did not start")


async def _use(page: Page, address: str) -> None:
    await page.goto(address)
    await page.locator("#examples .cost", has_text="Draw").nth(2).wait_for()
    await page.screenshot(path=FOLDER / "start.png")
    await _say(page, PROMPT, pictures=1)
    await page.get_by_role("button", name="Edit…").first.click()
    await _say(page, "make it night", pictures=2)
    await page.set_viewport_size({"width": 1100, "height": 1420})
    await page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    await page.screenshot(path=FOLDER / "chat.png")
    await page.goto(f"{address}/vendors")
    while "answered" not in await page.inner_text(".model"):
        await page.wait_for_timeout(1_000)
        await page.reload()
    await page.set_viewport_size({"width": 1100, "height": 800})
    await page.wait_for_function(
        "() => [...document.querySelectorAll('figure img')].every(image => image.complete && image.naturalWidth)"
    )
    await page.screenshot(path=FOLDER / "vendors.png")
    await page.goto(address)
    await page.locator(".picture img").nth(1).wait_for()
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    await page.screenshot(path=FOLDER / "phone.png")


async def _say(page: Page, line: str, *, pictures: int) -> None:
    await page.fill("#line", line)
    await page.keyboard.press("Enter")
    await page.wait_for_function(
        "count => document.querySelectorAll('.picture img').length >= count"
        " && [...document.querySelectorAll('.picture img')].every(image => image.complete && image.naturalWidth)",
        arg=pictures,
    )


if __name__ == "__main__":
    asyncio.run(main())
