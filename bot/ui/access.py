"""Decisions in words: may he, by which rule, what would open it, and who can change that."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import discord

from bot.domain.access import Rule
from bot.services.explaining import KINDS, roles_of
from bot.ui.audit import WHAT
from bot.ui.courier import BROKEN
from bot.ui.reply import Reply, Tone

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.domain.access import Policy
    from bot.services.explaining import Explanation, SelfLinking, Verdict
    from bot.ui.post import PostOffice
    from bot.ui.premises import Premises
    from bot.ui.words import Words

log = logging.getLogger(__name__)

RULES = {
    Rule.ADMIN: "access-rule-admin",
    Rule.STAFF: "access-rule-staff",
    Rule.PLAYER: "access-rule-player",
    Rule.STAFF_AS_PLAYER: "access-rule-staff-as-player",
    Rule.APPROVAL: "access-rule-approval",
    Rule.OTHER_GUILD: "access-rule-other-guild",
    Rule.BLOCKED: "access-rule-blocked",
    Rule.NOT_A_PLAYER: "access-rule-not-a-player",
    Rule.PLAYERS_MAY_NOT: "access-rule-players-may-not",
    Rule.SELF_LINK_OFF: "access-rule-self-link-off",
    Rule.STAFF_ONLY: "access-rule-staff-only",
    Rule.ADMINS_ONLY: "access-rule-admins-only",
    Rule.APPROVER: "access-rule-approver",
    Rule.APPROVERS_ONLY: "access-rule-approvers-only",
    Rule.MANAGER: "access-rule-manager",
    Rule.MANAGERS_ONLY: "access-rule-managers-only",
    Rule.EVERYBODY: "access-rule-everybody",
}
KIND = {
    "blocked": "access-kind-blocked",
    "admins": "access-kind-admins",
    "staff": "access-kind-staff",
    "approvers": "access-kind-approvers",
    "players": "access-kind-players",
}
BY_ROLE = frozenset({Rule.NOT_A_PLAYER, Rule.STAFF_ONLY, Rule.ADMINS_ONLY, Rule.APPROVERS_ONLY})
"""Refusals that some role would open."""


async def member_roles(
    interaction: discord.Interaction, member: discord.User | discord.Member, office: PostOffice
) -> tuple[frozenset[int] | None, bool]:
    """Return a member's roles (None: he is not in the guild) and whether he manages it.

    As they came with the interaction; where they did not come, Discord is asked for the roles.
    """
    found: discord.User | discord.Member = interaction.user if member.id == interaction.user.id else member
    if isinstance(found, discord.Member):
        own = found.id == interaction.user.id
        rights = interaction.permissions if own else (found.resolved_permissions or discord.Permissions.none())
        return frozenset(found._roles), rights.manage_guild or rights.administrator  # noqa: SLF001 - see bot.ui.desk
    return await office.roles(interaction.guild_id or 0, member.id), False


async def deleted_roles(premises: Premises, policy: Policy) -> frozenset[int] | None:
    """Return the roles that are set up but that Discord does not have any more; None where it did not say."""
    try:
        there = {role.id for role in await premises.roles(policy.guild_id)}
    except (discord.HTTPException, *BROKEN) as error:
        log.info("roles not readable for an explanation: %s", type(error).__name__)
        return None
    return frozenset().union(*(roles_of(policy, kind) for kind in KINDS)) - there


def explanation_reply(words: Words, explained: Explanation, deleted: frozenset[int] | None) -> Reply:
    """Return the answer: the outcome first, then each verdict, and what they rest on."""
    key = {True: "access-yes", None: "access-part", False: "access-no"}[explained.allowed]
    if not explained.present:
        key = "access-left"
    text = words(key, member=explained.member_id, id=f"/{explained.command}")
    lines = [_line(words, verdict, frozenset() if deleted is None else deleted) for verdict in explained.verdicts]
    parts = [text, *(f"- {line}" for line in lines), "", *_basis(words, explained, deleted)]
    if explained.self_linking is not None:
        parts += _self_linking(words, explained.self_linking)
    return Reply.of("\n".join(parts), Tone.INFO)


def _line(words: Words, verdict: Verdict, deleted: frozenset[int]) -> str:
    decision = verdict.decision
    outcome = words(RULES[decision.rule])
    if decision.rule in BY_ROLE:
        missing = decision.missing - deleted
        key = "access-missing" if missing else "access-missing-none"
        outcome = words(key, outcome=outcome, roles=_mentions(missing))
    what = words(WHAT[verdict.action])
    key = {True: "access-line-own", False: "access-line-others", None: "access-line"}[verdict.own]
    return words(key, what=what, outcome=outcome)


def _basis(words: Words, explained: Explanation, deleted: frozenset[int] | None) -> list[str]:
    held = [words(KIND[kind], roles=_mentions(roles)) for kind, roles in explained.held.items()]
    parts = [words("access-held", roles="; ".join(held)) if held else words("access-held-none")]
    if explained.everyone_plays:
        parts.append(words("access-everyone-plays"))
    if deleted is None:
        parts.append(words("access-roles-unread"))
    elif deleted:
        parts.append(words("access-deleted", roles=" ".join(f"`{role}`" for role in sorted(deleted))))
    return parts


def _self_linking(words: Words, needs: SelfLinking) -> list[str]:
    parts = []
    if needs.needs_approval and needs.approval_channel is None:
        parts.append(words("access-approval-nowhere"))
    elif needs.needs_approval:
        parts.append(words("access-approval-channel", channel=f"<#{needs.approval_channel}>"))
    if needs.needs_approval and needs.pattern is not None:
        parts.append(words("access-pattern", value=needs.pattern))
    if needs.limit:
        parts.append(words("access-limit", limit=needs.limit))
    parts.append(words("access-account-known" if needs.account_known else "access-account-unknown"))
    return parts


def _mentions(roles: Iterable[int]) -> str:
    return " ".join(f"<@&{role}>" for role in sorted(roles))
