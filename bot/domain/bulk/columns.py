"""What the columns of a bulk file mean: the names of ours, and in files of new characters the template's fields.

Names are read in any case, with blanks, underscores and hyphens or without. `field:` in front always means a field.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.bulk.reasons import Reason
from bot.domain.bulk.rows import BulkKind
from bot.domain.bulk.sheet import RESULT_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.domain.bulk.sheet import Line
    from bot.domain.forms import Form

WHOSE = ("member", "api_id", "username")
"""Columns that say whose account a row is about."""

COLUMNS: Mapping[BulkKind, tuple[str, ...]] = {
    BulkKind.LINK: (*WHOSE, "sync_id", "old_sync_id", "action"),
    BulkKind.NEW: WHOSE,
    BulkKind.OWNERS: ("sync_id", "owner_id"),
}
"""The columns of each kind, without the fields of new characters."""

FIELD = "field:"
"""What a column of a field begins with where it has to be told from ours."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The meaning of each column: a name of ours, `field:<uid>`, or blank for a column without a name."""

    names: tuple[str, ...]
    problems: tuple[Reason, ...] = ()

    def of(self, line: Line) -> tuple[dict[str, str], Reason | None]:
        """Return the cells of a line by column, with their ends trimmed, and why they do not fit the header."""
        cells = {name: cell.strip() for name, cell in zip(self.names, line.cells, strict=False) if name}
        nameless = line.cells[len(self.names) :] + tuple(
            cell for name, cell in zip(self.names, line.cells, strict=False) if not name
        )
        if len(line.cells) < len(self.names) or any(map(str.strip, nameless)):
            return cells, Reason("bulk-row-ragged", {"cells": len(line.cells), "columns": len(self.names)})
        return cells, None


def read_columns(kind: BulkKind, header: tuple[str, ...], form: Form | None = None) -> Columns:
    """Return what the columns mean, and every problem with them. `form` has the fields of new characters."""
    known = {folded(name): name for name in (*COLUMNS[kind], *RESULT_COLUMNS)}
    fields = _Fields(form) if form is not None else None
    names, problems = [], []
    for place, written in enumerate(header, 1):
        name: str | Reason = known.get(folded(written), "")
        if not name and written.strip():
            unknown = Reason("bulk-file-column-unknown", column=written.strip())
            name = fields.find(written) or unknown if fields is not None else unknown
        if isinstance(name, Reason):
            problems.append(name)
            name = f"?{place}"
        names.append(name)
    twice = [name.removeprefix(FIELD) for name, times in Counter(names).items() if name and times > 1]
    problems += [Reason("bulk-file-column-twice", column=name) for name in twice]
    problems += _missing(kind, set(names))
    return Columns(tuple(names), tuple(problems))


def folded(name: str) -> str:
    """Return a column's name without what may differ."""
    return "".join(one for one in name.casefold() if one not in "_-" and not one.isspace())


def field_column(uid: str) -> str:
    """Return the name of a field's column in files that we write: its uid, marked where it could be one of ours."""
    ours = {folded(name) for name in (*COLUMNS[BulkKind.NEW], *RESULT_COLUMNS)}
    return FIELD + uid if folded(uid) in ours or folded(uid).startswith(FIELD) else uid


def _missing(kind: BulkKind, names: set[str]) -> Iterator[Reason]:
    if kind is not BulkKind.OWNERS and not names & set(WHOSE):
        yield Reason("bulk-file-whose")
    for name in ("sync_id", "owner_id"):
        if name in COLUMNS[kind] and name not in names:
            yield Reason("bulk-file-column-missing", column=name)
    if kind is BulkKind.NEW and not any(name.startswith((FIELD, "?")) for name in names):
        yield Reason("bulk-file-fields")


class _Fields:
    """The fields that a form asks for, by uid or label."""

    def __init__(self, form: Form) -> None:
        self._exact = {field.uid for field in form.fields}
        self._uids: dict[str, list[str]] = {}
        self._labels: dict[str, list[str]] = {}
        for field in form.fields:
            self._uids.setdefault(folded(field.uid), []).append(field.uid)
            self._labels.setdefault(folded(field.label), []).append(field.uid)

    def find(self, written: str) -> str | Reason | None:
        """Return the column of a field, None where there is no such field, and a reason where it could be several."""
        name = written.strip()
        if name.casefold().startswith(FIELD):
            name = name[len(FIELD) :].strip()
        if name in self._exact:
            return FIELD + name
        found = self._uids.get(folded(name)) or self._labels.get(folded(name)) or []
        if len(found) > 1:
            return Reason("bulk-file-column-ambiguous", {"uids": ", ".join(found)}, written.strip())
        return FIELD + found[0] if found else None
