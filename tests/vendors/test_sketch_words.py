"""What a prompt says large and small, where its lines break, and what its words name."""

from __future__ import annotations

import pytest

from bot.vendors.sketch.faces import FOLDER, Face
from bot.vendors.sketch.lines import Atom, atoms_of, balance, split_long
from bot.vendors.sketch.typesetting import DOT, Fit, is_chinese, styles_for
from bot.vendors.sketch.words import names_any, wording_of


@pytest.mark.parametrize(
    ("prompt", "headline", "subline"),
    [
        ('a lighthouse at dusk, headline "OPEN LATE"', "OPEN LATE", "A lighthouse at dusk"),
        ('a neon sign that says "OPEN" in the rain', "OPEN", "A neon sign in the rain"),
        ('a neon sign "OPEN"', "OPEN", "A neon sign"),
        ("город у моря, надпись «Открыто»", "Открыто", "Город у моря"),
        ("日本語の看板「営業中」、雨の夜", "営業中", "日本語の看板 雨の夜"),
        ('a 24" monitor and a 12" one', 'A 24" monitor and a 12" one', ""),
        ("quiet machines, in a row", "Quiet machines", "In a row"),
        ("山上的灯塔，黄昏时分", "山上的灯塔", "黄昏时分"),
        ("", "Untitled", ""),
    ],
)
def test_quotes_or_the_first_clause_are_the_headline(prompt: str, headline: str, subline: str) -> None:
    """Text in quotes is set large; without quotes the first clause is."""
    wording = wording_of(prompt)

    assert (wording.headline, wording.subline) == (headline, subline)


def test_a_long_clause_is_cut_between_words() -> None:
    """A long prompt loses no word, and its headline does not end in a small one."""
    prompt = "a watercolour fox reading a newspaper on a bench in the park near the river"
    wording = wording_of(prompt)

    assert f"{wording.headline} {wording.subline}".lower() == prompt
    assert wording.headline == "A watercolour fox reading"


def test_reading_stays_quick_on_hostile_words() -> None:
    """Long runs of quotes, blanks and signs are read in no time."""
    for piece in ('"', "“", " ", ", ", "「", "a\u0301", "-"):
        wording_of(piece * 32_000)


def test_chinese_and_japanese_break_between_characters_but_not_before_marks() -> None:
    """Closing marks stay with what they close, opening ones with what they open; Korean breaks at spaces."""
    assert [atom.text for atom in atoms_of("山、「海」")] == ["山、", "「海」"]
    assert [atom.text for atom in atoms_of("서울의 밤")] == ["서울의", "밤"]
    assert [atom.spaced for atom in atoms_of("a b海")] == [True, True, False]


def test_lines_are_about_equally_long() -> None:
    """Balanced lines use no more lines than filled ones, and no line is left with one word."""
    lines = balance(atoms_of("one two three four five six seven"), 18, len)

    assert lines == ["one two three four", "five six seven"]


def test_words_wider_than_the_line_are_parted_evenly() -> None:
    """A word that fits on no line is cut into about equal parts, losing no letter."""
    parts = split_long([Atom("x" * 25, spaced=True)], 10, len)

    assert "".join(part.text for part in parts) == "x" * 25
    assert [len(part.text) for part in parts] == [9, 9, 7]


def test_emoji_become_one_dot() -> None:
    """What no face can draw is one dot, joined emoji too; invisible signs go."""
    headline, _ = styles_for("")

    assert headline.legible("a 🧘‍♀️🙂 b\u200b\ufe0f") == f"a {DOT} b"
    assert headline.legible("עולם x") == f"{DOT} x"


def test_set_words_fit_their_box() -> None:
    """A block is never wider nor higher than the box, and says so when words were cut off."""
    headline, text = styles_for("words")
    for style in (headline, text):
        for words in ("Cat", "many words " * 60, "x" * 300):
            block = style.fit(words, Fit(400, 200, 120, 20))
            assert block.height <= 200
            assert all(style.width(line) * block.size <= 400.5 for line in block.lines)
            assert block.lines[-1].endswith("…") == (len(" ".join(block.lines)) < len(words) * 0.9)


def test_han_characters_take_the_forms_of_their_language() -> None:
    """Chinese words use the Chinese face; kana, hangul and Japanese forms do not."""
    assert is_chinese("山上的灯塔")
    assert not is_chinese("営業中")
    assert not is_chinese("夜の海")
    assert not is_chinese("서울 海")


def test_the_faces_cover_their_scripts() -> None:
    """Every letter of the promised scripts has a glyph, within six megabytes."""
    latin, cjk = Face("headline.otf"), Face("cjk.otf")
    letters = "AZazÄßçğőŁñ ΑΩαωάή АЯаяЁёЇґ “”„«»–—…×·№€"
    assert all(letter in latin and letter in Face("text.otf") for letter in letters)
    assert all(sign in cjk for sign in "あんアン一龠東京営業中灯塔简体繁體電서울힝、。「」ー！？")
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 6_000_000


def test_kerning_pulls_pairs_together() -> None:
    """A and V stand closer than two straight letters."""
    face = Face("headline.otf")

    assert face.kerning("A", "V") < -0.02
    assert face.kerning("H", "H") == 0
    assert 0.5 < face.advance("A") < 0.9


@pytest.mark.parametrize(
    ("words", "names", "expected"),
    [
        ("a rough sea", "sea", True),
        ("a season", "sea", False),
        ("make it nightly", "night", True),
        ("a knight", "night", False),
        ("夕暮れの海", "海", True),
        ("in black and white.", "black and white", True),
    ],
)
def test_names_begin_words(words: str, names: str, expected: bool) -> None:
    """Short names are whole words, long ones beginnings, wide ones may stand anywhere."""
    assert names_any(words, names) is expected
