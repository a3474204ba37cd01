"""The current API: REST with the key in a header, problem documents, and limits per endpoint.

Wire facts: cad-api.md 2 (pages under `api-endpoints-v2/`). Nothing is told from a Content-Type.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from bot.cad import arguments, shapes
from bot.cad.protocol import Call, Created, Credentials, LinkCode, NewCharacter, Request
from bot.cad.reply import Reply
from bot.domain.models import CHARACTER_TYPE, LinkResult, Plan, Target, TargetKind
from bot.errors import CadError, CadErrorKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.cad.protocol import Response
    from bot.domain.models import Account, Community
    from bot.domain.template import Record, Template

T = TypeVar("T")

# Exactly one of these per call (cad-api.md 2.2, C18). `apiId` is gone (C35).
_TARGETS = {
    TargetKind.API_ID: "communityUserId",
    TargetKind.DISCORD: "discord",
    TargetKind.ACCOUNT: "accountUuid",
}
_ACCOUNT_TARGETS = {**_TARGETS, TargetKind.USERNAME: "username"}

_LINKS = "/v2/civilian/character-links"
_RECORDS = "/v2/general/records"
_FEW, _MANY = 10, 30  # documented calls a minute for one key and endpoint (cad-api.md 2.3)
_NO_ROUTE = "no route matched"  # what the gateway (Kong) says of a path it does not know
_NOT_LINKED_STATUSES = (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND)


class V2:
    """The v2 dialect for one community key."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    def link(self, target: Target, sync_id: str) -> Call[LinkResult]:
        """Link a Database Sync character (add-character-link page)."""
        request = self._link("PUT", target, sync_id)
        return self._call(request, partial(_link_result, sync_id=sync_id, action="ADD"), CadErrorKind.NOT_LINKED)

    def unlink(self, target: Target, sync_id: str) -> Call[LinkResult]:
        """Remove a link; the account is named in the body of the DELETE (remove-character-link page)."""
        request = self._link("DELETE", target, sync_id)
        return self._call(request, partial(_link_result, sync_id=sync_id, action="REMOVE"), CadErrorKind.NOT_FOUND)

    def links(self, target: Target) -> Call[tuple[str, ...]]:
        """List the linked sync IDs (get-character-links page)."""
        request = self._request("GET", _LINKS, query=_pair(target))
        return self._call(request, shapes.sync_ids, CadErrorKind.NOT_LINKED)

    def characters(self, target: Target) -> Call[tuple[Record, ...]]:
        """List the characters of an account (get-characters page)."""
        request = self._request("GET", "/v2/civilian/characters", query=_pair(target))
        return self._call(request, shapes.records, CadErrorKind.NOT_LINKED)

    def create(self, target: Target, new: NewCharacter) -> Call[Created]:
        """Create a character: a record of type 7 (create-record page; any 2xx is success: C24)."""
        lifetime = arguments.lifetime(new)
        if new.values is None:
            content: dict[str, Any] = {"record": {"type": CHARACTER_TYPE} | arguments.whole_record(new.record or {})}
        else:
            replace = arguments.values(new.values)
            content = {"useDictionary": True, "recordTypeId": CHARACTER_TYPE, "replaceValues": replace}
        body = dict(_pair(target)) | content | lifetime
        request = self._request("POST", _RECORDS, body=body, write=True, limit=_MANY)
        return self._call(request, _created, CadErrorKind.NOT_LINKED)

    def edit(self, target: Target, record_id: int, values: Mapping[str, str]) -> Call[None]:
        """Replace fields of a character; the target becomes its owner (update-record page)."""
        replace = {"useDictionary": True, "templateId": CHARACTER_TYPE, "replaceValues": arguments.values(values)}
        request = self._request(
            "PATCH",
            f"{_RECORDS}/{{recordId}}",
            segment=str(arguments.record_id(record_id)),
            body=dict(_pair(target)) | replace,
            write=True,
        )
        return self._call(request, partial(_changed, name="id", value=record_id))

    def remove(self, record_id: int) -> Call[None]:
        """Remove a character by its bare id, whoever owns it (remove-character page)."""
        segment = str(arguments.record_id(record_id))
        request = self._request("DELETE", "/v2/civilian/characters/{characterId}", segment=segment, write=True)
        return self._call(request, partial(_changed, name="characterId", value=record_id))

    def select(self, target: Target, character: int | str) -> Call[None]:
        """Select a character by record id or sync ID, both as a string; the echo may be the other one (vector 54)."""
        known = arguments.sync_id(character) if isinstance(character, str) else str(arguments.record_id(character))
        body = dict(_pair(target)) | {"characterId": known}
        request = self._request("PUT", "/v2/civilian/selected-character", body=body, write=True)
        return self._call(request, partial(_changed, name="characterId", value=None))

    def template(self) -> Call[Template]:
        """Read the character template (get-template page)."""
        request = self._request("GET", "/v2/general/templates/{recordTypeId}", segment=str(CHARACTER_TYPE))
        return self._call(request, shapes.character_template)

    def plan(self) -> Call[Plan]:
        """Read the subscription (get-version page); only its name means the same as on v1 (C19)."""
        return self._call(self._request("GET", "/v2/general/version"), _plan)

    def community(self) -> Call[Community]:
        """Read who the key belongs to (get-info page)."""
        return self._call(self._request("GET", "/v2/general/info"), shapes.community)

    def account(self, target: Target) -> Call[Account]:
        """Read an account, by username too (get-account page)."""
        request = self._request("GET", "/v2/general/accounts/account", query=_pair(target, _ACCOUNT_TARGETS))
        return self._call(request, shapes.account, CadErrorKind.NOT_LINKED)

    def check_api_id(self, api_id: str) -> Call[str | None]:
        """Read the account UUID behind a `communityUserId`, None where there is none (check-link page)."""
        body = dict(_pair(Target.of(api_id=api_id)))
        request = self._request("POST", "/v2/general/links/check", body=body, limit=_MANY)
        return Call(request, lambda response: _link_owner(Reply.of(request, response)))

    def verify_secret(self, secret: str) -> Call[str]:
        """Return whose secret it is (verify-secret page)."""
        body = {"secret": arguments.uuid(secret)}
        request = self._request("POST", "/v2/general/secrets/verify", body=body, hide=(secret,))
        return Call(request, lambda response: _secret_owner(Reply.of(request, response), secret))

    def link_code(self, api_id: str) -> Call[LinkCode]:
        """Mint a code that ties a `communityUserId` to whoever opens it; it lives 10 minutes.

        Create-link page, vector 67. No command of ours does this yet.
        """
        body = dict(_pair(Target.of(api_id=api_id)))
        return self._call(self._request("POST", "/v2/general/links", body=body, write=True, limit=_MANY), _link_code)

    def set_link(self, account: str, secret: str, api_id: str) -> Call[str]:
        """Tie a `communityUserId` to an account by its secret; returns the account UUID (set-link page, vector 68).

        The CAD's refusal is FORBIDDEN and does not say which of the two is wrong. No command of ours does this yet.
        """
        body = {"accountUuid": arguments.uuid(account), "secretUuid": arguments.uuid(secret)}
        body |= dict(_pair(Target.of(api_id=api_id)))
        request = self._request("POST", "/v2/general/links/set", body=body, write=True, limit=_MANY, hide=(secret,))
        return self._call(request, partial(_link_set, account=account))

    def _link(self, method: str, target: Target, sync_id: str) -> Request:
        return self._request(
            method,
            f"{_LINKS}/{{syncId}}",
            segment=arguments.sync_id(sync_id),
            body=dict(_pair(target)),
            write=True,
        )

    def _request(
        self,
        method: str,
        route: str,
        *,
        segment: str | None = None,
        query: tuple[tuple[str, str], ...] = (),
        body: dict[str, Any] | None = None,
        write: bool = False,
        limit: int = _FEW,
        hide: tuple[str, ...] = (),
    ) -> Request:
        """Return a request; `segment` takes the place of the route's braces as one encoded path segment."""
        key = self._credentials.key.get_secret_value()
        headers = {"Authorization": f"Bearer {key}", "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        return Request(
            endpoint=f"{method} {route}",
            method=method,
            path=route if segment is None else route[: route.index("{")] + quote(segment, safe=""),
            query=query,
            headers=headers,
            body=None if body is None else arguments.compact(body),
            write=write,
            limit=limit,
            hide=(key, *hide),
        )

    @staticmethod
    def _call(
        request: Request,
        read: Callable[[Reply], T],
        missing: CadErrorKind = CadErrorKind.NOT_FOUND,
    ) -> Call[T]:
        """Pair a request with its reading; `missing` is what a 404 without words means."""

        def decode(response: Response) -> T:
            reply = Reply.of(request, response)
            reply.refuse(missing=_missing(reply, missing) if response.status == HTTPStatus.NOT_FOUND else missing)
            return read(reply)

        return Call(request, decode)


def _pair(target: Target, names: Mapping[TargetKind, str] = _TARGETS) -> tuple[tuple[str, str], ...]:
    return (arguments.identity(target, names),)


def _missing(reply: Reply, usual: CadErrorKind) -> CadErrorKind:
    """Return what a 404 means: its words decide where they can (no page documents them: cad-api.md 2.5)."""
    words = reply.words.lower()
    if _NO_ROUTE in words:
        return CadErrorKind.BAD_ENDPOINT
    names_account = reply.request.query or reply.request.body is not None
    if names_account and re.search(r"\b(account|user)\b", words):
        return CadErrorKind.NOT_LINKED
    if re.search(r"\b(character|record|link)\b", words):
        return CadErrorKind.NOT_FOUND
    return usual


def _answered(reply: Reply) -> Mapping[str, Any]:
    """Return the object a write answered with; empty where it says that there is nothing to say (204, vector 52)."""
    if not reply.fields and reply.response.status != HTTPStatus.NO_CONTENT:
        raise reply.unexpected()
    return reply.fields


def _link_result(reply: Reply, *, sync_id: str, action: str) -> LinkResult:
    body = _answered(reply)
    if body and (body.get("syncId"), body.get("action")) != (sync_id, action):
        raise reply.unexpected()
    return LinkResult(sync_id, str(body.get("accountUuid") or ""))


def _created(reply: Reply) -> Created:
    return Created(shapes.record(reply)) if _answered(reply) else Created()


def _changed(reply: Reply, *, name: str, value: int | None) -> None:
    """Accept an answer that does not name another record."""
    echo = _answered(reply).get(name)
    if value is not None and echo is not None and str(echo) != str(value):
        raise reply.unexpected()


def _plan(reply: Reply) -> Plan:
    number, name = reply.fields.get("version"), reply.fields.get("name")
    if not isinstance(name, str) or not isinstance(number, int):
        raise reply.unexpected()
    return Plan(number, name)


def _link_owner(reply: Reply) -> str | None:
    """Read a link check: `linked`, or a plain failure that means the same (C37)."""
    if reply.response.status in _NOT_LINKED_STATUSES and reply.fields.get("success") is False:
        return None
    try:
        reply.refuse(missing=_missing(reply, CadErrorKind.NOT_LINKED))
    except CadError as error:
        if error.kind is CadErrorKind.NOT_LINKED:
            return None
        raise
    linked, owner = reply.fields.get("linked"), reply.fields.get("accountUuid")
    if linked is True and isinstance(owner, str) and owner:
        return owner
    if linked is False:
        return None
    raise reply.unexpected()


def _secret_owner(reply: Reply, secret: str) -> str:
    try:
        reply.refuse(missing=_missing(reply, CadErrorKind.NOT_VERIFIED))
    except CadError as error:
        raise shapes.unverified(reply, error) from None
    return shapes.secret_owner(reply, secret, echoes=False)


def _link_code(reply: Reply) -> LinkCode:
    code, until = reply.fields.get("code"), reply.fields.get("expiresAt")
    seconds = reply.fields.get("expiresInSeconds", 600)
    if not isinstance(code, str) or not code or not isinstance(seconds, int):
        raise reply.unexpected()
    try:
        return LinkCode(code, datetime.fromisoformat(until) if isinstance(until, str) else None, seconds)
    except ValueError:
        raise reply.unexpected() from None


def _link_set(reply: Reply, *, account: str) -> str:
    body = reply.fields
    if body.get("linked") is not True or str(body.get("accountUuid", account)).lower() != account.lower():
        raise reply.unexpected()
    return account
