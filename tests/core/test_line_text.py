"""Cleaning text and reading Slack's markup."""

from __future__ import annotations

import unicodedata

import pytest

from bot.core.line import Kind, OptionSpec, parse_line
from bot.core.text import clean, from_slack, mention, visible


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        pytest.param("a\r\nb\rc\u2028d\u0085e", "a\nb\nc\nd\ne", id="line ends"),
        pytest.param("a\u00a0b\u2003c\u3000d\te", "a b c d e", id="spaces"),
        pytest.param("a\u200bb\u2060c\ufeffd\u00ade", "abcde", id="zero width"),
        pytest.param("a\u202eb\u2066c\u200fd\u061c", "abcd", id="bidi"),
        pytest.param("a\x00b\x1b[31mc\x7f", "ab[31mc", id="control"),
        pytest.param("a\ud800b\udfff", "ab", id="lone surrogates"),
        pytest.param("e\u0301", "\u00e9", id="composed"),
        pytest.param("si\u200dze", "size", id="joiner between Latin letters"),
        pytest.param("a\U000e0041\U000e0042b", "ab", id="hidden tags"),
        pytest.param("👩🏽\u200d🚀 👨\u200d👩\u200d👧", "👩🏽\u200d🚀 👨\u200d👩\u200d👧", id="joined emoji"),
        pytest.param("🏳️\u200d🌈 ❤️\u200d🔥 🙂\u200d↔️", "🏳️\u200d🌈 ❤️\u200d🔥 🙂\u200d↔️", id="joined signs"),
        pytest.param("👩\u200d", "👩", id="joiner at the end"),
        pytest.param(
            "🏴\U000e0067\U000e0062\U000e007f!", "🏴\U000e0067\U000e0062\U000e007f!", id="flag of tags"
        ),
        pytest.param("می\u200cخواهم", "می\u200cخواهم", id="Persian joiner"),
        pytest.param("क्\u200dष", "क्\u200dष", id="Hindi joiner"),
        pytest.param("«ÆØÅ» 1️⃣ 日本", "«ÆØÅ» 1️⃣ 日本", id="ordinary"),
    ],
)
def test_text_is_cleaned(typed: str, cleaned: str) -> None:
    """Invisible characters go, spaces and line ends become plain, emoji and joined scripts stay."""
    assert clean(typed) == cleaned


def test_accents_without_end_are_cut() -> None:
    """A letter keeps 30 accents: sorting more costs the square of their number."""
    cleaned = clean("x" + "\u0323\u0301" * 5000 + "y")

    assert len(cleaned) == 32
    assert unicodedata.is_normalized("NFC", cleaned)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        pytest.param("C++ &amp; &lt;b&gt; tags", "C++ & <b> tags", id="entities"),
        pytest.param("&amp;lt;b&amp;gt;", "&lt;b&gt;", id="entities once"),
        pytest.param("&lt;@U1&gt;", "<@U1>", id="typed by hand is no mention"),
        pytest.param("for <@U1|ann> &amp; <@U2>", "for @ann & @U2", id="people"),
        pytest.param("in <#C1|art> and <#C2|>", "in #art and #C2", id="channels"),
        pytest.param("by <!subteam^S1|@design>, <!here>", "by @design, @here", id="groups"),
        pytest.param("see <https://x.test/a?b&amp;c|the page>", "see the page", id="labelled link"),
        pytest.param("see <https://x.test/a?b&amp;c>", "see https://x.test/a?b&c", id="bare link"),
        pytest.param("to <mailto:a@x.test|a@x.test> <mailto:b@x.test>", "to a@x.test b@x.test", id="mail"),
        pytest.param("at <!date^1700000000^{date}|noon>", "at noon", id="date"),
        pytest.param("<@UB> a cat", "a cat", id="bot at the start"),
        pytest.param(" <@UB|easel>, a cat <@UB> <@UB>\n", "a cat", id="bot at both ends"),
        pytest.param("a poster for <@UB|easel> itself", "a poster for @easel itself", id="bot inside"),
        pytest.param("<@UB>", "", id="bot alone"),
        pytest.param("a < b <c> <", "a < b c <", id="broken markup"),
    ],
)
def test_slack_markup_is_read_once(sent: str, shown: str) -> None:
    """Slack's tokens become what people saw, then entities are decoded, once."""
    assert visible(from_slack(sent, bot="UB")) == shown


def test_slack_mention_gives_an_option_its_id() -> None:
    """An option that expects a person or a channel takes the id."""
    specs = (OptionSpec("who", Kind.WHO), OptionSpec("where", Kind.WHERE))

    line = parse_line(from_slack("cap --who <!subteam^S1|@design> --where=<#C1|art>", bot=None), specs)

    assert line.options == {"who": "group:S1", "where": "channel:C1"}


def test_marks_cannot_be_forged_or_leak() -> None:
    """Reserved code points in what Slack sends are dropped, and never remain in words."""
    forged = mention("user", "U9", "@boss")

    assert visible(from_slack(forged, bot=None)) == from_slack(forged, bot=None) == "user:U9@boss"
    assert parse_line(f"a \ufdd0 cat \ufdd1{forged}\ufdd2", ()).words == "a  cat @boss"
