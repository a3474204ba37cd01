"""What the processes of a deployment count together. It is kept elsewhere: the CAD client knows no database.

Times are given as seconds from now, since every process has a clock of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


class Counted(Protocol):
    """What came of counting, and what it was about."""

    @property
    def granted(self) -> Sequence[int]:
        """A number for each call that may go: the first ones that were asked for."""
        ...

    @property
    def earlier(self) -> Sequence[tuple[float, int]]:
        """The age of every other call in the window, and who made it."""
        ...

    @property
    def closed(self) -> float:
        """The seconds for which the endpoint stays closed; 0: it is open."""
        ...

    @property
    def halved(self) -> float:
        """The seconds for which half of the window's limit holds; 0: the whole of it does."""
        ...


class Ledger(Protocol):
    """The count of one key. Every method raises StorageError where nothing can be counted."""

    async def count(
        self, window: str, endpoint: str, people: Sequence[int], *, limit: int, halved: int, seconds: float
    ) -> Counted:
        """Count as many calls to an endpoint as fit now, in the order of `people` (who makes each, 0: the bot).

        `limit` calls fit into any `seconds` of the window, `halved` of them while another program seems to use the
        key, none while the endpoint is closed. Nobody in `people`: it is only looked.
        """
        ...

    async def close(self, window: str, endpoint: str, *, closed: float, halved: float) -> None:
        """Keep everybody away from an endpoint, and at half of a window, for so many seconds; never for less."""
        ...

    async def give_back(self, number: int) -> None:
        """Take back a call that was counted and not made."""
        ...
