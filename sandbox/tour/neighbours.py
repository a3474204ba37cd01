"""A second Discord server that the same bot is in, of another community with a CAD key of its own."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from sandbox.cad import Community

if TYPE_CHECKING:
    from sandbox.cad import SandboxCad
    from sandbox.discord import SandboxDiscord


class Neighbours:
    """Petra owns the server, Rolf is staff there. Neither is in the first server, nor has an account in its CAD."""

    def __init__(self, name: str, cad: SandboxCad, discord: SandboxDiscord) -> None:
        self.state = cad.add_community(Community(id="grapeseed", name=name, key=secrets.token_hex(16)))
        self.guild = discord.add_guild(name, owner="Petra")
        self.petra = self.guild.owner
        self.staff_role = self.guild.add_role("Deputy")
        self.rolf = self.guild.add_member("Rolf", [self.staff_role])
