"""What the Discord client makes of a filled-in command.

A person can only do what the client offers: unknown options, missing or impossible values raise NotAllowed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .commands import GROUPS, OptionType
from .exchange import NotAllowed
from .messages import Upload
from .people import Channel, Member, Person, Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .wire import Json
    from .world import World

Value = str | int | float | bool | Person | Member | Role | Channel | Upload
TEXT_LIMIT = 6000
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


class Composer:
    """Turns what a person filled in into an interaction's `data`, as the Discord client does."""

    def __init__(self, world: World, member: Member, channel: Channel) -> None:
        self._world = world
        self.member = member
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
            if value.present:
                self._add("members", value.id, value.payload(self._channel, with_user=False))
            return self._add("users", value.id, value.person.payload())
        if isinstance(value, Person):
            return self._add("users", value.id, value.payload())
        if isinstance(value, Role):
            return self._add("roles", value.id, value.payload())
        if isinstance(value, Channel):
            app = self._world.bot_member(self.member.guild)
            return self._add("channels", value.id, value.resolved(self.member, app))
        if isinstance(value, Upload):
            attachment = self._world.messages.store(value, f"ephemeral-attachments/{self._channel.id}")
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
