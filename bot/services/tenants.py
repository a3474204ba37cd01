"""Which guild is served by which CAD community, under which rules. Many guilds may share a community.

Everything that is known of a community (what was met of its links, its budget, its locks) is kept once, under the id
that the CAD itself says, whichever guild learnt it.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from bot.domain.configuration import GuildConfig
from bot.services.memory import LinkMemory
from bot.settings import DbSync
from bot.storage import links
from bot.storage.guilds import save_community

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from bot.cad.client import CadClient
    from bot.domain.access import Policy
    from bot.domain.models import Target
    from bot.domain.template import Template
    from bot.settings import ApiVersion, CreateForm


@dataclass(eq=False, slots=True)
class Community:
    """One CAD community, and what all its guilds share of it."""

    id: str
    name: str = ""
    memory: LinkMemory = field(default_factory=LinkMemory)
    sync_seen: bool = False
    template: Template | None = None
    _locks: WeakValueDictionary[Target, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    def lock(self, target: Target) -> asyncio.Lock:
        """The lock under which one account's links are counted and changed."""
        return self._locks.setdefault(target, asyncio.Lock())

    def saving(self) -> Callable[[Connection], None]:
        """Take what was learnt since the last time, and return the work that stores it: part of any transaction."""
        news, sync_seen, now = self.memory.take_news(), self.sync_seen, time.time()

        def work(tx: Connection) -> None:
            if news or sync_seen:
                save_community(tx, self.id, sync_seen=sync_seen)
            if news:
                links.save(tx, self.id, news, now=now)

        return work


@dataclass(frozen=True, eq=False, slots=True)
class Tenant:
    """A community as one guild is served by it: the client of the guild's key, and what the guild is set to."""

    community: Community
    cad: CadClient
    version: ApiVersion
    create_form: CreateForm
    db_sync: DbSync = DbSync.AUTO
    api_id_is_discord_id: bool = False
    staging: bool = False

    @property
    def id(self) -> str:
        """The community's id, by which rows are kept."""
        return self.community.id

    @property
    def memory(self) -> LinkMemory:
        """What was met of the community's links."""
        return self.community.memory

    @property
    def synced(self) -> bool:
        """Whether characters are known to come from the game database."""
        return self.db_sync is DbSync.ON or (self.db_sync is DbSync.AUTO and self.community.sync_seen)

    def met_sync(self) -> None:
        """Remember that this community has linked characters, so Database Sync is on."""
        self.community.sync_seen = True

    def lock(self, target: Target) -> asyncio.Lock:
        """The lock under which one account's links are counted and changed."""
        return self.community.lock(target)


@dataclass(frozen=True, slots=True)
class Guild:
    """A guild as it is set up. `tenant` is None until a community is connected.

    `home`: the environment names it; `given`: the environment also connects it, so that `/setup` does not.
    """

    id: int
    config: GuildConfig = field(default_factory=GuildConfig)
    tenant: Tenant | None = None
    home: bool = False
    given: bool = False
    policy: Policy = field(init=False)
    """The rules that follow from the config."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "policy", self.config.policy(self.id))
