"""What a person does in the chat, step by step; works on any running Easel."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw
from playwright.async_api import Locator, Page, expect

LIGHTHOUSE = 'a lighthouse at dusk, headline "OPEN LATE" --size wide'


def photograph(folder: Path) -> Path:
    """Make a photo to attach."""
    path = folder / "harbour.jpg"
    image = Image.linear_gradient("L").resize((800, 600)).convert("RGB")
    ImageDraw.Draw(image).rectangle((300, 200, 500, 500), fill=(160, 60, 40))
    image.save(path, "JPEG", quality=90)
    return path


class Chat:
    """The page as a person uses it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.line = page.get_by_label("What to draw")
        self.results = page.locator('article[data-kind="result"]')
        self.failures = page.locator('article[data-kind="failure"]')
        self.drawing = page.locator('article[data-kind="accepted"]')
        self.threads = page.locator("section.thread")
        self.pill = page.locator("#credits")
        self.notice = page.locator("#notice")

    async def send(self, words: str, *files: Path) -> None:
        """Type a line, attach files, press Enter; waits until the line has left the box."""
        if files:
            await self.page.locator("#files").set_input_files(files)
            await expect(self.page.locator("#attached li")).to_have_count(len(files))
        await self.line.fill(words)
        await self.line.press("Enter")
        await expect(self.line).to_have_value("")

    async def wait_for_results(self, count: int) -> Locator:
        """Wait until `count` results are shown, the pictures loaded; returns the newest."""
        await expect(self.results).to_have_count(count, timeout=15_000)
        newest = self.results.last
        picture = newest.locator(".picture img").first
        await picture.scroll_into_view_if_needed()
        await expect(picture).to_have_js_property("complete", value=True)
        assert await picture.evaluate("image => image.naturalWidth") > 0
        return newest

    async def press(self, message: Locator, label: str) -> None:
        """Press a button under a message."""
        await message.locator(".buttons").get_by_role("button", name=label).click()


async def draw_a_lighthouse(chat: Chat, photo: Path) -> Locator:
    """Order with a photo and wait for the picture, its receipt and its buttons."""
    await chat.send(LIGHTHOUSE, photo)
    result = await chat.wait_for_results(1)
    await expect(result.locator(".receipt")).to_contain_text("wide")
    await expect(result.locator(".receipt")).to_contain_text("cost")
    await expect(chat.page.locator(".sent img")).to_have_count(1)
    return result


async def make_it_night(chat: Chat, result: Locator) -> Locator:
    """Reply to the picture; the edit appears in the same thread."""
    await chat.press(result, "Edit…")
    await expect(chat.page.locator("#changing")).to_contain_text("Changing picture 1 of #")
    await chat.send("make it night")
    edit = await chat.wait_for_results(2)
    await expect(chat.threads).to_have_count(1)
    await expect(chat.page.locator(".edits-label")).to_have_text("1 edit")
    await expect(chat.page.locator("#changing")).to_be_hidden()
    return edit


async def watch_the_credits(chat: Chat, before: str) -> None:
    """The pill has moved, and the statement behind it has a line for each picture."""
    await expect(chat.pill).not_to_have_text(before)
    await chat.pill.click()
    await expect(chat.page.locator("#statement .entries > div")).to_have_count(2)
    await chat.page.keyboard.press("Escape")
    await expect(chat.page.locator("#statement")).to_be_hidden()


async def draw_again(chat: Chat, result: Locator) -> Locator:
    """Press Again; the third picture comes into the same thread."""
    await chat.press(result, "Again")
    await expect(chat.results).to_have_count(3, timeout=15_000)
    await expect(chat.threads).to_have_count(1)
    return await chat.wait_for_results(3)


async def delete_a_picture(chat: Chat, result: Locator) -> None:
    """Delete asks once; then the picture is gone and its place says so."""
    await chat.press(result, "Delete")
    dialog = chat.page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Keep it").click()
    await expect(chat.results).to_have_count(3)
    await chat.press(result, "Delete")
    await dialog.get_by_role("button", name="Delete").click()
    await expect(chat.results).to_have_count(2)
    await expect(chat.page.locator(".gone")).to_have_count(1)


async def cancel(chat: Chat) -> None:
    """Cancel what is being drawn; the message says what became of it."""
    failures = await chat.failures.count()
    await chat.press(chat.drawing.last, "Cancel")
    await expect(chat.failures).to_have_count(failures + 1, timeout=15_000)
    await expect(chat.failures.last.locator(".receipt")).to_contain_text("cost 0")


async def reload(chat: Chat) -> None:
    """After a reload the conversation is what it was."""
    before = await chat.page.locator("article").all_inner_texts()
    await chat.page.reload()
    await expect(chat.page.locator("article")).to_have_count(len(before))
    assert await chat.page.locator("article").all_inner_texts() == before
