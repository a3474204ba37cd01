"""A modal as a person sees it, and what the Discord client lets that person submit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .components import SELECTS, Default, Kind, Option

if TYPE_CHECKING:
    from .interactions import Interaction
    from .wire import Json

TEXT_LIMIT = 4000
CHOICES = (*SELECTS, Kind.CHECKBOX_GROUP, Kind.FILE_UPLOAD)


@dataclass(frozen=True)
class Field:
    """One input of a modal. `value` is its prefilled text, `values` the prefilled choices by label."""

    label: str
    description: str
    kind: Kind
    custom_id: str
    required: bool
    options: tuple[Option, ...]
    value: str
    checked: bool
    min_length: int
    max_length: int
    min_values: int
    max_values: int
    placeholder: str
    multiline: bool
    defaults: tuple[Default, ...]
    channel_types: tuple[int, ...]

    @property
    def values(self) -> tuple[str, ...]:
        """The labels of the options that are chosen before the person does anything."""
        return tuple(option.label for option in self.options if option.default)

    @classmethod
    def parse(cls, component: Json, label: str, description: str) -> Field:
        """Return the field of an input component's JSON."""
        kind = Kind(component["type"])
        options = tuple(Option.parse(option) for option in component.get("options") or ())
        least, most = component.get("min_values"), component.get("max_values")
        required = component.get("required")
        default_most = len(options) if kind is Kind.CHECKBOX_GROUP else 1
        return cls(
            label=label,
            description=description,
            kind=kind,
            custom_id=component["custom_id"],
            required=kind is not Kind.CHECKBOX if required is None else required,
            options=options,
            value=component.get("value") or "",
            checked=bool(component.get("default")),
            min_length=component.get("min_length") or 0,
            max_length=component.get("max_length") or TEXT_LIMIT,
            min_values=1 if least is None else least,
            max_values=default_most if most is None else most,
            placeholder=component.get("placeholder") or "",
            multiline=component.get("style") == 2,  # noqa: PLR2004  # TextInputStyle paragraph
            defaults=Default.parse(component),
            channel_types=tuple(component.get("channel_types") or ()),
        )


@dataclass(frozen=True, eq=False)
class Modal:
    """A form on somebody's screen. `interaction` is the one that it answered."""

    title: str
    custom_id: str
    fields: tuple[Field, ...]
    texts: tuple[str, ...]
    components: tuple[Json, ...]
    interaction: Interaction

    @classmethod
    def parse(cls, data: Json, interaction: Interaction) -> Modal:
        """Return the modal of a callback's `data`."""
        fields: list[Field] = []
        texts: list[str] = []
        for component in data["components"]:
            if component["type"] == Kind.LABEL:
                described = component.get("description") or ""
                fields.append(Field.parse(component["component"], component["label"], described))
            elif component["type"] == Kind.ACTION_ROW:
                inner = component["components"][0]
                fields.append(Field.parse(inner, inner.get("label") or "", ""))
            else:
                texts.append(component["content"])
        return cls(
            title=data["title"],
            custom_id=data["custom_id"],
            fields=tuple(fields),
            texts=tuple(texts),
            components=tuple(data["components"]),
            interaction=interaction,
        )

    def field(self, label: str) -> Field:
        """Return the field whose label starts with the text; LookupError when none or several do."""
        exact = [field for field in self.fields if field.label == label]
        found = exact or [field for field in self.fields if field.label.startswith(label)]
        if len(found) != 1:
            names = ", ".join(repr(field.label) for field in self.fields)
            raise LookupError(f"{len(found)} fields start with {label!r}; there are {names}")
        return found[0]
