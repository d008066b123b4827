"""Words longer than Discord's messages (2,000 characters) and forms (4,000), through everything that can be pressed."""

from __future__ import annotations

import pytest

from bot.app import App
from tests.doubles.discord.double import Discord
from tests.doubles.discord.interactions import Interaction
from tests.doubles.discord.puppets import Person
from tests.doubles.discord.state import Channel, Message
from tests.doubles.openai_simulator import OpenAISimulator
from tests.longer import few
from tests.platforms.discord.easel import PICTURE, labelled, labels, noted, numbered

LENGTHS = pytest.mark.parametrize("length", few((2_001, 4_001, 6_000), [4_001]))


def words_of(length: int) -> str:
    """Words of so many characters, with signs that must be escaped."""
    return ("a *lighthouse* on a _hill_ " * 300)[:length].strip().ljust(length, "!")


@LENGTHS
async def test_long_words_pass_every_button(
    painting: App,
    vendor: OpenAISimulator,
    discord: Discord,
    art: Channel,
    ann: Person,
    bob: Person,
    length: int,
) -> None:
    """Draw, Again, Draw another, Get result, Cancel, Original, Vary, Edit…, Finish, Report and Delete."""
    words = words_of(length)
    ann.slash(art, "imagine", {"prompt": words, "size": "1200x630"})
    first = await noted(painting, await numbered(discord, art, 1))

    opened = await discord.answered(ann.press(first, labelled(first, "Edit…")))
    ann.submit(opened, {"prompt": words[:4_000]})
    thread = await discord.world.changes.until(lambda: discord.world.channels.get(first.id), "a thread")
    await numbered(discord, thread, 2)

    vendor.plan("held", "held")
    again = await discord.response(ann.press(first, labelled(first, "Again")), _is_running)
    got = await discord.response(ann.press(again, "Get result"), lambda each: bool(each.files))
    assert _attached(discord, got) == words
    told = await discord.response(ann.press(first, labelled(first, "Again")))
    another = await discord.response(ann.press(told, labelled(told, "Draw another · ")), _is_running)
    assert "#4" in (await discord.response(ann.press(another, labelled(another, "Cancel")))).content
    vendor.gate.set()
    await numbered(discord, art, 3)

    original = await discord.response(ann.press(first, "Original"), lambda each: bool(each.files))
    assert original.files[0]["height"] > 630
    ann.press(first, labelled(first, "Vary"))
    await numbered(discord, thread, 5)
    ann.slash(art, "imagine", {"prompt": words, "quality": "low"})
    draft = await noted(painting, await numbered(discord, art, 6))
    dear = await discord.response(ann.slash(art, "imagine", {"prompt": words, "quality": "high", "count": 2}))
    ann.press(dear, labelled(dear, "Draw · "))
    await numbered(discord, art, 7)
    ann.press(draft, labelled(draft, "Finish"))
    await numbered(discord, art, 8)
    reasons = await discord.response(bob.press(first, "Report"))
    assert "Thank you" in (await discord.response(bob.press(reasons, "Hate"))).content
    sure = await discord.response(ann.press(first, "Delete"))
    ann.press(sure, "Delete for good")
    await discord.world.changes.until(lambda: first.id not in art.messages, "the picture to go")
    _is_in_order(discord, art, thread)


@LENGTHS
async def test_long_words_that_failed_are_tried_again_and_changed(
    painting: App, vendor: OpenAISimulator, discord: Discord, art: Channel, ann: Person, length: int
) -> None:
    """Every character is still there: in the form, or where no form takes them in a file."""
    words = words_of(length)
    vendor.plan("blocked_input", "blocked_input")
    failed = await discord.response(
        ann.slash(art, "imagine", {"prompt": words}), lambda each: "Change words" in labels(each)
    )

    again = ann.press(failed, labelled(failed, "Try again"))
    failed = await discord.response(again, lambda each: "Change words" in labels(each))

    assert "#2" in failed.content
    await _comes_back(discord, ann.press(failed, "Change words"), words)
    _is_in_order(discord, art)


@LENGTHS
async def test_long_words_are_not_cut_by_a_form_that_is_asked_for(
    easel: App, discord: Discord, art: Channel, ann: Person, length: int
) -> None:
    """`more` opens the form as far as it takes the words; nothing is cut silently."""
    words = words_of(length)

    await _comes_back(discord, ann.slash(art, "imagine", {"prompt": words, "more": True}), words)


@LENGTHS
async def test_long_words_without_a_picture_to_change_are_kept(
    easel: App, discord: Discord, art: Channel, ann: Person, length: int
) -> None:
    """The pictures on offer change to them."""
    words = words_of(length)
    ann.slash(art, "imagine", {"prompt": "a lighthouse"})
    await noted(easel, await numbered(discord, art, 1))

    offered = await discord.response(ann.slash(art, "edit", {"prompt": words}))

    which = next(label for label in labels(offered) if label.startswith("#1"))
    await _comes_back(discord, ann.press(offered, which), words)


@pytest.mark.hurried
async def test_a_form_that_comes_too_late_is_a_button(
    easel: App, discord: Discord, art: Channel, ann: Person
) -> None:
    """A form can only be the first answer, and a slow attachment takes that: nothing typed is lost."""
    fault = discord.wire.plan("hold_before", "GET", "/attachments/*/*/*")
    made = ann.slash(art, "imagine", {"prompt": "a ship", "more": True}, {"image1": PICTURE})
    assert (await discord.answered(made)).answer_kind == 5
    fault.let_go()

    told = await discord.response(made, lambda each: "Change words" in labels(each))
    opened = await discord.answered(ann.press(told, "Change words"))
    assert "a ship" in str(opened.modal)
    ann.submit(opened, {"prompt": "two ships"})

    picture = await numbered(discord, art, 1)
    assert "two ships" in picture.content
    assert "References 1" in picture.content


async def _comes_back(discord: Discord, made: Interaction, words: str) -> None:
    """Fail unless all words come back: in a form up to 4,000 characters, else as a file, with a way on."""
    await discord.answered(made)
    if len(words) <= 4_000:
        assert made.modal is not None
        assert words in str(made.modal)
        return
    assert made.modal is None
    told = await discord.response(made, lambda each: bool(each.files))
    assert _attached(discord, told) == words
    assert "the command itself" in told.content


def _attached(discord: Discord, message: Message) -> str:
    """Read the text file of a message."""
    file = next(each for each in message.files if each["filename"].endswith(".txt"))
    return discord.world.files[str(file["url"].partition("?")[0].split("/", 3)[3])].data.decode()


def _is_running(message: Message) -> bool:
    return any("charged" in label for label in labels(message))


def _is_in_order(discord: Discord, *channels: Channel) -> None:
    """Fail where anything is longer than Discord takes, or stands in more than four lines beside a picture."""
    refused = [each for each in discord.wire.exchanges if each.status in {400, 413}]
    assert refused == []
    shown = [each for channel in channels for each in channel.messages.values()]
    assert all(len(each.content) <= 2_000 for each in shown)
    assert all(len(each.content.splitlines()) <= 4 for each in shown if each.files and each.seen_by is None)
