"""The guilds and their communities: loaded at start, asked from memory, changed by `/setup`.

A guild is looked up before every acknowledgement, so looking up never does I/O. All interactions of a guild reach the
same process (its shard's), so what is in memory here is what holds.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from pydantic import SecretStr

from bot.cad.protocol import Credentials
from bot.domain.configuration import GuildConfig, as_stored
from bot.domain.template import Template
from bot.errors import VaultError
from bot.services.tenants import Community, Guild, Tenant
from bot.settings import ApiVersion
from bot.storage import guilds as rows
from bot.storage import links

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection

    from bot.cad.breaker import Breaker
    from bot.cad.budget import Budget
    from bot.cad.client import CadClient
    from bot.settings import CreateForm, Settings
    from bot.storage.engine import Database
    from bot.storage.vault import Vault

log = logging.getLogger(__name__)

_ONLY_SETUP = frozenset({"framework", "panel_channel", "panel_message", "reviewed"})
"""Settings that no variable of the environment has."""

MEMORY_LIMIT = 50_000
"""Links of one community that are taken back into memory at start."""


class Connect(Protocol):
    """How a client for one key is made, over the budget of its community and the breaker of its key."""

    def __call__(
        self, credentials: Credentials, generation: ApiVersion, form: CreateForm, budget: Budget, breaker: Breaker, /
    ) -> CadClient:
        """Return a client. Does no I/O."""
        ...


@dataclass(frozen=True, slots=True)
class Home:
    """What the environment says: the home guilds, what they are set to, and their community (None: no key)."""

    guild_ids: frozenset[int] = frozenset()
    config: GuildConfig = field(default_factory=GuildConfig)
    credentials: Credentials | None = None
    api_id_is_discord_id: bool = False


class Guilds:
    """Looks up what a guild was set up with, and stores what changes."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        connect: Connect,
        *,
        home: Home,
        budget: Callable[[str], Budget],
        breaker: Callable[[], Breaker],
        staging: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._vault = vault
        self._connect = connect
        self._home = home
        self._new_budget, self._new_breaker = budget, breaker
        self._staging = staging
        self._clock = clock
        self._changing = asyncio.Lock()
        self._disowned = False
        self._guilds: dict[int, Guild] = {}
        self._overrides: dict[int, rows.GuildRow] = {}
        self._communities: dict[str, Community] = {}
        self._budgets: dict[str, Budget] = {}
        self._breakers: dict[tuple[str, str], Breaker] = {}
        self._clients: dict[tuple[str, str, ApiVersion, CreateForm], CadClient] = {}

    async def load(self) -> None:
        """Take up what is stored. A key that can't be opened leaves its guild without a community, and is logged."""
        kept = await self._database.read(lambda tx: (rows.all_communities(tx), rows.all_guilds(tx)))
        for known in kept[0]:
            news = await self._database.read(lambda tx, one=known.id: links.load(tx, one, limit=MEMORY_LIMIT))  # type: ignore[misc]
            community = self._community(known.id)
            community.name, community.sync_seen = known.name, known.sync_seen
            community.memory.restore(news)
            if known.template is not None:
                community.template = Template.model_validate(known.template)
        for row in kept[1]:
            current = await self._resealed(row)
            self._overrides[row.id] = current
            self._guilds[row.id] = self._guild(current)
        for guild_id in self._home.guild_ids - self._guilds.keys():
            self._guilds[guild_id] = self._guild(rows.GuildRow(guild_id))

    def find(self, guild_id: int | None) -> Guild | None:
        """The guild as it is set up, an empty one where nobody did; None outside of guilds. Never does I/O."""
        if guild_id is None:
            return None
        return self._guilds.get(guild_id) or Guild(guild_id)

    @property
    def tenants(self) -> tuple[Tenant, ...]:
        """Every community served, once."""
        served = (guild.tenant for guild in self._guilds.values())
        return tuple({tenant.id: tenant for tenant in served if tenant is not None}.values())

    @property
    def all(self) -> tuple[Guild, ...]:
        """Every guild that is set up, in whatever state."""
        return tuple(self._guilds.values())

    def of_community(self, community_id: str) -> tuple[Guild, ...]:
        """Every guild that this community serves."""
        return tuple(one for one in self._guilds.values() if one.tenant is not None and one.tenant.id == community_id)

    def client(self, credentials: Credentials, version: ApiVersion, form: CreateForm) -> CadClient:
        """Return the client of a key, over its community's budget: also for a key that is only being tried.

        The CAD limits a key and blocks a community (cad-api.md 1.6, 2.3), so the keys of a community share one budget,
        and guilds of one community need not know of each other's. A breaker is about one key.
        """
        mark = _mark(credentials.key)
        community = credentials.community_id
        if community not in self._budgets:
            self._budgets[community] = self._new_budget(community)
        budget = self._budgets[community]
        breaker = self._breakers.setdefault((community, mark), self._new_breaker())
        name = (credentials.community_id, mark, version, form)
        if name not in self._clients:
            self._clients[name] = self._connect(credentials, version, form, budget, breaker)
        return self._clients[name]

    def keyless(self, guild_id: int) -> bool:
        """Whether a guild joined a community with a key that can't be opened any more."""
        guild, row = self._guilds.get(guild_id), self._overrides.get(guild_id)
        if guild is None or row is None or guild.given:
            return False
        return guild.tenant is None and row.key is not None

    def overridden(self, guild_id: int) -> frozenset[str]:
        """Return the settings of a home guild that `/setup` changed to something else than the environment says."""
        guild, row = self._guilds.get(guild_id), self._overrides.get(guild_id)
        if guild is None or row is None or not guild.home:
            return frozenset()
        base = self._home.config
        return (
            frozenset(
                name
                for name in row.config
                if hasattr(base, name) and getattr(guild.config, name) != getattr(base, name)
            )
            - _ONLY_SETUP
        )

    async def change(
        self, guild_id: int, changes: Mapping[str, object], also: Callable[[Connection], object] | None = None
    ) -> Guild:
        """Store changed settings of a guild, with `also` in the same transaction, and return the guild as it is now."""
        async with self._changing:  # read and written in one piece, or one of two changes would be lost
            row = self._row(guild_id)
            return await self._store(replace(row, config={**row.config, **as_stored(changes)}), also)

    async def connect(
        self,
        guild_id: int,
        credentials: Credentials,
        name: str,
        changes: Mapping[str, object],
        also: Callable[[Connection], object] | None = None,
    ) -> Guild:
        """Join a community with a key that the CAD accepted; `credentials.community_id` is what the CAD said."""
        key = self._vault.seal(credentials.key.get_secret_value(), guild_id=guild_id, purpose=rows.KEY_PURPOSE)
        self._community(credentials.community_id).name = name

        def both(tx: Connection) -> None:
            rows.save_community(tx, credentials.community_id, name=name)
            if also is not None:
                also(tx)

        async with self._changing:
            config = {**self._row(guild_id).config, **as_stored(changes)}
            return await self._store(rows.GuildRow(guild_id, credentials.community_id, key, config), both)

    async def disown(self, community_id: str) -> None:
        """Take the home guilds' community away: the CAD says that the key is another's."""
        self._disowned = True
        for guild in self.of_community(community_id):
            if guild.given:
                self._guilds[guild.id] = replace(guild, tenant=None)

    async def save_news(self) -> None:
        """Store what was learnt of links outside of any operation."""
        works = [community.saving() for community in self._communities.values()]
        await self._database.write(lambda tx: [work(tx) for work in works])

    async def save_template(self, tenant: Tenant, template: Template) -> None:
        """Store a community's newest template, so that the first form after a restart opens at once."""
        if tenant.community.template == template:
            return
        body = template.model_dump(mode="json", by_alias=True)
        await self._database.write(lambda tx: rows.save_template(tx, tenant.id, body, now=self._clock()))
        tenant.community.template = template

    async def _store(self, row: rows.GuildRow, also: Callable[[Connection], object] | None) -> Guild:
        def work(tx: Connection) -> None:
            if also is not None:
                also(tx)
            rows.save_guild(tx, row, now=self._clock())

        await self._database.write(work)
        self._overrides[row.id] = row
        self._guilds[row.id] = guild = self._guild(row)
        return guild

    def _row(self, guild_id: int) -> rows.GuildRow:
        return self._overrides.get(guild_id) or rows.GuildRow(guild_id)

    def _guild(self, row: rows.GuildRow) -> Guild:
        home = row.id in self._home.guild_ids
        given = home and self._home.credentials is not None
        base = self._home.config if home else GuildConfig()
        config = base.with_changes(row.config)
        credentials = self._home.credentials if given else self._opened(row)
        if credentials is None or (given and self._disowned):
            return Guild(row.id, config, None, home, given)
        tenant = Tenant(
            self._community(credentials.community_id),
            self.client(credentials, config.version, config.create_form),
            config.version,
            config.create_form,
            config.db_sync,
            given and self._home.api_id_is_discord_id and config.version is ApiVersion.V1,
            self._staging,
        )
        return Guild(row.id, config, tenant, home, given)

    def _opened(self, row: rows.GuildRow) -> Credentials | None:
        if row.community_id is None or row.key is None:
            return None
        try:
            key = self._vault.open(row.key, guild_id=row.id, purpose=rows.KEY_PURPOSE)
        except VaultError as error:
            log.error("the CAD key of guild %s can't be opened: %s", row.id, error)  # noqa: TRY400 - one line for operators
            return None
        return Credentials(row.community_id, SecretStr(key))

    async def _resealed(self, row: rows.GuildRow) -> rows.GuildRow:
        """Return the row with its key under the ring's first key, so that older keys can be retired after a start."""
        if row.key is None or self._vault.current(row.key):
            return row
        try:
            key = self._vault.open(row.key, guild_id=row.id, purpose=rows.KEY_PURPOSE)
        except VaultError:
            return row  # told where the key is used
        anew = replace(row, key=self._vault.seal(key, guild_id=row.id, purpose=rows.KEY_PURPOSE))
        await self._database.write(lambda tx: rows.save_guild(tx, anew, now=self._clock()))
        return anew

    def _community(self, community_id: str) -> Community:
        return self._communities.setdefault(community_id, Community(community_id))


def _mark(key: SecretStr) -> str:
    """Tell keys apart without keeping another copy of one."""
    return hashlib.blake2s(key.get_secret_value().encode()).hexdigest()


def home(settings: Settings) -> Home:
    """Return what the environment says of its home guilds."""
    credentials = None
    if settings.sonoran_api_key is not None and settings.sonoran_community_id is not None:
        credentials = Credentials(settings.sonoran_community_id, settings.sonoran_api_key)
    config = GuildConfig(
        version=settings.sonoran_api_version,
        create_form=settings.sonoran_new_character_form,
        db_sync=settings.sonoran_db_sync,
        staff=settings.staff_role_ids,
        players=settings.player_role_ids,
        approvers=settings.approver_role_ids,
        admins=settings.admin_role_ids,
        blocked=settings.blocked_role_ids,
        player_may=settings.player_may,
        self_link=settings.self_link,
        self_link_pattern=settings.self_link_pattern,
        max_links=settings.max_links,
        approval_channel=settings.approval_channel_id,
        audit_channel=settings.audit_channel_id,
    )
    return Home(settings.discord_guild_ids, config, credentials, settings.api_id_is_discord_id)
