"""What a person can pick in a select of people, roles or channels, and in a file upload."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .commands import OptionType
from .components import Kind
from .composer import ACCEPTED
from .exchange import NotAllowed
from .messages import Upload
from .people import Channel, Member, Person, Role
from .permissions import Permission, permissions_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .components import Default
    from .composer import Composer
    from .modals import Field

PICKED = {
    Kind.USER_SELECT: ACCEPTED[OptionType.USER],
    Kind.ROLE_SELECT: ACCEPTED[OptionType.ROLE],
    Kind.MENTIONABLE_SELECT: ACCEPTED[OptionType.MENTIONABLE],
    Kind.CHANNEL_SELECT: ACCEPTED[OptionType.CHANNEL],
    Kind.FILE_UPLOAD: (Upload,),
}


def pick(field: Field, values: Iterable[object], composer: Composer) -> list[str]:
    """Return the ids of what is picked, which goes along as resolved data; NotAllowed for what is not offered."""
    ids: list[str] = []
    for value in values:
        if not isinstance(value, PICKED[field.kind]):
            raise NotAllowed(f"{field.label!r} does not take {value!r}")
        if not _offered(field, value, composer.member):
            raise NotAllowed(f"{field.label!r} does not offer {value!r}")
        picked = composer.resolve(value)
        if picked in ids:
            raise NotAllowed(f"{field.label!r}: {value!r} is chosen already")
        ids.append(picked)
    return ids


def picked_before(defaults: Sequence[Default], composer: Composer) -> list[str]:
    """Return the ids of the default values that still exist: what stays picked when a person leaves it alone."""
    guild = composer.member.guild
    places: dict[str, Mapping[int, Member | Role | Channel]]
    places = {"user": guild.members, "role": guild.roles, "channel": guild.channels}
    found = [places[default.type].get(default.id) for default in defaults]
    return [composer.resolve(each) for each in found if each is not None]


def _offered(field: Field, value: object, who: Member) -> bool:
    """Whether the client lists this: it is of the person's guild, still there, and a channel that he sees."""
    guild = who.guild
    match value:
        case Member() | Person():
            return value.id in guild.members
        case Role():
            return guild.roles.get(value.id) is value
        case Channel():
            seen = guild.channels.get(value.id) is value and permissions_in(who, value) & Permission.VIEW_CHANNEL
            return bool(seen) and value.kind in (field.channel_types or [value.kind])
        case _:
            return True
