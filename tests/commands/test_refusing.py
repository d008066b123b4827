"""Whatever is wrong is one calm sentence, and nothing that was typed is lost."""

from __future__ import annotations

import pytest

from bot.core.front import Uploaded
from tests.commands.conftest import Type
from tests.fakes import FakeStudio, picture_id

REFERENCES = tuple(Uploaded(picture_id(900 + number), f"{number}.png", 64, 64) for number in range(17))


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("a cat --szie wide", "Did you mean --size?"),
        ("a cat --stylize 250", "I do not know --stylize"),
        ("a cat --count 11", "count is 11, and it goes from 1 to 10"),
        ("a cat --count 0", "from 1 to 10"),
        ("a cat --count two", "“two” is not"),
        ("a cat --format pgn", "Did you mean png?"),
        ("a cat --format tiff", "Choose one of png, jpeg, webp"),
        ("a cat --background blue", "Choose one of auto, opaque, transparent"),
        ("a cat --size", "no value for size"),
        ("a cat --count 2 --count 3", "--count is there twice"),
        ('--model "gpt', "is not closed"),
        (f"a cat --quality {'x' * 50}", "quality takes at most 40 characters"),
        ("a" * 32_001, "prompt takes at most 32000 characters"),
        ("/imagin a cat", "Did you mean /imagine?"),
        ("/xyzzy", "no command /xyzzy"),
        ("/credits please", "“please” is not the number"),
        ("/models sketch please", "takes no further words"),
        ("/history last", "“last” is not the number"),
        ("/edit --picture that night", "“that” does not name a picture"),
        ("#999: make it night", "no job 999"),
        ("a cat --size 9000x9000", "nearest size that works is 2880x2880"),
        ("/help xyzzy", "Choose one of imagine"),
    ],
)
async def test_a_wrong_line_is_refused_free(
    typed: Type, studio: FakeStudio, line: str, sentence: str
) -> None:
    """The sentence names what was wrong and what is allowed; nothing is ordered."""
    reply = await typed(line)

    assert reply.kind == "refusal"
    assert sentence in reply.text
    assert len(reply.text) < 200
    assert reply.private
    assert reply.buttons[-1].act == "change_words"
    assert reply.buttons[-1].words == line
    assert not studio.drafts


@pytest.mark.parametrize(
    ("line", "label", "mended"),
    [
        ("a cat --szie wide", "Use --size", "a cat --size wide"),
        ("a cat —size tall --cuont=2", "Use --count", "a cat —size tall --count=2"),
        ("/imagin a cat", "Use /imagine", "/imagine a cat"),
        ("a cat --format pgn --count 2", "Use png", "--format png --count 2 a cat"),
        ("/imagine a cat --size 9000x9000", "Use 2880x2880", "/imagine --size 2880x2880 a cat"),
        (
            'a "--size 1" cat --size 9000x9000',
            "Use 2880x2880",
            '--size 2880x2880 a "--size 1" cat',
        ),
    ],
)
async def test_a_mended_line_is_offered(typed: Type, line: str, label: str, mended: str) -> None:
    """Where we know what was meant, one press puts it into the box."""
    reply = await typed(line)

    assert (reply.buttons[0].label, reply.buttons[0].words) == (label, mended)


async def test_what_answers_a_picture_is_mended_under_it(typed: Type) -> None:
    """The button keeps the picture that is changed."""
    reply = await typed("night --szie wide", picture=picture_id(142))

    assert {button.picture for button in reply.buttons} == {picture_id(142)}


async def test_out_of_credits_says_price_and_what_one_has(typed: Type, studio: FakeStudio) -> None:
    """Both sums, and what can be done."""
    studio.credits["ann"] = 5_245

    reply = await typed("a cat")

    assert reply.kind == "refusal"
    assert reply.text == (
        "This costs up to 5.3 credits and you have 5.245 credits. Choose a lower quality or fewer pictures, or"
        " ask an admin for credits."
    )


@pytest.mark.parametrize(
    ("line", "files", "sentence"),
    [
        ("/credits", REFERENCES[:1], "takes no pictures"),
        ("a cat", REFERENCES, "17 pictures"),
        (
            "a cat",
            (Uploaded(picture_id(1), "mask.png", 1, 1), Uploaded(picture_id(2), "mask2.png", 1, 1)),
            "Two of these files",
        ),
        ("/cancel", (Uploaded(picture_id(1), "mask.png", 1, 1),), "takes no mask"),
    ],
)
async def test_wrong_files_are_refused(
    typed: Type, line: str, files: tuple[Uploaded, ...], sentence: str
) -> None:
    """Files that a command cannot use are named, not dropped."""
    reply = await typed(line, files=files)

    assert reply.kind == "refusal"
    assert sentence in reply.text


async def test_a_fault_of_ours_is_answered_calmly(
    typed: Type, studio: FakeStudio, capsys: pytest.CaptureFixture[str]
) -> None:
    """No trace and no inner words reach people; the reference is in the log."""
    studio.fault = RuntimeError("secret inner words")

    reply = await typed("a cat")

    assert reply.kind == "failure"
    assert "secret" not in reply.text
    assert "nt a cat" in reply.text
    assert "nt a cat" in capsys.readouterr().out


async def test_the_same_event_is_one_order(typed: Type, studio: FakeStudio) -> None:
    """A line that arrives twice is one job."""
    first = await typed("a cat")
    second = await typed("a cat")

    assert first == second
    assert len(studio.drafts) == 1
