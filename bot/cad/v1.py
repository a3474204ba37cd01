"""The legacy API: every call is a POST with the key in the body, and text decides what an answer means.

Wire facts: cad-api.md 1 (pages under `api-endpoints/`). Names at status 200 are their owners' choice, so there a
refusal counts only when the text begins with it: no username can close the API for a community.
"""

from __future__ import annotations

import re
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

from bot.cad import arguments, shapes
from bot.cad.protocol import Call, Created, Credentials, NewCharacter, Request
from bot.cad.reply import Reply
from bot.cad.v2 import V2
from bot.domain.models import CHARACTER_TYPE, LinkResult, Plan, Target, TargetKind
from bot.errors import CadError, CadErrorKind
from bot.settings import CreateForm

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.cad.protocol import Response
    from bot.domain.models import Account, Community
    from bot.domain.template import Record, Template

T = TypeVar("T")

# The name of the account parameter differs from page to page (cad-api.md 1.4).
_API_ID = {TargetKind.API_ID: "apiId"}
_API_ID_OR_ACCOUNT = {**_API_ID, TargetKind.ACCOUNT: "account"}
_ANY = {**_API_ID_OR_ACCOUNT, TargetKind.USERNAME: "username"}
_USER = {TargetKind.API_ID: "user", TargetKind.ACCOUNT: "user"}
_ACCOUNT_OR_USERNAME = {TargetKind.ACCOUNT: "account", TargetKind.USERNAME: "username"}

_ADD, _REMOVE = 0, 2  # link_character `action`; 1 has no meaning for a link (C2)
_PLANS = {0: "FREE", 1: "STARTER", 2: "STANDARD", 3: "PLUS", 4: "PRO", 6: "SONORAN ONE"}
_LINKED = "linked char sync id "
_OWNER = re.compile(
    r" user '(?P<username>.*)' - (?P<uuid>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.IGNORECASE | re.DOTALL
)
_REFUSALS = (
    ("INVALID API KEY", CadErrorKind.AUTH),
    ("INVALID COMMUNITY ID", CadErrorKind.CONFIG),
    ("INVALID REQUEST TYPE", CadErrorKind.PROTOCOL),
    ("API ENDPOINT IS NOT ENABLED FOR THIS COMMUNITY", CadErrorKind.PLAN),
    ("API IS NOT ENABLED FOR THIS COMMUNITY", CadErrorKind.PLAN),
    ("IS NOT ENABLED FOR THIS COMMUNITY", CadErrorKind.PLAN),
    ("VERSION PRO REQUIRED", CadErrorKind.PLAN),
    ("API ID NOT LINKED TO AN ACCOUNT", CadErrorKind.NOT_LINKED),
)
_BEGINNINGS = tuple(words for words, _ in _REFUSALS)
_WHOLE_API = "API IS NOT ENABLED FOR THIS COMMUNITY"


class V1:
    """The v1 dialect for one community key. `create_form` is the one generation of NEW_CHARACTER to speak (C4)."""

    def __init__(self, credentials: Credentials, create_form: CreateForm) -> None:
        self._credentials = credentials
        self._create_form = create_form

    def link(self, target: Target, sync_id: str) -> Call[LinkResult]:
        """Link a Database Sync character to an API id (link-character page)."""
        return self._call(self._link(target, sync_id, _ADD), partial(_linked, sync_id=sync_id))

    def unlink(self, target: Target, sync_id: str) -> Call[LinkResult]:
        """Remove a link. The success text is undocumented: any is taken (C2)."""
        return self._call(self._link(target, sync_id, _REMOVE), partial(_link_result, sync_id=sync_id))

    def links(self, target: Target) -> Call[tuple[str, ...]]:
        """List the sync IDs linked to an API id (get-character-links page)."""
        return self._call(self._civilian("GET_CHARACTER_LINKS", _item(target, _API_ID)), shapes.sync_ids)

    def characters(self, target: Target) -> Call[tuple[Record, ...]]:
        """List the characters of an account, the selected one first (get-characters page)."""
        return self._call(self._civilian("GET_CHARACTERS", _item(target, _API_ID_OR_ACCOUNT)), shapes.records)

    def create(self, target: Target, new: NewCharacter) -> Call[Created]:
        """Create a character in the configured form; a whole record goes in the record form instead of a dictionary.

        Raises ValueError for values in a form that takes whole records, and for `delete_after` in the seed's form.
        """
        request = self._civilian("NEW_CHARACTER", self._new_character(target, new), write=True)
        return self._call(request, _created, unique=("NEW CHARACTER ADDED TO ",))

    def edit(self, target: Target, record_id: int, values: Mapping[str, str]) -> Call[None]:
        """Replace fields of a character; the target becomes its owner (edit-character page, singular path: C7)."""
        item = _item(target, _USER) | {
            "templateId": CHARACTER_TYPE,
            "useDictionary": True,
            "recordId": arguments.record_id(record_id),
            "replaceValues": arguments.values(values),
            "record": None,
        }
        done = f"CHARACTER {record_id} EDITED FOR "
        request = self._civilian("EDIT_CHARACTER", item, write=True)
        return self._call(request, partial(_changed, done=done, record_id=record_id), unique=(done,))

    def remove(self, record_id: int) -> Call[None]:
        """Remove a character by its bare id, whoever owns it (remove-character page)."""
        request = self._civilian("REMOVE_CHARACTER", {"id": arguments.record_id(record_id)}, write=True)
        decode = partial(_changed, done=f"CHARACTER {record_id} REMOVED FOR ", record_id=record_id)
        return self._call(request, decode, missing=CadErrorKind.NOT_FOUND)

    def select(self, target: Target, character: int | str) -> Call[None]:
        """Select a character by record id or sync ID. The success body is unknown: any is taken (C11)."""
        known = arguments.sync_id(character) if isinstance(character, str) else arguments.record_id(character)
        item = _item(target, _API_ID_OR_ACCOUNT) | {"charId": known}
        return self._call(self._civilian("SET_CHARACTER", item, write=True), _nothing)

    def template(self) -> Call[Template]:
        """Read the character template (get-templates page; `recordTypeId` beside `data`: C12)."""
        request = self._request("general", "GET_TEMPLATES", None, beside={"recordTypeId": CHARACTER_TYPE})
        return self._call(request, shapes.character_template)

    def plan(self) -> Call[Plan]:
        """Read the subscription: text that starts with its number (get-version page)."""
        return self._call(self._request("general", "GET_VERSION", None), _plan)

    def community(self) -> Call[Community]:
        """Read who the key belongs to. v1 has no such page; the v2 call takes the same key."""
        return V2(self._credentials).community()

    def account(self, target: Target) -> Call[Account]:
        """Read an account by API id, account UUID or username (get-account page)."""
        return self._call(self._request("general", "GET_ACCOUNT", _item(target, _ANY)), shapes.account)

    def check_api_id(self, api_id: str) -> Call[str | None]:
        """Read the username behind an API id, None where there is none (check-api-id page)."""
        item = _item(Target.of(api_id=api_id), _API_ID)
        request = self._request("general", "CHECK_APIID", item)
        return Call(request, lambda response: _username(Reply.of(request, response)))

    def verify_secret(self, secret: str) -> Call[str]:
        """Return whose secret it is; the CAD's answer echoes it (verify-secret page)."""
        item = {"secret": arguments.uuid(secret)}
        request = self._request("general", "VERIFY_SECRET", item, hide=(secret,))
        return Call(request, lambda response: _secret_owner(Reply.of(request, response), secret))

    def set_api_id(self, target: Target, api_ids: tuple[str, ...], *, append: bool = True) -> Call[None]:
        """Add API ids to an account, or replace them all (set-api-ids page, vector 38). No command of ours does yet."""
        if not api_ids or not all(api_id and api_id == api_id.strip() for api_id in api_ids):
            raise ValueError("API ids are neither blank nor padded")
        item = _item(target, _ACCOUNT_OR_USERNAME) | {"apiIds": list(api_ids), "pushNew": append}
        return self._call(self._request("general", "SET_API_ID", item, write=True), _api_ids_set)

    def _link(self, target: Target, sync_id: str, action: int) -> Request:
        item = _item(target, _API_ID) | {"syncId": arguments.sync_id(sync_id), "action": action}
        return self._civilian("LINK_CHARACTER", item, write=True)

    def _new_character(self, target: Target, new: NewCharacter) -> dict[str, Any]:
        lifetime = arguments.lifetime(new)
        if new.values is not None and self._create_form is not CreateForm.DICTIONARY:
            raise ValueError(f"the form {self._create_form} takes a whole record")
        if self._create_form is CreateForm.CHARACTER:
            if lifetime:
                raise ValueError("the seed's form knows no lifetime")
            return _item(target, _API_ID) | {"character": arguments.whole_record(new.record or {})}
        if new.values is None:
            return _item(target, _USER) | {"record": arguments.whole_record(new.record or {})} | lifetime
        dictionary = {
            "useDictionary": True,
            "recordTypeId": CHARACTER_TYPE,
            "replaceValues": arguments.values(new.values),
            "record": None,
        }
        return _item(target, _USER) | dictionary | lifetime

    def _civilian(self, kind: str, item: dict[str, Any], *, write: bool = False) -> Request:
        return self._request("civilian", kind, item, write=write)

    def _request(
        self,
        group: str,
        kind: str,
        item: dict[str, Any] | None,
        *,
        beside: Mapping[str, Any] | None = None,
        write: bool = False,
        hide: tuple[str, ...] = (),
    ) -> Request:
        """Return the envelope with exactly one item, or none (cad-api.md 1.1)."""
        key = self._credentials.key.get_secret_value()
        body = {"id": self._credentials.community_id, "key": key, "type": kind, **(beside or {})}
        return Request(
            endpoint=kind.lower(),
            method="POST",
            path=f"/{group}/{kind.lower()}",
            headers={"Content-Type": "application/json"},
            body=arguments.compact({**body, "data": [] if item is None else [item]}),
            write=write,
            hide=(key, *hide),
        )

    @staticmethod
    def _call(
        request: Request,
        read: Callable[[Reply], T],
        *,
        missing: CadErrorKind = CadErrorKind.NOT_LINKED,
        unique: tuple[str, ...] | None = None,
    ) -> Call[T]:
        """Pair a request with its reading. `unique`: how a success begins where values may be taken."""

        def decode(response: Response) -> T:
            reply = Reply.of(request, response)
            if unique is not None:
                _refuse_taken(reply, unique)
            _refuse(reply, missing=missing)
            return read(reply)

        return Call(request, decode)


def _item(target: Target, names: Mapping[TargetKind, str]) -> dict[str, Any]:
    name, value = arguments.identity(target, names)
    return {name: value}


def _refuse(reply: Reply, *, missing: CadErrorKind = CadErrorKind.NOT_LINKED) -> None:
    """Raise CadError for whatever is no success: documented texts first, then the status, then an empty body."""
    if reply.is_text and reply.response.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        _refuse_text(reply, missing)
    reply.refuse()
    if not reply.text:
        raise reply.unexpected()


def _refuse_text(reply: Reply, missing: CadErrorKind) -> None:
    """Raise for the documented texts (cad-api.md 1.6), which say 400 for a bad key and 404 for an unknown one."""
    if reply.response.status == HTTPStatus.TOO_MANY_REQUESTS:
        return
    text = reply.text.upper()
    if reply.ok and not text.startswith(_BEGINNINGS):
        return
    for words, kind in _REFUSALS:
        if text.startswith(words) if reply.ok else words in text:
            found = missing if kind is CadErrorKind.NOT_LINKED else kind
            raise reply.error(found, whole_api=words == _WHOLE_API)


def _refuse_taken(reply: Reply, success: tuple[str, ...]) -> None:
    """Raise UNIQUE for a text that says `taken`, at whatever status (seen in FMv1: cad-api.md 1.6).

    Records and success texts are not searched: a person may be called Taken.
    """
    answered = reply.response.status < HTTPStatus.INTERNAL_SERVER_ERROR
    if reply.is_text and answered and "taken" in reply.text.lower() and not reply.text.upper().startswith(success):
        raise reply.error(CadErrorKind.UNIQUE)


def _linked(reply: Reply, *, sync_id: str) -> LinkResult:
    if not reply.text.lower().startswith(_LINKED):
        raise reply.unexpected()
    return _link_result(reply, sync_id=sync_id)


def _link_result(reply: Reply, *, sync_id: str) -> LinkResult:
    """Read whose link it is, from the right: a username may hold quotes (vector 24)."""
    owner = _OWNER.search(reply.text.replace(f"'{sync_id}'", "''", 1))
    return LinkResult(sync_id, owner["uuid"], owner["username"]) if owner else LinkResult(sync_id)


def _created(reply: Reply) -> Created:
    """Read either success of NEW_CHARACTER: the documented text, or the record that is really sent (C3)."""
    if reply.is_text and reply.text.upper().startswith("NEW CHARACTER ADDED TO "):
        return Created()
    return Created(shapes.record(reply))


def _changed(reply: Reply, *, done: str, record_id: int) -> None:
    said_so = reply.is_text and reply.text.upper().startswith(done)
    if not said_so and str(reply.fields.get("id")) != str(record_id):
        raise reply.unexpected()


def _nothing(_reply: Reply) -> None:
    """Accept any answer that was not refused."""


def _plan(reply: Reply) -> Plan:
    """Read the leading number, and the name that may follow it (vector 28)."""
    found = re.match(r"[0-9]{1,9}", reply.text)
    if not found:
        raise reply.unexpected()
    number = int(found[0])
    return Plan(number, _PLANS.get(number) or reply.text[found.end() :].strip(" -").upper())


def _username(reply: Reply) -> str | None:
    """Read a username; at status 200 it may look like any text the API has, a refusal included."""
    try:
        if reply.ok:
            reply.refuse()
        else:
            _refuse(reply)
    except CadError as error:
        if error.kind is CadErrorKind.NOT_LINKED:
            return None
        raise
    if not reply.is_text or not reply.text:
        raise reply.unexpected()
    return reply.text


def _secret_owner(reply: Reply, secret: str) -> str:
    try:
        _refuse(reply)
    except CadError as error:
        raise shapes.unverified(reply, error) from None
    return shapes.secret_owner(reply, secret, echoes=True)


def _api_ids_set(reply: Reply) -> None:
    if not reply.text.upper().startswith("API ID"):
        raise reply.unexpected()
