"""`/linkchar`: set, remove and list the Database Sync links of an account.

One CAD call where the bot knows enough; a lost answer is settled by reading back, never by sending again.
"""

from __future__ import annotations

import logging
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.domain.access import Action, Rule
from bot.domain.frameworks import refuse_pasted
from bot.domain.pattern import proves
from bot.domain.sync_id import parse_sync_id
from bot.errors import (
    ApprovalNeeded,
    CadError,
    CadErrorKind,
    CharlinkError,
    InvalidInput,
    NotApplied,
    Question,
    Refused,
    Sent,
)
from bot.services.accounts import Use
from bot.services.history import Deed, taken_too_long
from bot.services.orders import LinkOrder
from bot.services.performing import GONE
from bot.services.turn import Intent, Subject
from bot.settings import ApiVersion, DbSync

if TYPE_CHECKING:
    from bot.domain.models import Account, LinkResult, Target
    from bot.domain.template import Record
    from bot.services.accounts import Accounts
    from bot.services.history import History
    from bot.services.tenants import Guild
    from bot.services.turn import Turn

log = logging.getLogger(__name__)

LIST_SECONDS = 30.0
"""How long a list that was read tells what is not linked."""

HINT_VALUE = "/type-the-id"
"""What choosing the autocomplete hint sends: no sync ID holds a slash."""


@dataclass(frozen=True, kw_only=True)
class LinkIntent(Intent):
    """What somebody wants done to one link. `undo` takes back a change that the bot itself just made."""

    sync_id: str
    subject: Subject
    remove: bool = False
    undo: bool = False

    def inverse(self) -> LinkIntent:
        """The intent that takes this one back."""
        return replace(self, remove=not self.remove, undo=True, confirmed=frozenset())

    def removal(self) -> LinkIntent:
        """The intent to remove the link, with its own question."""
        return replace(self, remove=True, undo=False, confirmed=frozenset())


@dataclass(frozen=True, kw_only=True)
class ViewIntent(Intent):
    """See an account's links, in order to add one or (`remove`) to remove one."""

    subject: Subject
    remove: bool = False


@dataclass(frozen=True, kw_only=True)
class ShowIntent(Intent):
    """See the character behind a link."""

    sync_id: str
    subject: Subject


@dataclass(frozen=True, slots=True)
class LinkOutcome:
    """What became of a link. `undo` is None where the state before is not known; `read_back`: the answer was lost."""

    intent: LinkIntent
    account: str
    changed: bool
    undo: LinkIntent | None = None
    read_back: bool = False


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One choice of the autocomplete."""

    sync_id: str
    name: str
    linked: bool


class Linking:
    """The use cases of links."""

    def __init__(self, accounts: Accounts, history: History) -> None:
        self._accounts = accounts
        self._history = history

    async def view(self, turn: Turn, intent: ViewIntent) -> tuple[str, ...]:
        """Return the sync IDs linked to the subject's account: one CAD call, none when it is cached."""
        self._require_sync(turn)
        target = await self._accounts.resolve(turn, intent.subject, intent.confirmed, Use.LINKS)
        return await self._links(turn, target, intent)

    async def show(self, turn: Turn, intent: ShowIntent) -> Record | None:
        """Return the character that the CAD lists under a linked sync ID: one CAD call; None where it lists none."""
        records = await self.characters(turn, intent.subject, intent.confirmed)
        return next((record for record in records if record.sync_id == intent.sync_id), None)

    async def characters(self, turn: Turn, subject: Subject, confirmed: frozenset[str]) -> tuple[Record, ...]:
        """Return every character that the CAD lists for an account: one CAD call."""
        target = await self._accounts.resolve(turn, subject, confirmed, Use.LINKS)
        try:
            return tuple(await turn.tenant.cad.characters(turn.caller, target))
        except CadError as error:
            raise await self._accounts.explain(turn, target, error) from error

    async def change(self, turn: Turn, intent: LinkIntent) -> LinkOutcome:
        """Set or remove a link.

        Raises InvalidInput or Refused with nothing sent, Question where a yes is needed first, and CadError where the
        CAD refused or the outcome could not be found out.
        """
        intent = replace(intent, sync_id=_parse(turn, intent))
        self._require_sync(turn)
        if intent.remove and not intent.undo and "unlink" not in intent.confirmed:
            await self._accounts.target(turn, intent.subject)
            raise Question("unlink-confirm", token="unlink", sync_id=intent.sync_id)  # noqa: S106 - not a password
        target = await self._accounts.resolve(turn, intent.subject, intent.confirmed, Use.LINKS)
        # Only counting needs the lock; without a limit nobody waits for another call on the same account.
        async with turn.tenant.lock(target) if turn.policy.max_links else nullcontext():
            if intent.undo:
                await self._require_unchanged(turn, target, intent)
            return await (self._remove if intent.remove else self._add)(turn, target, intent)

    async def askable(self, turn: Turn, intent: LinkIntent) -> str:
        """Return the sync ID that a player may ask staff for; no CAD call, but where only that tells whose it is.

        Raises InvalidInput for what can't be one, and Refused for what is known to be another account's.
        """
        intent = replace(intent, sync_id=_parse(turn, intent))
        self._require_sync(turn)
        await self._respect_other_holder(turn, await self._accounts.target(turn, intent.subject, Use.LINKS), intent)
        return intent.sync_id

    async def approve(self, turn: Turn, intent: LinkIntent) -> LinkOutcome:
        """Set the link that a player asked for: the approver's turn, the player's account and limit (read afresh).

        Raises what `change` does, and Question where it is known to be another account's.
        """
        intent = replace(intent, sync_id=_parse(turn, intent))
        self._require_sync(turn)
        target = await self._accounts.resolve(turn, intent.subject, intent.confirmed, Use.LINKS)
        turn = replace(turn, keeps=False)  # the request is open again where this fails, with Retry on its card
        async with turn.tenant.lock(target) if turn.policy.max_links else nullcontext():
            await self._require_room(turn, target, intent, "request-max-links")
            await self._respect_other_holder(turn, target, intent, asks=True)
            return await self._apply(turn, target, intent, self._known(turn, target, intent.sync_id))

    async def linked(self, guild: Guild, subject: Subject) -> tuple[str, ...]:
        """Return the sync IDs that this account was last seen with, without any CAD call: there may be others."""
        target, tenant = await self._accounts.find(guild, subject, Use.LINKS), guild.tenant
        if target is None or tenant is None:
            return ()
        seen = tenant.memory.seen(target) | dict.fromkeys(tenant.cad.peek_links(target) or (), True)
        return tuple(sorted(sync_id for sync_id, linked in seen.items() if linked))

    async def suggest(self, turn: Turn, subject: Subject, typed: str, *, remove: bool) -> tuple[Suggestion, ...]:
        """Return what is known of this account that matches the typed text, without any CAD call."""
        tenant = turn.tenant
        target = await self._accounts.find(turn.guild, subject, Use.LINKS)
        if target is None:
            return ()
        states = tenant.memory.seen(target) | dict.fromkeys(tenant.cad.peek_links(target) or (), True)
        records = tenant.cad.peek_characters(target) or ()
        names = {record.sync_id: record.display_name for record in records if record.sync_id}
        states |= dict.fromkeys(names, True)
        wanted = typed.strip().casefold()
        found = [
            Suggestion(sync_id, names.get(sync_id, ""), linked)
            for sync_id, linked in states.items()
            if (linked or not remove) and wanted in f"{sync_id} {names.get(sync_id, '')}".casefold()
        ]
        # Removing needs what is linked, adding what is not.
        return tuple(sorted(found, key=lambda item: (item.linked is not remove, item.sync_id)))

    @staticmethod
    def _require_sync(turn: Turn) -> None:
        if turn.tenant.db_sync is DbSync.OFF:
            raise Refused("db-sync-off")

    async def allow(self, turn: Turn, target: Target, intent: LinkIntent) -> None:
        """Hold a new link to the guild's rules. Raises what `change` does; the account's lock is the caller's."""
        await self._allow_self_link(turn, target, intent)
        await self._respect_other_holder(turn, target, intent)

    async def _add(self, turn: Turn, target: Target, intent: LinkIntent) -> LinkOutcome:
        await self.allow(turn, target, intent)
        return await self._apply(turn, target, intent, self._known(turn, target, intent.sync_id))

    @staticmethod
    def _known(turn: Turn, target: Target, sync_id: str) -> bool | None:
        """Whether the link is set, as far as it is known without asking: by what the bot met last, or by a fresh list.

        What was met counts first: it is kept by account, the list by the name that the account was asked by.
        """
        state = turn.tenant.memory.state(target, sync_id)
        listed = turn.tenant.cad.peek_links(target, max_age=LIST_SECONDS)
        return state if state is not None or listed is None else sync_id in listed

    async def _remove(self, turn: Turn, target: Target, intent: LinkIntent) -> LinkOutcome:
        before = turn.tenant.memory.state(target, intent.sync_id)
        if not before:
            before = intent.sync_id in await self._links(turn, target, intent, fresh=True)
        if not before:
            return LinkOutcome(intent, turn.tenant.memory.name(target), changed=False)
        return await self._apply(turn, target, intent, before)

    async def _apply(self, turn: Turn, target: Target, intent: LinkIntent, before: bool | None) -> LinkOutcome:  # noqa: FBT001 - a state, not a switch
        """Make the call, as an operation that leaves a row; what was learnt is stored with it."""
        deed = Deed(
            Action.UNLINK if intent.remove else Action.LINK,
            intent.subject.member_id,
            account=str(target),
            subject=intent.sync_id,
            before=None if before is None else {"linked": before},
            after={"linked": not intent.remove},
        )
        order = LinkOrder(
            target,
            intent.sync_id,
            intent.remove,
            once=not turn.keeps,
            held=_held(intent) in intent.confirmed,
            undo=intent.undo,
        )
        async with self._history.operation(turn, deed, order) as operation:
            outcome = await self._carry_out(turn, target, intent, before)
            operation.also(turn.tenant.community.saving())
        return outcome

    async def _carry_out(self, turn: Turn, target: Target, intent: LinkIntent, before: bool | None) -> LinkOutcome:  # noqa: FBT001 - a state, not a switch
        """Make the call; where its outcome is unknown or (v1 removal) undocumented, read the list back."""
        cad, memory = turn.tenant.cad, turn.tenant.memory
        lost: CadError | None = None
        try:
            call = cad.unlink if intent.remove else cad.link
            result: LinkResult = await call(turn.caller, target, intent.sync_id)
            memory.identify(target, result.account_uuid, result.username)
        except CadError as error:
            renewed = await self._accounts.renewed(turn, intent.subject, target, error)
            if renewed is not None:
                return await self._carry_out(turn, renewed, intent, before)
            if (
                intent.remove
                and error.kind in GONE
                and intent.sync_id not in await self._links(turn, target, intent, fresh=True)
            ):
                return LinkOutcome(intent, memory.name(target), changed=False)
            if not error.outcome_unknown:
                raise await self._accounts.explain(turn, target, error) from error
            if taken_too_long(turn, error):
                raise
            lost = error
        if lost or (intent.remove and turn.tenant.version is ApiVersion.V1):  # C2: removal's text is undocumented
            await self._read_back(turn, target, intent, lost)
        memory.note(target, intent.sync_id, linked=not intent.remove)
        turn.tenant.met_sync()
        changed = before is None or before is intent.remove
        return LinkOutcome(
            intent,
            memory.name(target),
            changed=changed,
            undo=intent.inverse() if changed and before is not None and not intent.undo else None,
            read_back=lost is not None,
        )

    async def _read_back(self, turn: Turn, target: Target, intent: LinkIntent, lost: CadError | None) -> None:
        """Return if the links show that the intent was carried out. Raises NotApplied where they show that it was not.

        Where they can't be read, the outcome stays unknown: what the CAD says of a removal in v1 is not documented.
        """
        try:
            links = await self._links(turn, target, intent, fresh=True)
        except CharlinkError as error:
            raise (lost or CadError(CadErrorKind.UNEXPECTED, sent=Sent.UNKNOWN)) from error
        if (intent.sync_id in links) is intent.remove:
            key = "unlink-not-applied" if intent.remove else "link-not-applied"
            raise NotApplied(key, lost, sync_id=intent.sync_id)

    async def _links(
        self, turn: Turn, target: Target, intent: LinkIntent | ViewIntent, *, fresh: bool = False
    ) -> tuple[str, ...]:
        try:
            links = await turn.tenant.cad.links(turn.caller, target, fresh=fresh)
        except CadError as error:
            renewed = await self._accounts.renewed(turn, intent.subject, target, error)
            if renewed is not None:
                return await self._links(turn, renewed, intent, fresh=fresh)
            raise await self._accounts.explain(turn, target, error) from error
        turn.tenant.memory.note_all(target, links)
        if links:
            turn.tenant.met_sync()
        return links

    async def _account(self, turn: Turn, target: Target) -> Account:
        try:
            return await turn.tenant.cad.account(turn.caller, target)
        except CadError as error:
            raise await self._accounts.explain(turn, target, error) from error

    async def _allow_self_link(self, turn: Turn, target: Target, intent: LinkIntent) -> None:
        """Hold a player's own link to the guild's rules: approval or proof (not for an undo), then the limit."""
        if turn.as_staff:
            return
        sync_id = intent.sync_id
        asks = turn.decision.rule is Rule.APPROVAL and not intent.undo
        if asks and not await self._proven(turn, intent):
            if turn.tenant.memory.identified(target) and turn.tenant.memory.held_by_another(target, sync_id):
                raise Refused("link-held", sync_id=sync_id)  # no use asking
            raise ApprovalNeeded(sync_id)
        await self._require_room(turn, target, intent, "max-links")

    async def _require_room(self, turn: Turn, target: Target, intent: LinkIntent, key: str) -> None:
        """Hold an account to the most characters that the guild allows, by a fresh read where there is a limit."""
        limit = turn.policy.max_links
        links = await self._links(turn, target, intent, fresh=True) if limit else ()
        if limit and intent.sync_id not in links and len(links) >= limit:
            raise Refused(key, count=len(links), limit=limit)

    async def _proven(self, turn: Turn, intent: LinkIntent) -> bool:
        """Whether the game database says it is his, or it derives from an id that he did not type himself."""
        if await self._accounts.owns(turn, intent.subject, intent.sync_id):
            return True
        pattern = turn.policy.self_link_pattern
        if pattern is None:
            return False
        proven = await self._accounts.proven_ids(turn, intent.subject)
        return any(proves(pattern, one, intent.sync_id) for one in proven)

    async def _respect_other_holder(
        self, turn: Turn, target: Target, intent: LinkIntent, *, asks: bool = False
    ) -> None:
        """Refuse players what is known to be another account's; let staff (and who approves: `asks`) decide."""
        memory = turn.tenant.memory
        if memory.held_by_another(target, intent.sync_id) and not memory.identified(target):
            account = await self._account(turn, target)
            memory.identify(target, account.uuid, account.username)
        if not memory.held_by_another(target, intent.sync_id):
            return
        if not (asks or turn.as_staff):
            raise Refused("undo-changed" if intent.undo else "link-held", sync_id=intent.sync_id)
        token = _held(intent)
        if token not in intent.confirmed:
            raise Question("link-held-confirm", token=token, sync_id=intent.sync_id)

    async def _require_unchanged(self, turn: Turn, target: Target, intent: LinkIntent) -> None:
        """An undo is only for what still is as the action left it."""
        links = await self._links(turn, target, intent, fresh=True)
        if (intent.sync_id in links) is not intent.remove:
            raise Refused("undo-changed", sync_id=intent.sync_id)


def _held(intent: LinkIntent) -> str:
    """The token of a yes to a link that is known to be another account's."""
    return f"held:{intent.sync_id}"


def _parse(turn: Turn, intent: LinkIntent) -> str:
    """Return the sync ID. Raises InvalidInput also for what is plainly something else that is often pasted."""
    if intent.sync_id == HINT_VALUE:
        raise InvalidInput("sync-id-hint")
    sync_id = parse_sync_id(intent.sync_id)
    people = {str(one) for one in (turn.actor.user_id, intent.subject.member_id) if one is not None}
    framework = None if intent.remove else turn.config.framework
    refuse_pasted(sync_id, framework=framework, people=people)
    return sync_id
