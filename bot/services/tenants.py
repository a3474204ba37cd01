"""Which guild is served by which CAD community, under which policy.

A guild that nobody set up has neither. The home guilds of the environment share one community.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from bot.domain.access import Policy
from bot.services.memory import LinkMemory
from bot.settings import ApiVersion, DbSync

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.cad.client import CadClient
    from bot.domain.models import Target
    from bot.settings import CreateForm, Settings


@dataclass(eq=False, slots=True)
class Tenant:
    """One CAD community as the bot serves it: its client, what it is set to, and what was learnt of it."""

    cad: CadClient
    version: ApiVersion
    create_form: CreateForm
    db_sync: DbSync = DbSync.AUTO
    api_id_is_discord_id: bool = False
    staging: bool = False
    memory: LinkMemory = field(default_factory=LinkMemory)
    sync_seen: bool = False
    _locks: WeakValueDictionary[Target, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    @property
    def synced(self) -> bool:
        """Whether characters are known to come from the game database."""
        return self.db_sync is DbSync.ON or (self.db_sync is DbSync.AUTO and self.sync_seen)

    def lock(self, target: Target) -> asyncio.Lock:
        """The lock under which one account's links are counted and changed."""
        return self._locks.setdefault(target, asyncio.Lock())


@dataclass(frozen=True, slots=True)
class Guild:
    """A guild that was set up."""

    policy: Policy
    tenant: Tenant


class Guilds:
    """Looks up what a guild was set up with. Never does I/O: it is asked before every acknowledgement."""

    def __init__(self, guilds: Mapping[int, Guild]) -> None:
        self._guilds = dict(guilds)

    def find(self, guild_id: int | None) -> Guild | None:
        """The guild's policy and community, None where nobody set it up."""
        return self._guilds.get(guild_id) if guild_id is not None else None

    @property
    def tenants(self) -> tuple[Tenant, ...]:
        """Every community served, once."""
        return tuple({id(guild.tenant): guild.tenant for guild in self._guilds.values()}.values())


def home_guilds(settings: Settings, cad: CadClient | None) -> Guilds:
    """Return the guilds that the environment sets up: none without an API key."""
    if cad is None:
        return Guilds({})
    tenant = Tenant(
        cad=cad,
        version=settings.sonoran_api_version,
        create_form=settings.sonoran_new_character_form,
        db_sync=settings.sonoran_db_sync,
        api_id_is_discord_id=settings.api_id_is_discord_id and settings.sonoran_api_version is ApiVersion.V1,
        staging=settings.staging,
    )
    return Guilds({guild_id: Guild(_policy(settings, guild_id), tenant) for guild_id in settings.discord_guild_ids})


def _policy(settings: Settings, guild_id: int) -> Policy:
    return Policy(
        guild_id=guild_id,
        staff=settings.staff_role_ids,
        players=settings.player_role_ids,
        approvers=settings.approver_role_ids,
        admins=settings.admin_role_ids,
        blocked=settings.blocked_role_ids,
        player_may=settings.player_may,
        self_link=settings.self_link,
        self_link_pattern=settings.self_link_pattern,
        max_links=settings.max_links,
    )
