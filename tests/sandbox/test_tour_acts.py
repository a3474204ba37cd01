"""What scenes are made of: reading channels and direct messages, selects, the menu on a member, and a bot that dies."""

from __future__ import annotations

import asyncio
import io
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.discord import NotAllowed
from sandbox.tour import BLAINE, PALETO, Town
from sandbox.tour.closing import closing_promises
from sandbox.tour.company import Company
from sandbox.tour.stage import Stage, scene
from sandbox.tour.transcript import Transcript, make_console
from tests.sandbox.discord_wire import WireBot
from tests.sandbox.test_tour import play

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from sandbox.discord import Channel

EPHEMERAL = 64


class Hand:
    """A bot of bare requests in a town, whose every answer a test says."""

    def __init__(self, stage: Stage, wire: WireBot, printed: io.StringIO) -> None:
        self.stage = stage
        self.wire = wire
        self._printed = printed

    @property
    def told(self) -> str:
        return self._printed.getvalue()

    async def posts(self, channel: Channel) -> None:
        chosen = [{"id": str(self.stage.town.staff_role.id), "type": "role"}]
        select = {"type": 6, "custom_id": "roles", "placeholder": "Staff roles", "max_values": 2}
        rows = [
            {"type": 1, "components": [{**select, "default_values": chosen}]},
            {"type": 1, "components": [{"type": 2, "style": 3, "label": "Approve", "custom_id": "approve"}]},
        ]
        body = {"content": f"Request of <@{self.stage.pia.id}>", "components": rows}
        assert (await self.wire.call("POST", f"/channels/{channel.id}/messages", body)).status == 200

    async def answers(self, content: str, kind: int = 4) -> dict[str, Any]:
        """Answer the next interaction: with a message for one person (4), or by changing what was pressed (7)."""
        got: dict[str, Any] = (await self.wire.event())["d"]
        data = {"content": content, "flags": EPHEMERAL} if kind == 4 else {"content": content, "components": []}
        assert (await self.wire.respond(got, kind, data)).status == 200
        return got


@asynccontextmanager
async def acting(directory: Path) -> AsyncIterator[Hand]:
    company = Company(replace(PALETO, approvals=True), directory)
    printed = io.StringIO()
    stage = Stage(company, Transcript(make_console(printed, plain=True), plain=True))
    async with company.town:
        await company.town.start()
        async with WireBot(company.town.discord) as wire:
            await wire.ready()
            yield Hand(stage, wire, printed)
        broken = [promise.name for promise in closing_promises([company]) if not promise.kept]
        assert [name for name in broken if "SIGTERM" not in name and "0 of 0" not in name] == []


async def test_a_card_in_a_channel_is_read_pressed_and_changed(tmp_path: Path) -> None:
    async with acting(tmp_path) as hand:
        stage = hand.stage
        channel = stage.town.approvals
        await hand.posts(channel)
        card = await stage.looks(stage.ava, channel, "Request of @Pia")
        assert (card.buttons, card.selects, card.foot) == (["Approve"], ["Staff roles"], "")
        with pytest.raises(NotAllowed, match="does not see #approvals"):
            stage.seen(stage.pia, channel)
        decided, _ = await asyncio.gather(stage.presses(stage.ava, card, "Approve"), hand.answers("Approved", 7))
        stage.reads(decided, "Approved")
        assert stage.seen(stage.ben, channel) == ["Approved"]
        stage.deletes(stage.olivia, decided)
        assert stage.seen(stage.ava, channel) == []
        assert all(promise.kept for promise in stage.promises)
        assert "Ava (Approver) looks into #approvals\n  Charlink, everybody in #approvals sees this:\n" in hand.told
        assert "    Request of @Pia\n    [ Staff roles: @Staff ▾ ]\n    [ Approve ]\n" in hand.told
        assert "Ava (Approver) presses [ Approve ]" in hand.told
        assert "Olivia (owner) deletes the message" in hand.told


async def test_what_only_one_person_sees_is_told_as_such(tmp_path: Path) -> None:
    async with acting(tmp_path) as hand:
        stage = hand.stage
        await hand.posts(stage.town.approvals)
        card = await stage.looks(stage.ava, stage.town.approvals)
        answer, got = await asyncio.gather(stage.presses(stage.ava, card, "Approve"), hand.answers("Not yet"))
        assert got["message"]["content"] == card.message.content if card.message else ""
        assert answer.title == "Charlink, only Ava sees this"
        assert stage.seen(stage.ben, stage.town.approvals) == ["Request of @Pia"]
        about, got = await asyncio.gather(
            stage.right_clicks(stage.sam, stage.pia, "CAD characters"), hand.answers("None yet")
        )
        assert (about.text, got["data"]["target_id"]) == ("None yet", str(stage.pia.id))
        assert "Sam (Staff) right-clicks @Pia and picks “CAD characters”" in hand.told
        stage.in_time()
        assert all(promise.kept for promise in stage.promises)


async def test_roles_and_channels_are_chosen(tmp_path: Path) -> None:
    async with acting(tmp_path) as hand:
        stage, town = hand.stage, hand.stage.town
        await hand.posts(town.approvals)
        card = await stage.looks(stage.ava, town.approvals)
        roles = (town.staff_role, town.guild.everyone)
        _, got = await asyncio.gather(
            stage.chooses(stage.ava, card, "Staff", *roles), hand.answers("@everyone cannot be staff")
        )
        assert got["data"]["values"] == [str(role.id) for role in roles]
        assert "Ava (Approver) chooses @Staff, @everyone in [ Staff ]" in hand.told
        with pytest.raises(NotAllowed, match="does not see #approvals"):
            await stage.chooses(stage.pia, card, "Staff", town.staff_role)
        _, got = await asyncio.gather(
            stage.chooses(stage.pia, card, "Staff", town.staff_role, forged=True), hand.answers("Refused")
        )
        assert got["member"]["user"]["id"] == str(stage.pia.id)
        assert "Pia (Player) forges a choice of @Staff in [ Staff ]" in hand.told


async def test_direct_messages_are_read_pressed_and_switched_off(tmp_path: Path) -> None:
    async with acting(tmp_path) as hand:
        stage, town = hand.stage, hand.stage.town
        assert stage.mail(stage.pia) == []
        direct = town.discord.world.direct_channel(stage.pia.person)
        await hand.posts(direct)
        mail = await stage.reads_mail(stage.pia, "Request")
        await asyncio.gather(stage.presses(stage.pia, mail, "Approve"), hand.answers("Seen", 7))
        assert stage.mail(stage.pia) == ["Seen"]
        assert "  Charlink, in a direct message to Pia:\n    Request of @Pia" in hand.told
        path = f"/channels/{direct.id}/messages"
        stage.closes_mail(stage.pia)
        assert (await hand.wire.call("POST", path, {"content": "x"})).refusal == (403, 50007)
        stage.opens_mail(stage.pia)
        assert (await hand.wire.call("POST", path, {"content": "x"})).status == 200
        town.discord.refusals.clear()
        assert "Pia (Player) switches direct messages off" in hand.told


async def test_who_leaves_can_return(tmp_path: Path) -> None:
    async with acting(tmp_path) as hand:
        stage = hand.stage
        stage.leaves(stage.pia)
        with pytest.raises(NotAllowed, match="has left"):
            await stage.types(stage.pia, "link", sync_id="A")
        stage.returns(stage.pia, stage.town.player_role)
        answer, got = await asyncio.gather(stage.types(stage.pia, "link", sync_id="A"), hand.answers("Hello again"))
        assert (answer.text, got["member"]["roles"]) == ("Hello again", [str(stage.town.player_role.id)])


@scene(PALETO, "A crash", "A link that the CAD never answered, and the bot on the same files.")
async def crash(stage: Stage) -> None:
    (stage.company.disk._directory / "kept").touch()
    stage.town.cad.faults.add("hang", "link")
    await stage.begins(stage.pia, "linkchar", sync_id="SLOW0001")
    await stage.cad_gets("link")
    await stage.kills_bot()
    stage.same("the bot is gone", "running" if stage.company.bot.running else "gone", "gone")
    await stage.starts_bot()
    kept = [path.name for path in stage.company.disk._directory.glob("kept")]
    stage.same("its files are there", kept, ["kept"])
    stage.asked("link", name="what a start asks is not counted")


@scene(PALETO, "An update", "The bot stops in order, and starts again.")
async def update(stage: Stage) -> None:
    await stage.stops_bot()
    await stage.starts_bot()
    stage.reads(await stage.types(stage.pia, "linkchar"), "No character is linked yet")


async def test_a_bot_is_killed_and_restarted_within_scenes() -> None:
    code, told = await play([crash, update])
    assert "BROKEN" not in told
    assert code == 0
    assert "The bot is killed (SIGKILL)" in told
    assert told.count("The bot is up again, on the same files.") == 2
    assert "every bot stopped on SIGTERM with exit code 0" in told


@scene(PALETO, "Gone for good", "A bot that dies after its restart ends the tour.")
async def dies_later(stage: Stage) -> None:
    await stage.kills_bot()
    await stage.starts_bot()
    assert stage.company.bot._process is not None
    stage.company.bot._process.kill()
    await asyncio.Event().wait()


async def test_a_bot_that_dies_after_a_restart_is_noticed() -> None:
    code, told = await play([dies_later])
    assert code == 1
    assert "ended by itself with exit code -9" in told


async def test_what_the_environment_says_of_a_town(tmp_path: Path) -> None:
    async with acting(tmp_path) as hand:
        town = hand.stage.town
        asking = town.environment()
        assert asking["SELF_LINK"] == "approval"
        assert asking["APPROVAL_CHANNEL_ID"] == str(town.approvals.id)
        assert asking["AUDIT_CHANNEL_ID"] == str(town.audit.id)
        assert asking["APPROVER_ROLE_IDS"] == str(town.approver_role.id)
    async with Town(replace(BLAINE, home=False, settings={})) as unknown:
        await unknown.start()
        told = unknown.environment()
        assert set(told) & {"DISCORD_GUILD_IDS", "SONORAN_API_KEY", "SONORAN_COMMUNITY_ID", "STAFF_ROLE_IDS"} == set()
        assert unknown.cad.state.community.key not in told.values()
        assert [unknown.title(who) for who in (unknown.olivia, unknown.ava, unknown.ben, unknown.otto)] == [
            "Olivia (owner)",
            "Ava (Approver)",
            "Ben (Staff)",
            "Otto (no role)",
        ]
