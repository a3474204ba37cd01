"""The v1 calls: path, type, the form of the data item, and what each answers (cad-api.md 1.2, 1.3, 1.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.cad.identifiers import V1_ACCOUNT, V1_CHARACTERS, account_of
from sandbox.cad.refusals import AccountUnknown
from sandbox.cad.shapes import (
    BOOLEAN,
    CHARACTER_ID,
    CHARACTER_TYPE,
    COUNT,
    FALSE,
    ID,
    LINK_ACTION,
    NULL,
    PAGE,
    RECORD,
    RECORD_ID,
    STRINGS,
    SYNC_ID,
    TRUE,
    UUID_TEXT,
    VALUES,
    Shape,
    check_encoding,
)
from sandbox.cad.wire import Reply, as_json, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.cad.state import Account, CadState

    Item = dict[str, Any]

FREE, STANDARD, PLUS = 0, 2, 3
ADD = 0
ACTIVE = 1


def _no_check(state: CadState, item: Item) -> None:
    """Accept what has the right shape."""


@dataclass(frozen=True, slots=True)
class V1Call:
    """One v1 endpoint. `shape` picks the form of the data item (None: `data` is empty); `plan` is the least plan."""

    name: str
    type: str
    plan: int
    shape: Callable[[object], Shape] | None
    run: Callable[[CadState, Item], Reply]
    check: Callable[[CadState, Item], None] = _no_check


# The three generations of NEW_CHARACTER (1.3), never mixed, and the two ways to edit.
SEED_FORM = Shape.of({"apiId": ID, "character": RECORD})
DICTIONARY_FORM = Shape.of(
    {"user": ID, "useDictionary": TRUE, "recordTypeId": CHARACTER_TYPE, "replaceValues": VALUES},
    {"record": NULL, "deleteAfterMinutes": RECORD_ID},
)
RECORD_FORM = Shape.of(
    {"user": ID, "record": RECORD},
    {"useDictionary": FALSE, "replaceValues": NULL, "deleteAfterMinutes": RECORD_ID},
)
_EDIT = {"user": ID, "templateId": CHARACTER_TYPE, "recordId": RECORD_ID}
EDIT_DICTIONARY = Shape.of({**_EDIT, "useDictionary": TRUE, "replaceValues": VALUES}, {"record": NULL})
EDIT_RECORD = Shape.of({**_EDIT, "record": RECORD}, {"useDictionary": FALSE, "replaceValues": NULL})


def _new_shape(item: object) -> Shape:
    if isinstance(item, dict) and "character" in item:
        return SEED_FORM
    return RECORD_FORM if _has_record(item) else DICTIONARY_FORM


def _edit_shape(item: object) -> Shape:
    return EDIT_RECORD if _has_record(item) else EDIT_DICTIONARY


def _has_record(item: object) -> bool:
    return isinstance(item, dict) and item.get("record") is not None


def _fixed(shape: Shape) -> Callable[[object], Shape]:
    return lambda _: shape


def _check_values(state: CadState, item: Item) -> None:
    check_encoding(state.template(7), item.get("replaceValues") or {})


def _get_characters(state: CadState, item: Item) -> Reply:
    return as_json(state.characters(account_of(state, item)))


def _new_character(state: CadState, item: Item) -> Reply:
    owner = account_of(state, item)
    record = state.create(
        owner,
        type_id=7,
        values=item.get("replaceValues"),
        record=item.get("character", item.get("record")),
        minutes=item.get("deleteAfterMinutes"),
    )
    if state.community.create_returns_record:
        return as_json(record)
    return text(f"NEW CHARACTER ADDED TO {owner.username}")


def _edit_character(state: CadState, item: Item) -> Reply:
    owner = account_of(state, item)
    state.edit(item["recordId"], owner, values=item.get("replaceValues"), record=item.get("record"))
    return text(f"CHARACTER {item['recordId']} EDITED FOR {owner.username}")


def _remove_character(state: CadState, item: Item) -> Reply:
    owner = state.remove(item["id"])
    return text(f"CHARACTER {item['id']} REMOVED FOR {owner.username if owner else ''}")


def _set_character(state: CadState, item: Item) -> Reply:
    account = account_of(state, item)
    state.select(account, item["charId"])
    return as_json(state.characters(account))


def _link_character(state: CadState, item: Item) -> Reply:
    account, sync_id = account_of(state, item), item["syncId"]
    if item["action"] == ADD:
        state.link(account, sync_id)
        return text(f"Linked char sync ID '{sync_id}' to user '{account.username}' - {account.uuid}")
    state.unlink(account, sync_id)
    return text(f"Unlinked char sync ID '{sync_id}' from user '{account.username}' - {account.uuid}")


def _get_character_links(state: CadState, item: Item) -> Reply:
    return as_json(account_of(state, item).links)


def _get_version(state: CadState, item: Item) -> Reply:  # noqa: ARG001 - one signature for all calls
    return text(str(state.community.plan))


def _get_servers(state: CadState, item: Item) -> Reply:  # noqa: ARG001 - one signature for all calls
    return as_json({"servers": state.servers()})


def _check_apiid(state: CadState, item: Item) -> Reply:
    return text(account_of(state, item).username)


def _get_account(state: CadState, item: Item) -> Reply:
    return as_json(account_object(account_of(state, item)))


def _get_accounts(state: CadState, item: Item) -> Reply:
    limit, offset = item.get("limit", 100), item.get("offset", 0)
    found = state.list_accounts(status=item.get("status", ACTIVE))
    accounts = [account_object(account) for account in found[offset:][:limit]]
    page = {"limit": limit, "offset": offset, "total": len(found)}
    return as_json({"pagination": page, "accounts": accounts})


def _verify_secret(state: CadState, item: Item) -> Reply:
    """Echo the secret under its account's uuid; what a wrong one gets is undocumented (test vector 31)."""
    try:
        return as_json({account_of(state, item).uuid: item["secret"]})
    except AccountUnknown:
        return text(state.community.unknown_secret or "{}")


def _set_api_id(state: CadState, item: Item) -> Reply:
    state.set_api_ids(account_of(state, item), item["apiIds"], append=item.get("pushNew", True))
    return text("API ID(s) set!")


def _get_templates(state: CadState, item: Item) -> Reply:
    wanted = item.get("recordTypeId")
    return as_json([each for type_id, each in state.templates.items() if wanted in {None, type_id}])


def account_object(account: Account) -> dict[str, object]:
    """Return the account as v1 shows it: naive times, API IDs (C21)."""
    return {
        "uuid": account.uuid,
        "username": account.username,
        "status": account.status,
        "joined": account.joined,
        "lastLogin": account.last_login,
        "permissions": {"civilian": True, "police": False, "admin": False},
        "apiIds": account.api_ids,
    }


_LINK = Shape.of({"apiId": ID, "syncId": SYNC_ID, "action": LINK_ACTION})
_PAGES = Shape.of(optional={"limit": PAGE, "offset": COUNT, "status": COUNT})
_SELECT = Shape.of({"charId": CHARACTER_ID}, identifiers=V1_CHARACTERS)
_API_IDS = Shape.of(
    {"apiIds": STRINGS},
    {"pushNew": BOOLEAN, "sessionId": ID},
    {"username": ID, "account": UUID_TEXT},
)
_API_ID = _fixed(Shape.of({"apiId": ID}))
_CHARACTERS = _fixed(Shape.of(identifiers=V1_CHARACTERS))
_ACCOUNT = _fixed(Shape.of(identifiers=V1_ACCOUNT))
_SECRET = _fixed(Shape.of({"secret": UUID_TEXT}))
_RECORD = _fixed(Shape.of({"id": RECORD_ID}))

CALLS = {
    f"/{group}/{call.type.lower()}": call
    for group, calls in {
        "civilian": (
            V1Call("characters", "GET_CHARACTERS", PLUS, _CHARACTERS, _get_characters),
            V1Call("create", "NEW_CHARACTER", PLUS, _new_shape, _new_character, _check_values),
            V1Call("edit", "EDIT_CHARACTER", PLUS, _edit_shape, _edit_character, _check_values),
            V1Call("remove", "REMOVE_CHARACTER", PLUS, _RECORD, _remove_character),
            V1Call("select", "SET_CHARACTER", PLUS, _fixed(_SELECT), _set_character),
            V1Call("link", "LINK_CHARACTER", PLUS, _fixed(_LINK), _link_character),
            V1Call("links", "GET_CHARACTER_LINKS", PLUS, _API_ID, _get_character_links),
        ),
        "general": (
            V1Call("version", "GET_VERSION", FREE, None, _get_version),
            V1Call("servers", "GET_SERVERS", STANDARD, None, _get_servers),
            V1Call("check_api_id", "CHECK_APIID", STANDARD, _API_ID, _check_apiid),
            V1Call("account", "GET_ACCOUNT", PLUS, _ACCOUNT, _get_account),
            V1Call("accounts", "GET_ACCOUNTS", PLUS, _fixed(_PAGES), _get_accounts),
            V1Call("verify_secret", "VERIFY_SECRET", STANDARD, _SECRET, _verify_secret),
            V1Call("set_api_id", "SET_API_ID", STANDARD, _fixed(_API_IDS), _set_api_id),
            V1Call("templates", "GET_TEMPLATES", PLUS, None, _get_templates),
        ),
    }.items()
    for call in calls
}
"""By path: `/<group>/<type in lower case>` (the path rule, 1.1)."""
