"""Buttons are written as codes that a platform gives back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.codes import CODE_CHARACTERS_MAX, code_of, fits, press_of
from bot.core.errors import Refusal
from bot.core.front import Press
from bot.core.replies import Button
from tests.fakes import caller_of

ID = "0123456789abcdefghjkmnpq"


@pytest.mark.parametrize(
    "button",
    [
        Button(act="again", label="Again · 5.3", job=ID, words="142"),
        Button(act="again", label="Draw another · 5.3", job=ID, words="999999999 another"),
        Button(act="finish", label="Finish · 21", job=ID, picture=ID),
        Button(act="delete", label="Delete for good", job=ID, picture=ID, words="sure"),
        Button(act="open", label="#142", words="142"),
    ],
    ids=lambda button: button.label,
)
def test_a_button_about_a_job_comes_back_whole(button: Button) -> None:
    """What the studio needs is in the code, which is short enough for every platform."""
    code = code_of(button)

    expected = Press(button.act, caller_of(), button.job, button.picture, button.words)
    assert press_of(code, caller_of()) == expected
    assert len(code) <= CODE_CHARACTERS_MAX


def test_words_that_people_typed_are_kept_elsewhere() -> None:
    """A line does not go into a code; its button is written once it is kept."""
    button = Button(act="change_words", label="Change words", words="/imagine a cat: asleep")

    assert not fits(button)
    with pytest.raises(ValueError, match="must be kept"):
        code_of(button)
    assert press_of(code_of(button.model_copy(update={"ask": ID})), caller_of()) == Press(
        "change_words", caller_of(), ask=ID
    )


@given(st.text(max_size=120), st.sampled_from(("{}", "easel1:{}", "easel1:again:{}:::")))
def test_whatever_comes_back_is_read_or_refused(text: str, frame: str) -> None:
    """A code that is not ours is a button that does nothing any more; one that is ours says what it does."""
    code = frame.format(text)
    try:
        press = press_of(code, caller_of())
    except Refusal:
        assert code != "easel1:again::::"
    else:
        assert code.startswith(f"easel1:{press.act}:")
