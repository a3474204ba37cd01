"""Whether a character in the CAD is the one that was sent. The CAD likes capitals, so case never counts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bot.cad.protocol import NewCharacter
from bot.domain.template import FieldKind, Record

if TYPE_CHECKING:
    from collections.abc import Mapping

PERSON = ("first", "last", "dob")
"""The uids by which people tell characters apart (cad-api.md 4.3: `first` and `last` are required names)."""


def same_person(record: Record, new: NewCharacter) -> bool:
    """Whether first name, last name and date of birth are those that were sent."""
    sent = _texts(new)
    return all(record.value(uid).casefold() == sent.get(uid, "") for uid in PERSON)


def same_values(record: Record, new: NewCharacter) -> bool:
    """Whether every value that was sent is there."""
    held = _held(record)
    return all(held.get(uid, "") == text for uid, text in _texts(new).items() if text)


def with_values(record: Record, values: Mapping[str, str]) -> bool:
    """Whether a character holds all of these values, by uid; an empty one must be empty there."""
    held = _held(record)
    return all(held.get(uid, "") == text for uid, text in _texts(NewCharacter(values=values)).items())


def _texts(new: NewCharacter) -> dict[str, str]:
    if new.values is None:
        return _held(Record.model_validate(new.record))
    return {
        uid: _flags(value) if value.startswith('{"flags"') else value.casefold() for uid, value in new.values.items()
    }


def _flags(text: str) -> str:
    return "\n".join(json.loads(text)["flags"]).casefold()


def _held(record: Record) -> dict[str, str]:
    choosing = {FieldKind.CHECKBOXES, FieldKind.FLAGS}
    return {
        field.uid: ("\n".join(field.flags) if section.kind_of(field) in choosing else field.value).casefold()
        for section, field in record.each_field()
    }
