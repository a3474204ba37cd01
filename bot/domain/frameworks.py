"""The game frameworks that a guild may run: how each calls a character's sync ID, and what one looks like.

The CAD itself takes any text (cad-api.md 5: the value of the configured Character Mapping Column), so shapes only help
people to see that they pasted something else; they never refuse what might be right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Collection


class Framework(StrEnum):
    """What the game server runs. The message keys are `framework-<value>-name`, `-label` and `-where`."""

    QBCORE = "qbcore"  # QBCore and Qbox: players.citizenid
    ESX = "esx"  # users.identifier
    ESX_MULTI = "esx-multi"  # users.identifier with a character slot before it
    OX = "ox"  # characters.stateId or charId
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Shape:
    """What a sync ID of a framework usually looks like: an example, and a self-link pattern where one makes sense."""

    example: str
    pattern: str = ""


SHAPES = {
    Framework.QBCORE: Shape("ABC12345"),
    Framework.ESX: Shape("license:0123456789abcdef", "license:{api_id}"),
    Framework.ESX_MULTI: Shape("char1:0123456789abcdef", "char#:{api_id}"),
    Framework.OX: Shape("AB1234"),
    Framework.OTHER: Shape("ABC12345"),
}

_STEAM_HEX = re.compile(r"(steam:)?1100001[0-9a-f]{8}", re.IGNORECASE)
_MENTION = re.compile(r"<[@#][!&]?[0-9]+>")
_SNOWFLAKE = re.compile(r"[0-9]{17,20}")
_SHORT = frozenset({Framework.QBCORE, Framework.OX})
"""Frameworks whose characters go by a short code of their own, never by a person's id."""


def mistaken(framework: Framework, sync_id: str) -> str:
    """Return what was plainly pasted instead of a character's id: `steam`, `discord`, or nothing.

    Only where the framework's own ids can't look like that.
    """
    if framework not in _SHORT:
        return ""
    if _STEAM_HEX.fullmatch(sync_id):
        return "steam"
    return "discord" if _SNOWFLAKE.fullmatch(sync_id) else ""


def refuse_pasted(sync_id: str, *, framework: Framework | None, people: Collection[str] = ()) -> None:
    """Raise InvalidInput for what is plainly something else that is often pasted: a mention, or an id of a person.

    `people` has the Discord ids that can't be meant; `framework` None: only these are told.
    """
    if _MENTION.fullmatch(sync_id) or sync_id in people:
        raise InvalidInput("sync-id-discord")
    pasted = mistaken(framework, sync_id) if framework is not None else ""
    if framework is not None and pasted:
        raise InvalidInput(f"sync-id-{pasted}-id", framework=framework.value, example=SHAPES[framework].example)
