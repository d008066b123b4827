"""/settings, /easel setup, /easel channel and /easel words: cards that show and change what was chosen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

import pytest

from bot.core.chat import ChannelReplies, PersonReplies
from bot.core.commands import Caller
from bot.core.front import Filled, Incoming, Uploaded
from bot.core.line import split_command
from bot.core.preferences import ChannelRules, Limit, Preferences, TenantRules
from bot.core.reading import read
from bot.core.replies import Button, Reply
from bot.reception import Reception
from commands import COMMANDS
from tests.commands.conftest import Type
from tests.fakes import FakeStudio, caller_of


def values(reply: Reply) -> dict[str, str]:
    return {row.label: row.value for row in reply.rows}


def button(reply: Reply, label: str) -> Button:
    [found] = [each for each in reply.buttons if each.label == label]
    return found


async def test_settings_are_shown_to_their_owner_only(typed: Type) -> None:
    """Each value has a button, and nothing chosen is the model's own."""
    reply = await typed("/settings")

    assert reply.private
    assert values(reply)["Size"] == "as the model has it"
    assert values(reply)["Replies"] == "draw at once"
    assert [each.label for each in reply.buttons] == [
        *("Model", "Size", "Quality", "Count", "Format", "Style", "References", "Ask before replies", "Home"),
        *("Export", "Forget me…"),
    ]


async def test_defaults_are_changed_by_options(typed: Type, studio: FakeStudio) -> None:
    """As they are typed for an order; what was not said stays."""
    await typed("/settings --size wide --quality high")
    reply = await typed("/settings --n 3")

    assert studio.preferred["ann"] == Preferences(size="wide", quality="high", count=3)
    assert values(reply)["Count"] == "3"


@pytest.mark.parametrize(
    "line", ['/settings style "in ink"', "/settings style in ink", "/settings style “in ink”"]
)
async def test_a_style_is_kept_without_its_quotes(typed: Type, studio: FakeStudio, line: str) -> None:
    """Quoted or not, it is the same words."""
    await typed(line)

    assert studio.preferred["ann"].style == "in ink"


async def test_references_come_as_attachments(typed: Type, studio: FakeStudio) -> None:
    """Up to four; without any, the way is told."""
    files = tuple(Uploaded(f"p{number}", f"{number}.png", 8, 8) for number in range(5))

    asked = await typed("/settings references")
    await typed("/settings references", files=files[:4])
    refused = await typed("/settings references ", files=files)

    assert asked.kind == "question"
    assert studio.preferred["ann"].references == ("p0", "p1", "p2", "p3")
    assert (refused.kind, "5" in refused.text) == ("refusal", True)


async def test_replies_home_and_reset(typed: Type, studio: FakeStudio) -> None:
    """Each by its word; a wrong one names what is allowed."""
    await typed("/settings replies ask")
    await typed("/settings --size wide")
    homes = await typed("/settings home")
    await typed(str(homes.buttons[0].words))

    assert studio.preferred["ann"] == Preferences(replies=PersonReplies.ASK, size="wide", home="discord:1")
    assert (await typed("/settings replies never")).kind == "refusal"
    assert (await typed("/settings reset everything")).kind == "refusal"
    await typed("/settings reset size")
    assert studio.preferred["ann"].size is None
    await typed("/settings reset")
    assert studio.preferred["ann"] == Preferences()


async def test_only_admins_set_channels_and_servers_up(typed: Type, studio: FakeStudio) -> None:
    """Nothing is shown to others, and nothing changes."""
    for line in ("/easel", "/easel setup", "/easel channel --no-allowed", "/easel words list"):
        assert (await typed(line)).text == "Only admins can do this. Ask one of them."

    assert not studio.channel_rules
    assert not studio.server_rules


async def test_a_channel_is_set_up_by_options(typed: Type, studio: FakeStudio) -> None:
    """What was not said stays; reset takes everything back."""
    await typed("/easel channel --no-allowed --replies mention --threads never", is_admin=True)
    reply = await typed("/easel channel --spoilers --style 'in red'", is_admin=True)

    assert studio.channel_rules["channel"] == ChannelRules(
        allowed=False, replies=ChannelReplies.MENTION, threads="never", spoilers=True, style="in red"
    )
    assert (reply.private, values(reply)["Allowed"], values(reply)["Threads"]) == (True, "no", "never")
    await typed("/easel channel --reset", is_admin=True)
    assert studio.channel_rules["channel"] == ChannelRules()


async def test_a_server_is_set_up_on_one_card(typed: Type, studio: FakeStudio) -> None:
    """What everybody has and the cap come first; each value has its button."""
    shown = await typed("/easel setup", is_admin=True)
    await typed("/easel setup --time-zone Europe/Berlin --channels chosen", is_admin=True)

    assert list(values(shown))[:2] == ["Everybody has", "Cap of all of Easel"]
    assert list(values(shown).values())[:2] == ["100 credits a month", "500 credits a day"]
    assert studio.server_rules["tenant"] == TenantRules(
        only_chosen=True, time_zone="Europe/Berlin", setup_offered=True
    )
    assert button(shown, "Test picture · free").words == "/easel setup --test"
    assert button(shown, "Cap").words == "/quota cap server 500 per day"


async def test_the_cap_is_changed_from_what_it_is(typed: Type, studio: FakeStudio) -> None:
    """A server's own limit stands in the line that changes it."""
    studio.server_caps = (Limit("tenant", 70_500, "week"), Limit("bot", 500_000, "day"))

    shown = await typed("/easel setup", is_admin=True)

    assert values(shown)["Cap of this server"] == "70.5 credits a week"
    assert button(shown, "Cap").words == "/quota cap server 70.5 per week"


async def test_admins_meet_in_a_channel_where_there_are_channels(
    reception: Reception, studio: FakeStudio
) -> None:
    """Everybody has a chat of their own in the web chat, so nothing is posted where nobody reads it."""
    chat = caller_of("bob", event="1", platform="discord", is_admin=True)
    web = caller_of("bob", event="2", platform="web", is_admin=True)

    line = "/easel setup --admin-channel here"
    refused = await reception.receive(Incoming(line, web))
    card = await reception.receive(Incoming("/easel setup", replace(web, event="3")))
    await reception.receive(Incoming(line, chat))

    assert refused.kind == "refusal"
    assert "Admins meet here" not in [each.label for each in card.buttons]
    assert studio.server_rules["tenant"].admin_channel == "here"


async def test_words_are_kept_by_commas(typed: Type, studio: FakeStudio) -> None:
    """Added, listed to the admin only, removed."""
    reply = await typed("/easel words add swordfish, red flag, sword*", is_admin=True)
    await typed("/easel words remove red flag", is_admin=True)

    assert reply.private
    assert values(reply) == {"r": "red flag", "s": "sword*, swordfish"}
    assert studio.server_rules["tenant"].words == ("sword*", "swordfish")
    assert (await typed("/easel words add", is_admin=True)).kind == "refusal"


@pytest.mark.parametrize("line", ["/settings", "/easel setup", "/easel channel", "/easel words"])
async def test_every_button_of_a_card_can_be_pressed(typed: Type, studio: FakeStudio, line: str) -> None:
    """What it says is a line that our commands read, apart from what is still to be written."""
    studio.preferred["ann"] = Preferences(style="in ink", model="sketch", size="wide")
    reply = await typed(line, is_admin=True)
    assert reply.buttons

    for each in reply.buttons:
        name, words = split_command(str(each.words), [command.name for command in COMMANDS], direct=True)
        command = next(command for command in COMMANDS if command.name == name)
        act = command.act(words.split()[0]) if command.acts else None
        if each.act == "say":
            read(act or command, words.partition(" ")[2] if act else words)


Use = Callable[[Reception, Caller], Awaitable[Reply]]
WAYS: Mapping[str, Use] = {
    "a line": lambda front, caller: front.receive(Incoming("/help", caller)),
    "options": lambda front, caller: front.submit(Filled("help", caller)),
    "an order in a line": lambda front, caller: front.receive(Incoming("/imagine a cat", caller)),
    "an order by options": lambda front, caller: front.submit(Filled("imagine", caller, {"prompt": "a cat"})),
}


@pytest.mark.parametrize("platform", ["discord", "slack", "web"])
@pytest.mark.parametrize("use", WAYS.values(), ids=WAYS)
async def test_the_first_admin_is_offered_the_setup_once(
    reception: Reception, studio: FakeStudio, platform: str, use: Use
) -> None:
    """With any command, and privately; others and later admins are not bothered."""
    studio.credits["bob"] = 100_000

    async def is_offered(person: str, event: str, *, is_admin: bool) -> bool:
        caller = caller_of(person, event=event, platform=platform, is_admin=is_admin)
        reply = await use(reception, caller)
        shown = reply.aside or reply
        has_button = "/easel setup" in {button.words for button in shown.buttons}
        assert not has_button or (shown.private and shown.kind == "info")
        assert "/easel setup" not in reply.text or reply.private
        return has_button

    told = [
        await is_offered(*who, is_admin=is_admin)
        for who, is_admin in ((("ann", "1"), False), (("bob", "2"), True), (("bob", "3"), True))
    ]

    assert told == [False, True, False]


async def test_the_setup_is_not_offered_where_it_is_no_use(reception: Reception) -> None:
    """Words in the web's box and messages are no commands; whoever sets up already is not told how to begin."""
    web = caller_of("bob", event="1", platform="web", is_admin=True)
    chat = replace(caller_of("bob", event="2", platform="slack", is_admin=True), by_message=True)

    said = await reception.receive(Incoming("a cat", web))
    heard = await reception.receive(Incoming("/help", chat))
    setting = await reception.receive(Incoming("/easel setup", replace(chat, by_message=False, event="3")))
    later = await reception.receive(Incoming("/help", replace(chat, by_message=False, event="4")))

    shown = [each for reply in (said, heard, setting, later) for each in (reply, reply.aside) if each]
    assert not any("first admin" in each.text for each in shown)


async def test_what_is_mine_is_handed_over_in_parts(typed: Type) -> None:
    """A file, and a button for the next part."""
    first = await typed("/settings export")
    last = await typed(str(first.buttons[0].words))

    assert (first.private, [each.name for each in first.files]) == (True, ["easel-order-0.zip"])
    assert ([each.name for each in last.files], last.buttons) == (["easel-upload-7.zip"], ())
    assert "3 orders, 1 upload" in first.text
    for words in ("all", "order-", "order-x", "message-1-1234", "order-1 2", "upload-" + "a" * 25):
        assert (await typed(f"/settings export {words}")).kind == "refusal"


async def test_forgetting_is_asked_once(typed: Type, studio: FakeStudio) -> None:
    """Nothing goes before the button is pressed."""
    asked = await typed("/settings forget")
    kept = set(studio.forgotten)
    done = await typed(str(asked.buttons[1].words))

    assert (asked.kind, kept, studio.forgotten) == ("question", set(), {"ann"})
    assert done.private
