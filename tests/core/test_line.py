"""The text line: options, values, flags, and what stays prose."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bot.core.amounts import parse_amount
from bot.core.errors import BadOption
from bot.core.line import Kind, Line, OptionSpec, first_value, from_slack, mention, parse_line, split_command

SPECS = (
    OptionSpec("size", Kind.SIZE, ("ar",)),
    OptionSpec("count", aliases=("n",)),
    OptionSpec("quality", aliases=("q",)),
    OptionSpec("model"),
    OptionSpec("private", Kind.FLAG),
    OptionSpec("who", Kind.WHO),
    OptionSpec("where", Kind.WHERE),
    OptionSpec("job", Kind.JOB),
)
CAT = {"size": "wide", "count": "2"}
WIDE = {"size": "wide"}
Options = Mapping[str, str | bool]

TABLE: dict[str, tuple[str, str, Options]] = {
    "after the words": ("a cat --size wide --count 2", "a cat", CAT),
    "equals, before the words": ("--size=wide --count=2 a cat", "a cat", CAT),
    "long dashes": ("a cat —size wide –count 2", "a cat", CAT),
    "two short dashes, any case, alias": ("a cat ––Size WIDE --n 2", "a cat", CAT),
    "quotes are words": (
        'a lighthouse at dusk, headline "OPEN LATE"',
        'a lighthouse at dusk, headline "OPEN LATE"',
        {},
    ),
    "apostrophe": ("a cat that isn't grey --count=2", "a cat that isn't grey", {"count": "2"}),
    "single quotes never hide": (
        "the '80s, rock 'n' roll --size wide",
        "the '80s, rock 'n' roll",
        WIDE,
    ),
    "inch mark": ('a 24" monitor --size wide', 'a 24" monitor', WIDE),
    "feet and inches": ("a 5'10\" man --count 2", "a 5'10\" man", {"count": "2"}),
    "inch marks with spaces": ('a 24 " and a 12 " --size wide', 'a 24 " and a 12 "', WIDE),
    "hidden by quotes": ('a sign "use --size wide"', 'a sign "use --size wide"', {}),
    "quote after a number hides nothing": ('24"-wide --size wide 12" tall', '24"-wide 12" tall', WIDE),
    "hidden, then a bracket": ('a sign "(use --size wide)"', 'a sign "(use --size wide)"', {}),
    "hidden, then a comma": ('a sign "use --size wide", big', 'a sign "use --size wide", big', {}),
    "hidden by curly quotes": ("a sign “use --size wide” --n 2", "a sign “use --size wide”", {"count": "2"}),
    "hidden by low quotes": ("ein Schild „mit --size wide“", "ein Schild „mit --size wide“", {}),
    "hidden by guillemets": ("un panneau « avec --size wide »", "un panneau « avec --size wide »", {}),
    "hidden by backticks": ("a terminal `git commit --amend`", "a terminal `git commit --amend`", {}),
    "backticks end with their line": ("a `tick\n--size wide and `", "a `tick\nand `", WIDE),
    "quotes span lines": ('a sign "two\n--size lines"', 'a sign "two\n--size lines"', {}),
    "open quote is a character": ('a "cat --size wide', 'a "cat', WIDE),
    "prose between long dashes": ("a man —tired and old— walks", "a man —tired and old— walks", {}),
    "dashes alone": ("blue -- calm --size wide", "blue -- calm", WIDE),
    "all prompt": ("-- --size wide is painted on the wall", "--size wide is painted on the wall", {}),
    "pixels with spaces": ("a cat --size 1536 x 1024", "a cat", {"size": "1536x1024"}),
    "pixels with a times sign": ("a cat --size 1536×1024", "a cat", {"size": "1536x1024"}),
    "pixels quoted": ('a cat --size "1536 x 1024"', "a cat", {"size": "1536x1024"}),
    "ratio by alias": ("a cat --ar 16:9", "a cat", {"size": "16:9"}),
    "comma after a value": ("a cat --size wide, on a mat", "a cat on a mat", WIDE),
    "flag takes no word": ("a cat --private on a mat", "a cat on a mat", {"private": True}),
    "flag with a comma": ("a cat --private, on a mat", "a cat on a mat", {"private": True}),
    "flag denied": ("a cat --no-private", "a cat", {"private": False}),
    "flag=no": ("a cat --private=no.", "a cat", {"private": False}),
    "flag=false": ("a cat --private=FALSE on a mat", "a cat on a mat", {"private": False}),
    "flag=off": ("a cat --private=off", "a cat", {"private": False}),
    "flag=yes": ("a cat --private=yes", "a cat", {"private": True}),
    "flag=true": ("a cat --private=true", "a cat", {"private": True}),
    "flag=on": ("a cat --private=on", "a cat", {"private": True}),
    "inside a word": ("a cat--size wide", "a cat--size wide", {}),
    "after a full stop": ("e.g.--size wide", "e.g.--size wide", {}),
    "Japanese": ("日本語の看板「営業中」 --size wide", "日本語の看板「営業中」", WIDE),
    "no-break spaces": ("a cat\u00a0--size\u00a0wide\u00a0", "a cat", WIDE),
    "wide spaces": ("a cat\u3000--size\u3000wide", "a cat", WIDE),
    "line break before": ("a cat\n--size wide", "a cat", WIDE),
    "line breaks stay": ("a cat\r\n\r\n--size wide\r\non a mat", "a cat\n\non a mat", WIDE),
    "spaces inside stay": ("a   cat  on a mat --size wide", "a   cat  on a mat", WIDE),
    "underscore for hyphen": ("a cat --no_private", "a cat", {"private": False}),
    "spaces around equals": ("a cat --size = wide", "a cat", WIDE),
    "quoted value": ('--model "gpt image 2" a cat', "a cat", {"model": "gpt image 2"}),
    "single-quoted value": ("--model 'it isn't', a cat", "a cat", {"model": "it isn't"}),
    "curly-quoted value": ("--model “gpt --size 2” a cat", "a cat", {"model": "gpt --size 2"}),
    "low-quoted value": ("--model „gpt 2“ a cat", "a cat", {"model": "gpt 2"}),
    "guillemet value": ("--model «gpt 2» a cat", "a cat", {"model": "gpt 2"}),
    "options alone": ("--size wide", "", WIDE),
    "job number": ("--job #142", "", {"job": "142"}),
    "nothing": ("", "", {}),
    "number is no name": ("a --80s cat", "a --80s cat", {}),
}

REFUSED: dict[str, tuple[str, str, str]] = {
    "undeclared flag": ("a terminal git commit --amend", "option_unknown", "--amend"),
    "undeclared with value": ("a cat --stylize 250", "option_unknown", "There is --size, --count"),
    "misspelt": ("a cat --szie wide", "option_unknown_near", "Did you mean --size?"),
    "misspelt alias names the option": ("a cat --no-privat", "option_unknown_near", "--private"),
    "way to draw it": ("a cat --szie wide", "option_unknown_near", "begin the line with '-- '"),
    "colon for equals": ("a cat --size:wide", "option_form", "--size"),
    "no value at the end": ("a cat --size", "option_value_missing", "size"),
    "no value before an option": ("a cat --size --count 2", "option_value_missing", "size"),
    "no value before a long dash": ("a cat --size —count 2", "option_value_missing", "size"),
    "no value before a denied flag": ("a cat --size –no-private", "option_value_missing", "size"),
    "no value on the line": ("a cat --size\nwide", "option_value_missing", "size"),
    "no value before a comma": ("a cat --size, wide", "option_value_missing", "size"),
    "only a comma": ("a cat --size , wide", "option_value_missing", "size"),
    "nothing after equals": ("a cat --size=", "option_value_missing", "size"),
    "open quote": ('--model "gpt', "option_quote_open", "model"),
    "twice": ("--count 2 --count 3", "option_twice", "--count"),
    "twice by alias": ("--count 2 --n 2", "option_twice", "--count"),
    "yes and no": ("--private --no-private", "option_twice", "--private"),
    "flag with a word": ("a cat --private=maybe", "option_flag_value", "--private"),
    "flag denied twice over": ("a cat --no-private=yes", "option_flag_value", "--no-private"),
    "channel for a person": ("--who " + mention("channel", "C1", "#art"), "option_not_who", "person"),
    "person for a channel": ("--where " + mention("user", "U1", "@ann"), "option_not_where", "channel"),
}


@pytest.mark.parametrize(("typed", "words", "options"), TABLE.values(), ids=TABLE)
def test_line_is_understood(typed: str, words: str, options: Options) -> None:
    """A line gives its words and its options."""
    line = parse_line(typed, SPECS)

    assert (line.words, line.options, line.wants_help) == (words, options, False)


@pytest.mark.parametrize(("typed", "key", "named"), REFUSED.values(), ids=REFUSED)
def test_line_is_refused(typed: str, key: str, named: str) -> None:
    """A line that cannot be understood is refused by a short sentence that names what is wrong."""
    with pytest.raises(BadOption) as refused:
        parse_line(typed, SPECS)

    assert refused.value.key == key
    assert named in str(refused.value)
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("typed", ["help", " Help ", "?", "--help", "—help"])
def test_whole_line_asks_for_help(typed: str) -> None:
    """Help is asked for by the whole line only."""
    assert parse_line(typed, SPECS) == Line("", wants_help=True)
    assert not parse_line(f"x {typed.strip(' -—')}", SPECS).wants_help


def test_what_is_echoed_is_short_and_plain() -> None:
    """A refusal repeats letters, digits and hyphens of the name, and few of them."""
    with pytest.raises(BadOption) as refused:
        parse_line("--x_" + "y" * 500 + "*<@U1>", SPECS)

    assert len(str(refused.value)) < 250
    assert not set("*_<@") & set(str(refused.value))


def test_line_without_options_says_so() -> None:
    """Where nothing can be set, an option is refused with the way to keep it as words."""
    with pytest.raises(BadOption, match="no options here"):
        parse_line("history --size wide", ())


def test_option_for_a_person_gets_the_id_and_words_the_name() -> None:
    """A mention is an id for an option, and what people saw in the words."""
    ann = mention("user", "U1", '@ann "--private" lee')

    line = parse_line(f"a card for {ann} --who {ann}, --where {mention('channel', 'C9', '#art')}", SPECS)

    assert line.words == 'a card for @ann "--private" lee'
    assert line.options == {"who": "user:U1", "where": "channel:C9"}


def test_mention_as_an_ordinary_value_is_what_people_saw() -> None:
    """An option that expects a word gets the visible name."""
    line = parse_line(f"--model {mention('user', 'U1', '@ann lee')} a cat", SPECS)

    assert line == Line("a cat", {"model": "@ann lee"}, marked="a cat")


def test_positional_values_are_read_from_the_front() -> None:
    """`grant who amount reason` is read value by value, with the id of the person."""
    line = parse_line(from_slack("grant <@U1|ann lee> 50 for the <#C1|workshop>", bot=None), ())

    act, rest = first_value(line.marked, OptionSpec("act"))
    who, rest = first_value(rest, OptionSpec("who", Kind.WHO))
    amount, reason = first_value(rest, OptionSpec("amount", Kind.AMOUNT))

    assert line.words == "grant @ann lee 50 for the #workshop"
    assert (act, who, amount) == ("grant", "user:U1", "50")
    assert parse_line(reason, ()).words == "for the #workshop"
    assert first_value("  ", OptionSpec("act")) == ("", "")


@pytest.mark.parametrize("amount", ["1,000", "-5", "+5", "1.000,5"])
def test_amount_with_signs_or_thousands_marks_is_refused(amount: str) -> None:
    """`grant who amount` keeps an amount as typed, so that a wrong one is refused and not shortened."""
    who, rest = first_value(f"@ann {amount} for the workshop", OptionSpec("who", Kind.WHO))
    typed, reason = first_value(rest, OptionSpec("amount", Kind.AMOUNT))

    assert (who, typed, reason) == ("@ann", amount, "for the workshop")
    with pytest.raises(BadOption, match="Write digits"):
        parse_amount(typed)


COMMANDS = frozenset({"imagine", "history", "help"})


@pytest.mark.parametrize(
    ("typed", "direct", "command", "rest"),
    [
        pytest.param("/imagine a cat --size wide", True, "imagine", "a cat --size wide", id="slash word"),
        pytest.param(" /Imagine\na cat", True, "imagine", "a cat", id="any case, line break"),
        pytest.param("/history", True, "history", "", id="slash word alone"),
        pytest.param("history", True, "history", "", id="bare word"),
        pytest.param("History", True, "history", "", id="bare word, any case"),
        pytest.param("history of Rome", True, None, "history of Rome", id="words"),
        pytest.param("/r/aww cat", True, None, "/r/aww cat", id="not a slash word"),
        pytest.param("draw /imagine", True, None, "draw /imagine", id="slash word inside"),
        pytest.param("history", False, None, "history", id="not said to the bot"),
        pytest.param("/imagine a cat", False, None, "/imagine a cat", id="slash word not said to the bot"),
    ],
)
def test_command_word_is_told_from_words(typed: str, direct: bool, command: str | None, rest: str) -> None:
    """A slash word at the start names a command; a bare word only as the whole message."""
    assert split_command(typed, COMMANDS, direct=direct) == (command, rest)


def test_misspelt_slash_word_is_never_drawn() -> None:
    """An unknown slash word is refused with the nearest command."""
    with pytest.raises(BadOption, match="Did you mean /imagine"):
        split_command("/imagin a cat", COMMANDS, direct=True)
