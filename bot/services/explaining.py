"""Would this member be allowed, and why: the same decisions as when he tries. Nothing is tried, and no CAD asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.access import Action, Actor, decide
from bot.errors import InvalidInput
from bot.services.accounts import Use
from bot.services.turn import Subject
from bot.settings import SelfLink

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from bot.domain.access import CommandAccess, Decision, Policy
    from bot.services.accounts import Accounts
    from bot.services.turn import Turn

FOR_ANYBODY = frozenset(
    {Action.VIEW, Action.LINK, Action.UNLINK, Action.CREATE, Action.EDIT, Action.REMOVE, Action.SELECT, Action.ACCOUNT}
)
"""Actions that are decided differently for oneself and for others."""
KINDS = ("blocked", "admins", "staff", "approvers", "players")
"""The policy's sets of roles, by the names of its fields."""


@dataclass(frozen=True, slots=True)
class Usage:
    """A command as it may be used. `on_others`: it has a way to name somebody else; `only_others`: and no other way."""

    name: str
    access: CommandAccess
    on_others: bool = False
    only_others: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is decided on one action. `own`: for oneself (True), for others (False), or whoever it is about (None)."""

    action: Action
    own: bool | None
    decision: Decision


@dataclass(frozen=True, slots=True)
class SelfLinking:
    """What linking to oneself needs here. `limit` 0: none; `account_known`: the bot can name the CAD account."""

    needs_approval: bool
    approval_channel: int | None
    pattern: str | None
    limit: int
    account_known: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """The verdicts, and what they rest on. `held`: his roles that count, by kind; `present`: he is in the guild."""

    command: str
    member_id: int
    present: bool
    verdicts: tuple[Verdict, ...]
    held: Mapping[str, frozenset[int]]
    everyone_plays: bool
    self_linking: SelfLinking | None = None

    @property
    def allowed(self) -> bool | None:
        """Whether everything is allowed (True), nothing (False), or some of it (None)."""
        said = {verdict.decision.allowed for verdict in self.verdicts}
        return said.pop() if len(said) == 1 else None


class Explaining:
    """Explains decisions."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    async def explain(
        self, turn: Turn, usage: Usage, member_id: int, role_ids: Collection[int] | None, *, manages: bool
    ) -> Explanation:
        """Return what the guild's rules say of a member with these roles (None: he is not in the guild)."""
        policy = turn.policy
        actor = Actor(member_id, policy.guild_id, frozenset(role_ids or ()), manages=manages)
        verdicts = tuple(_verdicts(actor, policy, usage))
        own_link = any(one.action is Action.LINK and one.own and one.decision.allowed for one in verdicts)
        return Explanation(
            command=usage.name,
            member_id=member_id,
            present=role_ids is not None,
            verdicts=verdicts,
            held={kind: held for kind in KINDS if (held := actor.role_ids & roles_of(policy, kind))},
            everyone_plays=policy.players == "everyone",
            self_linking=await self._self_linking(turn, actor) if own_link else None,
        )

    async def _self_linking(self, turn: Turn, actor: Actor) -> SelfLinking | None:
        """Return what his own links are held to; None for admins, whom nothing holds."""
        policy = turn.policy
        if actor.role_ids & (policy.admins or policy.staff):
            return None
        subject = Subject(member_id=actor.user_id)
        return SelfLinking(
            needs_approval=policy.self_link is SelfLink.APPROVAL,
            approval_channel=turn.config.approval_channel,
            pattern=policy.self_link_pattern,
            limit=policy.max_links,
            account_known=await self._accounts.find(turn.guild, subject, Use.LINKS) is not None,
        )


def usage_named(typed: str, usages: Mapping[str, Usage]) -> Usage:
    """Return the command that was typed, with or without its slash. Raises InvalidInput with the names there are."""
    found = usages.get(" ".join(typed.casefold().strip().removeprefix("/").split()))
    if found is None:
        near = ", ".join(f"`{name}`" for name in sorted(usages))
        raise InvalidInput("access-unknown", id=typed.strip() or "?", near=near)
    return found


def roles_of(policy: Policy, kind: str) -> frozenset[int]:
    """Return one set of a policy's roles; that everybody plays is no role."""
    held = getattr(policy, kind)
    return held if isinstance(held, frozenset) else frozenset()


def _verdicts(actor: Actor, policy: Policy, usage: Usage) -> list[Verdict]:
    access = usage.access
    actions = dict.fromkeys((*access.if_absent.values(), access.action, *access.by_value.values()))
    verdicts = []
    for action in actions:
        if action not in FOR_ANYBODY:
            verdicts.append(Verdict(action, None, decide(actor, policy, action, actor.user_id)))
            continue
        if not usage.only_others:
            verdicts.append(Verdict(action, True, decide(actor, policy, action, actor.user_id)))  # noqa: FBT003 - named in Verdict
        if usage.on_others or usage.only_others:
            verdicts.append(Verdict(action, False, decide(actor, policy, action, None)))  # noqa: FBT003 - named in Verdict
    if access.staff_options:
        decision = decide(actor, policy, Action.STAFF_OPTIONS, None)
        verdicts.append(Verdict(Action.STAFF_OPTIONS, None, decision))
    return verdicts
