"""Answers as the CAD takes them: a dictionary of strings, or a whole record (cad-api.md 4).

Only what is visible and was answered is sent, and nothing that `answers.check` refuses.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bot.domain.answers import NOTHING, Problem, normalise
from bot.domain.fields import held_answer
from bot.domain.models import CHARACTER_TYPE
from bot.domain.template import Field

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.domain.dependencies import Answer, Answers
    from bot.domain.fields import FormField
    from bot.domain.forms import Form
    from bot.domain.template import Template

REPLACED = frozenset({"id", "syncid", "syncuniqueid", "type", "recordtypeid"})
"""Top keys of a record, in lower case, that name an existing one or its type: never taken over from elsewhere, in
no spelling, as nobody says that the CAD minds the case of a key."""

Summary = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
"""(section label, ((field label, text), ...)), as far as there is something to show."""


def to_values(form: Form, answers: Answers) -> dict[str, str]:
    """Return `replaceValues` for a create: every value a string, checkboxes and flags as compact JSON.

    A blank answer is left out, unless it takes back a value of the template. Raises ValueError for answers that
    `check` refuses, other than missing ones.
    """
    return {field.uid: _encoded(answer) for field, answer in _settled(form, answers) if answer or field.default}


def changed_values(form: Form, before: Answers, answers: Answers) -> dict[str, str]:
    """Return `replaceValues` for an edit: what differs from `before`; blank clears a field.

    A field that was not answered, or that is hidden now, keeps what it holds. Raises ValueError as `to_values`.
    """
    return {
        field.uid: _encoded(answer)
        for field, answer in _settled(form, answers, standing=before)
        if (answer or "") != (before.get(field.uid) or "")
    }


def to_record(form: Form, answers: Answers) -> dict[str, Any]:
    """Return a whole new character: the live template's JSON, unknown keys included, with the answers put in.

    Hidden, unanswered and blank fields keep the template's own value; a blank one clears a value that was shown.
    Raises ValueError as `to_values`.
    """
    settled = {field.uid: answer for field, answer in _settled(form, answers) if answer or field.default}
    record: dict[str, Any] = form.template.model_dump(by_alias=True)
    for (_, field), raw in zip(form.template.each_field(), _raw_fields(record), strict=True):
        answer = settled.pop(field.uid, None)
        if isinstance(answer, tuple):
            held = raw.get("data")
            raw["data"] = {**(held if isinstance(held, dict) else {}), "flags": list(answer)}
        elif answer is not None:
            raw["value"] = answer
    return as_new_character(record)


def as_new_character(record: dict[str, Any]) -> dict[str, Any]:
    """Return the record typed as a character and without what names an existing record."""
    new = {key: value for key, value in record.items() if key.lower() not in REPLACED}
    return {"recordTypeId": CHARACTER_TYPE, "type": CHARACTER_TYPE, **new}


def record_answers(form: Form, record: Template) -> dict[str, Answer]:
    """Return everything that a record holds, right or wrong, also in fields that nobody is asked for."""
    choosing = {field.uid: field.chooses for field in form.fields}
    held: dict[str, Answer] = {}
    for _, source in record.each_field():
        if source.uid and source.uid not in held:
            chooses = choosing.get(source.uid, bool(source.flags))
            held[source.uid] = source.flags if chooses else source.value
    return held


def usable_answer(field: FormField, held: Answer) -> Answer:
    """Return what a form can show of a value that a record holds: nothing of what its field does not allow."""
    flags = list(held) if not isinstance(held, str) else []
    source = Field.model_validate({"value": held if isinstance(held, str) else "", "data": {"flags": flags}})
    return held_answer(field.kind, field.options, source)


def summarise(form: Form, answers: Answers) -> Summary:
    """Return what was answered in the fields that are visible, section by section, for showing."""
    rows: dict[tuple[int, str], list[tuple[str, str]]] = {}
    for field in form.visible(answers):
        answer = answers.get(field.uid)
        if answer:
            rows.setdefault((field.section_index, field.section), []).append((field.label, as_text(answer)))
    return tuple((label, tuple(found)) for (_, label), found in rows.items())


def as_text(answer: Answer) -> str:
    """Return an answer for a reader."""
    return answer if isinstance(answer, str) else ", ".join(answer)


def _encoded(answer: Answer) -> str:
    """Return an answer as one value of `replaceValues`."""
    if isinstance(answer, str):
        return answer
    return json.dumps({"flags": answer}, ensure_ascii=False, separators=(",", ":"))


def _raw_fields(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the fields of a record's JSON, in the order of `Template.each_field`."""
    for section in _dicts(record.get("sections")):
        yield from _dicts(section.get("fields"))


def _settled(form: Form, answers: Answers, *, standing: Answers = NOTHING) -> Iterator[tuple[FormField, Answer]]:
    """Yield the visible fields that were answered, with the answer in the template's present spelling."""
    for field in form.visible(answers):
        if field.uid in answers:
            answer = normalise(field, answers[field.uid], standing=standing.get(field.uid, ""))
            if isinstance(answer, Problem):
                raise ValueError(f"an answer that does not pass: {answer.key}")
            yield field, answer


def _dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
