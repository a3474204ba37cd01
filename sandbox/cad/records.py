"""Records as the CAD keeps them: built from a template by dictionary, or stored as sent. Pure but for the `rng` given.

The CAD validates no value (masks, options and required fields are the web form's business), upper-cases text, and
ignores unknown field uids.
"""

from __future__ import annotations

import json
import string
from copy import deepcopy
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Mapping

    from sandbox.templates import Json

TEXT_TYPES = frozenset({"text", "input", "textarea", "address"})
CUSTOM = 0
FLAGS = 1


def build(template: Json, values: Mapping[str, str], record_id: int, rng: random.Random) -> Json:
    """Return a new record of `template` with `values` by field uid."""
    record = {**deepcopy(template), "id": record_id, "syncId": "", "syncUniqueId": None}
    for _, field in fields(record):
        kind = str(field.get("type")).lower()
        if kind == "id":
            field["value"] = str(record_id)
        elif kind == "random":
            field["value"] = fill_mask(field.get("mask") or "XXXXXX", rng)
    apply(record, values)
    return record


def adopt(sent: Json, template: Json, record_id: int) -> Json:
    """Return a whole record as stored: our ids, the template's type and name, text in upper case."""
    own = {key: template[key] for key in ("recordTypeId", "type", "name")}
    record = {**template, **deepcopy(sent), **own, "id": record_id, "syncId": "", "syncUniqueId": None}
    for section, field in fields(record):
        field["value"] = _stored(section, field, field.get("value") or "")
    return record


def apply(record: Json, values: Mapping[str, str]) -> None:
    """Set fields of `record` by uid; values for checkboxes and flags are JSON text (cad-api.md 4.3)."""
    for section, field in fields(record):
        uid = str(field.get("uid"))
        if uid not in values:
            continue
        if is_flags(section, field):
            field["data"] = {**(field.get("data") or {}), **_flags(values[uid])}
        else:
            field["value"] = _stored(section, field, values[uid])


def fields(record: Json) -> Iterator[tuple[Json, Json]]:
    """Yield every field with its section."""
    for section in record["sections"]:
        for field in section.get("fields") or ():
            yield section, field


def is_flags(section: Json, field: Json) -> bool:
    """Whether the field keeps a list of choices in its `data`."""
    return section.get("category") == FLAGS or str(field.get("type")).lower() == "checkboxes"


def value(record: Json, uid: str) -> str:
    """Return the value of the field `uid`, empty where the record has none."""
    return next((str(field.get("value") or "") for _, field in fields(record) if field.get("uid") == uid), "")


def label(record: Json) -> str:
    """Return what a person calls the record: first and last name, else the record's own name."""
    return " ".join(filter(None, (value(record, "first"), value(record, "last")))) or str(record.get("name"))


def unique_values(record: Json) -> set[tuple[str, str]]:
    """Return the (uid, value) pairs that no second record of the template may have."""
    return {
        (str(field.get("uid")), str(field["value"]).upper())
        for section, field in fields(record)
        if field.get("unique") and field.get("value") and section.get("category", CUSTOM) == CUSTOM
    }


def fill_mask(mask: str, rng: random.Random) -> str:
    """Return `mask` with `#`, `S` and `X` replaced by a random digit, letter, or either; the rest is literal."""
    letters = {"#": string.digits, "S": string.ascii_uppercase, "X": string.ascii_uppercase + string.digits}
    return "".join(rng.choice(letters.get(mark, mark)) for mark in mask)


def _stored(section: Json, field: Json, text: str) -> str:
    upper = section.get("category", CUSTOM) == CUSTOM and str(field.get("type")).lower() in TEXT_TYPES
    return text.upper() if upper else text


def _flags(text: str) -> Json:
    """Return the choices in a value; the checks of the two generations let only their documented form through."""
    decoded = json.loads(text) if text else {"flags": []}
    return {"flags": list(decoded["flags"])}
