"""Methods of files: announce, upload, complete; Slack then shares them when it likes."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from typing import Literal

from tests.doubles.slack.blocks import check_message
from tests.doubles.slack.calls import Call, Method
from tests.doubles.slack.methods_chat import T3, T4, add, authored, check_posting
from tests.doubles.slack.refusals import Json, Refused, wrong
from tests.doubles.slack.state import BOT_USER, Conversation, File, World

ALT_MAX, FILE_BYTES_MAX = 1_000, 2**30
Sharing = Literal["soon", "held", "slow", "never"]


class Shares:
    """When completed files appear in their conversation: at once after the answer, when told to, or never.

    "held" are looked through until then, as "slow" ones are not.
    """

    def __init__(self) -> None:
        self.mode: Sharing = "soon"
        self.waiting: list[tuple[World, Json]] = []

    def let_go(self) -> None:
        """Show what is held."""
        waiting, self.waiting = self.waiting, []
        for world, wanted in waiting:
            share(world, wanted)


def get_upload_url(call: Call) -> Json:
    """Announce a file; its id is known before anything is posted."""
    call.need("filename", "length")
    if call.world.files_refused:
        raise Refused(call.world.files_refused)
    length = call.text("length")
    if not length.isdigit() or int(length) <= 0:
        raise wrong("invalid_arguments", "must be greater than 0 [json-pointer:/length]")
    if int(length) > FILE_BYTES_MAX:
        raise Refused("file_too_large")
    if len(call.text("alt_txt")) > ALT_MAX:
        raise wrong(
            "invalid_arguments", f"must be less than {ALT_MAX + 1} characters [json-pointer:/alt_txt]"
        )
    name = call.text("filename")
    mime = mimetypes.guess_type(name)[0] or "application/octet-stream"
    file = File(call.world.new_id("F"), name, int(length), BOT_USER, alt=call.text("alt_txt"), mime=mime)
    call.world.files[file.id] = file
    return {"upload_url": f"{call.world.url}/upload/v1/{file.id}", "file_id": file.id}


def upload(world: World, file_id: str, data: bytes) -> tuple[int, str]:
    """Take a file's bytes at the address that was given for it."""
    file = world.files.get(file_id)
    if file is None or file.is_complete:
        return 404, "not found"
    if len(data) != file.size:
        return 400, "length does not match"
    file.data = data
    return 200, f"OK - {len(data)}"


def complete(call: Call) -> Json:
    """End an upload; in a conversation the files appear some time later, and no time stamp is told."""
    call.need("files")
    listed = call.said["files"]
    if not isinstance(listed, list) or not listed:
        raise wrong("invalid_arguments", "must be an array [json-pointer:/files]")
    files = [_uploaded(call, each) for each in listed]
    channels = [each for each in (call.text("channels") or call.text("channel_id")).split(",") if each]
    if len(channels) > 100 or (len(channels) > 1 and call.text("thread_ts")):
        raise Refused("invalid_channel")
    check_message(call.world, call.said.get("blocks"))
    for channel in channels:
        conversation = call.world.visible(channel)
        check_posting(call, conversation)
        # Writing into public channels unasked is for messages only.
        call.inside(conversation)
        _check_thread(conversation, call.text("thread_ts"))
    for file, each in zip(files, listed, strict=True):
        file.is_complete, file.title = True, each.get("title") or file.name
    wanted = [_share_of(call, channel, files) for channel in channels]
    for each in wanted:
        call.deliver("share", each)
    shown = [
        call.world.file_wire(each) | {"shares": {}, "channels": [], "ims": [], "groups": []} for each in files
    ]
    return {"files": shown}


def _uploaded(call: Call, listed: Json) -> File:
    file = call.world.files.get(str(listed.get("id")))
    if file is None or file.data is None or file.is_deleted:
        raise Refused("file_not_found")
    return file


def _check_thread(conversation: Conversation, thread_ts: str) -> None:
    """Only a thread's first message names it."""
    if not thread_ts:
        return
    parent = conversation.messages.get(thread_ts)
    if parent is None or parent.get("thread_ts", thread_ts) != thread_ts:
        raise Refused("thread_not_found")


def _share_of(call: Call, channel: str, files: list[File]) -> Json:
    blocks = None if call.text("initial_comment") else call.said.get("blocks")
    return {
        "channel": channel,
        "thread_ts": call.text("thread_ts") or None,
        "files": [each.id for each in files],
        "text": call.text("initial_comment"),
        "blocks": blocks or [],
    }


def share(world: World, wanted: Json) -> Json:
    """Show completed files in a conversation, as one message of the bot."""
    conversation = world.conversations[wanted["channel"]]
    if all(world.files[each].is_deleted for each in wanted["files"]):
        return {}
    message = authored(wanted["text"], wanted["blocks"]) | {"ts": world.new_ts(), "upload": False}
    if wanted["thread_ts"]:
        message["thread_ts"] = wanted["thread_ts"]
    files = [world.files[each] for each in wanted["files"]]
    for file in files:
        file.is_scanned = True
        file.shares.append((conversation.id, message["ts"], wanted["thread_ts"]))
    message["files"] = [world.file_wire(each) for each in files]
    add(world, conversation, message)
    return message


def info(call: Call) -> Json:
    """Describe a file and where it is shown; only those of the bot and of conversations that it is in."""
    file = call.world.files.get(call.text("file"))
    if file is None or not may_see(call.world, file):
        raise Refused("file_not_found")
    if file.is_deleted:
        raise Refused("file_deleted")
    shown = call.world.file_wire(file) | {"shares": call.world.shares_wire(file)}
    return {"file": shown, "comments": [], "response_metadata": {"next_cursor": ""}}


def may_see(world: World, file: File) -> bool:
    """Tell whether the bot may see a file."""
    places = (world.conversations[where] for where, _, _ in file.shares)
    return file.user == BOT_USER or any(BOT_USER in each.members for each in places)


def delete(call: Call) -> Json:
    """Delete a file of the bot's own, wherever it is shown."""
    file = call.world.files.get(call.text("file"))
    if file is None or file.is_deleted:
        raise Refused("file_deleted" if file else "file_not_found")
    if file.user != BOT_USER:
        raise Refused("cant_delete_file")
    file.is_deleted, file.data = True, None
    for where, ts, _ in file.shares:
        message = call.world.conversations[where].messages.get(ts)
        if message is not None:
            message["files"] = [
                call.world.file_wire(call.world.files[each["id"]]) for each in message["files"]
            ]
    call.world.changes.tell()
    return {}


METHODS: Mapping[str, Method] = {
    "files.getUploadURLExternal": Method(get_upload_url, T4, ("files:write",), takes_json=False),
    "files.completeUploadExternal": Method(complete, T4, ("files:write",)),
    "files.info": Method(info, T4, ("files:read",), takes_json=False),
    "files.delete": Method(delete, T3, ("files:write",)),
}
