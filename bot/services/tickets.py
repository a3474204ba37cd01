"""What a button or form stands for, kept on our side: a custom id carries only an opaque ticket.

A ticket says whose it is, where, and what it asks for, so that one place can check every click again. It is stored
before the button is shown, so it works after a restart as well; an unknown or expired one is answered politely.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from bot.domain.access import Action
from bot.errors import StorageError
from bot.storage import tickets as rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.storage.engine import Database

log = logging.getLogger(__name__)

MESSAGE_SECONDS = 15 * 60.0
DRAFT_SECONDS = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Ticket:
    """One thing somebody may press, by the one route that it was issued for.

    `target` is the member it concerns (None: an account no member stands for); `expires` is in Unix seconds.
    """

    id: str
    route: str
    owner_id: int
    guild_id: int
    actions: tuple[Action, ...]
    target: int | None
    payload: object
    expires: float
    once: bool = True
    spent: bool = False


class Tickets:
    """Issues and redeems tickets. `clock` gives Unix seconds. The last `limit` are kept in memory too."""

    def __init__(
        self,
        database: Database,
        *,
        new_id: Callable[[], str],
        clock: Callable[[], float] = time.time,
        limit: int = 10_000,
    ) -> None:
        self._database = database
        self._clock = clock
        self._new_id = new_id
        self._limit = limit
        self._kept: OrderedDict[str, Ticket] = OrderedDict()

    def issue(
        self,
        route: str,
        payload: object,
        *,
        owner_id: int,
        guild_id: int,
        actions: tuple[Action, ...],
        target: int | None,
        lifetime: float = MESSAGE_SECONDS,
        once: bool = True,
    ) -> Ticket:
        """Make a ticket that is good for `lifetime` seconds. It is stored by `save` only."""
        expires = self._clock() + lifetime
        ticket = Ticket(self._new_id(), route, owner_id, guild_id, actions, target, payload, expires, once)
        self._keep(ticket)
        return ticket

    async def save(self, issued: Sequence[Ticket]) -> None:
        """Store tickets, so that they outlive the process. Where that fails they still live as long as it does."""
        stored = [_row(ticket) for ticket in issued]
        if not stored:
            return
        try:
            await self._database.write(lambda tx: rows.save(tx, stored), synced=False)
        except StorageError as error:
            log.warning("%d button(s) could not be stored and will not outlive this process: %s", len(stored), error)

    async def find(self, ticket_id: str, payload: type) -> Ticket | None:
        """Return a ticket that still lives, spent or not, whose payload is of that type.

        Raises StorageError where it is not in memory and can't be read.
        """
        ticket = self._kept.get(ticket_id)
        if ticket is None and ticket_id:
            row = await self._database.read(lambda tx: rows.find(tx, ticket_id))
            ticket = _ticket(row, payload) if row is not None else None
            if ticket is not None:
                self._keep(ticket)
        alive = ticket is not None and ticket.expires > self._clock() and isinstance(ticket.payload, payload)
        return ticket if alive else None

    async def use(self, ticket: Ticket) -> bool:
        """Whether a ticket may be used now. One that is good for a single use may not a second time."""
        known = self._kept.get(ticket.id, ticket)
        if known.spent:
            return False
        if not ticket.once:
            return True
        self._keep(replace(known, spent=True))
        return await self._spend(ticket)

    def forget(self, guild_id: int, owner_id: int) -> None:
        """Let go of a person's tickets in a guild, whose rows were erased."""
        for ticket in [one for one in self._kept.values() if (one.guild_id, one.owner_id) == (guild_id, owner_id)]:
            del self._kept[ticket.id]

    async def _spend(self, ticket: Ticket) -> bool:
        """Mark it as used for every process. One that was never stored is known here only."""
        try:
            if await self._database.write(lambda tx: rows.spend(tx, ticket.id)):
                return True
            row = await self._database.read(lambda tx: rows.find(tx, ticket.id))
        except StorageError as error:
            log.warning("a used button could not be marked as such: %s", error)
            return True
        return row is None

    def _keep(self, ticket: Ticket) -> None:
        self._kept[ticket.id] = ticket
        self._kept.move_to_end(ticket.id)
        while len(self._kept) > self._limit:
            self._kept.popitem(last=False)


@cache
def _adapter(payload: Any) -> TypeAdapter[Any]:  # noqa: ANN401 - a type
    return TypeAdapter(payload)


def _stored(payload: Any) -> Any:  # noqa: ANN401 - any frozen dataclass, as JSON
    content = _adapter(type(payload)).dump_python(payload, mode="json")  # type: ignore[arg-type]  # a type is hashable
    return {"kind": type(payload).__name__, "content": content}


def _row(ticket: Ticket) -> rows.TicketRow:
    return rows.TicketRow(
        id=ticket.id,
        route=ticket.route,
        owner_id=ticket.owner_id,
        guild_id=ticket.guild_id,
        actions=tuple(ticket.actions),
        target=ticket.target,
        payload=_stored(ticket.payload),
        once=ticket.once,
        expires_at=ticket.expires,
    )


def _ticket(row: rows.TicketRow, payload: type) -> Ticket | None:
    """Return the stored ticket, None where it is of a version that meant something else by it."""
    try:
        actions = tuple(Action(name) for name in row.actions)
        meant = _adapter(payload).validate_python(row.payload["content"])
    except (ValueError, ValidationError):
        return None
    if row.payload["kind"] != payload.__name__:
        return None
    return Ticket(
        row.id, row.route, row.owner_id, row.guild_id, actions, row.target, meant, row.expires_at, row.once, row.spent
    )
