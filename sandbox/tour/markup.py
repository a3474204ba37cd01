"""Discord's Markdown as a person sees it: marks become styles, mentions become names."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich.text import Text

if TYPE_CHECKING:
    from sandbox.discord import Guild

TOKENS = re.compile(
    r"``\s?(?P<quoted>.+?)\s?``|`(?P<code>[^`\n]+)`|\*\*(?P<bold>.+?)\*\*"
    r"|<@&(?P<role>\d+)>|<@!?(?P<user>\d+)>|<#(?P<channel>\d+)>|<t:(?P<time>-?\d+(?::[tTdDfFR])?)>"
    r"|\\(?P<escaped>[^\w\s]|_)",
)
UNITS = ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def shown(markdown: str, guild: Guild) -> Text:
    """Return the text as the Discord client shows it to a member of `guild`."""
    text = Text()
    at = 0
    for found in TOKENS.finditer(markdown):
        text.append(markdown[at : found.start()])
        text.append_text(_token(found, guild))
        at = found.end()
    text.append(markdown[at:])
    return text


def _token(found: re.Match[str], guild: Guild) -> Text:
    kind, value = str(found.lastgroup), str(found[str(found.lastgroup)])
    match kind:
        case "bold":
            bold = shown(value, guild)
            bold.stylize("bold")
            return bold
        case "role" | "user" | "channel":
            return Text(_mentioned(kind, int(value), guild), "blue")
        case "time":
            return Text(_moment(*value.partition(":")[::2]))
        case "escaped":
            return Text(value)
        case _:
            return Text(value, "cyan")


def _mentioned(kind: str, number: int, guild: Guild) -> str:
    if kind == "role":
        role = guild.roles.get(number)
        return f"@{role.name.removeprefix('@')}" if role else "@deleted-role"
    if kind == "user":
        member = guild.members.get(number)
        return f"@{member.name}" if member else "@unknown-user"
    channel = guild.channels.get(number)
    return f"#{channel.name}" if channel else "#unknown"


def _moment(seconds: str, style: str) -> str:
    """Return a moment in Unix seconds, as how long ago or ahead it is (style R), else as date and time in UTC."""
    if style != "R":
        return f"{datetime.fromtimestamp(int(seconds), UTC):%Y-%m-%d %H:%M} UTC"
    away = int(seconds) - round(time.time())
    size, unit = next((each for each in UNITS if each[0] <= abs(away)), UNITS[-1])
    count = abs(away) // size
    words = f"{count} {unit}{'' if count == 1 else 's'}"
    return f"in {words}" if away > 0 else f"{words} ago"
