"""The registered commands: named as promised, within Discord's limits, and each with its access as data."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from jsonschema import Draft202012Validator

from bot.__main__ import build
from bot.client import ACCESS, CharlinkBot
from bot.domain.access import Action, CommandAccess
from bot.settings import load_settings
from tests.source import ROOT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.__main__ import Parts

OPENAPI = ROOT.parent / "shared" / "data" / "discord-openapi.json"
OPTIONS = {
    "linkchar": ["sync_id", "action", "member", "api_id"],
    "newchar": ["member", "api_id", "delete_after", "record"],
}
STAFF_OPTIONS = {"linkchar": {"api_id"}, "newchar": {"api_id", "delete_after", "record"}}
STRING, INTEGER, USER, ATTACHMENT = 3, 4, 6, 11
TYPES = {
    "sync_id": STRING,
    "action": STRING,
    "member": USER,
    "api_id": STRING,
    "delete_after": INTEGER,
    "record": ATTACHMENT,
}


@pytest.fixture
async def bot() -> AsyncIterator[CharlinkBot]:
    async def after_setup(_: Parts) -> None:
        """Nothing is registered here."""

    async with aiohttp.ClientSession() as session:
        parts = build(load_settings({"DISCORD_TOKEN": "made-up"}, None), session, after_setup)
        await parts.bot.setup_hook()
        yield parts.bot


@pytest.fixture
def payloads(bot: CharlinkBot) -> list[dict[str, Any]]:
    """Return the commands as Discord gets them."""
    return [dict(command.to_dict(bot.tree)) for command in bot.tree.get_commands()]


def accesses(bot: CharlinkBot) -> dict[str, tuple[CommandAccess, dict[str, Any]]]:
    found = {}
    for command in bot.tree.walk_commands():
        access = command.extras.get(ACCESS)
        assert isinstance(access, CommandAccess), f"{command.name} declares no access"
        found[command.qualified_name] = (access, {one["name"]: one for one in command.to_dict(bot.tree)["options"]})
    return found


def test_commands_and_options_are_named_as_promised(payloads: list[dict[str, Any]]) -> None:
    assert {one["name"]: [option["name"] for option in one["options"]] for one in payloads} == OPTIONS


def test_options_are_of_their_type_and_none_is_required(payloads: list[dict[str, Any]]) -> None:
    for option in (option for one in payloads for option in one["options"]):
        assert option["type"] == TYPES[option["name"]]
        assert not option.get("required")
        assert bool(option.get("autocomplete")) is (option["name"] == "sync_id")


def test_every_command_declares_its_action(bot: CharlinkBot) -> None:
    for name, (access, _) in accesses(bot).items():
        assert isinstance(access.action, Action), name
        assert access.action is not Action.STAFF_OPTIONS, name


def test_what_access_names_exists(bot: CharlinkBot) -> None:
    for name, (access, options) in accesses(bot).items():
        assert access.staff_options == STAFF_OPTIONS[name]
        assert access.staff_options <= options.keys()
        assert access.if_absent.keys() <= options.keys()
        for option, value in access.by_value:
            assert value in {choice["value"] for choice in options[option]["choices"]}


def test_the_choices_of_action(payloads: list[dict[str, Any]]) -> None:
    (action,) = (option for one in payloads for option in one["options"] if option["name"] == "action")
    assert [choice["value"] for choice in action["choices"]] == ["add", "remove"]


def test_commands_are_for_servers_only_and_hidden_from_nobody(payloads: list[dict[str, Any]]) -> None:
    for one in payloads:
        assert one["contexts"] == [0]
        assert one["integration_types"] == [0]
        assert one.get("default_member_permissions") is None


def test_commands_are_within_discords_limits(payloads: list[dict[str, Any]]) -> None:
    name = re.compile(r"[-_a-z0-9]{1,32}")
    assert len(payloads) <= 100
    for one in payloads:
        total = 0
        assert len(one["options"]) <= 25
        for part in (one, *one["options"]):
            assert name.fullmatch(part["name"])
            assert 1 <= len(part["description"]) <= 100
            assert part["description"] not in {"…", "..."}, f"{part['name']} has no description"
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
