"""Routes of interactions: the first answer, and what the token is good for afterwards."""

from __future__ import annotations

from collections.abc import Mapping

from tests.doubles.discord.bodies import check_message, is_empty, payload_of
from tests.doubles.discord.calls import Answer, Call, Handler
from tests.doubles.discord.components import check_modal
from tests.doubles.discord.interactions import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL, Interaction
from tests.doubles.discord.posting import Draft, change, fetched, post, remove
from tests.doubles.discord.refusals import Json, Problems, Refused
from tests.doubles.discord.routes_messages import change_checked
from tests.doubles.discord.state import EPHEMERAL, LOADING, Message
from tests.doubles.exchanges import Sent

REPLY, DEFER, DEFER_UPDATE, UPDATE, CHOICES, FORM = 4, 5, 6, 7, 8, 9


def callback(call: Call) -> Answer:
    """Answer an interaction for the first time."""
    made = call.interactions.answering(call.params["interaction"], call.params["token"])
    body, files = payload_of(call.exchange)
    kind, data = body.get("type"), body.get("data") or {}
    _check_kind(made, kind)
    match kind:
        case 4:
            _check(call, made, data, files, ("data",))
            if is_empty(data, files):
                raise Refused(50006)
            _respond(call, made, data, files, data.get("flags", 0) & EPHEMERAL)
        case 5:
            _respond(call, made, {}, {}, LOADING | data.get("flags", 0) & EPHEMERAL)
        case 6 | 7:
            assert made.message is not None
            made.original_id = made.message.id
            if kind == UPDATE:
                _check(call, made, data, files, ("data",))
                change(call.world, made.message, data, files)
        case 8:
            made.choices = _checked_choices(data.get("choices"))
        case 9:
            check_modal(data)
            made.modal = data
    call.interactions.answer(made, int(body["type"]))
    if call.exchange.query.get("with_response", "").lower() not in {"true", "1"}:
        return 204, None
    return 200, _with_response(call, made)


def _check_kind(made: Interaction, kind: object) -> None:
    """Which answer fits which interaction."""
    fitting: Mapping[int, tuple[int, ...]] = {
        COMMAND: (REPLY, DEFER, FORM, 12),
        COMPONENT: (REPLY, DEFER, DEFER_UPDATE, UPDATE, FORM, 12),
        AUTOCOMPLETE: (CHOICES,),
        MODAL: (REPLY, DEFER, *((DEFER_UPDATE, UPDATE) if made.message else ())),
    }
    if kind not in fitting[made.kind]:
        problems = Problems()
        problems.choice(("type",), kind, fitting[made.kind])
        problems.end()


def _check(call: Call, made: Interaction, body: Json, files: dict[str, Sent], place: tuple[str, ...]) -> None:
    check_message(body, files, call.world.file_bytes_max(made.channel, made.user.id), place)


def _respond(call: Call, made: Interaction, body: Json, files: dict[str, Sent], flags: int) -> Message:
    """Post the answer in the channel, or for the asker alone."""
    made.is_ephemeral = bool(flags & EPHEMERAL)
    message = _post(call, made, body, files, flags)
    made.original_id = message.id
    return message


def _post(call: Call, made: Interaction, body: Json, files: dict[str, Sent], flags: int) -> Message:
    kind = 0 if made.original_id else {COMMAND: 20}.get(made.kind, 0)
    if made.kind == COMMAND and made.data["type"] != 1 and not made.original_id:
        kind = 23
    extra = {"type": kind, "flags": flags, **call.interactions.source(made)}
    reference = {"message_reference": {"message_id": made.original_id}} if made.original_id else {}
    if made.kind == COMPONENT and made.message is not None and not made.original_id:
        reference = {"message_reference": {"message_id": made.message.id}}
    if reference:
        extra["type"] = 19
    seen_by = made.user.id if flags & EPHEMERAL else None
    draft = Draft(made.channel, call.world.bot, {**body, **reference}, files, extra, seen_by, made.id)
    return post(call.world, draft)


def _checked_choices(choices: object) -> list[Json]:
    problems = Problems()
    problems.count(("data", "choices"), choices, 0, 25)
    found = choices if isinstance(choices, list) else []
    for index, each in enumerate(found):
        problems.length(("data", "choices", index, "name"), each.get("name", ""), 1, 100)
        if isinstance(each.get("value"), str):
            problems.length(("data", "choices", index, "value"), each["value"], 1, 100)
    problems.end()
    return found


def _with_response(call: Call, made: Interaction) -> Json:
    """What `with_response` asks for."""
    shown: Json = {"interaction": {"id": made.id, "type": made.kind}}
    if made.answer_kind in {REPLY, DEFER, DEFER_UPDATE, UPDATE}:
        message = _original(call, made)
        shown["interaction"] |= {
            "response_message_id": message.id,
            "response_message_loading": bool(message.wire["flags"] & LOADING),
            "response_message_ephemeral": message.seen_by is not None,
            "channel_id": made.channel.id,
            "guild_id": made.channel.guild_id,
        }
        shown["resource"] = {"type": made.answer_kind}
        if made.answer_kind in {REPLY, UPDATE}:
            shown["resource"]["message"] = fetched(call.world, message)
    return shown


def _original(call: Call, made: Interaction) -> Message:
    """Find the first answer's message, or refuse with 10008."""
    found = made.channel.messages.get(made.original_id or "")
    if found is None:
        raise Refused(10008)
    return found


def _mine(call: Call) -> tuple[Interaction, Message]:
    """Find the message of the address: @original or one of the followups."""
    made = call.interactions.going_on(call.params["webhook"], call.params["token"])
    number = call.params["message"]
    if number in {"@original", made.original_id}:
        return made, _original(call, made)
    if number not in made.followup_ids or number not in made.channel.messages:
        raise Refused(10008)
    return made, made.channel.messages[number]


def followup(call: Call) -> Answer:
    """Add a message; right after a deferral it fills the placeholder instead, as it always did."""
    made = call.interactions.going_on(call.params["webhook"], call.params["token"])
    body, files = payload_of(call.exchange)
    _check(call, made, body, files, ())
    if is_empty(body, files):
        raise Refused(50006)
    placeholder = made.channel.messages.get(made.original_id or "")
    if made.answer_kind == DEFER and placeholder is not None and placeholder.wire["flags"] & LOADING:
        change(call.world, placeholder, body, files)
        return 200, fetched(call.world, placeholder)
    message = _post(call, made, body, files, body.get("flags", 0) & EPHEMERAL)
    made.followup_ids.append(message.id)
    return 200, fetched(call.world, message)


def get_answer(call: Call) -> Answer:
    """Read an answer."""
    _, message = _mine(call)
    return 200, fetched(call.world, message)


def edit_answer(call: Call) -> Answer:
    """Change an answer; a placeholder stops loading."""
    made, message = _mine(call)
    body, files = payload_of(call.exchange)
    _check(call, made, body, files, ())
    change_checked(call, message, body, files)
    return 200, fetched(call.world, message)


def delete_answer(call: Call) -> Answer:
    """Take an answer back."""
    _, message = _mine(call)
    remove(call.world, message)
    return 204, None


_ONE = "/webhooks/{webhook}/{token}/messages/{message}"
ROUTES: Mapping[str, Handler] = {
    "POST /interactions/{interaction}/{token}/callback": callback,
    "POST /webhooks/{webhook}/{token}": followup,
    f"GET {_ONE}": get_answer,
    f"PATCH {_ONE}": edit_answer,
    f"DELETE {_ONE}": delete_answer,
}
