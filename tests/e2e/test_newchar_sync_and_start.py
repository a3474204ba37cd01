"""Creating under Database Sync, and before the template is at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.reading import assert_refused, headline, says_unchanged
from tests.e2e.world import V1, V2, form, labels, text, world_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.world import World

ON = V2.but(SONORAN_DB_SYNC="on")
OFF = V2.but(SONORAN_DB_SYNC="off")
pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("world", [ON], indirect=True)
async def test_on_creating_is_explained_and_refused(world: World) -> None:
    player = world.player()
    for who, options in ((player, {}), (world.staff, {"member": player.member})):
        answer = await world.command(who, "newchar", **options)
        assert_refused(answer, "Database Sync", "/linkchar")
        assert says_unchanged(answer)
        assert labels(answer) == []
    assert world.calls == []


@pytest.mark.parametrize("world", [ON], indirect=True)
async def test_on_an_admin_may_go_on_after_a_warning(world: World) -> None:
    player = world.player()
    asked = await world.command(world.admin, "newchar", member=player.member)
    assert "Database Sync" in text(asked)
    opened = await world.press(world.admin, asked, "Yes, create anyway")
    ready = await world.submit(world.admin, opened, First="Ann", Last="Lee")
    answer = await world.press(world.admin, ready, "Create")
    assert headline(answer).startswith("Created")
    assert len(world.calls) == 1


@pytest.mark.parametrize("world", [OFF], indirect=True)
async def test_off_creating_needs_no_question(world: World) -> None:
    player = world.player(links=["ABC1"])
    await world.command(player, "linkchar")
    opened = await world.command(player, "newchar")
    assert form(opened).fields


@pytest.mark.parametrize("world", [OFF], indirect=True)
async def test_off_linking_is_explained(world: World) -> None:
    answer = await world.command(world.player(), "linkchar", sync_id="SYNC1")
    assert_refused(answer, "Database Sync", "/newchar")
    assert world.calls == []


async def test_auto_offers_both_until_a_link_tells(tmp_path: Path) -> None:
    async with world_of(V2, tmp_path) as world:
        player = world.player()
        opened = await world.command(player, "newchar")
        ready = await world.submit(player, opened, First="Ann", Last="Lee")
        linked = await world.command(player, "linkchar", sync_id="AUTO1")
        assert headline(linked).startswith("Linked")
        answer = await world.press(player, ready, "Create")
        assert_refused(answer, "Database Sync")
        answer = await world.command(player, "newchar")
        assert_refused(answer, "Database Sync")
        assert not world.cad.state.held


async def test_a_cold_template_leads_to_a_start_button(tmp_path: Path) -> None:
    async with world_of(V2, tmp_path, running=False) as world:
        world.cad.faults.add("503", "template", calls=None)
        await world.run()
        player = world.player()
        answer = await world.command(player, "newchar")
        assert_refused(answer, "Nothing was changed")
        world.cad.faults.clear()
        world.cad.faults.add("hang", "template", seconds=0.15, applied=True)
        answer = await world.press(player, answer, "Try again")
        assert answer.deferred  # the wait is behind an acknowledgement
        opened = await world.press(player, answer, "Start")
        ready = await world.submit(player, opened, First="Ann", Last="Lee")
        created = await world.press(player, ready, "Create")
        assert headline(created).startswith("Created")


async def test_a_community_without_a_template_is_told(tmp_path: Path) -> None:
    async with world_of(V1, tmp_path, running=False) as world:
        world.cad.state.templates.clear()
        await world.run()
        answer = await world.command(world.staff, "newchar", api_id=world.player().api_id)
        assert_refused(answer, "Nothing was changed")
