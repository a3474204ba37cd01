"""Bodies are checked against a published description, wherever that file is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.discord import ApiError, SandboxDiscord
from sandbox.discord.schema import VARIABLE, BodySchema
from tests.sandbox.discord_wire import WireBot

if TYPE_CHECKING:
    from pathlib import Path

ROUTE = "/channels/{channel_id}/messages"


def document() -> dict[str, Any]:
    """A description of one route, with an id and a field that no rule of ours looks at."""
    properties = {"nonce": {"type": "string"}, "parent": {"$ref": "#/components/schemas/SnowflakeType"}}
    body = {"content": {"application/json": {"schema": {"type": "object", "properties": properties}}}}
    return {
        "paths": {ROUTE: {"post": {"requestBody": body}}},
        "components": {"schemas": {"SnowflakeType": {"type": "string"}}},
    }


def test_ids_are_strings_or_numbers() -> None:
    schema = BodySchema(document())
    schema.check("post", ROUTE, {"nonce": "n", "parent": "5"})
    schema.check("post", ROUTE, {"parent": 5})
    with pytest.raises(ApiError) as refused:
        schema.check("post", ROUTE, {"parent": [], "nonce": 1})
    assert refused.value.body()["code"] == 50035
    assert set(refused.value.body()["errors"]) == {"parent", "nonce"}


def test_where_it_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    named, default = tmp_path / "named.json", tmp_path / "default.json"
    assert BodySchema.find(default) is None
    named.write_text(json.dumps(document()))
    monkeypatch.setenv(VARIABLE, str(named))
    assert BodySchema.find(default) is not None


async def test_a_server_refuses_by_it() -> None:
    async with SandboxDiscord(schema=BodySchema(document())) as server, WireBot(server) as bot:
        channel = next(iter(server.add_guild("Los Santos").channels.values()))
        path = f"/channels/{channel.id}/messages"
        assert (await bot.call("POST", path, {"content": "x", "nonce": 5})).refusal == (400, 50035)
        assert (await bot.call("POST", path, {"content": "x", "nonce": "5"})).status == 200
