"""The Discord client and its command tree: access before every command, one handler after every failure."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import discord
import yarl
from discord import app_commands
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.domain.access import CommandAccess
from bot.errors import Expired, Refused
from bot.registration import clear_former_homes

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.settings import Settings
    from bot.ui.desk import Desk
    from bot.ui.router import Router

log = logging.getLogger(__name__)

ACCESS = "access"
"""The key in a command's `extras` under which its CommandAccess stands."""


SUBCOMMANDS = frozenset({1, 2})
"""Discord's types of options that are a subcommand or a group of them."""

ATTACHMENT_SIZE_LIMIT = 10 * 1024 * 1024
"""Bytes: Discord's own limit where an interaction does not name another."""


class CharlinkTree(app_commands.CommandTree["CharlinkBot"]):
    """Admits people before any command runs. A command that declares no access is refused."""

    async def interaction_check(self, interaction: discord.Interaction[CharlinkBot], /) -> bool:
        """Decide from what Discord sent, without any I/O.

        Whatever is raised must be an AppCommandError here: anything else vanishes inside discord.py.
        """
        desk = self.client.desk
        if not desk.first_time(interaction):
            return False
        visit = desk.visit(interaction)
        try:
            command = interaction.command
            visit.route = command.qualified_name if command is not None else "unknown"
            options = _options(interaction)
            actions = _access_of(command).actions(options)
            desk.admit(visit, actions, _target(interaction, options))
        except Exception as error:
            if interaction.type is discord.InteractionType.autocomplete:
                hint = visit.words.plain("choice-refused", 100)
                await interaction.response.autocomplete([app_commands.Choice(name=hint, value="/")])
                return False
            raise app_commands.CheckFailure from error
        return True

    async def on_error(
        self, interaction: discord.Interaction[CharlinkBot], error: app_commands.AppCommandError, /
    ) -> None:
        """Tell the person. The cause of a wrapped error is what counts.

        Without one, what came does not fit the tree: Discord still shows a command as it was before an update.
        """
        desk = self.client.desk
        cause = error.__cause__ if isinstance(error.__cause__, Exception) else Expired("command-outdated")
        async with desk.answering(desk.visit(interaction)):
            raise cause


def _access_of(command: app_commands.Command[Any, ..., Any] | app_commands.ContextMenu | None) -> CommandAccess:
    access = getattr(command, "extras", {}).get(ACCESS)
    if not isinstance(access, CommandAccess):
        raise Refused("rule-no-action")
    return access


def _options(interaction: discord.Interaction) -> dict[str, Any]:
    """Return what was typed into each option, as it came: members and files are ids.

    discord.py's namespace would build all of them, once here and once more for the command.
    """
    data: Any = interaction.data or {}  # JSON
    options = data.get("options", [])
    while options and options[0].get("type") in SUBCOMMANDS:
        options = options[0].get("options", [])
    return {option["name"]: option.get("value") for option in options}


def _target(interaction: discord.Interaction, options: dict[str, Any]) -> int | None:
    """The member a command is for: named or right-clicked, nobody where only an API id is given, else its user."""
    if isinstance(interaction.command, app_commands.ContextMenu):
        data: Any = interaction.data or {}  # JSON
        return int(data["target_id"])
    member = options.get("member")
    if member is not None:
        return int(member)
    return None if options.get("api_id") is not None else interaction.user.id


def _completed(parse: Callable[[Any], None]) -> Callable[[Any], None]:
    """Fill in what discord.py can't do without and not every gateway sends: one such event would end the process."""

    def complete(data: dict[str, Any]) -> None:
        parse({"version": 1, "attachment_size_limit": ATTACHMENT_SIZE_LIMIT, **data})

    return complete


class CharlinkBot(commands.AutoShardedBot):
    """The bot: no intents, no prefix commands, clicks and forms to the router."""

    def __init__(
        self,
        *,
        settings: Settings,
        desk: Desk,
        router: Router,
        setup: Callable[[CharlinkBot], Awaitable[None]],
    ) -> None:
        super().__init__(
            command_prefix=(),
            help_command=None,
            tree_cls=CharlinkTree,
            intents=discord.Intents.none(),
            allowed_mentions=discord.AllowedMentions.none(),
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
            max_messages=None,
            chunk_guilds_at_startup=False,
            guild_ready_timeout=0.0,  # without the guilds intent no GUILD_CREATE will come that could be waited for
            shard_count=settings.shard_count,
        )
        if settings.shard_ids:
            self.shard_ids = list(settings.shard_ids)
        self.desk = desk
        self._router = router
        self._setup = setup
        self._home = settings.discord_guild_ids
        self._cleared = False
        self._gateway = yarl.URL(settings.discord_gateway_url) if settings.discord_gateway_url else None
        Route.BASE = settings.discord_api_url  # discord.py has no other way to name a REST base
        parsers = self._connection.parsers
        parsers["INTERACTION_CREATE"] = _completed(parsers["INTERACTION_CREATE"])

    async def setup_hook(self) -> None:
        """Load what the command line handed over, before the gateway connects."""
        await self._setup(self)

    async def launch_shard(self, gateway: yarl.URL, shard_id: int, *, initial: bool = False) -> None:
        """Connect to the configured gateway, or to the one Discord named; also when a session starts anew."""
        DiscordWebSocket.DEFAULT_GATEWAY = self._gateway or gateway
        await super().launch_shard(DiscordWebSocket.DEFAULT_GATEWAY, shard_id, initial=initial)

    async def on_shard_connect(self, shard_id: int) -> None:
        """Resume at the configured gateway too: READY names Discord's own."""
        if self._gateway is not None:
            self._get_websocket(shard_id=shard_id).gateway = self._gateway

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Hand clicks and forms to the router; commands go to the tree by themselves."""
        if interaction.type in {discord.InteractionType.component, discord.InteractionType.modal_submit}:
            await self._router.dispatch(interaction)

    async def on_app_command_completion(
        self, interaction: discord.Interaction, _: app_commands.Command[Any, ..., Any] | app_commands.ContextMenu
    ) -> None:
        """Count a command that was answered; failures count themselves."""
        self.desk.count(self.desk.visit(interaction), "ok")

    async def on_ready(self) -> None:
        """Say that the bot is up, and take the commands out of guilds that are no home any more."""
        log.info("ready: %d shard(s), %d guild(s)", len(self.shards), len(self.guilds))
        if not self._cleared:
            self._cleared = True
            await clear_former_homes(self, self._home)
