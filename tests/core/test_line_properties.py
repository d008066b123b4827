"""What holds for every text line, and what reading one costs."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.errors import Refusal
from bot.core.line import Kind, OptionSpec, clean, from_slack, parse_line, split_command

SPECS = (
    OptionSpec("size", Kind.SIZE, ("ar",)),
    OptionSpec("count", aliases=("n",)),
    OptionSpec("who", Kind.WHO),
    OptionSpec("private", Kind.FLAG),
)
PIECES = st.sampled_from(
    [
        *("--", "—", "–", "size", "--size", "—count", "--private", "=", " ", "\n", '"', "“", "”", "„", "«"),
        *("»", "'", "`", "a", "24", "1536 x 1024", "-- ", ",", "\ufdd0", "\ufdd1", "\ufdd2", "user:U1"),
        *("\u200d", "<@U1|", ">", "&amp;", "\u0301", "\x00", "\ud800", "😀", "語", "/"),
    ]
)
MESSY = st.one_of(st.text(), st.lists(PIECES, max_size=30).map("".join))
WORD = st.text(st.sampled_from("abcXYZ019é語'.,!?-"), min_size=1, max_size=8).filter(
    lambda word: not word.startswith("--") and word not in {"?", "help"}
)
QUOTED = st.text(st.sampled_from('ab -=\n"—'), max_size=20).map(lambda text: f"“{text.replace('”', '')}”")


@given(MESSY)
@example("--size \ufdd0")
@example("-- ")
@example("--")
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing but a refusal is raised, whatever is typed; no mark and nothing invisible is left."""
    try:
        line = parse_line(from_slack(text, bot="U1"), SPECS)
        split_command(text, {"imagine"}, direct=True)
    except Refusal:
        return

    assert not set(line.words) & set("\x00\ufdd0\ufdd1\ufdd2\u200b\ud800")
    assert line.words == line.words.strip()


@given(MESSY)
def test_clean_text_is_composed(text: str) -> None:
    """Cleaned text is in composed form and can be written as UTF-8."""
    cleaned = clean(text)

    assert unicodedata.is_normalized("NFC", cleaned)
    assert cleaned.encode().decode() == cleaned


@given(st.lists(WORD, min_size=1), QUOTED)
def test_quoted_text_is_kept_exactly(words: list[str], quoted: str) -> None:
    """What stands in quotes is in the words as typed, options and spaces included."""
    line = parse_line(f"{' '.join(words)} {quoted} --size wide", SPECS)

    assert line.words == clean(f"{' '.join(words)} {quoted}")
    assert line.options == {"size": "wide"}


@given(st.lists(st.tuples(WORD, st.sampled_from([" ", "  ", "\n", "\n\n"])), min_size=1))
def test_words_without_options_survive(pairs: list[tuple[str, str]]) -> None:
    """Words are kept as typed, with the spaces and line breaks between them."""
    text = "".join(word + space for word, space in pairs).strip()

    line = parse_line(text, SPECS)

    assert (line.words, line.options) == (clean(text), {})


@given(st.lists(WORD, min_size=1), st.data())
def test_options_may_stand_anywhere(words: list[str], data: st.DataObject) -> None:
    """The place of an option among the words changes nothing."""
    typed = list(words)
    for option in ("--size=wide", "—count 2", "--private"):
        typed.insert(data.draw(st.integers(0, len(typed))) if option != "—count 2" else 0, option)

    line = parse_line(" ".join(typed), SPECS)

    assert line.words == clean(" ".join(words))
    assert line.options == {"size": "wide", "count": "2", "private": True}


@given(MESSY)
def test_everything_after_leading_dashes_is_prompt(text: str) -> None:
    """A line that begins with two dashes and a space has no options."""
    line = parse_line("-- x" + text, SPECS)

    assert not line.options
    assert line.marked == clean("-- x" + text).strip()[3:]


HARD = {
    "quotes": '"',
    "open quotes": '"a ',
    "closed quotes": 'a" ',
    "curly quotes": "“a ",
    "guillemets": "« ",
    "backticks": "`a ",
    "backticks in lines": "`a `\n",
    "backtick runs": "``` ",
    "short dashes": "-- ",
    "dashes in a row": "-",
    "long dashes": "—size— ",
    "dashes in words": "a--size ",
    "spaces": "a" + " " * 40,
    "mentions begun": "\ufdd0user:U1\ufdd1",
    "Slack tokens begun": "<@U1|",
    "entities": "&amp;",
    "commas": "a,.;",
    "joined emoji": "👩\u200d",
    "accents": "a\u0301\u0323",
    "mixed": '"`“ —a 24" ` ',
}


def _steps(call: Callable[[], object]) -> int:
    """Count the lines of code that `call` runs, in this process and thread."""
    steps = 0

    def count(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal steps
        steps += event == "line"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        call()
    finally:
        sys.settrace(before)
    return steps


@pytest.mark.parametrize("piece", HARD.values(), ids=HARD)
def test_work_grows_with_the_length(piece: str) -> None:
    """32,000 characters cost at most twenty times the steps of 1,600."""

    def read(length: int) -> Callable[[], object]:
        text = piece * (length // len(piece))
        return lambda: parse_line(from_slack(text, bot="UB"), SPECS)

    read(100)()  # compiles patterns

    assert _steps(read(32_000)) <= 20 * _steps(read(1_600))
