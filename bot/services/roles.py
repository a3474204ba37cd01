"""What use cases need to know of somebody who is not there: his roles as they are now, whoever can tell them."""

from __future__ import annotations

from typing import Protocol


class RoleSource(Protocol):
    """Who tells which roles somebody holds now."""

    async def roles(self, guild_id: int, member_id: int) -> frozenset[int] | None:
        """Return a member's role ids, None where he left. Raises Undelivered where nobody can tell."""
        ...
