"""Where every interaction is received and admitted, and told what failed: one access check, one error handler."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from weakref import WeakSet

import discord

from bot.domain.access import UNBOUND, Actor, decide
from bot.errors import CharlinkError, Expired, Interrupted, Kept, Question, Refused
from bot.services.turn import Turn
from bot.telemetry import REFERENCE
from bot.ui.courier import BROKEN, unreachable
from bot.ui.failures import failure_reply, question_reply, refusal_entry
from bot.ui.visit import ALREADY_ACKNOWLEDGED, Visit, reference_of
from bot.ui.words import Words

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable

    from bot.domain.access import Action
    from bot.i18n import Catalogues
    from bot.services.guilds import Guilds
    from bot.services.history import History
    from bot.services.tenants import Guild
    from bot.services.tickets import Tickets
    from bot.telemetry import Metrics

log = logging.getLogger(__name__)

UNKNOWN_INTERACTION = 10062
KEPT_SECONDS = 10.0
"""How long it is tried to say that something is kept, before it goes on all the same."""

REMEMBERED = 5_000
"""Interactions by whose id one that comes again is known."""


def actor_of(interaction: discord.Interaction) -> Actor:
    """Return who acts, with the role ids of this very interaction.

    `Member.roles` is no use: without the guilds intent it drops every role, since none is cached. The ids as they came
    are only kept in `_roles`.
    """
    user = interaction.user
    roles = frozenset(user._roles) if isinstance(user, discord.Member) else frozenset()  # noqa: SLF001 - see above
    rights = interaction.permissions
    return Actor(user.id, interaction.guild_id or 0, roles, manages=rights.manage_guild or rights.administrator)


class Desk:
    """Receives interactions: opens a visit for each, admits people, and tells them what went wrong."""

    def __init__(
        self, *, catalogues: Catalogues, guilds: Guilds, tickets: Tickets, history: History, metrics: Metrics
    ) -> None:
        self._catalogues = catalogues
        self._guilds = guilds
        self._history = history
        self._tickets = tickets
        self._metrics = metrics
        self._visits: WeakSet[Visit] = WeakSet()
        self._met: OrderedDict[int, None] = OrderedDict()

    @property
    def catalogues(self) -> Catalogues:
        """What people read, in every language."""
        return self._catalogues

    def first_time(self, interaction: discord.Interaction) -> bool:
        """Whether this interaction was not met before: a gateway that resumes may send one again."""
        if interaction.id in self._met:
            return False
        self._met[interaction.id] = None
        while len(self._met) > REMEMBERED:
            self._met.popitem(last=False)
        return True

    def visit(self, interaction: discord.Interaction) -> Visit:
        """Return the visit of this interaction, opened on first use."""
        found = interaction.extras.get("visit")
        if isinstance(found, Visit):
            return found
        reference = reference_of(interaction.id)
        REFERENCE.set(reference)
        visit = Visit(
            interaction=interaction,
            words=Words(self._catalogues, str(interaction.locale)),
            tickets=self._tickets,
            reference=reference,
            on_acknowledge=lambda: self._history.acknowledging(visit.origin, interaction.guild_id or 0),
            on_first_response=self._timer(),
            on_answer=lambda: self._history.shown(visit.origin),
        )
        interaction.extras["visit"] = visit
        if isinstance(interaction.message, discord.Message):
            for earlier in list(self._visits):
                earlier.seen(interaction.message)
        self._visits.add(visit)
        return visit

    def _timer(self) -> Callable[[], None]:
        arrived = time.monotonic()
        return lambda: self._metrics.first_response.observe(time.monotonic() - arrived)

    def guild(self, interaction: discord.Interaction) -> Guild:
        """Return the guild as it is set up. Raises Refused outside of guilds."""
        guild = self._guilds.find(interaction.guild_id)
        if guild is None:
            raise Refused("guild-only")
        return guild

    def admit(self, visit: Visit, actions: Iterable[Action], target: int | None) -> None:
        """Decide with the roles in this interaction; every action must be allowed.

        The turn carries the decision on the first action. Raises Refused with the rule that says no. Does no I/O.
        """
        actions = tuple(actions)
        guild = self.guild(visit.interaction)
        actor = actor_of(visit.interaction)
        visit.asked = actions[:1], target
        if guild.tenant is None and not UNBOUND.issuperset(actions):
            raise Refused("guild-not-set-up")
        decided = [(action, decide(actor, guild.policy, action, target)) for action in actions]
        for _, decision in decided:
            if not decision.allowed:
                roles = " ".join(f"<@&{role}>" for role in sorted(decision.missing))
                raise Refused(decision.refusal, roles=roles)
        if not decided:
            raise Refused("rule-no-action")
        turn = Turn(guild, actor, decided[0][1])
        visit.admit(turn, tuple(action for action, _ in decided), target)

    @asynccontextmanager
    async def answering(self, visit: Visit) -> AsyncIterator[None]:
        """Run a handler so that whatever it raises is told to the person."""
        outcome = "ok"
        try:
            yield
        except Exception as error:  # noqa: BLE001 - the one error handler; `fail` logs what is not ours
            outcome = type(error).__name__
            await self.fail(visit, error)
        finally:
            self.count(visit, outcome)

    def count(self, visit: Visit, outcome: str) -> None:
        """Count an interaction that was dealt with."""
        self._metrics.interactions.labels(visit.route or "unknown", outcome).inc()

    async def fail(self, visit: Visit, error: Exception) -> None:
        """Tell the person what happened, whether anything changed, and what to do next.

        An answer that Discord does not take is owed: what is in the history is told in another way.
        """
        if isinstance(error, discord.HTTPException):
            self._log_discord(error)
            if error.code in {UNKNOWN_INTERACTION, ALREADY_ACKNOWLEDGED}:
                return
        elif isinstance(error, CharlinkError):
            log.info("%s: %s", visit.route or "interaction", error)
        else:
            log.error("unexpected failure in %s", visit.route or "interaction", exc_info=error)
        try:
            if not (visit.undelivered and unreachable(error)):
                await self._tell(visit, error)
        except (discord.HTTPException, *BROKEN) as second:
            log.warning("could not tell the person: %s", type(second).__name__)
        finally:
            if isinstance(error, Kept):
                await self._history.hand_over(error)
            elif visit.undelivered:
                await self._history.owe(visit.origin)
            await self._record(visit, error)

    @staticmethod
    async def _tell(visit: Visit, error: Exception) -> None:
        if isinstance(error, Question):
            await (visit.whisper if visit.public else visit.show)(question_reply(visit, error))
            return
        # What is kept is told of twice, and nothing is done about it until this was tried.
        patience = KEPT_SECONDS if isinstance(error, Kept) else None
        await asyncio.wait_for(visit.whisper(failure_reply(visit, error)), patience)

    async def _record(self, visit: Visit, error: Exception) -> None:
        """Leave a row of what was refused or failed, where nothing else did. Questions and odd clicks leave none."""
        if not isinstance(error, CharlinkError) or isinstance(error, Question | Expired | Interrupted):
            return
        if error.recorded or not visit.asked[0] or visit.interaction.guild_id is None:
            return
        await self._history.refused(visit.origin, refusal_entry(visit, error, time.time()))

    async def interrupt(self) -> None:
        """Tell everybody who still waits that the process stops; called when it does."""
        visits = list(self._visits)
        await asyncio.gather(
            *(self.fail(visit, Interrupted()) for visit in visits if visit.waits),
            *(self._history.owe(visit.origin) for visit in visits if visit.undelivered),
        )

    @staticmethod
    def _log_discord(error: discord.HTTPException) -> None:
        log.warning("Discord refused an answer: status %s, code %s", error.status, error.code)
