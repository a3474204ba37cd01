"""`/chars edit`: change a character through the community's own form, sending only what changed.

Whose it is is proven before the form is opened and again before anything is sent; what somebody else changed meanwhile
is never overwritten without a yes; a lost answer is settled by reading back.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.access import Action
from bot.domain.encoding import changed_values, record_answers
from bot.errors import CadError, CadErrorKind, CharlinkError, NotApplied, Question, Refused
from bot.services.characters import CharacterIntent, pick, require_own_record
from bot.services.creation import after_failure
from bot.services.drafts import Draft, DraftState, Edited, same_answer
from bot.services.history import Deed, taken_too_long
from bot.services.orders import EditOrder

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from bot.domain.dependencies import Answer
    from bot.domain.models import Target
    from bot.domain.template import Record, Template
    from bot.services.accounts import Accounts
    from bot.services.characters import Characters
    from bot.services.drafting import DraftIntent, Drafts
    from bot.services.drafts import Change
    from bot.services.history import History
    from bot.services.templates import Templates
    from bot.services.turn import Turn


LISTED_SECONDS = 30.0
"""How old a list may be that lets a form open at once."""


@dataclass(frozen=True, kw_only=True)
class EditIntent(CharacterIntent):
    """Change a character through a form."""


@dataclass(frozen=True, slots=True)
class EditOutcome:
    """What became of an edit. No `changes`: the CAD holds all of it already."""

    name: str
    record_id: int
    account: str
    changes: tuple[Change, ...]
    read_back: bool = False


class Editing:
    """The use cases of changing characters."""

    def __init__(
        self, accounts: Accounts, characters: Characters, history: History, drafts: Drafts, templates: Templates
    ) -> None:
        self._accounts = accounts
        self._characters = characters
        self._history = history
        self._drafts = drafts
        self._templates = templates

    async def at_once(self, turn: Turn, intent: EditIntent) -> Draft | None:
        """Return the draft of an edit without any CAD call, so that a form can be the first answer.

        None where the list of the account was not read within 30 s, or the template is not at hand.
        """
        target = await self._accounts.target(turn, intent.subject)
        records = turn.tenant.cad.peek_characters(target, max_age=LISTED_SECONDS)
        template = self._templates.at_hand(turn.tenant)
        return None if records is None or template is None else await self._draft(turn, intent, records, template)

    async def open(self, turn: Turn, intent: EditIntent) -> Draft:
        """Return the draft of an edit, the one he left or a new one, after the account's list was read."""
        target = await self._accounts.resolve(turn, intent.subject, intent.confirmed)
        records = await self._characters.list(turn, target, fresh=True)
        template = self._templates.at_hand(turn.tenant) or await self._templates.warm(turn.tenant)
        return await self._draft(turn, intent, records, template)

    async def find(self, turn: Turn, draft_id: str) -> Draft:
        """Return one's own draft. Raises Expired where it is gone."""
        return await self._drafts.find(turn, draft_id)

    async def keep(self, draft: Draft) -> None:
        """Store what was typed so far."""
        await self._drafts.keep(draft)

    async def cancel(self, draft: Draft) -> bool:
        """Throw a draft away; whether it is certain that nothing was changed by it."""
        if draft.state is not DraftState.CANCELLED:
            draft.require_open()
        certain = draft.state is not DraftState.UNSURE
        draft.state = DraftState.CANCELLED
        await self._drafts.keep(draft)
        return certain

    def outdated(self, turn: Turn, draft: Draft) -> bool:
        """Bring the draft up to the newest template; whether that left something to put right."""
        newest = self._templates.newest(turn.tenant)
        if newest is None or newest == draft.form.template:
            return False
        draft.rebase(newest)
        return not draft.ready

    @staticmethod
    def require_sendable(turn: Turn, draft: Draft) -> None:
        """Raise Refused where this press may not save. Does no I/O."""
        if draft.form.staff and not turn.as_staff:
            raise Refused("edit-was-staff")
        draft.require_open()
        if not draft.ready:
            raise Refused("edit-not-ready")
        if not draft.changes:
            raise Refused("edit-nothing")

    async def save(
        self, turn: Turn, intent: DraftIntent, draft: Draft, acknowledge: Callable[[], Awaitable[None]]
    ) -> EditOutcome:
        """Send what changed. Two presses are one edit: the second is refused while the first is sent.

        Raises Question where somebody else changed one of these fields since the form was opened.
        """
        self.require_sendable(turn, draft)
        before, draft.state = draft.state, DraftState.SENDING
        try:
            await acknowledge()
            await self._drafts.claim(draft, before)
            outcome = await self._save(turn, intent, draft)
        except BaseException as error:
            draft.state = after_failure(error, before)
            if isinstance(error, Exception):
                await self._drafts.keep(draft)
            raise
        draft.state = DraftState.DONE
        await self._drafts.keep(draft)
        return outcome

    async def _draft(self, turn: Turn, intent: EditIntent, records: Sequence[Record], template: Template) -> Draft:
        record = pick(records, intent)
        require_own_record(record, "edit")
        number = record.id or 0
        draft = await self._drafts.unfinished(turn, intent.subject, number)
        if draft is not None and (draft.begun or draft.state is DraftState.UNSURE):
            if draft.form.template != template:
                draft.rebase(template)
            return draft
        draft = self._drafts.begin(turn, intent.subject, template)
        draft.edited = Edited(number, record.display_name, record_answers(draft.form, record))
        return draft

    async def _save(self, turn: Turn, intent: DraftIntent, draft: Draft) -> EditOutcome:
        edited = draft.edited
        if edited is None:
            raise Refused("edit-nothing")
        target = await self._accounts.resolve(turn, draft.subject, intent.confirmed)
        records = await self._characters.list(turn, target, fresh=True)
        record = pick(records, EditIntent(subject=draft.subject, record_id=edited.record_id))
        require_own_record(record, "edit")
        now = record_answers(draft.form, record)
        wanted = [one for one in draft.changes if not same_answer(one.after, now.get(one.field.uid, ""))]
        _respect_others(edited, wanted, now, intent.confirmed)
        account = turn.tenant.memory.name(target)
        if not wanted:
            return EditOutcome(record.display_name, edited.record_id, account, ())
        changed = changed_values(draft.form, edited.held, draft.everything)
        values = {one.field.uid: changed[one.field.uid] for one in wanted}
        deed = Deed(Action.EDIT, draft.subject.member_id, str(target), str(edited.record_id))
        deed.after = {"fields": sorted(values)}
        deed.draft_id = draft.id
        async with self._history.operation(turn, deed, EditOrder(target, edited.record_id, values)):
            read_back = await self._send(turn, target, draft, values)
        return EditOutcome(record.display_name, edited.record_id, account, tuple(wanted), read_back)

    async def _send(self, turn: Turn, target: Target, draft: Draft, values: Mapping[str, str]) -> bool:
        """Make the call, with the account whose it is as owner; whether its answer was lost and it was read back."""
        number = draft.edited.record_id if draft.edited else 0
        try:
            await turn.tenant.cad.edit(turn.caller, target, number, values)
        except CadError as error:
            if not error.outcome_unknown:
                raise await self._accounts.explain(turn, target, error) from error
            if taken_too_long(turn, error):
                raise
            lost = error
        else:
            return False
        try:
            records = await self._characters.list(turn, target, fresh=True)
        except CharlinkError as error:
            raise lost from error
        found = next((one for one in records if one.id == number), None)
        if found is None:
            raise lost
        now = record_answers(draft.form, found)
        done = [_stored(one.after, now.get(one.field.uid, "")) for one in draft.changes if one.field.uid in values]
        if all(done):
            return True
        if any(done) or lost.kind is CadErrorKind.TIMEOUT:
            raise lost  # half of it, or not there yet: the CAD may still be at it
        raise NotApplied("edit-not-applied", lost, name=found.display_name)


def _respect_others(
    edited: Edited, wanted: Sequence[Change], now: Mapping[str, Answer], confirmed: frozenset[str]
) -> None:
    """Raise a question where a field that would be overwritten is not as it was when the form was opened.

    A yes is good for exactly what the fields hold now.
    """
    others = [
        one
        for one in wanted
        if not _stored(edited.held.get(one.field.uid, ""), now.get(one.field.uid, ""))
        and not _stored(one.after, now.get(one.field.uid, ""))
    ]
    if not others:
        return
    held = json.dumps({one.field.uid: now.get(one.field.uid, "") for one in others}, sort_keys=True)
    token = f"overwrite:{hashlib.blake2s(held.encode(), digest_size=8).hexdigest()}"
    if token not in confirmed:
        raise Question("edit-overwrite", token=token, fields=", ".join(one.field.label for one in others))


def _stored(sent: Answer, held: Answer) -> bool:
    """Whether the CAD holds what was sent; it likes capitals, so case never counts."""
    return same_answer(_cased(sent), _cased(held))


def _cased(answer: Answer) -> Answer:
    return answer.casefold() if isinstance(answer, str) else tuple(one.casefold() for one in answer)
