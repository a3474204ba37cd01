"""How a request names an account: each generation and endpoint has its own keys (cad-api.md 1.4, 2.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.cad.shapes import DISCORD_ID, ID, INTEGER, NUMBER_TEXT, UUID_TEXT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.cad.state import Account, CadState

MEANING = {
    "apiId": "api_id",
    "user": "user",
    "account": "uuid",
    "accountUuid": "uuid",
    "username": "username",
    "communityUserId": "community_user_id",
    "discord": "discord",
    "roblox": "roblox",
    "secret": "secret",
}

V1_CHARACTERS = {"apiId": ID, "account": UUID_TEXT}
V1_ACCOUNT = {"apiId": ID, "username": ID, "account": UUID_TEXT}
V2_BODY = {"communityUserId": ID, "discord": DISCORD_ID, "roblox": INTEGER, "accountUuid": UUID_TEXT}
V2_QUERY = {**V2_BODY, "roblox": NUMBER_TEXT}
V2_ACCOUNT = {**V2_QUERY, "username": ID}


def account_of(state: CadState, data: Mapping[str, Any]) -> Account:
    """Return the account that the checked `data` names; raises AccountUnknown."""
    key = next(key for key in MEANING if key in data)
    wanted = int(data[key]) if key == "roblox" else data[key]
    return state.account(**{MEANING[key]: wanted})


def shown(data: Mapping[str, object]) -> str:
    """Return the identifier of a request for the ledger, secrets left out."""
    return " ".join(f"{key}={data[key]}" for key in MEANING if key in data and key != "secret")
