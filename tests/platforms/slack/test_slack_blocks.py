"""Replies and forms as Slack takes them: within its limits, and with nothing read as markup."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.core.forms import Choice, Form, FormField
from bot.core.replies import Button, Reply, Row, ShownPicture
from bot.platforms.slack.blocks import Look, blocks_of, fallback
from bot.platforms.slack.views import Whither, files_of, fits, values_of, view_of

NASTY = "<!channel> <@U1> *bold* <https://evil.example|here> & `code`"


def texts(made: Any) -> list[dict[str, Any]]:
    """Find every text object."""
    if isinstance(made, dict):
        own = [made] if made.get("type") in {"mrkdwn", "plain_text"} else []
        return own + [found for value in made.values() for found in texts(value)]
    return [found for each in made for found in texts(each)] if isinstance(made, list) else []


def reply(**given: Any) -> Reply:
    return Reply(**{"kind": "info", "text": "Here it is.", **given})


def test_words_are_never_markup() -> None:
    made = blocks_of(reply(text=NASTY, rows=(Row(label=NASTY, value=NASTY),)))
    assert {each["type"] for each in texts(made)} == {"plain_text"}
    shown = blocks_of(reply(kind="result", text=f"Made with x.\n{NASTY}"), Look(asker="U7", is_public=True))
    assert json.dumps(shown).count('"user_id"') == 1
    assert texts(shown) == []
    assert "<" not in fallback(reply(text=NASTY))


def test_what_is_longer_than_slack_takes_is_cut_or_divided() -> None:
    long = blocks_of(reply(text="a" * 7_000, buttons=(Button(act="open", label="b" * 90, words="1"),)))
    assert [len(block["text"]["text"]) for block in long if block["type"] == "section"] == [3000, 3000, 1000]
    assert len(long[-1]["elements"][0]["text"]["text"]) == 75


def test_a_message_has_at_most_fifty_blocks_and_keeps_its_buttons() -> None:
    rows = tuple(Row(label=f"#{number}", value="a fox", job=number) for number in range(60))
    made = blocks_of(reply(rows=rows, buttons=(Button(act="say", label="More", ask="a" * 24),)))
    assert len(made) == 50
    assert made[-1]["type"] == "actions"


def test_actions_have_ids_of_their_own() -> None:
    buttons = tuple(Button(act="again", label="Again", job=f"job{place}") for place in range(30))
    made = [each for block in blocks_of(reply(buttons=buttons)) for each in block.get("elements", ())]
    assert len({each["action_id"] for each in made}) == 30


@pytest.mark.parametrize(("count", "images"), [(1, 1), (4, 4), (5, 1)])
def test_up_to_four_pictures_are_shown_then_one_and_a_count(count: int, images: int) -> None:
    pictures = tuple(
        ShownPicture(id=f"p{place}", alt="a fox", mime="image/png", width=1, height=1)
        for place in range(count)
    )
    files = {picture.id: f"F{picture.id}" for picture in pictures}
    made = blocks_of(reply(kind="result", pictures=pictures), Look(files=files))
    assert len([block for block in made if block["type"] == "image"]) == images
    assert ("shows 4 more" in json.dumps(made)) == (count == 5)


def test_who_has_to_choose_sees_every_picture() -> None:
    pictures = tuple(
        ShownPicture(id=f"p{place}", alt="a fox", mime="image/png", width=1, height=1) for place in range(5)
    )
    files = {picture.id: f"F{picture.id}" for picture in pictures}
    made = blocks_of(reply(kind="question", pictures=pictures), Look(files=files))
    assert len([block for block in made if block["type"] == "image"]) == 5


def test_long_words_of_a_list_are_shown_whole() -> None:
    words = "a fox " * 1_000
    made = blocks_of(reply(rows=(Row(label="Words", value=words),)))
    assert words in "".join(each["text"] for each in texts(made))


def test_a_channel_in_a_list_is_named_by_slack() -> None:
    """Only Slack knows its name; what stands beside it is still no markup."""
    rows = (
        Row(label="Channel C0123456789", value="2 pictures <!channel>"),
        Row(label="Admin channel", value="C0123456789"),
        Row(label="Words", value="C0123456789"),
    )
    found = texts(blocks_of(reply(rows=rows))[1:])
    assert [(each["type"], each["text"]) for each in found] == [
        ("mrkdwn", "Channel <#C0123456789>\n2 pictures &lt;!channel&gt;"),
        ("mrkdwn", "Admin channel\n<#C0123456789>"),
        ("plain_text", "Words\nC0123456789"),
    ]


def test_a_job_shown_by_itself_does_not_lead_to_itself() -> None:
    made = blocks_of(
        reply(number=1, rows=(Row(label="Job", value="#1", job=1), Row(label="Led to", value="#2", job=2)))
    )
    assert [block["accessory"]["value"].split(":")[2] for block in made if "accessory" in block] == ["2"]


def test_an_address_is_a_word_that_leads_there() -> None:
    made = blocks_of(reply(), Look(links=(("Picture 1", "https://easel.example.com/shared/x"),)))
    assert made[-1]["elements"][0]["elements"][0] == {
        "type": "link",
        "url": "https://easel.example.com/shared/x",
        "text": "Picture 1",
    }


def test_a_picture_that_is_not_uploaded_is_not_shown() -> None:
    picture = ShownPicture(id="p1", alt="a fox", mime="image/png", width=1, height=1)
    assert all(block["type"] != "image" for block in blocks_of(reply(pictures=(picture,))))


FIELDS = (
    FormField(
        name="prompt", label="What to draw", kind="text", is_long=True, is_required=True, value="a fox"
    ),
    FormField(
        name="quality",
        label="Quality",
        kind="choice",
        choices=(Choice(label="low · about 1 credit", value="low"),),
        value="low",
    ),
    FormField(name="count", label="How many", kind="number", minimum=1, maximum=10, value="2"),
    FormField(name="private", label="Private", kind="flag", value="yes"),
    FormField(name="references", label="Pictures", kind="file", maximum=16),
    FormField(name="mask", label="Mask", kind="file", maximum=1),
)
FORM = Form(draft="d" * 24, command="imagine", title="New picture " * 4, submit="Draw", fields=FIELDS)


def test_a_form_becomes_a_view_within_slacks_limits() -> None:
    view = view_of(FORM, Whither(FORM.draft, "C1", "1.000001"))
    assert len(view["title"]["text"]) <= 24
    assert Whither.read(view["private_metadata"]) == Whither(FORM.draft, "C1", "1.000001")
    assert Whither.read("nonsense") == Whither.read("[]") == Whither("")
    assert Whither.read('{"draft": "d", "was_there_once": true}') == Whither("d")
    kinds = [block["element"]["type"] for block in view["blocks"]]
    assert kinds == [
        "plain_text_input",
        "static_select",
        "number_input",
        "checkboxes",
        "file_input",
        "file_input",
    ]
    assert view["blocks"][4]["element"]["max_files"] == 10


def test_what_was_filled_in_is_read_back() -> None:
    state = {
        "prompt": {"value": {"type": "plain_text_input", "value": None}},
        "quality": {"value": {"type": "static_select", "selected_option": {"value": "low"}}},
        "count": {"value": {"type": "number_input", "value": "3"}},
        "private": {"value": {"type": "checkboxes", "selected_options": []}},
        "mask": {"value": {"type": "file_input", "files": [{"id": "F2"}]}},
        "references": {"value": {"type": "file_input", "files": [{"id": "F1"}]}},
    }
    view = {"state": {"values": state}}
    assert values_of(view) == {"prompt": "", "quality": "low", "count": "3", "private": "no"}
    assert [(file["id"], file["field"]) for file in files_of(view)] == [("F1", "references"), ("F2", "mask")]


@pytest.mark.parametrize("typed", ["lots", "50", "0", "-3"])
def test_a_number_that_its_box_would_not_take_can_still_be_changed(typed: str) -> None:
    """Slack opens no form whose number is none, or out of its range."""
    form = FORM.model_copy(update={"fields": (FIELDS[2].model_copy(update={"value": typed}),)})
    [block] = view_of(form, Whither(FORM.draft))["blocks"]
    assert block["element"]["type"] == "plain_text_input"
    assert block["element"]["initial_value"] == typed


def test_words_that_are_too_long_for_their_option_can_be_shortened() -> None:
    field = FormField(name="style", label="Style", kind="text", maximum=500, value="a" * 700)
    [block] = view_of(FORM.model_copy(update={"fields": (field,)}), Whither(FORM.draft))["blocks"]
    assert block["element"]["max_length"] == 700
    assert block["element"]["initial_value"] == "a" * 700


@pytest.mark.parametrize(
    ("command", "summary", "title"),
    [
        ("imagine", "Draw a picture from words", "Draw a picture"),
        ("quota refund", "Give back what a job cost, once", "Give back what a job…"),
        ("quota grant", "Give somebody credits", "Give somebody credits"),
    ],
)
def test_a_form_is_named_in_whole_words(command: str, summary: str, title: str) -> None:
    form = FORM.model_copy(update={"command": command, "title": summary})
    assert view_of(form, Whither(FORM.draft))["title"]["text"] == title


def test_a_prompt_longer_than_the_box_does_not_fit() -> None:
    long = FORM.model_copy(update={"fields": (FIELDS[0].model_copy(update={"value": "a" * 3_001}),)})
    assert fits(FORM)
    assert not fits(long)
