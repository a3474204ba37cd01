"""`check`: one line for each thing, the remedy beside whatever fails, and never a secret."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, cast

import aiohttp
import discord
import pytest
from discord.http import Route

from bot.assembly import Parts, build
from bot.cad.breaker import Breaker
from bot.cad.budget import Budget
from bot.checks.deployment import Findings, check_deployment
from bot.domain.findings import Verdict
from bot.errors import CadErrorKind, Refused
from bot.registration import sync_commands
from bot.services.guilds import Guilds, home
from bot.settings import load_settings
from bot.storage.vault import Vault
from sandbox.cad.state import Community
from sandbox.discord import Permission, SandboxDiscord
from tests.community import Scratch, Town, town

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.client import CharlinkBot
    from bot.settings import Settings
    from sandbox.discord import Guild as DiscordGuild

HOME = {
    "DISCORD_TOKEN": "made-up-token",
    "DISCORD_GUILD_IDS": "200000000000000001",
    "SONORAN_COMMUNITY_ID": "sandbox",
    "SONORAN_API_KEY": "sandbox-key",
}


class NoDiscord:
    """A bot whose token Discord does not take."""

    async def login(self, token: str) -> None:
        raise discord.LoginFailure(f"Improper token {token!r}")


async def report(settings: Settings, place: Town | None, bot: object = None) -> tuple[list[str], bool]:
    out = io.StringIO()
    findings = Findings(out)
    cad = (place or town()).tenant.cad
    chosen = home(settings)
    guilds = Guilds(
        Scratch(), Vault([b"k" * 32]), lambda *_: cad, home=chosen, budget=lambda _: Budget(), breaker=Breaker
    )
    await guilds.load()
    await check_deployment(settings, cast("CharlinkBot", bot or NoDiscord()), guilds, findings)
    text = out.getvalue()
    assert "made-up-token" not in text
    assert "sandbox-key" not in text
    return text.splitlines(), findings.failed


def settings(**more: str) -> Settings:
    return load_settings({**HOME, **more}, None)


def line(lines: list[str], about: str) -> str:
    (found,) = [one for one in lines if about in one]
    return found


def test_findings_are_lines_and_only_failures_fail() -> None:
    out = io.StringIO()
    findings = Findings(out)
    findings.ok("all is well")
    findings.warn("not quite", "look at it")
    assert not findings.failed
    findings.fail("broken", "mend it")
    assert findings.failed
    assert out.getvalue().splitlines() == [
        "ok    all is well",
        "warn  not quite -> look at it",
        "FAIL  broken -> mend it",
    ]
    assert [verdict.value for verdict in Verdict] == ["ok", "warn", "FAIL"]


@pytest.mark.parametrize("error", [Refused("dismissed"), OSError("secret"), discord.DiscordException("secret")])
async def test_what_is_raised_becomes_a_finding(error: Exception) -> None:
    out = io.StringIO()
    findings = Findings(out)
    async with findings.expecting("the thing", "mend it"):
        raise error
    assert findings.failed
    assert out.getvalue().startswith("FAIL  the thing (")
    assert "secret" not in out.getvalue()


async def test_a_bad_token_is_found_and_the_rest_looked_at_all_the_same() -> None:
    lines, failed = await report(settings(STAFF_ROLE_IDS="7"), town())
    assert failed
    assert line(lines, "Discord: token").startswith("FAIL")
    assert line(lines, "CAD: key").startswith("ok")


@pytest.mark.parametrize(
    ("more", "about", "verdict"),
    [
        ({}, "/linkchar", "FAIL"),
        ({"STAFF_ROLE_IDS": "7"}, "/linkchar", "ok"),
        ({"ADMIN_ROLE_IDS": "7"}, "/linkchar", "ok"),
        ({"APPROVER_ROLE_IDS": "7"}, "/linkchar", "FAIL"),
        ({"STAFF_ROLE_IDS": "7", "PLAYER_ROLE_IDS": "8", "SELF_LINK": "off"}, "/linkchar", "ok"),
        ({"SELF_LINK": "open"}, "SELF_LINK=open", "warn"),
        ({"PLAYER_ROLE_IDS": "7"}, "APPROVAL_CHANNEL_ID", "warn"),
        ({}, "SONORAN_NEW_CHARACTER_FORM", "warn"),
    ],
)
async def test_the_policy(more: dict[str, str], about: str, verdict: str) -> None:
    lines, _ = await report(settings(**more), town())
    assert line(lines, about).startswith(verdict)


ALONE = {"PLAYER_ROLE_IDS": "everyone", "SONORAN_API_VERSION": "v2", "SELF_LINK": "open"}
PATTERN = {"SELF_LINK": "approval", "SELF_LINK_PATTERN": "char#:{api_id}"}
V1 = {"SONORAN_API_VERSION": "v1"}


@pytest.mark.parametrize(
    ("more", "verdict"),
    [
        ({}, "ok"),
        ({"PLAYER_ROLE_IDS": "7"}, "ok"),
        ({"PLAYER_MAY": "link"}, "ok"),
        ({"PLAYER_MAY": "unlink,create"}, "FAIL"),
        ({"SELF_LINK": "off"}, "FAIL"),
        ({"SELF_LINK": "approval"}, "FAIL"),
        (PATTERN, "ok"),
        ({**PATTERN, "SELF_LINK": "off"}, "FAIL"),
        (V1, "FAIL"),
        ({**V1, "API_ID_IS_DISCORD_ID": "true"}, "ok"),
        ({**V1, **PATTERN, "API_ID_IS_DISCORD_ID": "true"}, "FAIL"),
    ],
)
async def test_without_staff_players_must_be_able_to_link_alone(more: dict[str, str], verdict: str) -> None:
    lines, failed = await report(settings(**{**ALONE, **more}), town())
    assert line(lines, "/linkchar").startswith(verdict)
    assert failed
    if verdict == "FAIL":
        assert "STAFF_ROLE_IDS" in line(lines, "/linkchar").partition("->")[2]


async def test_what_surprises_nobody_is_not_warned_of() -> None:
    more = {"PLAYER_ROLE_IDS": "7", "APPROVAL_CHANNEL_ID": "8", "SONORAN_API_VERSION": "v2", "STAFF_ROLE_IDS": "9"}
    lines, _ = await report(settings(**more), town())
    assert [one for one in lines if one.startswith("warn")] == []


async def test_without_a_community() -> None:
    lines, _ = await report(load_settings({"DISCORD_TOKEN": "made-up-token"}, None), None)
    assert line(lines, "CAD: no community").startswith("warn")


async def test_the_cad_in_order() -> None:
    lines, _ = await report(settings(), town())
    assert "PRO" in line(lines, "CAD: key")
    assert "Sandbox Roleplay" in line(lines, "CAD: community")
    assert "fields" in line(lines, "CAD: character template")


async def test_a_key_of_another_community() -> None:
    lines, failed = await report(settings(SONORAN_COMMUNITY_ID="other"), town())
    assert failed
    assert "sandbox" in line(lines, "SONORAN_COMMUNITY_ID")


@pytest.mark.parametrize(
    ("community", "about"),
    [
        (Community(key="another"), "CAD: key"),
        (Community(api_enabled=False), "CAD: key"),
        (Community(plan=0), "template"),
    ],
)
async def test_what_the_cad_refuses(community: Community, about: str) -> None:
    lines, failed = await report(settings(), town(community=community))
    assert failed
    assert line(lines, about).startswith("FAIL")
    assert "->" in line(lines, about)


async def test_a_name_that_cannot_be_read_is_no_failure() -> None:
    place = town()
    place.cad.break_("info", CadErrorKind.TIMEOUT)
    lines, _ = await report(settings(), place)
    assert line(lines, "community's name").startswith("warn")


class TestDiscord:
    """The parts that ask Discord, against the emulated one."""

    async def checked(
        self, server: SandboxDiscord, guild: DiscordGuild, more: Mapping[str, str], *, register: bool = True
    ) -> list[str]:
        """Return what a check says, after a run that registered the commands."""
        environ = {"DISCORD_TOKEN": server.token, "DISCORD_API_URL": server.api_url}
        chosen = load_settings({**environ, "DISCORD_GUILD_IDS": str(guild.id), **more}, None)

        async def first_run(parts: Parts) -> None:
            if register:
                await sync_commands(parts.bot, [guild.id])

        async def nothing(_: Parts) -> None:
            """No gateway is opened."""

        out = io.StringIO()
        async with aiohttp.ClientSession() as session:
            async with (await build(chosen, Scratch(), Vault([b"k" * 32]), session, first_run)).bot as bot:
                await bot.login(server.token)
            parts = await build(chosen, Scratch(), Vault([b"k" * 32]), session, nothing)
            async with parts.bot as bot:
                await check_deployment(chosen, bot, parts.services.guilds, Findings(out))
        assert server.token not in out.getvalue()
        return out.getvalue().splitlines()

    @pytest.fixture(autouse=True)
    def _restored(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Route, "BASE", Route.BASE)

    async def test_all_is_well(self) -> None:
        async with SandboxDiscord() as server:
            guild = server.add_guild("Los Santos")
            staff = guild.add_role("Staff")
            channel = guild.add_channel("audit")
            more = {"STAFF_ROLE_IDS": str(staff.id), "AUDIT_CHANNEL_ID": str(channel.id)}
            lines = await self.checked(server, guild, more)
        assert line(lines, "Discord: token").startswith("ok")
        assert line(lines, "Discord: gateway").startswith("ok")
        assert line(lines, "Los Santos").startswith("ok")
        assert line(lines, "STAFF_ROLE_IDS: Staff").startswith("ok")
        assert line(lines, "commands are registered").startswith("ok")
        assert line(lines, "AUDIT_CHANNEL_ID").startswith("ok")

    async def test_what_is_wrong_comes_with_its_remedy(self) -> None:
        async with SandboxDiscord() as server:
            guild = server.add_guild("Los Santos")
            more = {
                "DISCORD_GUILD_IDS": f"{guild.id},200000000000000001",
                "STAFF_ROLE_IDS": "200000000000000009",
                "PLAYER_ROLE_IDS": "everyone",
                "APPROVAL_CHANNEL_ID": "200000000000000008",
            }
            lines = await self.checked(server, guild, more, register=False)
        assert line(lines, "server 200000000000000001").startswith("FAIL")
        assert "invite the bot" in line(lines, "server 200000000000000001")
        assert line(lines, "STAFF_ROLE_IDS: ").startswith("FAIL")
        assert line(lines, "not registered yet").startswith("warn")
        assert line(lines, "APPROVAL_CHANNEL_ID: 2").startswith("FAIL")

    async def test_a_managed_role_is_nobodys_to_give(self) -> None:
        async with SandboxDiscord() as server:
            guild = server.add_guild("Los Santos")
            managed = guild.add_role("Some Bot", managed=True)
            given = {"STAFF_ROLE_IDS": str(managed.id), "PLAYER_ROLE_IDS": str(managed.id)}
            lines = await self.checked(server, guild, given)
        assert line(lines, "STAFF_ROLE_IDS").startswith("FAIL")
        assert line(lines, "PLAYER_ROLE_IDS").startswith("ok")

    async def test_a_linked_role_is_taken_and_not_given(self) -> None:
        async with SandboxDiscord() as server:
            guild = server.add_guild("Los Santos")
            linked = guild.add_role("Linked")
            linked.tags = {"guild_connections": None}
            names = ("STAFF_ROLE_IDS", "APPROVER_ROLE_IDS", "ADMIN_ROLE_IDS", "PLAYER_ROLE_IDS")
            lines = await self.checked(server, guild, dict.fromkeys(names, str(linked.id)))
        assert [line(lines, f"{name}: ")[:4] for name in names] == ["FAIL", "FAIL", "FAIL", "ok  "]

    async def test_a_role_that_is_missing_lets_nobody_in(self) -> None:
        async with SandboxDiscord() as server:
            guild = server.add_guild("Los Santos")
            gone = {"STAFF_ROLE_IDS": "200000000000000009"}
            lines = await self.checked(server, guild, gone)
            missed = await self.checked(server, guild, {**gone, **ALONE, "PLAYER_ROLE_IDS": "200000000000000010"})
            stayed = await self.checked(server, guild, {**gone, "ADMIN_ROLE_IDS": str(guild.add_role("Admin").id)})
        assert line(lines, "/linkchar").startswith("FAIL")
        assert line(missed, "/linkchar").startswith("FAIL")
        assert line(stayed, "/linkchar").startswith("ok")

    async def test_commands_that_can_not_be_listed_hide_nothing_else(self, monkeypatch: pytest.MonkeyPatch) -> None:
        async def refused(*_: object, **__: object) -> None:
            raise discord.DiscordException("no access")

        async with SandboxDiscord() as server:
            guild = server.add_guild("Los Santos")
            monkeypatch.setattr(discord.app_commands.CommandTree, "fetch_commands", refused)
            more = {
                "STAFF_ROLE_IDS": str(guild.add_role("Staff").id),
                "AUDIT_CHANNEL_ID": str(guild.add_channel("audit").id),
            }
            lines = await self.checked(server, guild, more, register=False)
        assert line(lines, "commands").startswith("FAIL")
        assert "applications.commands" in line(lines, "commands")
        assert line(lines, "STAFF_ROLE_IDS").startswith("ok")
        assert line(lines, "AUDIT_CHANNEL_ID").startswith("ok")

    async def test_a_channel_that_the_bot_may_not_write_in(self) -> None:
        async with SandboxDiscord() as server:
            guild = server.add_guild("Los Santos")
            channel = guild.add_channel("audit")
            everyone = guild.roles[guild.id]
            everyone.permissions &= ~Permission.SEND_MESSAGES
            for role in guild.roles.values():
                role.permissions &= ~(Permission.SEND_MESSAGES | Permission.ADMINISTRATOR)
            more = {"AUDIT_CHANNEL_ID": str(channel.id)}
            lines = await self.checked(server, guild, more)
        assert line(lines, "AUDIT_CHANNEL_ID").startswith("FAIL")
        assert "“Send Messages”" in line(lines, "AUDIT_CHANNEL_ID")
