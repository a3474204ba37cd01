"""Permission bits and how Discord computes them (topics/permissions: Permission Hierarchy and Overwrites)."""

from __future__ import annotations

from enum import IntFlag
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .people import Channel, Member


class Permission(IntFlag):
    """The bits that the sandbox knows."""

    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    MANAGE_ROLES = 1 << 28
    USE_APPLICATION_COMMANDS = 1 << 31
    SEND_MESSAGES_IN_THREADS = 1 << 38


EVERYTHING = (1 << 53) - 1
EVERYONE_DEFAULT = int(
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.USE_EXTERNAL_EMOJIS
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.SEND_MESSAGES_IN_THREADS
)


def base_permissions(member: Member) -> int:
    """Return what the member's roles grant in the whole guild."""
    if member.id == member.guild.owner_id:
        return EVERYTHING
    granted = member.guild.everyone.permissions
    for role in member.roles:
        granted |= role.permissions
    return EVERYTHING if granted & Permission.ADMINISTRATOR else granted


def permissions_in(member: Member, channel: Channel) -> int:
    """Return what the member may do in the channel, overwrites applied."""
    granted = base_permissions(member)
    if granted == EVERYTHING:
        return granted
    granted = _apply(granted, channel.overwrites.get(channel.guild_id))
    allow = deny = 0
    for role_id in member.role_ids:
        role_allow, role_deny = channel.overwrites.get(role_id, (0, 0))
        allow, deny = allow | role_allow, deny | role_deny
    granted = _apply(granted, (allow, deny))
    return _apply(granted, channel.overwrites.get(member.id))


def _apply(granted: int, overwrite: tuple[int, int] | None) -> int:
    allow, deny = overwrite or (0, 0)
    return granted & ~deny | allow
