"""What passes between the server and the two generations: a request as received, a call ready to run, a reply."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from sandbox.cad.refusals import Malformed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sandbox.cad.refusals import CadRefusal

TEXT = "text/plain; charset=utf-8"
JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"
PROBLEM = "application/problem+json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came over the wire. `path` is raw (still percent-encoded); header names are lower-case."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def v2(self) -> bool:
        """Whether it is of the second generation."""
        return self.path.startswith("/v2/")


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer."""

    status: int
    body: bytes = b""
    content_type: str = TEXT
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Prepared:
    """What is known of a request before anything is applied; filled as far as the checks got.

    `run` applies it and returns the reply; None where the checks already refused it. `limit` is the documented
    number of calls a minute (v2), `identifier` the account as it was named, `body` what may be shown of the body.
    """

    endpoint: str = "unknown"
    limit: int | None = None
    key_ok: bool = False
    identifier: str = ""
    body: object = None
    run: Callable[[], Reply] | None = None
    refusal: CadRefusal | None = None


class Generation(Protocol):
    """One generation of the API: how it reads requests and words its refusals. Neither method changes the CAD."""

    name: str

    def prepare(self, received: Received) -> Prepared:
        """Check a request and make it ready to run."""
        ...

    def refuse(self, refusal: CadRefusal, received: Received) -> Reply:
        """Word a refusal as this generation does."""
        ...

    def limited(self, wait: float) -> Reply:
        """Answer a call that came `wait` seconds too early."""
        ...


def text(body: str, status: int = 200) -> Reply:
    """Return a plain text answer."""
    return Reply(status, body.encode())


def as_json(value: object, status: int = 200, content_type: str = JSON) -> Reply:
    """Return a JSON answer."""
    return Reply(status, json.dumps(value).encode(), content_type)


def json_body(received: Received) -> object:
    """Return the decoded JSON body; raises Malformed unless it is declared as JSON and is JSON, keys not repeated."""
    if received.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        raise Malformed("the body's Content-Type is not application/json")
    try:
        return json.loads(received.body, object_pairs_hook=_once)
    except ValueError:
        raise Malformed("the body is not JSON") from None
    except RecursionError:
        raise Malformed("the body is nested too deeply") from None


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len(dict(pairs)) != len(pairs):
        raise Malformed("a key stands twice in one object")
    return dict(pairs)
