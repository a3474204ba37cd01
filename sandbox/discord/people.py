"""The people and places of the emulated Discord: persons, guilds, roles, members and channels, and their JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .permissions import EVERYONE_DEFAULT, permissions_in

if TYPE_CHECKING:
    from .clock import Clock, Snowflakes
    from .wire import Json

YEAR = 365 * 86400.0


@dataclass(eq=False)
class Person:
    """A Discord account. `dms_open` False makes every message of the bot to this person fail with code 50007."""

    id: int
    name: str
    locale: str = "en-US"
    dms_open: bool = True
    bot: bool = False

    def payload(self) -> Json:
        """Return the user object."""
        return {
            "id": str(self.id),
            "username": self.name.lower().replace(" ", "_"),
            "discriminator": "0",
            "global_name": None if self.bot else self.name,
            "avatar": None,
            "bot": self.bot,
            "public_flags": 0,
        }


@dataclass(eq=False)
class Role:
    """A role of a guild; a managed one belongs to an integration and nobody can give it away."""

    id: int
    name: str
    permissions: int = 0
    managed: bool = False
    position: int = 1
    tags: dict[str, str | None] = field(default_factory=dict)

    def payload(self) -> Json:
        """Return the role object."""
        role: Json = {
            "id": str(self.id),
            "name": self.name,
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "icon": None,
            "unicode_emoji": None,
            "position": self.position,
            "permissions": str(self.permissions),
            "managed": self.managed,
            "mentionable": False,
            "flags": 0,
        }
        return {**role, "tags": self.tags} if self.tags else role


@dataclass(eq=False)
class Channel:
    """A text channel, or a direct-message channel when it has a recipient.

    `overwrites` maps a role's or member's id to its (allowed, denied) bits.
    """

    id: int
    name: str
    guild: Guild | None = None
    recipient: Person | None = None
    overwrites: dict[int, tuple[int, int]] = field(default_factory=dict)
    kind: int = 0

    @property
    def guild_id(self) -> int:
        """The guild's id, which is also the id of its @everyone role; 0 in direct messages."""
        return self.guild.id if self.guild else 0

    def deny(self, target: Role | Member, permissions: int) -> None:
        """Take permissions away from a role or a member in this channel."""
        allowed, denied = self.overwrites.get(target.id, (0, 0))
        self.overwrites[target.id] = (allowed & ~permissions, denied | permissions)

    def allow(self, target: Role | Member, permissions: int) -> None:
        """Grant permissions to a role or a member in this channel."""
        allowed, denied = self.overwrites.get(target.id, (0, 0))
        self.overwrites[target.id] = (allowed | permissions, denied & ~permissions)

    def payload(self) -> Json:
        """Return the channel object."""
        if self.recipient:
            people = [self.recipient.payload()]
            return {"id": str(self.id), "type": 1, "last_message_id": None, "flags": 0, "recipients": people}
        return {
            "id": str(self.id),
            "type": self.kind,
            "name": self.name,
            "guild_id": str(self.guild_id),
            "position": 0,
            "permission_overwrites": self._overwrite_payloads(),
            "nsfw": False,
            "topic": None,
            "parent_id": None,
            "last_message_id": None,
            "last_pin_timestamp": None,
            "rate_limit_per_user": 0,
            "flags": 0,
        }

    def resolved(self, member: Member, app: Member) -> Json:
        """Return the partial channel of an interaction: what the member and the app may do here is in it."""
        own = {"permissions": str(permissions_in(member, self)), "app_permissions": str(permissions_in(app, self))}
        return {**self.payload(), **own}

    def _overwrite_payloads(self) -> list[Json]:
        roles = self.guild.roles if self.guild else {}
        return [
            {"id": str(target), "type": 0 if target in roles else 1, "allow": str(allow), "deny": str(deny)}
            for target, (allow, deny) in self.overwrites.items()
        ]


@dataclass(eq=False)
class Member:
    """A person in a guild. It is what the driving calls take as the one who acts."""

    person: Person
    guild: Guild
    role_ids: list[int]
    joined_at: str
    nick: str | None = None

    @property
    def id(self) -> int:
        """The person's id."""
        return self.person.id

    @property
    def name(self) -> str:
        """What others see."""
        return self.nick or self.person.name

    @property
    def roles(self) -> list[Role]:
        """The member's roles that still exist."""
        return [self.guild.roles[role_id] for role_id in self.role_ids if role_id in self.guild.roles]

    @property
    def present(self) -> bool:
        """Whether the member is still in the guild."""
        return self.guild.members.get(self.id) is self

    def give(self, role: Role) -> None:
        """Give the member a role."""
        if role.id not in self.role_ids:
            self.role_ids.append(role.id)

    def take(self, role: Role) -> None:
        """Take a role away."""
        self.role_ids = [role_id for role_id in self.role_ids if role_id != role.id]

    def payload(self, channel: Channel | None = None, *, with_user: bool = True) -> Json:
        """Return the member object; with the permissions in `channel` when it is part of an interaction."""
        member: Json = {
            "roles": [str(role_id) for role_id in self.role_ids],
            "nick": self.nick,
            "avatar": None,
            "banner": None,
            "joined_at": self.joined_at,
            "premium_since": None,
            "deaf": False,
            "mute": False,
            "pending": False,
            "flags": 0,
            "communication_disabled_until": None,
        }
        if with_user:
            member["user"] = self.person.payload()
        if channel is not None:
            member["permissions"] = str(permissions_in(self, channel))
        return member


class Guild:
    """A server with its roles, channels and members; `owner` may do everything in it."""

    def __init__(self, guild_id: int, name: str, *, clock: Clock, ids: Snowflakes, locale: str) -> None:
        self.id = guild_id
        self.name = name
        self.locale = locale
        self.owner_id = 0
        self._clock = clock
        self._ids = ids
        self.roles: dict[int, Role] = {guild_id: Role(guild_id, "@everyone", EVERYONE_DEFAULT, position=0)}
        self.channels: dict[int, Channel] = {}
        self.members: dict[int, Member] = {}
        self.former: dict[int, Member] = {}

    @property
    def everyone(self) -> Role:
        """The role that everybody has; its id is the guild's."""
        return self.roles[self.id]

    @property
    def owner(self) -> Member:
        """The member who owns the guild."""
        return self.members[self.owner_id]

    def add_role(self, name: str, permissions: int = 0, *, managed: bool = False) -> Role:
        """Make a role above the ones there are."""
        role = Role(self._ids.next(YEAR), name, permissions, managed, len(self.roles))
        self.roles[role.id] = role
        return role

    def remove_role(self, role: Role) -> None:
        """Delete a role; members lose it at once."""
        del self.roles[role.id]
        for member in self.members.values():
            member.take(role)

    def add_channel(self, name: str, kind: int = 0) -> Channel:
        """Make a channel, by default of type text."""
        channel = Channel(self._ids.next(YEAR), name, guild=self, kind=kind)
        self.channels[channel.id] = channel
        return channel

    def remove_channel(self, channel: Channel) -> None:
        """Delete a channel."""
        del self.channels[channel.id]

    def add_member(self, who: str | Person, roles: list[Role] | None = None, *, locale: str = "en-US") -> Member:
        """Let a person join: a new one by name, or one who is known, from another guild or from before he left."""
        person = Person(self._ids.next(2 * YEAR), who, locale) if isinstance(who, str) else who
        member = Member(person, self, [role.id for role in roles or ()], self._clock.iso())
        self.members[person.id] = member
        self.former.pop(person.id, None)
        return member

    def remove_member(self, member: Member) -> None:
        """Let a member leave."""
        self.former[member.id] = self.members.pop(member.id)

    def rejoin(self, member: Member, roles: list[Role] | None = None) -> None:
        """Let a member who left come back as the same object, with these roles only."""
        member.role_ids = [role.id for role in roles or ()]
        member.joined_at = self._clock.iso()
        self.members[member.id] = self.former.pop(member.id)

    def payload(self) -> Json:
        """Return the guild object of the REST API."""
        return {
            "id": str(self.id),
            "name": self.name,
            "icon": None,
            "splash": None,
            "discovery_splash": None,
            "banner": None,
            "description": None,
            "owner_id": str(self.owner_id),
            "region": "deprecated",
            "afk_channel_id": None,
            "afk_timeout": 300,
            "system_channel_id": None,
            "system_channel_flags": 0,
            "rules_channel_id": None,
            "public_updates_channel_id": None,
            "verification_level": 1,
            "default_message_notifications": 0,
            "explicit_content_filter": 0,
            "mfa_level": 0,
            "nsfw_level": 0,
            "premium_tier": 0,
            "premium_progress_bar_enabled": False,
            "preferred_locale": self.locale,
            "features": [],
            "emojis": [],
            "stickers": [],
            "vanity_url_code": None,
            "roles": [role.payload() for role in self.roles.values()],
            "approximate_member_count": len(self.members),
            "approximate_presence_count": len(self.members),
        }

    def gateway_payload(self, app: Member) -> Json:
        """Return the guild object of GUILD_CREATE as an app without the members intent gets it: itself only."""
        return {
            **self.payload(),
            "joined_at": app.joined_at,
            "large": False,
            "unavailable": False,
            "member_count": len(self.members),
            "members": [app.payload()],
            "channels": [channel.payload() for channel in self.channels.values()],
            "threads": [],
            "voice_states": [],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }
