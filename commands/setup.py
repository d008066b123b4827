"""For admins: how Easel works in this server, on one card."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from bot.core.amounts import MILLICREDITS, format_exact
from bot.core.commands import Caller, Command, Options, Says
from bot.core.errors import Refusal
from bot.core.preferences import Limit, Setup
from bot.core.reading import as_value
from bot.core.replies import Button, Reply, Row
from bot.core.sentences import say
from bot.core.studio import Studio
from bot.core.wording import accepted

SCOPES = {
    "person": "Cap of a person",
    "channel": "Cap of this channel",
    "tenant": "Cap of this server",
    "tenancy": "Cap by the operator",
    "platform": "Cap of the service",
    "bot": "Cap of all of Easel",
}
CHANNELS_SHOWN = 10
MEET_HERE = Button(act="say", label="Admins meet here", words="/easel setup --admin-channel here")
WITHOUT_CHANNELS = frozenset({"web"})
"""Where everybody has a chat of their own, and nobody reads another's."""


class SetupOptions(Options):
    """What to change; without anything, all of it is shown."""

    channels: Annotated[
        Literal["all", "chosen"] | None,
        Field(description="Work in every channel, or only where /easel channel allows it"),
        Says(),
    ] = None
    admin_channel: Annotated[
        str | None, Field(description="Where reports and alarms go", max_length=100), Says("where")
    ] = None
    time_zone: Annotated[
        str | None,
        Field(description="When days and months begin, such as Europe/Berlin", max_length=40),
        Says(),
    ] = None
    model: Annotated[
        str | None, Field(description="Which model draws if nobody names one", max_length=64), Says()
    ] = None
    contact: Annotated[
        str | None, Field(description="Whom people may ask, in words", max_length=100), Says()
    ] = None
    test: Annotated[bool, Field(description="Draw a free test picture here"), Says("flag")] = False


async def setup(options: SetupOptions, caller: Caller, studio: Studio) -> Reply:
    """Change what was said, and show everything."""
    has_channels = caller.address.platform not in WITHOUT_CHANNELS
    if options.admin_channel and not has_channels:
        raise Refusal("no_admin_channel")
    if options.test:
        return accepted(await studio.test_picture(caller))
    changes: dict[str, Any] = {
        name: value
        for name in ("admin_channel", "time_zone", "model", "contact")
        if (value := getattr(options, name)) is not None
    }
    if options.channels:
        changes["only_chosen"] = options.channels == "chosen"
    if changes:
        await studio.set_tenant_rules(changes, caller)
    key = "setup_changed" if changes else "setup"
    return _card(key, await studio.setup(caller), has_channels=has_channels)


def _card(key: str, found: Setup, *, has_channels: bool) -> Reply:
    """Show each value with a button that changes it."""
    rules = found.rules
    rows = [
        Row(label="Everybody has", value=_limit(found.allowance) if found.allowance else "no allowance"),
        *(Row(label=SCOPES[cap.scope], value=_limit(cap)) for cap in found.caps),
        Row(label="Channels", value=_channels(found)),
        Row(label="Admin channel", value=rules.admin_channel or "none: admins are told directly"),
        Row(label="Word list", value=f"{len(rules.words)} words" if rules.words else "empty"),
        Row(label="Time zone", value=rules.time_zone),
        Row(label="Model", value=rules.model or "the first on offer"),
        Row(label="Contact", value=rules.contact or "none"),
    ]
    other = "all" if rules.only_chosen else "chosen"
    buttons = [
        Button(act="say", label="Allowance", words="/quota plan everyone"),
        _line("Cap", f"/quota cap server {_cap_of_server(found)}"),
        Button(
            act="say",
            label="Allow all channels" if rules.only_chosen else "Only chosen channels",
            words=f"/easel setup --channels {other}",
        ),
        *((MEET_HERE,) if has_channels else ()),
        Button(act="say", label="Word list", words="/easel words list"),
        _line("Time zone", f"/easel setup --time-zone {rules.time_zone}"),
        _line("Model", "/easel setup --model "),
        _line("Contact", f"/easel setup --contact {as_value(rules.contact or 'whoever runs it')}"),
    ]
    if found.has_test:
        buttons.append(Button(act="say", label="Test picture · free", words="/easel setup --test"))
    return Reply(kind="info", text=say(key), rows=tuple(rows), buttons=tuple(buttons), private=True)


def _channels(found: Setup) -> str:
    if not found.rules.only_chosen:
        return "all but those that are forbidden"
    chosen = found.rules.allowed_channels
    listed = ", ".join(chosen[:CHANNELS_SHOWN])
    more = f" and {len(chosen) - CHANNELS_SHOWN} more" if len(chosen) > CHANNELS_SHOWN else ""
    return f"only {listed}{more}" if chosen else "none yet: write /easel channel --allowed in one"


def _cap_of_server(found: Setup) -> str:
    """Write the server's own cap as it stands, or one to begin with."""
    own = next(
        (cap for cap in found.caps if cap.scope == "tenant"), Limit("tenant", 500 * MILLICREDITS, "day")
    )
    return f"{format_exact(own.amount).partition(' ')[0]} per {own.per}"


def _limit(limit: Limit) -> str:
    return f"{format_exact(limit.amount)} a {limit.per}"


def _line(label: str, line: str) -> Button:
    """Put a line into the box, to be changed and sent."""
    return Button(act="change_words", label=label, words=line)


SETUP = Command(
    name="setup",
    summary="See and change how Easel works here",
    options=SetupOptions,
    handler=setup,
    examples=("/easel setup", "/easel setup --time-zone Europe/Berlin --channels chosen"),
    admins_only=True,
)
