"""A whole record that staff attach as a JSON file: read strictly, since it is not the CAD that wrote it.

What can't be a new character is refused; what the live template would not accept is reported beside the record.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from bot.domain.answers import Problem, check
from bot.domain.encoding import as_new_character
from bot.domain.forms import Form
from bot.domain.models import CHARACTER_TYPE
from bot.domain.template import Template
from bot.errors import InvalidInput

if TYPE_CHECKING:
    from bot.domain.dependencies import Answer
    from bot.domain.fields import FormField

MAX_BYTES = 256 * 1024
MAX_DEPTH = 12


@dataclass(frozen=True, slots=True)
class ParsedRecord:
    """A record fit to be created. Its JSON may hold personal data and is not in the repr.

    `unknown` has the uids that the live template lacks (the CAD ignores them), `problems` the values that its fields
    would not accept, supervisors' fields and flags included; `for_staff` the fields among those that are filled in.
    """

    record: dict[str, Any] = field(repr=False)
    unknown: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    for_staff: tuple[FormField, ...] = ()


def parse_record(data: bytes, *, template: Template) -> ParsedRecord:
    """Return the new character that an attached file describes, without `id`, `syncId` and `syncUniqueId`.

    At most 256 KiB of UTF-8 JSON, an object nested at most 12 deep, of type 7, with a list of sections. Raises
    InvalidInput with `record-large`, `record-json`, `record-deep`, `record-sections` or `record-type`.
    """
    if len(data) > MAX_BYTES:
        raise InvalidInput("record-large", max=MAX_BYTES // 1024)
    raw = _decoded(data)
    if not isinstance(raw, dict):
        raise InvalidInput("record-json")
    if not _shaped(raw):
        raise InvalidInput("record-sections")
    record = Template.model_validate(raw)
    if record.type != CHARACTER_TYPE or record.record_type_id not in {None, CHARACTER_TYPE}:
        raise InvalidInput("record-type", type=CHARACTER_TYPE)
    form = Form(template, staff=True)
    uids = dict.fromkeys(source.uid for _, source in record.each_field() if source.uid)
    known = {source.uid for _, source in template.each_field()}
    stated, standing = _stated(form, record), _stated(form, template)
    open_to_all = {one.uid for one in Form(template).fields}
    filled = [one for one in form.fields if stated.get(one.uid) and stated[one.uid] != standing[one.uid]]
    return ParsedRecord(
        as_new_character(raw),
        tuple(uid for uid in uids if uid not in known),
        check(form, stated, standing=standing),
        tuple(one for one in filled if one.uid not in open_to_all),
    )


def _decoded(data: bytes) -> object:
    try:
        text = data.decode("utf-8-sig")
        value: object = json.loads(text, parse_constant=_refuse, parse_float=_finite)
        json.dumps(value, ensure_ascii=False).encode()  # half of a surrogate pair can be written in JSON, not sent
    except RecursionError:
        raise InvalidInput("record-deep", max=MAX_DEPTH) from None
    except ValueError:  # the decoder's errors, and ours, are all of this kind
        raise InvalidInput("record-json") from None
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [inner for outer in level for inner in _inside(outer)]
    if any(isinstance(value, dict | list) for value in level):
        raise InvalidInput("record-deep", max=MAX_DEPTH)
    return value


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refuse(text)


def _inside(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _shaped(raw: dict[str, Any]) -> bool:
    """Say whether there is a list of sections, each with a list of fields, and nothing but objects in either."""
    sections = raw.get("sections")
    if not isinstance(sections, list) or not all(isinstance(section, dict) for section in sections):
        return False
    fields = [section.get("fields") for section in sections]
    return all(isinstance(some, list) and all(isinstance(one, dict) for one in some) for some in fields)


def _stated(form: Form, record: Template) -> dict[str, Answer]:
    """Return what a record says in the fields of the form, right or wrong."""
    sources = {source.uid: source for _, source in reversed(list(record.each_field()))}
    asked = [asked for asked in form.fields if asked.uid in sources]
    return {one.uid: sources[one.uid].flags if one.chooses else sources[one.uid].value for one in asked}
