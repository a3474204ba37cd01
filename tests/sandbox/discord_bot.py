"""A real discord.py bot for the tests of the emulated Discord, and the way to point it there."""

from __future__ import annotations

import asyncio
import io
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import discord
import yarl
from discord import app_commands
from discord.ext import commands
from discord.gateway import DiscordWebSocket

from sandbox.discord.schema import BodySchema

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import pytest

    from sandbox.discord import SandboxDiscord

OPENAPI = Path(__file__).parents[3] / "shared" / "data" / "discord-openapi.json"
Act = discord.Interaction[commands.AutoShardedBot]


def schema() -> BodySchema | None:
    """Discord's published description when it lies beside the repository or is named by the environment."""
    return BodySchema.find(OPENAPI)


class Form(discord.ui.Modal, title="New character"):
    first: discord.ui.Label[Form] = discord.ui.Label(
        text="First name",
        description="At most 20 characters",
        component=discord.ui.TextInput(custom_id="first", max_length=20, default="Ann"),
    )
    sex: discord.ui.Label[Form] = discord.ui.Label(
        text="Sex",
        component=discord.ui.Select(
            custom_id="sex",
            options=[discord.SelectOption(label="Female", value="0"), discord.SelectOption(label="Male", value="1")],
        ),
    )
    flags: discord.ui.Label[Form] = discord.ui.Label(
        text="Flags",
        component=discord.ui.CheckboxGroup(
            custom_id="flags",
            required=False,
            min_values=0,
            max_values=2,
            options=[
                discord.CheckboxGroupOption(label="Armed", value="0"),
                discord.CheckboxGroupOption(label="Known", value="1", default=True),
            ],
        ),
    )
    notes: discord.ui.Label[Form] = discord.ui.Label(
        text="Notes",
        component=discord.ui.TextInput(
            custom_id="notes", style=discord.TextStyle.paragraph, required=False, min_length=3
        ),
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        values = [getattr(label.component, name) for label, name in self.read()]
        await interaction.response.send_message(repr(values), ephemeral=True)

    def read(self) -> list[tuple[discord.ui.Label[Form], str]]:
        return [(self.first, "value"), (self.sex, "values"), (self.flags, "values"), (self.notes, "value")]


class Panel(discord.ui.View):
    @discord.ui.button(label="Continue (2/3)", style=discord.ButtonStyle.primary, custom_id="panel:continue")
    async def go_on(self, interaction: discord.Interaction, button: discord.ui.Button[Panel]) -> None:
        button.disabled = True
        await interaction.response.edit_message(content="continued", view=self)

    @discord.ui.button(label="Later", custom_id="panel:later")
    async def later(self, interaction: discord.Interaction, _: discord.ui.Button[Panel]) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content="later", view=None)

    @discord.ui.button(label="Form", custom_id="panel:form")
    async def form(self, interaction: discord.Interaction, _: discord.ui.Button[Panel]) -> None:
        await interaction.response.send_modal(Form())

    @discord.ui.select(
        custom_id="panel:pick",
        placeholder="Pick one",
        options=[discord.SelectOption(label="Red", value="r"), discord.SelectOption(label="Blue", value="b")],
    )
    async def pick(self, interaction: discord.Interaction, select: discord.ui.Select[Panel]) -> None:
        await interaction.response.send_message(select.values[0], ephemeral=True)


class Chars(app_commands.Group):
    def __init__(self) -> None:
        super().__init__(name="chars", description="Characters")

    @app_commands.command(name="list", description="List them")
    async def listed(self, interaction: discord.Interaction, member: discord.User | None = None) -> None:
        await interaction.response.send_message(f"characters of {member}")


class SampleBot(commands.AutoShardedBot):
    """Has one command for each thing that the sandbox must carry."""

    def __init__(self, guild_id: int) -> None:
        super().__init__("!", intents=discord.Intents.none(), max_ratelimit_timeout=30)
        self.home = discord.Object(guild_id)
        self.errors: list[Exception] = []
        self.tree.error(self.on_tree_error)
        self.tree.add_command(link)
        self.tree.add_command(file)
        self.tree.add_command(form)
        self.tree.add_command(panel)
        self.tree.add_command(Chars())
        self.tree.add_command(app_commands.ContextMenu(name="CAD characters", callback=about))

    async def setup_hook(self) -> None:
        self.tree.copy_global_to(guild=self.home)
        await self.tree.sync(guild=self.home)

    async def on_tree_error(self, _: discord.Interaction, error: app_commands.AppCommandError) -> None:
        self.errors.append(error)


@app_commands.command(description="Link a character")
@app_commands.choices(
    action=[app_commands.Choice(name="Add", value="add"), app_commands.Choice(name="Cut", value="cut")]
)
async def link(
    interaction: discord.Interaction,
    sync_id: app_commands.Range[str, 1, 20],
    action: str = "add",
    member: discord.User | None = None,
) -> None:
    await interaction.response.defer(ephemeral=True, thinking=True)
    embed = discord.Embed(title="Linked", description=f"{sync_id} {action} {member} {interaction.locale}")
    await interaction.edit_original_response(embed=embed)
    await interaction.followup.send("and more", ephemeral=True)


@link.autocomplete("sync_id")
async def sync_ids(interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
    action = interaction.namespace.action
    return [app_commands.Choice(name=f"{current}{number} {action}", value=f"{current}{number}") for number in range(3)]


@app_commands.command(description="Read a file")
async def file(interaction: discord.Interaction, upload: discord.Attachment) -> None:
    content = await upload.read()
    copy = discord.File(io.BytesIO(content + b" again"), filename="copy.py", description="a copy")
    await interaction.response.send_message(content.decode(), file=copy)


@app_commands.command(description="A modal")
async def form(interaction: discord.Interaction) -> None:
    await interaction.response.send_modal(Form())


@app_commands.command(description="A panel of buttons")
@app_commands.default_permissions(manage_guild=True)
async def panel(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("panel", view=Panel(), ephemeral=True)


async def about(interaction: discord.Interaction, member: discord.User) -> None:
    await interaction.response.send_message(f"about {member.name}", ephemeral=True)


@asynccontextmanager
async def running(
    bot: commands.AutoShardedBot, discord_server: SandboxDiscord, patch: pytest.MonkeyPatch
) -> AsyncIterator[None]:
    """Let a bot run against the emulated Discord."""
    patch.setattr(discord.http.Route, "BASE", discord_server.api_url)
    patch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(discord_server.gateway_url))
    task = asyncio.create_task(bot.start(discord_server.token))
    try:
        await discord_server.wait_ready()
        yield
    finally:
        await bot.close()
        await task
