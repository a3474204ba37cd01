"""`/setup`, every step beside the connection: what is chosen is stored at once, and what can't be right is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
import pytest

from bot.domain.frameworks import Framework
from bot.errors import CadErrorKind
from bot.settings import DbSync, PlayerAction, SelfLink
from tests.cogs.owner import Owner, closed

if TYPE_CHECKING:
    from tests.cogs.stage import Stage


@pytest.fixture
def owner(stage: Stage) -> Owner:
    return Owner(stage)


async def test_next_leads_through_every_step_and_skipped_ones_are_named(owner: Owner) -> None:
    page = await owner.open("CAD connection")
    for name in ("Game framework", "Roles", "Channels", "Rules for players"):
        page = await owner.press(page, "Skip")
        assert name in page.headline
    assert "Rules for players**: skipped" in (await owner.press(await owner.press(page, "Skip"), "Overview")).text
    page = await owner.open("Rules for players")
    for name in ("Dry run", "Panel"):
        page = await owner.press(page, "Next")
        assert name in page.headline
    overview = await owner.press(page, "Finish")
    assert "CAD connection**: skipped" in overview.text
    assert "Rules for players**: done" in overview.text, "somebody looked at what holds by default"
    assert "Dry run**: skipped" in overview.text, "going past it is no dry run"


async def test_it_goes_on_where_it_was_left(owner: Owner) -> None:
    await owner.connect()
    await owner.choose(await owner.open("Game framework"), "The game framework", "qbcore")
    answer = await owner.setup()
    assert answer.headline == "Setting up: 2 of 7 steps are done."
    assert "Continue: Roles" in answer.buttons


class TestFramework:
    async def test_is_stored_and_explained(self, owner: Owner) -> None:
        page = await owner.choose(await owner.open("Game framework"), "The game framework", "qbcore")
        assert page.headline == "Saved: game framework."
        assert "Citizen ID" in page.text
        assert "citizenid" in page.text
        assert owner.config.framework is Framework.QBCORE
        (entry,) = await owner.noted()
        assert (entry["subject"], entry["before"], entry["after"]) == (
            "framework",
            {"framework": None},
            {"framework": "qbcore"},
        )

    async def test_database_sync_too(self, owner: Owner) -> None:
        page = await owner.choose(await owner.open("Game framework"), "Database Sync", "off")
        assert page.headline == "Saved: Database Sync."
        assert owner.config.db_sync is DbSync.OFF

    @pytest.mark.parametrize("menu", ["framework", "sync", "selflink", "may"])
    async def test_a_choice_that_there_is_not_is_refused(self, owner: Owner, menu: str) -> None:
        page = await owner.open("Game framework")
        answer = await owner.forge(page, menu, component_type=3, values=["made-up"])
        assert answer.headline == "Not saved: that choice is not known."
        assert await owner.noted() == []


class TestRoles:
    async def test_are_stored_and_say_what_the_reader_becomes(self, owner: Owner, stage: Stage) -> None:
        page = await owner.open("Roles")
        assert "may **not** use" in page.text
        page = await owner.choose(page, "Staff roles", stage.roles["staff"])
        assert page.headline == "Saved: staff roles."
        assert owner.config.staff == {stage.roles["staff"].id}
        await owner.choose(page, "Player roles", stage.roles["player"])
        page = await owner.choose(await owner.open("Roles"), "Approver roles", owner.managers)
        assert "may decide requests" in page.text
        assert owner.guild.policy.players == frozenset({stage.roles["player"].id})

    async def test_an_empty_menu_opens_nothing(self, owner: Owner, stage: Stage) -> None:
        page = await owner.choose(await owner.open("Roles"), "Staff roles", stage.roles["staff"])
        await owner.choose(page, "Staff roles")
        assert owner.config.staff == frozenset()

    async def test_everyone_may_be_a_player(self, owner: Owner) -> None:
        page = await owner.press(await owner.open("Roles"), "Everyone is a player")
        assert owner.config.players == "everyone"
        assert "as a **player**" in page.text or "count as a **player**" in page.text
        assert "Everyone is a player" not in page.buttons

    async def test_everyone_among_the_players_means_everyone(self, owner: Owner, stage: Stage) -> None:
        await owner.choose(await owner.open("Roles"), "Player roles", stage.guild.default_role)
        assert owner.config.players == "everyone"

    async def test_admins_and_blocked_roles_have_a_page(self, owner: Owner, stage: Stage) -> None:
        page = await owner.press(await owner.open("Roles"), "Admins and blocked roles")
        page = await owner.choose(page, "Admin roles", stage.roles["admin"])
        page = await owner.choose(page, "Blocked roles", stage.roles["blocked"])
        assert page.headline == "Saved: blocked roles."
        assert (owner.config.admins, owner.config.blocked) == (
            frozenset({stage.roles["admin"].id}),
            frozenset({stage.roles["blocked"].id}),
        )
        assert (await owner.press(page, "Back to staff and players")).headline.endswith("Roles")

    @pytest.mark.parametrize("menu", ["Staff roles", "Approver roles"])
    async def test_everyone_is_nobodys_staff(self, owner: Owner, stage: Stage, menu: str) -> None:
        answer = await owner.choose(await owner.open("Roles"), menu, stage.guild.default_role)
        assert answer.headline == "Not saved: @everyone can't be staff, approver or admin."
        assert owner.config.staff == owner.config.approvers == frozenset()
        back = await owner.press(answer, "Back to this step")
        assert back.headline == "Step 3 of 7: Roles"

    async def test_blocking_everyone_is_refused(self, owner: Owner, stage: Stage) -> None:
        page = await owner.press(await owner.open("Roles"), "Admins and blocked roles")
        answer = await owner.choose(page, "Blocked roles", stage.guild.default_role)
        assert answer.headline == "Not saved: blocking @everyone would block everybody."

    @pytest.mark.parametrize("how", [{"managed": True}, {"tags": {"guild_connections": None}}])
    async def test_a_managed_or_linked_role_is_refused(self, owner: Owner, how: dict[str, Any]) -> None:
        page = await owner.open("Roles")
        described = {"roles": {"77": {"id": "77", "name": "Booster", "managed": False, **how}}}
        answer = await owner.forge(page, "roles-staff", component_type=6, values=["77"], resolved=described)
        assert answer.headline == "Not saved: nobody is given the role Booster by people."
        assert owner.config.staff == frozenset()


class TestChannels:
    async def test_are_stored_where_the_bot_may_write(self, owner: Owner, stage: Stage) -> None:
        channel = stage.guild.create_text_channel("requests")
        page = await owner.choose(await owner.open("Channels"), "Channel for requests", channel)
        assert page.headline == "Saved: channel for requests."
        assert owner.config.approval_channel == channel.id
        page = await owner.choose(page, "Channel for audit", channel)
        assert owner.config.audit_channel == channel.id
        await owner.choose(page, "Channel for audit")
        assert owner.config.audit_channel is None

    async def test_what_is_missing_is_named(self, owner: Owner, stage: Stage) -> None:
        channel = closed(stage, send_messages=False)
        answer = await owner.choose(await owner.open("Channels"), "Channel for requests", channel)
        assert answer.headline.startswith("Not saved: the bot may not write in")
        assert "Send Messages." in answer.text
        assert "View Channel" not in answer.text
        assert owner.config.approval_channel is None

    async def test_what_came_with_the_choice_needs_no_question(self, owner: Owner) -> None:
        page = await owner.open("Channels")
        channel = {"id": "88", "name": "x", "type": 0, "app_permissions": "0"}
        data = {"component_type": 8, "values": ["88"], "resolved": {"channels": {"88": channel}}}
        answer = await owner.forge(page, "channel-audit_channel", **data)
        assert "View Channel. Send Messages. Embed Links." in answer.text
        channel["type"] = 2
        channel["app_permissions"] = str(discord.Permissions.all().value)
        answer = await owner.forge(await owner.open("Channels"), "channel-audit_channel", **data)
        assert "is no text channel" in answer.headline

    async def test_a_channel_that_is_not_there_is_refused(self, owner: Owner) -> None:
        page = await owner.open("Channels")
        answer = await owner.forge(page, "channel-audit_channel", component_type=8, values=["99"])
        assert answer.headline == "Not saved: the bot can't see that channel."


class TestPolicy:
    async def test_how_players_link_themselves(self, owner: Owner) -> None:
        page = await owner.open("Rules for players")
        assert "Players ask, staff decide" in page.text
        page = await owner.choose(page, "How players link", "open")
        assert "any player can take any character" in page.text
        assert owner.config.self_link is SelfLink.OPEN

    async def test_choosing_what_is_so_by_default_is_choosing(self, owner: Owner) -> None:
        page = await owner.choose(await owner.open("Rules for players"), "How players link", "approval")
        assert page.headline == "Saved: how players link themselves."
        assert page.text.splitlines()[2] == "done"

    async def test_what_players_may_do(self, owner: Owner) -> None:
        page = await owner.choose(await owner.open("Rules for players"), "What players may do", "link", "create")
        assert owner.config.player_may == {PlayerAction.LINK, PlayerAction.CREATE}
        await owner.choose(page, "What players may do")
        assert owner.config.player_may == frozenset()

    async def test_the_framework_suggests_a_pattern(self, owner: Owner, stage: Stage) -> None:
        await owner.choose(await owner.open("Game framework"), "The game framework", "esx-multi")
        page = await owner.open("Rules for players")
        assert "`char#:{api_id}`" in page.text
        form = await owner.press(page, "Pattern and limit")
        assert form.field("Self-link pattern")["value"] == "char#:{api_id}"
        saved = await stage.submit(owner.who, form, **{"Self-link_pattern": "char#:{api_id}"}, Most_characters="3")
        assert saved.headline == "Saved: self-link pattern and limit."
        assert (owner.config.self_link_pattern, owner.config.max_links) == ("char#:{api_id}", 3)

    @pytest.mark.parametrize(
        ("pattern", "limit", "headline"),
        [
            ("char#:", "0", "Not saved: that is no pattern."),
            ("{api_id}{api_id}", "0", "Not saved: that is no pattern."),
            ("", "many", "Not saved: that is no limit."),
            ("", "1001", "Not saved: that is no limit."),
            ("", "-1", "Not saved: that is no limit."),
        ],
    )
    async def test_what_can_not_hold_is_refused(
        self, owner: Owner, stage: Stage, pattern: str, limit: str, headline: str
    ) -> None:
        form = await owner.press(await owner.open("Rules for players"), "Pattern and limit")
        answer = await stage.submit(owner.who, form, **{"Self-link_pattern": pattern, "Most_characters": limit})
        assert answer.headline == headline
        assert (owner.config.self_link_pattern, owner.config.max_links) == (None, 0)

    async def test_nothing_differs_nothing_is_noted(self, owner: Owner, stage: Stage) -> None:
        form = await owner.press(await owner.open("Rules for players"), "Pattern and limit")
        await stage.submit(owner.who, form, **{"Self-link_pattern": "", "Most_characters": ""})
        assert await owner.noted() == []


class TestTrial:
    async def test_says_what_would_happen_and_changes_nothing(self, owner: Owner, stage: Stage) -> None:
        await owner.connect()
        await owner.press(await owner.open("Roles"), "Everyone is a player")
        stage.resident(owner.who)
        stage.town.asked.clear()
        page = await owner.press(await owner.open("Dry run"), "Try it on me")
        assert "`/linkchar`: allowed to ask" in page.text
        assert "`/newchar`: allowed, you are a player" in page.text
        assert "found, **Olga**" in page.text
        assert "fields on" in page.text
        assert stage.town.asked == ["account", "template"]
        assert stage.town.state.changes == []
        assert "Dry run**: done" in (await owner.setup()).text

    async def test_names_the_one_step_that_is_missing(self, owner: Owner) -> None:
        await owner.connect()
        page = await owner.press(await owner.open("Dry run"), "Try it on me")
        assert "refused, no player role is set up" in page.text
        assert "The CAD knows no account for this Discord user." in page.text

    async def test_a_cad_that_is_down_is_said(self, owner: Owner, stage: Stage) -> None:
        await owner.connect()
        stage.town.cad.break_("account", CadErrorKind.TIMEOUT)
        stage.town.cad.break_("template", CadErrorKind.TIMEOUT)
        page = await owner.press(await owner.open("Dry run"), "Try it on me")
        assert page.text.count("The CAD did not answer in time.") == 2

    async def test_without_a_community_it_says_so(self, owner: Owner) -> None:
        page = await owner.press(await owner.open("Dry run"), "Try it on me")
        assert page.text.count("This server is not set up.") == 2


class TestWho:
    async def test_without_manage_server_it_is_refused(self, owner: Owner, stage: Stage) -> None:
        page = await owner.open("Roles")
        stage.env.backend.get_guild(stage.guild.id).members[owner.who.id].role_ids.clear()
        answer = await stage.press(owner.who, page, "Everyone is a player")
        assert "Manage Server" in answer.text
        assert owner.config.players == frozenset()

    async def test_another_persons_buttons_are_not_for_pressing(self, owner: Owner, stage: Stage) -> None:
        page = await owner.open("Roles")
        custom_id = stage.custom_id(page, "Everyone is a player")
        other = stage.guild.add_member(stage.env.create_user("Oscar"), roles=[owner.managers])
        theirs = await stage.slash(other, "setup")
        answer = await stage.forge(other, theirs, custom_id)
        assert answer.headline == "This button belongs to somebody else."
        assert owner.config.players == frozenset()

    @pytest.mark.parametrize("arg", ["made-up", "open-made-up", "next-made-up"])
    async def test_a_forged_button_does_nothing(self, owner: Owner, arg: str) -> None:
        page = await owner.open("Roles")
        assert (await owner.forge(page, arg, component_type=2)).headline == "This button is not known any more."

    async def test_the_picker_hides_it_from_others(self, stage: Stage) -> None:
        for name in ("setup", "doctor"):
            command = stage.bot.tree.get_command(name)
            assert command is not None
            assert command.to_dict(stage.bot.tree)["default_member_permissions"] == 1 << 5
