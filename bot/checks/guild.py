"""The checks of one guild, the same for `check` and `/doctor`: roles, channels, rules, the CAD. Never a secret.

What they find is data; who shows it calls a setting as his reader knows it: by its variable, or as `/setup` does.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import discord

from bot.cad.caller import Caller
from bot.domain.findings import Finding, Verdict
from bot.errors import CadError, CadErrorKind
from bot.services.connecting import LOW_PLANS
from bot.settings import ApiVersion, CreateForm, PlayerAction, SelfLink
from bot.ui.notices import cause_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping

    from bot.domain.configuration import GuildConfig
    from bot.domain.premises import Role
    from bot.errors import Param
    from bot.services.guilds import Guilds
    from bot.services.tenants import Guild, Tenant
    from bot.ui.premises import Premises

VARIABLES = {
    "staff": "STAFF_ROLE_IDS",
    "players": "PLAYER_ROLE_IDS",
    "approvers": "APPROVER_ROLE_IDS",
    "admins": "ADMIN_ROLE_IDS",
    "blocked": "BLOCKED_ROLE_IDS",
    "approval_channel": "APPROVAL_CHANNEL_ID",
    "audit_channel": "AUDIT_CHANNEL_ID",
}
"""The settings that are looked at one by one, and their variables."""

AWAY = frozenset({CadErrorKind.TRANSPORT, CadErrorKind.TIMEOUT, CadErrorKind.SERVER})
"""What says nothing about the key: the CAD itself does not answer as it should."""
TRUSTED = ("admins", "approvers", "staff")


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: `place` is `environment` or `setup`, `name` returns what he calls a setting."""

    place: str
    name: Callable[[str], str]

    def ok(self, key: str, /, **params: Param) -> Finding:
        """All is well with this."""
        return Finding(Verdict.OK, key, "", {"place": self.place, **params})

    def warn(self, key: str, remedy: str, /, **params: Param) -> Finding:
        """It works, but perhaps not as expected."""
        return Finding(Verdict.WARN, key, remedy, {"place": self.place, **params})

    def fail(self, key: str, remedy: str, /, **params: Param) -> Finding:
        """It will not work."""
        return Finding(Verdict.FAIL, key, remedy, {"place": self.place, **params})


OPERATOR = Reader("environment", VARIABLES.__getitem__)
"""Whoever runs the bot knows settings by their variables."""


async def examine(
    guilds: Guilds, guild: Guild, premises: Premises, to: Reader, stuck: Callable[[int], int | None]
) -> AsyncIterator[Finding]:
    """Check everything of one guild that somebody who manages it can put right, or have put right.

    `stuck` names the audit channel of a guild that did not take the last message.
    """
    async for finding in connection_findings(guilds, guild, to):
        yield finding
    homes = [one.id for one in guilds.all if one.home] if guild.home else [guild.id]
    yield await commands_finding(premises, guild, to)
    try:
        roles = {role.id: role for one in homes for role in await premises.roles(one)}
    except discord.HTTPException as error:
        yield unread(to, "roles", error)
        missing: frozenset[int] = frozenset()
    else:
        for finding in role_findings(guild.config, roles, to):
            yield finding
        missing = named_roles(guild.config) - roles.keys()
    async for finding in channel_findings(guild.config, homes, premises, to):
        yield finding
    if stuck(guild.id) is not None:
        yield to.fail("finding-unposted", "remedy-unposted", setting=to.name("audit_channel"))
    known = guild.tenant is not None and guild.tenant.api_id_is_discord_id
    for finding in policy_findings(guild.config, missing, to, api_id_is_discord_id=known):
        yield finding
    if guild.config.framework is None:
        yield to.warn("finding-framework", "remedy-framework")


async def connection_findings(guilds: Guilds, guild: Guild, to: Reader) -> AsyncIterator[Finding]:
    """Look whether the guild has a community, and what its CAD says."""
    if guild.tenant is not None:
        guild.tenant.cad.breaker.reset()  # somebody asked for a check: the CAD may be well again
        async for finding in cad_findings(guild.tenant, to):
            yield finding
        for finding in breaker_findings(guild.tenant, to):
            yield finding
    elif guilds.keyless(guild.id):
        yield to.fail("finding-key-unreadable", "remedy-key-unreadable")
    else:
        yield to.fail("finding-no-community", "remedy-no-community")


async def cad_findings(tenant: Tenant, to: Reader) -> AsyncIterator[Finding]:
    """Prove the key: the plan, whose it is, the character template, and whether somebody else uses it."""
    me = Caller()
    try:
        plan = await tenant.cad.plan(me)
    except CadError as error:
        if error.kind in AWAY:
            yield to.fail("finding-cad-away", "remedy-cad-away", error=str(error))
            return
        yield to.fail("finding-plan-refused", "remedy-plan-refused", error=str(error))
    else:
        low = plan.name in LOW_PLANS
        yield (
            to.warn("finding-plan-low", "remedy-plan-low", plan=plan.name)
            if low
            else to.ok("finding-plan", plan=plan.name)
        )
    try:
        community = await tenant.cad.community(me)
    except CadError as error:
        yield to.warn("finding-community-unread", "remedy-community-unread", error=error.kind.value)
    else:
        yield to.ok("finding-community", name=community.name)
        if community.community_id and community.community_id != tenant.id:
            yield to.fail("finding-community-other", "remedy-community-other", id=community.community_id)
    try:
        template = await tenant.cad.template(me)
    except CadError as error:
        yield to.fail("finding-template-refused", "remedy-template-refused", error=str(error))
    else:
        yield to.ok("finding-template", count=sum(1 for _ in template.each_field()))
    if tenant.cad.budget.shared_key:
        yield to.warn("finding-shared-key", "remedy-shared-key")


def breaker_findings(tenant: Tenant, to: Reader) -> Iterator[Finding]:
    """Look whether calls are paused still: a reset lets some go, and only one that works proves that it is over."""
    trouble = tenant.cad.breaker.trouble
    if trouble is not None:
        when = f"<t:{round(time.time() - trouble.seconds)}:f>"
        yield to.fail("finding-paused", "remedy-paused", when=when, cause=cause_of(trouble))


async def commands_finding(premises: Premises, guild: Guild, to: Reader) -> Finding:
    """Look whether every command is there for the guild to see."""
    server = str(guild.id)
    try:
        registered = await premises.commands(guild.id, home=guild.home)
    except discord.DiscordException:
        return to.fail("finding-commands-unread", "remedy-commands-unread", server=server)
    if registered:
        return to.ok("finding-commands", server=server)
    return to.warn("finding-commands-missing", "remedy-commands-missing", server=server)


def named_roles(config: GuildConfig) -> frozenset[int]:
    """Return every role that a guild's settings name."""
    players = frozenset[int]() if isinstance(config.players, str) else config.players
    return config.staff | players | config.approvers | config.admins | config.blocked


def role_findings(config: GuildConfig, roles: Mapping[int, Role], to: Reader) -> Iterator[Finding]:
    """Look at every role that is named: one that is gone opens nothing, one that nobody gives is no staff."""
    for field in (*TRUSTED, "players", "blocked"):
        wanted = getattr(config, field)
        for role_id in sorted(wanted) if not isinstance(wanted, str) else ():
            role, setting = roles.get(role_id), to.name(field)
            if role is None:
                yield to.fail("finding-role-gone", "remedy-role-gone", setting=setting, value=str(role_id))
            elif field in TRUSTED and not role.given:
                yield to.fail("finding-role-managed", "remedy-role-managed", setting=setting, role=role.name)
            else:
                yield to.ok("finding-role", setting=setting, role=role.name)


async def channel_findings(
    config: GuildConfig, homes: Collection[int], premises: Premises, to: Reader
) -> AsyncIterator[Finding]:
    """Look whether the channels are there, and whether the bot may write in them."""
    for field in ("approval_channel", "audit_channel"):
        channel_id, setting = getattr(config, field), to.name(field)
        if channel_id is None:
            continue
        try:
            found = [one for home in homes if (one := await premises.channel(home, channel_id)) is not None]
        except discord.HTTPException as error:
            yield unread(to, setting, error)
            continue
        channel = found[0] if found else None
        if channel is None or not channel.text:
            yield to.fail("finding-channel-gone", "remedy-channel-gone", setting=setting, value=str(channel_id))
        elif channel.missing:
            yield to.fail(
                "finding-channel-rights", "remedy-channel-rights", setting=setting, name=channel.name, **channel.lacking
            )
        else:
            yield to.ok("finding-channel", setting=setting, name=channel.name)


def policy_findings(
    config: GuildConfig, missing: frozenset[int], to: Reader, *, api_id_is_discord_id: bool
) -> Iterator[Finding]:
    """Look whether the rules let anybody do anything, and for what may surprise. `missing` roles open nothing."""
    players = config.players if isinstance(config.players, str) else config.players - missing
    v1 = config.version is ApiVersion.V1
    if (config.staff | config.admins) - missing or (players and _players_link_alone(config, api_id_is_discord_id)):
        yield to.ok("finding-usable")
    else:
        yield to.fail("finding-unusable-players" if players else "finding-unusable", "remedy-unusable")
    if config.self_link is SelfLink.APPROVAL and config.players and config.approval_channel is None:
        yield to.warn("finding-no-approval-channel", "remedy-no-approval-channel")
    if config.self_link is SelfLink.OPEN:
        yield to.warn("finding-open", "remedy-open")
    if v1 and config.create_form is CreateForm.CHARACTER:
        yield to.warn("finding-seed-form", "remedy-seed-form")
    if v1 and config.players and not api_id_is_discord_id:
        yield to.warn("finding-v1-players", "remedy-v1-players")


def unread(to: Reader, what: str, error: discord.HTTPException) -> Finding:
    """Say that Discord did not answer a question, and how it refused."""
    return to.fail("finding-discord", "remedy-discord", name=what, status=error.status, code=error.code)


def _players_link_alone(config: GuildConfig, api_id_is_discord_id: bool) -> bool:  # noqa: FBT001 - a fact, not a switch
    """Whether a player can link himself where there is no staff: his account is known, and nobody need approve."""
    v2 = config.version is ApiVersion.V2
    if PlayerAction.LINK not in config.player_may or not (v2 or api_id_is_discord_id):
        return False
    proven = v2 and config.self_link_pattern is not None
    return config.self_link is SelfLink.OPEN or (config.self_link is SelfLink.APPROVAL and proven)
