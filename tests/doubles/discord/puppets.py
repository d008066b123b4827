"""People of a test: they type commands, press buttons, fill in forms and talk, as Discord's app lets them.

What the app would not let a person do (an option that does not exist, a button that is switched off, a form with an
empty required field) fails the test at once. Which commands a person is *shown* is not checked: a server's admins can
show any command to anyone, so the bot must not rely on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.doubles.discord import forms
from tests.doubles.discord.components import value_of
from tests.doubles.discord.interactions import (
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    MODAL,
    Interaction,
    Interactions,
)
from tests.doubles.discord.permissions import May
from tests.doubles.discord.posting import Draft, attachment, change, post, remove
from tests.doubles.discord.refusals import Json
from tests.doubles.discord.routes_channels import direct
from tests.doubles.discord.routes_messages import open_again
from tests.doubles.discord.state import Channel, Guild, Member, Message, Role, User, World
from tests.doubles.exchanges import Sent

SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, FILE = range(1, 12)
NO_OPTIONS: Mapping[str, Any] = {}
NO_FILES: Mapping[str, Sent] = {}


@dataclass(frozen=True)
class Person:
    """Somebody with an account; what they do happens at once."""

    user: User
    world: World
    interactions: Interactions

    @property
    def id(self) -> str:
        """Their id."""
        return self.user.id

    @property
    def mention(self) -> str:
        """What names them in a message."""
        return f"<@{self.user.id}>"

    def direct(self) -> Channel:
        """Their direct conversation with the bot."""
        return direct(self.world, self.user.id)

    def sees(self, channel: Channel) -> list[Message]:
        """What they see in a channel: everybody's messages and those for them alone."""
        return [each for each in channel.messages.values() if each.seen_by in {None, self.user.id}]

    def slash(
        self,
        channel: Channel,
        name: str,
        options: Mapping[str, Any] = NO_OPTIONS,
        attachments: Mapping[str, Sent] = NO_FILES,
    ) -> Interaction:
        """Use a command, `imagine` or `quota grant`; a person, role or channel as an option is itself."""
        self._may_command(channel)
        data = self._filled(channel, name, {**options, **attachments}, None)
        return self.interactions.make(COMMAND, self.user, channel, data)

    def autocomplete(
        self, channel: Channel, name: str, options: Mapping[str, Any], focused: str
    ) -> Interaction:
        """Type into an option that suggests."""
        self._may_command(channel)
        data = self._filled(channel, name, options, focused)
        return self.interactions.make(AUTOCOMPLETE, self.user, channel, data)

    def message_command(self, name: str, message: Message) -> Interaction:
        """Use a command of a message's menu."""
        return self._menu(
            3, name, message.channel_id, message.id, {"messages": {message.id: dict(message.wire)}}
        )

    def user_command(self, name: str, channel: Channel, whom: Person) -> Interaction:
        """Use a command of a person's menu."""
        resolved = forms.resolved_user(self.world, channel, whom.id)
        return self._menu(2, name, channel.id, whom.id, resolved)

    def press(self, message: Message, which: str) -> Interaction:
        """Press the button with this label or custom id, else the one whose label begins so: a price may follow."""
        component = self._component(message, which)
        assert component["type"] == 2, f"{which!r} is no button"
        return self._use(message, component, {})

    def select(self, message: Message, which: str, *values: str) -> Interaction:
        """Choose from a menu, named by its placeholder or custom id."""
        component = self._component(message, which)
        offered = {each["value"] for each in component.get("options", [])}
        assert component["type"] != 3 or set(values) <= offered, f"{values} are not all among {offered}"
        assert value_of(component, "min_values") <= len(values) <= value_of(component, "max_values")
        return self._use(message, component, {"values": list(values)})

    def submit(self, opened: Interaction, values: Mapping[str, Any] = NO_OPTIONS) -> Interaction:
        """Send the form that the bot opened; `values` by custom id or label: text, list of values, list of files."""
        assert opened.user is self.user
        assert opened.modal is not None, "no form was opened"
        data = forms.submitted(self.world, opened.modal, values)
        return self.interactions.make(MODAL, self.user, opened.channel, data, opened.message)

    def say(
        self,
        channel: Channel,
        text: str,
        reply_to: Message | None = None,
        ping: bool = True,
        files: Sequence[Sent] = (),
    ) -> Message:
        """Write a message, perhaps as a reply, with or without pinging its author."""
        body: Json = {"content": text}
        if reply_to is not None:
            body["message_reference"] = {"message_id": reply_to.id}
            body["allowed_mentions"] = {"parse": ["users", "roles", "everyone"], "replied_user": ping}
        open_again(self.world, channel)
        sent = {str(number): each for number, each in enumerate(files)}
        return post(self.world, Draft(channel, self.user, body, sent, {}))

    def edit(self, message: Message, text: str) -> None:
        """Change what they wrote."""
        assert message.author_id == self.user.id
        change(self.world, message, {"content": text}, {})

    def delete(self, message: Message) -> None:
        """Delete a message."""
        remove(self.world, message)

    def _may_command(self, channel: Channel) -> None:
        assert not (channel.is_thread and channel.thread["archived"]), "no commands in archived threads"
        allowed = self.world.may(self.user.id, channel)
        assert allowed & May.USE_APPLICATION_COMMANDS, f"{self.user.name} may not use commands there"

    def _command(self, channel: Channel, kind: int, name: str) -> Json:
        found = next(
            (
                each
                for each in self.world.commands.values()
                if (each["type"], each["name"]) == (kind, name)
                and each.get("guild_id") in {None, channel.guild_id}
            ),
            None,
        )
        assert found is not None, (
            f"no command {name!r} among {[each['name'] for each in self.world.commands.values()]}"
        )
        contexts = found.get("contexts")
        here = 0 if channel.guild_id else 1
        assert contexts is None or here in contexts, f"{name!r} is not offered here"
        return found

    def _filled(self, channel: Channel, name: str, given: Mapping[str, Any], focused: str | None) -> Json:
        """Build a command's data: its group and subcommand, its options, and what they name."""
        top, *path = name.split()
        command = self._command(channel, 1, top)
        resolved: Json = {}
        part, steps = command, []
        for step in path:
            part = next(each for each in part["options"] if each["name"] == step)
            steps.append({"name": step, "type": part["type"]})
        assert not any(each["type"] in {SUBCOMMAND, GROUP} for each in part.get("options", [])), name
        options = self._options(channel, part, given, resolved, focused)
        for step_of in reversed(steps):
            options = [{**step_of, "options": options}]
        data = {"id": command["id"], "name": top, "type": 1, "options": options}
        if command.get("guild_id"):
            data["guild_id"] = command["guild_id"]
        return data | ({"resolved": resolved} if resolved else {})

    def _options(
        self, channel: Channel, part: Json, given: Mapping[str, Any], resolved: Json, focused: str | None
    ) -> list[Json]:
        declared = {each["name"]: each for each in part.get("options", [])}
        assert set(given) <= set(declared), f"{set(given) - set(declared)} are no options of {part['name']}"
        found = []
        for name, option in declared.items():
            if name not in given:
                assert focused or not option.get("required"), f"{name} is required"
                continue
            value = given[name]
            is_focused = focused == name
            if not is_focused and not focused:
                forms.check_option(option, value)
            said = self._value(channel, option["type"], value, resolved)
            entry = {"name": name, "type": option["type"], "value": said}
            found.append(entry | ({"focused": True} if is_focused else {}))
        return found

    def _value(self, channel: Channel, kind: int, value: Any, resolved: Json) -> Any:
        """Turn what was chosen into what the wire says, and note it under `resolved`."""
        if kind == FILE:
            shown = attachment(self.world, "ephemeral", value)
            resolved.setdefault("attachments", {})[shown["id"]] = shown
            return shown["id"]
        if isinstance(value, Person):
            for name, entries in forms.resolved_user(self.world, channel, value.id).items():
                resolved.setdefault(name, {}).update(entries)
            return value.id
        if isinstance(value, Role):
            resolved.setdefault("roles", {})[value.id] = value.wire()
            return value.id
        if isinstance(value, Channel):
            shown = {"id": value.id, "name": value.name, "type": value.type}
            shown["permissions"] = str(int(self.world.may(self.user.id, value)))
            resolved.setdefault("channels", {})[value.id] = shown
            return value.id
        return value

    def _menu(self, kind: int, name: str, channel_id: str, target: str, resolved: Json) -> Interaction:
        channel = self.world.channels[channel_id]
        self._may_command(channel)
        command = self._command(channel, kind, name)
        data = {"id": command["id"], "name": name, "type": kind, "target_id": target, "resolved": resolved}
        return self.interactions.make(COMMAND, self.user, channel, data)

    def _component(self, message: Message, which: str) -> Json:
        assert message.seen_by in {None, self.user.id}, f"{self.user.name} does not see this message"
        assert self.world.channels[message.channel_id].messages.get(message.id) is message, "it was deleted"
        names = ("label", "custom_id", "placeholder")
        found = [each for each in message.components if which in {each.get(name) for name in names}]
        found = found or [each for each in message.components if (each.get("label") or "").startswith(which)]
        labels = [each.get("label") or each.get("custom_id") for each in message.components]
        assert len(found) == 1, f"{which!r}: {len(found)} among {labels}"
        assert not found[0].get("disabled"), f"{which!r} is switched off"
        return found[0]

    def _use(self, message: Message, component: Json, extra: Json) -> Interaction:
        data = {
            "custom_id": component["custom_id"],
            "component_type": component["type"],
            "id": component["id"],
        }
        channel = self.world.channels[message.channel_id]
        return self.interactions.make(COMPONENT, self.user, channel, data | extra, message)


def join(world: World, guild: Guild, user: User, roles: Sequence[Role] = ()) -> Member:
    """Make somebody a member of a server."""
    member = Member(user, guild.id, [each.id for each in roles], world.clock.iso())
    guild.members[user.id] = member
    world.emit("GUILD_MEMBER_ADD", member.wire() | {"guild_id": guild.id})
    return member
