"""The command line: the only module that knows every other; it builds, runs, and shuts down in order."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import signal
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

import aiohttp
import discord
import typer
from aiohttp import web

from bot.cad.breaker import Breaker
from bot.cad.budget import Budget
from bot.cad.client import CadClient
from bot.cad.protocol import Credentials
from bot.cad.transport import Transport
from bot.cad.v1 import V1
from bot.cad.v2 import V2
from bot.checks import Findings, check_deployment
from bot.client import CharlinkBot
from bot.errors import CadError, SettingsError
from bot.i18n import Catalogues
from bot.registration import sync_commands
from bot.services.accounts import Accounts
from bot.services.attachments import AttachmentReader
from bot.services.creation import Creation
from bot.services.linking import Linking
from bot.services.tenants import Guilds, home_guilds
from bot.services.tickets import Tickets
from bot.settings import ApiVersion, Settings, load_settings
from bot.telemetry import Metrics, Redactor, configure_logging, health_app
from bot.ui.desk import Desk
from bot.ui.router import Router
from cogs.linkchar import LinkChar
from cogs.newchar import NewChar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

log = logging.getLogger("bot")

EX_CONFIG: Final = 78
EX_FAILED: Final = 1
USER_AGENT: Final = f"Charlink/{version('charlink')} (Discord bot)"
TICKET_BYTES: Final = 9
FINISH_SECONDS: Final = 6.0
TELL_SECONDS: Final = 2.0
CLOSE_SECONDS: Final = 1.5

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that is built before anything runs."""

    bot: CharlinkBot
    guilds: Guilds
    creation: Creation
    metrics: Metrics


@app.command()
def run() -> None:
    """Run the bot until it is told to stop."""
    _main(_run)


@app.command()
def check() -> None:
    """Prove a deployment before it goes live: one line for each thing, with the remedy."""
    _main(_check, log_level="ERROR")  # what went wrong is a finding


@app.command()
def sync() -> None:
    """Register the commands with Discord anew, whether they changed or not."""
    _main(_sync)


@app.command()
def migrate() -> None:
    """Bring the database up to date. This version keeps none, so there is nothing to do."""
    _main(_migrate)


def _main(command: Callable[[Settings], Coroutine[None, None, int]], *, log_level: str = "") -> None:
    try:
        settings = load_settings(os.environ)
    except SettingsError as error:
        for problem in error.problems:
            typer.echo(problem, err=True)
        raise typer.Exit(EX_CONFIG) from None
    configure_logging(log_level or settings.log_level, settings.log_format, Redactor(settings.secrets))
    try:
        raise typer.Exit(asyncio.run(command(settings)))
    except discord.LoginFailure:
        typer.echo("DISCORD_TOKEN: Discord does not accept this token. Copy it again from the Bot page.", err=True)
        raise typer.Exit(EX_CONFIG) from None
    except (discord.DiscordException, OSError) as error:
        log.error("can't run: %s: %s", type(error).__name__, error)  # noqa: TRY400 - one line for operators
        raise typer.Exit(EX_FAILED) from None


def build_cad(settings: Settings, session: aiohttp.ClientSession, metrics: Metrics) -> CadClient | None:
    """Return the client of the home community, None where the environment names none."""
    if settings.sonoran_api_key is None or settings.sonoran_community_id is None:
        return None
    credentials = Credentials(settings.sonoran_community_id, settings.sonoran_api_key)
    v1 = settings.sonoran_api_version is ApiVersion.V1
    return CadClient(
        V1(credentials, settings.sonoran_new_character_form) if v1 else V2(credentials),
        Transport(session, settings.sonoran_api_url, user_agent=USER_AGENT),
        Budget(settings.sonoran_rate),
        Breaker(),
        observe=metrics.cad_call,
    )


def build(settings: Settings, session: aiohttp.ClientSession, after_setup: Callable[[Parts], Awaitable[None]]) -> Parts:
    """Put everything together. `after_setup` is awaited once the cogs are loaded, before the gateway connects."""
    metrics = Metrics()
    guilds = home_guilds(settings, build_cad(settings, session, metrics))
    tickets = Tickets(clock=time.monotonic, new_id=lambda: secrets.token_urlsafe(TICKET_BYTES))
    desk = Desk(catalogues=Catalogues.load(), guilds=guilds, tickets=tickets, metrics=metrics)
    router = Router(desk, tickets)
    accounts = Accounts()
    creation = Creation(accounts, AttachmentReader(session, [settings.discord_api_url]), clock=time.monotonic)

    async def setup(bot: CharlinkBot) -> None:
        await bot.add_cog(LinkChar(desk, Linking(accounts), router))
        await bot.add_cog(NewChar(desk, creation, router))
        await after_setup(parts)

    parts = Parts(CharlinkBot(settings=settings, desk=desk, router=router, setup=setup), guilds, creation, metrics)
    return parts


def cad_session() -> aiohttp.ClientSession:
    """Return the one session for everything that is not Discord's API."""
    return aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), trust_env=False)


async def _run(settings: Settings) -> int:
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(cad_session())

        async def after_setup(parts: Parts) -> None:
            await sync_commands(parts.bot, settings.discord_guild_ids)
            warming = asyncio.create_task(_warm(parts))
            stack.callback(warming.cancel)

        parts = build(settings, session, after_setup)
        if settings.http_port is not None:
            await _serve_health(stack, settings, parts)
        stack.push_async_callback(_close, parts.bot)
        running = asyncio.create_task(parts.bot.start(settings.discord_token.get_secret_value()))
        await asyncio.wait({running, asyncio.create_task(_told_to_stop())}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            await running
        await _finish_interactions(parts.bot.desk)
    log.info("stopped")
    return 0


async def _warm(parts: Parts) -> None:
    """Fetch the templates, so that the first form opens at once. A CAD that is down now delays nothing."""
    for tenant in parts.guilds.tenants:
        try:
            await parts.creation.warm(tenant)
        except CadError as error:
            log.warning("the character template is not at hand yet: %s", error)


async def _serve_health(stack: AsyncExitStack, settings: Settings, parts: Parts) -> None:
    runner = web.AppRunner(health_app(parts.metrics, parts.bot.is_ready), access_log=None)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, settings.http_host, settings.http_port).start()


async def _finish_interactions(desk: Desk) -> None:
    """Let what people asked for come to its answer, and tell those for whom that takes too long: 8 s in all.

    discord.py names its tasks, and keeps no list of them.
    """
    names = {"CommandTree-invoker", "discord.py: on_interaction"}
    open_now = [task for task in asyncio.all_tasks() if task.get_name() in names]
    if not open_now:
        return
    _, late = await asyncio.wait(open_now, timeout=FINISH_SECONDS)
    for task in late:
        task.cancel()
    if late:
        await asyncio.wait([*late, asyncio.create_task(desk.interrupt())], timeout=TELL_SECONDS)


async def _close(bot: CharlinkBot) -> None:
    """Leave Discord, but never wait long for a gateway that says nothing any more."""
    try:
        await asyncio.wait_for(bot.close(), CLOSE_SECONDS)
    except TimeoutError:
        log.warning("the gateway did not answer the goodbye")


async def _told_to_stop() -> None:
    """Wait for SIGINT or SIGTERM.

    Nothing is cancelled by them: discord.py swallows a cancellation while it connects anew.
    """
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    await told.wait()


async def _check(settings: Settings) -> int:
    findings = Findings(sys.stdout)
    async with cad_session() as session:

        async def nothing(_: Parts) -> None:
            """No gateway is opened for a check."""

        parts = build(settings, session, nothing)
        async with parts.bot:
            await check_deployment(settings, parts.bot, parts.guilds, findings)
    return EX_FAILED if findings.failed else 0


async def _migrate(_: Settings) -> int:
    typer.echo("Nothing to migrate: this version keeps no database.")
    return 0


async def _sync(settings: Settings) -> int:
    async with cad_session() as session:

        async def register(parts: Parts) -> None:
            await sync_commands(parts.bot, settings.discord_guild_ids, force=True)

        parts = build(settings, session, register)
        async with parts.bot:
            await parts.bot.login(settings.discord_token.get_secret_value())
    return 0


if __name__ == "__main__":
    app()
