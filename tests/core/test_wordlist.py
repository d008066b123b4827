"""A listed word is found however it is written, and nothing else is."""

from __future__ import annotations

import time

import pytest

from bot.core.wordlist import ENTRIES_MAX, is_asked, normal


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        ("gun", "a gun on a table"),
        ("gun", "A GUN!"),
        ("gun", "ｇｕｎ"),
        ("gun", "g\u200bu\u2060n"),
        ("gun", "g\u00adun, please"),
        ("gun", "g\ufe0fun"),
        ("gun", "g\u0335u\u0335n\u0335"),
        ("Straße", "STRASSE"),
        ("gun", '"gun"'),
        ("gun", "old_gun_metal"),
        ("gun*", "guns everywhere"),
        ("*gun", "a handgun"),
        ("*gun*", "handguns"),
        ("red  flag", "a Red, flag"),
        ("red fl*", "a red flagpole"),
        ("营业", "招牌「营业中」"),
        ("naïve", "nai\u0308ve"),
    ],
)
def test_it_is_found(entry: str, text: str) -> None:
    """In any case and width, across what nobody sees, as a whole word or with stars."""
    assert is_asked(text, [normal(entry)])


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        ("gun", "a gunner"),
        ("gun", "begun"),
        ("gun*", "begun"),
        ("*gun", "guns"),
        ("red flag", "a flag that is red"),
        ("cat", "a dog"),
        ("cat", ""),
    ],
)
def test_other_words_are_left_alone(entry: str, text: str) -> None:
    """A part of a word is not the word."""
    assert not is_asked(text, [normal(entry)])


@pytest.mark.parametrize("entry", ["", "  ", "***", "!?", "\u200b", "_", "g*n"])
def test_what_cannot_be_an_entry_is_none(entry: str) -> None:
    """It would be found everywhere, or nowhere; a star stands at an end."""
    assert normal(entry) == ""


@pytest.mark.parametrize("unit", ["ab ", "a", "a*", "\u0301a", "\ufdfa", "啊", "a\u200b"])
def test_the_work_is_linear(unit: str) -> None:
    """A text twenty times as long costs at most forty times as much, with a full list of the worst entries."""
    entries = [normal(f"*{'a' * 40}{each:x}*") for each in range(ENTRIES_MAX)]

    def seconds(length: int) -> float:
        text = (unit * length)[:length]
        best = 9.9
        for _ in range(3):
            began = time.thread_time()
            is_asked(text, entries)
            best = min(best, time.thread_time() - began)
        return best

    assert seconds(32_000) < 40 * max(seconds(1_600), 0.002)
