"""What would become of each row, judged from the file and from what is known here; nobody is asked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from bot.domain.bulk.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from bot.domain.bulk.rows import LinkRow, NewRow, OwnerRow, Row, Whose
    from bot.domain.fields import FormField
    from bot.domain.models import Target

Key = tuple["Target", str]
"""An account and a sync ID."""


class RowVerdict(StrEnum):
    """What would become of a row. The values are written into files; `bulk-check-<value>` says how many there are."""

    READY = "ready"
    ALREADY = "already"  # as it is asked for, as far as is known: carried out all the same, which changes nothing
    HELD = "held"  # known to be another account's: carried out after a yes only
    TWICE = "twice"  # says the same as an earlier row: left out
    DONE = "done"  # carried out before, as the file itself says: left out
    WRONG = "wrong"  # can't be carried out: left out


RUNS = frozenset({RowVerdict.READY, RowVerdict.ALREADY})
"""Verdicts of rows that are carried out."""


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """One line with its verdict, and the reasons for any but READY. `row` is None where it could not be read."""

    number: int
    verdict: RowVerdict
    row: Row | None = field(default=None, repr=False)
    reasons: tuple[Reason, ...] = ()


class Known(Protocol):
    """What is known of accounts and links without asking the CAD. One account has one target here."""

    def account(self, whose: Whose) -> Target | None:
        """Return the account that a row is about; None: nobody knows which it is."""

    def linked(self, account: Target, sync_id: str) -> bool | None:
        """Whether a link was last seen set."""

    def holders(self, sync_id: str) -> Collection[Target]:
        """Return the accounts that a sync ID was last seen linked to."""

    def owner(self, sync_id: str) -> str | None:
        """Return the owner of a sync ID as it is stored."""


def judge_links(rows: Sequence[LinkRow], known: Known, *, held: bool) -> list[CheckedRow]:
    """Return a verdict for each row. `held`: somebody said yes to what is known to be another account's."""
    return [*_Links(rows, known, held=held).judged()]


def judge_owners(rows: Sequence[OwnerRow], known: Known) -> list[CheckedRow]:
    """Return a verdict for each row."""
    said: dict[str, dict[str, int]] = {}
    for row in rows:
        said.setdefault(row.sync_id, {}).setdefault(row.owner_id, row.number)
    judged = []
    for row in rows:
        lines = said[row.sync_id]
        other = next((line for owner, line in lines.items() if owner != row.owner_id), None)
        if other is not None:
            judged.append(_wrong(row, Reason("bulk-row-two-owners", {"line": other})))
        elif lines[row.owner_id] != row.number:
            judged.append(_twice(row, lines[row.owner_id]))
        elif known.owner(row.sync_id) == row.owner_id:
            judged.append(CheckedRow(row.number, RowVerdict.ALREADY, row, (Reason("bulk-row-owner-known"),)))
        else:
            judged.append(CheckedRow(row.number, RowVerdict.READY, row))
    return judged


def judge_characters(rows: Sequence[NewRow], known: Known, unique: Iterable[FormField]) -> list[CheckedRow]:
    """Return a verdict for each row. `unique` has the fields whose values no two characters share."""
    unique = tuple(unique)
    uses = Counter((one.uid, _folded(row, one)) for row in rows for one in unique if one.uid in row.values)
    first: dict[tuple[Target, frozenset[tuple[str, str]]], int] = {}
    judged = []
    for row in rows:
        account = known.account(row.whose)
        shared = [one for one in unique if uses[one.uid, _folded(row, one)] > 1]
        if account is None:
            judged.append(_wrong(row, Reason("bulk-row-member-unknown")))
            continue
        earlier = first.setdefault((account, frozenset(row.values.items())), row.number)
        if earlier != row.number:
            judged.append(_twice(row, earlier))
        elif shared:
            judged.append(_wrong(row, *(Reason("bulk-row-unique", column=one.label) for one in shared)))
        else:
            judged.append(CheckedRow(row.number, RowVerdict.READY, row))
    return judged


class _Links:
    """The rows of one file of links, and which lines say what about the same account and sync ID."""

    def __init__(self, rows: Sequence[LinkRow], known: Known, *, held: bool) -> None:
        self._known = known
        self._held = held
        self._rows = [(row, known.account(row.whose)) for row in rows]
        self._sets: dict[Key, int] = {}
        self._removes: dict[Key, int] = {}
        self._takers: dict[str, dict[Target, int]] = {}
        self._said: dict[tuple[Key, str, bool], int] = {}
        for row, account in self._rows:
            if account is not None:
                self._note(row, account)

    def judged(self) -> Iterable[CheckedRow]:
        """Yield a verdict for each row, in the order of the file."""
        for row, account in self._rows:
            yield self._judge(row, account)

    def _note(self, row: LinkRow, account: Target) -> None:
        key = account, row.sync_id
        self._said.setdefault((key, row.old_sync_id, row.remove), row.number)
        (self._removes if row.remove else self._sets).setdefault(key, row.number)
        if row.old_sync_id:
            self._removes.setdefault((account, row.old_sync_id), row.number)
        if not row.remove:
            self._takers.setdefault(row.sync_id, {}).setdefault(account, row.number)

    def _judge(self, row: LinkRow, account: Target | None) -> CheckedRow:
        if account is None:
            return _wrong(row, Reason("bulk-row-member-unknown"))
        earlier = self._said[(account, row.sync_id), row.old_sync_id, row.remove]
        if earlier != row.number:
            return _twice(row, earlier)
        conflicts = tuple(self._conflicts(row, account))
        if conflicts:
            return _wrong(row, *conflicts)
        return self._stands(row, account)

    def _stands(self, row: LinkRow, account: Target) -> CheckedRow:
        """Return how a row that agrees with the rest of the file stands to what is known."""
        if not row.remove and self._held_by_another(row, account):
            reason = Reason("bulk-row-held")
            if not self._held:
                return CheckedRow(row.number, RowVerdict.HELD, row, (reason,))
            return CheckedRow(row.number, RowVerdict.READY, replace(row, held=True), (reason,))
        linked = self._known.linked(account, row.sync_id)
        old_gone = not row.old_sync_id or self._known.linked(account, row.old_sync_id) is False
        if linked is not None and linked is not row.remove and old_gone:
            reason = Reason("bulk-row-not-linked" if row.remove else "bulk-row-linked")
            return CheckedRow(row.number, RowVerdict.ALREADY, row, (reason,))
        return CheckedRow(row.number, RowVerdict.READY, row)

    def _conflicts(self, row: LinkRow, account: Target) -> Iterable[Reason]:
        opposite = (self._sets if row.remove else self._removes).get((account, row.sync_id))
        if opposite is None and row.old_sync_id:
            opposite = self._sets.get((account, row.old_sync_id))
        if opposite is not None:
            yield Reason("bulk-row-contradiction", {"line": opposite})
        takers: Mapping[Target, int] = {} if row.remove else self._takers[row.sync_id]
        other = next((line for taker, line in takers.items() if taker != account), None)
        if other is not None:
            yield Reason("bulk-row-two-accounts", {"line": other})

    def _held_by_another(self, row: LinkRow, account: Target) -> bool:
        """Whether another account was last seen with it, and no earlier line takes it from there."""
        return any(
            self._removes.get((holder, row.sync_id), row.number) >= row.number
            for holder in self._known.holders(row.sync_id)
            if holder != account
        )


def _folded(row: NewRow, one: FormField) -> str:
    return row.values.get(one.uid, "").casefold()  # the CAD upper-cases much of what people type


def _wrong(row: Row, *reasons: Reason) -> CheckedRow:
    return CheckedRow(row.number, RowVerdict.WRONG, row, reasons)


def _twice(row: Row, line: int) -> CheckedRow:
    return CheckedRow(row.number, RowVerdict.TWICE, row, (Reason("bulk-row-twice", {"line": line}),))
