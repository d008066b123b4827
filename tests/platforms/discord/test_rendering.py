"""Replies become messages in which nobody's words come alive."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.following import JobView
from bot.core.replies import Button, Reply, Row
from bot.core.wording import accepted, result
from bot.platforms.discord.escaping import escaped, fitted
from bot.platforms.discord.progress import body_of
from bot.platforms.discord.rendering import Look, content, message, rows_of
from tests.fakes import card_of


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("@everyone look", "\\@everyone look"),
        ("<@123> hi", "\\<\\@123\\> hi"),
        ("[click](https://evil.example)", "\\[click\\]\\(https\\://evil.example\\)"),
        (
            "**bold** _it_ ~~no~~ ||secret|| `code`",
            "\\*\\*bold\\*\\* \\_it\\_ \\~\\~no\\~\\~ \\|\\|secret\\|\\| \\`code\\`",
        ),
        ("# head", "\\# head"),
        ("a \\ b", "a \\\\ b"),
        ("日本語 😀", "日本語 😀"),
    ],
)
def test_words_are_shown_as_typed(typed: str, shown: str) -> None:
    """Markup, mentions and links are signs like all others."""
    assert escaped(typed) == shown


def test_a_message_never_outgrows_discord() -> None:
    """2,000 characters; no escape is cut in two."""
    long = fitted(escaped("*" * 3_000))

    assert len(long) == 1_999 or len(long) == 2_000
    assert (len(long[:-1]) - len(long[:-1].rstrip("\\"))) % 2 == 0


def test_a_result_says_what_it_cost_and_never_a_balance() -> None:
    """Cost in public; what is held and released is for the person alone."""
    public = content(result(card_of()), Look(asker="7"))

    assert public.startswith("<@7> · Made with sketch")
    assert "5.3 credits" in public.splitlines()[0]
    assert "Held" not in public
    assert "Released" not in public
    assert "Held" in content(result(card_of()), Look(is_private=True))


def test_beside_a_picture_stand_four_lines_at_most() -> None:
    """A beginning, what was made, its words and what is missing: then the receipt goes, and nothing else."""
    card = card_of()
    partly = replace(card, request=card.request.model_copy(update={"parts": (4,)}), reason="busy")
    full = content(result(partly), Look(asker="7", lead="Reply to a picture to change it."))
    short = content(result(card_of()), Look(asker="7", lead="Reply to a picture to change it."))

    lead, made, words, missing = full.splitlines()
    assert (lead, made[:4]) == ("Reply to a picture to change it.", "<@7>")
    assert words.startswith("“")
    assert "You paid for" in missing
    assert short.splitlines()[-1].startswith("-# Size")
    assert len(short.splitlines()) == 4


def test_what_everybody_sees_of_an_order_is_no_private_message() -> None:
    """Discord takes that flag for answers to commands only; and a style is its owner's business."""
    card = card_of()
    styled = replace(card, request=card.request.model_copy(update={"style": "in oil"}))
    view = JobView(styled, None, accepted(styled))

    assert body_of(view, is_private=False)["flags"] == 4
    assert "Style" not in body_of(view, is_private=False)["content"]
    assert "Style in oil" in body_of(view)["content"]


def test_nobody_is_pinged_unasked() -> None:
    """The asker may be, nobody else ever."""
    reply = result(card_of(prompt="@everyone <@&5>"))

    assert message(reply, Look(asker="7"))["allowed_mentions"] == {"parse": []}
    assert message(reply, Look(asker="7", pings=True))["allowed_mentions"] == {"parse": [], "users": ["7"]}


def test_buttons_stand_in_rows_of_five() -> None:
    """At most 25, each with an id of at most 100 characters."""
    buttons = [Button(act="open", label="x" * 200, words=str(number)) for number in range(30)]

    rows = rows_of(buttons)

    assert [len(row["components"]) for row in rows] == [5] * 5
    assert all(len(each["custom_id"]) <= 100 for row in rows for each in row["components"])
    assert all(len(each["label"]) <= 80 for row in rows for each in row["components"])


def test_a_question_is_seen_by_its_caller_only() -> None:
    """The flag of a private message, and no preview of any link."""
    body = message(accepted(card_of()), Look(is_private=True))

    assert body["flags"] == 64 | 4
    assert message(Reply(kind="info", text="x", rows=(Row(label="a*", value="b"),)), Look())["content"] == (
        "x\n**a\\*** · b"
    )
