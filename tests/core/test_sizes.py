"""Sizes: every word of the table, ratios, pixels, trimming and the nearest size that works."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.catalogue import Size, SizeRules
from bot.core.errors import BadOption
from bot.core.sizes import frame, read_size

RULES = SizeRules()


def legal(size: Size) -> bool:
    """Say by the vendor's own words whether a size can be drawn."""
    return (
        size.width % 16 == 0
        and size.height % 16 == 0
        and max(size.width, size.height) <= 3840
        and max(size.width, size.height) <= 3 * min(size.width, size.height)
        and 655_360 <= size.width * size.height <= 8_294_400
    )


LEGAL = [Size(w, h) for w in range(16, 3841, 16) for h in range(16, 3841, 16) if legal(Size(w, h))]


@pytest.mark.parametrize(
    ("words", "width", "height"),
    [
        ("square", 1024, 1024),
        ("square-2k", 2048, 2048),
        ("square-4k", 2880, 2880),
        ("landscape", 1536, 1024),
        ("landscape-2k", 2304, 1536),
        ("landscape-4k", 3504, 2336),
        ("portrait", 1024, 1536),
        ("portrait-2k", 1536, 2304),
        ("portrait-4k", 2336, 3504),
        ("wide", 1536, 864),
        ("Wide-1K", 1536, 864),
        ("wide-2k", 2560, 1440),
        ("wide-4k", 3840, 2160),
        ("wide 4k", 3840, 2160),
        ("tall", 864, 1536),
        ("tall-2k", 1440, 2560),
        ("tall-4k", 2160, 3840),
        ("1k", 1024, 1024),
        ("2k", 2048, 2048),
        ("4k", 2880, 2880),
        ("1:1", 1024, 1024),
        ("16:9", 1536, 864),
        ("16:9-2k", 2560, 1440),
        ("32:18-4k", 3840, 2160),
        ("9:16", 864, 1536),
        ("2:3-2k", 1536, 2304),
        ("4:3", 1408, 1056),
        ("3:4-4k", 2448, 3264),
        ("4:5", 1088, 1360),
        ("21:9-2k", 2464, 1056),
        ("3:1", 1536, 512),
        ("1024x1024", 1024, 1024),
        ("1536 x 1024", 1536, 1024),
        ("1536×1024", 1536, 1024),
        ("3840X2160", 3840, 2160),
    ],
)
def test_words_that_are_drawn_as_they_are(words: str, width: int, height: int) -> None:
    """Each way to say a size gives its pixels, without trimming."""
    framing = read_size(words, RULES)

    assert framing is not None
    assert (framing.asked, framing.is_trimmed) == (Size(width, height), False)
    assert legal(framing.drawn)


@pytest.mark.parametrize(
    ("words", "asked", "drawn"),
    [
        ("1920x1080", "1920x1080", "1920x1088"),
        ("1080x1350", "1080x1350", "1088x1360"),
        ("1200x630", "1200x630", "1200x640"),
        ("1.91:1", "1536x804", "1536x816"),
    ],
)
def test_pixels_off_the_grid_are_trimmed(words: str, asked: str, drawn: str) -> None:
    """What the model cannot draw is drawn at the next size up."""
    framing = read_size(words, RULES)

    assert framing is not None
    assert (str(framing.asked), str(framing.drawn), framing.is_trimmed) == (asked, drawn, True)


def test_auto_has_no_pixels() -> None:
    """The model's own choice is no size."""
    assert read_size(" Auto ", RULES) is None


@pytest.mark.parametrize(
    "words",
    [
        "",
        "huge",
        "8k",
        "wide4k",
        "4k-wide",
        "16:0",
        "0:9",
        "0x0",
        "x",
        "16:9:4",
        "100000x1",
        "-5x5",
        "1024",
        "wide-",
    ],
)
def test_unreadable_sizes_are_refused(words: str) -> None:
    """What is no size is refused with examples."""
    with pytest.raises(BadOption) as refused:
        read_size(words, RULES)

    assert refused.value.key == "size_unreadable"


@pytest.mark.parametrize(
    ("words", "fault", "nearest"),
    [
        ("512x512", "too small", "816x816"),
        ("7680x4320", "too large", "3840x2160"),
        ("3000x500", "too long and narrow", "2112x704"),
        ("2881x2879", "just too large", "2880x2880"),
        ("1000:1", "too long and narrow", None),
        ("3:1", "too small", None),
    ],
)
def test_out_of_bounds_names_the_nearest(words: str, fault: str, nearest: str | None) -> None:
    """A size that cannot be drawn is refused with one that can, in the sentence and as a value."""
    rules = RULES if words != "3:1" else SizeRules(pixels_min=1_000_000)
    with pytest.raises(BadOption) as refused:
        read_size(words, rules)

    assert refused.value.values["fault"] == fault
    assert refused.value.values["nearest"] in str(refused.value)
    assert nearest in (None, refused.value.values["nearest"])


def test_a_list_of_sizes_is_a_rule_too() -> None:
    """A model with a fixed list draws the smallest listed size that holds what was asked."""
    rules = SizeRules(only=(Size(1024, 1024), Size(1536, 1024), Size(1024, 1536)))

    framing = frame(Size(1200, 630), rules)
    with pytest.raises(BadOption) as refused:
        frame(Size(2048, 1400), rules)

    assert framing.drawn == Size(1536, 1024)
    assert refused.value.values["nearest"] == "1536x1024"


@given(st.integers(1, 9000), st.integers(1, 9000))
def test_every_size_is_framed_or_refused_rightly(width: int, height: int) -> None:
    """What is drawn is legal and holds what was asked; a refusal names the nearest legal size."""
    asked = Size(width, height)
    try:
        framing = frame(asked, RULES)
    except BadOption as refused:
        near = Size(*map(int, refused.values["nearest"].split("x")))
        least = min(math.hypot(math.log(width / s.width), math.log(height / s.height)) for s in LEGAL)

        assert near in LEGAL
        assert math.hypot(math.log(width / near.width), math.log(height / near.height)) == pytest.approx(
            least
        )
    else:
        assert legal(framing.drawn)
        assert 0 <= framing.drawn.width - width < 16
        assert 0 <= framing.drawn.height - height < 16
        assert framing.is_trimmed == (framing.drawn != asked)


@given(st.from_regex(re.compile(r"[0-9.:xk -]{0,12}", re.ASCII), fullmatch=True) | st.text(max_size=20))
def test_any_words_give_a_size_or_a_refusal(words: str) -> None:
    """No input makes anything but a framing, auto or a refusal."""
    try:
        framing = read_size(words, RULES)
    except BadOption as refusal:
        found = str(refusal)
        framing = None
    else:
        found = ""

    assert len(found) < 200
    assert framing is None or legal(framing.drawn)
