"""A post office that keeps what it is given, for what tells channels things."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import Undelivered

if TYPE_CHECKING:
    from bot.ui.reply import Reply


class Office:
    """Takes messages, or refuses those to some channels."""

    def __init__(self) -> None:
        self.sent: list[tuple[int, Reply]] = []
        self.closed: set[int] = set()
        self.tries = 0

    async def send(self, channel_id: int, reply: Reply) -> int:
        self.tries += 1
        if channel_id in self.closed:
            raise Undelivered(gone=True)
        self.sent.append((channel_id, reply))
        return len(self.sent)

    @property
    def headlines(self) -> list[str]:
        return [reply.headline for _, reply in self.sent]

    def told(self, channel_id: int) -> list[str]:
        """The references posted to a channel, in order."""
        lines = [reply.detail.splitlines() for channel, reply in self.sent if channel == channel_id]
        return [line.rsplit("`", 2)[-2] for message in lines for line in message]
