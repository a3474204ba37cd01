"""Templates and records as the CAD sends them (cad-api.md 4): every key is optional, only depth is refused.

The models read what they know and tolerate the rest; what came in is kept as it was, so that a dump by alias
gives back every key and value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ModelWrapValidatorHandler,
    PrivateAttr,
    model_serializer,
    model_validator,
)
from pydantic.alias_generators import to_camel
from typing_extensions import override

CUSTOM_SECTION = 0
FLAGS_SECTION = 1
MAX_DEPTH = 64
"""How deep a value may be nested. The CAD's own records have six levels; the rest keeps recursion bounded."""


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


def readable(text: str) -> str:
    """Return text that can be encoded: JSON may hold half of a surrogate pair, which no wire takes."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | str):
        return readable(str(value))
    return ""


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (_text(value),)
    return tuple(_text(item) for item in value) if isinstance(value, list | tuple) else ()


def _number(value: object) -> int | None:
    if isinstance(value, str):
        digits = value.strip()
        number = digits.removeprefix("-")
        return int(digits) if number.isascii() and number.isdigit() and len(number) <= 18 else None  # noqa: PLR2004 - 64 bits
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _flag(value: object) -> bool:
    return value.strip().lower() in {"true", "1"} if isinstance(value, str) else value is True or value == 1


def _objects(value: object) -> list[object]:
    return [item for item in value if _object(item)] if isinstance(value, list | tuple) else []


def _object(value: object) -> object:
    return value if isinstance(value, Mapping | BaseModel) else None


def _plain(value: object, depth: int = 0) -> Any:  # noqa: ANN401 - JSON
    """Copy JSON, models included. Raises ValueError below MAX_DEPTH."""
    if depth > MAX_DEPTH:
        raise ValueError("nested too deeply")
    if isinstance(value, BaseModel):
        return value.model_dump(by_alias=True)
    if isinstance(value, Mapping):
        return {key: _plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, depth + 1) for item in value]
    return value


Text = Annotated[str, BeforeValidator(_text)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_texts)]
Number = Annotated[int | None, BeforeValidator(_number)]
Flag = Annotated[bool, BeforeValidator(_flag)]


class Wire(BaseModel):
    """JSON of the CAD: read tolerantly, given back whole.

    Validation raises pydantic's ValidationError only for what is no object, or is nested below MAX_DEPTH.
    """

    model_config = ConfigDict(
        frozen=True,
        alias_generator=to_camel,
        populate_by_name=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    _raw: dict[str, Any] = PrivateAttr(default_factory=dict)  # has the keys that `extra` ignores

    @model_validator(mode="wrap")
    @classmethod
    def _keep(cls, value: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        model = handler(value)
        if isinstance(value, Mapping):
            names = {name: info.alias or name for name, info in cls.model_fields.items()}
            raw = {names.get(key, key): item for key, item in value.items()}
            model._raw = _plain(raw)  # noqa: SLF001 - its own class, seen from a class method
        return model

    @model_serializer
    def _give_back(self) -> dict[str, Any]:
        return {key: _plain(value) for key, value in self._raw.items()}

    @override
    def __repr_args__(self) -> Iterator[tuple[str | None, object]]:
        """Keep what people wrote out of logs: only numbers are in the repr."""
        return ((name, value) for name, value in self if isinstance(value, int))


class Dependency(Wire):
    """When a field or section is shown (cad-api.md 4.3). `fid` is the parent's uid; unset, all are null."""

    type: Text = ""
    fid: Text = ""
    acceptable_values: Texts = ()


OptionalDependency = Annotated[Dependency | None, BeforeValidator(_object)]


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
        return _texts(self.data.get("flags") if isinstance(self.data, Mapping) else self.data)

    @property
    def text(self) -> str:
        """What the field holds, for a reader; blank when nothing."""
        return ", ".join(filter(None, self.flags)) or self.value.strip()


class Section(Wire):
    """One section (cad-api.md 4.2). Category 0 is custom, 1 holds flags; others hold one object in `data`."""

    category: Number = CUSTOM_SECTION
    label: Text = ""
    fields: Annotated[tuple[Field, ...], BeforeValidator(_objects)] = ()
    enable_duplicate: Flag = False
    is_duplicate: Flag = False
    dependency: OptionalDependency = None

    def kind_of(self, field: Field) -> FieldKind:
        """Return what `field` is in this section: the one of a flags section is typed `text` by the CAD."""
        if self.category == FLAGS_SECTION:
            return FieldKind.FLAGS
        return field.kind


class Template(Wire):
    """A community's record template. `id` says nothing about a template (C26)."""

    record_type_id: Number = None
    type: Number = None
    id: Number = None
    name: Text = ""
    img: Text = ""
    sections: Annotated[tuple[Section, ...], BeforeValidator(_objects)] = ()

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

    def fields_with_values(self, *, staff: bool = False) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
        """Return (section label, ((field label, text), ...)) for showing, without blanks.

        Supervisors' fields are for `staff` only. A section with nothing to show is left out.
        """
        shown = (
            (
                section.label,
                tuple(
                    (field.label or field.uid, field.text)
                    for field in section.fields
                    if field.text and section.kind_of(field) not in UNSHOWN and (staff or not field.is_supervisor)
                ),
            )
            for section in self.sections
        )
        return tuple((label, rows) for label, rows in shown if rows)
