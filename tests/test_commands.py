"""The registered commands: named as promised, within Discord's limits, and each with its access as data."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
import pytest
from discord import app_commands
from jsonschema import Draft202012Validator

from bot.assembly import build
from bot.client import ACCESS, CharlinkBot
from bot.domain.access import Action, CommandAccess
from bot.settings import load_settings
from bot.storage.vault import Vault
from tests.community import Scratch
from tests.source import ROOT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from bot.assembly import Parts

OPENAPI = ROOT.parent / "shared" / "data" / "discord-openapi.json"
SUBCOMMAND = 1
STRING, INTEGER, BOOLEAN, USER, ATTACHMENT = 3, 4, 5, 6, 11
OPTIONS = {
    "linkchar": {"sync_id": STRING, "action": STRING, "member": USER, "api_id": STRING},
    "newchar": {"member": USER, "api_id": STRING, "delete_after": INTEGER, "record": ATTACHMENT},
    "chars list": {"member": USER},
    "chars select": {"character": STRING, "member": USER},
    "chars edit": {"character": STRING, "member": USER},
    "chars remove": {"character": STRING, "member": USER},
    "account status": {"member": USER},
    "account verify": {},
    "account set": {"member": USER, "api_id": STRING, "username": STRING, "account": STRING},
    "account forget": {},
    "setup": {},
    "doctor": {},
    "audit": {"member": USER, "sync_id": STRING, "reference": STRING, "export": BOOLEAN},
    "bulk link": {"file": ATTACHMENT},
    "bulk new": {"file": ATTACHMENT},
    "bulk owners": {"file": ATTACHMENT},
    "bulk status": {},
    "bulk cancel": {"reference": STRING},
    "access": {"member": USER, "command": STRING},
    "mydata": {"erase": BOOLEAN},
}
REQUIRED = {
    ("chars select", "character"),
    ("chars edit", "character"),
    ("chars remove", "character"),
    ("account set", "member"),
    *((f"bulk {one}", "file") for one in ("link", "new", "owners")),
    ("bulk cancel", "reference"),
    ("access", "command"),
}
COMPLETED = {("linkchar", "sync_id"), *((f"chars {one}", "character") for one in ("select", "edit", "remove"))}
COMPLETED |= {("access", "command"), ("bulk cancel", "reference")}
FOR_MANAGERS = {"setup", "doctor"}


@pytest.fixture
async def bot() -> AsyncIterator[CharlinkBot]:
    async def after_setup(_: Parts) -> None:
        """Nothing is registered here."""

    async with aiohttp.ClientSession() as session:
        settings = load_settings({"DISCORD_TOKEN": "made-up"}, None)
        parts = await build(settings, Scratch(), Vault([b"k" * 32]), session, after_setup)
        await parts.bot.setup_hook()
        yield parts.bot


@pytest.fixture
def payloads(bot: CharlinkBot) -> list[dict[str, Any]]:
    """Return the commands as Discord gets them."""
    return [dict(command.to_dict(bot.tree)) for command in bot.tree.get_commands()]


def slash(payloads: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every command that can be typed, by its whole name."""
    for one in payloads:
        if one["type"] == discord.AppCommandType.chat_input.value:
            parts = [option for option in one["options"] if option["type"] == SUBCOMMAND]
            yield from ((f"{one['name']} {part['name']}", part) for part in parts)
            if not parts:
                yield one["name"], one


def test_commands_and_options_are_named_as_promised(payloads: list[dict[str, Any]]) -> None:
    found = {name: {one["name"]: one["type"] for one in command["options"]} for name, command in slash(payloads)}
    assert found == OPTIONS


def test_the_menu_of_a_member(payloads: list[dict[str, Any]]) -> None:
    menus = [one for one in payloads if one["type"] == discord.AppCommandType.user.value]
    assert [one["name"] for one in menus] == ["CAD characters"]


def test_what_is_required_and_what_is_completed(payloads: list[dict[str, Any]]) -> None:
    options = [(name, one) for name, command in slash(payloads) for one in command["options"]]
    assert {(name, one["name"]) for name, one in options if one.get("required")} == REQUIRED
    assert {(name, one["name"]) for name, one in options if one.get("autocomplete")} == COMPLETED


def test_every_command_declares_its_action(bot: CharlinkBot) -> None:
    commands: list[Any] = [one for one in bot.tree.walk_commands() if not isinstance(one, app_commands.Group)]
    commands += bot.tree.get_commands(type=discord.AppCommandType.user)
    assert len(commands) == len(OPTIONS) + 1
    for command in commands:
        access = command.extras.get(ACCESS)
        assert isinstance(access, CommandAccess), f"{command.qualified_name} declares no access"
        assert access.action is not Action.STAFF_OPTIONS
        if command.qualified_name in OPTIONS:
            options = OPTIONS[command.qualified_name].keys()
            assert access.staff_options <= options
            assert access.if_absent.keys() <= options
            assert {option for option, _ in access.by_value} <= options


def test_the_options_for_staff(bot: CharlinkBot) -> None:
    found = {one.name: one.extras[ACCESS].staff_options for one in bot.tree.get_commands() if one.extras.get(ACCESS)}
    assert found["linkchar"] == {"api_id"}
    assert found["newchar"] == {"api_id", "delete_after", "record"}


def test_the_choices_of_action(payloads: list[dict[str, Any]]) -> None:
    linkchar = dict(slash(payloads))["linkchar"]
    (action,) = (option for option in linkchar["options"] if option["name"] == "action")
    assert [choice["value"] for choice in action["choices"]] == ["add", "remove"]


def test_commands_are_for_servers_only_and_only_managers_are_hidden(payloads: list[dict[str, Any]]) -> None:
    for one in payloads:
        assert one["contexts"] == [0]
        assert one["integration_types"] == [0]
        hidden = one.get("default_member_permissions")
        manage = discord.Permissions(manage_guild=True).value
        assert hidden == (manage if one["name"] in FOR_MANAGERS else None)


def test_commands_are_within_discords_limits(payloads: list[dict[str, Any]]) -> None:
    name = re.compile(r"[-_a-z0-9]{1,32}")
    assert len(payloads) <= 100
    for called, one in slash(payloads):
        total = 0
        assert len(one["options"]) <= 25
        for part in (one, *one["options"]):
            assert name.fullmatch(part["name"])
            assert 1 <= len(part["description"]) <= 100
            assert part["description"] not in {"…", "..."}, f"{called} {part['name']} has no description"
            assert len(part.get("choices", ())) <= 25
            total += len(part["name"]) + len(part["description"])
            total += sum(len(choice["name"]) + len(str(choice["value"])) for choice in part.get("choices", ()))
        assert total <= 8000


@pytest.mark.skipif(not OPENAPI.is_file(), reason="Discord's published description is not beside the repository")
@pytest.mark.parametrize(
    "route", ["/applications/{application_id}/commands", "/applications/{application_id}/guilds/{guild_id}/commands"]
)
def test_commands_are_as_discord_describes_them(payloads: list[dict[str, Any]], route: str) -> None:
    document = json.loads(OPENAPI.read_text("utf-8"))
    schema = document["paths"][route]["put"]["requestBody"]["content"]["application/json"]["schema"]
    found = Draft202012Validator({**schema, "components": document["components"]}).iter_errors(payloads)
    assert [error.message for error in found] == []
