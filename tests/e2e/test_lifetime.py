"""From start to stop: commands registered once and only at home, connections lost and found, health, and the end."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

import aiohttp
import pytest

from tests.command_names import COMMANDS
from tests.e2e.reading import headline
from tests.e2e.world import V2, text, world_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.world import World

pytestmark = pytest.mark.asyncio(loop_scope="session")
shared = pytest.mark.parametrize("world", [V2], ids=["v2"], indirect=True)


def names(world: World, scope: int) -> set[str]:
    """Return the names of the commands registered in a scope."""
    return {command["name"] for command in world.discord.registry.listed(scope)}


def writes(world: World) -> list[str]:
    """Return the routes by which commands were written."""
    return [call.route for call in world.discord.ledger if call.method in {"PUT", "POST"} and "commands" in call.route]


@shared
async def test_a_dropped_connection_is_resumed_and_nothing_is_lost(world: World) -> None:
    resumed = world.discord.gateway.resumed
    identified = world.discord.gateway.identified
    world.discord.gateway.drop()
    player = world.player()
    answer = await world.command(player, "linkchar", sync_id="DROP1")  # sent while nobody listens, replayed then
    assert headline(answer).startswith("Linked `DROP1`")
    assert len([call for call in world.calls if call.endpoint == "link"]) == 1
    assert world.discord.gateway.resumed == resumed + 1
    assert world.discord.gateway.identified == identified


@shared
async def test_discords_request_to_reconnect_is_followed(world: World) -> None:
    resumed = world.discord.gateway.resumed
    await world.discord.gateway.ask_to_reconnect()
    await world.discord.until(lambda: world.discord.gateway.resumed > resumed)
    answer = await world.command(world.player(), "linkchar", sync_id="RECON1")
    assert headline(answer).startswith("Linked `RECON1`")


async def test_commands_are_registered_at_home_only_and_only_once(tmp_path: Path) -> None:
    async with world_of(V2, tmp_path, running=False) as world:
        elsewhere = world.discord.add_guild("Elsewhere RP")
        world.discord.registry.overwrite(
            elsewhere.id, [{"name": "linkchar", "type": 1, "description": "left over from an earlier home"}]
        )
        changed = {"name": "linkchar", "type": 1, "description": "another wording"}
        world.discord.registry.overwrite(world.guild.id, [changed])
        await world.run()
        await world.discord.until(lambda: not names(world, elsewhere.id))
        assert names(world, world.guild.id) == COMMANDS
        assert names(world, 0) == set()
        await world.stop()
        before = len(writes(world))
        assert before == 2  # home, and the guild that is home no more
        await world.run()
        answer = await world.command(world.player(), "linkchar")
        assert "linked" in text(answer)
        assert len(writes(world)) == before


async def test_sync_registers_whether_changed_or_not(tmp_path: Path) -> None:
    async with world_of(V2, tmp_path, running=False) as world:
        for number in (1, 2):
            bot = await world.start("sync")
            assert await bot.ended(20) == 0, bot.output
            assert len(writes(world)) == number
        assert names(world, world.guild.id) == COMMANDS
        assert world.discord.gateway.identified == 0


async def test_health_is_served_and_sigterm_stops_it_all(tmp_path: Path) -> None:
    port = _free_port()
    async with world_of(V2.but(HTTP_PORT=str(port)), tmp_path) as world, aiohttp.ClientSession() as session:
        player = world.player()
        await world.command(player, "linkchar", sync_id="HEALTH1")
        found = {}
        for path in ("healthz", "readyz", "metrics"):
            async with session.get(f"http://127.0.0.1:{port}/{path}") as response:
                found[path] = response.status, await response.text()
        assert found["healthz"][0] == found["readyz"][0] == found["metrics"][0] == 200
        metrics = found["metrics"][1]
        assert "charlink_cad_calls" in metrics
        for private in (str(player.member.id), str(world.guild.id), "HEALTH1", world.discord.token):
            assert private not in metrics
        world.cad.faults.add("hang", "link", seconds=0.15, applied=True)
        under_way = await world.discord.command(world.player().member, "linkchar", {"sync_id": "TERM1"})
        await under_way.first()
        started = time.monotonic()
        assert await world.bot.stop() == 0
        assert time.monotonic() - started < 10
        assert text(under_way).startswith("Linked `TERM1`")
        with pytest.raises(aiohttp.ClientConnectionError):
            await session.get(f"http://127.0.0.1:{port}/healthz")


async def test_not_ready_until_connected(tmp_path: Path) -> None:
    port = _free_port()
    async with world_of(V2, tmp_path, running=False) as world, aiohttp.ClientSession() as session:
        bot = await world.start(DISCORD_GATEWAY_URL=f"ws://127.0.0.1:{_free_port()}", HTTP_PORT=str(port))
        await bot.unless_ended(world.discord.until(lambda: bool(world.discord.registry), 15))
        async with session.get(f"http://127.0.0.1:{port}/readyz") as response:
            assert response.status == 503
        async with session.get(f"http://127.0.0.1:{port}/healthz") as response:
            assert response.status == 200
        assert await bot.stop() == 0, bot.output


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
