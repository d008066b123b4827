"""The Web API of the Slack double, called by slack_sdk and by hand."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from tests.doubles.exchanges import Sent
from tests.doubles.slack.double import Slack
from tests.doubles.slack.puppets import Person
from tests.doubles.slack.state import Conversation

PNG = b"\x89PNG no picture at all"
TEXT = {"type": "plain_text", "text": "x"}
LINE = {"type": "section", "text": TEXT}


@pytest.fixture
def client(slack: Slack) -> AsyncWebClient:
    return AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)


async def refusal(doing: Any) -> dict[str, Any]:
    """Return the answer of a call that is refused."""
    with pytest.raises(SlackApiError) as refused:
        await doing
    data = refused.value.response.data
    assert isinstance(data, dict)
    return data


async def test_who_is_calling(slack: Slack, client: AsyncWebClient) -> None:
    """The token says who; none, a wrong and a revoked one each have their error."""
    me = await client.auth_test()
    assert (me["user_id"], me["team_id"]) == ("U0EASELBOT1", "T0EASELTEAM")

    wrong = AsyncWebClient(token="xoxb-wrong", base_url=slack.api_url)
    assert (await refusal(wrong.auth_test()))["error"] == "invalid_auth"
    app = AsyncWebClient(token=slack.app_token, base_url=slack.api_url)
    assert (await refusal(app.auth_test()))["error"] == "not_allowed_token_type"
    assert (await refusal(client.apps_connections_open(app_token=slack.bot_token)))[
        "error"
    ] == "not_allowed_token_type"
    slack.world.is_revoked = True
    assert (await refusal(client.auth_test()))["error"] == "token_revoked"


async def test_a_missing_scope_is_named(client: AsyncWebClient, design: Conversation, ann: Person) -> None:
    """With `needed` and `provided`; which history or read scope depends on the kind of conversation."""
    refused = await refusal(client.users_info(user=ann.id))
    assert (refused["error"], refused["needed"]) == ("missing_scope", "users:read")
    assert "chat:write" in refused["provided"].split(",")
    assert (await refusal(client.conversations_replies(channel=design.id, ts="1")))[
        "needed"
    ] == "channels:history"
    assert (await refusal(client.conversations_info(channel=design.id)))["error"] == "missing_scope"


@pytest.mark.parametrize("encoding", ["json", "form", "query"])
async def test_arguments_come_in_every_way(
    encoding: str, slack: Slack, client: AsyncWebClient, design: Conversation
) -> None:
    """JSON, a form and the query say the same where a method reads them."""
    blocks = [{"type": "section", "text": TEXT}]
    said: dict[str, Any] = {"channel": design.id, "text": "hello", "blocks": blocks}
    form = {**said, "blocks": json.dumps(blocks)}
    ways: dict[str, dict[str, Any]] = {
        "json": {"json": said},
        "form": {"data": form},
        "query": {"params": form},
    }

    answer = await client.api_call("chat.postMessage", **ways[encoding])

    assert design.messages[answer["ts"]]["blocks"][0]["text"] == TEXT


async def test_json_is_not_read_everywhere(slack: Slack, client: AsyncWebClient, ann: Person) -> None:
    """A method that takes only forms does not see what JSON says."""
    slack.grant("users:read")

    assert (await refusal(client.api_call("users.info", json={"user": ann.id})))["error"] == "user_not_found"


async def test_where_the_bot_may_post(slack: Slack, client: AsyncWebClient, ann: Person) -> None:
    """Not in a channel that it is no member of, not in an archived one; a private one is not even found."""
    others = slack.channel("others", [ann], has_bot=False)
    hidden = slack.channel("hidden", [ann], kind="group", has_bot=False)
    old = slack.channel("old", [ann])
    old.is_archived = True

    async def error(channel: str) -> str:
        return str((await refusal(client.chat_postMessage(channel=channel, text="x")))["error"])

    assert await error(others.id) == "not_in_channel"
    assert await error(hidden.id) == "channel_not_found"
    assert await error(old.id) == "is_archived"
    slack.grant("channels:join")
    await client.conversations_join(channel=others.id)
    await client.chat_postMessage(channel=others.id, text="x")
    direct = await client.chat_postMessage(channel=ann.id, text="x")
    assert direct["channel"] == ann.direct().id


@pytest.mark.parametrize(
    "block",
    [
        {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}},
        {"type": "section", "text": {"type": "mrkdwn", "text": ""}},
        {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}},
        {
            "type": "actions",
            "elements": [{"type": "button", "text": TEXT, "action_id": str(n)} for n in range(26)],
        },
        {"type": "actions", "elements": [{"type": "button", "text": TEXT, "action_id": "a"}] * 2},
        {
            "type": "actions",
            "elements": [{"type": "button", "text": {"type": "plain_text", "text": "x" * 76}}],
        },
        {"type": "actions", "elements": [{"type": "button", "text": TEXT, "value": "x" * 2001}]},
        {"type": "image", "image_url": "http://127.0.0.1/a.png"},
        {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "x"},
        {"type": "context", "elements": [TEXT] * 11},
        {"type": "sections", "text": TEXT},
        {"type": "section", "text": TEXT, "colour": "red"},
    ],
)
async def test_blocks_are_checked(
    block: dict[str, Any], client: AsyncWebClient, design: Conversation
) -> None:
    """What is too long, too many or unknown is invalid_blocks, with the place."""
    refused = await refusal(client.chat_postMessage(channel=design.id, text="x", blocks=[block]))

    assert refused["error"] == "invalid_blocks"
    assert "json-pointer:/blocks/0" in refused["response_metadata"]["messages"][0]
    assert not design.messages


async def test_own_messages_change_and_go(client: AsyncWebClient, design: Conversation, ann: Person) -> None:
    """Up to 4,000 characters; other people's messages stay theirs."""
    posted = await client.chat_postMessage(channel=design.id, text="one")
    await client.chat_update(channel=design.id, ts=posted["ts"], text="two")
    theirs = ann.say(design, "mine")

    assert design.messages[posted["ts"]]["text"] == "two"
    long = client.chat_update(channel=design.id, ts=posted["ts"], text="x" * 4001)
    assert (await refusal(long))["error"] == "msg_too_long"
    other = client.chat_update(channel=design.id, ts=theirs["ts"], text="x")
    assert (await refusal(other))["error"] == "cant_update_message"
    await client.chat_delete(channel=design.id, ts=posted["ts"])
    gone = client.chat_delete(channel=design.id, ts=posted["ts"])
    assert (await refusal(gone))["error"] == "message_not_found"


async def test_ephemeral_messages_are_for_members(
    slack: Slack, client: AsyncWebClient, design: Conversation, ann: Person
) -> None:
    """One person sees it, nobody can update it, strangers to the channel cannot be shown it."""
    shown = await client.chat_postEphemeral(channel=design.id, user=ann.id, text="psst")
    bob = slack.person("Bob")

    assert [each["text"] for each in ann.sees(design)] == ["psst"]
    update = client.chat_update(channel=design.id, ts=shown["message_ts"], text="x")
    assert (await refusal(update))["error"] == "message_not_found"
    other = client.chat_postEphemeral(channel=design.id, user=bob.id, text="psst")
    assert (await refusal(other))["error"] == "user_not_in_channel"


async def test_the_sdk_uploads_and_the_share_comes_later(
    slack: Slack, client: AsyncWebClient, design: Conversation
) -> None:
    """No time stamp in the answer; files.info shows it once Slack has shared the file; then a block may show it."""
    slack.shares.mode = "held"
    parent = await client.chat_postMessage(channel=design.id, text="job 1")
    answer = await client.files_upload_v2(
        channel=design.id,
        thread_ts=parent["ts"],
        file_uploads=[{"content": PNG, "filename": "fox.png", "title": "Fox"}],
    )
    file_id = answer["files"][0]["id"]
    before = await client.files_info(file=file_id)
    block = {"type": "image", "slack_file": {"id": file_id}, "alt_text": "a fox"}
    early = client.chat_update(channel=design.id, ts=parent["ts"], text="x", blocks=[block])
    assert (await refusal(early))["error"] == "invalid_blocks"

    slack.shares.let_go()
    after = await client.files_info(file=file_id)
    await client.chat_update(channel=design.id, ts=parent["ts"], text="x", blocks=[block])

    assert answer["files"][0].get("shares") == {}
    assert before["file"]["shares"] == {}
    assert before["file"]["mimetype"] == ""
    share = after["file"]["shares"]["public"][design.id][0]
    assert share["thread_ts"] == parent["ts"]
    assert design.messages[share["ts"]]["files"][0]["title"] == "Fox"
    await client.files_delete(file=file_id)
    assert (await refusal(client.files_info(file=file_id)))["error"] == "file_deleted"


async def test_an_upload_must_be_whole(slack: Slack, client: AsyncWebClient, design: Conversation) -> None:
    """Neither a shorter body nor one that never came can be completed."""
    given = await client.api_call("files.getUploadURLExternal", data={"filename": "a.png", "length": "10"})
    async with aiohttp.ClientSession() as session, session.post(given["upload_url"], data=b"short") as answer:
        assert answer.status == 400
    complete = client.files_completeUploadExternal(files=[{"id": given["file_id"]}], channel_id=design.id)
    assert (await refusal(complete))["error"] == "file_not_found"
    slack.world.files_refused = "storage_limit_reached"
    full = client.api_call("files.getUploadURLExternal", data={"filename": "a.png", "length": "10"})
    assert (await refusal(full))["error"] == "storage_limit_reached"


async def test_a_trigger_is_good_once_and_for_three_seconds(
    slack: Slack, client: AsyncWebClient, ann: Person
) -> None:
    """Late and twice have an error each."""
    view = {"type": "modal", "title": TEXT, "blocks": [LINE], "callback_id": "x"}
    late, twice = slack.world.trigger(ann.id), slack.world.trigger(ann.id)

    await client.views_open(trigger_id=twice, view=view)
    assert (await refusal(client.views_open(trigger_id=twice, view=view)))["error"] == "exchanged_trigger_id"
    slack.clock.turn(3.1)
    assert (await refusal(client.views_open(trigger_id=late, view=view)))["error"] == "expired_trigger_id"


async def test_forms_are_checked_and_versioned(slack: Slack, client: AsyncWebClient, ann: Person) -> None:
    """A title over 24 characters, an input without a submit button, an old hash."""
    field = {"type": "input", "label": TEXT, "element": {"type": "plain_text_input"}}
    for wrong in (
        {"type": "modal", "title": {"type": "plain_text", "text": "x" * 25}, "blocks": [LINE]},
        {"type": "modal", "title": TEXT, "blocks": [field]},
        {"type": "modal", "title": TEXT, "blocks": [LINE], "private_metadata": "x" * 3001},
    ):
        opening = client.views_open(trigger_id=slack.world.trigger(ann.id), view=wrong)
        assert (await refusal(opening))["error"] == "invalid_arguments"
    good = {"type": "modal", "title": TEXT, "blocks": [LINE]}
    opened = await client.views_open(trigger_id=slack.world.trigger(ann.id), view=good)
    number, old = opened["view"]["id"], opened["view"]["hash"]
    await client.views_update(view_id=number, view=good, hash=old)
    assert (await refusal(client.views_update(view_id=number, view=good, hash=old)))[
        "error"
    ] == "hash_conflict"


async def test_too_many_calls_wait(slack: Slack, client: AsyncWebClient, design: Conversation) -> None:
    """429 with Retry-After, which the SDK's handler obeys; the minute is the platform's own."""
    slack.pace.per_minute["chat.update"] = 1
    posted = await client.chat_postMessage(channel=design.id, text="one")
    await client.chat_update(channel=design.id, ts=posted["ts"], text="two")
    with pytest.raises(SlackApiError) as limited:
        await client.chat_update(channel=design.id, ts=posted["ts"], text="three")
    assert limited.value.response.status_code == 429
    assert 55 < int(limited.value.response.headers["Retry-After"]) <= 60
    slack.clock.turn(61)
    await client.chat_update(channel=design.id, ts=posted["ts"], text="three")

    slack.pace.refuse_once("chat.delete", 1)
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
    await client.chat_delete(channel=design.id, ts=posted["ts"])
    assert [each.status for each in slack.wire.asked("POST", "/api/chat.delete")] == [429, 200]


async def test_a_status_may_be_unknown(slack: Slack, client: AsyncWebClient, design: Conversation) -> None:
    """Some workspaces do not have the method."""
    ts = (await client.chat_postMessage(channel=design.id, text="one"))["ts"]
    await client.assistant_threads_setStatus(channel_id=design.id, thread_ts=ts, status="is drawing…")
    slack.unknown.add("assistant.threads.setStatus")
    status = client.assistant_threads_setStatus(channel_id=design.id, thread_ts=ts, status="…")

    assert (await refusal(status))["error"] == "unknown_method"
    assert [each["status"] for each in design.statuses] == ["is drawing…"]


async def test_a_connect_file_is_a_stub_until_asked_for(
    slack: Slack, client: AsyncWebClient, ann: Person
) -> None:
    """Another team's file comes as an id; files.info tells the rest."""
    stranger = slack.person("Stranger", team_id="T0OTHERTEAM")
    place = slack.channel("shared", [ann, stranger])
    message = stranger.say(place, "look", files=[Sent("a.png", "image/png", PNG)])

    stub = message["files"][0]
    whole = await client.files_info(file=stub["id"])

    assert stub == {"id": stub["id"], "mode": "file_access", "file_access": "check_file_info"}
    assert whole["file"]["mimetype"] == "image/png"


async def test_threads_are_read_in_order(
    slack: Slack, client: AsyncWebClient, design: Conversation, ann: Person
) -> None:
    """Replies carry the first message's time stamp; history leaves them out."""
    slack.grant("channels:history")
    first = ann.say(design, "one")
    ann.say(design, "two", thread_ts=first["ts"])
    await client.chat_postMessage(channel=design.id, text="three", thread_ts=first["ts"])

    replies = await client.conversations_replies(channel=design.id, ts=first["ts"])
    history = await client.conversations_history(channel=design.id)

    assert [each["text"] for each in replies["messages"]] == ["one", "two", "three"]
    assert [each["text"] for each in history["messages"]] == ["one"]
    assert history["messages"][0]["reply_count"] == 2
