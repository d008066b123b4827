"""Messages of the bot: posted once, kept up to date, taken away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.forms import Form
from bot.core.replies import Address, Reply
from bot.platforms.slack.api import SlackApi, SlackFailed
from bot.platforms.slack.blocks import PLAIN, Look, blocks_of, fallback
from bot.platforms.slack.speech import Speech
from bot.platforms.slack.views import Whither, view_of

QUIET: Mapping[str, Any] = {"mrkdwn": False, "parse": "none", "unfurl_links": False, "unfurl_media": False}
"""What people said is not read as markup, and no link of theirs is looked at."""

NOT_HERE = frozenset({"not_in_channel", "channel_not_found"})
"""The bot is no member; a private channel is not even found."""

CLOSED = frozenset(
    {
        "is_archived",
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "restricted_action_non_threadable_channel",
        "restricted_action_thread_locked",
        "cannot_reply_to_message",
        "user_is_restricted",
        "team_access_not_granted",
    }
)
NO_FILES = frozenset(
    {
        "never_shared",
        "file_uploads_disabled",
        "file_uploads_except_images_disabled",
        "storage_limit_reached",
        "access_denied",
        "team_access_not_granted",
    }
)
"""Slack shows no file of ours here, and waiting will not change that: people are told where it is."""


class Poster:
    """Posts and updates messages, and opens forms; raises SlackFailed."""

    def __init__(self, api: SlackApi, speech: Speech) -> None:
        self._api = api
        self._speech = speech

    def rendered(self, reply: Reply, look: Look = PLAIN) -> dict[str, Any]:
        """Render a reply as the text and the blocks of a message."""
        reply = self._speech.reply(reply)
        return {"text": fallback(reply), "blocks": blocks_of(reply, look)}

    async def post(
        self, channel: str, reply: Reply, *, thread: str | None = None, look: Look = PLAIN
    ) -> tuple[str, str]:
        """Post a reply; returns the conversation, which a person's id becomes, and the message's time stamp."""
        answer = await self._api.call(
            "chat.postMessage",
            channel=channel,
            thread_ts=thread,
            **self.rendered(reply, look),
            **QUIET,
        )
        return str(answer["channel"]), str(answer["ts"])

    async def update(self, channel: str, stamp: str, reply: Reply, look: Look = PLAIN) -> None:
        """Put other words, pictures and buttons into a message of ours."""
        await self._api.call(
            "chat.update",
            channel=channel,
            ts=stamp,
            **self.rendered(reply, look),
            parse="none",
        )

    async def whisper(self, address: Address, reply: Reply, look: Look = PLAIN) -> None:
        """Say something that only one person of a conversation sees; Slack does not keep it."""
        await self._api.call(
            "chat.postEphemeral",
            channel=address.channel,
            user=address.user,
            thread_ts=address.thread,
            **self.rendered(reply, look),
            parse="none",
        )

    async def open(self, trigger: str, form: Form, whither: Whither) -> None:
        """Open a form for whoever has just pressed or asked."""
        view = view_of(self._speech.form(form), whither)
        await self._api.call("views.open", trigger_id=trigger, view=view)

    async def status(self, channel: str, thread: str, words: str) -> None:
        """Show under a thread that something is being done; Slack takes it away after two minutes."""
        await self._api.call(
            "assistant.threads.setStatus", channel_id=channel, thread_ts=thread, status=words
        )

    async def remove_file(self, file: str) -> None:
        """Take a file of ours away, wherever it is shown; one that is gone already is gone."""
        try:
            await self._api.call("files.delete", file=file)
        except SlackFailed as failed:
            if failed.error not in {"file_not_found", "file_deleted"}:
                raise

    async def remove(self, channel: str, stamp: str) -> None:
        """Take a message of ours away; one that is gone already is gone."""
        try:
            await self._api.call("chat.delete", channel=channel, ts=stamp)
        except SlackFailed as failed:
            if failed.error != "message_not_found":
                raise

    async def join(self, channel: str) -> bool:
        """Join a public channel where that was granted; False where it cannot be."""
        try:
            await self._api.call("conversations.join", channel=channel)
        except SlackFailed:
            return False
        return True
