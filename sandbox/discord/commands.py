"""The commands that the bot registered, and what the Discord client makes of an invocation.

A person can only do what the client offers: unknown commands or options, missing or impossible values raise NotAllowed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from .exchange import NotAllowed
from .messages import Upload
from .people import Channel, Member, Person, Role
from .permissions import EVERYTHING, permissions_in
from .wire import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .clock import Snowflakes
    from .messages import Messages
    from .wire import Json
    from .world import World

Value = str | int | float | bool | Person | Member | Role | Channel | Upload
Scope = int  # a guild's id, or 0 for global commands
TEXT_LIMIT = 6000


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


ACCEPTED: dict[OptionType, tuple[type, ...]] = {
    OptionType.STRING: (str,),
    OptionType.INTEGER: (int,),
    OptionType.BOOLEAN: (bool,),
    OptionType.USER: (Person, Member),
    OptionType.CHANNEL: (Channel,),
    OptionType.ROLE: (Role,),
    OptionType.MENTIONABLE: (Person, Member, Role),
    OptionType.NUMBER: (int, float),
    OptionType.ATTACHMENT: (Upload,),
}
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
        return [c for c in [*self.listed(channel.guild_id), *self.listed(0)] if not _hidden(c, granted)]

    def offered(self, name: str, kind: CommandType, member: Member, channel: Channel) -> Json:
        """Return the command that the client offers this member under a name; NotAllowed when it offers none."""
        candidates = [*self.listed(channel.guild_id), *self.listed(0)]
        command = next((c for c in candidates if c["name"] == name and c["type"] == kind), None)
        if command is None:
            names = ", ".join(sorted(str(c["name"]) for c in candidates))
            raise NotAllowed(f"there is no command {name!r}; registered: {names or 'none'}")
        if _hidden(command, permissions_in(member, channel)):
            raise NotAllowed(f"{member.name} does not see the command {name!r}")
        return command

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


class Composer:
    """Turns what a person filled in into an interaction's `data`, as the Discord client does."""

    def __init__(self, world: World, member: Member, channel: Channel) -> None:
        self._messages: Messages = world.messages
        self._world = world
        self._member = member
        self._channel = channel
        self._resolved: Json = {}

    def slash(self, command: Json, path: list[str], values: Mapping[str, Value | None]) -> Json:
        """Return the data of an invocation; every required option must be there."""
        offered, wrap = _descend(command, path)
        given = {name: value for name, value in values.items() if value is not None}
        _check_names(offered, given)
        missing = [option["name"] for option in offered if option.get("required") and option["name"] not in given]
        if missing:
            raise NotAllowed(f"required options are missing: {', '.join(missing)}")
        filled = [self._option(option, given[option["name"]]) for option in offered if option["name"] in given]
        return self._data(command, wrap(filled))

    def autocomplete(
        self, command: Json, path: list[str], focused: str, typed: str, values: Mapping[str, Value]
    ) -> Json:
        """Return the data of an autocomplete request: partial, and without resolved objects."""
        offered, wrap = _descend(command, path)
        _check_names(offered, {**values, focused: typed})
        filled = []
        for option in offered:
            if option["name"] == focused:
                if not option.get("autocomplete"):
                    raise NotAllowed(f"option {focused!r} offers no autocomplete")
                filled.append({"name": focused, "type": option["type"], "value": typed, "focused": True})
            elif option["name"] in values:
                filled.append(self._option(option, values[option["name"]]))
        self._resolved = {}
        return self._data(command, wrap(filled))

    def on_user(self, command: Json, target: Member) -> Json:
        """Return the data of a user command on a member."""
        self.resolve(target)
        return {**self._data(command, []), "target_id": str(target.id)}

    def resolve(self, value: object) -> str:
        """Return the id that stands for an object, which goes along as resolved data."""
        if isinstance(value, Member):
            self._add("members", value.id, value.payload(self._channel, with_user=False))
            return self._add("users", value.id, value.person.payload())
        if isinstance(value, Person):
            return self._add("users", value.id, value.payload())
        if isinstance(value, Role):
            return self._add("roles", value.id, value.payload())
        if isinstance(value, Channel):
            app = self._world.bot_member(self._member.guild)
            return self._add("channels", value.id, value.resolved(self._member, app))
        if isinstance(value, Upload):
            attachment = self._messages.store(value, f"ephemeral-attachments/{self._channel.id}")
            return self._add("attachments", attachment.id, attachment.payload())
        raise NotAllowed(f"{value!r} is not an object of Discord")

    @property
    def resolved(self) -> Json:
        """The objects that were referred to by their ids."""
        return self._resolved

    def _add(self, kind: str, object_id: int, payload: Json) -> str:
        self._resolved.setdefault(kind, {})[str(object_id)] = payload
        return str(object_id)

    def _data(self, command: Json, options: list[Json]) -> Json:
        data: Json = {"id": command["id"], "name": command["name"], "type": command["type"]}
        if "guild_id" in command:
            data["guild_id"] = command["guild_id"]
        if options:
            data["options"] = options
        if self._resolved:
            data["resolved"] = self._resolved
        return data

    def _option(self, option: Json, value: Value) -> Json:
        kind = OptionType(option["type"])
        _check_value(option, kind, value)
        sent = value if isinstance(value, (str, int, float)) else self.resolve(value)
        return {"name": option["name"], "type": int(kind), "value": sent}


def _key(body: Json) -> tuple[str, int]:
    return body["name"], body.get("type") or 1


def _hidden(command: Json, permissions: int) -> bool:
    needed = command["default_member_permissions"]
    if needed is None or permissions == EVERYTHING:
        return False
    return int(needed) == 0 or permissions & int(needed) != int(needed)


def _descend(command: Json, path: list[str]) -> tuple[list[Json], _Wrap]:
    """Follow a subcommand path; the options offered there, and how to nest the filled ones."""
    offered: list[Json] = command["options"]
    steps: list[tuple[str, int]] = []
    for name in path:
        option = next((o for o in offered if o["name"] == name and o["type"] in GROUPS), None)
        if option is None:
            raise NotAllowed(f"/{command['name']} has no subcommand {name!r}")
        steps.append((name, option["type"]))
        offered = option.get("options") or []
    if any(option["type"] in GROUPS for option in offered):
        raise NotAllowed(f"/{' '.join([command['name'], *path])} needs a subcommand")
    return offered, _Wrap(steps)


@dataclass(frozen=True)
class _Wrap:
    steps: list[tuple[str, int]]

    def __call__(self, filled: list[Json]) -> list[Json]:
        for name, kind in reversed(self.steps):
            filled = [{"name": name, "type": kind, "options": filled}]
        return filled


def _check_names(offered: list[Json], given: Mapping[str, object]) -> None:
    known = [option["name"] for option in offered]
    unknown = [name for name in given if name not in known]
    if unknown:
        raise NotAllowed(f"no option {', '.join(unknown)}; there are: {', '.join(known) or 'none'}")


def _check_value(option: Json, kind: OptionType, value: Value) -> None:
    name = option["name"]
    is_flag = isinstance(value, bool)
    if not isinstance(value, ACCEPTED[kind]) or is_flag is not (kind is OptionType.BOOLEAN):
        raise NotAllowed(f"option {name!r} takes a {kind.name.lower()}, not {value!r}")
    choices = option.get("choices")
    if choices and value not in [choice["value"] for choice in choices]:
        raise NotAllowed(f"option {name!r} offers {[choice['value'] for choice in choices]}, not {value!r}")
    if isinstance(value, str):
        least, most = option.get("min_length") or 0, option.get("max_length") or TEXT_LIMIT
        if not max(least, 1) <= len(value) <= most:
            raise NotAllowed(f"option {name!r} takes {max(least, 1)} to {most} characters, not {len(value)}")
    elif isinstance(value, (int, float)):
        least, most = option.get("min_value", value), option.get("max_value", value)
        if not least <= value <= most:
            raise NotAllowed(f"option {name!r} takes a number from {least} to {most}, not {value}")
    elif isinstance(value, Channel) and value.kind not in (option.get("channel_types") or [value.kind]):
        raise NotAllowed(f"option {name!r} does not take this type of channel")
