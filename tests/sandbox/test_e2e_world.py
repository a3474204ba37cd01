"""What the end-to-end tests stand on: restarts, more guilds, cards, direct messages, what must always hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.world import KEY, V1, V2, labels, text, world_of
from tests.sandbox.discord_wire import WireBot

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.discord import Channel
    from tests.e2e.world import World

CARD: dict[str, Any] = {
    "content": "Pia asks for ABC12345",
    "components": [
        {"type": 1, "components": [{"type": 2, "style": 3, "label": "Approve", "custom_id": "cl1:nowhere:1:approve"}]}
    ],
}


async def post(world: World, channel: Channel, body: dict[str, Any]) -> None:
    """Let something be posted in the bot's name, as long as it posts nothing by itself."""
    async with WireBot(world.discord) as hand:
        assert (await hand.call("POST", f"/channels/{channel.id}/messages", body)).status == 200


@pytest.mark.parametrize("kill", [False, True])
async def test_a_bot_comes_back_in_its_directory(tmp_path: Path, kill: bool) -> None:  # noqa: FBT001 - a table
    async with world_of(V2, tmp_path) as world:
        player = world.player()
        asked = await world.command(player, "linkchar", sync_id="BEFORE1")
        assert text(asked).startswith("Linked")
        (tmp_path / "data").mkdir(exist_ok=True)
        (tmp_path / "data" / "kept").touch()
        first = world.bot
        await world.restart(kill=kill)
        assert not first.running
        assert world.bot is not first
        assert world.bot.running
        assert (tmp_path / "data" / "kept").exists()
        again = await world.command(player, "linkchar", sync_id="AFTER1")
        assert text(again).startswith("Linked")
        assert [call.endpoint for call in world.calls].count("link") == 2


async def test_a_card_and_a_direct_message_are_found_and_pressed(tmp_path: Path) -> None:
    async with world_of(V1, tmp_path) as world:
        pia = world.player(name="Pia")
        await post(world, world.home.approvals, CARD)
        card = await world.card("ABC12345")
        assert (world.cards(), labels(card)) == ([card], ["Approve"])
        answer = await world.press_on(world.approver, card, "Approve")  # a route that no bot has
        assert answer.ephemeral
        await post(world, world.discord.world.direct_channel(pia.member.person), CARD)
        message = await world.dm(pia, "ABC12345")
        assert world.dms(pia) == [message]
        await world.press_on(pia, message, "Approve")
        with pytest.raises(TimeoutError):
            await world.discord.until(lambda: len(world.dms(world.staff)) > 0, 0.01)


async def test_further_guilds_have_communities_of_their_own_or_share_one(tmp_path: Path) -> None:
    async with world_of(V2, tmp_path, running=False) as world:
        other = world.add_guild()
        third = world.add_guild("Davis RP", community={"id": world.cad.state.community.id})
        pia = world.player(name="Pia")
        same = other.member(pia.member.person, "player")
        pat = other.player(name="Pat")
        assert (same.guild, same.person) == (other.guild, pia.member.person)
        assert third.cad is world.cad.state is not other.cad
        assert list(other.cad.accounts) == [pat.account.uuid]
        assert other.cad.community.key.startswith(KEY)
        assert {place.owner.name for place in (world.home, other)} == {"Olivia Owner", "Paula Owner"}
        assert world.cad.community("paleto") is other.cad


async def test_the_environment_names_channels_on_request(tmp_path: Path) -> None:
    async with world_of(V1, tmp_path, running=False) as world:
        assert "APPROVAL_CHANNEL_ID" not in world.environment
        assert world.environment["APPROVER_ROLE_IDS"] == str(world.roles["approver"].id)
        world.config = V1.with_channels(approvals=True, audit=True).but(SELF_LINK="approval")
        assert world.environment["APPROVAL_CHANNEL_ID"] == str(world.home.approvals.id)
        assert world.environment["AUDIT_CHANNEL_ID"] == str(world.home.audit.id)
        world.config = V1.without_home()
        assert not {"DISCORD_GUILD_IDS", "SONORAN_API_KEY", "SONORAN_COMMUNITY_ID"} & set(world.environment)


async def test_what_always_holds_is_noticed_when_it_does_not(tmp_path: Path) -> None:
    async with world_of(V1, tmp_path, running=False) as world:
        other = world.add_guild()
        pat = other.player()
        former = other.cad.regenerate_secret(pat.account)
        for secret in (KEY, other.cad.community.key, former, pat.account.secret):
            world.check()
            await post(world, world.home.audit, {"content": f"It is {secret}"})
            with pytest.raises(AssertionError):
                world.check()
            leak = tmp_path / "charlink.db-wal"
            leak.write_text(secret, "utf-8")
            with pytest.raises(AssertionError, match=r"charlink\.db-wal"):
                world.check()
            leak.unlink()
