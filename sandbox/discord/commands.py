"""The commands that the bot registered, in every scope, and who is shown which of them."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from .exchange import NotAllowed
from .permissions import EVERYTHING, permissions_in
from .wire import ApiError

if TYPE_CHECKING:
    from .clock import Snowflakes
    from .people import Channel, Member
    from .wire import Json

Scope = int  # a guild's id, or 0 for global commands


class OptionType(IntEnum):
    """Application command option types."""

    SUB_COMMAND = 1
    SUB_COMMAND_GROUP = 2
    STRING = 3
    INTEGER = 4
    BOOLEAN = 5
    USER = 6
    CHANNEL = 7
    ROLE = 8
    MENTIONABLE = 9
    NUMBER = 10
    ATTACHMENT = 11


class CommandType(IntEnum):
    """Application command types."""

    SLASH = 1
    USER = 2
    MESSAGE = 3


GUILD, BOT_DM = 0, 1  # interaction contexts
GROUPS = (OptionType.SUB_COMMAND, OptionType.SUB_COMMAND_GROUP)


class Registry:
    """The registered commands of each scope, as Discord returns them."""

    def __init__(self, ids: Snowflakes, app_id: int) -> None:
        self._ids = ids
        self._app_id = app_id
        self._scopes: dict[Scope, dict[int, Json]] = {}

    def __bool__(self) -> bool:
        return any(self._scopes.values())

    def listed(self, scope: Scope) -> list[Json]:
        """Return the commands of a scope."""
        return list(self._scopes.get(scope, {}).values())

    def find(self, scope: Scope, command_id: int) -> Json:
        """Return a command by its id (404, code 10063)."""
        try:
            return self._scopes[scope][command_id]
        except KeyError:
            raise ApiError(404, 10063, "Unknown application command") from None

    def overwrite(self, scope: Scope, bodies: list[Json]) -> list[Json]:
        """Replace a scope's commands; one with the name and type of an earlier one keeps its id."""
        known = self._ids_by_name(scope)
        stored = [self._stored(scope, body, known.get(_key(body))) for body in bodies]
        self._scopes[scope] = {int(command["id"]): command for command in stored}
        return stored

    def upsert(self, scope: Scope, body: Json) -> Json:
        """Add a command, or replace the one of the same name and type."""
        command = self._stored(scope, body, self._ids_by_name(scope).get(_key(body)))
        self._scopes.setdefault(scope, {})[int(command["id"])] = command
        return command

    def replace(self, scope: Scope, body: Json) -> Json:
        """Store an edited command under the id that its body carries."""
        command = self._stored(scope, body, body["id"])
        self._scopes[scope][int(command["id"])] = command
        return command

    def delete(self, scope: Scope, command_id: int) -> None:
        """Remove a command (404, code 10063)."""
        self.find(scope, command_id)
        del self._scopes[scope][command_id]

    def visible(self, member: Member, channel: Channel) -> list[Json]:
        """Return the commands that the client shows to this member in this channel."""
        granted = permissions_in(member, channel)
        return [command for command in self._here(channel) if not _hidden(command, granted)]

    def offered(self, name: str, kind: CommandType, member: Member, channel: Channel) -> Json:
        """Return the command that the client offers this member under a name; NotAllowed when it offers none."""
        candidates = self._here(channel)
        command = next((c for c in candidates if c["name"] == name and c["type"] == kind), None)
        if command is None:
            names = ", ".join(sorted(str(c["name"]) for c in candidates))
            raise NotAllowed(f"there is no command {name!r}; registered: {names or 'none'}")
        if _hidden(command, permissions_in(member, channel)):
            raise NotAllowed(f"{member.name} does not see the command {name!r}")
        return command

    def _here(self, channel: Channel) -> list[Json]:
        """Return the commands of a place: its guild's and the global ones, in direct messages those meant for them."""
        if channel.guild is not None:
            return [*self.listed(channel.guild.id), *(c for c in self.listed(0) if _for(GUILD, c))]
        return [command for command in self.listed(0) if _for(BOT_DM, command)]

    def _ids_by_name(self, scope: Scope) -> dict[tuple[str, int], str]:
        return {_key(command): command["id"] for command in self.listed(scope)}

    def _stored(self, scope: Scope, body: Json, command_id: str | None) -> Json:
        permissions = body.get("default_member_permissions")
        command: Json = {
            "id": command_id or str(self._ids.next()),
            "application_id": str(self._app_id),
            "version": str(self._ids.next()),
            "type": body.get("type") or 1,
            "name": body["name"],
            "name_localizations": body.get("name_localizations"),
            "description": body.get("description") or "",
            "description_localizations": body.get("description_localizations"),
            "options": body.get("options") or [],
            "default_member_permissions": None if permissions is None else str(permissions),
            "dm_permission": body.get("dm_permission") is not False,
            "contexts": body.get("contexts"),
            "integration_types": body.get("integration_types") or [0],
            "nsfw": bool(body.get("nsfw")),
        }
        return {**command, "guild_id": str(scope)} if scope else command


def _key(body: Json) -> tuple[str, int]:
    return body["name"], body.get("type") or 1


def _for(context: int, command: Json) -> bool:
    """Whether a global command is offered in that context; the older `dm_permission` counts where none is named."""
    contexts = command["contexts"]
    if contexts is None:
        return bool(context == GUILD or command["dm_permission"])
    return context in contexts


def _hidden(command: Json, permissions: int) -> bool:
    needed = command["default_member_permissions"]
    if needed is None or permissions == EVERYTHING:
        return False
    return int(needed) == 0 or permissions & int(needed) != int(needed)
