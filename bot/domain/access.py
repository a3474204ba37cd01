"""Who may do what: one pure decision over role ids. What no rule allows is denied.

Administrators and Manage Server get no access to data by that alone: their permissions never enter here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from bot.settings import PlayerAction, SelfLink

if TYPE_CHECKING:
    from collections.abc import Mapping


class Action(StrEnum):
    """Everything somebody can ask for. A command or button without an action is refused."""

    VIEW = "view"  # see an account's characters and links
    LINK = "link"
    UNLINK = "unlink"
    CREATE = "create"
    EDIT = "edit"
    REMOVE = "remove"
    SELECT = "select"
    ACCOUNT = "account"  # see, prove and forget which CAD account is one's own; staff see others'
    BIND = "bind"  # say which CAD account somebody has
    DECIDE = "decide"  # approve or deny a player's request
    AUDIT = "audit"  # read this guild's history
    BULK = "bulk"  # run files of many rows, and see and stop what runs
    EXPLAIN = "explain"  # ask whether somebody would be allowed
    STAFF_OPTIONS = "staff-options"  # use options meant for staff, whoever they are used for
    SET_UP = "set-up"  # configure this guild, and check it
    OWN_DATA = "own-data"  # see and erase what is stored about oneself
    HELP = "help"


class Rule(StrEnum):
    """The rule that decided. The values are stable names for the history.

    A refusal's message key is `rule-<value>`, with `-nobody` behind it where no role would open it.
    """

    ADMIN = "admin"
    STAFF = "staff"
    PLAYER = "player"
    STAFF_AS_PLAYER = "staff-as-player"
    APPROVAL = "approval"  # allowed to try: needs a proof or somebody's approval before anything is linked
    OTHER_GUILD = "other-guild"
    BLOCKED = "blocked"
    NOT_A_PLAYER = "not-a-player"
    PLAYERS_MAY_NOT = "players-may-not"
    SELF_LINK_OFF = "self-link-off"
    STAFF_ONLY = "staff-only"
    ADMINS_ONLY = "admins-only"
    APPROVER = "approver"
    APPROVERS_ONLY = "approvers-only"
    MANAGER = "manager"  # Manage Server, or Administrator
    MANAGERS_ONLY = "managers-only"
    EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, with the roles of the very interaction that is decided.

    `manages`: Discord lets this person manage the server (Manage Server, or Administrator).
    """

    user_id: int
    guild_id: int
    role_ids: frozenset[int]
    manages: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """One guild's rules. Empty role sets open nothing; approvers and admins default to staff."""

    guild_id: int
    staff: frozenset[int] = frozenset()
    players: frozenset[int] | Literal["everyone"] = frozenset()
    approvers: frozenset[int] = frozenset()
    admins: frozenset[int] = frozenset()
    blocked: frozenset[int] = frozenset()
    player_may: frozenset[PlayerAction] = frozenset(PlayerAction)
    self_link: SelfLink = SelfLink.APPROVAL
    self_link_pattern: str | None = None
    max_links: int = 0

    @property
    def binds_players(self) -> bool:
        """Whether players may do less with their own account than staff may for others."""
        free = self.self_link is SelfLink.OPEN and not self.max_links and self.player_may >= frozenset(PlayerAction)
        return not free


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether, by which rule, and which roles (any one of them) would have allowed it."""

    allowed: bool
    rule: Rule
    missing: frozenset[int] = frozenset()

    @property
    def refusal(self) -> str:
        """The key of the message that tells a no."""
        return f"rule-{self.rule}" + ("" if self.missing else "-nobody")


@dataclass(frozen=True, slots=True)
class CommandAccess:
    """What a command's options ask for, as data on the command (`extras`).

    `action` holds unless an option says otherwise: `by_value` maps an option and its value to an action, `if_absent`
    an option that was left out. An option in `staff_options` is for staff, whoever the command is used for.
    """

    action: Action
    by_value: Mapping[tuple[str, str], Action] = field(default_factory=dict)
    if_absent: Mapping[str, Action] = field(default_factory=dict)
    staff_options: frozenset[str] = frozenset()

    def actions(self, options: Mapping[str, object]) -> tuple[Action, ...]:
        """Return every action that these options ask for; all must be allowed."""
        given = {name: value for name, value in options.items() if value is not None}
        wanted = self.action
        for (name, value), action in self.by_value.items():
            if given.get(name) == value:
                wanted = action
        for name, action in self.if_absent.items():
            if name not in given:
                wanted = action
        return (wanted, Action.STAFF_OPTIONS) if self.staff_options & given.keys() else (wanted,)


_PERMISSION = {
    Action.LINK: PlayerAction.LINK,
    Action.UNLINK: PlayerAction.UNLINK,
    Action.CREATE: PlayerAction.CREATE,
    Action.EDIT: PlayerAction.EDIT,
    Action.REMOVE: PlayerAction.REMOVE,
    Action.SELECT: PlayerAction.SELECT,
}

UNBOUND = frozenset({Action.SET_UP, Action.OWN_DATA, Action.HELP})
"""Actions that need no CAD community: they work in a guild that nobody set up yet."""

ABOUT_OTHERS = frozenset({Action.DECIDE, Action.AUDIT, Action.BULK})
"""Actions that are never about the person who acts."""

_FOR_STAFF = frozenset({Action.BIND, Action.AUDIT, Action.EXPLAIN, Action.STAFF_OPTIONS})
"""Actions that are staff's, whoever they are about."""


def decide(actor: Actor, policy: Policy, action: Action, target: int | None) -> Decision:
    """Decide whether the actor may do this to the member `target` (None: an account that no member stands for).

    Pure, and over role ids only, but for setting the guild up. Acting on one's own account follows the player's rules,
    also for staff; admins are excepted. A blocked role wins over every role; it takes nobody's own data away, and does
    not lock out who manages the server and could take the role off anyway.
    """
    if actor.guild_id != policy.guild_id:
        return Decision(allowed=False, rule=Rule.OTHER_GUILD)
    if action in UNBOUND:
        return _decide_unbound(actor, action)
    if actor.role_ids & policy.blocked:
        return Decision(allowed=False, rule=Rule.BLOCKED)
    if action is Action.DECIDE:
        return _decide_deciding(actor, policy)
    return _decide_about(actor, policy, action, target)


def _decide_about(actor: Actor, policy: Policy, action: Action, target: int | None) -> Decision:
    admins = policy.admins or policy.staff
    if actor.role_ids & admins:
        return Decision(allowed=True, rule=Rule.ADMIN)
    if action is Action.BULK:
        return Decision(allowed=False, rule=Rule.ADMINS_ONLY, missing=admins)
    if action not in _FOR_STAFF and target == actor.user_id:
        return _decide_own(actor, policy, action)
    if actor.role_ids & policy.staff:
        return Decision(allowed=True, rule=Rule.STAFF)
    return Decision(allowed=False, rule=Rule.STAFF_ONLY, missing=policy.staff | policy.admins)


def _decide_unbound(actor: Actor, action: Action) -> Decision:
    if action is not Action.SET_UP:
        return Decision(allowed=True, rule=Rule.EVERYBODY)
    return Decision(allowed=actor.manages, rule=Rule.MANAGER if actor.manages else Rule.MANAGERS_ONLY)


def _decide_deciding(actor: Actor, policy: Policy) -> Decision:
    approvers = policy.approvers or policy.staff
    if actor.role_ids & approvers:
        return Decision(allowed=True, rule=Rule.APPROVER)
    return Decision(allowed=False, rule=Rule.APPROVERS_ONLY, missing=approvers)


def _decide_own(actor: Actor, policy: Policy, action: Action) -> Decision:
    is_staff = bool(actor.role_ids & policy.staff)
    if policy.players != "everyone" and not is_staff and not actor.role_ids & policy.players:
        return Decision(allowed=False, rule=Rule.NOT_A_PLAYER, missing=policy.players)
    permission = _PERMISSION.get(action)
    if permission is not None and permission not in policy.player_may:
        return Decision(allowed=False, rule=Rule.PLAYERS_MAY_NOT)
    if action is Action.LINK and policy.self_link is SelfLink.OFF:
        return Decision(allowed=False, rule=Rule.SELF_LINK_OFF)
    if action is Action.LINK and policy.self_link is SelfLink.APPROVAL:
        return Decision(allowed=True, rule=Rule.APPROVAL)
    return Decision(allowed=True, rule=Rule.STAFF_AS_PLAYER if is_staff else Rule.PLAYER)
