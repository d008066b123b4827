"""What people are told about their jobs."""

from __future__ import annotations

import pytest

from bot.core.jobs import JobState
from bot.core.phrases import date_words, shortened
from bot.core.pictures import PictureRequest
from bot.core.replies import Reply
from bot.core.studio import Draft
from bot.core.wording import FAILURES, OTHERS, accepted, reply_for, size_words
from tests.fakes import card_of, pictures_of, request_of


def rows(reply: Reply) -> dict[str, str]:
    return {row.label: row.value for row in reply.rows}


def test_a_result_says_what_it_was_made_with_and_what_it_cost() -> None:
    """First line, receipt and buttons; no balance."""
    reply = reply_for(card_of(142, charged=4_100))

    assert reply.kind == "result"
    assert reply.text.splitlines() == ["Made with sketch · #142", "“a lighthouse at dusk”"]
    assert rows(reply) == {
        "Size": "1024x1024",
        "Quality": "medium",
        "Model": "sketch",
        "Vendor": "sketch",
        "Held": "5.3 credits",
        "Cost": "4.1 credits",
        "Released": "1.2 credits",
        "Job": "#142",
    }
    assert [(button.act, button.label) for button in reply.buttons] == [
        ("again", "Again · 5.3"),
        ("edit", "Edit…"),
        ("delete", "Delete"),
        ("report", "Report"),
    ]


def test_a_long_prompt_is_shortened_in_public() -> None:
    """At most 120 characters, on one line."""
    reply = reply_for(card_of(142, "a very\nlong " * 40))
    words = reply.text.splitlines()[1]

    assert len(words) == 122
    assert words.endswith("…”")


def test_alt_texts_say_which_and_that_a_machine_drew() -> None:
    """Every picture is described aloud."""
    request = request_of(Draft(command="imagine", prompt="a cat", count=4))
    reply = reply_for(card_of(142, request=request, pictures=pictures_of(142, request)))

    assert reply.pictures[1].alt == "Picture 2 of 4, AI-generated: a cat"


@pytest.mark.parametrize("reason", [*OTHERS, "something new", None])
def test_a_part_of_the_pictures_says_why_the_others_are_missing(reason: str | None) -> None:
    """What came is shown and paid, and the rest is explained."""
    request = request_of(Draft(command="imagine", prompt="a cat", count=4))
    card = card_of(
        142, request=request, pictures=pictures_of(142, request)[:2], charged=10_600, reason=reason
    )
    reply = reply_for(card)

    assert reply.kind == "result"
    assert reply.text.splitlines()[-1].startswith("2 of 4 pictures; ")
    assert reply.text.endswith("You paid for 2.")


@pytest.mark.parametrize("reason", [*FAILURES, "something new", None])
@pytest.mark.parametrize("state", [JobState.FAILED, JobState.LOST, JobState.CANCELLED])
def test_every_end_without_a_picture_is_a_sentence(state: JobState, reason: str | None) -> None:
    """It says which job, that nothing was charged, and how to go on."""
    reply = reply_for(card_of(142, state=state, reason=reason, charged=0, pictures=()))

    assert reply.kind == "failure"
    assert "#142" in reply.text
    assert "othing was charged" in reply.text or "You were not charged" in reply.text
    assert len(reply.text) < 200
    assert [(button.act, button.label) for button in reply.buttons] == [
        ("try_again", "Try again · 5.3"),
        ("change_words", "Change words"),
    ]


def test_classes_of_failures_differ() -> None:
    """Your words, our account, a vendor that is down and one that is slow are told apart."""
    told = {
        reason: reply_for(card_of(state=JobState.FAILED, reason=reason, pictures=())).text
        for reason in (
            "refused-input",
            "refused-output",
            "account",
            "unreachable",
            "busy",
            "too_slow",
            "failed",
        )
    }

    assert len(set(told.values())) == len(told)


def test_lost_says_that_we_cannot_know() -> None:
    """An unknown outcome is not called a failure."""
    reply = reply_for(card_of(state=JobState.LOST, reason="unknown", charged=0, pictures=()))

    assert reply.text.startswith("We cannot know whether #142 was drawn")


def test_who_waited_too_long_is_told_so() -> None:
    """A call that passed its time limit is unknown too, and its reason is known."""
    reply = reply_for(card_of(state=JobState.LOST, reason="too_slow", charged=0, pictures=()))

    assert reply.text.startswith("The picture service took too long for #142")


def test_changing_words_warns_where_pictures_have_to_come_again() -> None:
    """A line cannot carry what was attached."""
    request = request_of(Draft(command="imagine", prompt="a cat", references=("x",)))
    reply = reply_for(card_of(state=JobState.FAILED, reason="refused", request=request, pictures=()))

    assert reply.buttons[1].label == "Change words, attach again"


@pytest.mark.parametrize(
    ("position", "sentence"), [(0, "next in line"), (7, "7 before it in line"), (None, "is being drawn")]
)
def test_an_accepted_job_says_when_its_turn_comes(position: int | None, sentence: str) -> None:
    """The price is an upper bound, and the place in line is told."""
    state = JobState.RUNNING if position is None else JobState.WAITING
    card = card_of(state=state, position=position, charged=None, pictures=(), held=5_345)

    reply = accepted(card)

    assert reply == reply_for(card)
    assert reply.text.startswith("#142 is ordered. It costs at most 5.4 credits. ")
    assert sentence in reply.text


def test_an_accepted_edit_names_the_job_that_it_changes() -> None:
    """Which picture was meant is said at once."""
    reply = accepted(card_of(state=JobState.WAITING, position=0, pictures=(), parent_number=12))

    assert rows(reply)["Made from"] == "#12"


@pytest.mark.parametrize("private", [True, False])
@pytest.mark.parametrize("state", list(JobState))
def test_a_private_job_is_told_in_private(state: JobState, *, private: bool) -> None:
    """Every word about it is, and only about it."""
    request = request_of(Draft(command="imagine", prompt="a cat", private=private))

    assert reply_for(card_of(state=state, request=request)).private is private


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"width": 0, "height": 0}, "auto, the model chooses"),
        ({"size_words": "wide", "width": 1536, "height": 864}, "wide, 1536x864"),
        ({"size_words": "1024x1024"}, "1024x1024"),
        (
            {
                "size_words": "1920x1080",
                "width": 1920,
                "height": 1088,
                "trim_width": 1920,
                "trim_height": 1080,
            },
            "1920x1080, trimmed from 1920x1088",
        ),
    ],
)
def test_the_size_says_what_was_drawn(changes: dict[str, object], words: str) -> None:
    """What was asked, drawn and cut."""
    request = request_of(Draft(command="imagine", prompt="a cat"))

    assert size_words(PictureRequest.model_validate(request.model_dump() | changes)) == words


def test_dates_mean_the_same_everywhere() -> None:
    """The month is a word, and the zone is named."""
    assert date_words(1_795_000_000_000) == "18 Nov 2026, 11:06 UTC"


def test_short_prompts_stay() -> None:
    """Only what is too long is cut."""
    assert shortened("a" * 120) == "a" * 120


def test_little_left_is_said_to_its_owner_alone() -> None:
    """Beside the answer to an order, which others may see."""
    plain, told = accepted(card_of()), accepted(card_of(little_left=1_500))

    assert told.aside is not None
    assert "1.5 credits left" in told.aside.text
    assert told.aside.private
    assert "left" not in plain.text + told.text
    assert plain.aside is None
