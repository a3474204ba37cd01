"""Where messages and files are kept, and what the body of a request makes of a message."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from .clock import Changes
from .components import Flag, walk
from .messages import Attachment, Message, MessageState
from .wire import ApiError

if TYPE_CHECKING:
    from .clock import Clock, Snowflakes
    from .messages import Upload
    from .people import Channel, Person
    from .wire import Json

CREATE_FLAGS = Flag.SUPPRESS_EMBEDS | Flag.EPHEMERAL | Flag.SUPPRESS_NOTIFICATIONS | Flag.COMPONENTS_V2
EDIT_FLAGS = Flag.SUPPRESS_EMBEDS | Flag.COMPONENTS_V2


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

    def everything(self) -> list[Message]:
        """Return every message that there ever was, in all channels and of all people, deleted ones included."""
        return list(self._messages.values())

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
            added = Flag(int(body.get("flags") or 0)) & EDIT_FLAGS
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
