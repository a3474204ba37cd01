"""Players' requests to link a character: one row each, whose state only one person can change at a time.

`open` → `deciding` → `approved`, or back; `open` → `denied`, `withdrawn` or `closed`. Every step is one statement that
names the state it starts from, so that of two people who press at once, in whatever process, one wins.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import and_, func, or_, select, update

from bot.storage.statements import insert_once
from bot.storage.tables import requests

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement, Connection

STALE_SECONDS = 300.0
"""After so long nobody can still be deciding: the process that was is gone, or could not write it."""


class RequestState(StrEnum):
    """Where a request stands."""

    OPEN = "open"
    DECIDING = "deciding"  # somebody's yes is being carried out
    APPROVED = "approved"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"  # by who asked
    CLOSED = "closed"  # who asked has left


PENDING = (RequestState.OPEN, RequestState.DECIDING)


@dataclass(frozen=True, slots=True)
class Request:
    """One row. `problem` is the message key of why the last attempt to approve it failed; times are Unix seconds.

    `channel_id` is where it was asked; `told`: whether who asked heard of the decision, or needs not to. While it is
    being decided, `decided_by` and `decided_at` say by whom and since when.
    """

    id: str
    guild_id: int
    community_id: str
    requester_id: int
    sync_id: str
    character: str
    locale: str
    channel_id: int
    reference: str
    asked_at: float
    state: RequestState = RequestState.OPEN
    card_channel_id: int | None = None
    card_message_id: int | None = None
    decided_by: int | None = None
    decided_at: float | None = None
    reason: str = ""
    problem: str = ""
    told: bool = False

    @property
    def pending(self) -> bool:
        """Whether it is still to be decided."""
        return self.state in PENDING


def hold(tx: Connection, requester_id: int) -> None:
    """Let nobody else add a request of this person until the transaction ends: they are counted first."""
    if tx.dialect.name == "postgresql":  # SQLite has one writer anyway
        tx.execute(select(func.pg_advisory_xact_lock(requester_id)))


def add(tx: Connection, request: Request) -> bool:
    """Insert a request; False where the same one is pending already."""
    return insert_once(tx, requests, {name: getattr(request, name) for name in Request.__dataclass_fields__})


def find(tx: Connection, guild_id: int, request_id: str) -> Request | None:
    """Return a request of this guild."""
    found = _all(tx, _is(guild_id, request_id), 1)
    return found[0] if found else None


def pending(tx: Connection, guild_id: int, requester_id: int, sync_id: str) -> Request | None:
    """Return a person's pending request for a sync ID."""
    found = _all(tx, and_(_of(guild_id, requester_id), requests.c.sync_id == sync_id, _PENDING), 1)
    return found[0] if found else None


def of_member(tx: Connection, guild_id: int, requester_id: int, *, limit: int) -> tuple[Request, ...]:
    """Return a person's requests in a guild, pending ones first and then the newest."""
    return _all(tx, _of(guild_id, requester_id), limit, first=_PENDING)


def rivals(tx: Connection, request: Request, *, limit: int) -> tuple[Request, ...]:
    """Return other people's pending requests for the same sync ID in this guild."""
    same = and_(requests.c.guild_id == request.guild_id, requests.c.sync_id == request.sync_id)
    return _all(tx, and_(same, requests.c.requester_id != request.requester_id, _PENDING), limit)


def count_pending(tx: Connection, guild_id: int, requester_id: int) -> int:
    """Return how many requests of a person are to be decided."""
    waiting = and_(_of(guild_id, requester_id), _PENDING)
    return tx.scalar(select(func.count()).select_from(requests).where(waiting)) or 0


def denied_after(tx: Connection, guild_id: int, requester_id: int, sync_id: str, after: float) -> float | None:
    """Return when a person's request for a sync ID was last denied, None if not after a time."""
    same = and_(_of(guild_id, requester_id), requests.c.sync_id == sync_id, requests.c.decided_at > after)
    denied = requests.c.state == RequestState.DENIED
    last: float | None = tx.scalar(select(func.max(requests.c.decided_at)).where(same, denied))
    return last


def claim(tx: Connection, guild_id: int, request_id: str, *, by: int, now: float) -> bool:
    """Begin to decide a request that is open, or that somebody long gone was deciding; whether it was got."""
    values = {"state": RequestState.DECIDING, "decided_by": by, "decided_at": now}
    return _change(tx, and_(_is(guild_id, request_id), _free(now)), values)


def release(tx: Connection, request: Request, *, by: int, problem: str) -> bool:
    """Open again what this person was deciding, with the reason why it did not work."""
    mine = and_(requests.c.state == RequestState.DECIDING, requests.c.decided_by == by)
    values = {"state": RequestState.OPEN, "decided_by": None, "decided_at": None, "problem": problem}
    return _change(tx, and_(_is(request.guild_id, request.id), mine), values)


def approve(tx: Connection, request: Request, *, by: int, now: float) -> bool:
    """Complete what this person was deciding. It also counts where a restart opened it again meanwhile."""
    state = requests.c.state
    mine = or_(and_(state == RequestState.DECIDING, requests.c.decided_by == by), state == RequestState.OPEN)
    values = {"state": RequestState.APPROVED, "decided_by": by, "decided_at": now, "problem": ""}
    return _change(tx, and_(_is(request.guild_id, request.id), mine), values)


def close(
    tx: Connection, guild_id: int, request_id: str, state: RequestState, *, by: int, now: float, reason: str = ""
) -> bool:
    """End a request that nobody is deciding: denied, withdrawn, or left behind. Whether it was."""
    told = state is not RequestState.DENIED  # who withdrew knows, and who left is not written to
    values = {"state": state, "decided_by": by, "decided_at": now, "reason": reason, "told": told}
    return _change(tx, and_(_is(guild_id, request_id), _free(now)), values)


def place(tx: Connection, request: Request, *, channel_id: int, message_id: int) -> None:
    """Remember where a request's card is."""
    _change(tx, requests.c.id == request.id, {"card_channel_id": channel_id, "card_message_id": message_id})


def note_told(tx: Connection, request: Request) -> None:
    """Remember that who asked heard of the decision."""
    _change(tx, requests.c.id == request.id, {"told": True})


def deciding(tx: Connection) -> tuple[Request, ...]:
    """Return every request that somebody is deciding."""
    return _all(tx, requests.c.state == RequestState.DECIDING)


def without_card(tx: Connection) -> tuple[Request, ...]:
    """Return every pending request that no card was posted of."""
    return _all(tx, and_(_PENDING, requests.c.card_message_id.is_(None)))


def untold(tx: Connection, *, after: float) -> tuple[Request, ...]:
    """Return the requests decided after a time of which who asked did not hear."""
    decided = requests.c.state.in_((RequestState.APPROVED, RequestState.DENIED))
    return _all(tx, and_(decided, requests.c.told.is_(False), requests.c.decided_at > after))


_PENDING = requests.c.state.in_(PENDING)


def _is(guild_id: int, request_id: str) -> ColumnElement[bool]:
    return and_(requests.c.id == request_id, requests.c.guild_id == guild_id)


def _of(guild_id: int, requester_id: int) -> ColumnElement[bool]:
    return and_(requests.c.guild_id == guild_id, requests.c.requester_id == requester_id)


def _free(now: float) -> ColumnElement[bool]:
    stale = and_(requests.c.state == RequestState.DECIDING, requests.c.decided_at < now - STALE_SECONDS)
    return or_(requests.c.state == RequestState.OPEN, stale)


def _change(tx: Connection, where: ColumnElement[bool], values: Mapping[str, object]) -> bool:
    return tx.execute(update(requests).where(where).values(values)).rowcount == 1


def _all(
    tx: Connection, where: ColumnElement[bool], limit: int | None = None, *, first: ColumnElement[bool] | None = None
) -> tuple[Request, ...]:
    order = (requests.c.asked_at.desc(), requests.c.id)
    query = select(requests).where(where).order_by(*order if first is None else (first.desc(), *order)).limit(limit)
    return tuple(_request(dict(row)) for row in tx.execute(query).mappings())


def _request(values: dict[str, object]) -> Request:
    values["state"] = RequestState(str(values["state"]))
    return Request(**values)  # type: ignore[arg-type]  # the table's columns are the fields
