"""From a line to options and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from bot.core.commands import Options
from bot.core.errors import BadOption
from bot.core.line import parse_line
from bot.core.options import Kind, OptionSpec
from bot.core.reading import as_value, bounds_of, choices_of, read, specs_of, write_line
from commands.edit import EDIT, Edit
from commands.history import HISTORY
from commands.imagine import IMAGINE
from commands.quota import GRANT
from tests.fakes import picture_id

GIVEN = (OptionSpec("size", Kind.SIZE), OptionSpec("model"), OptionSpec("private", Kind.FLAG))


def test_options_are_declared_by_their_model() -> None:
    """Names, kinds and aliases come from the fields; words and attachments are no options."""
    specs = {spec.name: spec for spec in specs_of(IMAGINE)}

    assert list(specs) == ["size", "quality", "count", "model", "format", "background", "private", "plain"]
    assert specs["size"] == OptionSpec("size", Kind.SIZE, ("ar",))
    assert specs["private"].kind is Kind.FLAG


@pytest.mark.parametrize("line", ["@ann 50 for the workshop", "--amount 50 @ann for the workshop"])
def test_positional_options_are_the_first_words(line: str) -> None:
    """Those that are named are not looked for among the words."""
    options = read(GRANT, line)

    assert options.model_dump() == {
        "who": "@ann",
        "amount": 50_000,
        "reason": "for the workshop",
        "sure": None,
    }


def test_a_missing_positional_option_shows_how_to_write_it() -> None:
    """The sentence has an example."""
    with pytest.raises(BadOption, match=r"Something is missing: amount\. Write it like this: /quota grant"):
        read(GRANT, "@ann")


def test_a_named_picture_counts_more_than_the_one_answered() -> None:
    """Who names a picture under another one means the named one."""
    named, answered = (read(EDIT, line, picture=picture_id(1)) for line in ("--picture 12/2 x", "x"))

    assert isinstance(named, Edit)
    assert isinstance(answered, Edit)
    assert (named.picture, answered.picture) == ("12/2", picture_id(1))


def test_a_picture_answered_is_nothing_to_other_commands() -> None:
    """/imagine under a picture is a new picture."""
    assert "picture" not in read(IMAGINE, "a cat", picture=picture_id(1)).model_dump()


@pytest.mark.parametrize("typed", ["1e3", "142.5", "-1", "142/2", "0x1"])
def test_a_job_is_a_number(typed: str) -> None:
    """Everything else is refused before it is looked up."""
    with pytest.raises(BadOption):
        read(HISTORY, typed)


def test_what_a_field_takes_is_known() -> None:
    """Choices and bounds are read from the declaration."""
    fields = IMAGINE.options.model_fields

    assert choices_of(fields["format"]) == ("png", "jpeg", "webp")
    assert choices_of(fields["size"]) == ()
    assert bounds_of(fields["count"]) == (1, 10)
    assert bounds_of(fields["size"]) is None


def test_an_unforeseen_fault_is_still_a_sentence() -> None:
    """A rule that has no sentence of its own names the option."""

    class Even(Options):
        number: float = Field(multiple_of=2)

    from bot.core.commands import Command

    async def never(*_: object) -> None: ...

    command = Command("even", "Even", Even, never, words="number")  # type: ignore[arg-type]  # never called

    with pytest.raises(BadOption, match="I cannot read “3” as number"):
        read(command, "3")


@given(
    size=st.sampled_from(["wide", "16:9", "1920x1080", None]),
    model=st.text("abc \"'“”«».,;-–—日", min_size=1).map(str.strip).filter(bool),
    private=st.booleans(),
    words=st.sampled_from(["a cat", 'headline "OPEN --size LATE"', "it's 5'10\"", "", "blue -- calm"]),
)
def test_a_written_line_is_read_as_it_was_meant(
    size: str | None, model: str, *, private: bool, words: str
) -> None:
    """Writing options and reading them again gives the same, in quotes where needed."""
    given: dict[str, str | bool | None] = {"size": size, "model": model, "private": private}

    line = parse_line(write_line(words, given), GIVEN)

    assert line.words == words
    assert dict(line.options) == {name: value for name, value in given.items() if value} | {
        "model": line.options["model"]
    }
    assert str(line.options["model"]).replace("'", '"') == model.replace("'", '"') or '"' in model


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ann", "ann"),
        ("@ann", "@ann"),
        ("ann lee", '"ann lee"'),
        ('ann "lee"', '“ann "lee"”'),
        ("--size", '"--size"'),
        ("ann,", '"ann,"'),
    ],
)
def test_values_are_quoted_where_needed(text: str, value: str) -> None:
    """A value stays one value."""
    assert as_value(text) == value
