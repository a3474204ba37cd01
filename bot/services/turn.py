"""One person's turn: who asks, by which rule, for whom, at which community. Every use case takes one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar, Self

from bot.cad.caller import Caller
from bot.domain.access import Rule
from bot.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.domain.access import Actor, Decision, Policy
    from bot.domain.configuration import GuildConfig
    from bot.services.tenants import Guild, Tenant

    OnWait = Callable[[int, float], Awaitable[None]]

STAFF_RULES = frozenset({Rule.STAFF, Rule.ADMIN})


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose CAD account is meant: a member, an account named by its API id, or both (then they must agree)."""

    member_id: int | None = None
    api_id: str | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """The interaction that a turn comes from: what history and later answers need of it.

    `token` answers it for 15 minutes; it is a secret, so it is not in the repr. 0 and blanks: no interaction.
    """

    interaction_id: int = 0
    reference: str = ""
    channel_id: int = 0
    locale: str = "en-US"
    token: str = field(default="", repr=False)


NOWHERE = Origin()


@dataclass(frozen=True, kw_only=True)
class Intent:
    """What somebody wants done, complete enough to be done later, and what he already said yes to.

    `repeatable`: doing it again after an unknown outcome does no harm.
    """

    repeatable: ClassVar[bool] = True

    confirmed: frozenset[str] = frozenset()

    def with_yes(self, token: str) -> Self:
        """The same intent after a yes to what `token` names."""
        return replace(self, confirmed=self.confirmed | {token})

    def without_yes(self, token: str) -> Self:
        """The same intent once that yes was used."""
        return replace(self, confirmed=self.confirmed - {token})


@dataclass(frozen=True, slots=True)
class Turn:
    """Who asks (`actor`), what allowed it (`decision`), in which guild, and by which interaction (`origin`).

    `on_wait(place, seconds)` is awaited once when the CAD's budget makes the person wait for more than 5 s. `keeps`:
    what does not finish while he waits is kept and done later; otherwise it fails, and can be tried again.
    """

    guild: Guild
    actor: Actor
    decision: Decision
    origin: Origin = NOWHERE
    on_wait: OnWait | None = None
    keeps: bool = True

    @property
    def tenant(self) -> Tenant:
        """The community of this guild. Raises Refused where none is connected."""
        if self.guild.tenant is None:
            raise Refused("guild-not-set-up")
        return self.guild.tenant

    @property
    def policy(self) -> Policy:
        """The guild's rules."""
        return self.guild.policy

    @property
    def config(self) -> GuildConfig:
        """What the guild is set to."""
        return self.guild.config

    @property
    def as_staff(self) -> bool:
        """Whether staff's rules hold for this turn (not for staff acting on themselves)."""
        return self.decision.rule in STAFF_RULES

    @property
    def caller(self) -> Caller:
        """How the CAD client accounts for this turn."""
        staff = self.as_staff or self.decision.rule is Rule.APPROVER
        return Caller(person=self.actor.user_id, guild=self.guild.id, staff=staff, on_wait=self.on_wait)

    def owns(self, subject: Subject) -> bool:
        """Whether the turn is about the actor's own account."""
        return subject.member_id == self.actor.user_id
