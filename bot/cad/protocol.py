"""What both API generations have in common: a request, a response, a call, and the dialect that makes calls.

A dialect is pure: it turns intentions into bytes and bytes into results or errors. Sending is the transport's job,
pacing the budget's, and putting these together the client's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from pydantic import SecretStr

    from bot.domain.models import Account, Community, LinkResult, Plan, Target
    from bot.domain.template import Record, Template

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Credentials:
    """A community and its API key. The key never appears in a repr."""

    community_id: str
    key: SecretStr


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP call, complete but for the base URL.

    `path` is already percent-encoded and starts with a slash. `headers` and `body` hold the key, so neither is in the
    repr. `endpoint` is the name for logs, budgets and metrics. `limit` is the documented number of calls a minute for
    this endpoint and key (v2); None where only the generation's own rule holds (v1). `write` says that the call
    changes something, so that a lost answer leaves the outcome unknown. `hide` lists the secrets that are blotted out
    of whatever text an error keeps.
    """

    endpoint: str
    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    write: bool = False
    limit: int | None = None
    hide: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Response:
    """One complete HTTP answer. Headers are asked for by lower-case names. Bodies may hold personal data: no repr.

    `received_at` is the Unix time of its arrival, in seconds, against which dates in headers are read.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    received_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Call(Generic[T_co]):
    """A request, and the pure function that reads its response.

    `decode` returns the result or raises CadError; it never raises anything else, whatever the bytes are.
    """

    request: Request
    decode: Callable[[Response], T_co]


@dataclass(frozen=True, slots=True)
class NewCharacter:
    """A character to create: by dictionary (`values`), or as a whole record (`record`); exactly one is given.

    `values` maps field uids to strings, as `domain.encoding` makes them. `delete_after` is in minutes.
    """

    values: Mapping[str, str] | None = field(default=None, repr=False)
    record: Mapping[str, Any] | None = field(default=None, repr=False)
    delete_after: int | None = None


@dataclass(frozen=True, slots=True)
class Created:
    """What the CAD said about a new character. `record` is None where it answered with text only (C3)."""

    record: Record | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class LinkCode:
    """A code that ties a `communityUserId` to whoever opens it (v2). Alphanumeric, never a number (C32)."""

    code: str = field(repr=False)
    expires_at: datetime | None = None
    expires_in: int = 600


class Dialect(Protocol):
    """One API generation. Every method raises ValueError for what local validation can refuse (nothing is sent)."""

    def link(self, target: Target, sync_id: str) -> Call[LinkResult]:
        """Link a Database Sync character to an account."""
        ...

    def unlink(self, target: Target, sync_id: str) -> Call[LinkResult]:
        """Remove such a link."""
        ...

    def links(self, target: Target) -> Call[tuple[str, ...]]:
        """List the sync IDs linked to an account."""
        ...

    def characters(self, target: Target) -> Call[tuple[Record, ...]]:
        """List the characters of an account."""
        ...

    def create(self, target: Target, new: NewCharacter) -> Call[Created]:
        """Create a character for an account."""
        ...

    def edit(self, target: Target, record_id: int, values: Mapping[str, str]) -> Call[None]:
        """Replace fields of a character, by uid; the target becomes its owner."""
        ...

    def remove(self, record_id: int) -> Call[None]:
        """Remove a character by its bare id, whoever owns it."""
        ...

    def select(self, target: Target, character: int | str) -> Call[None]:
        """Select one of an account's characters, by record id or sync ID."""
        ...

    def template(self) -> Call[Template]:
        """Read the community's character template."""
        ...

    def plan(self) -> Call[Plan]:
        """Read the community's subscription."""
        ...

    def community(self) -> Call[Community]:
        """Read who the key belongs to."""
        ...

    def account(self, target: Target) -> Call[Account]:
        """Read an account."""
        ...

    def check_api_id(self, api_id: str) -> Call[str | None]:
        """Return the username (v1) or account UUID (v2) behind an API id; None: not linked."""
        ...

    def verify_secret(self, secret: str) -> Call[str]:
        """Return the UUID of the account whose secret this is."""
        ...
