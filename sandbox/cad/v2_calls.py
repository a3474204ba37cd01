"""The v2 calls: method, path, the form of query or body, and what each answers (cad-api.md 2.2, 2.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sandbox.cad.entities import PLANS
from sandbox.cad.identifiers import V2_ACCOUNT, V2_BODY, V2_QUERY, account_of
from sandbox.cad.refusals import AccountUnknown, Malformed
from sandbox.cad.shapes import (
    DIGITS,
    FALSE,
    ID,
    NULL,
    NUMBER_TEXT,
    PAGE_TEXT,
    RECORD,
    RECORD_ID,
    SYNC_ID,
    TRUE,
    UUID_TEXT,
    VALUES,
    Shape,
    check_encoding,
    is_sync_id,
)
from sandbox.cad.state import CODE_SECONDS
from sandbox.cad.wire import Reply, as_json, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.cad.state import Account, CadState

FREE, STANDARD, PLUS = 0, 2, 3
ACTIVE = "1"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a checked request asks: the path's variable (empty where there is none), and its query or body."""

    segment: str
    data: dict[str, Any]

    @property
    def number(self) -> int:
        """The path's variable as the record id it was checked to be."""
        return int(self.segment)


def _no_check(state: CadState, asked: Asked) -> None:
    """Accept what has the right shape."""


def _no_segment(segment: str) -> str:
    return segment


def _record_segment(segment: str) -> str:
    if DIGITS.fullmatch(segment) is None:
        raise Malformed(f"the path's record id is not a number: {segment[:50]}")
    return segment


def _sync_segment(segment: str) -> str:
    if not is_sync_id(segment):
        raise Malformed("the path's sync ID is empty, too long, or not one segment")
    return segment


def _fixed(shape: Shape) -> Callable[[object], Shape]:
    return lambda _: shape


NOTHING = _fixed(Shape.of())


@dataclass(frozen=True, slots=True)
class V2Call:
    """One v2 endpoint. `limit` is in calls a minute and key; `segment` checks the path's variable."""

    name: str
    limit: int
    plan: int
    run: Callable[[CadState, Asked], Reply]
    shape: Callable[[object], Shape] = NOTHING
    takes_body: bool = False
    segment: Callable[[str], str] = _no_segment
    check: Callable[[CadState, Asked], None] = _no_check


_NEW = {"recordTypeId": RECORD_ID, "replaceValues": VALUES, "useDictionary": TRUE}
_EDIT = {"templateId": RECORD_ID, "replaceValues": VALUES, "useDictionary": TRUE}
_AGE = {"deleteAfterMinutes": RECORD_ID}
_WHOLE = {"useDictionary": FALSE, "replaceValues": NULL}


def _new_shape(body: object) -> Shape:
    if isinstance(body, dict) and body.get("record") is not None:
        return Shape.of({"record": RECORD}, {**_WHOLE, **_AGE}, V2_BODY)
    return Shape.of(_NEW, {"record": NULL, **_AGE}, V2_BODY)


def _edit_shape(body: object) -> Shape:
    if isinstance(body, dict) and body.get("record") is not None:
        return Shape.of({"record": RECORD}, {**_WHOLE, "templateId": RECORD_ID}, V2_BODY)
    return Shape.of(_EDIT, {"record": NULL}, V2_BODY)


def _check_values(state: CadState, asked: Asked) -> None:
    type_id = asked.data.get("recordTypeId", asked.data.get("templateId", 7))
    check_encoding(state.template(type_id), asked.data.get("replaceValues") or {})


def _list_characters(state: CadState, asked: Asked) -> Reply:
    return as_json(state.characters(account_of(state, asked.data)))


def _delete_character(state: CadState, asked: Asked) -> Reply:
    state.remove(asked.number)
    return as_json({"characterId": asked.number})


def _select(state: CadState, asked: Asked) -> Reply:
    account = account_of(state, asked.data)
    record = state.select(account, asked.data["characterId"])
    return as_json({"accountUuid": account.uuid, "characterId": record["syncId"] or str(record["id"])})


def _list_links(state: CadState, asked: Asked) -> Reply:
    return as_json(account_of(state, asked.data).links)


def _add_link(state: CadState, asked: Asked) -> Reply:
    account = account_of(state, asked.data)
    state.link(account, asked.segment)
    return as_json({"accountUuid": account.uuid, "syncId": asked.segment, "action": "ADD"})


def _remove_link(state: CadState, asked: Asked) -> Reply:
    account = account_of(state, asked.data)
    state.unlink(account, asked.segment)
    return as_json({"accountUuid": account.uuid, "syncId": asked.segment, "action": "REMOVE"})


def _create_record(state: CadState, asked: Asked) -> Reply:
    data = asked.data
    record = state.create(
        account_of(state, data),
        type_id=data.get("recordTypeId", 7),
        values=data.get("replaceValues"),
        record=data.get("record"),
        minutes=data.get("deleteAfterMinutes"),
    )
    return as_json(record)


def _edit_record(state: CadState, asked: Asked) -> Reply:
    data = asked.data
    owner = account_of(state, data)
    return as_json(state.edit(asked.number, owner, values=data.get("replaceValues"), record=data.get("record")))


def _delete_record(state: CadState, asked: Asked) -> Reply:
    state.remove(asked.number)
    return as_json({"recordId": asked.number})


def _list_templates(state: CadState, asked: Asked) -> Reply:  # noqa: ARG001 - one signature for all calls
    return as_json(list(state.templates.values()))


def _get_template(state: CadState, asked: Asked) -> Reply:
    return as_json(state.template(asked.number))


def _get_account(state: CadState, asked: Asked) -> Reply:
    return as_json(account_object(account_of(state, asked.data)))


def _list_accounts(state: CadState, asked: Asked) -> Reply:
    data = asked.data
    limit, offset = int(data.get("limit", 100)), int(data.get("offset", 0))
    found = state.list_accounts(status=int(data.get("status", ACTIVE)), username=data.get("username"))
    accounts = [account_object(account) for account in found[offset:][:limit]]
    page = {"limit": limit, "offset": offset, "total": len(found)}
    return as_json({"pagination": page, "accounts": accounts})


def _make_code(state: CadState, asked: Asked) -> Reply:
    community_user_id = asked.data["communityUserId"]
    code, expires_at = state.make_code(community_user_id)
    return as_json(
        {
            "code": code,
            "communityUserId": community_user_id,
            "communityUuid": state.community.uuid,
            "expiresAt": datetime.fromtimestamp(expires_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "expiresInSeconds": CODE_SECONDS,
        }
    )


def _check_link(state: CadState, asked: Asked) -> Reply:
    try:
        account: Account | None = account_of(state, asked.data)
    except AccountUnknown:
        if state.community.unlinked_is_failure:
            return as_json({"success": False}, 404)
        account = None
    return as_json({**asked.data, "linked": account is not None, "accountUuid": account and account.uuid})


def _set_link(state: CadState, asked: Asked) -> Reply:
    data = asked.data
    account = state.set_community_user_id(data["accountUuid"], data["secretUuid"], data["communityUserId"])
    return as_json({"linked": True, "accountUuid": account.uuid, "communityUserId": data["communityUserId"]})


def _verify_secret(state: CadState, asked: Asked) -> Reply:
    try:
        return as_json({account_of(state, asked.data).uuid: asked.data["secret"]})
    except AccountUnknown:
        if state.community.unknown_secret:
            return text(state.community.unknown_secret)
        raise


def _info(state: CadState, asked: Asked) -> Reply:  # noqa: ARG001 - one signature for all calls
    about = state.community
    community = {"comId": about.id, "name": about.name, "timezone": about.timezone, "customLoginUrl": ""}
    return as_json({"uuid": about.uuid, "community": community, "codes": []})


def _version(state: CadState, asked: Asked) -> Reply:  # noqa: ARG001 - one signature for all calls
    """v2 numbers the plans its own way: its one sample says 2 for PLUS, which is 3 on v1 (C19)."""
    plan = state.community.plan
    return as_json({"version": max(plan - 1, 0), "name": PLANS[plan]})


def _servers(state: CadState, asked: Asked) -> Reply:  # noqa: ARG001 - one signature for all calls
    return as_json({"servers": state.servers()})


def account_object(account: Account) -> dict[str, object]:
    """Return the account as v2 shows it: times in UTC, one communityUserId, no API IDs (C21)."""
    return {
        "uuid": account.uuid,
        "username": account.username,
        "status": account.status,
        "joined": f"{account.joined[:19]}Z",
        "lastLogin": f"{account.last_login[:19]}Z",
        "permissions": {"civilian": True, "police": False, "admin": False},
        "communityUserId": account.community_user_id,
    }


_QUERY = _fixed(Shape.of(identifiers=V2_QUERY))
_BODY = _fixed(Shape.of(identifiers=V2_BODY))
_ACCOUNT = _fixed(Shape.of(identifiers=V2_ACCOUNT))
_SELECT = _fixed(Shape.of({"characterId": SYNC_ID}, identifiers=V2_BODY))
_USER = _fixed(Shape.of({"communityUserId": ID}))
_SET = _fixed(Shape.of({"accountUuid": UUID_TEXT, "secretUuid": UUID_TEXT, "communityUserId": ID}))
_SECRET = _fixed(Shape.of({"secret": UUID_TEXT}))
_PAGES = _fixed(Shape.of(optional={"limit": PAGE_TEXT, "offset": NUMBER_TEXT, "status": NUMBER_TEXT, "username": ID}))

_CHARACTER = V2Call("remove", 10, PLUS, _delete_character, segment=_record_segment)
_SELECTED = V2Call("select", 10, PLUS, _select, _SELECT, takes_body=True)
_LINK = V2Call("link", 10, PLUS, _add_link, _BODY, takes_body=True, segment=_sync_segment)
_UNLINK = V2Call("unlink", 10, PLUS, _remove_link, _BODY, takes_body=True, segment=_sync_segment)
_CREATE = V2Call("create", 30, PLUS, _create_record, _new_shape, takes_body=True, check=_check_values)
_PATCH = V2Call(
    "edit",
    10,
    PLUS,
    _edit_record,
    _edit_shape,
    takes_body=True,
    segment=_record_segment,
    check=_check_values,
)
_DELETE = V2Call("remove_record", 10, PLUS, _delete_record, segment=_record_segment)
_TEMPLATE = V2Call("template", 10, PLUS, _get_template, segment=_record_segment)

CALLS = {
    ("GET", "/v2/civilian/characters"): V2Call("characters", 10, PLUS, _list_characters, _QUERY),
    ("DELETE", "/v2/civilian/characters/{}"): _CHARACTER,
    ("PUT", "/v2/civilian/selected-character"): _SELECTED,
    ("GET", "/v2/civilian/character-links"): V2Call("links", 10, PLUS, _list_links, _QUERY),
    ("PUT", "/v2/civilian/character-links/{}"): _LINK,
    ("DELETE", "/v2/civilian/character-links/{}"): _UNLINK,
    ("POST", "/v2/general/records"): _CREATE,
    ("PATCH", "/v2/general/records/{}"): _PATCH,
    ("DELETE", "/v2/general/records/{}"): _DELETE,
    ("GET", "/v2/general/templates"): V2Call("templates", 10, PLUS, _list_templates),
    ("GET", "/v2/general/templates/{}"): _TEMPLATE,
    ("GET", "/v2/general/accounts/account"): V2Call("account", 10, PLUS, _get_account, _ACCOUNT),
    ("GET", "/v2/general/accounts"): V2Call("accounts", 10, PLUS, _list_accounts, _PAGES),
    ("POST", "/v2/general/links"): V2Call("link_code", 30, STANDARD, _make_code, _USER, takes_body=True),
    ("POST", "/v2/general/links/check"): V2Call("link_check", 30, STANDARD, _check_link, _USER, takes_body=True),
    ("POST", "/v2/general/links/set"): V2Call("link_set", 30, STANDARD, _set_link, _SET, takes_body=True),
    ("POST", "/v2/general/secrets/verify"): V2Call(
        "verify_secret", 10, STANDARD, _verify_secret, _SECRET, takes_body=True
    ),
    ("GET", "/v2/general/info"): V2Call("info", 10, FREE, _info),
    ("GET", "/v2/general/version"): V2Call("version", 10, FREE, _version),
    ("GET", "/v2/general/servers"): V2Call("servers", 10, STANDARD, _servers),
}
"""By method and path, `{}` standing for the one variable segment."""
