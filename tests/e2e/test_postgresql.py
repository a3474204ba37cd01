"""The bot over PostgreSQL: migrated by the release command, everything kept over a kill, nothing plain in it."""

from __future__ import annotations

import asyncio
import base64
import os
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text

from sandbox.cad import FaultKind
from tests.e2e.reading import headline
from tests.e2e.world import KEY, V2, labels, poll, world_of
from tests.e2e.world import text as text_of
from tests.storage.server import running_server

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_it_runs_as_over_a_file(tmp_path: Path) -> None:
    keys = base64.urlsafe_b64encode(os.urandom(32)).decode()
    with running_server() as server:
        server.run("CREATE DATABASE charlink")
        url = server.url("charlink")
        config = V2.but(DATABASE_URL=url, ENCRYPTION_KEYS=keys, SELF_LINK="approval").with_channels(approvals=True)
        async with world_of(config, tmp_path, running=False) as world:
            refused = await world.start("run")
            assert await refused.ended(20) == 78
            assert "python -m bot migrate" in refused.output
            migrated = await world.start("migrate")
            assert await migrated.ended(20) == 0, migrated.output
            await world.run()
            player = world.player()
            asked = await world.press(player, await world.command(player, "linkchar", sync_id="PG1"), "Ask staff")
            await world.fill(player, asked, {"The character": "Jane Doe"})
            card = await world.card("PG1")
            await world.restart(kill=True)
            assert headline(await world.press_on(world.approver, card, "Approve")).startswith("Approved")
            assert player.account.links == ["PG1"]
            gone = await world.press(
                player, await world.command(player, "linkchar", sync_id="PG1", action="remove"), "Unlink"
            )
            assert "Undo" in labels(gone)
            await world.restart()
            assert headline(await world.press(player, gone, "Undo")).startswith("Undone")
            assert player.account.links == ["PG1"]
            assert "entries" in headline(await world.command(world.staff, "audit"))
            world.cad.faults.add(FaultKind.HANG, "link")
            doing = asyncio.ensure_future(world.command(world.staff, "linkchar", sync_id="PG2", member=player.member))
            await poll(lambda: not world.cad.faults.waiting)
            await world.restart(kill=True)
            kept = await doing
            await world.discord.until(lambda: "Done: link `PG2`" in text_of(kept), 40)
            assert player.account.links == ["PG1", "PG2"]
            stored = everything(url)
        assert "PG1" in stored
        for secret in (KEY, world.discord.token, keys):
            assert secret not in stored


def everything(url: str) -> str:
    """Return all rows of all tables as text."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.connect() as connection:
        ours = "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('public', 'dbos')"
        names = connection.execute(text(ours)).all()
        rows = [str(connection.execute(text(f'SELECT * FROM {one[0]}."{one[1]}"')).all()) for one in names]  # noqa: S608 - our names
    engine.dispose()
    return "\n".join(rows)
