"""/credits, /history, /models, /cancel and /help."""

from __future__ import annotations

import pytest

from bot.core.jobs import JobState
from bot.core.replies import Reply
from tests.commands.conftest import Type
from tests.fakes import FakeStudio, card_of, picture_id


def values(reply: Reply) -> dict[str, str]:
    return {row.label: row.value for row in reply.rows}


async def test_credits_show_everything_one_has(typed: Type) -> None:
    """Available, allowance with its reset, held, spent, and the statement; only for the caller."""
    reply = await typed("/credits")

    assert reply.private
    assert reply.text == "You can spend 20 credits now: a limit leaves no more of your 120.345 credits."
    assert values(reply) == {
        "Available": "120.345 credits",
        "Allowance": "20.345 of 50 credits left, resets 18 Nov 2026, 11:06 UTC",
        "Credits": "100 credits",
        "Held": "5.3 credits",
        "Spent": "1 credit",
        "Plan": "everyone",
        "Limit of this server": "20 of 50 credits left, opens again 18 Nov 2026, 11:06 UTC",
        "18 Nov 2026, 11:06 UTC": "-5.3 credits · #142 a lighthouse · from allowance",
    }
    assert reply.rows[-1].job == 142


async def test_history_lists_the_newest_jobs(typed: Type, studio: FakeStudio) -> None:
    """One line for each job, that can be opened."""
    studio.add(card_of(141))
    studio.add(card_of(142, "a fox", state=JobState.RUNNING, charged=None, pictures=()))
    studio.add(card_of(143, "not mine"), owner="bob")

    reply = await typed("/history")

    assert [(row.label, row.job) for row in reply.rows] == [("#142", 142), ("#141", 141)]
    assert reply.rows[0].value == "a fox · being drawn · 5.3 credits held · 18 Nov 2026, 11:06 UTC"
    assert reply.private


async def test_history_of_nobody_says_how_to_begin(typed: Type) -> None:
    """An empty history is one sentence."""
    reply = await typed("/history")

    assert not reply.rows
    assert "/imagine" in reply.text


@pytest.mark.parametrize("line", ["/history 142", "/history #142", "/history --number 142"])
async def test_history_shows_one_job_in_full(typed: Type, studio: FakeStudio, line: str) -> None:
    """The picture, the full prompt, every setting, the family and the buttons."""
    prompt = "a lighthouse " * 40
    studio.add(card_of(142, prompt, parent_number=12, child_numbers=(150, 151)))

    reply = await typed(line)

    assert [picture.id for picture in reply.pictures] == [picture_id(142)]
    assert values(reply)["Words"] == prompt
    assert values(reply)["Made from"] == "#12"
    assert [row.job for row in reply.rows if row.label == "Led to"] == [150, 151]
    assert [button.act for button in reply.buttons] == ["again", "edit", "delete"]
    assert reply.private


async def test_a_job_that_one_cannot_see_is_unknown(typed: Type) -> None:
    """Nothing tells whether it exists."""
    reply = await typed("/history 999")

    assert reply.kind == "refusal"
    assert "999" in reply.text


async def test_models_say_what_they_cost(typed: Type) -> None:
    """Every quality has its price, and auto says what it is held at."""
    reply = await typed("/models")

    assert "one square picture, 1024x1024, as png, by sketch at medium quality" in reply.text
    assert values(reply) == {
        "sketch": "Sketch by sketch · low 0.6, medium 5.3, auto held at 71.2 · answered 99 % · used if you name none"
    }


@pytest.mark.parametrize("name", ["sketch", "SKETCH", "Sketch"])
async def test_one_model_says_all_that_is_known(typed: Type, name: str) -> None:
    """How it does, where its vendor runs, what it keeps, its licence and its terms."""
    reply = await typed(f"/models {name}")

    told = values(reply)
    assert reply.private
    assert (told["Model"], told["Takes"]) == ("Sketch by sketch", "masks")
    assert (told["Last 30 days"], told["Licence"]) == ("answered 99 of 100", "yours")


async def test_an_unknown_model_is_named_with_those_that_are_there(typed: Type) -> None:
    """It is refused, and what there is instead is said."""
    reply = await typed("/models dall-e-9")

    assert reply.kind == "refusal"
    assert "dall-e-9" in reply.text
    assert "sketch" in reply.text


@pytest.mark.parametrize("line", ["/cancel", "/cancel 142", "cancel"])
async def test_cancel_gives_credits_back(typed: Type, studio: FakeStudio, line: str) -> None:
    """The newest open job, or the one that is named."""
    studio.add(card_of(142, state=JobState.WAITING, charged=None, pictures=(), position=0))

    reply = await typed(line)

    assert studio.jobs[142].state is JobState.CANCELLED
    assert reply.text == "#142 is cancelled. 5.3 credits are free again."


async def test_cancel_of_a_running_job_says_what_it_costs(typed: Type, studio: FakeStudio) -> None:
    """What arrives later is kept and charged, and that is said."""
    studio.add(card_of(142, state=JobState.RUNNING, charged=None, pictures=()))

    reply = await typed("/cancel 142")

    assert "charged" in reply.text


@pytest.mark.parametrize(
    ("owner", "state", "sentence"),
    [("ann", JobState.DONE, "ended already"), ("bob", JobState.WAITING, "somebody else")],
)
async def test_cancel_refuses(
    typed: Type, studio: FakeStudio, owner: str, state: JobState, sentence: str
) -> None:
    """Nothing open, or nothing of one's own, is not cancelled."""
    studio.add(card_of(142, state=state), owner=owner)

    reply = await typed("/cancel 142")

    assert reply.kind == "refusal"
    assert sentence in reply.text


@pytest.mark.parametrize("line", ["", "help", "?", "/help", "HELP", "/help ?"])
async def test_help_lists_the_commands(typed: Type, line: str) -> None:
    """Commands of admins are shown to admins only."""
    labels = [row.label for row in (await typed(line)).rows]
    of_admins = [row.label for row in (await typed(line, is_admin=True)).rows]

    assert labels == [
        "/imagine",
        "/edit",
        "/credits",
        "/history",
        "/models",
        "/settings",
        "/report",
        "/cancel",
        "/help",
    ]
    assert of_admins == [*labels, "/quota", "/easel"]


@pytest.mark.parametrize(
    "line", ["/help imagine", "/imagine help", "/imagine ?", "/help /imagine", "/imagine --help"]
)
async def test_help_explains_one_command(typed: Type, line: str) -> None:
    """Options with their aliases, choices and bounds, and examples."""
    told = values(await typed(line))

    assert told["prompt"] == "What to draw"
    assert told["--count, --n"] == "How many pictures: 1 to 10"
    assert told["--format"] == "Kind of file: png, jpeg, webp"
    assert "Example" in told


async def test_help_of_quota_hides_what_only_buttons_write(typed: Type) -> None:
    """The mark of a confirmed order is not advertised."""
    reply = await typed("/quota", is_admin=True)

    assert [row.label for row in reply.rows[:3]] == ["/quota show", "/quota grant", "/quota revoke"]
    assert "sure" not in str(reply)


async def test_help_does_not_explain_admins_commands_to_others(typed: Type) -> None:
    """For others there is no such command."""
    reply = await typed("/help quota")

    assert reply.kind == "refusal"


@pytest.mark.parametrize(
    ("owner", "is_admin", "is_offered"), [("ann", False, True), ("bob", False, False), ("bob", True, True)]
)
async def test_delete_is_offered_to_those_who_may(
    typed: Type, studio: FakeStudio, owner: str, *, is_admin: bool, is_offered: bool
) -> None:
    """Whoever looks at another person's public picture cannot delete it, and cannot cancel what is being drawn."""
    studio.add(card_of(142), owner)
    studio.add(card_of(143, state=JobState.WAITING, charged=None, pictures=(), position=0), owner)

    drawn = await typed("/history 142", is_admin=is_admin)
    waiting = await typed("/history 143", is_admin=is_admin)

    assert ("delete" in {button.act for button in drawn.buttons}) is is_offered
    assert bool(waiting.buttons) is is_offered
    assert {"again", "edit"} <= {button.act for button in drawn.buttons}
