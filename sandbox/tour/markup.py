"""Discord's Markdown as a person sees it: marks become styles, mentions become names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.text import Text

if TYPE_CHECKING:
    from sandbox.discord import Guild

TOKENS = re.compile(
    r"``\s?(?P<quoted>.+?)\s?``|`(?P<code>[^`\n]+)`|\*\*(?P<bold>.+?)\*\*"
    r"|<@&(?P<role>\d+)>|<@!?(?P<user>\d+)>|\\(?P<escaped>[^\w\s])",
)


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
        case "role":
            role = guild.roles.get(int(value))
            return Text(f"@{role.name}" if role else "@deleted-role", "blue")
        case "user":
            member = guild.members.get(int(value))
            return Text(f"@{member.name}" if member else "@unknown-user", "blue")
        case "escaped":
            return Text(value)
        case _:
            return Text(value, "cyan")
