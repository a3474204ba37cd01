"""What a button or form stands for, kept on our side: a custom id carries only an opaque ticket.

A ticket says whose it is, where, and what it asks for, so that one place can check every click again. Tickets live as
long as the process; an unknown one is answered politely.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.domain.access import Action

MESSAGE_SECONDS = 15 * 60.0
DRAFT_SECONDS = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Ticket:
    """One thing somebody may press, by the one route that it was issued for.

    `target` is the member it concerns (None: an account no member stands for).
    """

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
    """Issues and redeems tickets. Bounded: beyond `limit` the oldest go first."""

    def __init__(self, *, clock: Callable[[], float], new_id: Callable[[], str], limit: int = 50_000) -> None:
        self._clock = clock
        self._new_id = new_id
        self._limit = limit
        self._tickets: OrderedDict[str, Ticket] = OrderedDict()

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
    ) -> str:
        """Keep the payload for `lifetime` seconds and return the id to put into a custom id."""
        now = self._clock()
        while self._tickets and (
            len(self._tickets) >= self._limit or next(iter(self._tickets.values())).expires <= now
        ):
            self._tickets.popitem(last=False)
        ticket_id = self._new_id()
        self._tickets[ticket_id] = Ticket(route, owner_id, guild_id, actions, target, payload, now + lifetime, once)
        return ticket_id

    def find(self, ticket_id: str) -> Ticket | None:
        """Return a ticket that still lives, spent or not."""
        ticket = self._tickets.get(ticket_id)
        return ticket if ticket is not None and ticket.expires > self._clock() else None

    def use(self, ticket_id: str) -> bool:
        """Whether a living ticket may be used now. One that is good for a single use may not a second time."""
        ticket = self.find(ticket_id)
        if ticket is None or ticket.spent:
            return False
        self._tickets[ticket_id] = replace(ticket, spent=ticket.once)
        return True

    def __len__(self) -> int:
        return len(self._tickets)
