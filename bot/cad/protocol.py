"""What both API generations have in common: a request, a response, a call, and the dialect that makes calls.

A dialect is pure: it turns intentions into bytes and bytes into results or errors. Sending is the transport's job,
pacing the budget's, and putting these together the client's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

if TYPE_CHECKING:
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
    changes something, so that a lost answer leaves the outcome unknown.
    """

    endpoint: str
    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    write: bool = False
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """One complete HTTP answer. Header names are lower-case. Bodies may hold personal data: never in a repr."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


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

    values: Mapping[str, str] | None = None
    record: Mapping[str, Any] | None = None
    delete_after: int | None = None


@dataclass(frozen=True, slots=True)
class Created:
    """What the CAD said about a new character. `record` is None where it answered with text only (C3)."""

    record: Record | None = None


class Dialect(Protocol):
    """One API generation. Every method raises ValueError for what local validation can refuse (nothing is sent)."""

    def link(self, target: Target, sync_id: str) -> Call[LinkResult]: ...
    def unlink(self, target: Target, sync_id: str) -> Call[LinkResult]: ...
    def links(self, target: Target) -> Call[tuple[str, ...]]: ...
    def characters(self, target: Target) -> Call[tuple[Record, ...]]: ...
    def create(self, target: Target, new: NewCharacter) -> Call[Created]: ...
    def edit(self, target: Target, record_id: int, values: Mapping[str, str]) -> Call[None]: ...
    def remove(self, record_id: int) -> Call[None]: ...
    def select(self, target: Target, character: int | str) -> Call[None]: ...
    def template(self) -> Call[Template]: ...
    def plan(self) -> Call[Plan]: ...
    def community(self) -> Call[Community]: ...
    def account(self, target: Target) -> Call[Account]: ...
    def check_api_id(self, api_id: str) -> Call[str | None]: ...
    def verify_secret(self, secret: str) -> Call[str]: ...
