"""Carrying out one row of a job: whose account it is, what is there already, and the operations that change it.

Every step is an operation of its own, `j:<job>:<row>:<step>`: a row that was cut short goes on where it was, and
nothing is sent a second time.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.cad.caller import Caller
from bot.domain.access import Action
from bot.domain.answers import Problem, normalise
from bot.domain.bulk.rows import LinkRow, NewRow
from bot.domain.encoding import to_record, to_values
from bot.domain.forms import Form
from bot.domain.models import Target
from bot.errors import CadError, CharlinkError, Refused, Sent, StorageError
from bot.services.accounts import Use
from bot.services.history import KEY_TROUBLE, Deed
from bot.services.jobs.lines import BackRow
from bot.services.orders import CreateOrder, LinkOrder, RemoveOrder
from bot.services.turn import Subject, Turn
from bot.settings import ApiVersion, CreateForm, DbSync
from bot.storage import operations
from bot.storage.history import SETTLED, State
from bot.storage.jobs import RowState

if TYPE_CHECKING:
    from bot.domain.dependencies import Answer
    from bot.services.accounts import Accounts
    from bot.services.history import History
    from bot.services.jobs.lines import Line
    from bot.services.operations import Operations
    from bot.services.orders import Order
    from bot.storage.engine import Database
    from bot.storage.history import Entry

log = logging.getLogger(__name__)

WAIT_SECONDS = 15.0
"""How long a row waits that could not even be looked at, where the CAD does not say how long."""
KEY_SECONDS = 60.0
LOOKS = 10
"""How often a row is looked at whose account the CAD only answers with faults, before it counts as failed."""

STEPS = (1, 2)
"""Setting (or creating) is a row's first step, removing its second."""

ALREADY = "job-row-already"
HALFWAY = "job-row-halfway"
NOT_VERIFIED = "job-row-not-verified"
TEMPLATE_CHANGED = "job-row-template-changed"

_ROW_STATE = {
    State.DONE: RowState.DONE,
    State.REFUSED: RowState.REFUSED,
    State.FAILED: RowState.FAILED,
    State.UNKNOWN: RowState.UNKNOWN,
    State.CANCELLED: RowState.CANCELLED,
}


class Waits(Exception):
    """The row goes on in so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row. `cause` is a message key."""

    state: RowState
    cause: str = ""


class JobTurn(Turn):
    """The turn of a job: its calls wait behind everybody who sits before his screen."""

    __slots__ = ()

    @property
    def caller(self) -> Caller:
        """How the CAD client accounts for it."""
        return Caller(guild=self.guild.id, bulk=True)


@dataclass(frozen=True, slots=True)
class Run:
    """One row of a job, on its turn. `number` is the row's."""

    turn: Turn
    job_id: str
    number: int

    def operation(self, step: int) -> str:
        """The id of a step's operation."""
        return f"j:{self.job_id}:{self.number}:{step}"


class Carrier:
    """Carries out rows."""

    def __init__(self, database: Database, accounts: Accounts, history: History, driver: Operations) -> None:
        self._database = database
        self._accounts = accounts
        self._history = history
        self._operations = driver
        self._looks: Counter[tuple[str, int]] = Counter()

    async def carry(self, run: Run, line: Line) -> Outcome:
        """Carry out a row, or go on with it. Raises Waits where it is to be called again, and StorageError."""
        try:
            outcome = await self._carry(run, line)
        except StorageError:
            raise
        except CadError as error:
            outcome = self._after(run, error)
            await self._clear(run)
        except CharlinkError as error:
            outcome = Outcome(RowState.REFUSED, error.key)
            await self._clear(run)
        self._looks.pop((run.job_id, run.number), None)
        return outcome

    async def settle_sent(self, run: Run) -> None:
        """Find out what became of whatever was sent for a row. Raises Waits until that is known."""
        for step in STEPS:
            entry = await self._find(run.operation(step))
            if entry is not None and entry.state is State.SENDING:
                await self._attempt(entry.operation)

    async def withdraw(self, run: Run, line: Line) -> Outcome:
        """Take back what was not sent of a row, and say what became of the rest. Raises Waits until that is known."""
        first, second = [await self._withdrawn(run, step) for step in STEPS]
        if second is not None:
            return Outcome(RowState.CANCELLED, HALFWAY) if second.state is State.CANCELLED else _outcome(second)
        if first is None:
            return Outcome(RowState.CANCELLED)
        return Outcome(RowState.CANCELLED, HALFWAY) if first.state is State.DONE and _moves(line) else _outcome(first)

    async def _carry(self, run: Run, line: Line) -> Outcome:
        match line:
            case LinkRow():
                if run.turn.tenant.db_sync is DbSync.OFF:
                    raise Refused("db-sync-off")
                subject = Subject(line.whose.member_id, line.whose.api_id)
                add, remove = ("", line.sync_id) if line.remove else (line.sync_id, line.old_sync_id)
                account = _Account(subject, line.whose.username, Use.LINKS)
                return await self._change(run, account, add, remove, held=line.held)
            case NewRow():
                return await self._create(run, line)
            case BackRow():
                account = _Account(Subject(line.member_id), None, Use.LINKS, line.target)
                if line.record_id is not None:
                    deed = Deed(Action.REMOVE, line.member_id, str(line.target), str(line.record_id))
                    deed.before, deed.after = {"listed": True}, {"listed": False}
                    return await self._step(run, 1, deed, RemoveOrder(line.target, line.record_id))
                return await self._change(run, account, line.add, line.remove, held=False)
        raise TypeError(f"{type(line).__name__} is carried out by nobody")

    async def _change(self, run: Run, account: _Account, add: str, remove: str, *, held: bool) -> Outcome:
        """Set a link, then remove one: never before the new one is there, as reading back shows."""
        done = Outcome(RowState.DONE, ALREADY)
        if add:
            done = await self._set(run, 1, account, add, remove=False, held=held)
            if done.state is not RowState.DONE or not remove:
                return done
            begun = await self._find(run.operation(2))
            sent = begun is not None and begun.state is not State.ACCEPTED
            if not sent and add not in await self._links_after(run, account):
                await self._clear(run)
                return Outcome(RowState.FAILED, NOT_VERIFIED)
        removed = await self._set(run, 2, account, remove, remove=True, held=True)
        if add and removed == Outcome(RowState.DONE, ALREADY):
            return done
        return removed

    async def _set(self, run: Run, step: int, account: _Account, sync_id: str, *, remove: bool, held: bool) -> Outcome:
        """Set or remove one link, unless it is so already; what it was before is written down, for taking it back."""
        begun = await self._find(run.operation(step))
        if begun is not None:
            return await self._outcome_of(begun.operation)
        target, links = await self._links(run, account, await self._target(run, account))
        if (sync_id in links) is not remove:
            return Outcome(RowState.DONE, ALREADY)
        if not (remove or held):
            await self._respect_holder(run, target, sync_id)
        deed = Deed(
            Action.UNLINK if remove else Action.LINK,
            account.subject.member_id,
            account=str(target),
            subject=sync_id,
            before={"linked": remove},
            after={"linked": not remove},
        )
        return await self._step(run, step, deed, LinkOrder(target, sync_id, remove))

    async def _create(self, run: Run, line: NewRow) -> Outcome:
        begun = await self._find(run.operation(1))
        if begun is not None:
            return await self._outcome_of(begun.operation)
        tenant = run.turn.tenant
        account = _Account(Subject(line.whose.member_id, line.whose.api_id), line.whose.username, Use.CREATE)
        target = await self._target(run, account)
        form = Form(await tenant.cad.template(run.turn.caller), staff=True)
        answers = _answers(form, line)
        by_values = tenant.version is ApiVersion.V2 or tenant.create_form is CreateForm.DICTIONARY
        before = tenant.cad.peek_characters(target)
        order = CreateOrder(
            target,
            values=to_values(form, answers) if by_values else None,
            record=None if by_values else to_record(form, answers),
            known=None if before is None else tuple(one.id for one in before if one.id is not None),
        )
        return await self._step(run, 1, Deed(Action.CREATE, line.whose.member_id, account=str(target)), order)

    async def _step(self, run: Run, step: int, deed: Deed, order: Order) -> Outcome:
        """Accept an operation, unless it was before, and make the next attempt."""
        deed.operation = run.operation(step)
        await self._history.accept(run.turn, deed, order, job_id=run.job_id)
        return await self._outcome_of(deed.operation)

    async def _outcome_of(self, operation: str) -> Outcome:
        await self._attempt(operation)
        entry = await self._find(operation)
        if entry is None:
            raise Waits(0.0)  # erased meanwhile: it is looked at anew
        return _outcome(entry)

    async def _attempt(self, operation: str) -> None:
        pause = await self._operations.attempt(operation)
        if pause is not None:
            raise Waits(pause)

    async def _withdrawn(self, run: Run, step: int) -> Entry | None:
        """Return an operation once it is settled: what was not sent is cancelled."""
        entry = await self._find(run.operation(step))
        if entry is None or entry.state in SETTLED:
            return entry
        if entry.state is State.ACCEPTED:
            return await self._operations.cancel(run.turn, entry.operation)
        await self._attempt(entry.operation)
        return await self._withdrawn(run, step)

    async def _clear(self, run: Run) -> None:
        """Leave no step open of a row that is over: take back what was not sent. Raises Waits where something was."""
        for step in STEPS:
            await self._withdrawn(run, step)

    async def _find(self, operation: str) -> Entry | None:
        return await self._database.read(lambda tx: operations.find(tx, operation))

    async def _target(self, run: Run, account: _Account) -> Target:
        """Return how the account is named in a call; found out once for a row."""
        if account.target is None:
            if account.username is not None:
                account.target = await self._accounts.by_username(run.turn, account.username, account.use)
            else:
                account.target = await self._accounts.resolve(run.turn, account.subject, frozenset(), account.use)
        return account.target

    async def _links(
        self, run: Run, account: _Account, target: Target, *, fresh: bool = False
    ) -> tuple[Target, tuple[str, ...]]:
        """Return an account's links, and its name: an API id that was remembered may be another one by now."""
        turn = run.turn
        try:
            links = await turn.tenant.cad.links(turn.caller, target, fresh=fresh)
        except CadError as error:
            renewed = await self._accounts.renewed(turn, account.subject, target, error)
            if renewed is not None:
                return await self._links(run, account, renewed, fresh=fresh)
            raise await self._accounts.explain(turn, target, error) from error
        turn.tenant.memory.note_all(target, links)
        return target, links

    async def _links_after(self, run: Run, account: _Account) -> tuple[str, ...]:
        """Return the links of the very account that the first step was about."""
        first = await self._find(run.operation(1))
        target = Target.parse(first.account) if first is not None else await self._target(run, account)
        _, links = await self._links(run, account, target, fresh=True)
        return links

    async def _respect_holder(self, run: Run, target: Target, sync_id: str) -> None:
        """Refuse what is known to be another account's by now, and that nobody said yes to."""
        memory = run.turn.tenant.memory
        if memory.held_by_another(target, sync_id) and not memory.identified(target):
            account = await run.turn.tenant.cad.account(run.turn.caller, target)
            memory.identify(target, account.uuid, account.username)
        if memory.held_by_another(target, sync_id):
            raise Refused("job-row-held", sync_id=sync_id)

    def _after(self, run: Run, error: CadError) -> Outcome:
        """Say what becomes of a row that could not be looked at. Raises Waits where it may work later.

        An outage only makes it wait: once the breaker is open nothing is sent, and that counts as no look.
        """
        if error.kind in KEY_TROUBLE or error.params.get("cause") in KEY_TROUBLE:
            raise Waits(KEY_SECONDS)
        if not error.retryable:
            return Outcome(RowState.FAILED, error.key)
        self._looks[run.job_id, run.number] += error.sent is not Sent.NO
        if self._looks[run.job_id, run.number] >= LOOKS:
            return Outcome(RowState.FAILED, error.key)
        raise Waits(error.wait or WAIT_SECONDS)


@dataclass(slots=True)
class _Account:
    """Whose account a row is about, and what for. `target`: how it is named, where that is known already."""

    subject: Subject
    username: str | None
    use: Use
    target: Target | None = None


def _outcome(entry: Entry) -> Outcome:
    return Outcome(_ROW_STATE[entry.state], entry.cause)


def _moves(line: Line) -> bool:
    """Whether a row sets one link and then removes another."""
    if isinstance(line, LinkRow):
        return bool(line.old_sync_id) and not line.remove
    return isinstance(line, BackRow) and bool(line.add and line.remove)


def _answers(form: Form, line: NewRow) -> dict[str, Answer]:
    """Return a row's answers by the template as it is now. Raises Refused with what does not fit it."""
    fields = {field.uid: field for field in form.fields}
    answers: dict[str, Answer] = {}
    for uid, value in line.values.items():
        answer = normalise(fields[uid], value) if uid in fields else None
        if answer is None or isinstance(answer, Problem):
            raise Refused(TEMPLATE_CHANGED)
        answers[uid] = answer
    return answers
