"""The sentences that people read."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from bot.core import errors
from bot.core.errors import Refusal
from bot.core.sentences import SENTENCES, say

ROOT = Path(__file__).parents[2]
SPEAKERS = {"say"} | {
    name for name, each in vars(errors).items() if isinstance(each, type) and issubclass(each, Refusal)
}
FRAGMENTS = re.compile(r"statement_|made_with|slack_message_link")
"""Parts of a line or a heading, which are no sentences of their own."""

ORDINARY = {
    "price": 71_200,
    "have": 12_345,
    "left": 12_345,
    "held": 5_345,
    "returned": 5_345,
    "amount": 2_000_000,
    "available": 120_345,
    "taken": 12_345,
    "charged": 1_234_567,
    "allowance": 5_345,
    "balance": 12_345,
    "counted": 400_000,
    "number": 14_203,
    "count": 4,
    "limit": 32_000,
    "length": 33_123,
    "got": 2,
    "wanted": 4,
    "low": 1,
    "allowed": "low, medium, high, xhigh, max",
    "models": "gpt-image-2, gpt-image-1.5, sketch",
    "model": "gpt-image-2",
    "other": "gpt-image-1.5",
    "what": "a transparent background",
    "given": "transparrent",
    "name": "background",
    "near": "transparent",
    "others": SENTENCES["others_account"],
    "example": "/imagine a fox asleep in a teacup",
    "words": "night",
    "who": "@ann",
    "reference": "k3f9q2xz",
    "summary": "Draw a picture from words",
    "asked": "1920x9000",
    "nearest": "1280x3840",
    "fault": "too long and narrow",
}


def spoken(key: str) -> str:
    """Fill the blanks of a sentence with ordinary values."""
    blanks = {name for _, name, _, _ in Formatter().parse(SENTENCES[key]) if name}
    return say(key, **{name: ORDINARY.get(name, "something") for name in blanks})


@pytest.mark.parametrize("key", SENTENCES)
def test_a_sentence_is_short_and_plain(key: str) -> None:
    """Under 200 characters, and no word of a programmer."""
    sentence = spoken(key)

    assert len(sentence) < 200
    assert not re.search(
        r"\b(None|null|error|exception|invalid|traceback|stack|HTTP|JSON|\d{3} status)\b", sentence
    )
    assert "{" not in sentence
    assert "!" not in sentence


@pytest.mark.parametrize("key", [key for key in SENTENCES if not FRAGMENTS.match(key)])
def test_a_sentence_ends(key: str) -> None:
    """With a stop or a question mark, unless a value or an example stands at its end."""
    assert re.search(r"[.?]$", spoken(key)) or SENTENCES[key].endswith("}")


def sources() -> Iterator[tuple[str, ast.AST]]:
    """Yield every node of our code, apart from the table itself."""
    for package in ("bot", "commands", "config"):
        for path in (ROOT / package).rglob("*.py"):
            if path.name != "sentences.py":
                where = path.relative_to(ROOT).as_posix()
                yield from ((where, node) for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def pattern_of(text: ast.JoinedStr) -> str:
    """Turn an f-string into a pattern of the keys that it can name."""
    return "".join(
        re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"\w+" for part in text.values
    )


def test_every_sentence_is_used() -> None:
    """No sentence stays that nobody can be told."""
    constants, patterns = set(), set()
    for _, node in sources():
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            constants.add(node.value)
        elif isinstance(node, ast.JoinedStr) and re.match(r"[a-z]{3,}_", pattern := pattern_of(node)):
            patterns.add(pattern)

    unused = [
        key
        for key in SENTENCES
        if key not in constants and not any(re.fullmatch(each, key) for each in patterns)
    ]

    assert not unused


def test_every_key_has_a_sentence() -> None:
    """Whoever speaks names a key of the table."""
    missing = []
    for where, node in sources():
        if not isinstance(node, ast.Call) or not node.args or not isinstance(node.func, ast.Name):
            continue
        first = node.args[0]
        if node.func.id not in SPEAKERS:
            continue
        if isinstance(first, ast.Constant) and first.value not in SENTENCES:
            missing.append(f"{where}: {first.value!r}")
        if isinstance(first, ast.JoinedStr) and not any(
            re.fullmatch(pattern_of(first), key) for key in SENTENCES
        ):
            missing.append(f"{where}: {ast.unparse(first)}")

    assert not missing


@pytest.mark.parametrize(
    ("millicredits", "dollars"), [(2_000_000, "$20.00"), (1_000_500, "$10.01"), (50_000, "$0.50")]
)
def test_money_is_never_told_too_low(millicredits: int, dollars: str) -> None:
    """A part of a cent counts as one."""
    assert dollars in say("ask_grant", amount=millicredits, who="@ann")


def test_amounts_are_rounded_for_prices_only() -> None:
    """A price is rounded up, what one has is exact."""
    sentence = say("out_of_credits", price=5_345, have=5_344)

    assert "up to 5.4 credits" in sentence
    assert "have 5.344 credits" in sentence
