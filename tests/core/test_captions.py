"""What stands beside a picture in a chat."""

from __future__ import annotations

from bot.core.captions import Mention, caption
from bot.core.phrases import PROMPT_CHARACTERS_MAX
from bot.core.replies import Reply, Row, ShownPicture

PICTURE = ShownPicture(id="p", alt="Picture 2 of 4, AI-generated: a fox", mime="image/png", width=1, height=1)
RECEIPT = (
    Row(label="Size", value="1024x1024"),
    Row(label="Held", value="8 credits"),
    Row(label="Cost", value="5.3 credits"),
)


def result(*lines: str, private: bool = False) -> Reply:
    """Make the result of a job."""
    text = "\n".join(("Made with gpt-image-2 · #142", *lines))
    return Reply(kind="result", text=text, rows=RECEIPT, pictures=(PICTURE,), job="j", private=private)


def test_the_cost_is_public_and_the_receipt_is_not() -> None:
    """The first line names the model; four lines at most stand beside the picture."""
    told = caption(result("“a fox”", "3 of 4 pictures."), Mention("U1", pings=True))

    assert told.lines == (
        ("Made with gpt-image-2 · #142 · 5.3 credits",),
        ("“a fox”",),
        ("3 of 4 pictures.",),
        ("Asked by ", Mention("U1", pings=True)),
    )
    assert told.alts == ("Picture 2 of 4, AI-generated: a fox",)
    assert "8 credits" not in told.text


def test_long_words_are_shortened_and_many_lines_cut() -> None:
    """However much there is to say, it stays four lines, and the asker is among them."""
    told = caption(result("“" + "x" * 500 + "”", "one", "two", "three"), Mention("U1"))

    assert len(told.lines) == 4
    assert len(str(told.lines[1][0])) <= PROMPT_CHARACTERS_MAX + 2
    assert told.lines[-1][-1] == Mention("U1")


def test_a_small_box_keeps_the_first_line() -> None:
    """What does not fit is left out whole; the first line is cut at last."""
    told = caption(result("“a fox”"), characters_max=20)

    assert told.text == "Made with gpt-image-"
