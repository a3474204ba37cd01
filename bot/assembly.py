"""Puts everything together: the only place that builds services, commands and the client."""

from __future__ import annotations

import asyncio
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
from bot.cad.transport import Transport
from bot.cad.v1 import V1
from bot.cad.v2 import V2
from bot.client import CharlinkBot
from bot.errors import SettingsError
from bot.i18n import Catalogues
from bot.services.accounts import Accounts
from bot.services.approvals import Approvals
from bot.services.attachments import AttachmentReader
from bot.services.auditing import Auditing
from bot.services.binding import AccountBinding
from bot.services.characters import Characters
from bot.services.checking import Checking
from bot.services.connecting import Connecting
from bot.services.creation import Creation
from bot.services.drafting import Drafts
from bot.services.durable import DurableEngine
from bot.services.editing import Editing
from bot.services.explaining import Explaining
from bot.services.guilds import Guilds, home
from bot.services.history import History
from bot.services.housekeeping import Housekeeping
from bot.services.jobs.carrying import Carrier
from bot.services.jobs.control import Jobs
from bot.services.jobs.ledger import Ledger
from bot.services.jobs.running import Runner
from bot.services.linking import Linking
from bot.services.operations import Operations
from bot.services.own_data import OwnData
from bot.services.rechecking import Rechecking
from bot.services.setting_up import SettingUp
from bot.services.templates import Templates
from bot.services.tickets import Tickets
from bot.settings import ApiVersion
from bot.storage import guilds as rows
from bot.storage.calls import SharedCalls
from bot.storage.engine import Database
from bot.storage.keys import load_vault
from bot.storage.waiting import WaitingList, waiting_path
from bot.telemetry import Metrics
from bot.ui.board import Board
from bot.ui.bulletin import Bulletin
from bot.ui.desk import Desk
from bot.ui.notices import Notices
from bot.ui.outcomes import Outcomes
from bot.ui.panel import Panels
from bot.ui.post import PostOffice
from bot.ui.premises import Premises
from bot.ui.progress import Progress
from bot.ui.recovery import Recovery
from bot.ui.router import Router
from cogs.account import Account
from cogs.approvals import ApprovalButtons
from cogs.audit import Audit
from cogs.bulk import Bulk
from cogs.chars import Chars
from cogs.doctor import Doctor
from cogs.kept import Kept
from cogs.linkchar import LinkChar
from cogs.mydata import MyData
from cogs.newchar import NewChar
from cogs.panel import Panel
from cogs.setup import SetUp

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from discord.ext import commands

    from bot.cad.protocol import Credentials
    from bot.services.engine import Engine
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
    operations: Operations
    jobs: Jobs
    runner: Runner
    tickets: Tickets
    accounts: Accounts
    binding: AccountBinding
    linking: Linking
    approvals: Approvals
    creation: Creation
    characters: Characters
    editing: Editing
    setting_up: SettingUp
    connecting: Connecting
    auditing: Auditing
    explaining: Explaining
    own_data: OwnData
    housekeeping: Housekeeping


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that is built before anything runs."""

    bot: CharlinkBot
    services: Services
    metrics: Metrics
    engine: DurableEngine
    recovery: Recovery
    outcomes: Outcomes
    bulletin: Bulletin
    notices: Notices
    board: Board
    progress: Progress


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[tuple[Database, Vault, aiohttp.ClientSession]]:
    """Open the database (brought up to date where it is a SQLite file), the key ring, and the one session.

    Raises SettingsError where a key or a migration is missing, and StorageError where the database can't be used.
    """
    async with AsyncExitStack() as stack:
        database = Database(settings.database_url)
        stack.push_async_callback(database.close)
        if not database.shared:
            await database.migrate()
        elif not await database.current():
            raise SettingsError(["DATABASE_URL: the database is not up to date. Run: python -m bot migrate"])
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
    metrics, cad_changed = Metrics(), asyncio.Event()
    guilds = build_guilds(settings, database, vault, session, metrics, cad_changed=cad_changed)
    await guilds.load()
    slot = "-".join(map(str, settings.shard_ids or ())) or "0"
    engine = DurableEngine(settings.database_url, slot=slot)
    waiting = WaitingList(waiting_path(settings.database_url, slot))
    services = build_services(
        database=database,
        vault=vault,
        engine=engine,
        waiting=waiting,
        guilds=guilds,
        attachments=AttachmentReader(session, [settings.discord_api_url]),
        history_days=settings.history_days,
    )
    catalogues = Catalogues.load()
    desk = build_desk(catalogues, services, metrics)
    router = Router(desk, services.tickets)

    async def setup(bot: CharlinkBot) -> None:
        for cog in build_cogs(bot, desk, router, services, board, bulletin=bulletin, progress=progress):
            await bot.add_cog(cog)
        await after_setup(parts)

    bot = CharlinkBot(settings=settings, desk=desk, router=router, setup=setup)
    office, mine = PostOffice(bot), serves(settings)
    recovery = Recovery(services.operations, vault, office, catalogues, waiting=waiting, serves=mine)
    outcomes = Outcomes(database, vault, office, catalogues, owing=services.history.owing, serves=mine)
    bulletin = build_bulletin(office, catalogues, services, mine)
    notices = build_notices(office, catalogues, services, mine, changed=cad_changed)
    board = Board(services.approvals, guilds, office, catalogues)
    progress = Progress(services.jobs, guilds, office, catalogues)
    engine.attach(operation=services.operations.attempt, job=services.runner.advance)
    return (parts := Parts(bot, services, metrics, engine, recovery, outcomes, bulletin, notices, board, progress))


def build_desk(catalogues: Catalogues, services: Services, metrics: Metrics) -> Desk:
    """Build where interactions are received."""
    return Desk(
        catalogues=catalogues,
        guilds=services.guilds,
        tickets=services.tickets,
        history=services.history,
        metrics=metrics,
    )


def build_bulletin(
    office: PostOffice, catalogues: Catalogues, services: Services, serves: Callable[[int], bool]
) -> Bulletin:
    """Build what posts to the audit channels of the guilds that this process serves."""
    return Bulletin(
        auditing=services.auditing,
        guilds=services.guilds,
        office=office,
        catalogues=catalogues,
        serves=serves,
        settled=services.history.settled,
    )


def build_notices(
    office: PostOffice,
    catalogues: Catalogues,
    services: Services,
    serves: Callable[[int], bool],
    *,
    changed: asyncio.Event,
) -> Notices:
    """Build what tells audit channels when the CAD stops serving a guild. `changed` is set when a breaker moves."""
    return Notices(
        guilds=services.guilds,
        office=office,
        catalogues=catalogues,
        serves=serves,
        changed=changed,
        kept=services.operations.kept,
    )


def serves(settings: Settings) -> Callable[[int], bool]:
    """Return which guilds are this process's: those of its shards, as Discord assigns them."""
    count, mine = settings.shard_count, settings.shard_ids
    return lambda guild_id: not count or not mine or (guild_id >> 22) % count in mine


def build_guilds(
    settings: Settings,
    database: Database,
    vault: Vault,
    session: aiohttp.ClientSession,
    metrics: Metrics,
    *,
    cad_changed: asyncio.Event,
) -> Guilds:
    """Build the guilds, whose CAD clients go over one session. `cad_changed` is set when a breaker opens or closes."""

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
        budget=lambda community: Budget(
            settings.sonoran_rate, ledger=SharedCalls(database, community) if database.shared else None
        ),
        breaker=lambda: Breaker(changed=cad_changed.set),
        staging=settings.staging,
    )


def build_ground(
    database: Database,
    vault: Vault,
    engine: Engine,
    waiting: WaitingList | None,
    *,
    guilds: Guilds,
    clock: Callable[[], float],
) -> tuple[History, Accounts, Linking, Drafts, Operations]:
    """Build what nearly every use case stands on."""
    history = History(database, vault, engine, waiting, clock=clock)
    drafts, accounts = Drafts(database, new_id=new_id, clock=clock), Accounts(database, history, now=clock)
    linking = Linking(accounts, history)
    rechecking = Rechecking(accounts, linking, clock=clock)
    operations = Operations(
        database, vault, drafts, engine, history=history, rechecking=rechecking, find=guilds.find, clock=clock
    )
    return history, accounts, linking, drafts, operations


def build_services(
    *,
    database: Database,
    vault: Vault,
    engine: Engine,
    waiting: WaitingList | None = None,
    guilds: Guilds,
    attachments: AttachmentReader,
    history_days: int = 365,
    clock: Callable[[], float] = time.time,
) -> Services:
    """Build the use cases. `clock` gives Unix seconds."""
    ground = build_ground(database, vault, engine, waiting, guilds=guilds, clock=clock)
    history, accounts, linking, drafts, operations = ground
    templates = Templates(guilds.save_template)
    tickets = Tickets(database, new_id=new_id, clock=clock)
    characters, checking = Characters(accounts, history, clock=clock), Checking(database, attachments, templates)
    ledger, carrier = Ledger(database, vault), Carrier(database, accounts, history, operations)
    return Services(
        database=database,
        guilds=guilds,
        history=history,
        operations=operations,
        jobs=Jobs(ledger, history, engine, operations=operations, checking=checking, new_id=new_id, clock=clock),
        runner=Runner(ledger, carrier, history, engine, find=guilds.find, clock=clock),
        tickets=tickets,
        accounts=accounts,
        binding=AccountBinding(database, history, accounts, clock=clock),
        linking=linking,
        approvals=Approvals(database, history, linking, new_id=new_id, clock=clock),
        creation=Creation(accounts, attachments, history, drafts, templates),
        characters=characters,
        editing=Editing(accounts, characters, history, drafts, templates),
        setting_up=SettingUp(guilds, history, accounts),
        connecting=Connecting(guilds, history, new_id=new_id, clock=clock),
        auditing=Auditing(database, history_days=history_days, clock=clock),
        explaining=Explaining(accounts),
        own_data=OwnData(database, history, tickets, drafts, history_days=history_days, clock=clock),
        housekeeping=Housekeeping(database, history_days=history_days, clock=clock),
    )


def shown_in(office: PostOffice, services: Services, progress: Progress) -> Progress:
    """Have what goes on without anybody ask Discord for roles, and jobs be shown as they go."""
    services.operations.attach(office)
    services.runner.attach(office, progress.changed)
    return progress


def new_id() -> str:
    """Return an id that nobody guesses."""
    return secrets.token_urlsafe(TICKET_BYTES)


def build_cogs(
    bot: CharlinkBot,
    desk: Desk,
    router: Router,
    services: Services,
    board: Board | None = None,
    *,
    bulletin: Bulletin | None = None,
    progress: Progress | None = None,
) -> list[commands.Cog]:
    """Build the commands, in the order of the help."""
    premises, office = Premises(bot), PostOffice(bot)
    board = board or Board(services.approvals, services.guilds, office, desk.catalogues)
    progress = shown_in(office, services, progress or Progress(services.jobs, services.guilds, office, desk.catalogues))
    panels = Panels(office, premises, services.setting_up)
    audit = Audit(
        bot, desk, router, auditing=services.auditing, explaining=services.explaining, office=office, premises=premises
    )
    return [
        LinkChar(desk, services.linking, router),
        ApprovalButtons(services.approvals, board, router),
        NewChar(desk, services.creation, router),
        Chars(bot, desk, router, characters=services.characters, editing=services.editing),
        Account(desk, services.binding, services.approvals, office, router),
        SetUp(
            desk,
            router,
            setting_up=services.setting_up,
            connecting=services.connecting,
            premises=premises,
            panels=panels,
            board=board,
        ),
        Doctor(desk, services.guilds, premises, router, bulletin.stuck if bulletin is not None else lambda _: None),
        Panel(router),
        Kept(services.operations, router),
        Bulk(desk, services.jobs, progress, router),
        audit,
        MyData(desk, services.own_data, board, router),
    ]
