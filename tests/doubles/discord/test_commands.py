"""Commands, buttons and forms of the Discord double, answered by discord.py."""

from __future__ import annotations

import io

import discord
import pytest
from discord import app_commands
from PIL import Image

from tests.doubles.discord.client import Bot
from tests.doubles.discord.double import Discord
from tests.doubles.discord.puppets import Person
from tests.doubles.discord.state import Channel
from tests.doubles.exchanges import Sent


def png(side: int = 4) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (side, side), "teal").save(written, "PNG")
    return written.getvalue()


async def test_a_deferred_command_ends_in_a_picture(
    double: Discord, bot: Bot, art: Channel, ann: Person
) -> None:
    """Defer for the asker alone, then edit the placeholder: one ephemeral message with the file in it."""

    @bot.tree.command()
    async def imagine(
        interaction: discord.Interaction, prompt: str, image1: discord.Attachment | None
    ) -> None:
        """Draw."""
        await interaction.response.defer(ephemeral=True)
        assert image1 is not None
        drawn = discord.File(io.BytesIO(await image1.read()), "out.png", description=prompt)
        await interaction.edit_original_response(content=f"Here: {prompt}", attachments=[drawn])

    await bot.tree.sync()
    reference = Sent("fox.png", "image/png", png())

    message = await double.response(ann.slash(art, "imagine", {"prompt": "a fox"}, {"image1": reference}))

    assert message.content == "Here: a fox"
    assert message.seen_by == ann.id
    assert [(each["filename"], each["description"], each["width"]) for each in message.files] == [
        ("out.png", "a fox", 4)
    ]
    assert double.wire.asked("POST", "/interactions/*/*/callback")[0].body["type"] == 5


async def test_an_answer_after_three_seconds_is_too_late(
    double: Discord, bot: Bot, art: Channel, ann: Person
) -> None:
    """10062 when the clock has passed three seconds, 40060 the second time."""
    codes: list[int] = []

    @bot.tree.command()
    async def slow(interaction: discord.Interaction, seconds: int) -> None:
        """Wait."""
        double.clock.turn(seconds)
        for _ in range(2):
            try:
                await interaction.response.send_message("Here")
            except discord.HTTPException as refused:
                codes.append(refused.code)
            interaction.response._response_type = None
        await bot.get_channel(int(art.id)).send(f"tried {seconds}")  # type: ignore[union-attr]

    await bot.tree.sync()

    ann.slash(art, "slow", {"seconds": 4})
    await double.wait_for_message(art, lambda message: message.content == "tried 4")
    ann.slash(art, "slow", {"seconds": 0})
    await double.wait_for_message(art, lambda message: message.content == "tried 0")

    assert codes == [10062, 10062, 40060]


async def test_the_token_dies_after_fifteen_minutes(
    double: Discord, bot: Bot, art: Channel, ann: Person
) -> None:
    """After 15 minutes an edit is refused with 401 and code 50027."""
    kept: list[discord.Interaction] = []

    @bot.tree.command()
    async def keep(interaction: discord.Interaction) -> None:
        """Keep it."""
        kept.append(interaction)
        await interaction.response.defer()

    await bot.tree.sync()
    await double.answered(ann.slash(art, "keep"))
    await kept[0].edit_original_response(content="still good")

    double.clock.turn(15 * 60 + 1)

    with pytest.raises(discord.HTTPException) as refused:
        await kept[0].edit_original_response(content="too late")
    assert (refused.value.status, refused.value.code) == (401, 50027)


async def test_a_button_opens_a_form_and_the_form_changes_the_message(
    double: Discord, bot: Bot, art: Channel, ann: Person
) -> None:
    """Press, fill in, send: each is an interaction of its own on the same message."""

    class Ask(discord.ui.Modal, title="Edit"):
        words: discord.ui.TextInput[Ask] = discord.ui.TextInput(label="What should change?")
        more: discord.ui.Label[Ask] = discord.ui.Label(
            text="References", component=discord.ui.FileUpload(required=False, max_values=4)
        )

        async def on_submit(self, interaction: discord.Interaction) -> None:
            assert isinstance(self.more.component, discord.ui.FileUpload)
            count = len(self.more.component.values)
            await interaction.response.edit_message(content=f"{self.words.value} {count}", view=None)

    class Buttons(discord.ui.View):
        @discord.ui.button(label="Edit…")
        async def edit(self, interaction: discord.Interaction, _: discord.ui.Button[Buttons]) -> None:
            await interaction.response.send_modal(Ask())

    channel = bot.get_channel(int(art.id))
    assert isinstance(channel, discord.TextChannel)
    await channel.send("a picture", view=Buttons())
    message = await double.wait_for_message(art)

    opened = await double.answered(ann.press(message, "Edit…"))
    files = [Sent("a.png", "image/png", png()), Sent("b.png", "image/png", png())]
    sent = ann.submit(opened, {"What should change?": "make it night", "References": files})
    await double.answered(sent)

    assert message.content == "make it night 2"
    assert message.components == []


async def test_autocomplete_and_groups(double: Discord, bot: Bot, art: Channel, ann: Person) -> None:
    """A subcommand of a group gets typed options, people among them; suggestions come back to the person."""
    group = app_commands.Group(name="quota", description="Quotas")

    @group.command()
    async def grant(interaction: discord.Interaction, who: discord.Member, plan: str) -> None:
        """Grant."""
        await interaction.response.send_message(f"{who.display_name} {plan}")

    @grant.autocomplete("plan")
    async def plans(_: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=f"{typed} plan", value=typed)]

    bot.tree.add_command(group)
    await bot.tree.sync()

    suggested = await double.answered(ann.autocomplete(art, "quota grant", {"plan": "sta"}, "plan"))
    message = await double.response(ann.slash(art, "quota grant", {"who": ann, "plan": "staff"}))

    assert suggested.choices == [{"name": "sta plan", "value": "sta"}]
    assert message.content == "Ann staff"


async def test_a_message_command_sees_the_files(double: Discord, bot: Bot, art: Channel, ann: Person) -> None:
    """The target of a message command comes whole, without any intent."""

    @bot.tree.context_menu(name="Edit image")
    async def edit(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"{message.content} {message.attachments[0].filename}")

    await bot.tree.sync()
    target = ann.say(art, "look", files=[Sent("a.png", "image/png", png())])

    answer = await double.response(ann.message_command("Edit image", target))

    assert answer.content == "look a.png"


async def test_commands_are_checked(bot: Bot, double: Discord) -> None:
    """Upper case, a missing description and a late required option are refused place by place."""
    wrong = [
        {"name": "Imagine", "description": "d"},
        {"name": "edit"},
        {
            "name": "vary",
            "description": "d",
            "options": [
                {"type": 3, "name": "a", "description": "d"},
                {"type": 3, "name": "b", "description": "d", "required": True},
            ],
        },
    ]
    assert bot.application_id is not None

    with pytest.raises(discord.HTTPException) as refused:
        await bot.http.bulk_upsert_global_commands(bot.application_id, payload=wrong)  # type: ignore[arg-type]

    assert refused.value.code == 50035
    errors = double.wire.asked("PUT", "/applications/*/commands")[-1].answer["errors"]
    assert set(errors) == {"0", "1", "2"}
    assert errors["1"]["description"]["_errors"][0]["code"] == "BASE_TYPE_REQUIRED"
