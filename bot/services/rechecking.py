"""Deciding again, right before something kept is sent, what was decided when it was asked for: hours lie between.

Who asked must still be allowed to, the account must still be his, and a link must still be free and within the limit.
"""

from __future__ import annotations

import time
from contextlib import asynccontextmanager, nullcontext
from typing import TYPE_CHECKING

from bot.domain.access import Action, Actor, decide
from bot.errors import Question, Refused, Undelivered
from bot.services.accounts import Use
from bot.services.linking import LinkIntent
from bot.services.orders import CreateOrder, LinkOrder
from bot.services.turn import Origin, Subject, Turn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from bot.services.accounts import Accounts
    from bot.services.linking import Linking
    from bot.services.orders import Order
    from bot.services.roles import RoleSource
    from bot.services.tenants import Guild
    from bot.storage.history import Entry

ROLE_SECONDS = 60.0
"""How old what is known of somebody's roles may be."""


class Rechecking:
    """Admits kept operations anew. Who tells roles is attached once that side is built; `clock` gives seconds."""

    def __init__(self, accounts: Accounts, linking: Linking, *, clock: Callable[[], float] = time.time) -> None:
        self._accounts = accounts
        self._linking = linking
        self._clock = clock
        self._source: RoleSource | None = None
        self._known: dict[tuple[int, int], tuple[frozenset[int] | None, float]] = {}

    def attach(self, source: RoleSource) -> None:
        """Say who knows roles."""
        self._source = source

    @asynccontextmanager
    async def admitted(self, guild: Guild, entry: Entry, order: Order) -> AsyncIterator[None]:
        """Let an operation be sent within this, if it is still allowed.

        Raises Refused with the reason, CadError where the CAD can't tell, and Undelivered where Discord can't.
        """
        turn = await self._turn(guild, entry)
        await self._require_account(turn, entry, order)
        if not isinstance(order, LinkOrder) or order.remove:
            yield
            return
        intent = LinkIntent(
            sync_id=order.sync_id,
            subject=Subject(entry.member_id),
            undo=order.undo,
            confirmed=frozenset({f"held:{order.sync_id}"} if order.held else ()),
        )
        async with turn.tenant.lock(order.target) if turn.policy.max_links else nullcontext():
            try:
                await self._linking.allow(turn, order.target, intent)
            except Question:
                raise Refused("link-held", sync_id=order.sync_id) from None
            yield

    async def _turn(self, guild: Guild, entry: Entry) -> Turn:
        """Return the turn of who asked, with the roles that he holds now and the rules that hold now."""
        roles = await self._roles(guild.id, entry.actor_id)
        if roles is None:
            raise Refused("kept-left")
        actor = Actor(entry.actor_id, guild.id, roles)
        decision = decide(actor, guild.policy, Action(entry.action), entry.member_id)
        if not decision.allowed:
            raise Refused(decision.refusal)
        return Turn(guild, actor, decision, Origin(0, entry.reference))

    async def _roles(self, guild_id: int, member_id: int) -> frozenset[int] | None:
        if self._source is None:
            raise RuntimeError("nobody tells who has which role")
        now = self._clock()
        self._known = {whose: known for whose, known in self._known.items() if now - known[1] < ROLE_SECONDS}
        if (guild_id, member_id) not in self._known:
            try:
                self._known[guild_id, member_id] = await self._source.roles(guild_id, member_id), now
            except Undelivered as error:
                if error.retryable:
                    raise
                raise Refused("kept-shut-out") from error
        return self._known[guild_id, member_id][0]

    async def _require_account(self, turn: Turn, entry: Entry, order: Order) -> None:
        """Hold an order to the account that its member has now, as far as the two names can be compared."""
        if entry.member_id is None:
            return
        use = Use.LINKS if isinstance(order, LinkOrder) else Use.CREATE if isinstance(order, CreateOrder) else None
        subject = Subject(entry.member_id)
        if entry.member_id != entry.actor_id and await self._accounts.find(turn.guild, subject) is None:
            return  # staff named the account by its API ID, and the member has no other name
        try:
            now = await self._accounts.resolve(turn, subject, frozenset(), use or Use.CHARACTERS)
        except Question as error:
            raise Refused("kept-account-changed") from error
        memory = turn.tenant.memory
        comparable = now.kind is order.target.kind or (memory.identified(now) and memory.identified(order.target))
        if comparable and memory.account(now) != memory.account(order.target):
            raise Refused("kept-account-changed")
