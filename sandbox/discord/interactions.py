"""Interactions: the 3 s for the first response, the 15 min of the token, and which response is allowed when.

(interactions/receiving-and-responding: Interaction Response, Followup Messages.)
"""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

from .clock import Changes
from .components import Flag
from .messages import MessageState
from .modals import Modal
from .wire import ApiError, Problems

if TYPE_CHECKING:
    from .archive import Messages
    from .clock import Clock, Snowflakes
    from .messages import Message, Upload
    from .people import Channel, Guild, Member, Person
    from .wire import Json

FIRST_RESPONSE_SECONDS = 3.0
TOKEN_SECONDS = 15 * 60.0


class Trigger(IntEnum):
    """Interaction types."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL_SUBMIT = 5


class Callback(IntEnum):
    """Interaction callback types."""

    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


ALLOWED = {
    Trigger.COMMAND: (Callback.MESSAGE, Callback.DEFERRED_MESSAGE, Callback.MODAL),
    Trigger.COMPONENT: (
        Callback.MESSAGE,
        Callback.DEFERRED_MESSAGE,
        Callback.DEFERRED_UPDATE,
        Callback.UPDATE,
        Callback.MODAL,
    ),
    Trigger.AUTOCOMPLETE: (Callback.CHOICES,),
    Trigger.MODAL_SUBMIT: (Callback.MESSAGE, Callback.DEFERRED_MESSAGE),
}
FROM_A_MESSAGE = (Callback.DEFERRED_UPDATE, Callback.UPDATE)
COMMAND_MESSAGE, REPLY_MESSAGE = 20, 19


@dataclass(frozen=True)
class Choice:
    """One suggestion of an autocomplete answer."""

    name: str
    value: str | int | float


@dataclass(eq=False)
class Interaction:
    """One thing that a person did, and everything that came back.

    `dispatched_at` is when the gateway sent it, `arrivals` when each answer that was taken came in, before it was
    looked at: in seconds of `time.perf_counter`.
    """

    id: int
    token: str
    trigger: Trigger
    person: Person
    member: Member | None
    guild: Guild | None
    channel: Channel
    created_at: float
    source: Message | None = None
    response: Callback | None = None
    responded_at: float | None = None
    original: Message | None = None
    modal: Modal | None = None
    choices: list[Choice] = field(default_factory=list)
    followups: list[Message] = field(default_factory=list)
    states_before: int = 0
    dispatched_at: float = 0.0
    arrivals: list[float] = field(default_factory=list)
    changes: Changes = field(default_factory=Changes)

    @property
    def allowed(self) -> tuple[Callback, ...]:
        """The callback types that may answer this interaction."""
        allowed = ALLOWED[self.trigger]
        updatable = self.trigger is Trigger.MODAL_SUBMIT and self.source is not None
        return allowed + FROM_A_MESSAGE if updatable else allowed

    @property
    def loading(self) -> bool:
        """Whether the answer still only says "thinking"."""
        return self.original is not None and not self.original.deleted and self.original.state.thinking


class Interactions:
    """All interactions by their tokens, and the rules of answering them."""

    def __init__(self, *, clock: Clock, ids: Snowflakes, messages: Messages, bot: Person, app_id: int) -> None:
        self._clock = clock
        self._ids = ids
        self._messages = messages
        self._bot = bot
        self._app_id = app_id
        self._by_token: dict[str, Interaction] = {}

    def open(
        self,
        trigger: Trigger,
        person: Person,
        channel: Channel,
        *,
        member: Member | None = None,
        source: Message | None = None,
    ) -> Interaction:
        """Begin an interaction; its 3 s run from now."""
        number = self._ids.next()
        secret = f"interaction:{number}:{secrets.token_hex(32)}"
        interaction = Interaction(
            id=number,
            token=base64.urlsafe_b64encode(secret.encode()).decode().rstrip("="),
            trigger=trigger,
            person=person,
            member=member,
            guild=channel.guild,
            channel=channel,
            created_at=self._clock.now(),
            source=source,
            states_before=len(source.states) if source else 0,
            changes=source.changes if source else Changes(),
        )
        self._by_token[interaction.token] = interaction
        return interaction

    def to_answer(self, interaction_id: int, token: str) -> Interaction:
        """Return an interaction that still waits for its first response (40060, 10062)."""
        interaction = self._by_token.get(token)
        if interaction is None or interaction.id != interaction_id:
            raise ApiError(404, 10062, "Unknown interaction")
        if interaction.response is not None:
            raise ApiError(400, 40060, "Interaction has already been acknowledged.")
        if self._clock.now() - interaction.created_at > FIRST_RESPONSE_SECONDS:
            raise ApiError(404, 10062, "Unknown interaction")
        return interaction

    def by_webhook(self, app_id: int, token: str) -> Interaction:
        """Return an interaction whose token works as a webhook: answered and not older than 15 min."""
        interaction = self._by_token.get(token)
        if interaction is None or interaction.response in (None, Callback.CHOICES) or app_id != self._app_id:
            raise ApiError(404, 10015, "Unknown Webhook")
        if self._clock.now() - interaction.created_at > TOKEN_SECONDS:
            raise ApiError(401, 50027, "Invalid Webhook Token")
        return interaction

    def check_type(self, interaction: Interaction, body: Json) -> Callback:
        """Return the callback type, which must be one that may answer this interaction (50035)."""
        problems = Problems()
        problems.choice(("type",), body.get("type"), tuple(int(kind) for kind in interaction.allowed))
        problems.raise_any()
        return Callback(body["type"])

    def respond(self, interaction: Interaction, body: Json, uploads: dict[str, Upload]) -> None:
        """Apply the first response. The body was validated before."""
        kind, data = Callback(body["type"]), body.get("data") or {}
        if kind is Callback.MESSAGE:
            state = self._messages.next_state(data, uploads, interaction.channel)
            interaction.original = self._post(interaction, state)
        elif kind is Callback.DEFERRED_MESSAGE:
            flags = Flag(int(data.get("flags") or 0)) & Flag.EPHEMERAL | Flag.LOADING
            interaction.original = self._post(interaction, MessageState(flags=flags))
        elif kind in FROM_A_MESSAGE and interaction.source is not None:
            interaction.original = interaction.source
            if kind is Callback.UPDATE:
                self.edit(interaction.source, data, uploads)
        elif kind is Callback.MODAL:
            interaction.modal = Modal.parse(data, interaction)
        else:
            interaction.choices = [Choice(item["name"], item["value"]) for item in data.get("choices") or ()]
        interaction.response = kind
        interaction.responded_at = self._clock.now()
        interaction.changes.notify()

    def follow_up(self, interaction: Interaction, body: Json, uploads: dict[str, Upload]) -> Message:
        """Post one more message; the first one after "thinking" takes its place, ephemeral or not as that was."""
        if interaction.loading and interaction.original is not None:
            self.edit(interaction.original, body, uploads)
            return interaction.original
        state = self._messages.next_state(body, uploads, interaction.channel)
        message = self._post(interaction, state)
        interaction.followups.append(message)
        interaction.changes.notify()
        return message

    def edit(self, message: Message, body: Json, uploads: dict[str, Upload]) -> None:
        """Edit a message of an interaction."""
        state = self._messages.next_state(body, uploads, message.channel, message.state)
        self._messages.edit(message, state)

    def message_of(self, interaction: Interaction, which: str) -> Message:
        """Return the interaction's message by its id or `@original` (404, code 10008)."""
        own = [interaction.original, *interaction.followups]
        found = own[0] if which == "@original" else next((m for m in own if m and str(m.id) == which), None)
        if found is None or found.deleted:
            raise ApiError(404, 10008, "Unknown Message")
        return found

    def _post(self, interaction: Interaction, state: MessageState) -> Message:
        command = interaction.trigger is Trigger.COMMAND
        extra: Json = {
            "application_id": str(self._app_id),
            "webhook_id": str(self._app_id),
            "interaction_metadata": {
                "id": str(interaction.id),
                "type": int(interaction.trigger),
                "user": interaction.person.payload(),
                "authorizing_integration_owners": {"0": str(interaction.channel.guild_id)},
            },
        }
        source = interaction.source
        if source is not None:
            reference = {"type": 0, "channel_id": str(source.channel.id), "message_id": str(source.id)}
            extra["message_reference"] = reference
        return self._messages.create(
            interaction.channel,
            self._bot,
            state,
            kind=COMMAND_MESSAGE if command else REPLY_MESSAGE if source else 0,
            viewer=interaction.person,
            extra=extra,
            changes=interaction.changes,
        )
