"""Players ask, approvers decide: a request is decided once, by somebody else, by the rules that hold at that moment.

Every step is written together with its row in the history. Of two who press at once one wins, in whatever process.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.domain.access import Action, Actor, Rule, decide
from bot.domain.visible import visible
from bot.errors import CharlinkError, Expired, InvalidInput, Question, Refused
from bot.services.history import Deed
from bot.services.linking import LinkIntent
from bot.services.turn import Intent, Subject
from bot.storage import requests as rows
from bot.storage.guilds import save_community
from bot.storage.requests import Request, RequestState

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from bot.domain.template import Record
    from bot.services.history import History
    from bot.services.linking import Linking, LinkOutcome
    from bot.services.roles import RoleSource
    from bot.services.tenants import Guild
    from bot.services.turn import Turn
    from bot.storage.engine import Database

log = logging.getLogger(__name__)

MAX_PENDING = 3
DENIED_SECONDS = 24 * 3600.0
"""How long a denied request may not be repeated."""
UNTOLD_SECONDS = 7 * 24 * 3600.0
"""How old a decision may be that is still told after a restart."""
NAME_LIMIT = 100
REASON_LIMIT = 300
LISTED = 8
LEFT = "request-left"


@dataclass(frozen=True, kw_only=True)
class AskIntent(Intent):
    """Ask staff to link a character. `character` is its name as the player gives it."""

    sync_id: str
    character: str = ""


@dataclass(frozen=True, kw_only=True)
class RequestIntent(Intent):
    """Do something about one request: look it up, approve, deny (with a reason), or withdraw it."""

    request: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """What approvers see of a request. `linked`: what the account was last seen with; `limit` 0 is none."""

    request: Request
    rivals: tuple[Request, ...] = ()
    linked: tuple[str, ...] = ()
    limit: int = 0


@dataclass(frozen=True, slots=True)
class Lookup:
    """What the CAD lists for the requester: the character under the sync ID, and others that bear the name."""

    request: Request
    found: Record | None
    namesakes: tuple[Record, ...] = ()

    @property
    def same_name(self) -> bool:
        """Whether the character found bears the name that was given; the CAD writes names in capitals."""
        return self.found is not None and _same(self.found.display_name, self.request.character)


class Approvals:
    """The use cases of requests. `clock` gives Unix seconds; `new_id` a new row's id."""

    def __init__(
        self,
        database: Database,
        history: History,
        linking: Linking,
        *,
        new_id: Callable[[], str],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._history = history
        self._linking = linking
        self._new_id = new_id
        self._clock = clock

    async def ask(self, turn: Turn, intent: AskIntent) -> tuple[Request, bool]:
        """Store a request; False with the earlier one where the same is pending already.

        Raises Refused where asking is not needed or of no use, and for one too many or too soon after a denial.
        """
        if turn.decision.rule is not Rule.APPROVAL:
            raise Refused("request-not-needed", sync_id=intent.sync_id)
        name = visible(intent.character)[:NAME_LIMIT]
        if not name:
            raise InvalidInput("request-name-empty")
        me = turn.actor.user_id
        wanted = LinkIntent(sync_id=intent.sync_id, subject=Subject(member_id=me))
        sync_id = await self._linking.askable(turn, wanted)
        request = Request(
            id=self._new_id(),
            guild_id=turn.guild.id,
            community_id=turn.tenant.id,
            requester_id=me,
            sync_id=sync_id,
            character=name,
            locale=turn.origin.locale[:16],
            channel_id=turn.origin.channel_id,
            reference=turn.origin.reference,
            asked_at=self._clock(),
        )
        noting = self._history.noting(turn, _deed("ask", request))
        kept = await self._database.write(lambda tx: self._add(tx, request, noting))
        if kept is request:
            self._history.settled.set()
        return kept, kept is request

    def _add(self, tx: Connection, request: Request, noting: Callable[[Connection], object]) -> Request:
        """Insert a request, unless it is there already or may not be asked now."""
        mine = request.guild_id, request.requester_id
        rows.hold(tx, request.requester_id)
        if (earlier := rows.pending(tx, *mine, request.sync_id)) is not None:
            return earlier
        denied = rows.denied_after(tx, *mine, request.sync_id, request.asked_at - DENIED_SECONDS)
        if denied is not None:
            again = round(denied + DENIED_SECONDS)
            raise Refused("request-denied-lately", sync_id=request.sync_id, when=f"<t:{again}:R>")
        count = rows.count_pending(tx, *mine)
        if count >= MAX_PENDING:
            raise Refused("request-too-many", count=count)
        save_community(tx, request.community_id)  # a home guild's may not be stored yet
        rows.add(tx, request)
        noting(tx)
        return request

    async def find(self, guild_id: int, request_id: str) -> Request:
        """Return a request of this guild. Raises Expired where it is not known (any more)."""
        found = await self._database.read(lambda tx: rows.find(tx, guild_id, request_id))
        if found is None:
            raise Expired("request-unknown")
        return found

    async def of_member(self, guild_id: int, member_id: int) -> tuple[Request, ...]:
        """Return what somebody asked for in this guild: pending first, then the newest, a few of each."""
        return await self._database.read(lambda tx: rows.of_member(tx, guild_id, member_id, limit=LISTED))

    async def card(self, guild: Guild, request: Request) -> Card:
        """Return what the card of a request shows, from what is stored and remembered: no CAD call."""
        if not request.pending:
            return Card(request)
        rivals = await self._database.read(lambda tx: rows.rivals(tx, request, limit=LISTED))
        linked: tuple[str, ...] = ()
        if guild.tenant is not None:
            linked = await self._linking.linked(guild, Subject(member_id=request.requester_id))
        return Card(request, rivals, linked, guild.policy.max_links)

    async def rivals(self, request: Request) -> tuple[Request, ...]:
        """Return other people's pending requests for the same sync ID."""
        return await self._database.read(lambda tx: rows.rivals(tx, request, limit=LISTED))

    async def look_up(self, turn: Turn, intent: RequestIntent) -> Lookup:
        """Compare a request with what the CAD lists for its account: one CAD call."""
        request = await self._undecided(turn, intent.request)
        subject = Subject(member_id=request.requester_id)
        records = await self._linking.characters(turn, subject, intent.confirmed)
        found = next((one for one in records if one.sync_id == request.sync_id), None)
        named = tuple(one for one in records if one is not found and _same(one.display_name, request.character))
        return Lookup(request, found, named)

    async def approve(self, turn: Turn, intent: RequestIntent, roster: RoleSource) -> tuple[Request, LinkOutcome]:
        """Link the character of a request, once, after every rule was checked anew.

        Whatever is raised opens the request again with the reason; it is closed where who asked has left.
        """
        request = await self._claim(turn, intent.request)
        try:
            await self._require_able(turn, request, roster)
            subject = Subject(member_id=request.requester_id)
            wanted = LinkIntent(sync_id=request.sync_id, subject=subject, confirmed=intent.confirmed)
            outcome = await self._linking.approve(turn, wanted)
            by, now = turn.actor.user_id, self._clock()
            await self._history.note(
                turn, _deed("approve", request), lambda tx: rows.approve(tx, request, by=by, now=now)
            )
        except BaseException as error:
            await asyncio.shield(self._give_back(turn, request, error))
            raise
        return replace(request, state=RequestState.APPROVED, decided_by=by, decided_at=now, problem=""), outcome

    async def deny(self, turn: Turn, intent: RequestIntent) -> Request:
        """Deny a request, with a reason if there is one, and return it as it is then."""
        request = await self._undecided(turn, intent.request)
        _refuse_own(turn, request)
        reason = visible(intent.reason)[:REASON_LIMIT]
        return await self._close(turn, request, RequestState.DENIED, "deny", reason)

    async def withdraw(self, turn: Turn, intent: RequestIntent) -> Request:
        """Take one's own request back, and return it as it is then."""
        request = await self._undecided(turn, intent.request)
        if request.requester_id != turn.actor.user_id:
            raise Refused("button-not-yours")
        return await self._close(turn, request, RequestState.WITHDRAWN, "withdraw")

    async def own(self, turn: Turn, request_id: str) -> Request:
        """Return a request to who asked. Raises Refused for anybody else."""
        request = await self.find(turn.guild.id, request_id)
        if request.requester_id != turn.actor.user_id:
            raise Refused("decision-not-yours")
        return request

    async def placed(self, request: Request, channel_id: int, message_id: int) -> None:
        """Remember where the card of a request was posted."""
        await self._database.write(lambda tx: rows.place(tx, request, channel_id=channel_id, message_id=message_id))

    async def told(self, request: Request) -> None:
        """Remember that who asked heard of the decision."""
        await self._database.write(lambda tx: rows.note_told(tx, request))

    async def reopen_interrupted(self, serves: Callable[[int], bool]) -> tuple[Request, ...]:
        """Open again what a process that ended was deciding: before this one decides anything."""
        cut_short = [one for one in await self._database.read(rows.deciding) if serves(one.guild_id)]
        for one in cut_short:
            by = one.decided_by or 0
            await self._database.write(lambda tx, one=one, by=by: rows.release(tx, one, by=by, problem="interrupted"))  # type: ignore[misc]
        return tuple(cut_short)

    async def left_over(self, serves: Callable[[int], bool]) -> tuple[tuple[Request, ...], tuple[Request, ...]]:
        """Return what is still to be done for requests: those without a card, and those whose decision nobody told."""
        after = self._clock() - UNTOLD_SECONDS
        cardless, untold = await self._database.read(lambda tx: (rows.without_card(tx), rows.untold(tx, after=after)))
        return tuple(one for one in cardless if serves(one.guild_id)), tuple(
            one for one in untold if serves(one.guild_id)
        )

    async def _undecided(self, turn: Turn, request_id: str) -> Request:
        request = await self.find(turn.guild.id, request_id)
        refuse_decided(request)
        return request

    async def _claim(self, turn: Turn, request_id: str) -> Request:
        request = await self._undecided(turn, request_id)
        _refuse_own(turn, request)
        by, now = turn.actor.user_id, self._clock()
        if not await self._database.write(lambda tx: rows.claim(tx, turn.guild.id, request.id, by=by, now=now)):
            refuse_decided(await self.find(turn.guild.id, request.id))
            raise Refused("request-being-decided")
        return request

    async def _close(self, turn: Turn, request: Request, state: RequestState, action: str, reason: str = "") -> Request:
        """End a request and note it, both or neither. Raises Refused where somebody was faster."""
        by, now = turn.actor.user_id, self._clock()

        def work(tx: Connection) -> None:
            if not rows.close(tx, request.guild_id, request.id, state, by=by, now=now, reason=reason):
                raise Refused("request-being-decided")

        try:
            await self._history.note(turn, _deed(action, request, state), work)
        except Refused:
            refuse_decided(await self.find(turn.guild.id, request.id))
            raise
        return replace(request, state=state, decided_by=by, decided_at=now, reason=reason)

    @staticmethod
    async def _require_able(turn: Turn, request: Request, roster: RoleSource) -> None:
        """Refuse for a requester who could not ask now: he left, lost his role, or the guild changed its rules."""
        if request.community_id != turn.tenant.id:
            raise Refused("request-other-community")
        held = await roster.roles(request.guild_id, request.requester_id)
        if held is None:
            raise Refused(LEFT, member=request.requester_id)
        actor = Actor(request.requester_id, request.guild_id, held)
        decision = decide(actor, turn.policy, Action.LINK, request.requester_id)
        if not decision.allowed:
            roles = " ".join(f"<@&{role}>" for role in sorted(decision.missing))
            raise Refused("request-may-not", member=request.requester_id, rule=decision.rule.value, roles=roles or "-")

    async def _give_back(self, turn: Turn, request: Request, error: BaseException) -> None:
        """Open a request again after an attempt that failed, with the reason; a question is none."""
        by = turn.actor.user_id
        problem = error.key[:64] if isinstance(error, CharlinkError) else "interrupted"
        if isinstance(error, Question):
            problem = request.problem
        try:
            await self._database.write(lambda tx: rows.release(tx, request, by=by, problem=problem))
            if problem == LEFT:
                await self._close(turn, request, RequestState.CLOSED, "deny")
        except CharlinkError as second:
            log.warning("a request could not be opened again, which is done later: %s", second)


def refuse_decided(request: Request) -> None:
    """Raise Refused for a request that is over, with who ended it and when."""
    if request.pending:
        return
    when = f"<t:{round(request.decided_at or request.asked_at)}:R>"
    raise Refused("request-over", state=request.state.value, who=f"<@{request.decided_by}>", when=when)


def _refuse_own(turn: Turn, request: Request) -> None:
    if request.requester_id == turn.actor.user_id:
        raise Refused("request-own")


def _deed(action: str, request: Request, state: RequestState | None = None) -> Deed:
    after = {"request": request.id} if state is None else {"request": request.id, "state": state.value}
    return Deed(action, request.requester_id, subject=request.sync_id, after=after)


def _same(name: str, other: str) -> bool:
    return " ".join(name.split()).casefold() == " ".join(other.split()).casefold()
