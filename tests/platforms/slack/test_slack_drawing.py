"""A command becomes one message, which becomes the picture; everything else is told to its caller alone."""

from __future__ import annotations

import json

from bot.app import App
from tests.doubles.slack.double import Slack
from tests.doubles.slack.puppets import Person
from tests.doubles.slack.state import Conversation
from tests.platforms.slack.easel import (
    MASK,
    PICTURE,
    drawn,
    images,
    labels,
    pictures_posted,
    text_of,
)


async def test_a_command_draws_a_picture(easel: App, slack: Slack, design: Conversation, ann: Person) -> None:
    """Its first message names the asker and becomes the picture, with what it cost."""
    made = await slack.over(ann.slash("/imagine", "a lighthouse —size wide", design))

    assert made.is_acked
    picture = await drawn(slack, design)
    assert "Made with" in text_of(picture)
    assert "a lighthouse" in text_of(picture)
    assert "credits" in text_of(picture)
    assert "Released" not in text_of(picture)
    assert "AI-generated" in images(picture)[0]["alt_text"]
    assert {"Again", "Edit…", "Vary", "Report"} <= {each.split(" ")[0] for each in labels(picture)}
    [file] = pictures_posted(design)
    assert images(picture)[0]["slack_file"] == {"id": file}
    [shared] = [each for each in design.messages.values() if each.get("files")]
    assert shared["thread_ts"] == picture["ts"]
    assert json.dumps(shared["blocks"]).count(ann.id) == 1


async def test_quotes_and_spaces_of_a_phone_are_understood(
    easel: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """Curly quotes hide what they hold, a no-break space is a space, an em dash begins an option."""
    ann.slash("/imagine", "a sign “use --size wide”\u00a0—size\u00a0tall", design)

    picture = await drawn(slack, design)

    assert "use --size wide" in text_of(picture)
    [order] = await history(easel, "slack")
    assert order == (864, 1536)


async def history(easel: App, platform: str) -> list[tuple[int, int]]:
    """Return the sizes of all pictures that were drawn."""
    from sqlalchemy import select

    from bot.storage.schema import pictures

    rows = await easel.stores.database.read(
        lambda db: db.execute(
            select(pictures.c.width, pictures.c.height).where(pictures.c.job.is_not(None))
        ).all()
    )
    return [(row.width, row.height) for row in rows]


async def test_several_pictures_stand_in_one_message(
    easel: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """Each with its own description."""
    ann.slash("/imagine", "a fox --count 3", design)

    picture = await drawn(slack, design)

    assert [each["alt_text"].partition(",")[0] for each in images(picture)] == [
        "Picture 1 of 3",
        "Picture 2 of 3",
        "Picture 3 of 3",
    ]
    assert len(pictures_posted(design)) == 3


async def test_a_private_picture_comes_in_the_direct_message(
    easel: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """Nothing of it is said where it was ordered."""
    ann.slash("/imagine", "a secret --private", design)

    told = await slack.wait_for_ephemeral(ann, design)
    assert "It comes in our direct messages" in text_of(told)
    await drawn(slack, ann.direct(), "a secret")

    assert not any(each.get("bot_id") for each in design.messages.values())


async def test_a_refusal_is_told_to_the_caller_only(
    easel: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """Nothing is ordered."""
    ann.slash("/imagine", "a cat --size 9000x9000", design)

    told = await slack.wait_for_ephemeral(ann, design)

    assert "9000x9000" in text_of(told)
    assert design.messages == {}


async def test_an_empty_command_opens_the_form_with_prices(
    easel: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """It is sent later, with pictures and a mask, and draws where it was asked for."""
    ann.slash("/imagine", "--size wide", design)
    view = await slack.wait_for_view(ann)
    assert "credits" in json.dumps(view.wire)

    sent = await slack.over(
        ann.submit(view, {"prompt": "a harbour", "references": [PICTURE], "mask": [MASK]})
    )
    assert sent.answer is None

    await drawn(slack, design, "a harbour")
    assert (1536, 864) in await history(easel, "slack")


async def test_what_is_wrong_with_a_form_is_said_in_it_and_mended_there(
    easel: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """The same form is sent once more and draws once."""
    ann.slash("/imagine", "", design)
    view = await slack.wait_for_view(ann)

    wrong = await slack.over(ann.submit(view, {"prompt": "a harbour", "mask": [MASK]}))
    assert wrong.answer["response_action"] == "errors"
    assert "mask" in wrong.answer["errors"]["prompt"]
    ann.submit(view, {"prompt": "a harbour"})

    await drawn(slack, design, "a harbour")
    assert len(pictures_posted(design)) == 1


async def test_words_longer_than_the_box_come_back_as_a_file(
    easel: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """They are never put into a form, and never lost."""
    words = "a" * 3_001
    ann.slash("/imagine", f"{words} --size 9000x9000", design)
    refused = await slack.wait_for_ephemeral(ann, design)

    ann.press(design, "Change words", refused)

    told = await slack.wait_for_message(ann.direct(), lambda each: bool(each.get("files")))
    assert slack.world.files[told["files"][0]["id"]].data == words.encode()


async def test_buttons_act_for_whoever_presses(
    easel: App, slack: Slack, design: Conversation, ann: Person, bob: Person
) -> None:
    """Again, Vary and Finish order; the presser pays."""
    ann.slash("/imagine", "a fox --quality low", design)
    picture = await drawn(slack, design)

    again, vary, finish = (
        next(each for each in labels(picture) if each.startswith(name))
        for name in ("Again", "Vary", "Finish")
    )
    bob.press(design, again, picture)
    await slack.wait_for_message(design, lambda each: bool(images(each)) and "#2" in text_of(each))
    ann.press(design, vary, picture)
    await slack.wait_for_message(design, lambda each: bool(images(each)) and "#3" in text_of(each))
    ann.press(design, finish, picture)
    await slack.wait_for_message(design, lambda each: bool(images(each)) and "#4" in text_of(each))
    assert len(pictures_posted(design)) == 4


async def test_edit_opens_a_form_and_changes_the_picture(
    easel: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """What should change is asked."""
    ann.slash("/imagine", "a fox", design)
    picture = await drawn(slack, design)

    ann.press(design, next(each for each in labels(picture) if each.startswith("Edit")), picture)
    view = await slack.wait_for_view(ann)
    ann.submit(view, {"prompt": "make it night"})

    await drawn(slack, design, "make it night")


async def test_a_deleted_picture_goes_with_its_file_and_message(
    easel: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """It is asked once."""
    ann.slash("/imagine", "a fox", design)
    picture = await drawn(slack, design)

    ann.press(design, "Delete", picture)
    asked = await slack.wait_for_ephemeral(ann, design)
    ann.press(design, "Delete for good", asked)

    await slack.world.changes.until(
        lambda: (
            picture["ts"] not in design.messages
            and all(each.is_deleted for each in slack.world.files.values())
        ),
        "the message to go",
    )


async def test_one_of_several_is_deleted_from_its_message(
    easel: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """The others stay."""
    ann.slash("/imagine", "a fox --count 2", design)
    picture = await drawn(slack, design)

    ann.press(design, "Delete", picture)
    which = await slack.wait_for_ephemeral(ann, design)
    assert len(images(which)) == 2
    ann.press(design, "Picture 1", which)
    asked = await slack.wait_for_ephemeral(ann, design, lambda each: "Delete for good" in labels(each))
    ann.press(design, "Delete for good", asked)

    await slack.world.changes.until(
        lambda: len(images(design.messages[picture["ts"]])) == 1 or None, "one picture to stay"
    )


async def test_the_original_comes_in_the_direct_message(
    easel: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """Untrimmed, as it was drawn."""
    ann.slash("/imagine", "a fox --size 1200x630", design)
    picture = await drawn(slack, design)

    ann.press(design, "Original", picture)

    told = await slack.wait_for_message(ann.direct(), lambda each: bool(each.get("files")))
    assert told["files"][0]["id"] not in pictures_posted(design)
    assert "AI-generated" in told["files"][0]["alt_txt"]


async def test_history_shows_pictures_privately(
    easel: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """A job's picture stands in the answer by the file that Slack has already."""
    ann.slash("/imagine", "a fox", design)
    await drawn(slack, design)

    ann.slash("/easel", "history 1", design)

    told = await slack.wait_for_ephemeral(ann, design, lambda each: bool(images(each)))
    assert "a fox" in text_of(told)


async def test_everything_else_is_said_as_easel(
    easel: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """Credits, models, settings, help."""
    for words, expected in (
        ("credits", "Available"),
        ("models", "medium 5.3"),
        ("settings", "quality"),
        ("help", "/imagine"),
        ("history", "nothing"),
        ("bananas", "There is no command /easel bananas"),
        ("", "/easel credits"),
    ):
        design.ephemeral.clear()
        ann.slash("/easel", words, design)
        told = await slack.wait_for_ephemeral(ann, design)
        assert expected.lower() in text_of(told).lower(), words
    assert design.messages == {}


async def test_a_dear_order_shows_its_price_first(
    easel: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """One press orders it, and the question goes."""
    ann.slash("/imagine", "a fox --quality high --size 4k", design)
    asked = await slack.wait_for_ephemeral(ann, design)
    assert design.messages == {}

    ann.press(design, next(each for each in labels(asked) if each.startswith("Draw")), asked)

    await drawn(slack, design)
    await slack.world.changes.until(lambda: not ann.sees(design) or None, "the question to go")


async def test_the_home_page_is_a_way_in(easel: App, slack: Slack, design: Conversation, ann: Person) -> None:
    """It shows balance, plan and the last five pictures, and opens the form."""
    ann.slash("/imagine", "a swan --count 4 --quality low", design)
    await drawn(slack, design)
    ann.slash("/imagine", "a fox --count 2", design)
    await drawn(slack, design, "a fox")
    await slack.over(ann.opens_home())

    page = await slack.wait_for_view(ann, lambda each: each.wire["type"] == "home")
    shown = json.dumps(page.wire, ensure_ascii=False)
    assert all(
        words in shown for words in ("Available", "Plan", "a fox", "/imagine", "Mention me", "Write to me")
    )
    assert [
        each["alt_text"].partition(",")[0] for each in page.wire["blocks"] if each["type"] == "image"
    ] == [
        "Picture 1 of 2",
        "Picture 2 of 2",
        "Picture 1 of 4",
        "Picture 2 of 4",
        "Picture 3 of 4",
    ]
    first_screen = json.dumps(page.wire["blocks"][:3], ensure_ascii=False)
    assert all(
        way in first_screen for way in ("/imagine", "Mention me", "Write to me", "New picture", "Settings")
    )
    ann.press(page, "New picture")

    form = await slack.wait_for_view(ann, lambda each: each.wire["type"] == "modal")
    ann.submit(form, {"prompt": "a heron"})
    await drawn(slack, ann.direct(), "a heron")
