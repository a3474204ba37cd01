"""`/newchar`: from the live template to a character in the CAD, exactly once.

A create is never sent again after a lost answer: the characters are read back and compared instead.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from bot.cad.protocol import NewCharacter
from bot.domain.access import Action, Rule
from bot.domain.attachment import parse_record
from bot.domain.encoding import Summary, summarise, to_record, to_values
from bot.domain.template import Record
from bot.errors import (
    CadError,
    CadErrorKind,
    CharlinkError,
    InvalidFields,
    InvalidInput,
    Kept,
    NotApplied,
    Question,
    Refused,
)
from bot.services.accounts import Use
from bot.services.comparison import same_person, same_values
from bot.services.drafting import DraftIntent
from bot.services.drafts import DraftState
from bot.services.history import Deed, taken_too_long
from bot.services.orders import CreateOrder
from bot.services.turn import Intent, Subject
from bot.settings import ApiVersion, CreateForm

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.domain.models import Target
    from bot.domain.template import Template
    from bot.services.accounts import Accounts
    from bot.services.attachments import AttachmentReader
    from bot.services.drafting import Drafts
    from bot.services.drafts import Draft
    from bot.services.history import History
    from bot.services.templates import Templates
    from bot.services.tenants import Tenant
    from bot.services.turn import Turn


__all__ = ["CreateOutcome", "Creation", "DraftIntent", "RecordIntent", "StartIntent"]


@dataclass(frozen=True, kw_only=True)
class StartIntent(Intent):
    """Begin a character, or go on with the draft of it. `delete_after` is in minutes."""

    subject: Subject
    delete_after: int | None = None


@dataclass(frozen=True, kw_only=True)
class RecordIntent(Intent):
    """Create a character from a whole record that staff attached at `url`."""

    repeatable: ClassVar[bool] = False

    subject: Subject
    url: str
    size: int
    delete_after: int | None = None


@dataclass(frozen=True, slots=True)
class CreateOutcome:
    """A character that is in the CAD. `record` is None where the CAD answered without it; then `sent` shows it.

    `name` is the one that was sent; `delete_after` is in minutes.
    """

    record: Record | None
    name: str = ""
    sent: Summary = ()
    delete_after: int | None = None
    unknown: tuple[str, ...] = ()
    read_back: bool = False


class Creation:
    """The use cases of new characters."""

    def __init__(
        self,
        accounts: Accounts,
        attachments: AttachmentReader,
        history: History,
        drafts: Drafts,
        templates: Templates,
    ) -> None:
        self._accounts = accounts
        self._history = history
        self._attachments = attachments
        self._drafts = drafts
        self._templates = templates

    async def begin(self, turn: Turn, intent: StartIntent) -> Draft | None:
        """Return the draft that the person left, else a new one; None while the template is not at hand.

        Reads nothing but the database, so that a form can be the first answer. Raises Refused or Question where no
        form should be filled in.
        """
        self._allow(turn, intent)
        await self._accounts.target(turn, intent.subject)
        template = self._templates.at_hand(turn.tenant)
        if template is None:
            return None
        draft = await self._drafts.unfinished(turn, intent.subject)
        if draft is None:
            draft = self._drafts.begin(turn, intent.subject, template)
        elif draft.form.template != template:
            draft.rebase(template)
        draft.delete_after = intent.delete_after
        return draft

    async def start_over(self, turn: Turn, draft: Draft) -> Draft:
        """Throw a draft away and return a new one of the same kind. Raises Refused while it is being sent."""
        await self.cancel(draft)
        template = self._templates.at_hand(turn.tenant) or draft.form.template
        new = self._drafts.begin(turn, draft.subject, template)
        new.delete_after = draft.delete_after
        return new

    async def find(self, turn: Turn, draft_id: str) -> Draft:
        """Return one's own draft. Raises Expired where it is gone."""
        return await self._drafts.find(turn, draft_id)

    async def keep(self, draft: Draft) -> None:
        """Store what was typed so far."""
        await self._drafts.keep(draft)

    async def warm(self, tenant: Tenant) -> Template:
        """Fetch the template anew, so that the next form opens at once. Raises CadError."""
        return await self._templates.warm(tenant)

    async def cancel(self, draft: Draft) -> bool:
        """Throw a draft away; whether it is certain that nothing was made of it.

        Raises Refused while it is being sent, and once it was.
        """
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

    def require_sendable(self, turn: Turn, intent: DraftIntent, draft: Draft) -> None:
        """Raise Refused where this press may not create, and Question where it needs a yes first. Does no I/O."""
        self._allow(turn, intent)
        if draft.form.staff and not turn.as_staff:
            raise Refused("draft-was-staff")
        draft.require_open()
        if draft.state is DraftState.UNSURE and "again" not in intent.confirmed:
            raise Question("create-again", token="again")  # noqa: S106 - not a password
        if not draft.ready:
            raise Refused("draft-not-ready")

    async def create(
        self, turn: Turn, intent: DraftIntent, draft: Draft, acknowledge: Callable[[], Awaitable[None]]
    ) -> CreateOutcome:
        """Create the character of a draft. Two presses make one: the second is refused while the first is sent.

        `acknowledge` is awaited between the two, so that a refused press leaves the first one's answer alone. A stop
        meanwhile leaves the draft stored as being sent, and what is found so later is unsure.
        """
        self.require_sendable(turn, intent, draft)
        before, draft.state = draft.state, DraftState.SENDING
        try:
            await acknowledge()
            await self._drafts.claim(draft, before)
            outcome = await self._create_draft(turn, draft, intent.confirmed, again=before is DraftState.UNSURE)
        except BaseException as error:
            draft.state = after_failure(error, before)
            if isinstance(error, Exception):
                await self._drafts.keep(draft)
            raise
        draft.state = DraftState.DONE
        await self._drafts.keep(draft)
        return outcome

    async def create_record(self, turn: Turn, intent: RecordIntent) -> CreateOutcome:
        """Create a character from an attached record, validated against the live template first."""
        self._allow(turn, intent)
        target = await self._accounts.resolve(turn, intent.subject, intent.confirmed, Use.CREATE)
        data = await self._attachments.read(intent.url, intent.size)
        template = await turn.tenant.cad.template(turn.caller)
        parsed = parse_record(data, template=template)
        if parsed.problems:
            wrong = tuple((problem.field.label, problem.key, problem.params) for problem in parsed.problems)
            raise InvalidFields("record-problems", wrong)
        if parsed.for_staff and not turn.as_staff:
            raise InvalidFields("record-own", tuple((one.label, "problem-staff-only", {}) for one in parsed.for_staff))
        sent = Record.model_validate(parsed.record)
        outcome = await self._send(
            turn,
            target,
            NewCharacter(record=parsed.record, delete_after=intent.delete_after),
            intent.subject.member_id,
        )
        return replace(
            outcome,
            name=sent.display_name,
            sent=sent.fields_with_values(staff=True),
            unknown=parsed.unknown,
            delete_after=intent.delete_after,
        )

    async def _create_draft(self, turn: Turn, draft: Draft, confirmed: frozenset[str], *, again: bool) -> CreateOutcome:
        form, answers, delete_after = draft.form, dict(draft.answers), draft.delete_after
        by_dictionary = turn.tenant.version is ApiVersion.V2 or turn.tenant.create_form is CreateForm.DICTIONARY
        new = NewCharacter(
            values=to_values(form, answers) if by_dictionary else None,
            record=None if by_dictionary else to_record(form, answers),
            delete_after=delete_after,
        )
        target = await self._accounts.resolve(turn, draft.subject, confirmed, Use.CREATE)
        there = await self._already_there(turn, target, new) if again else None
        if there is not None:
            outcome = CreateOutcome(there, read_back=True)
        else:
            outcome = await self._send(turn, target, new, draft.subject.member_id, draft)
        name = " ".join(str(answers[uid]) for uid in ("first", "last") if answers.get(uid))
        return replace(outcome, name=name, sent=summarise(form, answers), delete_after=delete_after)

    async def _send(
        self, turn: Turn, target: Target, new: NewCharacter, member_id: int | None, draft: Draft | None = None
    ) -> CreateOutcome:
        """Create, as an operation that leaves a row and settles the draft that it comes from."""
        deed = Deed(Action.CREATE, member_id, account=str(target), draft_id=draft.id if draft is not None else None)
        async with self._history.operation(turn, deed, _order(turn, target, new)):
            outcome = await self._carry_out(turn, target, new, Subject(member_id=member_id))
            made = outcome.record
            deed.subject = str(made.id) if made is not None and made.id is not None else ""
            deed.after = {"id": made.id} if made is not None else {}
        return outcome

    async def _carry_out(self, turn: Turn, target: Target, new: NewCharacter, subject: Subject) -> CreateOutcome:
        """Make the call; where its outcome is unknown, read the characters back."""
        cad = turn.tenant.cad
        before = cad.peek_characters(target)
        try:
            created = await cad.create(turn.caller, target, new)
        except CadError as error:
            renewed = await self._accounts.renewed(turn, subject, target, error)
            if renewed is not None:
                return await self._carry_out(turn, renewed, new, subject)
            if not error.outcome_unknown:
                raise await self._accounts.explain(turn, target, error) from error
            if taken_too_long(turn, error):
                raise
            known = None if before is None else {record.id for record in before}
            return CreateOutcome(await self._read_back(turn, target, new, known, error), read_back=True)
        return CreateOutcome(created.record)

    @staticmethod
    async def _already_there(turn: Turn, target: Target, new: NewCharacter) -> Record | None:
        """Return the very character that an earlier attempt left behind after all. Raises CadError if it can't look."""
        if turn.tenant.synced:
            return None
        records = await turn.tenant.cad.characters(turn.caller, target, fresh=True)
        return next((record for record in records if same_person(record, new) and same_values(record, new)), None)

    async def _read_back(
        self, turn: Turn, target: Target, new: NewCharacter, known: set[int | None] | None, lost: CadError
    ) -> Record:
        """Return the character that a lost answer left behind.

        Raises NotApplied where there is none, and the lost answer's error where nobody can tell: under Database Sync,
        when the list can't be read, or when it is not certain which one it is.
        """
        if turn.tenant.synced:
            raise lost
        try:
            records = await turn.tenant.cad.characters(turn.caller, target, fresh=True)
        except CharlinkError as error:
            raise lost from error
        found = [record for record in records if same_person(record, new)]
        if known is not None:
            found = [record for record in found if record.id not in known]
        if not found and lost.kind is CadErrorKind.TIMEOUT:
            raise lost  # not there yet: the CAD may still be at it
        if not found:
            raise NotApplied("create-not-applied", lost)
        # Without a list from before, only the very same values tell it from a namesake.
        if len(found) > 1 or (known is None and not same_values(found[0], new)):
            raise lost
        return found[0]

    def _allow(self, turn: Turn, intent: Intent) -> None:
        """Hold back where the community's own way of keeping characters says that this will not be seen."""
        if turn.tenant.synced and "db-sync" not in intent.confirmed:
            if turn.decision.rule is not Rule.ADMIN:
                raise Refused("db-sync-on")
            raise Question("db-sync-on-admin", token="db-sync")  # noqa: S106 - not a password
        delete_after = getattr(intent, "delete_after", None)
        if delete_after is not None and delete_after < 1:
            raise InvalidInput("delete-after-range")
        seed = turn.tenant.version is ApiVersion.V1 and turn.tenant.create_form is CreateForm.CHARACTER
        if delete_after is not None and seed:
            raise Refused("delete-after-unsupported")


def _order(turn: Turn, target: Target, new: NewCharacter) -> CreateOrder:
    """Return what is to be sent, with the record ids that the account is known to have."""
    before = turn.tenant.cad.peek_characters(target)
    known = None if before is None else tuple(record.id for record in before if record.id is not None)
    return CreateOrder(target, new.values, new.record, new.delete_after, known)


def after_failure(error: BaseException, before: DraftState) -> DraftState:
    """Where a draft stands after a create that gave no character."""
    if isinstance(error, Kept):
        return DraftState.SENDING
    if isinstance(error, NotApplied):
        return DraftState.OPEN
    lost = isinstance(error, CadError) and error.outcome_unknown
    return DraftState.UNSURE if lost or isinstance(error, asyncio.CancelledError) else before
