"""What a guild has, asked of Discord, or read from what came with a choice: without intents nothing is cached."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from bot.domain.premises import WRITING, Channel, Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from discord.ext import commands

TEXT_TYPES = frozenset({discord.ChannelType.text, discord.ChannelType.news})


def chosen_roles(interaction: discord.Interaction) -> tuple[Role, ...]:
    """Return the roles that somebody chose in a menu. One that Discord did not describe (forged) is left out."""
    data: Any = interaction.data or {}  # JSON
    described = data.get("resolved", {}).get("roles", {})
    return tuple(_role(described[one], interaction.guild_id) for one in data.get("values", ()) if one in described)


def chosen_channel(interaction: discord.Interaction) -> Channel | None:
    """Return the channel that somebody chose in a menu, None where he chose none, or Discord did not describe it.

    Raises LookupError where Discord did not say what the bot may do there: then it has to be asked.
    """
    data: Any = interaction.data or {}  # JSON
    values = [str(one) for one in data.get("values", ())]
    if not values:
        return None
    described = data.get("resolved", {}).get("channels", {}).get(values[0])
    if described is None or "app_permissions" not in described:
        raise LookupError(values[0])
    kind = discord.enums.try_enum(discord.ChannelType, described.get("type"))
    may = discord.Permissions(int(described["app_permissions"]))
    return Channel(int(values[0]), str(described.get("name", "")), kind in TEXT_TYPES, _missing(may))


def here(interaction: discord.Interaction) -> Channel:
    """Return the channel of an interaction, from what came with it."""
    channel = interaction.channel
    text = channel is not None and channel.type in TEXT_TYPES
    return Channel(interaction.channel_id or 0, str(channel or ""), text, _missing(interaction.app_permissions))


class Premises:
    """Asks Discord, by REST. What is not there, or not the bot's to see, is None; other errors are raised."""

    def __init__(self, bot: commands.AutoShardedBot) -> None:
        self._bot = bot

    async def roles(self, guild_id: int) -> tuple[Role, ...]:
        """Return every role of a guild: one request."""
        guild = await self._bot.fetch_guild(guild_id, with_counts=False)
        return tuple(Role(role.id, role.name, given_by_people(role)) for role in guild.roles)

    async def channel(self, guild_id: int, channel_id: int) -> Channel | None:
        """Return a channel of a guild with what the bot lacks in it: up to four requests."""
        try:
            found = await self._bot.fetch_channel(channel_id)
        except (discord.NotFound, discord.Forbidden):
            return None
        if not isinstance(found, discord.abc.GuildChannel) or found.guild.id != guild_id or self._bot.user is None:
            return None
        guild = await self._bot.fetch_guild(guild_id, with_counts=False)
        channel = await guild.fetch_channel(channel_id)
        if not isinstance(channel, discord.abc.GuildChannel):
            return None
        may = channel.permissions_for(await guild.fetch_member(self._bot.user.id))
        return Channel(channel.id, channel.name, channel.type in TEXT_TYPES, _missing(may))

    async def chosen_channel(self, interaction: discord.Interaction) -> Channel | None:
        """Return the channel that somebody chose in a menu, asking Discord where the choice does not say enough."""
        try:
            return chosen_channel(interaction)
        except LookupError as unknown:
            named = str(unknown.args[0])  # what anybody can forge
            return await self.channel(interaction.guild_id or 0, int(named)) if named.isdecimal() else None

    async def commands(self, guild_id: int, *, home: bool) -> bool:
        """Whether every command is registered where this guild sees it: its own if it is a home, else everybody's."""
        scope = discord.Object(guild_id) if home else None
        held = {command.name for command in await self._bot.tree.fetch_commands(guild=scope)}
        return {command.name for command in self._bot.tree.get_commands()} <= held

    async def forget_message(self, channel_id: int, message_id: int) -> bool:
        """Delete a message of the bot's; False where it could not be."""
        try:
            await self._bot.http.delete_message(channel_id, message_id)
        except discord.HTTPException:
            return False
        return True


def given_by_people(role: discord.Role) -> bool:
    """Whether only people give the role: a linked one is taken by whoever fulfils its conditions."""
    linked = role.tags is not None and role.tags.is_guild_connection()
    return not (role.managed or linked or role.is_default())


def _role(described: Mapping[str, Any], guild_id: int | None) -> Role:
    role_id = int(described["id"])
    linked = "guild_connections" in (described.get("tags") or {})
    given = not (described.get("managed") or linked or role_id == guild_id)
    return Role(role_id, str(described.get("name", "")), given)


def _missing(may: discord.Permissions) -> tuple[str, ...]:
    return tuple(right for right in WRITING if not getattr(may, right))
