"""Options that come one by one, and forms that rest on drafts."""

from __future__ import annotations

import pytest

from bot.core.codes import code_of
from bot.storage.schema import jobs
from tests.flows.chatroom import Chatroom, at_once
from tests.flows.conftest import Build
from tests.flows.world import Terms


@pytest.fixture
async def room(build: Build) -> Chatroom:
    """A channel."""
    return Chatroom(await build())


async def test_options_that_came_one_by_one_are_an_order(room: Chatroom) -> None:
    """Texts are read as a line's values are, and words that look like options stay words."""
    reply = await room.submit(
        "ann", "imagine", prompt="git commit --amend", size="1024 x 1024", count=2, private="on"
    )

    row = await room.job(reply)
    assert (row.pictures, row.is_private) == (2, 1)
    assert '"prompt":"git commit --amend"' in row.request


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"size": "enormous"}, "size “enormous”"),
        ({"count": 99}, "count is 99"),
        ({"private": "perhaps"}, "--private"),
        ({"quality": "superb"}, "quality “superb”"),
        ({"colour": "red"}, "colour"),
    ],
    ids=["size", "count", "flag", "quality", "unknown"],
)
async def test_a_refusal_names_the_option_and_keeps_the_rest(
    room: Chatroom, values: dict[str, object], named: str
) -> None:
    """Change words opens the form with everything that was chosen."""
    reply = await room.submit("ann", "imagine", prompt="a fox", **values)
    opened = await room.press("ann", reply.buttons[-1])

    assert reply.kind == "refusal"
    assert named in reply.text
    assert opened.form is not None
    assert next(field.value for field in opened.form.fields if field.name == "prompt") == "a fox"


async def test_a_refused_order_can_be_sent_mended(room: Chatroom) -> None:
    """The nearest size that works is in the form that the button opens."""
    reply = await room.submit("ann", "imagine", prompt="a fox", size="1x4000")
    mended = next((each for each in reply.buttons if each.label.startswith("Use ")), None)
    assert mended is not None, reply.text
    opened = await room.press("ann", mended)
    sent = await room.send("ann", opened)

    assert sent.kind == "accepted"


async def test_a_form_sent_twice_is_one_order(room: Chatroom) -> None:
    """The draft and the sending are one event; fields that were not shown keep what the draft holds."""
    asked = await room.submit("ann", "imagine", size="1024x1024", count=2)
    sent = await at_once(*(room.send("ann", asked, "77", prompt="a fox") for _ in range(3)))

    [row] = await room.house.rows(jobs)
    assert {reply.number for reply in sent} == {1}
    assert row.pictures == 2


async def test_a_form_is_its_owners_and_ends_after_an_hour(room: Chatroom) -> None:
    """Nobody else can send it, and a restart does not lose it."""
    asked = await room.submit("ann", "imagine", size="1024x1024")
    theirs = await room.send("bob", asked, prompt="a fox")
    await room.house.restart()
    room.open()
    mine = await room.send("ann", asked, prompt="a fox")
    room.house.clock.advance(3_600)
    late = await room.send("ann", asked, "2", prompt="a fox")

    assert theirs.text == "Somebody else was asked this, so only they can press it. Order one of your own."
    assert mine.kind == "accepted"
    assert late.text == "That question is over, and nothing was ordered. Say it again."


async def test_a_form_tells_prices(room: Chatroom) -> None:
    """Every quality says what it costs; the fields that matter most come first."""
    asked = await room.submit("ann", "imagine")
    assert asked.form is not None
    quality = next(field for field in asked.form.fields if field.name == "quality")

    assert [choice.label for choice in quality.choices][:2] == [
        "low · about 1 credit a square",
        "medium · about 2 credits a square",
    ]
    assert [field.name for field in asked.form.fields][:4] == ["prompt", "references", "size", "quality"]


async def test_words_that_no_box_takes_come_back_as_a_file(build: Build) -> None:
    """They are not cut: the caller gets them as a text file, and the ways that take them."""
    room = Chatroom(await build(), box_characters=500)
    words = "a long story " * 50
    reply = await room.submit("ann", "imagine", prompt=words, size="enormous")
    opened = await room.press("ann", reply.buttons[0])

    [file] = opened.files
    served = await room.house.life.gallery.document(file.id, room.caller("ann"))
    assert opened.form is None
    assert served.path.read_text().strip() == words.strip()


async def test_a_dear_order_waits_for_one_press(build: Build) -> None:
    """The button orders what was chosen, once; somebody else cannot press it."""
    room = Chatroom(await build(terms=Terms(confirm_above="1")))
    asked = await room.submit("ann", "imagine", prompt="a fox --amend")
    [draw] = [button for button in asked.buttons if button.act == "confirm"]
    theirs = await room.press("bob", draw)
    mine = await at_once(*(room.press("ann", draw) for _ in range(3)))

    assert draw.label == "Draw · 2"
    assert theirs.kind == "refusal"
    assert {reply.number for reply in mine} == {1}


async def test_fifty_presses_at_once_are_one_order(room: Chatroom) -> None:
    """Again, pressed like mad, is one job; each further one is asked with its price."""
    post, _ = await room.drawn()
    again = next(button for button in post.buttons if button.act == "again")
    pressed = await at_once(*(room.press("ann", again, event=f"click {n}") for n in range(50)))

    kinds = [reply.kind for reply in pressed]
    assert (kinds.count("accepted"), kinds.count("question")) == (1, 49)
    assert len(await room.house.rows(jobs)) == 2


async def test_who_presses_pays(room: Chatroom) -> None:
    """Bob presses Again under ann's picture: his credits are held."""
    post, _ = await room.drawn()
    pressed = await room.press("bob", post.buttons[0])

    row = await room.job(pressed)
    assert row.person == "bob"


async def test_every_button_that_is_shown_has_a_code(room: Chatroom) -> None:
    """No reply leaves the front with a button that a platform cannot write."""
    post, _ = await room.drawn(count=2)
    replies = [post, *[await room.press("ann", button) for button in post.buttons]]
    replies.append(await room.submit("ann", "edit", prompt="make it night", quality="low"))
    replies.append(await room.submit("ann", "history"))
    replies.append(await room.submit("ann", "edit"))

    for reply in replies:
        for button in reply.buttons:
            assert len(code_of(button)) <= 100


async def test_numbers_are_suggested_while_they_are_typed(room: Chatroom) -> None:
    """One's own and the channel's public pictures, the newest first; nobody else's private ones."""
    await room.drawn()
    await room.drawn(prompt="a secret", private=True)
    await room.drawn("bob", "a fox")
    room.house.clock.advance(300)
    mine = await room.chat.suggest("edit", "picture", "", room.caller("ann"))
    theirs = await room.chat.suggest("edit", "picture", "", room.caller("bob"))
    named = await room.chat.suggest("edit", "picture", "#3", room.caller("ann"))

    assert [choice.label for choice in mine] == [
        "#3 · a fox · 5 min ago",
        "#2 · a secret · 5 min ago",
        "#1 · a lighthouse · 5 min ago",
    ]
    assert [choice.value for choice in theirs] == ["3", "1"]
    assert [choice.value for choice in named] == ["3"]


async def test_models_and_qualities_are_suggested_with_prices(room: Chatroom) -> None:
    """What changes the price says so; plans are for admins."""
    quality = await room.chat.suggest("imagine", "quality", "med", room.caller("ann"))
    model = await room.chat.suggest("imagine", "model", "", room.caller("ann"))

    assert [choice.label for choice in quality] == ["medium · about 2 credits a square"]
    assert [(choice.label, choice.value) for choice in model] == [("Paper One · from 1 a square", "paper-1")]
