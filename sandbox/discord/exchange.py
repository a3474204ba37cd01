"""One exchange with the bot as the person sees it: what was answered, when, and what became of the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .interactions import Callback, Trigger

if TYPE_CHECKING:
    from .interactions import Choice, Interaction
    from .messages import Message, MessageState
    from .modals import Modal


class NotAllowed(Exception):
    """The Discord client would not let the person do this, or there is nothing like that to be seen."""


class NoAnswer(Exception):
    """The bot did not respond in time; the person reads "The application did not respond"."""


class Exchange:
    """What a command, a press or a submitted modal led to. It goes on changing as the bot edits its answer."""

    def __init__(self, interaction: Interaction) -> None:
        self.interaction = interaction

    @property
    def acknowledged_after(self) -> float | None:
        """Seconds from the interaction to its first response; None while there is none."""
        done = self.interaction.responded_at
        return None if done is None else done - self.interaction.created_at

    @property
    def answered_after(self) -> tuple[float, ...]:
        """Seconds from the gateway's sending to the arrival of each answer: the first response, then every edit."""
        return tuple(arrived - self.interaction.dispatched_at for arrived in self.interaction.arrivals)

    @property
    def ephemeral(self) -> bool:
        """Whether the answer is seen by one person only."""
        return self.message is not None and self.message.ephemeral

    @property
    def deferred(self) -> bool:
        """Whether the first response was a deferral ("thinking", or a silent one to a component)."""
        return self.interaction.response in (Callback.DEFERRED_MESSAGE, Callback.DEFERRED_UPDATE)

    @property
    def modal(self) -> Modal | None:
        """The modal that opened, if the answer was one."""
        return self.interaction.modal

    @property
    def message(self) -> Message | None:
        """The answer, with all its later edits; after an update it is the message that was pressed."""
        return self.interaction.original

    @property
    def shown(self) -> Message:
        """The answer, where there must be one; NoAnswer when there is none."""
        if self.message is None:
            raise NoAnswer("there is no message")
        return self.message

    @property
    def followups(self) -> list[Message]:
        """Further messages under the same interaction."""
        return self.interaction.followups

    @property
    def public(self) -> list[Message]:
        """What was answered in a guild for everybody to see. The message that was pressed is no answer."""
        answers = [self.message, *self.followups]
        return [
            message
            for message in answers
            if message is not None
            and message is not self.interaction.source
            and message.channel.guild is not None
            and not message.ephemeral
        ]

    @property
    def choices(self) -> list[Choice]:
        """What was offered, if this was an autocomplete."""
        return self.interaction.choices

    @property
    def history(self) -> list[MessageState]:
        """Every state of the answer since the exchange began, "thinking" included."""
        message = self.message
        if message is None:
            return []
        return message.states[self.interaction.states_before if message is self.interaction.source else 0 :]

    @property
    def settled_now(self) -> bool:
        """Whether the answer is there: a modal, a message with content, a follow-up or an update."""
        interaction = self.interaction
        if interaction.response is None or interaction.loading:
            return False
        if interaction.response is not Callback.DEFERRED_UPDATE:
            return True
        gone = self.message is not None and self.message.deleted
        return gone or bool(self.history or self.followups)

    async def first(self, timeout: float = 3.0) -> Exchange:  # noqa: ASYNC109  # the caller states Discord's own limit
        """Wait for the first response; NoAnswer when it does not come within `timeout` real seconds."""
        interaction = self.interaction
        if not await interaction.changes.until(lambda: interaction.response is not None, timeout):
            raise NoAnswer(f"the application did not respond within {timeout:g} s")
        return self

    async def settled(self, timeout: float = 10.0) -> Exchange:  # noqa: ASYNC109  # one limit over many waits
        """Wait until the answer is no longer "thinking"; NoAnswer when it still is after `timeout` real seconds."""
        if not await self.interaction.changes.until(lambda: self.settled_now, timeout):
            state = "still thinking" if self.interaction.response else "no response"
            raise NoAnswer(f"{state} after {timeout:g} s")
        return self

    def __repr__(self) -> str:
        response = self.interaction.response
        answer = response.name if response else "unanswered"
        return f"<Exchange {Trigger(self.interaction.trigger).name} {answer}>"
