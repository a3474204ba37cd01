"""Templates and records as the CAD sends them (cad-api.md 4).

Every community shapes its own, so every key is optional and no value is refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator

from bot.domain.images import IMAGE_LIMIT, image_problem
from bot.domain.visible import first_visible
from bot.domain.wire import Flag, Number, Text, Texts, Wire, read_object, read_objects, read_texts

CUSTOM_SECTION = 0
FLAGS_SECTION = 1


class FieldKind(StrEnum):
    """What a field is. The CAD writes types in either case, and `input` for `text` (C27)."""

    TEXT = "text"
    TEXTAREA = "textarea"
    ADDRESS = "address"
    SELECT = "select"
    DATE = "date"
    TIME = "time"
    IMAGE = "image"
    CHECKBOXES = "checkboxes"
    FLAGS = "flags"  # the one field of a category 1 section
    STATUS = "status"
    RANDOM = "random"
    ID = "id"
    LABEL = "label"
    UNIT = "unit"  # UNIT_NUMBER, UNIT_NAME and their like: filled by the CAD's own page
    UNKNOWN = "unknown"

    @classmethod
    def of(cls, wire: str) -> FieldKind:
        """Return the kind of a wire type; a missing type is text, as in the CAD's sparse answers (C16)."""
        name = wire.strip().lower()
        if name in {"", "input"}:
            return cls.TEXT
        if name.startswith("unit_"):
            return cls.UNIT
        return cls.__members__.get(name.upper(), cls.UNKNOWN)


UNSHOWN = frozenset({FieldKind.LABEL, FieldKind.ID, FieldKind.UNIT, FieldKind.STATUS, FieldKind.IMAGE})
"""Kinds that say nothing to a reader as text: a status is a bare digit, an image an address."""


class Dependency(Wire):
    """When a field or section is shown (cad-api.md 4.3). `fid` is the parent's uid; unset, all are null."""

    type: Text = ""
    fid: Text = ""
    acceptable_values: Texts = ()


OptionalDependency = Annotated[Dependency | None, BeforeValidator(read_object)]


class Field(Wire):
    """One field (cad-api.md 4.3). `value` is a string; checkboxes and flags are in `data.flags`."""

    type: Text = ""
    label: Text = ""
    value: Text = ""
    size: Number = None
    data: Any = None
    options: Texts = ()
    is_previewed: Flag = False
    is_supervisor: Flag = False
    is_required: Flag = False
    unique: Flag = False
    read_only: Flag = False
    mask: Text = ""
    mask_reverse: Flag = False
    db_map: Flag = False
    is_from_sync: Flag = False
    uid: Text = ""
    dependency: OptionalDependency = None

    @property
    def kind(self) -> FieldKind:
        """The kind by the field's own type; `Section.kind_of` knows better."""
        return FieldKind.of(self.type)

    @property
    def flags(self) -> tuple[str, ...]:
        """The chosen options of checkboxes and flags: `{"flags": [...]}`, or the bare list of some (C28)."""
        data = self.data
        if not data and self.value.startswith('{"flags"'):  # the value as it was sent, given back (cad-api.md 4.3)
            data = _decoded(self.value)
        return read_texts(data.get("flags") if isinstance(data, Mapping) else data)

    @property
    def text(self) -> str:
        """What the field holds, for a reader; blank when nothing."""
        return ", ".join(filter(None, self.flags)) or self.value.strip()


def _decoded(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


class Section(Wire):
    """One section (cad-api.md 4.2). Category 0 is custom, 1 holds flags; others hold one object in `data`."""

    category: Number = CUSTOM_SECTION
    label: Text = ""
    fields: Annotated[tuple[Field, ...], BeforeValidator(read_objects)] = ()
    enable_duplicate: Flag = False
    is_duplicate: Flag = False
    dependency: OptionalDependency = None

    def kind_of(self, field: Field) -> FieldKind:
        """Return what `field` is in this section: the one of a flags section is typed `text` by the CAD."""
        if self.category == FLAGS_SECTION:
            return FieldKind.FLAGS
        return field.kind

    def label_of(self, field: Field) -> str:
        """Return what to call a field of this section: its label, else its uid, else its place here (`#3`).

        The first of them that shows anything: labels may be blank, or invisible.
        """
        places = (place for place, one in enumerate(self.fields, 1) if one is field)
        return first_visible(field.label, field.uid) or f"#{next(places)}"


class Template(Wire):
    """A community's record template. `id` says nothing about a template (C26)."""

    record_type_id: Number = None
    type: Number = None
    id: Number = None
    name: Text = ""
    img: Text = ""
    sections: Annotated[tuple[Section, ...], BeforeValidator(read_objects)] = ()

    def each_field(self) -> Iterator[tuple[Section, Field]]:
        """Yield every field with its section, in the CAD's order."""
        return ((section, field) for section in self.sections for field in section.fields)


class Record(Template):
    """A template that was filled. `id` is its number (-1: new), `sync_id` is blank unless from DB sync."""

    sync_id: Text = ""
    sync_unique_id: Text = ""

    def value(self, uid: str) -> str:
        """Return what the first field of that uid holds, as text; blank when there is none."""
        return next((field.text for _, field in self.each_field() if field.uid == uid), "")

    @property
    def display_name(self) -> str:
        """First, middle initial and last name, else the record's own name, sync ID or number (C16)."""
        words = " ".join(self.value(uid) for uid in ("first", "mi", "last")).split()
        return " ".join(words) or self.name or self.sync_id or str(self.id or "")

    @property
    def photo(self) -> str:
        """The first picture whose address can be shown, of at most 2,000 characters; blank when there is none."""
        pictures = (field.value for _, field in self.each_field() if field.kind is FieldKind.IMAGE)
        return next((url for url in pictures if len(url) <= IMAGE_LIMIT and image_problem(url) is None), "")

    def fields_with_values(self, *, staff: bool = False) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
        """Return (section label, ((field label, text), ...)) for showing, without blanks.

        Supervisors' fields are for `staff` only. A section with nothing to show is left out; the label of one
        whose name can't be seen is blank.
        """
        shown = (
            (
                first_visible(section.label),
                tuple(
                    (section.label_of(field), field.text)
                    for field in section.fields
                    if field.text and section.kind_of(field) not in UNSHOWN and (staff or not field.is_supervisor)
                ),
            )
            for section in self.sections
        )
        return tuple((label, rows) for label, rows in shown if rows)
