"""Messages: each keeps every state it was in, and an ephemeral one is seen by one person only."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .clock import Changes
from .components import SELECTS, Button, Embed, Flag, Kind, Select, walk

if TYPE_CHECKING:
    from .people import Channel, Person
    from .wire import Json


@dataclass(frozen=True)
class Upload:
    """A file that somebody attaches."""

    filename: str
    content: bytes
    description: str | None = None

    @property
    def content_type(self) -> str:
        """The media type by the file's name, as Discord tells it; text is said to be UTF-8."""
        guessed = mimetypes.guess_type(self.filename)[0] or "application/octet-stream"
        return f"{guessed}; charset=utf-8" if guessed.startswith("text/") else guessed


@dataclass(frozen=True)
class Attachment:
    """A stored file; `url` serves it."""

    id: int
    upload: Upload
    url: str

    def payload(self) -> Json:
        """Return the attachment object."""
        attachment: Json = {
            "id": str(self.id),
            "filename": self.upload.filename,
            "size": len(self.upload.content),
            "url": self.url,
            "proxy_url": self.url,
            "content_type": self.upload.content_type,
        }
        return {**attachment, "description": self.upload.description} if self.upload.description else attachment


@dataclass(frozen=True)
class MessageState:
    """What a message showed from one edit to the next."""

    content: str = ""
    embed_payloads: tuple[Json, ...] = ()
    components: tuple[Json, ...] = ()
    flags: Flag = Flag.NONE
    attachments: tuple[Attachment, ...] = ()
    mentions: tuple[int, ...] = ()

    @property
    def embeds(self) -> tuple[Embed, ...]:
        """The embeds as shown."""
        return tuple(Embed.parse(embed) for embed in self.embed_payloads)

    @property
    def buttons(self) -> tuple[Button, ...]:
        """The buttons, from left to right and top to bottom."""
        found = walk(list(self.components))
        return tuple(Button.parse(component) for component in found if component["type"] == Kind.BUTTON)

    @property
    def selects(self) -> tuple[Select, ...]:
        """The select menus, from top to bottom."""
        found = walk(list(self.components))
        return tuple(Select.parse(component) for component in found if component["type"] in SELECTS)

    @property
    def thinking(self) -> bool:
        """Whether only "... is thinking" is shown."""
        return Flag.LOADING in self.flags

    @property
    def text(self) -> str:
        """All words of the message: content, embeds, text displays."""
        parts = [self.content, *(embed.text for embed in self.embeds)]
        parts += [item["content"] for item in walk(list(self.components)) if item["type"] == Kind.TEXT_DISPLAY]
        return "\n".join(part for part in parts if part)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show; Discord refuses such a message (50006)."""
        v2 = Flag.COMPONENTS_V2 in self.flags and self.components
        embeds = any(embed.text or embed.image or embed.thumbnail for embed in self.embeds)
        return not (self.content.strip() or embeds or self.attachments or v2)


@dataclass(eq=False)
class Message:
    """A message and its history. `viewer` is set when it is ephemeral: the one person who sees it."""

    id: int
    channel: Channel
    author: Person
    sent_at: str
    states: list[MessageState]
    kind: int = 0
    viewer: Person | None = None
    edited_at: str | None = None
    deleted: bool = False
    extra: Json = field(default_factory=dict)
    changes: Changes = field(default_factory=Changes)

    @property
    def state(self) -> MessageState:
        """What it shows now."""
        return self.states[-1]

    @property
    def content(self) -> str:
        """The plain text."""
        return self.state.content

    @property
    def text(self) -> str:
        """All words of the message."""
        return self.state.text

    @property
    def embeds(self) -> tuple[Embed, ...]:
        """The embeds as shown."""
        return self.state.embeds

    @property
    def buttons(self) -> tuple[Button, ...]:
        """The buttons."""
        return self.state.buttons

    @property
    def selects(self) -> tuple[Select, ...]:
        """The select menus."""
        return self.state.selects

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """The attached files."""
        return self.state.attachments

    @property
    def flags(self) -> Flag:
        """The message flags."""
        return self.state.flags

    @property
    def ephemeral(self) -> bool:
        """Whether one person only sees it."""
        return Flag.EPHEMERAL in self.flags

    def payload(self) -> Json:
        """Return the message object."""
        state = self.state
        return {
            "id": str(self.id),
            "channel_id": str(self.channel.id),
            "type": self.kind,
            "author": self.author.payload(),
            "content": state.content,
            "timestamp": self.sent_at,
            "edited_timestamp": self.edited_at,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "attachments": [attachment.payload() for attachment in state.attachments],
            "embeds": list(state.embed_payloads),
            "components": list(state.components),
            "pinned": False,
            "flags": int(state.flags),
            **self.extra,
        }
