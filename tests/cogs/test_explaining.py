"""`/access`: whether somebody would be allowed, by which rule, and what would open it, without trying."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.services.tenants import Guild
from bot.settings import SelfLink
from tests.cogs.entries import lines
from tests.community import config_of

if TYPE_CHECKING:
    from tests.cogs.stage import Stage


def opens(stage: Stage, role: str) -> str:
    return f"Any one of these opens it: <@&{stage.roles[role].id}>"


async def test_a_player_is_allowed_for_himself_only(stage: Stage, staff: Any, pia: Any) -> None:
    answer = await stage.slash(staff, "access", command="newchar", member=pia)
    assert answer.headline == f"In part: <@{pia.id}> may use `/newchar`, but not for everything."
    own, others, options = lines(answer)
    assert own == "- create a character, for oneself: **allowed**, as a player"
    assert others.startswith("- create a character, for other members: **refused**: it is for staff.")
    assert opens(stage, "staff") in others
    assert options.startswith("- use an option for staff: **refused**")
    assert f"Roles that count: player <@&{stage.roles['player'].id}>." in answer.text
    assert stage.town.asked == []


async def test_a_stranger_is_told_of_by_the_role_that_is_missing(stage: Stage, staff: Any) -> None:
    answer = await stage.slash(staff, "access", command="linkchar", member=stage.member("Stranger"))
    assert answer.headline.startswith("No, <@")
    assert f"it needs a player role. Whoever gives roles here can change that. {opens(stage, 'player')}" in answer.text
    assert "None of this member's roles counts here." in answer.text


async def test_blocked_and_deleted_roles_are_named(stage: Stage, staff: Any) -> None:
    gone = 123456789012345678
    stage.set_policy(replace(stage.policy, staff=stage.policy.staff | {gone}))
    otto = stage.member("Otto", "player", "blocked")
    answer = await stage.slash(staff, "access", command="/Linkchar", member=otto)
    assert answer.headline.startswith("No, ")
    assert "a blocked role wins over every other role" in answer.text
    assert f"blocked <@&{stage.roles['blocked'].id}>; player" in answer.text
    assert f"deleted in Discord, so that they open nothing: `{gone}`" in answer.text
    assert f"<@&{gone}>" not in answer.text


async def test_one_asks_for_oneself_without_naming_anybody(stage: Stage, staff: Any) -> None:
    answer = await stage.slash(staff, "access", command="audit")
    assert answer.headline == f"Yes, <@{staff.id}> may use `/audit`."
    assert lines(answer) == ["- search the history: **allowed**, as staff"]


async def test_what_linking_oneself_needs_is_said(stage: Stage, staff: Any, pia: Any) -> None:
    policy = replace(stage.policy, self_link=SelfLink.APPROVAL, self_link_pattern="char#:{api_id}", max_links=3)
    stage.set_policy(policy)
    text = (await stage.slash(staff, "access", command="linkchar", member=pia)).text
    assert "link, for oneself: **allowed to ask**" in text
    assert "no approval channel is set" in text
    assert "`char#:{api_id}`" in text
    assert "At most 3 characters" in text
    config = replace(config_of(policy), approval_channel=stage.channel.id)
    stage.guilds.set_up(Guild(stage.guild.id, config, stage.town.tenant))
    text = (await stage.slash(staff, "access", command="linkchar", member=pia)).text
    assert f"requests go to <#{stage.channel.id}>" in text
    assert stage.town.asked == []


async def test_whoever_left_is_said_to_be_gone(stage: Stage, staff: Any) -> None:
    gone = stage.env.create_user("Gone")
    answer = await stage.slash(staff, "access", command="linkchar", member=gone)
    assert answer.headline == f"No, <@{gone.id}> is not in this server."


@pytest.mark.parametrize("command", ["nothing", "/", "link char"])
async def test_an_unknown_command_says_which_there_are(stage: Stage, staff: Any, command: str) -> None:
    answer = await stage.slash(staff, "access", command=command)
    assert answer.headline.startswith("There is no command `")
    assert "These are there: `access`, " in answer.text
    assert "`linkchar`" in answer.text


async def test_every_command_can_be_explained(stage: Stage, staff: Any, pia: Any) -> None:
    for command in stage.bot.tree.walk_commands():
        if not hasattr(command, "commands"):
            answer = await stage.slash(staff, "access", command=command.qualified_name, member=pia)
            assert answer.headline.split(",")[0] in {"Yes", "No", "In part: <@"} or answer.headline.startswith(
                "In part"
            )


async def test_names_are_offered(stage: Stage, staff: Any, pia: Any) -> None:
    offered = await staff.autocomplete(stage.channel, "access", "command", "char")
    assert {"linkchar", "newchar"} <= {choice["value"] for choice in offered}
    offered = await staff.autocomplete(stage.channel, "access", "command", "no such thing")
    assert "linkchar" in {choice["value"] for choice in offered}
    refused = await pia.autocomplete(stage.channel, "access", "command", "char")
    assert [choice["name"] for choice in refused] == ["You may not use this here"]


async def test_it_is_for_staff(stage: Stage, pia: Any) -> None:
    answer = await stage.slash(pia, "access", command="linkchar")
    assert answer.headline == "Refused: only staff can do that."
