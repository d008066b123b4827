"""What people say and press in the web chat, and what comes back."""

from __future__ import annotations

from bot.core.replies import Address, Button, Reply
from bot.platforms.web.server import WebChat
from tests.platforms.web.client import Browser, png
from tests.platforms.web.fakes import World

PERSON = "person-you"


async def test_a_new_chat_is_empty_and_says_what_one_has(browser: Browser) -> None:
    """The first feed has no message, the balance and the limits."""
    feed = await browser.feed()

    assert feed["messages"] == []
    assert feed["you"]["balance"]["available"] == 100_000
    assert feed["you"]["is_offline"] is True
    assert feed["you"]["uploads_max"] == 3


async def test_an_order_is_two_messages(browser: Browser, world: World) -> None:
    """The line and the job's message are kept, the job's with what was understood and held."""
    answer = await (await browser.say("a cat --size wide", files=[png()])).json()

    mine, easels = answer["messages"]
    assert (mine["author"], mine["text"]) == ("person", "a cat --size wide")
    assert mine["attachments"][0]["name"] == "photo0.png"
    assert (easels["kind"], easels["number"], easels["root"]) == ("accepted", 1, mine["id"])
    assert (easels["card"]["size"], easels["card"]["held"]) == ("wide", 5_345)
    assert world.front.received[0].attachments[0].width == 40


async def test_the_caller_is_the_local_person(browser: Browser, world: World) -> None:
    """Without being exposed there is one person, who may do everything."""
    await browser.say("a cat")

    caller = world.front.received[0].caller
    assert (caller.person, caller.address.user, caller.is_admin, caller.is_operator) == (
        PERSON,
        "you",
        True,
        True,
    )


async def test_the_result_takes_the_place_of_the_job(browser: Browser, world: World) -> None:
    """A delivered result is the same message with another body, and a receipt."""
    ordered = await browser.order()
    await world.front.finish(1)

    (_, easels) = (await browser.feed())["messages"]
    assert (easels["id"], easels["kind"]) == (ordered["id"], "result")
    assert easels["pictures"][0]["alt"].startswith("a cat")
    assert easels["card"]["charged"] == 5_300


async def test_a_delivery_is_posted_once(browser: Browser, world: World, chat: WebChat) -> None:
    """The same key again changes nothing and says where the message is."""
    await browser.order()
    await world.front.finish(1)
    card = world.studio.jobs[1]
    address = world.front.received[0].caller.address
    version = await world.chat.version(PERSON)

    posted = await chat.deliver(address, world.front.failure(card), key=f"{card.id}:result")

    assert posted.message == card.id
    assert await world.chat.version(PERSON) == version


async def test_a_second_answer_about_a_job_is_a_message_of_its_own(browser: Browser, world: World) -> None:
    """A picture that arrives late does not hide what was said before."""
    await browser.order()
    await world.front.finish(1)
    address = world.front.received[0].caller.address
    late = world.front.result(world.studio.jobs[1])
    assert world.front.deliver is not None

    await world.front.deliver(address, late, key="late")

    assert [message["kind"] for message in (await browser.feed())["messages"][1:]] == ["result", "result"]


async def test_a_result_before_its_job_was_shown_is_kept(chat: WebChat, world: World) -> None:
    """A worker may be faster than the answer to the order."""
    address = Address(platform="web", tenant="local", channel="chat", person=PERSON, thread="root")
    result = Reply(kind="result", text="Done.", job="job-1")
    accepted = Reply(kind="accepted", text="Drawing.", job="job-1")
    world.front.answer = accepted

    posted = await chat.deliver(address, result, key="job-1:result")

    assert (posted.message, posted.thread) == ("job-1", "root")
    kept = await world.chat.find("job-1", PERSON)
    assert kept is not None
    assert not kept.is_open


async def test_the_same_event_is_one_order(browser: Browser, world: World) -> None:
    """A form that is sent twice gives the same messages, and its files are kept once."""
    first = await (await browser.say("a cat", files=[png()])).json()
    second = await (await browser.say("a cat", files=[png()])).json()

    assert [message["id"] for message in first["messages"]] == [
        message["id"] for message in second["messages"]
    ]
    assert len(world.studio.jobs) == 1
    assert len(world.gallery.pictures) == 1


async def test_a_refused_event_is_answered_once(browser: Browser) -> None:
    """A plain answer to the same event is not said twice."""
    await browser.say("", files=[png()])
    await browser.say("", files=[png()])

    kinds = [message.get("kind") for message in (await browser.feed())["messages"]]
    assert kinds == [None, "refusal"]


async def test_a_reply_to_a_picture_stays_in_its_thread(browser: Browser, world: World) -> None:
    """The page names the picture and the thread; the edit comes after it."""
    first = await browser.order()
    await world.front.finish(1)
    picture = world.studio.jobs[1].pictures[0].id

    edit = await browser.order("make it night", event="event-0002", picture=picture, root=first["root"])

    assert edit["root"] == first["root"]
    assert world.front.received[1].picture == picture


async def test_an_edit_by_number_joins_the_thread_of_its_parent(browser: Browser, world: World) -> None:
    """Where the words name a job, the thread is that job's, though nothing was replied to."""
    first = await browser.order()
    await world.front.finish(1)
    picture = world.studio.jobs[1].pictures[0].id

    edit = await browser.order("#1: make it night", event="event-0002", picture=picture)

    roots = {message["root"] for message in (await browser.feed())["messages"]}
    assert edit["root"] == first["root"]
    assert roots == {first["root"]}


async def test_a_thread_of_somebody_else_is_not_joined(browser: Browser) -> None:
    """An unknown thread begins a new one."""
    message = await browser.order(root="no-such-thread")

    assert message["root"] != "no-such-thread"


async def test_again_draws_in_the_same_thread(browser: Browser, world: World) -> None:
    """A press that orders is a new job below the message that it was under."""
    first = await browser.order()
    await world.front.finish(1)

    answer = await (await browser.press("again", job=first["job"], message=first["id"])).json()

    (again,) = answer["messages"]
    assert (again["number"], again["root"], answer["notice"]) == (2, first["root"], None)


async def test_cancelling_says_so_and_ends_the_message(browser: Browser) -> None:
    """The sentence is shown, and the job's message says what became of it."""
    first = await browser.order()

    answer = await (await browser.press("cancel", job=first["job"], message=first["id"])).json()

    assert answer["notice"] == "Cancelled #1. Nothing was charged."
    assert (await browser.feed())["messages"][1]["kind"] == "failure"


async def test_a_deleted_picture_leaves_its_message(browser: Browser, world: World) -> None:
    """The message of the last picture keeps its place and loses everything else."""
    first = await browser.order("a secret garden")
    await world.front.finish(1)
    picture = world.studio.jobs[1].pictures[0].id

    answer = await (
        await browser.press("delete", job=first["job"], picture=picture, message=first["id"], words="sure")
    ).json()

    (gone,) = answer["messages"]
    assert gone["is_deleted"]
    assert answer["notice"] == "Deleted. Edits made from it stay."
    assert "secret" not in str(gone)
    assert (await browser.get(f"/pictures/{picture}")).status == 404


async def test_a_refused_press_changes_nothing(browser: Browser, world: World) -> None:
    """What the front refuses is only shown."""
    first = await browser.order()
    await world.front.finish(1)

    answer = await (
        await browser.press("delete", job=first["job"], picture="x", message=first["id"], words="sure")
    ).json()

    assert (answer["kind"], answer["messages"]) == ("refusal", [])


async def test_a_question_is_kept_with_its_buttons(browser: Browser, world: World) -> None:
    """An answer that has buttons can be pressed later, also after a reload."""
    first = await browser.order()
    world.front.answer = Reply(
        kind="question",
        text="Already drawing #1.",
        buttons=(Button(act="again", label="Draw another", job="x"),),
    )

    answer = await (await browser.press("again", job=first["job"], message=first["id"])).json()

    assert answer["notice"] is None
    question = (await browser.feed())["messages"][-1]
    assert (question["kind"], question["buttons"][0]["label"]) == ("question", "Draw another")


async def test_earlier_messages_come_in_pages(browser: Browser) -> None:
    """The feed gives the newest sixty, and those before when asked."""
    for number in range(40):
        await browser.say("/credits", event=f"event-{number:04}")

    newest = await browser.feed()
    before = await browser.feed(f"?before={newest['messages'][0]['seq']}")

    assert (len(newest["messages"]), newest["has_earlier"]) == (60, True)
    assert (len(before["messages"]), before["has_earlier"]) == (20, False)


async def test_the_feed_after_a_version_is_what_changed(browser: Browser, world: World) -> None:
    """A message that changed later is given again."""
    await browser.order()
    version = (await browser.feed())["version"]
    await world.front.finish(1)

    changed = await browser.feed(f"?after={version}")

    assert [message["kind"] for message in changed["messages"]] == ["result"]


async def test_words_of_people_arrive_as_data(browser: Browser) -> None:
    """Markup in a prompt is text inside JSON, never part of a page."""
    response = await browser.say("<img src=x onerror=alert(1)>")

    assert response.content_type == "application/json"
    assert (await response.json())["messages"][0]["text"] == "<img src=x onerror=alert(1)>"


async def test_the_statement_is_ones_own(browser: Browser, world: World) -> None:
    """The credits panel shows the balance and the lines of the statement."""
    await browser.order()
    await world.front.finish(1)

    shown = await (await browser.get("/api/credits")).json()

    assert shown["balance"]["spent"] == 5_300
    assert [(line["job"], line["amount"]) for line in shown["lines"]] == [(1, -5_300)]
    assert (shown["page"], shown["has_older"]) == (1, False)
    beyond = await (await browser.get("/api/credits?page=9999999")).json()
    assert (beyond["page"], beyond["lines"]) == (500, [])


async def test_confirming_brings_what_was_attached(browser: Browser, world: World) -> None:
    """The press of a question has the attachments of the line that was asked about, and of no other."""
    draw = Button(act="confirm", label="Draw · 42.6", job="event-0001", words="a cat --count 8")
    world.front.answer = Reply(kind="question", text="This costs up to 42.6 credits.", buttons=(draw,))
    mine, question = (await (await browser.say("a cat --count 8", files=[png()])).json())["messages"]
    fields = {"job": "event-0001", "words": "a cat --count 8"}

    await browser.press("confirm", event="press-0001", message=question["id"], **fields)
    await browser.press("confirm", event="press-0002", message=mine["id"], **fields)
    await browser.press("confirm", event="press-0003", message="no-such-message", **fields)

    kept = [[each.picture for each in press.attachments] for press in world.front.pressed]
    assert kept == [[mine["attachments"][0]["picture"]], [], []]


async def test_a_line_said_by_a_button_is_answered_in_the_chat(browser: Browser, world: World) -> None:
    """What an admin confirms by a button leaves its line in the conversation, also after a reload."""
    world.front.answer = Reply(kind="info", text="Done: 2000 credits for @bob.")

    await browser.press("say", words="/quota grant --sure x @bob 2000")

    assert [message["text"] for message in (await browser.feed())["messages"]] == [
        "Done: 2000 credits for @bob."
    ]
