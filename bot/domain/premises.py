"""What a guild has, as far as setting it up needs to know: its roles, and what the bot may do in a channel."""

from __future__ import annotations

from dataclasses import dataclass

WRITING = ("view_channel", "send_messages", "embed_links")
"""What the bot needs in a channel that it writes in."""


@dataclass(frozen=True, slots=True)
class Role:
    """A role. `given`: only people give it, so having it says something: not @everyone, managed or linked."""

    id: int
    name: str
    given: bool


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel. `text`: messages can be written in it; `missing`: which of WRITING the bot lacks there."""

    id: int
    name: str
    text: bool
    missing: tuple[str, ...] = ()

    @property
    def lacking(self) -> dict[str, str]:
        """What is missing, for a message that names it in words: by right, `missing` or `there`."""
        return {right.partition("_")[0]: "missing" if right in self.missing else "there" for right in WRITING}
