"""The whole emulated Discord at rest: the application and its bot, guilds, direct messages, messages and files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .archive import Messages
from .clock import Changes, Clock, Snowflakes
from .people import YEAR, Channel, Guild, Member, Person
from .permissions import Permission, permissions_in
from .wire import ApiError

if TYPE_CHECKING:
    from .wire import Json

BOT_PERMISSIONS = Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES | Permission.EMBED_LINKS
DM_CHANNEL = 1


class World:
    """Who and what exists. Look-ups raise Discord's refusals for what does not."""

    def __init__(self, clock: Clock, *, app_name: str) -> None:
        self.clock = clock
        self.ids = Snowflakes(clock)
        self.changes = Changes()
        self.app_id = self.ids.next(YEAR)
        self.bot = Person(self.app_id, app_name, bot=True)
        self.app_owner = Person(self.ids.next(2 * YEAR), "App owner")
        self.messages = Messages(clock=clock, ids=self.ids, changes=self.changes)
        self.guilds: dict[int, Guild] = {}
        self._direct: dict[int, Channel] = {}

    def add_guild(self, name: str, *, owner: str | Person = "Olivia Owner", locale: str = "en-US") -> Guild:
        """Make a guild with a channel #general, its owner, and the bot with a managed role as an invite gives it."""
        guild = Guild(self.ids.next(YEAR), name, clock=self.clock, ids=self.ids, locale=locale)
        self.guilds[guild.id] = guild
        guild.owner_id = guild.add_member(owner, locale=locale).id
        role = guild.add_role(self.bot.name, int(BOT_PERMISSIONS), managed=True)
        role.tags = {"bot_id": str(self.bot.id)}
        guild.add_member(self.bot, [role])
        guild.add_channel("general")
        return guild

    def guild(self, guild_id: int) -> Guild:
        """Return a guild that the bot is in (404, code 10004)."""
        if guild_id not in self.guilds:
            raise ApiError(404, 10004, "Unknown Guild")
        return self.guilds[guild_id]

    def channel(self, channel_id: int) -> Channel:
        """Return a channel that the bot can see (10003, 50001)."""
        for channel in self._direct.values():
            if channel.id == channel_id:
                return channel
        found = next((g.channels[channel_id] for g in self.guilds.values() if channel_id in g.channels), None)
        if found is None:
            raise ApiError(404, 10003, "Unknown Channel")
        if not self.bot_permissions(found) & Permission.VIEW_CHANNEL:
            raise ApiError(403, 50001, "Missing Access")
        return found

    def person(self, person_id: int) -> Person:
        """Return a person whom the sandbox knows (404, code 10013)."""
        if person_id == self.bot.id:
            return self.bot
        for guild in self.guilds.values():
            member = guild.members.get(person_id) or guild.former.get(person_id)
            if member is not None:
                return member.person
        raise ApiError(404, 10013, "Unknown User")

    def direct_channel(self, person: Person) -> Channel:
        """Return the direct-message channel between the bot and a person, made at first use."""
        if person.id not in self._direct:
            channel = Channel(self.ids.next(), "", recipient=person, kind=DM_CHANNEL)
            self._direct[person.id] = channel
        return self._direct[person.id]

    def bot_member(self, guild: Guild) -> Member:
        """Return the bot as a member of the guild."""
        return guild.members[self.bot.id]

    def bot_permissions(self, channel: Channel) -> int:
        """Return what the bot may do in a channel of a guild, or in a direct message."""
        if channel.guild is None:
            return int(BOT_PERMISSIONS | Permission.ATTACH_FILES | Permission.READ_MESSAGE_HISTORY)
        return permissions_in(self.bot_member(channel.guild), channel)

    def require(self, channel: Channel, permission: Permission) -> None:
        """Refuse what the bot has no permission for (403, code 50013), or a closed direct message (50007)."""
        if not self.bot_permissions(channel) & permission:
            raise ApiError(403, 50013, "Missing Permissions")
        person = channel.recipient
        if person and not (person.dms_open and self._shares_guild(person)):
            raise ApiError(403, 50007, "Cannot send messages to this user")

    def application(self) -> Json:
        """Return the application object."""
        return {
            "id": str(self.app_id),
            "name": self.bot.name,
            "icon": None,
            "description": "",
            "summary": "",
            "type": None,
            "bot_public": True,
            "bot_require_code_grant": False,
            "verify_key": "0" * 64,
            "flags": 0,
            "owner": self.app_owner.payload(),
            "team": None,
            "hook": True,
            "redirect_uris": [],
            "interactions_endpoint_url": None,
            "role_connections_verification_url": None,
            "approximate_guild_count": len(self.guilds),
            "approximate_user_install_count": 0,
            "integration_types_config": {"0": {}},
            "bot": self.bot.payload(),
        }

    def _shares_guild(self, person: Person) -> bool:
        return any(person.id in guild.members for guild in self.guilds.values())
