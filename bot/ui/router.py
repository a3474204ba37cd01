"""The one way back for every button and form: custom id → ticket → access again → handler.

Custom ids can be forged, so they carry an opaque ticket only; whose it is and what it may do is on our side.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from bot.domain.access import ABOUT_OTHERS
from bot.errors import Expired, Refused
from bot.ui.failures import NO, dismiss
from bot.ui.reply import PREFIX

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    import discord

    from bot.domain.access import Action
    from bot.services.tickets import Ticket, Tickets
    from bot.ui.desk import Desk
    from bot.ui.visit import Visit

log = logging.getLogger(__name__)

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Route(Generic[P]):
    """Where a custom id leads: the handler, and the type of the payload it was issued with."""

    payload: type[P]
    handler: Callable[[Visit, P, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class SharedRoute:
    """Where a button leads that belongs to a role or to everybody: the action that each argument asks for."""

    actions: Mapping[str, Action]
    handler: Callable[[Visit, str, str], Awaitable[None]]


class Router:
    """Dispatches clicks and submissions. Unknown, forged and old ids get a polite answer and do nothing."""

    def __init__(self, desk: Desk, tickets: Tickets) -> None:
        self._desk = desk
        self._tickets = tickets
        self._routes: dict[str, Route[object]] = {}
        self._shared: dict[str, SharedRoute] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """Every route there is."""
        return (*self._routes, *self._shared)

    def add(self, name: str, payload: type[P], handler: Callable[[Visit, P, str], Awaitable[None]]) -> None:
        """Register where `name` leads. Raises ValueError for a name that is taken."""
        if name in self.names:
            raise ValueError(f"the route {name} is taken")
        self._routes[name] = Route(payload, handler)  # type: ignore[arg-type]  # `_redeem` checks the type

    def add_shared(
        self, name: str, actions: Mapping[str, Action], handler: Callable[[Visit, str, str], Awaitable[None]]
    ) -> None:
        """Register the buttons of a lasting message: `actions` says for each argument what it asks for.

        Whoever may do that may press; the target is the person who presses, except for deciding, which is about
        others. The handler gets the id in the custom id, which anybody can forge, and the argument.
        """
        if name in self.names:
            raise ValueError(f"the route {name} is taken")
        self._shared[name] = SharedRoute(actions, handler)

    async def go(self, visit: Visit, name: str, payload: object, arg: str = "") -> None:
        """Go on with what another route does. Access was decided by what led here, or the caller admits anew."""
        route = self._routes[name]
        if not isinstance(payload, route.payload):
            raise TypeError(f"the route {name} takes {route.payload.__name__}")
        visit.route = name
        await route.handler(visit, payload, arg)

    async def dispatch(self, interaction: discord.Interaction) -> None:
        """Handle one click or submission from beginning to end."""
        if not self._desk.first_time(interaction):
            return
        visit = self._desk.visit(interaction)
        async with self._desk.answering(visit):
            data: Any = interaction.data or {}  # JSON
            name, ticket_id, arg = _parse(str(data.get("custom_id", "")))
            if name in self._shared:
                visit.route = name
                await self._press_shared(visit, self._shared[name], ticket_id, arg)
                return
            route = self._routes.get(name)
            if route is None:
                raise Expired("button-unknown")
            visit.route = name
            ticket = await self._redeem(visit, name, ticket_id, route)
            await (dismiss(visit) if arg == NO else route.handler(visit, ticket.payload, arg))

    async def _press_shared(self, visit: Visit, route: SharedRoute, row: str, arg: str) -> None:
        action = route.actions.get(arg)
        if action is None:
            raise Expired("button-unknown")
        self._desk.admit(visit, (action,), None if action in ABOUT_OTHERS else visit.interaction.user.id)
        await route.handler(visit, row, arg)

    async def _redeem(self, visit: Visit, name: str, ticket_id: str, route: Route[object]) -> Ticket:
        """Return the ticket, used up if it is good for one use, after every check that it may be used here and now."""
        ticket = await self._tickets.find(ticket_id, route.payload)
        if ticket is None or ticket.route != name:
            raise Expired("button-expired")
        user, guild_id = visit.interaction.user, visit.interaction.guild_id
        if ticket.owner_id != user.id or ticket.guild_id != guild_id:
            raise Refused("button-not-yours")
        self._desk.admit(visit, ticket.actions, ticket.target)
        if not await self._tickets.use(ticket):
            raise Expired("button-pressed")
        return ticket


def _parse(custom_id: str) -> tuple[str, str, str]:
    prefix, _, rest = custom_id.partition(":")
    name, _, rest = rest.partition(":")
    ticket_id, _, arg = rest.partition(":")
    return (name, ticket_id, arg) if prefix == PREFIX else ("", "", "")
