"""One person's turn: who asks, by which rule, for whom, at which community. Every use case takes one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Self

from bot.cad.caller import Caller
from bot.domain.access import Rule

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.domain.access import Actor, Decision, Policy
    from bot.services.tenants import Tenant

    OnWait = Callable[[int, float], Awaitable[None]]

STAFF_RULES = frozenset({Rule.STAFF, Rule.ADMIN})


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose CAD account is meant: a member, an account named by its API id, or both (then they must agree)."""

    member_id: int | None = None
    api_id: str | None = None


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
    """Who asks (`actor`), what allowed it (`decision`), and the community it is asked of (`tenant`).

    `on_wait(place, seconds)` is awaited once when the CAD's budget makes the person wait for more than 5 s.
    """

    tenant: Tenant
    policy: Policy
    actor: Actor
    decision: Decision
    on_wait: OnWait | None = None

    @property
    def as_staff(self) -> bool:
        """Whether staff's rules hold for this turn (not for staff acting on themselves)."""
        return self.decision.rule in STAFF_RULES

    @property
    def caller(self) -> Caller:
        """How the CAD client accounts for this turn."""
        return Caller(person=self.actor.user_id, staff=self.as_staff, on_wait=self.on_wait)

    def owns(self, subject: Subject) -> bool:
        """Whether the turn is about the actor's own account."""
        return subject.member_id == self.actor.user_id
