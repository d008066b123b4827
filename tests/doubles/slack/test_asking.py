"""Commands, clicks, forms and messages of the Slack double, answered by Bolt over both ways."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from slack_bolt.response import BoltResponse

from tests.doubles.exchanges import Sent
from tests.doubles.slack.client import Bolt, by_http, by_socket
from tests.doubles.slack.double import Slack
from tests.doubles.slack.puppets import Person
from tests.doubles.slack.state import Conversation

FILE = Sent("a.png", "image/png", b"\x89PNG no picture at all")
BUTTON = {
    "type": "button",
    "action_id": "again",
    "text": {"type": "plain_text", "text": "Again"},
    "value": "job-1",
}
FORM = {
    "type": "modal",
    "callback_id": "draw",
    "title": {"type": "plain_text", "text": "Draw"},
    "submit": {"type": "plain_text", "text": "Draw"},
    "blocks": [
        {
            "type": "input",
            "block_id": "prompt",
            "label": {"type": "plain_text", "text": "What?"},
            "element": {"type": "plain_text_input", "action_id": "words"},
        },
        {
            "type": "input",
            "block_id": "files",
            "optional": True,
            "label": {"type": "plain_text", "text": "References"},
            "element": {"type": "file_input", "action_id": "files", "max_files": 4},
        },
    ],
}


async def test_a_command_is_acknowledged_and_opens_a_form(
    slack: Slack, bolt: Bolt, design: Conversation, ann: Person
) -> None:
    """The trigger opens a form; what is filled in comes back; errors stay in the form, an empty ack closes it."""
    sent: list[Any] = []

    async def imagine(ack: Any, body: dict[str, Any]) -> None:
        await ack(f"drawing {body['text']}")
        await bolt.client.views_open(trigger_id=body["trigger_id"], view=FORM)

    async def draw(ack: Any, view: dict[str, Any]) -> None:
        sent.append(view["state"]["values"])
        if view["state"]["values"]["prompt"]["words"]["value"] == "no":
            await ack(response_action="errors", errors={"prompt": "Not that."})
        else:
            await ack()

    bolt.app.command("/imagine")(imagine)
    bolt.app.view("draw")(draw)

    asked = await slack.over(ann.slash("/imagine", f"a fox & {ann.mention}", design))
    view = await slack.wait_for_view(ann)
    refused = await slack.over(ann.submit(view, {"What?": "no"}))
    still_open = view.is_open
    await slack.over(ann.submit(view, {"What?": "a fox", "References": [FILE]}))

    assert asked.is_acked
    assert ann.sees(design)[0]["text"] == f"drawing a fox &amp; <@{ann.id}|ann>"
    assert (refused.error, still_open, view.is_open) == ("errors", True, False)
    assert sent[1]["files"]["files"]["files"][0]["name"] == "a.png"


async def test_a_button_answers_through_its_response_address(
    slack: Slack, bolt: Bolt, design: Conversation, ann: Person
) -> None:
    """A click carries the message; its response address takes five messages, then none."""

    async def again(ack: Any, respond: Any, body: dict[str, Any]) -> None:
        await ack()
        for number in range(6):
            await respond(f"{body['message']['text']} {number}", replace_original=False)

    bolt.app.action("again")(again)
    await bolt.client.chat_postMessage(
        channel=design.id, text="a picture", blocks=[{"type": "actions", "elements": [BUTTON]}]
    )
    message = await slack.wait_for_message(design)

    await slack.over(ann.press(design, "Again", message))
    await slack.wait_for_ephemeral(ann, design, lambda each: each["text"] == "a picture 4")
    await slack.world.changes.until(
        lambda: len(slack.wire.asked("POST", "/commands/*/*")) == 6, "the sixth answer"
    )

    assert len(ann.sees(design)) == 5


async def test_a_mention_is_two_events(slack: Slack, bolt: Bolt, design: Conversation, ann: Person) -> None:
    """With the history scope a mention comes as a message too, with another event id; without it, once."""
    first = ann.say(design, f"{slack.bot_mention} a fox", files=[FILE])
    await slack.over(slack.transport.deliveries[-1])
    slack.grant("channels:history")
    ann.say(design, f"{slack.bot_mention} a hare")
    for each in slack.transport.deliveries:
        await slack.over(each)
    await slack.world.changes.until(lambda: len(bolt.heard) == 3, "three events", 2)

    assert sorted(each["type"] for each in bolt.heard) == ["app_mention", "app_mention", "message"]
    assert len({each.payload["event_id"] for each in slack.transport.deliveries}) == 3
    mention = next(each for each in bolt.heard if each["ts"] == first["ts"])
    async with aiohttp.ClientSession() as session:
        address = mention["files"][0]["url_private_download"]
        async with session.get(address) as page:
            assert (page.status, page.content_type) == (200, "text/html")
        async with session.get(address, headers={"Authorization": f"Bearer {slack.bot_token}"}) as file:
            assert await file.read() == FILE.data


async def test_a_shortcut_carries_the_message(
    slack: Slack, bolt: Bolt, design: Conversation, ann: Person
) -> None:
    """A message shortcut works on any message and brings it whole."""
    seen: list[dict[str, Any]] = []

    async def edit(ack: Any, shortcut: dict[str, Any]) -> None:
        await ack()
        seen.append(shortcut["message"])

    bolt.app.shortcut("edit")(edit)
    message = ann.say(design, "look", files=[FILE])

    delivery = await slack.over(ann.shortcut("edit", design, message))

    assert delivery.is_acked
    assert seen[0]["files"][0]["name"] == "a.png"


async def test_events_are_tried_again_and_clicks_are_not(
    slack: Slack, ann: Person, design: Conversation
) -> None:
    """Nobody listens: three more tries for a message, none for a command."""
    slack.transport.request_url = "http://127.0.0.1:9/nobody"
    ann.say(ann.direct(), "hello")
    event = await slack.over(slack.transport.deliveries[-1])
    command = await slack.over(ann.slash("/imagine", "a fox", design))

    assert event.tries == ["connection_failed"] * 4
    assert (command.tries, command.error) == (["connection_failed"], "dispatch_failed")


async def test_a_retry_says_so(slack: Slack, ann: Person) -> None:
    """What was not acknowledged comes again with its number and the same event id."""
    async with by_http(slack) as bolt:
        count = 0

        async def refuse_once(next_: Any) -> Any:
            nonlocal count
            count += 1
            return BoltResponse(status=503) if count == 1 else await next_()

        bolt.app.middleware(refuse_once)
        ann.say(ann.direct(), "hello")
        event = await slack.over(slack.transport.deliveries[-1])

        assert event.tries == ["http_error", "ok"]
        await slack.world.changes.until(lambda: bolt.retries == ["1"], "the retry", 2)


async def test_an_old_signature_is_refused(slack: Slack, ann: Person, design: Conversation) -> None:
    """Bolt refuses a request that was signed six minutes ago."""
    async with by_http(slack):
        slack.transport.turned_seconds = -360

        command = await slack.over(ann.slash("/imagine", "a fox", design))

        assert command.tries == ["http_error"]


@pytest.mark.parametrize("how", ["refresh", "cut", "deaden"])
async def test_a_lost_socket_is_opened_anew(how: str, slack: Slack, ann: Person) -> None:
    """A recycled, cut or silent socket is replaced, and what happens then arrives."""
    async with by_socket(slack) as bolt:
        first = slack.transport.sockets[0]
        if how == "refresh":
            await slack.transport.disconnect("refresh_requested")
        elif how == "cut":
            slack.transport.cut()
        else:
            slack.transport.deaden()
        await slack.world.changes.until(
            lambda: [each for each in slack.transport.sockets if each is not first and not each.is_dead],
            "a new socket",
        )

        ann.say(ann.direct(), "hello")
        await slack.world.changes.until(lambda: slack.transport.deliveries[-1].is_over, "the event")

        assert slack.transport.deliveries[-1].is_acked
        assert bolt.heard[-1]["text"] == "hello"
