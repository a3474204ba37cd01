"""What is known of links: which sync IDs an account was seen with, and by which names the account goes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.domain.models import Target


@dataclass(frozen=True, slots=True)
class LinkNews:
    """News of links. `links`: whether a sync ID was last seen linked; `names`: (account UUID, user name), or blanks."""

    links: dict[tuple[Target, str], bool] = field(default_factory=dict)
    names: dict[Target, tuple[str, str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.links or self.names)
