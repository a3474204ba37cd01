"""Puts everything together: the only place that builds services, commands and the client."""

from __future__ import annotations

import secrets
import time
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

import aiohttp

from bot.cad.breaker import Breaker
from bot.cad.budget import Budget
from bot.cad.client import CadClient
from bot.cad.protocol import Credentials
from bot.cad.transport import Transport
from bot.cad.v1 import V1
from bot.cad.v2 import V2
from bot.client import CharlinkBot
from bot.domain.configuration import GuildConfig
from bot.i18n import Catalogues
from bot.services.accounts import Accounts
from bot.services.attachments import AttachmentReader
from bot.services.creation import Creation
from bot.services.guilds import Guilds, Home
from bot.services.history import History
from bot.services.linking import Linking
from bot.services.tickets import Tickets
from bot.settings import ApiVersion
from bot.storage import guilds as rows
from bot.storage.engine import Database
from bot.storage.keys import load_vault
from bot.telemetry import Metrics
from bot.ui.desk import Desk
from bot.ui.recovery import Recovery
from bot.ui.router import Router
from cogs.linkchar import LinkChar
from cogs.newchar import NewChar

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from discord.ext import commands

    from bot.settings import CreateForm, Settings
    from bot.storage.vault import Vault

USER_AGENT: Final = f"Charlink/{version('charlink')} (Discord bot)"
TICKET_BYTES: Final = 9


@dataclass(frozen=True, slots=True)
class Services:
    """Every use case, over one database and one session."""

    database: Database
    guilds: Guilds
    history: History
    tickets: Tickets
    accounts: Accounts
    linking: Linking
    creation: Creation


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that is built before anything runs."""

    bot: CharlinkBot
    services: Services
    metrics: Metrics
    recovery: Recovery


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[tuple[Database, Vault, aiohttp.ClientSession]]:
    """Open the database (brought up to date where it is a SQLite file), the key ring, and the one session.

    Raises SettingsError where a key is missing, and StorageError where the database can't be used.
    """
    async with AsyncExitStack() as stack:
        database = Database(settings.database_url)
        stack.push_async_callback(database.close)
        if not database.shared:
            await database.migrate()
        vault = load_vault(settings, sealed_rows=await database.read(rows.sealed_rows))
        session = await stack.enter_async_context(
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), trust_env=False)
        )
        yield database, vault, session


async def build(
    settings: Settings,
    database: Database,
    vault: Vault,
    session: aiohttp.ClientSession,
    after_setup: Callable[[Parts], Awaitable[None]],
) -> Parts:
    """Put everything together. `after_setup` is awaited once the cogs are loaded, before the gateway connects."""
    metrics = Metrics()
    guilds = build_guilds(settings, database, vault, session, metrics)
    await guilds.load()
    attachments = AttachmentReader(session, [settings.discord_api_url])
    services = build_services(database=database, vault=vault, guilds=guilds, attachments=attachments)
    catalogues = Catalogues.load()
    desk = Desk(
        catalogues=catalogues,
        guilds=services.guilds,
        tickets=services.tickets,
        history=services.history,
        metrics=metrics,
    )
    router = Router(desk, services.tickets)

    async def setup(bot: CharlinkBot) -> None:
        for cog in build_cogs(bot, desk, router, services):
            await bot.add_cog(cog)
        await after_setup(parts)

    recovery = Recovery(database, vault, catalogues, serves=serves(settings))
    parts = Parts(CharlinkBot(settings=settings, desk=desk, router=router, setup=setup), services, metrics, recovery)
    return parts


def serves(settings: Settings) -> Callable[[int], bool]:
    """Return which guilds are this process's: those of its shards, as Discord assigns them."""
    count, mine = settings.shard_count, settings.shard_ids
    return lambda guild_id: not count or not mine or (guild_id >> 22) % count in mine


def build_guilds(
    settings: Settings, database: Database, vault: Vault, session: aiohttp.ClientSession, metrics: Metrics
) -> Guilds:
    """Build the guilds, whose CAD clients all go over one session."""

    def connect(
        credentials: Credentials, generation: ApiVersion, form: CreateForm, budget: Budget, breaker: Breaker
    ) -> CadClient:
        dialect = V1(credentials, form) if generation is ApiVersion.V1 else V2(credentials)
        transport = Transport(session, settings.sonoran_api_url, user_agent=USER_AGENT)
        return CadClient(dialect, transport, budget, breaker, observe=metrics.cad_call)

    return Guilds(
        database,
        vault,
        connect,
        home=home(settings),
        budget=lambda: Budget(settings.sonoran_rate),
        breaker=Breaker,
        staging=settings.staging,
    )


def build_services(
    *,
    database: Database,
    vault: Vault,
    guilds: Guilds,
    attachments: AttachmentReader,
    clock: Callable[[], float] = time.time,
) -> Services:
    """Build the use cases. `clock` gives Unix seconds."""
    history = History(database, vault, clock=clock)
    accounts = Accounts()
    return Services(
        database=database,
        guilds=guilds,
        history=history,
        tickets=Tickets(database, new_id=lambda: secrets.token_urlsafe(TICKET_BYTES), clock=clock),
        accounts=accounts,
        linking=Linking(accounts, history),
        creation=Creation(accounts, attachments, history, clock=clock),
    )


def build_cogs(bot: CharlinkBot, desk: Desk, router: Router, services: Services) -> list[commands.Cog]:
    """Build the commands, in the order of the help."""
    del bot
    return [LinkChar(desk, services.linking, router), NewChar(desk, services.creation, router)]


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
