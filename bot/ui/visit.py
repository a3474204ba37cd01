"""One interaction, from its arrival to its last answer: acknowledged once, answered always, never twice."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import logging
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import discord

from bot.errors import InvalidInput
from bot.services.tickets import MESSAGE_SECONDS
from bot.services.turn import Origin, Subject
from bot.storage.history import TOKEN_SECONDS
from bot.ui.courier import BROKEN, Courier, perhaps_arrived
from bot.ui.reply import PREFIX

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.domain.access import Action
    from bot.services.tickets import Ticket, Tickets
    from bot.services.turn import Intent, Turn
    from bot.ui.reply import Button, Reply
    from bot.ui.words import Words

log = logging.getLogger(__name__)

ALREADY_ACKNOWLEDGED = 40060
SAVE_SECONDS = 0.5
WAIT_SECONDS = 5.0

FIRST_SECONDS = 2.8
"""From the arrival on: Discord takes a first response for 3 s."""

LAST_SECONDS = TOKEN_SECONDS - 30.0
"""From the arrival on: until then an answer that Discord does not take is given again."""


def reference_of(interaction_id: int) -> str:
    """The eight letters and digits by which people and logs name an interaction."""
    digest = hashlib.blake2s(interaction_id.to_bytes(8, "big"), digest_size=5).digest()
    return base64.b32encode(digest).decode()


@dataclass(slots=True, eq=False, weakref_slot=True)
class Visit:
    """An interaction with everything that answering it needs.

    `turn` is set once the person was admitted. `route`, `intent`, `actions` and `target` say what is being done, so
    that a question or a failure can offer to go on with exactly that; `back` is where a failure leads back to; `asked`
    is the action and target that access was decided on last.
    `responded` once Discord has the first response, `settled` once there is an answer, `undelivered` while Discord has
    not taken it.
    """

    interaction: discord.Interaction
    words: Words
    tickets: Tickets
    reference: str
    on_acknowledge: Callable[[], None]
    on_first_response: Callable[[], None]
    on_answer: Callable[[], None]
    _turn: Turn | None = None
    route: str = ""
    intent: Intent | None = None
    actions: tuple[Action, ...] = ()
    target: int | None = None
    back: Button | None = None
    asked: tuple[tuple[Action, ...], int | None] = ((), None)
    responded: bool = False
    settled: bool = False
    undelivered: bool = False
    courier: Courier = field(default_factory=Courier)
    _opened: float = field(init=False)
    _wait_told_at: float | None = None
    _doubt: bool = False
    _seen: bool = False
    _issued: list[Ticket] = field(default_factory=list)
    _in_place: bool = False

    def __post_init__(self) -> None:
        self._opened = self.courier.clock()

    @property
    def turn(self) -> Turn:
        """The admitted person's turn. Raises RuntimeError before admission: nothing may act without one."""
        if self._turn is None:
            raise RuntimeError("not admitted")
        return self._turn

    def admit(self, turn: Turn, actions: tuple[Action, ...], target: int | None) -> None:
        """Let the person act; called where access is decided and nowhere else."""
        self._turn = replace(turn, on_wait=self._tell_wait, origin=self.origin)
        self.actions = actions
        self.target = target

    @property
    def admitted(self) -> bool:
        """Whether there is a turn."""
        return self._turn is not None

    @property
    def origin(self) -> Origin:
        """What history and later answers need of the interaction."""
        interaction = self.interaction
        return Origin(interaction.id, self.reference, interaction.channel_id or 0, self.words.locale, interaction.token)

    def named(self, member: discord.abc.Snowflake | None, api_id: str | None) -> Subject:
        """Return whose account a command's options mean: nobody named is oneself."""
        if member is None and not api_id:
            return Subject(member_id=self.interaction.user.id)
        return Subject(member_id=member.id if member is not None else None, api_id=api_id)

    def subject(self, member: discord.User | None, api_id: str | None) -> Subject:
        """Return what `named` does. Raises InvalidInput for a bot, and for an API id of nothing but spaces."""
        if member is not None and member.bot:
            raise InvalidInput("member-is-bot")
        if api_id is not None and not api_id.strip():
            raise InvalidInput("api-id-empty")
        return self.named(member, api_id.strip() if api_id is not None else None)

    @property
    def public(self) -> bool:
        """Whether what was clicked is a message that others see too."""
        return self.interaction.message is not None and not self.edits

    def doing(self, route: str, intent: Intent | None) -> None:
        """Say what is under way, so that it can be confirmed or tried again."""
        self.route, self.intent = route, intent

    def custom_id(
        self,
        route: str,
        payload: object,
        *,
        actions: tuple[Action, ...] = (),
        arg: str = "",
        once: bool = True,
        lifetime: float = MESSAGE_SECONDS,
    ) -> str:
        """Issue a ticket for this person and return the custom id that carries it.

        `actions` replace what is being done; whatever else had to be allowed for it (options for staff) still has to.
        """
        if not self.actions:
            raise RuntimeError("not admitted")
        granted = (actions or self.actions[:1]) + self.actions[1:]
        ticket = self.tickets.issue(
            route,
            payload,
            owner_id=self.interaction.user.id,
            guild_id=self.interaction.guild_id or 0,
            actions=granted,
            target=self.target,
            lifetime=lifetime,
            once=once,
        )
        self._issued.append(ticket)
        return f"{PREFIX}:{route}:{ticket.id}:{arg}"

    @property
    def waits(self) -> bool:
        """Whether the person was promised an answer and has none yet."""
        choosing = self.interaction.type is discord.InteractionType.autocomplete
        return self.responded and not self.settled and not choosing

    @property
    def edits(self) -> bool:
        """Whether the answer replaces the private message that the click came from."""
        message = self.interaction.message
        return message is not None and message.flags.ephemeral

    async def acknowledge(self, *, anew: bool = False, in_place: bool = False) -> None:
        """Tell Discord that an answer will come. The first await of everything that touches network or disk.

        `anew`: as a message of its own, beside the one that was clicked. `in_place`: by editing the message that was
        clicked, though others see it too; then `show` edits it, and `whisper` adds a private one.
        """
        if not self.responded:
            self._in_place = in_place
            self.on_acknowledge()
            if in_place or (self.edits and not anew):
                await self._respond(self.interaction.response.defer)
            else:
                await self._respond(partial(self.interaction.response.defer, ephemeral=True, thinking=True))

    async def show(self, reply: Reply) -> None:
        """Give the answer, privately: in place of the private message that was clicked, else as a new one."""
        await self._save()
        self.settled = self.undelivered = True
        shown: dict[str, Any] = {"content": reply.headline, "embed": self._embed(reply), "view": reply.view()}
        interaction = self.interaction
        if not self.responded:
            if self.edits:
                await self._respond(lambda: interaction.response.edit_message(**shown, attachments=reply.attachments()))
            else:
                await self._respond(partial(self._send, reply))
        if self.undelivered:
            await self._insist(lambda: interaction.edit_original_response(**shown, attachments=reply.attachments()))

    async def replace(self, reply: Reply) -> None:
        """Edit the message that was clicked, which others see too. Acknowledges if nobody did."""
        await self.acknowledge(in_place=True)
        shown: dict[str, Any] = {"content": reply.headline, "embed": self._embed(reply), "view": reply.view()}
        self.settled = self.undelivered = True
        await self._insist(partial(self.interaction.edit_original_response, **shown))

    async def whisper(self, reply: Reply) -> None:
        """Give the answer as a new private message, leaving whatever was clicked as it is.

        Beside a message that was acknowledged in place it may come twice, if Discord takes it and says that it did not.
        """
        if self.responded and not self._in_place:
            await self.show(reply)
            return
        await self._save()
        self.settled = self.undelivered = True
        if not self.responded:
            await self._respond(partial(self._send, reply))
        if self.undelivered and self._in_place:
            await self._insist(lambda: self.interaction.followup.send(**self._message(reply)))
        elif self.undelivered:
            await self.show(reply)

    async def open_modal(self, modal: discord.ui.Modal) -> None:
        """Answer with a form. Like a view it is stopped at once: its submission goes to the router."""
        modal.stop()
        await self._save()
        self.settled = True
        await self._respond(partial(self.interaction.response.send_modal, modal))

    async def _save(self) -> None:
        """Store the tickets of what is about to be shown, for half a second at most: then they live in memory only."""
        issued, self._issued = self._issued, []
        if issued:
            await asyncio.wait({asyncio.ensure_future(self.tickets.save(issued))}, timeout=SAVE_SECONDS)

    def _message(self, reply: Reply) -> dict[str, Any]:
        view = reply.view()
        return {
            "content": reply.headline,
            "embed": self._embed(reply),
            "view": view if view is not None else discord.utils.MISSING,
            "files": reply.attachments(),
            "ephemeral": True,
        }

    async def _send(self, reply: Reply) -> None:
        await self.interaction.response.send_message(**self._message(reply))

    def seen(self, message: discord.Message) -> None:
        """Note that a message was clicked: if it is this answer, it must not be given again over what follows."""
        made_by = getattr(message, "interaction_metadata", None)
        source = self.interaction.message
        mine = (made_by is not None and made_by.id == self.interaction.id) or (
            source is not None and source.id == message.id
        )
        if self.undelivered and mine:
            self._seen = True

    async def _insist(self, edit: Callable[[], Awaitable[object]]) -> None:
        """Have Discord take the answer, for as long as it can be given and nobody has seen it."""

        async def once() -> None:
            if not self._seen:
                await edit()

        await self.courier.insist(once, until=self._opened + LAST_SECONDS)
        self._delivered()

    def _delivered(self) -> None:
        self.undelivered = False
        self.on_answer()

    async def _respond(self, respond: Callable[[], Awaitable[object]]) -> None:
        """Give the first response. Discord may have taken one that seemed to fail: "already acknowledged" then says so.

        Without such a doubt somebody else has answered, and this visit must do nothing: the error goes on. Where an
        earlier response than this one is what Discord may have, an answer stays `undelivered`.
        """
        doubted = self._doubt

        async def once() -> bool:
            try:
                await respond()
            except (discord.HTTPException, *BROKEN) as error:
                if self._doubt and getattr(error, "code", 0) == ALREADY_ACKNOWLEDGED:
                    return not doubted
                self._doubt = self._doubt or perhaps_arrived(error)
                raise
            return True

        arrived = await self.courier.insist(once, until=self._opened + FIRST_SECONDS)
        self.responded = True
        self.on_first_response()
        if self.settled and arrived:
            self._delivered()

    def _embed(self, reply: Reply) -> discord.Embed:
        tenant = self._turn.guild.tenant if self._turn is not None else None
        if tenant is not None and tenant.staging:
            reply = replace(reply, footer=f"STAGING {reply.footer}".strip())
        return reply.embed()

    async def _tell_wait(self, place: int, seconds: float) -> None:
        """Say the place in the queue and the time, while the answer is still to come; once in 5 s at most."""
        now, before = self.courier.clock(), self._wait_told_at
        if self.responded and not self.settled and (before is None or now - before >= WAIT_SECONDS):
            self._wait_told_at = now
            text = self.words("waiting", place=place, seconds=round(seconds))
            try:
                await self.interaction.edit_original_response(content=text)
            except (discord.HTTPException, *BROKEN) as error:
                log.warning("could not tell the wait: %s", type(error).__name__)
