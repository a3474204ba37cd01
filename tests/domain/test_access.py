"""Who may do what: what no rule allows is denied, whatever roles and policies there are."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.domain.access import UNBOUND, Action, Actor, CommandAccess, Decision, Policy, Rule, decide
from bot.settings import PlayerAction, SelfLink

GUILD, SELF, OTHER = 1, 10, 11
STAFF, PLAYER, ADMIN, BLOCKED = 100, 101, 102, 103

ROLES = st.frozensets(st.integers(100, 107), max_size=4)
POLICIES = st.builds(
    Policy,
    guild_id=st.just(GUILD),
    staff=ROLES,
    players=st.just("everyone") | ROLES,
    approvers=ROLES,
    admins=ROLES,
    blocked=ROLES,
    player_may=st.frozensets(st.sampled_from(PlayerAction)),
    self_link=st.sampled_from(SelfLink),
    self_link_pattern=st.none() | st.just("char#:{api_id}"),
    max_links=st.integers(0, 3),
)
ACTORS = st.builds(Actor, user_id=st.just(SELF), guild_id=st.just(GUILD), role_ids=ROLES)
ACTIONS = st.sampled_from(Action)
BOUND = st.sampled_from([one for one in Action if one not in UNBOUND])
ABOUT_ACCOUNTS = st.sampled_from([one for one in Action if one not in UNBOUND | {Action.DECIDE}])
TARGETS = st.sampled_from([SELF, OTHER, None])

POLICY = Policy(
    guild_id=GUILD,
    staff=frozenset({STAFF}),
    players=frozenset({PLAYER}),
    admins=frozenset({ADMIN}),
    blocked=frozenset({BLOCKED}),
    self_link=SelfLink.OPEN,
)


def actor(*roles: int, guild: int = GUILD) -> Actor:
    return Actor(SELF, guild, frozenset(roles))


@given(POLICIES, BOUND, TARGETS)
def test_nobody_without_a_role_gets_in_unless_everyone_is_a_player(
    policy: Policy, action: Action, target: int | None
) -> None:
    assume(policy.players != "everyone")
    assert not decide(actor(), policy, action, target).allowed


@given(ACTORS, POLICIES, BOUND, TARGETS)
def test_a_blocked_role_wins_over_every_other(who: Actor, policy: Policy, action: Action, target: int | None) -> None:
    assume(who.role_ids & policy.blocked)
    assert decide(who, policy, action, target) == Decision(allowed=False, rule=Rule.BLOCKED)


@given(ACTORS, POLICIES, ABOUT_ACCOUNTS, st.sampled_from([OTHER, None]))
def test_another_account_needs_staff(who: Actor, policy: Policy, action: Action, target: int | None) -> None:
    assume(not who.role_ids & (policy.staff | policy.admins))
    assert not decide(who, policy, action, target).allowed


@given(ACTORS, POLICIES, TARGETS)
def test_options_for_staff_need_staff_whoever_they_are_used_for(who: Actor, policy: Policy, target: int | None) -> None:
    assume(not who.role_ids & (policy.staff | policy.admins))
    assert not decide(who, policy, Action.STAFF_OPTIONS, target).allowed


@given(ACTORS, POLICIES, ACTIONS, TARGETS)
def test_a_policy_says_nothing_about_another_guild(
    who: Actor, policy: Policy, action: Action, target: int | None
) -> None:
    decision = decide(replace(who, guild_id=GUILD + 1), policy, action, target)
    assert decision == Decision(allowed=False, rule=Rule.OTHER_GUILD)


@given(ACTORS, POLICIES, st.sampled_from([Action(one) for one in PlayerAction]))
def test_players_do_only_what_players_may(who: Actor, policy: Policy, action: Action) -> None:
    assume(PlayerAction(action.value) not in policy.player_may)
    decision = decide(who, policy, action, SELF)
    assert not decision.allowed or decision.rule is Rule.ADMIN


@given(ACTORS, POLICIES, ACTIONS, TARGETS)
def test_the_roles_named_as_missing_open_it(who: Actor, policy: Policy, action: Action, target: int | None) -> None:
    decision = decide(who, policy, action, target)
    for role in decision.missing - policy.blocked:
        assert role not in who.role_ids
        after = decide(replace(who, role_ids=who.role_ids | {role}), policy, action, target)
        assert after.rule is not decision.rule
        if decision.rule is Rule.STAFF_ONLY and role in policy.admins | policy.staff:
            assert after.allowed


@given(ACTORS, POLICIES, ACTIONS, TARGETS)
def test_what_is_allowed_names_no_missing_role(who: Actor, policy: Policy, action: Action, target: int | None) -> None:
    decision = decide(who, policy, action, target)
    assert not (decision.allowed and decision.missing)


@given(who=ACTORS, policy=POLICIES, target=TARGETS, manages=st.booleans())
def test_setting_up_is_for_who_manages_the_server_and_for_no_role(
    who: Actor, policy: Policy, target: int | None, *, manages: bool
) -> None:
    assert decide(replace(who, manages=manages), policy, Action.SET_UP, target).allowed is manages


@given(ACTORS, POLICIES, BOUND, TARGETS)
def test_managing_the_server_opens_no_data(who: Actor, policy: Policy, action: Action, target: int | None) -> None:
    assert decide(replace(who, manages=True), policy, action, target) == decide(who, policy, action, target)


@given(ACTORS, POLICIES, st.sampled_from([Action.OWN_DATA, Action.HELP]))
def test_ones_own_data_is_everybodys(who: Actor, policy: Policy, action: Action) -> None:
    assert decide(who, policy, action, SELF).allowed


@given(ACTORS, POLICIES)
def test_deciding_is_for_approvers_alone(who: Actor, policy: Policy) -> None:
    assume(not who.role_ids & policy.blocked)
    decision = decide(who, policy, Action.DECIDE, None)
    approvers = policy.approvers or policy.staff
    assert decision.allowed is bool(who.role_ids & approvers)
    assert decision.missing == (frozenset() if decision.allowed else approvers)


@pytest.mark.parametrize(
    ("roles", "action", "target", "expected"),
    [
        ((ADMIN,), Action.LINK, SELF, Rule.ADMIN),
        ((ADMIN,), Action.STAFF_OPTIONS, None, Rule.ADMIN),
        ((STAFF,), Action.LINK, OTHER, Rule.STAFF),
        ((STAFF,), Action.LINK, None, Rule.STAFF),
        ((STAFF,), Action.STAFF_OPTIONS, SELF, Rule.STAFF),
        ((STAFF,), Action.LINK, SELF, Rule.STAFF_AS_PLAYER),
        ((STAFF, PLAYER), Action.VIEW, SELF, Rule.STAFF_AS_PLAYER),
        ((PLAYER,), Action.VIEW, SELF, Rule.PLAYER),
        ((PLAYER,), Action.CREATE, SELF, Rule.PLAYER),
    ],
)
def test_allowed_and_by_which_rule(roles: tuple[int, ...], action: Action, target: int | None, expected: Rule) -> None:
    assert decide(actor(*roles), POLICY, action, target) == Decision(allowed=True, rule=expected)


@pytest.mark.parametrize(
    ("roles", "action", "target", "rule", "missing"),
    [
        ((), Action.VIEW, SELF, Rule.NOT_A_PLAYER, {PLAYER}),
        ((999,), Action.LINK, SELF, Rule.NOT_A_PLAYER, {PLAYER}),
        ((PLAYER,), Action.VIEW, OTHER, Rule.STAFF_ONLY, {STAFF, ADMIN}),
        ((PLAYER,), Action.LINK, None, Rule.STAFF_ONLY, {STAFF, ADMIN}),
        ((PLAYER,), Action.STAFF_OPTIONS, SELF, Rule.STAFF_ONLY, {STAFF, ADMIN}),
        ((ADMIN, BLOCKED), Action.VIEW, SELF, Rule.BLOCKED, set()),
    ],
)
def test_refused_and_what_is_missing(
    roles: tuple[int, ...], action: Action, target: int | None, rule: Rule, missing: set[int]
) -> None:
    assert decide(actor(*roles), POLICY, action, target) == Decision(
        allowed=False, rule=rule, missing=frozenset(missing)
    )


def test_staff_are_admins_where_no_admins_are_named() -> None:
    policy = replace(POLICY, admins=frozenset())
    assert decide(actor(STAFF), policy, Action.LINK, SELF).rule is Rule.ADMIN


def test_an_empty_policy_lets_nobody_in() -> None:
    for action in set(Action) - UNBOUND:
        assert not decide(actor(STAFF, PLAYER, ADMIN), Policy(guild_id=GUILD), action, SELF).allowed


@pytest.mark.parametrize(
    ("self_link", "action", "expected"),
    [
        (SelfLink.OFF, Action.LINK, Decision(allowed=False, rule=Rule.SELF_LINK_OFF)),
        (SelfLink.APPROVAL, Action.LINK, Decision(allowed=True, rule=Rule.APPROVAL)),
        (SelfLink.OPEN, Action.LINK, Decision(allowed=True, rule=Rule.PLAYER)),
        (SelfLink.OFF, Action.UNLINK, Decision(allowed=True, rule=Rule.PLAYER)),
        (SelfLink.APPROVAL, Action.UNLINK, Decision(allowed=True, rule=Rule.PLAYER)),
    ],
)
def test_self_link_is_about_linking_only(self_link: SelfLink, action: Action, expected: Decision) -> None:
    policy = replace(POLICY, self_link=self_link, players="everyone")
    assert decide(actor(), policy, action, SELF) == expected


@pytest.mark.parametrize("role", [STAFF, PLAYER])
def test_own_account_follows_the_players_rules_for_staff_too(role: int) -> None:
    policy = replace(POLICY, player_may=frozenset({PlayerAction.CREATE}))
    assert decide(actor(role), policy, Action.UNLINK, SELF).rule is Rule.PLAYERS_MAY_NOT
    assert decide(actor(role), policy, Action.CREATE, SELF).allowed


ACCESS = CommandAccess(
    Action.LINK,
    by_value={("action", "remove"): Action.UNLINK},
    if_absent={"sync_id": Action.VIEW},
    staff_options=frozenset({"api_id"}),
)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"sync_id": "A", "action": "add"}, (Action.LINK,)),
        ({"sync_id": "A"}, (Action.LINK,)),
        ({"sync_id": "A", "action": "remove"}, (Action.UNLINK,)),
        ({"action": "remove"}, (Action.VIEW,)),
        ({"sync_id": None}, (Action.VIEW,)),
        ({"sync_id": "A", "api_id": "x"}, (Action.LINK, Action.STAFF_OPTIONS)),
        ({"sync_id": "A", "api_id": None}, (Action.LINK,)),
        ({"sync_id": "A", "api_id": ""}, (Action.LINK, Action.STAFF_OPTIONS)),
    ],
)
def test_options_decide_what_is_asked_for(options: dict[str, object], expected: tuple[Action, ...]) -> None:
    assert ACCESS.actions(options) == expected
