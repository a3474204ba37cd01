"""The CAD requests of both generations, byte for byte but for the key, which the sandbox's ledger hides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sandbox.cad.ledger import REDACTED

if TYPE_CHECKING:
    from tests.e2e.world import Player, World

Call = tuple[str, str, Any]
ADD, REMOVE = 0, 2


def v1(group: str, kind: str, item: dict[str, Any] | None = None, **beside: Any) -> Call:
    """Return a v1 call with one data item, or none."""
    envelope = {"id": "sandbox", "key": REDACTED, "type": kind, **beside}
    return "POST", f"/{group}/{kind.lower()}", {**envelope, "data": [] if item is None else [item]}


def v1_link(api_id: str, sync_id: str, action: int = ADD) -> Call:
    """Return LINK_CHARACTER."""
    return v1("civilian", "LINK_CHARACTER", {"apiId": api_id, "syncId": sync_id, "action": action})


def v1_links(api_id: str) -> Call:
    """Return GET_CHARACTER_LINKS."""
    return v1("civilian", "GET_CHARACTER_LINKS", {"apiId": api_id})


def v1_account(api_id: str) -> Call:
    """Return GET_ACCOUNT."""
    return v1("general", "GET_ACCOUNT", {"apiId": api_id})


def v2_link(sync_id: str, method: str = "PUT", **identifier: str) -> Call:
    """Return the link (PUT) or unlink (DELETE) of v2 by its one identifier."""
    return method, f"/v2/civilian/character-links/{quote(sync_id, safe='')}", identifier


def v2_links(**identifier: str) -> Call:
    """Return the list of links."""
    return "GET", "/v2/civilian/character-links?" + _query(identifier), None


def v2_account(**identifier: str) -> Call:
    """Return the account look-up."""
    return "GET", "/v2/general/accounts/account?" + _query(identifier), None


def api_id(world: World, player: Player) -> str:
    """Return what staff type as `api_id` for a player: v2 takes it for the community's own user id."""
    return player.account.community_user_id or "" if world.v2 else player.api_id


def link(world: World, player: Player, sync_id: str) -> Call:
    """Return the call that links by the API id that staff gave."""
    if world.v2:
        return v2_link(sync_id, communityUserId=api_id(world, player))
    return v1_link(player.api_id, sync_id)


def unlink(world: World, player: Player, sync_id: str) -> Call:
    """Return the call that unlinks by the API id that staff gave."""
    if world.v2:
        return v2_link(sync_id, "DELETE", communityUserId=api_id(world, player))
    return v1_link(player.api_id, sync_id, REMOVE)


def links(world: World, player: Player) -> Call:
    """Return the call that lists by the API id that staff gave."""
    return v2_links(communityUserId=api_id(world, player)) if world.v2 else v1_links(player.api_id)


def _query(identifier: dict[str, str]) -> str:
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in identifier.items())
