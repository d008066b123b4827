"""Everything that Slack may tell is taken calmly, whether it is ours, old, odd or new."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest

from bot.app import App
from tests.doubles.slack.double import Slack
from tests.doubles.slack.transport import signature
from tests.platforms.slack.easel import running_easel

Body = dict[str, Any]
WHO: Body = {"id": "W1", "name": "ann", "team_id": "T2"}
VIEW: Body = {
    "type": "modal",
    "callback_id": "another",
    "id": "V1",
    "hash": "1.x",
    "private_metadata": "",
    "state": {"values": {}},
    "blocks": [],
}


def event(**inner: Any) -> Body:
    """Wrap an event as Slack does."""
    return {
        "type": "event_callback",
        "team_id": "T2",
        "enterprise_id": "E1",
        "event_id": "Ev1",
        "event": inner,
    }


def asked(kind: str, **more: Any) -> Body:
    """Write an interactive payload."""
    return {"type": kind, "user": WHO, "team": {"id": "T2"}, "trigger_id": "1.2.x", **more}


EVENTS: tuple[Body, ...] = (
    event(type="reaction_added", user="U1", item={"type": "message", "channel": "C1", "ts": "1.000001"}),
    event(type="message", subtype="channel_topic", user="U1", channel="C1", ts="1.000001"),
    event(type="message", subtype="message_changed", hidden=True, channel="C1", ts="1.000001", message={}),
    event(type="message", subtype="message_deleted", hidden=True, channel="C1", ts="1.000001"),
    event(type="message", subtype="thread_broadcast", user="U1", channel="C1", ts="1.000002", root={}),
    event(type="message", subtype="bot_message", bot_id="B1", channel="C1", ts="1.000001", text="hi"),
    event(type="message", subtype="me_message", user="U1", channel="C1", ts="1.000001", text="hi there"),
    event(type="message", channel="C1", ts="nonsense", user="U1", text=None),
    event(type="message", user="U1", channel={"id": "C1"}, ts="1.000001"),
    event(type="message", subtype="file_share", user="U1", channel="D1", ts="1.000003", files=[{"id": "F1"}]),
    event(type="app_home_opened", user="U1", tab="messages"),
    event(type="function_executed", function={"id": "Fn1"}, inputs={}, function_execution_id="Fx1"),
    event(type="something_new"),
    event(),
)
ASKED: tuple[Body, ...] = (
    asked(
        "block_actions", actions=[{"type": "overflow", "action_id": "a", "selected_option": {"value": "x"}}]
    ),
    asked(
        "block_actions",
        actions=[{"type": "button", "action_id": "a", "value": "nonsense", "action_ts": "1.1"}],
    ),
    asked("block_actions", actions=[{"type": "button", "action_id": "a", "action_ts": "1.2"}], view=VIEW),
    asked("shortcut", callback_id="anything"),
    asked("message_action", callback_id="edit_image", channel={"id": "C1"}, message={"ts": "1.000001"}),
    asked("message_action", callback_id="another", channel={"id": "C1"}, message={}),
    asked("view_submission", view=VIEW),
    asked("view_closed", view=VIEW, is_cleared=False),
    asked("block_suggestion", action_id="a", block_id="b", value="x", view=VIEW),
)
OLD: tuple[Body, ...] = (
    asked("interactive_message", callback_id="x", actions=[{"name": "a", "type": "select"}]),
    asked("dialog_submission", callback_id="x", submission={}, state=""),
    asked("workflow_step_edit", callback_id="x", workflow_step={}),
)


async def told(slack: Slack, body: Body, *, is_form: bool) -> int:
    """Send something signed; returns the status of the answer."""
    data = urlencode({"payload": json.dumps(body)}) if is_form else json.dumps(body)
    mime = "application/x-www-form-urlencoded" if is_form else "application/json"
    headers = {"Content-Type": mime, **signature(data, slack.clock.now_ms() // 1000)}
    url = slack.transport.request_url or ""
    async with aiohttp.ClientSession() as session, session.post(url, data=data, headers=headers) as answer:
        return answer.status


@pytest.fixture
def way() -> str:
    """The bodies are the same either way."""
    return "http"


@pytest.mark.parametrize("body", EVENTS, ids=lambda body: json.dumps(body["event"])[:60])
async def test_an_event_is_acknowledged(
    easel: App, slack: Slack, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str], body: Body
) -> None:
    """So that Slack does not tell it again; nothing breaks over it."""
    assert await told(slack, body, is_form=False) == 200
    assert "Traceback" not in capsys.readouterr().out
    assert caplog.records == []


@pytest.mark.parametrize("body", ASKED, ids=lambda body: str(body["type"]))
async def test_what_is_asked_is_acknowledged(
    easel: App, slack: Slack, capsys: pytest.CaptureFixture[str], body: Body
) -> None:
    """Also what no button or form of ours says."""
    assert await told(slack, body, is_form=True) == 200
    assert "Traceback" not in capsys.readouterr().out


@pytest.mark.parametrize("body", OLD, ids=lambda body: str(body["type"]))
async def test_what_slack_has_given_up_breaks_nothing(
    easel: App, slack: Slack, capsys: pytest.CaptureFixture[str], body: Body
) -> None:
    """We have asked for none of it."""
    assert await told(slack, body, is_form=True) in {200, 404}
    assert "Traceback" not in capsys.readouterr().out


async def test_an_empty_or_broken_body_breaks_nothing(slack: Slack, tmp_path: Path) -> None:
    """Signed it may be."""
    async with running_easel(slack, tmp_path, "http"):
        for data in ("", "{", "payload=nonsense", "\ufffd"):
            headers = {"Content-Type": "application/json", **signature(data, slack.clock.now_ms() // 1000)}
            url = slack.transport.request_url or ""
            async with (
                aiohttp.ClientSession() as session,
                session.post(url, data=data, headers=headers) as answer,
            ):
                assert answer.status < 500
