"""One field of a form: what Discord's modals need to ask for it, and what is needed to judge the answer.

Everything here is for asking; what is sent to the CAD is the template's own text, never the shortened one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.domain.dates import date_mask, time_mask
from bot.domain.images import IMAGE_LIMIT
from bot.domain.masks import has_slots
from bot.domain.template import Field, FieldKind, Section
from bot.domain.visible import first_visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain.dependencies import Answer
    from bot.errors import Param

LABEL_LIMIT = 45  # of a modal's Label (discord.md)
OPTION_LIMIT = 100
MASK_LIMIT = 40  # leaves room for the words around it in a description of 100 characters
SELECT_LIMIT = 25
CHECKBOX_LIMIT = 10

CHOOSING = frozenset({FieldKind.CHECKBOXES, FieldKind.FLAGS})
"""Kinds whose answer is a tuple of options."""

ASKED = CHOOSING | {
    FieldKind.TEXT,
    FieldKind.TEXTAREA,
    FieldKind.ADDRESS,
    FieldKind.SELECT,
    FieldKind.DATE,
    FieldKind.TIME,
    FieldKind.IMAGE,
}
"""Kinds that a person can be asked for; the CAD fills or ignores the others."""

TEXT_LIMIT = 4000  # of Discord's text input; the CAD documents none


class Widget(StrEnum):
    """What a modal shows for a field."""

    TEXT = "text"
    PARAGRAPH = "paragraph"
    SELECT = "select"  # up to 25 options
    CHECKBOX_GROUP = "checkbox_group"  # up to 10 options
    MULTI_SELECT = "multi_select"  # up to 25 options
    LONG_SELECT = "long_select"  # more than 25 options: typed, and checked against them


@dataclass(frozen=True, slots=True)
class Option:
    """One choice. `index` is its place in the template, `label` is cut for display; blank: show a placeholder."""

    index: int
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Hint:
    """The format to show with a field: a message key and its parameters."""

    key: str
    params: Mapping[str, Param]


@dataclass(frozen=True, slots=True)
class FormField:
    """A field that may be asked. `default` is the template's own value where it can be an answer, else blank.

    `label` always shows something. `mask` is the one that is applied, blank where none is. `section` is the section's
    label, blank where nothing can be seen of it, `section_index` its place. Lengths are in characters.
    """

    uid: str
    label: str
    kind: FieldKind
    section: str = ""
    section_index: int = 0
    options: tuple[Option, ...] = ()
    required: bool = False
    previewed: bool = False
    unique: bool = False
    mask: str = ""
    mask_reverse: bool = False
    default: Answer = field(default="", repr=False)

    @property
    def display_label(self) -> str:
        """The label, cut to Discord's 45 characters; a required field's ends in ` *`."""
        mark = " *" if self.required else ""
        return " ".join(self.label.split())[: LABEL_LIMIT - len(mark)].rstrip() + mark

    @property
    def chooses(self) -> bool:
        """Whether the answer is a tuple of options."""
        return self.kind in CHOOSING

    @property
    def widget(self) -> Widget:
        """What a modal shows for this field."""
        if not self.options:
            return Widget.PARAGRAPH if self.kind is FieldKind.TEXTAREA else Widget.TEXT
        if len(self.options) > SELECT_LIMIT:
            return Widget.LONG_SELECT
        if not self.chooses:
            return Widget.SELECT
        return Widget.CHECKBOX_GROUP if len(self.options) <= CHECKBOX_LIMIT else Widget.MULTI_SELECT

    @property
    def multiline(self) -> bool:
        """Whether what is typed may have several lines."""
        return self.kind is FieldKind.TEXTAREA or (self.widget is Widget.LONG_SELECT and self.chooses)

    @property
    def max_length(self) -> int:
        """The most characters that may be typed."""
        return IMAGE_LIMIT if self.kind is FieldKind.IMAGE else TEXT_LIMIT

    @property
    def hint(self) -> Hint | None:
        """The format to name, at most 100 characters once translated; None where anything goes."""
        if self.widget is Widget.LONG_SELECT:
            key = "hint-options-many" if self.chooses else "hint-options"
            return Hint(key, {"count": len(self.options)})
        if self.kind is FieldKind.IMAGE:
            return Hint("hint-image", {})
        if self.kind is FieldKind.TIME and not self.mask:
            return Hint("hint-time-any", {})
        if not self.mask:
            return None
        kind = self.kind if self.kind in {FieldKind.DATE, FieldKind.TIME} else "mask"
        return Hint(f"hint-{kind}", {"mask": cut(self.mask, MASK_LIMIT)})


def form_field(section: Section, source: Field, index: int) -> FormField | None:
    """Return the field to ask for `source` in the `index`-th section; None when nobody can be asked for it."""
    kind = section.kind_of(source)
    options = _options(kind, source.options)
    if kind not in ASKED or (not options and (kind in CHOOSING or kind is FieldKind.SELECT)):
        return None
    return FormField(
        uid=source.uid,
        label=section.label_of(source),
        kind=kind,
        section=first_visible(section.label),
        section_index=index,
        options=options,
        required=source.is_required,
        previewed=source.is_previewed,
        unique=source.unique,
        mask=_mask(kind, source.mask),
        mask_reverse=source.mask_reverse,
        default=held_answer(kind, options, source),
    )


def held_answer(kind: FieldKind, options: tuple[Option, ...], source: Field) -> Answer:
    """Return what a field of a template or record holds, where it can stand as an answer; else blank."""
    values = {option.value for option in options}
    if kind in CHOOSING:
        return tuple(flag for flag in source.flags if flag in values)
    usable = source.value in values if options else len(source.value) <= TEXT_LIMIT
    if kind is FieldKind.IMAGE:  # the CAD's own placeholder picture is no address
        usable = source.value.startswith("https://") and len(source.value) <= IMAGE_LIMIT
    return source.value if usable else ""


def cut(text: str, limit: int) -> str:
    """Return `text` on one line and within `limit` characters; a shortened one ends in an ellipsis."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _options(kind: FieldKind, values: tuple[str, ...]) -> tuple[Option, ...]:
    """Number the options, each once. Blank ones can be selected to choose nothing, but make no checkbox."""
    if kind not in CHOOSING and kind is not FieldKind.SELECT:
        return ()
    places: dict[str, int] = {}
    for place, value in enumerate(values):
        if value.strip() or kind is FieldKind.SELECT:
            places.setdefault(value, place)
    return tuple(Option(place, value, cut(value, OPTION_LIMIT)) for value, place in places.items())


def _mask(kind: FieldKind, mask: str) -> str:
    """Return the mask to apply: real templates carry stray ones, such as a date's on a select (cad-api.md 4.3)."""
    if kind is FieldKind.DATE:
        return date_mask(mask)
    if kind is FieldKind.TIME:
        return time_mask(mask)
    return mask if kind is FieldKind.TEXT and has_slots(mask) else ""
