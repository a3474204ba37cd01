"""Which commands Discord shows where: home guilds only if there are any, else everywhere; never both.

Discord itself holds what was registered last, so nothing is written where nothing changed: no state of ours can be
out of date, and no start spends one of the 200 creations that a guild has a day.
"""

from __future__ import annotations

import hashlib
import json
import logging
from typing import TYPE_CHECKING, Any

import discord

if TYPE_CHECKING:
    from collections.abc import Collection

    from discord.ext import commands

log = logging.getLogger(__name__)

Payload = dict[str, Any]  # a command as Discord's JSON

FEW_GUILDS = 100
ADDED_BY_DISCORD = frozenset({"id", "application_id", "guild_id", "version", "nsfw", "dm_permission", "handler"})
PERMISSIONS = "default_member_permissions"


async def sync_commands(bot: commands.AutoShardedBot, home: Collection[int], *, force: bool = False) -> int:
    """Register the tree's commands in the home guilds, without any globally; return how many scopes were written.

    The other scope is emptied, or every command would be shown twice. A guild that refuses is logged with the remedy
    and left out. Raises discord.HTTPException for any other failure.
    """
    wanted: list[Payload] = [dict(command.to_dict(bot.tree)) for command in bot.tree.get_commands()]
    written = 0
    for guild_id in sorted(home):
        try:
            written += await _write(bot, guild_id, wanted, force=force)
        except discord.Forbidden:
            log.error("guild %s refuses commands: invite the bot with the scope applications.commands", guild_id)  # noqa: TRY400 - the remedy is the news
    return written + await _write(bot, None, [] if home else wanted, force=force)


async def clear_former_homes(bot: commands.AutoShardedBot, home: Collection[int]) -> None:
    """Take our commands out of the guilds that the bot is in and that are not home guilds (any more).

    A bot in hundreds of guilds never had homes, and asking each of them would cost more than it is worth.
    """
    if len(bot.guilds) > FEW_GUILDS:
        return
    for guild in bot.guilds:
        if guild.id not in home:
            await _write(bot, guild.id, [], force=False)


def digest(payloads: Collection[Payload]) -> str:
    """Return a hash of commands that is the same for what we send and for what Discord makes of it."""
    ordered = sorted((_essence(payload) for payload in payloads), key=lambda one: json.dumps(one, sort_keys=True))
    return hashlib.sha256(json.dumps(ordered, sort_keys=True).encode()).hexdigest()


async def _write(bot: commands.AutoShardedBot, guild_id: int | None, wanted: list[Payload], *, force: bool) -> bool:
    http, application = bot.http, bot.application_id or 0
    read = http.get_guild_commands(application, guild_id) if guild_id else http.get_global_commands(application)
    held: Any = await read
    if digest(held) == digest(wanted) and not (force and wanted):
        return False
    payload: Any = wanted
    if guild_id:
        await http.bulk_upsert_guild_commands(application, guild_id, payload)
    else:
        await http.bulk_upsert_global_commands(application, payload)
    log.info("registered %d command(s) %s", len(wanted), f"in guild {guild_id}" if guild_id else "globally")
    return True


def _essence(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Drop what Discord adds, and what is empty, absent or a default: it gives some of these back and some not."""
    if isinstance(value, dict):
        kept = {key: _essence(inner) for key, inner in value.items() if key not in ADDED_BY_DISCORD}
        if kept.get(PERMISSIONS) is not None:
            kept[PERMISSIONS] = str(kept[PERMISSIONS])  # sent as a number, given back as text
        return {key: inner for key, inner in kept.items() if inner not in (None, False, "", [], {})}
    return [_essence(inner) for inner in value] if isinstance(value, list) else value
