"""The whole error tree: data, never a finished sentence.

An error holds the message key and its parameters, whether trying again can help, and (for the CAD) whether anything
may have changed there.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

Param = str | int


class CharlinkError(Exception):
    """Anything a person is told instead of the outcome he asked for.

    `key` names a message of the catalogues (`bot/locales`), `params` fills it. `str()` of an error is for logs and
    holds the key only, since parameters may be what somebody typed.
    """

    def __init__(self, key: str, /, **params: Param) -> None:
        super().__init__(key)
        self.key = key
        self.params: dict[str, Param] = params
        self.recorded = False  # whether the history knows of it already

    @property
    def retryable(self) -> bool:
        """Whether the same attempt may succeed later without anybody changing anything."""
        return False


class Refused(CharlinkError):
    """A rule of ours says no. Nothing was sent anywhere and nothing changed."""


class ApprovalNeeded(Refused):
    """A player may not link this by himself: it can be asked of staff."""

    def __init__(self, sync_id: str) -> None:
        super().__init__("self-link-approval", sync_id=sync_id)
        self.sync_id = sync_id


class InvalidInput(Refused):
    """What was typed can't be right. Nothing was sent anywhere."""


class InvalidFields(InvalidInput):
    """Values that do not fit the community's template. `fields` has a label, a message key and parameters for each."""

    def __init__(self, key: str, /, fields: tuple[tuple[str, str, Mapping[str, Param]], ...]) -> None:
        super().__init__(key, count=len(fields))
        self.fields = fields


class Expired(Refused):
    """A button or form whose state is gone (too old, or from before a restart)."""


class Interrupted(CharlinkError):
    """The process stops before the outcome is known."""

    def __init__(self) -> None:
        super().__init__("interrupted")


class Question(CharlinkError):
    """Something a person must say yes to before it goes on. Nothing was changed yet.

    `token` names exactly what is confirmed: it joins the `confirmed` set of the intent that is then run again, so that
    a yes to one thing is never a yes to another. The message has an attribute `button` (`<key>-yes`).
    """

    def __init__(self, key: str, /, *, token: str, **params: Param) -> None:
        super().__init__(key, **params)
        self.token = token


class Choice(Question):
    """A question with several answers. `options` has each one's token, and the text that a person chooses by."""

    def __init__(self, key: str, /, options: tuple[tuple[str, str], ...], **params: Param) -> None:
        super().__init__(key, token="", **params)
        self.options = options


class CadErrorKind(StrEnum):
    """What went wrong with a CAD call. The values are stable: logs, metrics and messages name them."""

    NOT_LINKED = "not-linked"  # no CAD account of this community answers to that identifier
    NOT_FOUND = "not-found"  # no such character, record, link or template
    NOT_VERIFIED = "not-verified"  # the secret matches no account
    AUTH = "auth"  # the API key was refused
    PLAN = "plan"  # the community's plan does not include the call, or its API is off
    CONFIG = "config"  # the community id was refused
    PROTOCOL = "protocol"  # our request itself was refused as malformed
    BAD_ENDPOINT = "bad-endpoint"  # HTTP 200 from a path the CAD does not know
    FORBIDDEN = "forbidden"  # v2 403; deliberately vague
    REJECTED = "rejected"  # the CAD's own validation said no (v2 400)
    UNIQUE = "unique"  # a value that must be unique is taken
    RATE_LIMITED = "rate-limited"  # HTTP 429, or our own budget is spent for longer than the deadline
    SERVER = "server"  # 5xx
    UNEXPECTED = "unexpected"  # an answer of a shape no page documents
    TIMEOUT = "timeout"  # no complete answer in time
    TRANSPORT = "transport"  # refused, reset, TLS or name resolution
    PAUSED = "paused"  # our breaker is open; nothing was sent


class Sent(StrEnum):
    """What is known about whether a call reached the CAD."""

    NO = "no"  # never left, or was certainly not executed (429): nothing changed
    ANSWERED = "answered"  # the CAD answered and refused: nothing changed
    UNKNOWN = "unknown"  # it may or may not have been applied


class CadError(CharlinkError):
    """A CAD call that did not give its result.

    `wait` is in seconds (None: unknown), `trace_id` is the CAD's own id for support, `detail` is the CAD's text
    (untrusted, at most 200 characters; escape it before it is shown). Its message key is `cad-<kind>`.
    """

    def __init__(
        self,
        kind: CadErrorKind,
        *,
        sent: Sent,
        endpoint: str = "",
        status: int | None = None,
        wait: float | None = None,
        trace_id: str | None = None,
        detail: str = "",
    ) -> None:
        super().__init__(f"cad-{kind}", wait=round(wait) if wait is not None else 0)
        self.kind = kind
        self.sent = sent
        self.endpoint = endpoint
        self.status = status
        self.wait = wait
        self.trace_id = trace_id
        self.detail = detail[:200]

    @property
    def retryable(self) -> bool:
        """Whether waiting alone may cure it."""
        return self.kind in {
            CadErrorKind.RATE_LIMITED,
            CadErrorKind.SERVER,
            CadErrorKind.UNEXPECTED,
            CadErrorKind.TIMEOUT,
            CadErrorKind.TRANSPORT,
            CadErrorKind.PAUSED,
        }

    @property
    def outcome_unknown(self) -> bool:
        """Whether a write may have been applied although no success was seen."""
        return self.sent is Sent.UNKNOWN

    def __str__(self) -> str:
        return f"{self.kind} ({self.endpoint or '-'}, status {self.status or '-'}, sent {self.sent})"


class NotApplied(CharlinkError):
    """A write whose answer was lost, and that reading back shows was not carried out: it may be tried again."""

    def __init__(self, key: str, lost: CadError | None, /, **params: Param) -> None:
        super().__init__(key, cause=lost.kind.value if lost is not None else "none", **params)
        self.lost = lost

    @property
    def retryable(self) -> bool:
        """Always: nothing happened."""
        return True


class Kept(CharlinkError):
    """A write that did not finish at once, and is carried out or found out as soon as it can be.

    `operation` is its id. `unsent`: it certainly was not sent yet, so that it can still be cancelled. `wait` is in
    seconds, where the CAD said how long it takes nothing.
    """

    def __init__(self, operation: str, *, unsent: bool, wait: float = 0.0) -> None:
        super().__init__("kept-unsent" if unsent else "kept-unknown", wait=round(wait))
        self.operation = operation
        self.unsent = unsent


class Undelivered(CharlinkError):
    """Discord did not take or tell something. `gone`: there is no such message, channel or member (any more)."""

    def __init__(self, *, gone: bool = False, forbidden: bool = False) -> None:
        super().__init__("undelivered")
        self.gone = gone
        self.forbidden = forbidden

    @property
    def retryable(self) -> bool:
        """Only where Discord had a problem of its own."""
        return not (self.gone or self.forbidden)


class StorageError(CharlinkError):
    """The database can't be reached, is full, locked or broken. What was asked of it was not written.

    Except where the connection broke while committing (`outcome_unknown`): then it may have been. `reason` is for logs,
    the driver's words in one line, with no stored value and no password in it.
    """

    def __init__(self, reason: str = "", *, outcome_unknown: bool = False) -> None:
        super().__init__("storage-unknown" if outcome_unknown else "storage-failed")
        self.reason = reason
        self.outcome_unknown = outcome_unknown

    @property
    def retryable(self) -> bool:
        """Whether it may work in a moment: always where nothing was written, while what may be stored is looked at."""
        return not self.outcome_unknown

    def __str__(self) -> str:
        return f"{self.key}: {self.reason}" if self.reason else self.key


class VaultError(CharlinkError):
    """A stored secret can't be opened: no such key (`vault-key-missing`), or it was changed (`vault-tampered`)."""


class SettingsError(Exception):
    """The environment is not usable. `problems` has one line for each thing to correct; none holds a secret."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(f"{len(problems)} problem(s) in the settings")
        self.problems = problems
