"""One line of a bulk file as a row, or every reason why it can't be one."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from bot.domain.answers import Problem, normalise
from bot.domain.bulk.columns import FIELD, WHOSE
from bot.domain.bulk.reasons import Reason
from bot.domain.bulk.rows import LinkRow, NewRow, OwnerRow, Row, Whose
from bot.domain.bulk.sheet import MAX_CELL
from bot.domain.choices import Choices
from bot.domain.fields import OPTION_LIMIT, cut
from bot.domain.frameworks import refuse_pasted
from bot.domain.sync_id import parse_sync_id
from bot.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain.dependencies import Answer
    from bot.domain.forms import Form
    from bot.domain.frameworks import Framework

MAX_NAME = 255
"""Characters of an API id, a user name or an owner's id."""

KEPT = 4096
"""Answers that were judged, and are not judged again."""

_MEMBER = re.compile(r"<@!?([0-9]{15,20})>|([0-9]{15,20})", re.ASCII)
_ROUNDED = re.compile(r"[0-9]([.,][0-9]+)?E\+?[0-9]+", re.IGNORECASE | re.ASCII)
_LARGEST = 2**63 - 1


class Reader(Protocol):
    """Reads the cells of one kind of file."""

    def read(self, number: int, cells: Mapping[str, str]) -> tuple[Row | None, list[Reason]]:
        """Return the row of a line, None where there are reasons against it."""


class LinkReader:
    """Reads the lines of a file of links. `framework` tells what is plainly no sync ID there."""

    def __init__(self, framework: Framework | None) -> None:
        self._framework = framework

    def read(self, number: int, cells: Mapping[str, str]) -> tuple[Row | None, list[Reason]]:
        """Return the row of a line, None where there are reasons against it."""
        reasons = _too_long(cells)
        action = cells.get("action", "").casefold()
        remove = action == "remove"
        if action not in {"", "add", "remove"}:
            reasons.append(Reason("bulk-row-action", {"value": cut(cells["action"], OPTION_LIMIT)}, "action"))
        whose = _whose(cells)
        people = {str(whose.member_id)} if isinstance(whose, Whose) and whose.member_id is not None else set[str]()
        sync_id = _sync_id(cells, "sync_id", None if remove else self._framework, people)
        old = _sync_id(cells, "old_sync_id", None, people) if cells.get("old_sync_id") else ""
        if old and remove:
            reasons.append(Reason("bulk-row-old-removed", column="old_sync_id"))
        elif old and old == sync_id:
            reasons.append(Reason("bulk-row-old-same", column="old_sync_id"))
        reasons += [one for one in (whose, sync_id, old) if isinstance(one, Reason)]
        if reasons or isinstance(whose, Reason) or isinstance(sync_id, Reason) or isinstance(old, Reason):
            return None, reasons
        return LinkRow(number, whose, sync_id, old, remove), []


class OwnerReader:
    """Reads the lines of a file of owners."""

    def read(self, number: int, cells: Mapping[str, str]) -> tuple[Row | None, list[Reason]]:
        """Return the row of a line, None where there are reasons against it."""
        reasons = _too_long(cells)
        sync_id = _sync_id(cells, "sync_id", None, set())
        owner_id = _name(cells.get("owner_id", ""), "owner_id")
        reasons += [one for one in (sync_id, owner_id) if isinstance(one, Reason)]
        if reasons or isinstance(sync_id, Reason) or isinstance(owner_id, Reason):
            return None, reasons
        return OwnerRow(number, sync_id, owner_id), []


class NewReader:
    """Reads the lines of a file of new characters, by the rules that the form has for staff."""

    def __init__(self, form: Form) -> None:
        self._fields = {field.uid: field for field in form.fields}
        self._choices = {field.uid: Choices(field) for field in form.fields if field.options}
        self._deciding = form.deciding
        self._judged = lru_cache(KEPT)(self._answer)  # columns repeat themselves
        self._shown = lru_cache(KEPT)(lambda deciding: form.visible(dict(deciding)))

    def read(self, number: int, cells: Mapping[str, str]) -> tuple[Row | None, list[Reason]]:
        """Return the row of a line, None where there are reasons against it: every wrong or missing field is named."""
        reasons = _too_long(cells)
        whose = _whose(cells)
        if isinstance(whose, Reason):
            reasons.append(whose)
        values = {name[len(FIELD) :]: cell for name, cell in cells.items() if cell and name.startswith(FIELD)}
        answers: dict[str, Answer] = {}
        for uid, value in values.items():
            answer = self._judged(uid, value)
            if isinstance(answer, Reason):
                reasons.append(answer)
            else:
                answers[uid] = answer
        reasons += self._unfit(values, answers)
        if reasons or isinstance(whose, Reason):
            return None, reasons
        return NewRow(number, whose, values), []

    def _answer(self, uid: str, value: str) -> Answer | Reason:
        """Return the answer, by the template's spelling, or why it can't stand; no options are proposed."""
        field = self._fields[uid]
        choices = self._choices.get(field.uid)
        if choices is not None and len(value) <= field.max_length:
            names = choices.split(value) if field.chooses else (value,)
            unknown = next((name for name in names if name.strip() and choices.find(name) is None), None)
            if unknown is not None:
                return Reason("problem-option", {"value": cut(unknown, OPTION_LIMIT)}, field.label)
        answer = normalise(field, value)
        return Reason(answer.key, answer.params, field.label) if isinstance(answer, Problem) else answer

    def _unfit(self, values: Mapping[str, str], answers: Mapping[str, Answer]) -> list[Reason]:
        """Return the required fields without a value, not even the template's, and the values that nobody asks for."""
        visible = self._shown(frozenset((uid, answers[uid]) for uid in self._deciding & answers.keys()))
        shown = {field.uid for field in visible}
        missing = [field for field in visible if field.required and not field.default and not values.get(field.uid)]
        hidden = [field for uid, field in self._fields.items() if uid in answers and uid not in shown]
        return [
            *(Reason("problem-required", column=field.label) for field in missing),
            *(Reason("bulk-row-field-hidden", column=field.label) for field in hidden),
        ]


def _whose(cells: Mapping[str, str]) -> Whose | Reason:
    given = [name for name in WHOSE if cells.get(name)]
    if len(given) != 1:
        return Reason("bulk-row-whose-many" if given else "bulk-row-whose-none", column=", ".join(given))
    column = given[0]
    value = cells[column]
    if column != "member":
        name = _name(value, column)
        if isinstance(name, Reason):
            return name
        return Whose(api_id=name) if column == "api_id" else Whose(username=name)
    found = _MEMBER.fullmatch(value)
    member_id = int(found[1] or found[2]) if found is not None else 0
    if not 0 < member_id <= _LARGEST:
        key = "bulk-row-member-rounded" if _ROUNDED.fullmatch(value) else "bulk-row-member"
        return Reason(key, {"value": cut(value, OPTION_LIMIT)}, column)
    return Whose(member_id=member_id)


def _sync_id(cells: Mapping[str, str], column: str, framework: Framework | None, people: set[str]) -> str | Reason:
    try:
        sync_id = parse_sync_id(cells.get(column, ""))
        refuse_pasted(sync_id, framework=framework, people=people)
    except InvalidInput as error:
        return Reason(error.key, error.params, column)
    return sync_id


def _name(value: str, column: str) -> str | Reason:
    if not value:
        return Reason("bulk-row-blank", column=column)
    if len(value) > MAX_NAME or not value.isprintable():
        return Reason("bulk-row-name", {"max": MAX_NAME}, column)
    return value


def _too_long(cells: Mapping[str, str]) -> list[Reason]:
    return [
        Reason("bulk-row-long", {"max": MAX_CELL}, name.removeprefix(FIELD))
        for name, cell in cells.items()
        if len(cell) > MAX_CELL
    ]
