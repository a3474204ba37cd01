"""Discord fails before it took an answer or after it: what was asked for is done once, and answered once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from sandbox.discord.rest import Fault
from tests.e2e.reading import headline
from tests.e2e.world import V2, form, poll, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.discord import Exchange
    from tests.e2e.world import Player, World

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.parametrize("world", [V2.but()], ids=["v2"], indirect=True),
]

CALLBACK, EDIT = ("POST", "/callback"), ("PATCH", "/messages/@original")
TAKEN, UNKNOWN, UNKNOWN_CHANNEL = 40060, 10062, 10003
BROKEN = [503, 500, 0]  # 0: the connection breaks
WHEN = pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])


@pytest.fixture(autouse=True)
def _faultless(world: World) -> Iterator[None]:
    """After every test: no fault is left, and Discord refused nothing but what the faults explain."""
    world.forget()
    world.discord.refusals.clear()
    yield
    world.discord.heal()
    assert {refusal.code for refusal in world.discord.refusals} <= {TAKEN}
    world.discord.refusals.clear()
    world.check()


def fail(world: World, at: tuple[str, str], status: int, *, times: int = 1, **more: object) -> Fault:
    """Let the next calls of a kind fail."""
    fault = Fault(*at, status, times=times, **more)  # type: ignore[arg-type]  # names checked by Fault itself
    world.discord.fail(fault)
    return fault


def own(player: Player) -> str:
    """Return the one sync ID that a player is about."""
    return f"OWN{player.member.id}"


def linked(world: World, player: Player) -> int:
    """Return how often a link was set in the CAD."""
    return sum(change.startswith("linked") and player.account.username in change for change in world.cad.ledger.changes)


def edits(exchange: Exchange) -> list[str]:
    """Return the headlines of an answer, in order, without the "thinking"."""
    return [state.content for state in exchange.history if not state.thinking]


class TestFirstResponse:
    @WHEN
    @pytest.mark.parametrize("status", BROKEN)
    async def test_a_command(self, world: World, status: int, *, applied: bool) -> None:
        fault = fail(world, CALLBACK, status, applied=applied)
        player = world.player()
        answer = await world.command(player, "linkchar", sync_id=own(player))
        assert headline(answer).startswith("Linked")
        assert fault.times == 0
        assert linked(world, player) == 1
        assert len(edits(answer)) == 1
        assert answer.followups == []

    @WHEN
    @pytest.mark.parametrize("status", BROKEN)
    async def test_a_form(self, world: World, status: int, *, applied: bool) -> None:
        player = world.player()
        listed = await world.command(player, "linkchar")
        fail(world, CALLBACK, status, applied=applied)
        opened = await world.press(player, listed, "Enter")
        assert len(form(opened).fields) == 1

    @WHEN
    @pytest.mark.parametrize("status", BROKEN)
    async def test_an_answer_at_once(self, world: World, status: int, *, applied: bool) -> None:
        fail(world, CALLBACK, status, applied=applied)
        refused = await world.command(world.member("Nobody"), "linkchar", sync_id="NO1")
        assert len(edits(refused)) == 1
        assert refused.followups == []

    @WHEN
    @pytest.mark.parametrize("status", BROKEN)
    async def test_a_press(self, world: World, status: int, *, applied: bool) -> None:
        player = world.player()
        world.cad.state.link(player.account, own(player))
        asked = await world.command(player, "linkchar", sync_id=own(player), action="remove")
        fail(world, CALLBACK, status, applied=applied)
        gone = await world.press(player, asked, "Unlink")
        assert headline(gone).startswith("Unlinked")
        assert gone.followups == []
        assert player.account.links == []

    async def test_a_limit_is_waited_for(self, world: World) -> None:
        fail(world, CALLBACK, 429, retry_after=0.7)
        player = world.player()
        answer = await world.command(player, "linkchar", sync_id=own(player))
        assert headline(answer).startswith("Linked")
        assert answer.acknowledged_after is not None
        assert 0.7 <= answer.acknowledged_after < 3

    async def test_one_that_hangs_is_given_again(self, world: World) -> None:
        fail(world, CALLBACK, 0, delay=2.0, applied=True)
        player = world.player()
        answer = await world.command(player, "linkchar", sync_id=own(player))
        assert headline(answer).startswith("Linked")
        assert linked(world, player) == 1
        await asyncio.sleep(1.0)  # the first try arrives, and is refused
        assert len(edits(answer)) == 1

    async def test_one_that_comes_too_late_does_nothing(self, world: World) -> None:
        fail(world, CALLBACK, 503, times=50)
        player = world.player()
        exchange = await world.discord.command(player.member, "linkchar", {"sync_id": own(player)})
        await asyncio.sleep(3.2)
        assert exchange.interaction.response is None
        assert world.calls == []
        world.discord.heal()
        assert headline(await world.command(player, "linkchar", sync_id=own(player))).startswith("Linked")

    async def test_an_unknown_interaction_does_nothing(self, world: World) -> None:
        fail(world, CALLBACK, 404, code=UNKNOWN)
        player = world.player()
        exchange = await world.discord.command(player.member, "linkchar", {"sync_id": own(player)})
        await asyncio.sleep(0.5)
        assert exchange.interaction.response is None
        assert world.calls == []

    async def test_another_process_that_answered_is_left_alone(self, world: World) -> None:
        fail(world, CALLBACK, 400, code=TAKEN, applied=True)
        player = world.player()
        exchange = await world.discord.command(player.member, "linkchar", {"sync_id": own(player)})
        await asyncio.sleep(0.5)
        assert exchange.history[-1].thinking
        assert world.calls == []


class TestTheAnswer:
    @WHEN
    @pytest.mark.parametrize("status", BROKEN)
    async def test_an_edit_that_fails_a_while_comes_in_the_end(
        self, world: World, status: int, *, applied: bool
    ) -> None:
        fault = fail(world, EDIT, status, times=5, applied=applied)
        player = world.player()
        answer = await world.command(player, "linkchar", sync_id=own(player))
        await world.discord.until(lambda: fault.times == 0)
        assert headline(answer).startswith("Linked")
        assert set(edits(answer)) == {edits(answer)[0]}
        assert linked(world, player) == 1

    async def test_a_limit_is_waited_for(self, world: World) -> None:
        fail(world, EDIT, 429, retry_after=0.5)
        player = world.player()
        answer = await world.command(player, "linkchar", sync_id=own(player))
        assert headline(answer).startswith("Linked")
        assert len(edits(answer)) == 1


class TestNoPlaceForTheAnswer:
    """The message is gone, or the token is no good: the outcome is told by a DM, else in the channel."""

    @pytest.mark.parametrize(("status", "code"), [(404, 10008), (404, 10015), (401, 50027)])
    async def test_by_dm(self, world: World, status: int, code: int) -> None:
        fail(world, EDIT, status, code=code, times=9)
        player = world.player()
        await world.discord.command(player.member, "linkchar", {"sync_id": own(player)})
        told = await world.dm(player, "Done", own(player))
        await asyncio.sleep(0.3)
        assert world.dms(player) == [told]
        assert linked(world, player) == 1

    @WHEN
    @pytest.mark.parametrize("status", BROKEN)
    async def test_a_dm_that_fails_comes_once(self, world: World, status: int, *, applied: bool) -> None:
        fail(world, EDIT, 404, code=10015, times=9)
        fail(world, ("POST", "/channels/"), status, applied=applied)
        player = world.player()
        await world.discord.command(player.member, "linkchar", {"sync_id": own(player)})
        await world.dm(player, "Done", own(player))
        await asyncio.sleep(1.5)
        assert len(world.dms(player)) == 1

    async def test_closed_dms_lead_to_the_channel(self, world: World) -> None:
        fail(world, EDIT, 404, code=10015, times=9)
        player = world.player()
        player.member.person.dms_open = False
        await world.discord.command(player.member, "linkchar", {"sync_id": own(player)})
        general = next(iter(world.guild.channels.values()))
        hint = await world.card(f"<@{player.member.id}>", channel=general)
        assert own(player) not in hint.text
        world.discord.heal()
        world.discord.refusals.clear()  # of the DM
        read = await world.press_on(player, hint, "Read")
        assert own(player) in text(read)

    async def test_no_place_at_all_is_tried_again(self, world: World) -> None:
        fail(world, EDIT, 404, code=10015, times=9)
        player = world.player()
        player.member.person.dms_open = False
        gone = world.guild.add_channel("gone")
        world.cad.faults.add("hang", "link", seconds=0.3, applied=True)
        await world.discord.command(player.member, "linkchar", {"sync_id": own(player)}, channel=gone)
        await poll(lambda: bool(player.account.links))
        world.guild.remove_channel(gone)
        await poll(lambda: any(refusal.code == UNKNOWN_CHANNEL for refusal in world.discord.refusals))
        player.member.person.dms_open = True
        await world.dm(player, "Done", own(player))
        world.discord.refusals.clear()


class TestTheGateway:
    async def test_an_event_that_comes_twice_is_one(self, world: World) -> None:
        player = world.player()
        answer = await world.command(player, "linkchar", sync_id="TWICE1")
        await world.discord.gateway.replay()
        world.cad.state.link(player.account, "TWICE2")
        asked = await world.command(player, "linkchar", sync_id="TWICE2", action="remove")
        gone = await world.press(player, asked, "Unlink")
        await world.discord.gateway.replay(3)
        await asyncio.sleep(0.3)
        assert [call.endpoint for call in world.calls].count("link") == 1
        assert [call.endpoint for call in world.calls].count("unlink") == 1
        assert len(edits(answer)) == 1
        assert gone.followups == []
        assert world.discord.refusals == []

    async def test_a_connection_lost_in_the_middle_loses_nothing(self, world: World) -> None:
        player = world.player()
        resumed = world.discord.gateway.resumed
        world.cad.faults.add("hang", "link", seconds=0.5, applied=True)
        doing = asyncio.ensure_future(world.command(player, "linkchar", sync_id=own(player)))
        await asyncio.sleep(0.2)
        world.discord.gateway.drop()
        assert headline(await doing).startswith("Linked")
        await world.discord.until(lambda: world.discord.gateway.resumed > resumed, 15)
        await world.discord.gateway.replay(2)
        await asyncio.sleep(0.2)
        assert linked(world, player) == 1

    async def test_a_session_that_is_not_valid_any_more_begins_anew(self, world: World) -> None:
        player = world.player()
        before = world.discord.gateway.identified
        await world.discord.gateway.invalidate()
        await world.discord.until(lambda: world.discord.gateway.identified > before, 20)
        assert headline(await world.command(player, "linkchar", sync_id=own(player))).startswith("Linked")
