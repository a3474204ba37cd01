"""Who gets in, at the command and again at every button and form; and what a forged or old one gets."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import discord
import pytest
from discord import app_commands

from bot.ui.reply import PREFIX
from tests.cogs.stage import Answer, Stage

if TYPE_CHECKING:
    from sandbox.cad.state import Account

EXPIRED = "This button has expired."
UNKNOWN = "This button is not known any more."


async def test_a_stranger_is_told_which_role_opens_it(stage: Stage) -> None:
    answer = await stage.slash(stage.member("Stranger"), "linkchar", sync_id="ABC")
    assert answer.headline == "Refused: you need a player role."
    assert f"<@&{stage.roles['player'].id}>" in answer.text
    assert answer.result.ephemeral
    assert stage.town.asked == []


@pytest.mark.parametrize("command", ["linkchar", "newchar"])
async def test_a_blocked_role_wins(stage: Stage, command: str) -> None:
    answer = await stage.slash(stage.member("Otto", "player", "staff", "admin", "blocked"), command)
    assert answer.headline == "Refused: one of your roles is blocked from using this bot."


@pytest.mark.parametrize("command", ["linkchar", "newchar"])
async def test_players_act_for_themselves_only(stage: Stage, pia: Any, command: str) -> None:
    otto = stage.member("Otto", "player")
    answer = await stage.slash(pia, command, member=otto)
    assert answer.headline == "Refused: only staff can do that."
    assert stage.town.asked == []


@pytest.mark.usefixtures("hers")
async def test_naming_oneself_is_no_use_of_another(stage: Stage, pia: Any) -> None:
    assert (await stage.slash(pia, "linkchar", sync_id="ABC", member=pia)).headline == "Linked `ABC`."


async def test_server_administrators_get_no_access_by_that(stage: Stage) -> None:
    role = stage.guild.create_role("Owner", permissions=discord.Permissions(administrator=True, manage_guild=True))
    boss = stage.guild.add_member(stage.env.create_user("Boss"), roles=[role])
    assert (await stage.slash(boss, "linkchar", sync_id="ABC")).headline.startswith("Refused")


async def test_a_guild_that_nobody_set_up(stage: Stage, pia: Any) -> None:
    stage.guilds._guilds.clear()
    assert (await stage.slash(pia, "linkchar", sync_id="ABC")).headline == "This server is not set up."
    assert await stage.choices(pia, "A") == [("You may not use this here", "/")]


async def test_a_policy_of_another_guild_opens_nothing(stage: Stage, pia: Any) -> None:
    stage.guilds._guilds[stage.guild.id] = replace(stage.guilds._guilds[stage.guild.id], id=1)
    assert (await stage.slash(pia, "linkchar", sync_id="ABC")).headline == "Refused: this belongs to another server."


async def test_a_command_without_an_action_is_refused(stage: Stage, staff: Any) -> None:
    ran = []

    @app_commands.command(name="stray", description="Declares no action")
    async def stray(interaction: discord.Interaction) -> None:
        ran.append(interaction)

    stage.add_command(stray)
    await stage.bot.tree.sync()
    answer = await stage.slash(staff, "stray")
    assert answer.headline == "Refused: this command declares no access rule."
    assert ran == []


class TestButtons:
    async def asked(self, stage: Stage, pia: Any, hers: Account) -> Answer:
        """Return the question whether to unlink."""
        hers.links.append("ABC")
        return await stage.slash(pia, "linkchar", sync_id="ABC", action="remove")

    async def test_look_at_the_roles_again(self, stage: Stage, pia: Any, hers: Account) -> None:
        asked = await self.asked(stage, pia, hers)
        stage.set_policy(replace(stage.policy, players=frozenset({stage.roles["admin"].id})))
        answer = await stage.press(pia, asked, "Unlink")
        assert answer.headline == "Refused: you need a player role."
        assert hers.links == ["ABC"]

    async def test_look_at_the_blocked_again(self, stage: Stage, pia: Any, hers: Account) -> None:
        asked = await self.asked(stage, pia, hers)
        stage.set_policy(replace(stage.policy, blocked=frozenset({stage.roles["player"].id})))
        answer = await stage.press(pia, asked, "Unlink")
        assert answer.headline.startswith("Refused: one of your roles is blocked")
        assert hers.links == ["ABC"]

    async def test_expire(self, stage: Stage, pia: Any, hers: Account) -> None:
        asked = await self.asked(stage, pia, hers)
        stage.town.clock.now += 15 * 60
        assert (await stage.press(pia, asked, "Unlink")).headline == EXPIRED
        assert hers.links == ["ABC"]

    async def test_belong_to_who_got_them(self, stage: Stage, pia: Any, hers: Account) -> None:
        asked = await self.asked(stage, pia, hers)
        otto = stage.member("Otto", "player", "staff")
        answer = await stage.forge(otto, asked, stage.custom_id(asked, "Unlink"))
        assert answer.headline == "This button belongs to somebody else."
        assert hers.links == ["ABC"]
        assert asked.headline == "Unlink `ABC`?", "the message of the other stays as it is"
        assert (await stage.press(pia, asked, "Unlink")).headline == "Unlinked `ABC`."

    async def test_are_good_for_one_press(self, stage: Stage, pia: Any, hers: Account) -> None:
        asked = await self.asked(stage, pia, hers)
        unlink = stage.custom_id(asked, "Unlink")
        gone = await stage.press(pia, asked, "Unlink")
        hers.links.append("ABC")
        assert (await stage.forge(pia, gone, unlink)).headline == "This button was already pressed."
        assert hers.links == ["ABC"]

    @pytest.mark.parametrize(
        ("custom_id", "headline"),
        [
            ("", UNKNOWN),
            ("foreign", UNKNOWN),
            ("cl0:link:t1:", UNKNOWN),
            (f"{PREFIX}:nowhere:t1:", UNKNOWN),
            (f"{PREFIX}:link:forged:", EXPIRED),
            (f"{PREFIX}:link", EXPIRED),
        ],
    )
    async def test_forged_ones_get_a_polite_answer(
        self, stage: Stage, pia: Any, hers: Account, custom_id: str, headline: str
    ) -> None:
        asked = await self.asked(stage, pia, hers)
        answer = await stage.forge(pia, asked, custom_id)
        assert answer.headline == headline
        assert hers.links == ["ABC"]

    async def test_a_ticket_leads_only_where_it_was_made_for(self, stage: Stage, pia: Any, hers: Account) -> None:
        asked = await self.asked(stage, pia, hers)
        ticket = stage.custom_id(asked, "Unlink").split(":")[2]
        for route in ("draft", "create", "start", "record", "page"):
            assert (await stage.forge(pia, asked, f"{PREFIX}:{route}:{ticket}:create")).headline == EXPIRED
        assert hers.links == ["ABC"]

    async def test_a_page_that_is_no_number(self, stage: Stage, pia: Any) -> None:
        start = await stage.slash(pia, "newchar")
        form = await stage.press(pia, start, "Start")
        first = form.field("First")["custom_id"]
        draft = Answer(await pia.submit_modal(form.result, {first: "Jane"}))
        custom_id = stage.custom_id(draft, "Cancel").removesuffix("cancel")
        for forged in ("edit-x", "edit--1", "edit-", "edit-²"):
            assert (await stage.forge(pia, draft, custom_id + forged)).headline == UNKNOWN
        assert "Jane" in (await stage.forge(pia, draft, custom_id + "elsewhere")).text


class TestForms:
    async def test_look_at_the_roles_again(self, stage: Stage, pia: Any, hers: Account) -> None:
        listed = await stage.slash(pia, "linkchar")
        form = await stage.press(pia, listed, "Enter a sync ID")
        stage.set_policy(replace(stage.policy, players=frozenset()))
        answer = await stage.submit(pia, form, Sync_ID="ABC")
        assert answer.headline == "Refused: no player role is set up in this server."
        assert hers.links == []

    async def test_that_come_late_are_answered(self, stage: Stage, pia: Any, hers: Account) -> None:
        listed = await stage.slash(pia, "linkchar")
        form = await stage.press(pia, listed, "Enter a sync ID")
        stage.town.clock.now += 16 * 60
        assert (await stage.submit(pia, form, Sync_ID="ABC")).headline == EXPIRED
        assert hers.links == []


@pytest.mark.usefixtures("hers")
async def test_every_interaction_is_counted_without_names(stage: Stage, pia: Any) -> None:
    await stage.slash(pia, "linkchar", sync_id="ABC")
    await stage.slash(pia, "linkchar", sync_id="../x")
    value = stage.metrics.registry.get_sample_value
    assert value("charlink_interactions_total", {"name": "link", "outcome": "InvalidInput"}) == 1
    assert value("charlink_interactions_total", {"name": "link", "outcome": "ok"}) == 1


async def test_the_first_response_is_timed(stage: Stage, pia: Any) -> None:
    await stage.slash(pia, "linkchar", sync_id="ABC")
    assert stage.metrics.registry.get_sample_value("charlink_first_response_seconds_count") == 1
