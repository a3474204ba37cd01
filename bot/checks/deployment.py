"""What `check` looks at before a deployment goes live: one line for each thing, with the remedy; never a secret."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TextIO

import discord

from bot.checks.guild import (
    OPERATOR,
    VARIABLES,
    cad_findings,
    channel_findings,
    commands_finding,
    named_roles,
    policy_findings,
    role_findings,
    unread,
)
from bot.domain.findings import Finding, Verdict
from bot.errors import CharlinkError
from bot.i18n import DEFAULT_LOCALE, Catalogues
from bot.ui.premises import Premises

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from bot.client import CharlinkBot
    from bot.domain.configuration import GuildConfig
    from bot.services.guilds import Guilds
    from bot.services.tenants import Guild
    from bot.settings import Settings


class Findings:
    """Prints findings as they come and remembers whether any failed."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._catalogues = Catalogues.load()
        self.failed = False

    def add(self, verdict: Verdict, what: str, remedy: str = "") -> None:
        """Print one line; what failed or may surprise comes with its remedy."""
        self.failed |= verdict is Verdict.FAIL
        print(f"{verdict:<5} {what}" + (f" -> {remedy}" if remedy else ""), file=self._out, flush=True)

    def tell(self, finding: Finding) -> None:
        """Print a finding, in English."""
        what, remedy = (
            self._catalogues.translate(key, DEFAULT_LOCALE, **finding.params) if key else ""
            for key in (finding.key, finding.remedy)
        )
        self.add(finding.verdict, what, remedy)

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
    async with findings.expecting("Discord: token", "copy DISCORD_TOKEN again from the Bot page of the application"):
        await bot.login(settings.discord_token.get_secret_value())
        findings.ok(f"Discord: token of {bot.user}")
        logged_in = True
    homes = [guild for one in sorted(settings.discord_guild_ids) if (guild := guilds.find(one)) is not None]
    missing: frozenset[int] = frozenset()
    if logged_in:
        async with findings.expecting("Discord: gateway", "check DISCORD_GATEWAY_URL and the network"):
            shards, _, limits = await bot.http.get_bot_gateway()
            findings.ok(f"Discord: gateway, {shards} shard(s), {limits['remaining']} session start(s) left today")
        missing = await _check_homes(bot, homes, findings)
    for config in _distinct(homes):
        known = settings.api_id_is_discord_id
        for finding in policy_findings(config, missing, OPERATOR, api_id_is_discord_id=known):
            findings.tell(finding)
    for guild in homes:
        for name in sorted(guilds.overridden(guild.id)):
            shown = VARIABLES.get(name, name)
            findings.tell(OPERATOR.warn("finding-override", "remedy-override", server=str(guild.id), setting=shown))
    await _check_cad(guilds, findings)


async def _check_homes(bot: CharlinkBot, homes: Sequence[Guild], findings: Findings) -> frozenset[int]:
    """Look at the home guilds as Discord knows them, and return the roles that are named and not there."""
    premises = Premises(bot)
    there = [home for home in homes if await _check_guild(bot, home, premises, findings)]
    try:
        roles = {role.id: role for home in there for role in await premises.roles(home.id)}
    except discord.HTTPException as error:
        findings.tell(unread(OPERATOR, "roles", error))
        return frozenset()
    ids = [home.id for home in there]
    for config in _distinct(homes):
        for finding in role_findings(config, roles, OPERATOR):
            findings.tell(finding)
        async for finding in channel_findings(config, ids, premises, OPERATOR):
            findings.tell(finding)
    return frozenset[int]().union(*(named_roles(home.config) for home in homes)) - roles.keys()


async def _check_guild(bot: CharlinkBot, guild: Guild, premises: Premises, findings: Findings) -> bool:
    there = False
    what = f"server {guild.id}"
    async with findings.expecting(what, "invite the bot with the scopes bot and applications.commands"):
        found = await bot.fetch_guild(guild.id)
        findings.ok(f"{what}: {found.name}")
        there = True
    if there:
        findings.tell(await commands_finding(premises, guild, OPERATOR))
    return there


async def _check_cad(guilds: Guilds, findings: Findings) -> None:
    if not guilds.tenants:
        findings.tell(OPERATOR.warn("finding-no-community", "remedy-no-community"))
    for tenant in guilds.tenants:
        async for finding in cad_findings(tenant, OPERATOR):
            findings.tell(finding)


def _distinct(homes: Sequence[Guild]) -> list[GuildConfig]:
    """Home guilds that nothing was changed for are set up alike: their settings are looked at once."""
    return list(dict.fromkeys(home.config for home in homes))
