"""What `check` looks at before a deployment goes live: one finding for each thing, with the remedy; never a secret."""

from __future__ import annotations

from contextlib import asynccontextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, TextIO

import discord

from bot.cad.caller import Caller
from bot.errors import CadError, CharlinkError
from bot.settings import ApiVersion, CreateForm, PlayerAction, SelfLink

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from bot.client import CharlinkBot
    from bot.services.tenants import Guilds, Tenant
    from bot.settings import Settings


class Verdict(StrEnum):
    """How one thing stands."""

    OK = "ok"
    WARN = "warn"
    FAIL = "FAIL"


class Findings:
    """Prints findings as they come and remembers whether any failed."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self.failed = False

    def add(self, verdict: Verdict, what: str, remedy: str = "") -> None:
        """Print one line; what failed or may surprise comes with its remedy."""
        self.failed |= verdict is Verdict.FAIL
        print(f"{verdict:<5} {what}" + (f" -> {remedy}" if remedy else ""), file=self._out, flush=True)

    def ok(self, what: str) -> None:
        """All is well with this."""
        self.add(Verdict.OK, what)

    def warn(self, what: str, remedy: str) -> None:
        """It works, but perhaps not as expected."""
        self.add(Verdict.WARN, what, remedy)

    def fail(self, what: str, remedy: str) -> None:
        """It will not work."""
        self.add(Verdict.FAIL, what, remedy)

    @asynccontextmanager
    async def expecting(self, what: str, remedy: str) -> AsyncIterator[None]:
        """Turn what Discord or the CAD refuses into a finding."""
        try:
            yield
        except discord.HTTPException as error:
            self.fail(f"{what} (Discord: status {error.status}, code {error.code})", remedy)
        except CharlinkError as error:
            self.fail(f"{what} ({error})", remedy)
        except (discord.DiscordException, OSError) as error:
            self.fail(f"{what} ({type(error).__name__})", remedy)


async def check_deployment(settings: Settings, bot: CharlinkBot, guilds: Guilds, findings: Findings) -> None:
    """Check everything that can be known without taking an interaction."""
    logged_in = False
    missing: frozenset[int] = frozenset()
    async with findings.expecting("Discord: token", "copy DISCORD_TOKEN again from the Bot page of the application"):
        await bot.login(settings.discord_token.get_secret_value())
        findings.ok(f"Discord: token of {bot.user}")
        logged_in = True
    if logged_in:
        async with findings.expecting("Discord: gateway", "check DISCORD_GATEWAY_URL and the network"):
            shards, _, limits = await bot.http.get_bot_gateway()
            findings.ok(f"Discord: gateway, {shards} shard(s), {limits['remaining']} session start(s) left today")
        guilds_there = [
            guild for one in sorted(settings.discord_guild_ids) if (guild := await _check_guild(bot, one, findings))
        ]
        missing = _check_roles(settings, guilds_there, findings)
        for name in ("approval_channel_id", "audit_channel_id"):
            channel_id = getattr(settings, name)
            if channel_id is not None:
                await _check_channel(bot, guilds_there, channel_id, name.upper(), findings)
    _check_policy(settings, missing, findings)
    if not guilds.tenants:
        findings.warn("CAD: no community", "set SONORAN_COMMUNITY_ID, SONORAN_API_KEY and DISCORD_GUILD_IDS")
    for tenant in guilds.tenants:
        await _check_cad(settings, tenant, findings)


async def _check_guild(bot: CharlinkBot, guild_id: int, findings: Findings) -> discord.Guild | None:
    guild: discord.Guild | None = None
    async with findings.expecting(f"server {guild_id}", "invite the bot with the scopes bot and applications.commands"):
        guild = await bot.fetch_guild(guild_id)
        findings.ok(f"server {guild_id}: {guild.name}")
    if guild is not None:
        await _check_commands(bot, guild, findings)
    return guild


async def _check_commands(bot: CharlinkBot, guild: discord.Guild, findings: Findings) -> None:
    what = f"server {guild.id}: commands"
    async with findings.expecting(what, "invite the bot again, with the scope applications.commands"):
        commands = {command.name for command in await bot.tree.fetch_commands(guild=guild)}
        if {command.name for command in bot.tree.get_commands()} <= commands:
            findings.ok(f"{what} are registered")
        else:
            findings.warn(f"{what} are not registered yet", "they are at the next run, or by: sync")


def _check_roles(settings: Settings, guilds: Sequence[discord.Guild], findings: Findings) -> frozenset[int]:
    """Look at every role that is named, and return those that there are not."""
    missing = set()
    roles = {role.id: role for guild in guilds for role in guild.roles}
    trusted = {"STAFF_ROLE_IDS", "APPROVER_ROLE_IDS", "ADMIN_ROLE_IDS"}
    for name in (*sorted(trusted), "PLAYER_ROLE_IDS", "BLOCKED_ROLE_IDS"):
        wanted = getattr(settings, name.lower())
        for role_id in sorted(wanted) if not isinstance(wanted, str) else ():
            role = roles.get(role_id)
            if role is None:
                missing.add(role_id)
                findings.fail(f"{name}: {role_id} is no role of your servers", "correct or remove it; it opens nothing")
            elif name in trusted and not _given_by_people(role):
                findings.fail(
                    f"{name}: {role.name} is a managed, linked or @everyone role", "use a role that people are given"
                )
            else:
                findings.ok(f"{name}: {role.name}")
    return frozenset(missing)


def _given_by_people(role: discord.Role) -> bool:
    """Whether only people give the role: a linked one is taken by whoever fulfils its conditions."""
    linked = role.tags is not None and role.tags.is_guild_connection()
    return not (role.managed or linked or role.is_default())


async def _check_channel(
    bot: CharlinkBot, guilds: Sequence[discord.Guild], channel_id: int, name: str, findings: Findings
) -> None:
    async with findings.expecting(f"{name}: {channel_id}", "choose a channel that the bot can see"):
        found = await bot.fetch_channel(channel_id)
        guild = next((one for one in guilds if one == getattr(found, "guild", None)), None)
        if guild is None or bot.user is None or not isinstance(found, discord.TextChannel):
            findings.fail(f"{name}: {channel_id} is no text channel of your servers", "choose one of them")
            return
        channel = await guild.fetch_channel(channel_id)
        may = channel.permissions_for(await guild.fetch_member(bot.user.id))
        missing = [right for right in ("view_channel", "send_messages", "embed_links") if not getattr(may, right)]
        if missing:
            findings.fail(
                f"{name}: the bot may not {', '.join(missing)} in {channel}", "allow it in the channel's settings"
            )
        else:
            findings.ok(f"{name}: the bot can write in {channel}")


def _check_policy(settings: Settings, missing: frozenset[int], findings: Findings) -> None:
    staff = (settings.staff_role_ids | settings.admin_role_ids) - missing
    players = (
        settings.player_role_ids if isinstance(settings.player_role_ids, str) else settings.player_role_ids - missing
    )
    if staff or (players and _players_link_alone(settings)):
        findings.ok("/linkchar: somebody can use it")
    elif players:
        findings.fail(
            "/linkchar: nobody can link with it, players as set up need staff",
            "set STAFF_ROLE_IDS, or see PLAYER_MAY, SELF_LINK, SELF_LINK_PATTERN and SONORAN_API_VERSION",
        )
    else:
        findings.fail("/linkchar: nobody can use it", "set STAFF_ROLE_IDS or PLAYER_ROLE_IDS")
    if settings.self_link is SelfLink.APPROVAL and settings.player_role_ids and settings.approval_channel_id is None:
        findings.warn(
            "SELF_LINK=approval without APPROVAL_CHANNEL_ID", "players are told to ask staff; set the channel"
        )
    if settings.self_link is SelfLink.OPEN:
        findings.warn("SELF_LINK=open: any player can take any character", "use approval unless you want that")
    v1 = settings.sonoran_api_version is ApiVersion.V1
    if v1 and settings.sonoran_new_character_form is CreateForm.CHARACTER:
        findings.warn(
            "SONORAN_NEW_CHARACTER_FORM=character: the CAD's pages replaced this form in 2021",
            "prefer SONORAN_API_VERSION=v2, or dictionary",
        )
    if v1 and settings.player_role_ids and not settings.api_id_is_discord_id:
        findings.warn(
            "v1 can't tell a player's CAD account", "prefer SONORAN_API_VERSION=v2; until then staff act with api_id"
        )


def _players_link_alone(settings: Settings) -> bool:
    """Whether a player can link himself where there is no staff: his account is known, and nobody need approve."""
    v2 = settings.sonoran_api_version is ApiVersion.V2
    if PlayerAction.LINK not in settings.player_may or not (v2 or settings.api_id_is_discord_id):
        return False
    proven = v2 and settings.self_link_pattern is not None
    return settings.self_link is SelfLink.OPEN or (settings.self_link is SelfLink.APPROVAL and proven)


async def _check_cad(settings: Settings, tenant: Tenant, findings: Findings) -> None:
    me = Caller()
    async with findings.expecting("CAD: key and plan", "check SONORAN_API_KEY, SONORAN_COMMUNITY_ID and the plan"):
        plan = await tenant.cad.plan(me)
        findings.ok(f"CAD: key accepted, plan {plan.name}")
    try:
        community = await tenant.cad.community(me)
        findings.ok(f"CAD: community {community.name}")
        if community.community_id and community.community_id != settings.sonoran_community_id:
            findings.fail(
                f"SONORAN_COMMUNITY_ID: the key belongs to {community.community_id}", "use that id, or the right key"
            )
    except CadError as error:
        findings.warn(f"CAD: the community's name can't be read ({error.kind})", "it does not matter for v1")
    async with findings.expecting("CAD: character template", "see that the plan includes templates (Plus)"):
        template = await tenant.cad.template(me)
        findings.ok(f"CAD: character template with {sum(1 for _ in template.each_field())} fields")
