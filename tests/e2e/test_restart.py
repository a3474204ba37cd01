"""What a restart must not take away: buttons, forms, what was learnt; and nobody is left waiting by a kill."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.e2e import wire
from tests.e2e.reading import headline
from tests.e2e.world import V1, V2, form, labels, poll, shown, text, world_of

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("kill", [False, True], ids=["stopped", "killed"])
async def test_buttons_and_forms_work_after_a_restart(tmp_path: Path, *, kill: bool) -> None:
    async with world_of(V2, tmp_path) as world:
        player = world.player()
        await world.command(player, "linkchar", sync_id="OLD1")
        asked = await world.command(player, "linkchar", sync_id="OLD1", action="remove")
        opened = await world.press(player, await world.command(player, "linkchar"), "Enter")
        await world.restart(kill=kill)
        assert headline(await world.fill(player, opened, {form(opened).fields[0].label: "OLD2"})).startswith("Linked")
        unlink = shown(asked).buttons[0].custom_id
        assert headline(await world.press(player, asked, "Unlink")).startswith("Unlinked `OLD1`")
        assert player.account.links == ["OLD2"]
        await world.restart(kill=kill)
        assert "already pressed" in headline(await world.press_id(player, asked, unlink))


@pytest.mark.parametrize("kill", [False, True], ids=["stopped", "killed"])
async def test_undo_after_a_restart(tmp_path: Path, *, kill: bool) -> None:
    async with world_of(V2, tmp_path) as world:
        player = world.player()
        await world.command(player, "linkchar", sync_id="UNDO1")
        asked = await world.command(player, "linkchar", sync_id="UNDO1", action="remove")
        gone = await world.press(player, asked, "Unlink")
        assert "Undo" in labels(gone)
        # Killed before it heard that Discord took the answer, the bot would tell the outcome in its place once more.
        await poll(lambda: not (tmp_path / "data" / "charlink.db.waiting").read_text("utf-8"))
        await world.restart(kill=kill)
        assert headline(await world.press(player, gone, "Undo")).startswith("Undone")
        assert player.account.links == ["UNDO1"]


async def test_undo_after_a_restart_leaves_what_others_changed(tmp_path: Path) -> None:
    async with world_of(V2, tmp_path) as world:
        player = world.player()
        await world.command(player, "linkchar", sync_id="UNDO2")
        gone = await world.press(
            player, await world.command(player, "linkchar", sync_id="UNDO2", action="remove"), "Unlink"
        )
        await world.restart()
        player.account.links.append("UNDO2")  # by hand, in the CAD
        assert headline(await world.press(player, gone, "Undo")).startswith("Not undone")


async def test_what_was_met_of_links_is_still_known(tmp_path: Path) -> None:
    async with world_of(V2, tmp_path) as world:
        player = world.player()
        await world.command(player, "linkchar", sync_id="MET1")
        await world.restart()
        world.forget()
        assert "MET1" in [choice.value for choice in await world.autocomplete(player, "MET")]
        assert world.calls == []
        assert headline(await world.command(player, "linkchar", sync_id="MET1")).startswith("Already linked")
        taker = world.player()
        answer = await world.command(taker, "linkchar", sync_id="MET1")
        assert "belongs to another CAD account" in headline(answer)


@pytest.mark.parametrize("config", [V1, V2], ids=["v1", "v2"])
async def test_who_waited_when_the_process_was_killed_is_told_and_it_is_done_once(
    tmp_path: Path, config: object
) -> None:
    async with world_of(config, tmp_path) as world:  # type: ignore[arg-type]  # a Config
        player = world.player()
        world.cad.faults.add("hang", "link")
        doing = asyncio.ensure_future(
            world.command(world.staff, "linkchar", sync_id="CUT1", member=player.member)
            if world.v2
            else world.command(world.staff, "linkchar", sync_id="CUT1", api_id=player.api_id)
        )
        await poll(lambda: not world.cad.faults.waiting)
        await world.restart(kill=True)
        answer = await doing
        assert headline(answer) == "Kept: the bot was restarted in the middle of this."
        assert "Reference: `" in text(answer)
        await world.discord.until(lambda: "Done: link `CUT1`" in text(answer), 40.0)
        assert player.account.links == ["CUT1"]
        assert [call.endpoint for call in world.calls].count("link") == 2


async def test_a_start_in_the_middle_of_nothing_tells_nobody(tmp_path: Path) -> None:
    async with world_of(V2, tmp_path) as world:
        player = world.player()
        answer = await world.command(player, "linkchar", sync_id="DONE1")
        before = text(answer)
        await world.restart(kill=True)
        assert text(answer) == before
        world.forget()
        await world.command(player, "linkchar", sync_id="DONE2")
        assert world.wire == [wire.v2_link("DONE2", discord=str(player.member.id))]
