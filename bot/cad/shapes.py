"""What the CAD's successful answers hold, in either generation. Each function raises CadError for another shape."""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, TypeVar

from pydantic import AliasChoices, AliasPath, BaseModel, BeforeValidator, Field

from bot.cad.arguments import is_uuid
from bot.domain.models import CHARACTER_TYPE, Account, AccountStatus, Community
from bot.domain.template import Record, Template
from bot.domain.wire import readable
from bot.errors import CadErrorKind

if TYPE_CHECKING:
    from bot.cad.reply import Reply
    from bot.errors import CadError

M = TypeVar("M", bound=BaseModel)

UNKNOWN_STATUS = -1
"""An account status that is neither a number nor a name we know."""

_UNVERIFIED = frozenset(
    {CadErrorKind.NOT_FOUND, CadErrorKind.NOT_LINKED, CadErrorKind.FORBIDDEN, CadErrorKind.REJECTED},
)


def records(reply: Reply) -> tuple[Record, ...]:
    """Read a list of records; index 0 is the selected character. Some answers wrap it in an object (vector 41)."""
    listed = reply.fields.get("characters") if reply.fields else reply.json
    if not isinstance(listed, list):
        raise reply.unexpected()
    return tuple(_model(Record, item, reply) for item in listed)


def record(reply: Reply) -> Record:
    """Read one record, which has an id."""
    if reply.fields.get("id") is None:
        raise reply.unexpected()
    return _model(Record, reply.json, reply)


def sync_ids(reply: Reply) -> tuple[str, ...]:
    """Read a list of sync IDs, but for blank ones. They are strings even if they look like numbers (cad-api.md 5)."""
    if not isinstance(reply.json, list):
        raise reply.unexpected()
    if any(isinstance(item, bool) or not isinstance(item, str | int) for item in reply.json):
        raise reply.unexpected()
    found = (readable(str(item)) for item in reply.json)
    return tuple(sync_id for sync_id in found if sync_id.strip())


def character_template(reply: Reply) -> Template:
    """Read the template of record type 7, out of one or of a list (C12: the CAD may send them all)."""
    listed = reply.json if isinstance(reply.json, list) else [reply.json]
    for item in listed:
        kind = item.get("recordTypeId", item.get("type")) if isinstance(item, dict) else None
        if kind is None:
            raise reply.unexpected()
        if kind == CHARACTER_TYPE:
            return _model(Template, item, reply)
    raise reply.error(CadErrorKind.NOT_FOUND)


def account(reply: Reply) -> Account:
    """Read an account. `apiIds` is v1's, may hold blanks; `communityUserId` is v2's (C21)."""
    body = _model(_AccountBody, reply.json, reply)
    return Account(
        uuid=body.uuid,
        username=body.username,
        status=body.status,
        api_ids=tuple(dict.fromkeys(filter(None, body.api_ids or ()))),
        community_user_id=body.community_user_id or None,
        joined=body.joined,
    )


def community(reply: Reply) -> Community:
    """Read who a key belongs to (v2 get-info page)."""
    body = _model(_CommunityBody, reply.json, reply)
    return Community(body.uuid, body.community_id, body.name, body.timezone or "")


def secret_owner(reply: Reply, secret: str, *, echoes: bool) -> str:
    """Read whose secret it is: a map of one account UUID to a UUID (C39), which on v1 echoes the secret.

    Everything else that the CAD answers in its own words means NOT_VERIFIED.
    """
    if not reply.text:
        raise reply.unexpected()
    pairs = list(reply.fields.items())
    if len(pairs) != 1:
        raise reply.error(CadErrorKind.NOT_VERIFIED)
    owner, value = pairs[0]
    if not isinstance(value, str) or not is_uuid(owner) or not is_uuid(value):
        raise reply.error(CadErrorKind.NOT_VERIFIED)
    if echoes and not hmac.compare_digest(value.lower(), secret.lower()):
        raise reply.error(CadErrorKind.NOT_VERIFIED)
    return owner


def unverified(reply: Reply, error: CadError) -> CadError:
    """Return what a refusal of a secret means: no page documents its shape, so any plain no is NOT_VERIFIED."""
    return reply.error(CadErrorKind.NOT_VERIFIED) if error.kind in _UNVERIFIED else error


def _model(model: type[M], value: object, reply: Reply) -> M:
    if not isinstance(value, dict):
        raise reply.unexpected()
    try:
        return model.model_validate(value)
    except (ValueError, RecursionError):
        # The cause would carry what the CAD holds about a person.
        raise reply.unexpected() from None


def _status(value: object) -> object:
    """Read a status: v1's and v2's number, or a name of it (C20: v2 says VALIDATED for active)."""
    if not isinstance(value, str):
        return value
    name = "ACTIVE" if value.upper() == "VALIDATED" else value.upper()
    if name in AccountStatus.__members__:
        return AccountStatus[name].value
    return value if value.isdecimal() else UNKNOWN_STATUS


def _time(value: object) -> object:
    """Read a time as the CAD writes it; an unreadable one is not told."""
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


class _AccountBody(BaseModel):
    uuid: str = Field(validation_alias=AliasChoices("uuid", "accountUuid"), min_length=1)
    username: str = ""
    status: Annotated[int, BeforeValidator(_status)] = UNKNOWN_STATUS
    api_ids: list[str | None] | None = Field(None, alias="apiIds")
    community_user_id: str | None = Field(None, alias="communityUserId")
    joined: Annotated[datetime | None, BeforeValidator(_time)] = None


class _CommunityBody(BaseModel):
    uuid: str = ""
    community_id: str = Field(
        validation_alias=AliasChoices(AliasPath("community", "comId"), AliasPath("community", "id")),
        min_length=1,
    )
    name: str = Field("", validation_alias=AliasPath("community", "name"))
    timezone: str | None = Field(None, validation_alias=AliasPath("community", "timezone"))
