"""Messages: each keeps every state it was in, and an ephemeral one is seen by one person only."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from .clock import Changes
from .components import SELECTS, Button, Embed, Flag, Kind, Select, walk
from .wire import ApiError

if TYPE_CHECKING:
    from .clock import Clock, Snowflakes
    from .people import Channel, Person
    from .wire import Json

CREATE_FLAGS = Flag.SUPPRESS_EMBEDS | Flag.EPHEMERAL | Flag.SUPPRESS_NOTIFICATIONS | Flag.COMPONENTS_V2


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


class Messages:
    """All messages and files. Bodies that come in here were validated before."""

    def __init__(self, *, clock: Clock, ids: Snowflakes, changes: Changes) -> None:
        self._clock = clock
        self._ids = ids
        self._changes = changes
        self._messages: dict[int, Message] = {}
        self.files: dict[int, Attachment] = {}
        self.base_url = ""

    def find(self, message_id: int) -> Message:
        """Return a message that was not deleted (404, code 10008)."""
        message = self._messages.get(message_id)
        if message is None or message.deleted:
            raise ApiError(404, 10008, "Unknown Message")
        return message

    def listed(self, channel: Channel, viewer: Person | None = None) -> list[Message]:
        """Return the channel's messages, oldest first; ephemeral ones only to their viewer."""
        return [
            message
            for message in self._messages.values()
            if message.channel is channel
            and not message.deleted
            and (message.viewer is None or message.viewer is viewer)
        ]

    def create(
        self,
        channel: Channel,
        author: Person,
        state: MessageState,
        *,
        kind: int = 0,
        viewer: Person | None = None,
        extra: Json | None = None,
        changes: Changes | None = None,
    ) -> Message:
        """Store a new message; `changes` are told of its edits."""
        message = Message(
            id=self._ids.next(),
            channel=channel,
            author=author,
            sent_at=self._clock.iso(),
            states=[state],
            kind=kind,
            viewer=viewer if Flag.EPHEMERAL in state.flags else None,
            extra=extra or {},
            changes=changes or Changes(),
        )
        self._messages[message.id] = message
        self._changes.notify()
        return message

    def edit(self, message: Message, state: MessageState) -> None:
        """Give a message its next state."""
        message.states.append(state)
        message.edited_at = self._clock.iso()
        message.changes.notify()
        self._changes.notify()

    def delete(self, message: Message) -> None:
        """Remove a message from everybody's sight."""
        message.deleted = True
        message.changes.notify()
        self._changes.notify()

    def store(self, upload: Upload, place: str) -> Attachment:
        """Keep a file and give it an address under `place`."""
        file_id = self._ids.next()
        url = f"{self.base_url}/{place}/{file_id}/{quote(upload.filename)}"
        self.files[file_id] = Attachment(file_id, upload, url)
        return self.files[file_id]

    def next_state(
        self, body: Json, uploads: dict[str, Upload], channel: Channel, before: MessageState | None = None
    ) -> MessageState:
        """Return the state that a body makes of the one before: what it does not name stays.

        Raises ApiError 50006 when nothing would be left to show.
        """
        state = before or MessageState(flags=Flag(int(body.get("flags") or 0)) & CREATE_FLAGS)
        if before is not None:
            added = Flag(int(body.get("flags") or 0)) & (Flag.SUPPRESS_EMBEDS | Flag.COMPONENTS_V2)
            state = replace(state, flags=(state.flags | added) & ~Flag.LOADING)
        if "content" in body:
            state = replace(state, content=body["content"] or "")
        if "embeds" in body:
            state = replace(state, embed_payloads=tuple(_shown_embed(embed) for embed in body["embeds"] or ()))
        if "components" in body:
            state = replace(state, components=_numbered(body["components"] or []))
        if "attachments" in body or uploads:
            kept = self._attached(body, uploads, channel, state.attachments)
            state = replace(state, attachments=kept)
        state = replace(state, mentions=_mentioned(body, state.content))
        if state.empty:
            raise ApiError(400, 50006, "Cannot send an empty message")
        return state

    def _attached(
        self, body: Json, uploads: dict[str, Upload], channel: Channel, before: tuple[Attachment, ...]
    ) -> tuple[Attachment, ...]:
        listed = body.get("attachments")
        entries = [{"id": key} for key in uploads] if listed is None else listed
        earlier = {str(attachment.id): attachment for attachment in before}
        kept = list(before) if listed is None else []
        for entry in entries:
            key = str(entry["id"])
            if key in uploads:
                described = replace(uploads[key], description=entry.get("description"))
                kept.append(self.store(described, f"attachments/{channel.id}"))
            elif key in earlier:
                kept.append(earlier[key])
        return tuple(kept)


def _shown_embed(embed: Json) -> Json:
    fields = [{"inline": False, **field} for field in embed.get("fields") or ()]
    return {**embed, "type": "rich", "fields": fields}


def _numbered(components: list[Json]) -> tuple[Json, ...]:
    """Give each component without an id the next free one, as Discord does."""
    taken = {component.get("id") for component in walk(components)}
    free = (number for number in range(1, 1000) if number not in taken)
    for component in walk(components):
        if not component.get("id"):
            component["id"] = next(free)
    return tuple(components)


def _mentioned(body: Json, content: str) -> tuple[int, ...]:
    """Return who is notified: the users mentioned in the content, as far as `allowed_mentions` lets them be."""
    allowed = body.get("allowed_mentions")
    named = [int(word) for word in _user_mentions(content)]
    if allowed is None or "users" in (allowed.get("parse") or ()):
        return tuple(named)
    listed = {int(user_id) for user_id in allowed.get("users") or ()}
    return tuple(user_id for user_id in named if user_id in listed)


def _user_mentions(content: str) -> list[str]:
    parts = content.replace("<@!", "<@").split("<@")[1:]
    return [part.split(">", 1)[0] for part in parts if part.split(">", 1)[0].isdigit()]
