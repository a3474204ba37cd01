"""The floor: the smallest honest discord.py program that does one `/linkchar` as the bot does.

Deferred answer, a SQLite row committed before and completed after, one raw POST to the CAD, one embed. No settings
beside the bot's own, no checks, no errors.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor

import aiohttp
import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

INTENTS = "FLOOR_INTENTS"
"""The environment variable that asks for discord.py's default intents (`default`) instead of none."""

DATABASE = "floor.db"
TABLE = "CREATE TABLE IF NOT EXISTS history (id INTEGER PRIMARY KEY, operation TEXT UNIQUE, state TEXT)"


class Store:
    """One table on one thread, as safe on the disk as the bot's."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._connection = sqlite3.connect(DATABASE, isolation_level=None, check_same_thread=False)
        for statement in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", TABLE):
            self._connection.execute(statement)

    async def run(self, statement: str, *values: str) -> None:
        """Commit one statement."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._connection.execute, statement, values)


class Floor(discord.Client):
    """One command, registered at every start."""

    def __init__(self) -> None:
        default = os.environ.get(INTENTS) == "default"
        intents = discord.Intents.default() if default else discord.Intents.none()
        # Without the guilds intent no guild will come that could be waited for; with it, discord.py's own time counts.
        super().__init__(intents=intents, guild_ready_timeout=2.0 if default else 0.0)
        self.tree = app_commands.CommandTree(self)
        self.home = discord.Object(int(os.environ["DISCORD_GUILD_IDS"]))
        self.store = Store()
        self.cad: aiohttp.ClientSession

    async def setup_hook(self) -> None:
        """Register the command."""
        self.cad = aiohttp.ClientSession()
        self.tree.add_command(linkchar, guild=self.home)
        await self.tree.sync(guild=self.home)

    async def on_ready(self) -> None:
        """Say so."""
        sys.stdout.write("ready: floor\n")
        sys.stdout.flush()


@app_commands.command()
async def linkchar(interaction: discord.Interaction[Floor], sync_id: str) -> None:
    """Link a character."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    floor, operation = interaction.client, str(interaction.id)
    await floor.store.run("INSERT INTO history (operation, state) VALUES (?, 'sending')", operation)
    body = {
        "id": os.environ["SONORAN_COMMUNITY_ID"],
        "key": os.environ["SONORAN_API_KEY"],
        "type": "LINK_CHARACTER",
        "data": [{"apiId": str(interaction.user.id), "syncId": sync_id, "action": 0}],
    }
    async with floor.cad.post(f"{os.environ['SONORAN_API_URL']}/civilian/link_character", json=body) as answer:
        answer.raise_for_status()
        said = await answer.text()
    await floor.store.run("UPDATE history SET state = 'done' WHERE operation = ?", operation)
    embed = discord.Embed(description=f"Linked `{sync_id}`. {said}", colour=discord.Colour.green())
    await interaction.edit_original_response(embed=embed)


def main() -> None:
    """Run it against the addresses in the environment."""
    Route.BASE = os.environ["DISCORD_API_URL"]
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["DISCORD_GATEWAY_URL"])
    Floor().run(os.environ["DISCORD_TOKEN"], log_handler=None)


if __name__ == "__main__":
    main()
