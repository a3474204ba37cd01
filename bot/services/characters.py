"""`/chars`: list, select and remove the characters of an account, each proven to be the account's by a fresh list.

The API takes any record of the community by its bare id, so an id counts only where the owner's list has it, of type 7.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, NoReturn

from bot.domain.access import Action
from bot.domain.dates import parse_birth
from bot.domain.models import CHARACTER_TYPE
from bot.domain.sync_id import parse_sync_id
from bot.errors import CadError, CadErrorKind, CharlinkError, InvalidInput, NotApplied, Question, Refused, Sent
from bot.services.accounts import Use
from bot.services.history import Deed, taken_too_long
from bot.services.orders import RemoveOrder, SelectOrder
from bot.services.turn import Intent, Subject
from bot.settings import ApiVersion

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.domain.models import Target
    from bot.domain.template import Record, Template
    from bot.services.accounts import Accounts
    from bot.services.history import History
    from bot.services.turn import Turn

log = logging.getLogger(__name__)

HINT_VALUE = "/look-at-chars-list"
"""What choosing the autocomplete's hint sends: no id holds a slash."""

BIRTH = "dob"


@dataclass(frozen=True, kw_only=True)
class RosterIntent(Intent):
    """See an account's characters. `page` counts from 0."""

    subject: Subject
    page: int = 0


@dataclass(frozen=True, kw_only=True)
class CharacterIntent(Intent):
    """Something about one character: its record id or sync ID, as typed, or `record_id` where a list named it."""

    subject: Subject
    character: str = ""
    record_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class SelectIntent(CharacterIntent):
    """Make a character the selected one. `instead_of` (an undo): only while that one is selected."""

    instead_of: str = ""


@dataclass(frozen=True, kw_only=True)
class RemoveIntent(CharacterIntent):
    """Delete a character from the CAD, for ever."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One character of a list. `number` is its place, from 1; `born` None: the CAD does not say, or not readably."""

    record: Record
    number: int
    selected: bool
    born: date | None = None


@dataclass(frozen=True, slots=True)
class Roster:
    """An account's characters, the selected one first. `links` None: not asked, or not readable."""

    intent: RosterIntent
    entries: tuple[Entry, ...]
    account: str
    links: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Selected:
    """A character that is the selected one now. `undo` is None where nothing can be taken back."""

    intent: SelectIntent
    name: str
    account: str
    changed: bool
    undo: SelectIntent | None = None
    read_back: bool = False


@dataclass(frozen=True, slots=True)
class Removed:
    """A character that is not in the CAD any more. Not `changed`: it was gone before."""

    name: str
    id: str
    account: str
    changed: bool
    read_back: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """One choice of the autocomplete: what it sends, and what tells it from the others."""

    value: str
    name: str
    born: date | None = None


class Characters:
    """The use cases of an account's characters. `clock` gives Unix seconds."""

    def __init__(self, accounts: Accounts, history: History, *, clock: Callable[[], float] = time.time) -> None:
        self._accounts = accounts
        self._history = history
        self._clock = clock

    async def roster(self, turn: Turn, intent: RosterIntent) -> Roster:
        """Return the characters, at most 30 s old, and where the community links them, the linked sync IDs."""
        target = await self._accounts.resolve(turn, intent.subject, intent.confirmed)
        records = await self.list(turn, target, fresh=False)
        if any(record.sync_id for record in records):
            turn.tenant.met_sync()
        links = await self._links(turn, intent.subject) if turn.tenant.synced else None
        entries = tuple(
            Entry(record, place + 1, selected=place == 0, born=self.born(turn, record))
            for place, record in enumerate(records)
        )
        return Roster(intent, entries, turn.tenant.memory.name(target), links)

    async def character(self, turn: Turn, intent: CharacterIntent) -> Record:
        """Return one character out of the list. Raises Refused where the account has none by that id."""
        target = await self._accounts.resolve(turn, intent.subject, intent.confirmed)
        return pick(await self.list(turn, target, fresh=False), intent)

    async def select(self, turn: Turn, intent: SelectIntent) -> Selected:
        """Make a character the selected one. Sent also where it was listed as selected, which proves little."""
        target = await self._accounts.resolve(turn, intent.subject, intent.confirmed)
        records = await self.list(turn, target, fresh=True)
        record, before = pick(records, intent), records[0]
        if intent.instead_of and key_of(before) != intent.instead_of:
            raise Refused("select-undo-changed", name=record.display_name)
        chosen = record.sync_id or record.id or ""
        deed = Deed(Action.SELECT, intent.subject.member_id, str(target), key_of(record))
        deed.before, deed.after = {"selected": key_of(before)}, {"selected": key_of(record)}
        async with self._history.operation(turn, deed, SelectOrder(target, chosen, key_of(record))):
            read_back = await self._send_selection(turn, target, record, chosen)
        changed = key_of(before) != key_of(record)
        back = SelectIntent(
            subject=intent.subject, character=key_of(before), record_id=before.id, instead_of=key_of(record)
        )
        undo = back if changed and not intent.instead_of else None
        account = turn.tenant.memory.name(target)
        return Selected(intent, record.display_name, account, changed=changed, undo=undo, read_back=read_back)

    async def remove(self, turn: Turn, intent: RemoveIntent) -> Removed:
        """Delete a character after a yes to exactly this one, proven to be the account's right before the call."""
        target = await self._accounts.resolve(turn, intent.subject, intent.confirmed)
        asked = next((one for one in intent.confirmed if one.startswith("remove:")), None)
        if asked is None:
            self._ask_to_remove(turn, intent, pick(await self.list(turn, target, fresh=False), intent))
        records = await self.list(turn, target, fresh=True)
        number = asked.removeprefix("remove:")
        record = next((one for one in records if str(one.id) == number), None)
        account = turn.tenant.memory.name(target)
        if record is None:
            return Removed("", number, account, changed=False)
        require_own_record(record, "remove")
        deed = Deed(Action.REMOVE, intent.subject.member_id, str(target), number, {"listed": True}, {"listed": False})
        async with self._history.operation(turn, deed, RemoveOrder(target, record.id or 0)):
            changed, lost = await self._send_removal(turn, target, record)
        return Removed(record.display_name, number, account, changed=changed, read_back=lost)

    async def suggest(self, turn: Turn, subject: Subject, typed: str, *, changes: bool) -> tuple[Known, ...]:
        """Return the characters known of this account that match what was typed, without any CAD call.

        `changes`: only those that the CAD itself keeps, which alone can be edited or removed.
        """
        target = await self._accounts.find(turn.guild, subject)
        if target is None:
            return ()
        records = turn.tenant.cad.peek_characters(target) or ()
        found = [
            Known(key_of(one), one.display_name, self.born(turn, one))
            for one in records
            if is_character(one) and key_of(one) and not (changes and from_game(one))
        ]
        met = {one.sync_id for one in records}
        if not changes:
            linked = {*turn.tenant.memory.seen(target), *(turn.tenant.cad.peek_links(target) or ())}
            found += [Known(one, "") for one in sorted(linked - met) if turn.tenant.memory.state(target, one)]
        wanted = typed.strip().casefold()
        return tuple(one for one in found if wanted in f"{one.name} {one.value}".casefold())

    def born(self, turn: Turn, record: Record) -> date | None:
        """Return the day of birth, read by the mask of the record's own field, else of the community's template."""
        text = record.value(BIRTH)
        held = turn.tenant.cad.peek_template()
        template = held[0] if held is not None else turn.tenant.community.template
        mask = _mask(record) or (_mask(template) if template is not None else "")
        return parse_birth(mask, text, year=datetime.fromtimestamp(self._clock(), UTC).year) if text else None

    async def list(self, turn: Turn, target: Target, *, fresh: bool) -> tuple[Record, ...]:
        """Return the account's characters, the selected one first. Raises what explains why there is no list."""
        try:
            records = await turn.tenant.cad.characters(turn.caller, target, fresh=fresh)
        except CadError as error:
            raise await self._accounts.explain(turn, target, error) from error
        return tuple(record for record in records if is_character(record))

    async def _links(self, turn: Turn, subject: Subject) -> tuple[str, ...] | None:
        """Return the linked sync IDs; the characters are worth showing also where these can't be read."""
        target = await self._accounts.find(turn.guild, subject, Use.LINKS)
        if target is None:
            return None
        try:
            links = await turn.tenant.cad.links(turn.caller, target)
        except (CharlinkError, ValueError) as error:  # v1 lists links by API id only
            log.info("links not readable beside the characters: %s", error)
            return None
        turn.tenant.memory.note_all(target, links)
        return links

    async def _send_selection(self, turn: Turn, target: Target, record: Record, chosen: int | str) -> bool:
        """Make the call; whether its answer was lost. v1's answer says nothing (C11), so there the list is read."""
        lost: CadError | None = None
        try:
            await turn.tenant.cad.select(turn.caller, target, chosen)
        except CadError as error:
            if not error.outcome_unknown:
                raise await self._accounts.explain(turn, target, error) from error
            if taken_too_long(turn, error):
                raise
            lost = error
        if lost is None and turn.tenant.version is not ApiVersion.V1:
            return False
        try:
            records = await self.list(turn, target, fresh=True)
        except CharlinkError as error:
            raise (lost or CadError(CadErrorKind.UNEXPECTED, sent=Sent.UNKNOWN)) from error
        if not records or key_of(records[0]) != key_of(record):
            raise NotApplied("select-not-applied", lost, name=record.display_name)
        return lost is not None

    async def _send_removal(self, turn: Turn, target: Target, record: Record) -> tuple[bool, bool]:
        """Make the call; whether it changed something, and whether its answer was lost and it was read back."""
        try:
            await turn.tenant.cad.remove(turn.caller, record.id or 0)
        except CadError as error:
            if error.kind is CadErrorKind.NOT_FOUND:
                return False, False
            if not error.outcome_unknown or taken_too_long(turn, error):
                raise
            lost = error
        else:
            return True, False
        try:
            records = await self.list(turn, target, fresh=True)
        except CharlinkError as error:
            raise lost from error
        if all(one.id != record.id for one in records):
            return True, True
        if lost.kind is CadErrorKind.TIMEOUT:
            raise lost  # the CAD may still be at it
        raise NotApplied("remove-not-applied", lost, name=record.display_name, id=str(record.id))

    @staticmethod
    def _ask_to_remove(turn: Turn, intent: RemoveIntent, record: Record) -> NoReturn:
        """Raise the question that names whose character it is, and which one."""
        require_own_record(record, "remove")
        subject, token = intent.subject, f"remove:{record.id}"
        name, number = record.display_name, str(record.id)
        if turn.owns(subject):
            raise Question("remove-own", token=token, name=name, id=number)
        if subject.member_id is not None:
            raise Question("remove-member", token=token, name=name, id=number, member=subject.member_id)
        raise Question("remove-named", token=token, name=name, id=number, value=subject.api_id or "")


def key_of(record: Record) -> str:
    """Return what names a character: its record id, else its sync ID."""
    return str(record.id) if record.id is not None and record.id > 0 else record.sync_id


def is_character(record: Record) -> bool:
    """Whether a listed record is of type 7; sparse answers leave the type out."""
    kinds = {record.type, record.record_type_id} - {None}
    return kinds <= {CHARACTER_TYPE}


def from_game(record: Record) -> bool:
    """Whether Database Sync filled the record: then the game's database is where it is changed."""
    return bool(record.sync_id) or any(field.is_from_sync for _, field in record.each_field())


def require_own_record(record: Record, verb: str) -> None:
    """Raise Refused where the CAD does not keep the record itself (cad-api.md C9), or it has no number."""
    if from_game(record):
        raise Refused(f"{verb}-from-game", name=record.display_name)
    if record.id is None or record.id < 1:
        raise Refused(f"{verb}-no-id", name=record.display_name)


def pick(records: Sequence[Record], intent: CharacterIntent) -> Record:
    """Return the character that is meant. Raises InvalidInput for what is no id, Refused where it is nobody's here.

    A number may be the record id of one and the sync ID of another: then it is not guessed.
    """
    if intent.record_id is not None:
        found = [record for record in records if record.id == intent.record_id]
    else:
        if intent.character == HINT_VALUE or intent.character.startswith("/"):
            raise InvalidInput("character-hint")
        typed = parse_sync_id(intent.character)
        found = [record for record in records if typed in {str(record.id), record.sync_id}]
    if not found:
        raise Refused("character-unknown", id=intent.character or str(intent.record_id))
    if len(found) > 1:
        raise Refused("character-ambiguous", id=intent.character)
    return found[0]


def _mask(template: Template) -> str:
    return next((field.mask for _, field in template.each_field() if field.uid == BIRTH), "")
