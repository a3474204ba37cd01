"""The command line: loads the settings, has everything built, runs it, and shuts down in order."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sys
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Final

import discord
import typer
from aiohttp import web

from bot.assembly import build, opened, serves
from bot.cad.caller import Caller
from bot.checks.deployment import Findings, check_deployment
from bot.checks.storage import storage_findings
from bot.errors import CadError, SettingsError, StorageError
from bot.registration import sync_commands
from bot.settings import ApiVersion, Settings, load_settings
from bot.storage.engine import Database
from bot.telemetry import Redactor, configure_logging, health_app
from bot.ui.courier import one_try_each

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from bot.assembly import Parts
    from bot.client import CharlinkBot
    from bot.services.guilds import Guilds
    from bot.services.tenants import Tenant
    from bot.ui.desk import Desk

log = logging.getLogger("bot")

EX_CONFIG: Final = 78
EX_FAILED: Final = 1
GARBAGE: Final = 20_000
"""Objects after which Python looks for circles that nobody holds: a command makes thousands that go by themselves."""
NEWS_SECONDS: Final = 60.0
FINISH_SECONDS: Final = 6.0
TELL_SECONDS: Final = 2.0
CLOSE_SECONDS: Final = 1.5

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)


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
    """Bring the database up to date; a SQLite file is also brought up to date at every start."""
    _main(_migrate)


def _new_loop() -> asyncio.AbstractEventLoop:
    """Return uvloop's event loop where there is one: it answers sooner. On Windows there is only asyncio's own."""
    try:
        import uvloop  # noqa: PLC0415 - not on every system
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def _main(command: Callable[[Settings], Coroutine[None, None, int]], *, log_level: str = "") -> None:
    try:
        settings = load_settings(os.environ)
    except SettingsError as error:
        for problem in error.problems:
            typer.echo(problem, err=True)
        raise typer.Exit(EX_CONFIG) from None
    configure_logging(log_level or settings.log_level, settings.log_format, Redactor(settings.secrets))
    try:
        with asyncio.Runner(loop_factory=_new_loop) as runner:
            raise typer.Exit(runner.run(command(settings)))
    except discord.LoginFailure:
        typer.echo("DISCORD_TOKEN: Discord does not accept this token. Copy it again from the Bot page.", err=True)
        raise typer.Exit(EX_CONFIG) from None
    except SettingsError as error:  # what only shows once the database is open
        for problem in error.problems:
            typer.echo(problem, err=True)
        raise typer.Exit(EX_CONFIG) from None
    except StorageError:
        typer.echo("DATABASE_URL: the database can't be reached or used; see the log above.", err=True)
        raise typer.Exit(EX_FAILED) from None
    except (discord.DiscordException, OSError) as error:
        log.error("can't run: %s: %s", type(error).__name__, error)  # noqa: TRY400 - one line for operators
        raise typer.Exit(EX_FAILED) from None


async def _run(settings: Settings) -> int:
    one_try_each()
    async with AsyncExitStack() as stack:
        database, vault, session = await stack.enter_async_context(opened(settings))

        async def after_setup(parts: Parts) -> None:
            await sync_commands(parts.bot, settings.discord_guild_ids)
            await parts.recovery.find()
            await parts.services.runner.take_up(serves(settings))
            interrupted = await parts.services.approvals.reopen_interrupted(serves(settings))
            beside = (
                _warm(parts),
                _keep_news(parts),
                _recover(parts),
                parts.bulletin.run(),
                parts.notices.run(),
                parts.progress.run(),
                parts.services.housekeeping.run(),
            )
            gc.freeze()  # what is there now stays: looking through it again and again costs every command
            gc.set_threshold(GARBAGE)
            for work in (*beside, parts.board.catch_up(serves(settings), interrupted)):
                task = asyncio.create_task(work)
                task.add_done_callback(_complain)
                stack.callback(task.cancel)

        parts = await build(settings, database, vault, session, after_setup)
        if settings.http_port is not None:
            await _serve_health(stack, settings, parts)
        stack.push_async_callback(parts.services.guilds.save_news)
        stack.callback(parts.services.history.waiting.close)
        stack.push_async_callback(_close, parts.bot)
        stack.push_async_callback(parts.engine.close)
        running = asyncio.create_task(parts.bot.start(settings.discord_token.get_secret_value()))
        await asyncio.wait({running, asyncio.create_task(_told_to_stop())}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            await running
        await _finish_interactions(parts.bot.desk)
    log.info("stopped")
    return 0


async def _recover(parts: Parts) -> None:
    """Tell who waits since the last process, and then go on; outcomes are told after that, or it would hide them."""
    await parts.recovery.tell()
    await asyncio.gather(parts.recovery.go_on(), parts.outcomes.run())


async def _keep_news(parts: Parts) -> None:
    """Store once a minute what was learnt of links outside of any operation."""
    while True:
        await asyncio.sleep(NEWS_SECONDS)
        try:
            await parts.services.guilds.save_news()
        except StorageError as error:
            log.warning("what was learnt of links is not stored yet: %s", error)


async def _warm(parts: Parts) -> None:
    """Fetch the templates, so that the first form opens at once. A CAD that is down now delays nothing."""
    guilds = parts.services.guilds
    for tenant in guilds.tenants:
        try:
            await _identify(guilds, tenant)
            await guilds.save_template(tenant, await parts.services.creation.warm(tenant))
        except (CadError, StorageError) as error:
            log.warning("the character template is not at hand yet: %s", error)


async def _identify(guilds: Guilds, tenant: Tenant) -> None:
    """Take the home community away where the CAD says that its key is another's: rows are kept by who it really is."""
    if tenant.version is not ApiVersion.V2:
        return  # every call of v1 carries the id, so the CAD itself refuses a wrong one
    try:
        found = await tenant.cad.community(Caller())
    except CadError as error:
        log.warning("the CAD did not say whose the key is: %s", error)
        return
    if found.community_id != tenant.id:
        log.error("SONORAN_COMMUNITY_ID: the key belongs to another community; the home servers are not served")
        await guilds.disown(tenant.id)


async def _serve_health(stack: AsyncExitStack, settings: Settings, parts: Parts) -> None:
    runner = web.AppRunner(health_app(parts.metrics, parts.bot.is_ready), access_log=None)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, settings.http_host, settings.http_port).start()


def _complain(task: asyncio.Task[object]) -> None:
    """Say at once that something beside the commands ended by an error, and not only when the process does."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("a part of the bot ended unexpectedly", exc_info=error)


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
    async for finding in storage_findings(settings):
        findings.tell(finding)
    if not findings.failed:  # without its storage nothing can be built
        await _check_the_rest(settings, findings)
    return EX_FAILED if findings.failed else 0


async def _check_the_rest(settings: Settings, findings: Findings) -> None:
    async with opened(settings) as (database, vault, session):

        async def nothing(_: Parts) -> None:
            """No gateway is opened for a check."""

        parts = await build(settings, database, vault, session, nothing)
        async with parts.bot:
            await check_deployment(settings, parts.bot, parts.services.guilds, findings)


async def _migrate(settings: Settings) -> int:
    database = Database(settings.database_url)
    try:
        before, after = await database.migrate()
    finally:
        await database.close()
    typer.echo(
        "Nothing to migrate." if before == after else f"The database is up to date: {before or 'new'} -> {after}."
    )
    return 0


async def _sync(settings: Settings) -> int:
    async with opened(settings) as (database, vault, session):

        async def register(parts: Parts) -> None:
            await sync_commands(parts.bot, settings.discord_guild_ids, force=True)

        parts = await build(settings, database, vault, session, register)
        async with parts.bot:
            await parts.bot.login(settings.discord_token.get_secret_value())
    return 0


if __name__ == "__main__":
    app()
