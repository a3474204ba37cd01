"""The calls to a CAD that the processes of a deployment count together: rows of sliding windows, in PostgreSQL.

Whoever counts holds the window's lock, and goes by the database's clock as it stands once he holds it. A call is
counted before it is made; where it is not known whether it was made, it stays counted.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Double, cast, delete, extract, func, insert, select, update

from bot.storage.tables import calls

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from bot.storage.engine import Database

NOBODY = 0


@dataclass(frozen=True, slots=True)
class Counted:
    """The rows of the calls that may go, and the others' ages and people; for how long what is closed or halved."""

    granted: tuple[int, ...]
    earlier: tuple[tuple[float, int], ...]
    closed: float
    halved: float


class SharedCalls:
    """The calls of one key. `owner` names it in every process alike (a community's id); only its digest is stored.

    Every method raises StorageError.
    """

    def __init__(self, database: Database, owner: str) -> None:
        if not database.shared:
            raise ValueError("nobody else uses this database: count in memory")
        self._database = database
        self._key = hashlib.blake2s(owner.encode(), digest_size=16).hexdigest()

    async def count(
        self, window: str, endpoint: str, people: Sequence[int], *, limit: int, halved: int, seconds: float
    ) -> Counted:
        """Count as many of the calls as fit into the window now, the first ones, and return how it stands."""
        scope, ends = self._scopes(window, endpoint)
        wanted = tuple(people)

        def work(tx: Connection) -> Counted:
            now = _locked(tx, scope)
            rows = _rows(tx, scope, *ends)
            closed, halved_for = (_left(rows, end, now) for end in ends)
            earlier = _window(tx, scope, [(at, who) for of, at, who in rows if of == scope], now, seconds)
            free = 0 if closed else (halved if halved_for else limit) - len(earlier)
            granted = _added(tx, scope, now, wanted[: max(0, free)])
            return Counted(granted, tuple((now - at, who) for at, who in earlier), closed, halved_for)

        return await self._database.write(work)

    async def close(self, window: str, endpoint: str, *, closed: float, halved: float) -> None:
        """Note until when an endpoint is closed and a window halved, unless that is later already."""
        scope, ends = self._scopes(window, endpoint)

        def work(tx: Connection) -> None:
            now = _locked(tx, scope)
            rows = _rows(tx, *ends)
            for end, seconds in zip(ends, (closed, halved), strict=True):
                if seconds > _left(rows, end, now):
                    tx.execute(delete(calls).where(calls.c.scope == end))
                    tx.execute(insert(calls).values(scope=end, person=NOBODY, at=now + seconds))

        await self._database.write(work)

    async def give_back(self, number: int) -> None:
        """Delete the row of a call that was not made."""
        await self._database.write(lambda tx: tx.execute(delete(calls).where(calls.c.number == number)))

    def _scopes(self, window: str, endpoint: str) -> tuple[str, tuple[str, str]]:
        """Return the scope of a window's calls, and those of the rows that say until when it is closed or halved."""
        return f"{self._key} {window}", (f"{self._key} closed {endpoint}", f"{self._key} halved {window}")


def _locked(tx: Connection, scope: str) -> float:
    """Wait for a scope's lock, which the transaction's end frees, and return the time after that in Unix seconds."""
    tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(scope, 0))))
    now: float = tx.execute(select(cast(extract("epoch", func.clock_timestamp()), Double))).scalar_one()
    return now


def _rows(tx: Connection, *scopes: str) -> list[tuple[str, float, int]]:
    """Return the rows of these scopes, the oldest first: whose each is, when, and who."""
    ours = select(calls.c.scope, calls.c.at, calls.c.person).where(calls.c.scope.in_(scopes)).order_by(calls.c.at)
    return [(scope, at, person) for scope, at, person in tx.execute(ours)]


def _left(rows: list[tuple[str, float, int]], end: str, now: float) -> float:
    """Return the seconds until what is closed or halved is so no more; 0: it is not."""
    return max([0.0, *(at - now for scope, at, _ in rows if scope == end)])


def _window(
    tx: Connection, scope: str, moments: list[tuple[float, int]], now: float, seconds: float
) -> list[tuple[float, int]]:
    """Return what still counts, and delete the rest. Where the clock was set back, calls count as made now."""
    mine = calls.c.scope == scope
    if moments and moments[0][0] <= now - seconds:
        tx.execute(delete(calls).where(mine, calls.c.at <= now - seconds))
    if moments and moments[-1][0] > now:
        tx.execute(update(calls).where(mine, calls.c.at > now).values(at=now))
    return [(min(at, now), who) for at, who in moments if at > now - seconds]


def _added(tx: Connection, scope: str, now: float, people: tuple[int, ...]) -> tuple[int, ...]:
    rows = [{"scope": scope, "person": person, "at": now} for person in people]
    return tuple(tx.execute(insert(calls).values(rows).returning(calls.c.number)).scalars()) if rows else ()
