"""`/doctor`: the guild's checks at any time, each line with its remedy, what fails first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.domain.configuration import GuildConfig
from bot.domain.frameworks import Framework
from bot.errors import CadError, CadErrorKind, Sent
from bot.services.guilds import Home
from bot.services.tenants import Guild
from bot.settings import ApiVersion, CreateForm, SelfLink
from bot.storage.guilds import GuildRow
from sandbox.cad.state import Community
from tests.cogs.owner import Owner, closed
from tests.cogs.stage import Stage, staged
from tests.community import town

if TYPE_CHECKING:
    from tests.cogs.stage import Answer


def well(stage: Stage) -> GuildConfig:
    """Return settings that nothing is wrong with."""
    return GuildConfig(
        framework=Framework.QBCORE,
        staff=frozenset({stage.roles["staff"].id}),
        players=frozenset({stage.roles["player"].id}),
        approval_channel=stage.channel.id,
        audit_channel=stage.channel.id,
    )


async def examined(stage: Stage, config: GuildConfig, **more: Any) -> Answer:
    owner = Owner(stage, fresh=False)
    stage.guilds.set_up(Guild(stage.guild.id, config, stage.town.tenant, **more))
    return await stage.slash(owner.who, "doctor")


async def test_a_guild_that_is_well(stage: Stage) -> None:
    answer = await examined(stage, well(stage))
    assert answer.headline == "Everything works."
    assert answer.result.ephemeral
    for told in ("plan PRO", "Sandbox Roleplay", "fields", "commands are registered", "staff roles: staff"):
        assert told in answer.text
    assert "What to do" not in answer.text


async def test_a_guild_that_nobody_set_up(stage: Stage) -> None:
    answer = await stage.slash(Owner(stage).who, "doctor")
    assert answer.headline == "2 things do not work."
    assert answer.text.index("Not working") < answer.text.index("OK:"), "what fails comes first"
    assert "type /setup" in answer.text


async def test_a_key_that_can_not_be_opened(stage: Stage) -> None:
    owner = Owner(stage)
    stage.guilds._overrides[stage.guild.id] = GuildRow(stage.guild.id, "sandbox", b"not ours")
    answer = await stage.slash(owner.who, "doctor")
    assert "can't be opened" in answer.text
    assert "enter the key again" in answer.text


async def test_it_closes_the_breaker_first(stage: Stage) -> None:
    stage.town.tenant.cad.breaker._trip("", CadErrorKind.AUTH, 3600)
    answer = await examined(stage, well(stage))
    assert answer.headline == "Everything works."


async def test_another_program_that_uses_the_key_is_said(stage: Stage) -> None:
    stage.town.tenant.cad.budget._halved_until["x"] = stage.town.clock.now + 600
    assert "another program seems to use the same key" in (await examined(stage, well(stage))).text


async def test_a_pause_that_the_check_did_not_end_is_said_with_its_beginning() -> None:
    async with staged(town(community=Community(key="another"))) as stage:
        stage.town.tenant.cad.breaker._trip("", CadErrorKind.AUTH, 3600)
        answer = await examined(stage, well(stage))
    assert "calls have been paused since <t:" in answer.text
    assert "(auth)" in answer.text
    assert "enter the key again in /setup" in answer.text


async def test_an_audit_channel_that_took_nothing_is_said(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    doctor: Any = stage.bot.get_cog("Doctor")
    monkeypatch.setattr(doctor, "stuck", {stage.guild.id: stage.channel.id}.get)
    answer = await examined(stage, well(stage))
    assert "channel for audit lines: Discord did not take the last message there" in answer.text
    assert "nothing is lost" in answer.text


async def test_roles_that_are_gone_open_nothing_and_are_named(stage: Stage) -> None:
    answer = await examined(stage, replace(well(stage), staff=frozenset({77}), players=frozenset({78})))
    assert "staff roles: `77` is no role here" in answer.text
    assert "nobody can use it" in answer.text


async def test_channels_that_are_gone_or_silent(stage: Stage) -> None:
    silent = closed(stage, send_messages=False)
    answer = await examined(stage, replace(well(stage), approval_channel=99, audit_channel=silent.id))
    assert "channel for requests: `99` is no text channel" in answer.text
    assert "may not write in silent; it lacks “Send Messages”" in answer.text


async def test_a_channel_of_another_guild_is_none_of_ours(stage: Stage) -> None:
    foreign = stage.env.create_guild().create_text_channel("theirs")
    answer = await examined(stage, replace(well(stage), audit_channel=foreign.id))
    assert f"channel for audit lines: `{foreign.id}` is no text channel" in answer.text


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"self_link": SelfLink.OPEN}, "any player can take any character"),
        ({"approval_channel": None}, "no channel for requests"),
        ({"framework": None}, "the game framework is not set"),
        ({"version": ApiVersion.V1, "create_form": CreateForm.DICTIONARY}, "v1 can't tell a player's CAD account"),
        ({"version": ApiVersion.V1, "create_form": CreateForm.CHARACTER}, "replaced this form in 2021"),
    ],
)
async def test_what_may_surprise_is_said_with_its_remedy(stage: Stage, change: dict[str, Any], told: str) -> None:
    answer = await examined(stage, replace(well(stage), **change))
    assert answer.headline.startswith("It works, but")
    assert told in answer.text
    assert "What to do:" in answer.text


@pytest.mark.parametrize(
    ("community", "told"),
    [
        (Community(key="another"), "CAD: key and plan"),
        (Community(plan=2), "has no linking and no characters"),
    ],
)
async def test_what_the_cad_refuses(community: Community, told: str) -> None:
    async with staged(town(community=community)) as stage:
        answer = await examined(stage, well(stage))
        assert told in answer.text


async def test_a_cad_that_is_away_says_nothing_of_the_key(stage: Stage) -> None:
    async def away(*_: object, **__: object) -> None:
        raise CadError(CadErrorKind.SERVER, sent=Sent.ANSWERED, endpoint="plan", status=500)

    stage.town.cad.send = away  # type: ignore[method-assign,assignment]
    answer = await examined(stage, well(stage))
    assert "it does not answer as it should" in answer.text
    assert "enter the key again" not in answer.text


async def test_a_home_guild_has_its_commands_of_its_own(stage: Stage) -> None:
    stage.guilds._home = Home(frozenset({stage.guild.id}))
    answer = await examined(stage, well(stage), home=True)
    assert "commands are not registered yet" in answer.text  # the stage registers them globally


async def test_what_discord_does_not_say_is_a_line_and_hides_nothing(stage: Stage) -> None:
    stage.env.inject_error("GET", f"/guilds/{stage.guild.id}", status=500)
    answer = await examined(stage, well(stage))
    assert "Discord: status 5" in answer.text
    assert "plan PRO" in answer.text


async def test_without_manage_server_it_is_refused(stage: Stage, staff: Any) -> None:
    owner = Owner(stage, fresh=False)
    stage.guilds.set_up(Guild(stage.guild.id, well(stage), stage.town.tenant))
    answer = await stage.slash(owner.who, "doctor")
    stage.env.backend.get_guild(stage.guild.id).members[owner.who.id].role_ids.clear()
    refused = await stage.press(owner.who, answer, "Check again")
    assert "Manage Server" in refused.text
    del staff


async def test_it_can_be_checked_again(stage: Stage) -> None:
    owner = Owner(stage)
    answer = await stage.slash(owner.who, "doctor")
    stage.guilds.set_up(Guild(stage.guild.id, well(stage), stage.town.tenant))
    assert (await stage.press(owner.who, answer, "Check again")).headline == "Everything works."


async def test_many_findings_are_paged(stage: Stage) -> None:
    owner = Owner(stage, fresh=False)
    many = frozenset(range(10**17, 10**17 + 25))
    stage.guilds.set_up(Guild(stage.guild.id, GuildConfig(staff=many, players=many), stage.town.tenant))
    first = await stage.slash(owner.who, "doctor")
    assert "Page 1 of 3." in first.text
    second = await stage.press(owner.who, first, "More")
    assert "Page 2 of 3." in second.text
    assert second.headline == first.headline
    forged = stage.custom_id(second, "More").rpartition(":")[0] + ":page-x"
    assert (await stage.forge(owner.who, second, forged)).headline == "This button is not known any more."
