"""What was asked of the emulated CAD, in the order of arrival. It never holds the API key or an account's secret."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from sandbox.cad.refusals import Malformed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sandbox.cad.wire import Prepared

REDACTED = "[redacted]"
SECRET_KEYS = frozenset({"key", "secret", "secretuuid"})


@dataclass(slots=True)
class Entry:
    """One request. It is there from its arrival; `status` stays 0 until an answer is sent (for ever when dropped).

    `at` is in epoch seconds, `path` is raw with its query, `community` the id of the one whose key was given (empty
    where it was nobody's), `applied` says that the call was carried out, `changes` what it changed, `fault` what was
    done to it, `malformed` why the request broke the documented form.
    """

    number: int
    at: float
    generation: str
    method: str
    path: str
    endpoint: str = "unknown"
    key_ok: bool = False
    community: str = ""
    identifier: str = ""
    body: object = None
    applied: bool = False
    status: int = 0
    fault: str | None = None
    malformed: str | None = None
    changes: list[str] = field(default_factory=list)


class Ledger:
    """The entries since the start or the last `clear`; their numbers go on over a `clear`."""

    def __init__(self, keys: Callable[[], Iterable[str]], clock: Callable[[], float]) -> None:
        self.entries: list[Entry] = []
        self._keys = keys
        self._clock = clock
        self._last = 0

    @property
    def malformed(self) -> list[Entry]:
        """The requests that broke the documented form."""
        return [entry for entry in self.entries if entry.malformed is not None]

    @property
    def changes(self) -> list[str]:
        """What the requests changed, in order."""
        return [change for entry in self.entries for change in entry.changes]

    def of(self, *endpoints: str, community: str | None = None) -> list[Entry]:
        """Return the entries of these endpoints, where a community's id is given of that one only."""
        return [entry for entry in self.entries if entry.endpoint in endpoints and community in {None, entry.community}]

    def arrive(self, generation: str, method: str, path: str) -> Entry:
        """Open the entry of a request."""
        self._last += 1
        entry = Entry(self._last, self._clock(), generation, method, self._hide(path))
        self.entries.append(entry)
        return entry

    def describe(self, entry: Entry, prepared: Prepared, community: str) -> None:
        """Fill in what the checks found, made by the community with that id."""
        entry.endpoint = prepared.endpoint
        entry.key_ok = prepared.key_ok
        entry.community = community if prepared.key_ok else ""
        entry.identifier = self._hide(prepared.identifier)
        entry.body = self._redact(prepared.body)
        if isinstance(prepared.refusal, Malformed):
            entry.malformed = self._hide(prepared.refusal.reason)

    def applied(self, entry: Entry, changes: list[str]) -> None:
        """Note that the call was carried out, and what it changed."""
        entry.applied = True
        entry.changes = [self._hide(change) for change in changes]

    def clear(self) -> None:
        """Forget the entries."""
        self.entries.clear()

    def dump(self, since: int = 0) -> dict[str, object]:
        """Return the entries after number `since` as JSON values."""
        entries = [entry for entry in self.entries if entry.number > since]
        return {
            "entries": [asdict(entry) for entry in entries],
            "changes": [change for entry in entries for change in entry.changes],
            "malformed": [asdict(entry) for entry in entries if entry.malformed is not None],
        }

    def _redact(self, value: object) -> object:
        if isinstance(value, dict):
            return {
                self._hide(name): REDACTED if name.lower() in SECRET_KEYS else self._redact(each)
                for name, each in value.items()
            }
        if isinstance(value, list):
            return [self._redact(each) for each in value]
        return self._hide(value) if isinstance(value, str) else value

    def _hide(self, text: str) -> str:
        for key in self._keys():
            text = text.replace(key, REDACTED)
        return text
