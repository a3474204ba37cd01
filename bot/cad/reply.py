"""One answer of the CAD, read by its body and never by its header (cad-api.md 1.1).

Whatever the bytes are, reading them gives a value or a CadError. No error keeps a page of HTML, the body of an
unexpected success, or a secret.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from bot.domain.wire import readable
from bot.errors import CadError, CadErrorKind, Sent

if TYPE_CHECKING:
    from bot.cad.protocol import Request, Response

V1_COOL_DOWN = 60.0
"""Seconds that the official v1 client stays away from an endpoint after a 429 (cad-api.md 3.1)."""

V2_COOL_DOWN = 10.0
"""Seconds after a v2 429 that names no time (cad-api.md 3.2)."""

_NOT_JSON = object()
_TRAP = re.compile(r"(Sonoran CAD: )?Backend Service Reached\W*", re.IGNORECASE)
_WAIT_HEADERS = ("retry-after", "ratelimit-reset", "x-ratelimit-reset")
_TRACE_HEADERS = ("x-trace-id", "x-kong-request-id", "x-request-id")
_EPOCH = 1_000_000_000  # a reset time over this is a moment, not a span
_SUCCESS = range(HTTPStatus.OK, HTTPStatus.MULTIPLE_CHOICES)
_TOO_MANY, _MISSING = int(HTTPStatus.TOO_MANY_REQUESTS), int(HTTPStatus.NOT_FOUND)
_BAD, _BROKEN = int(HTTPStatus.BAD_REQUEST), int(HTTPStatus.INTERNAL_SERVER_ERROR)
_BY_STATUS: dict[int, CadErrorKind] = {
    HTTPStatus.UNAUTHORIZED: CadErrorKind.AUTH,
    HTTPStatus.PAYMENT_REQUIRED: CadErrorKind.PLAN,
    HTTPStatus.FORBIDDEN: CadErrorKind.FORBIDDEN,
    HTTPStatus.METHOD_NOT_ALLOWED: CadErrorKind.BAD_ENDPOINT,
    HTTPStatus.REQUEST_TIMEOUT: CadErrorKind.TIMEOUT,
    HTTPStatus.CONFLICT: CadErrorKind.UNIQUE,
}
_DOUBTFUL = frozenset({CadErrorKind.SERVER, CadErrorKind.UNEXPECTED, CadErrorKind.TIMEOUT})


@dataclass(frozen=True, slots=True)
class Reply:
    """A decoded answer.

    `text` is the whole body, or the string that the body is as JSON. `json` is an object or a list: a bare number or
    word is text, since a username may look like either.
    """

    request: Request
    response: Response
    text: str
    json: object

    @classmethod
    def of(cls, request: Request, response: Response) -> Reply:
        """Decode the body: broken bytes are replaced, broken JSON is text."""
        text = response.body.decode("utf-8", errors="replace").lstrip("\ufeff").strip()
        if not text.startswith(("{", "[", '"')):
            return cls(request, response, text, _NOT_JSON)
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return cls(request, response, text, _NOT_JSON)
        if isinstance(value, str):
            return cls(request, response, value.strip(), _NOT_JSON)
        return cls(request, response, text, value)

    @property
    def ok(self) -> bool:
        """Whether the status says success; on v1 that alone means little (the 200 trap)."""
        return self.response.status in _SUCCESS

    @property
    def is_text(self) -> bool:
        """Whether the body is words: neither JSON nor a page of HTML."""
        return self.json is _NOT_JSON and not self.is_page

    @property
    def is_page(self) -> bool:
        """Whether the body is HTML or XML: a gateway's page, never the CAD's own word."""
        return self.json is _NOT_JSON and self.text.startswith("<")

    @property
    def fields(self) -> dict[str, object]:
        """The JSON object that the body is; empty when it is anything else."""
        return self.json if isinstance(self.json, dict) else {}

    @property
    def words(self) -> str:
        """What the CAD says in prose: problem detail, gateway message or text. Untrusted."""
        if self.is_text:
            return readable(self.text)
        said = (self.fields.get(name) for name in ("detail", "title", "message"))
        return next((readable(text) for text in said if isinstance(text, str) and text), "")

    def refuse(self, *, missing: CadErrorKind = CadErrorKind.NOT_FOUND) -> None:
        """Raise CadError for what is no success in either generation; `missing` is what a 404 means here."""
        status = self.response.status
        if status == _TOO_MANY:
            raise self.error(CadErrorKind.RATE_LIMITED, wait=self._wait())
        if status >= _BROKEN:
            raise self.error(CadErrorKind.SERVER)
        if _TRAP.fullmatch(self.text):
            raise self.error(CadErrorKind.BAD_ENDPOINT)
        if status == _MISSING:
            raise self.error(missing)
        if status >= _BAD:
            raise self.error(_BY_STATUS.get(status, CadErrorKind.REJECTED))
        if not self.ok or self.is_page or self.fields.get("success") is False:
            raise self.unexpected()

    def unexpected(self) -> CadError:
        """Return the error for an answer of a shape that no page documents."""
        return self.error(CadErrorKind.UNEXPECTED)

    def error(self, kind: CadErrorKind, *, wait: float | None = None, whole_api: bool = False) -> CadError:
        """Return the error of that kind; a plan error says in its parameter `scope` what it closes."""
        error = CadError(
            kind,
            sent=self._sent(kind),
            endpoint=self.request.endpoint,
            status=self.response.status,
            wait=wait,
            trace_id=self._trace_id(),
            detail="" if kind is CadErrorKind.UNEXPECTED else self._hidden(self.words),
        )
        if kind is CadErrorKind.PLAN:
            error.params["scope"] = "api" if whole_api else "endpoint"
        return error

    def _sent(self, kind: CadErrorKind) -> Sent:
        if kind is CadErrorKind.RATE_LIMITED:
            return Sent.NO
        return Sent.UNKNOWN if self.request.write and kind in _DOUBTFUL else Sent.ANSWERED

    def _hidden(self, text: str) -> str:
        for secret in filter(None, self.request.hide):
            text = re.sub(re.escape(secret), "***", text, flags=re.IGNORECASE)
        return text

    def _trace_id(self) -> str | None:
        inside = (self.fields.get(name) for name in ("traceId", "request_id"))
        outside = (self.response.headers.get(name) for name in _TRACE_HEADERS)
        found = next((text for text in (*inside, *outside) if isinstance(text, str) and text), None)
        return found[:100] if found else None

    def _wait(self) -> float:
        """Return the seconds to stay away after a 429: what its headers say, at least the generation's own rule."""
        headers = (self.response.headers.get(name) for name in _WAIT_HEADERS)
        told = (_seconds(value, self.response.received_at) for value in headers if value)
        wait = next((seconds for seconds in told if seconds is not None), None)
        if self.request.limit is None:
            return max(V1_COOL_DOWN, wait or 0.0)
        return V2_COOL_DOWN if wait is None else max(wait, 1.0)


def _seconds(value: str, now: float) -> float | None:
    """Read a wait header: seconds, a Unix time or an HTTP date. None: unreadable."""
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp()
        except (ValueError, OverflowError):
            return None
    if not math.isfinite(seconds):
        return None
    return max(seconds - now if seconds > _EPOCH else seconds, 0.0)
