"""What the Discord client sends for a filled-in modal, and when it would not let the person press Submit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .components import SELECTS, Kind
from .exchange import NotAllowed
from .picking import PICKED, pick, picked_before

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .composer import Composer, Value
    from .modals import Field, Modal
    from .wire import Json

Filled = Sequence["Value"] | bool


def fill(modal: Modal, values: Mapping[str, Filled | Value | None], composer: Composer) -> Json:
    """Return the `data` of a modal submit. Fields that `values` does not name keep what was prefilled."""
    given: dict[str, object] = {}
    for label, value in values.items():
        try:
            given[modal.field(label).custom_id] = value
        except LookupError as error:
            raise NotAllowed(f"modal {modal.title!r}: {error}") from None
    sent = {field.custom_id: _sent(field, given, composer) for field in modal.fields}
    data: Json = {"custom_id": modal.custom_id, "components": [_submitted(c, sent) for c in modal.components]}
    return {**data, "resolved": composer.resolved} if composer.resolved else data


def option_values(field: Field, labels: object) -> list[str]:
    """Return the values of the options with these labels; NotAllowed for one that is not there."""
    wanted = [labels] if isinstance(labels, str) else labels
    if not isinstance(wanted, (list, tuple)):
        raise NotAllowed(f"{field.label!r} takes the labels of its options, not {labels!r}")
    values = []
    for label in wanted:
        matching = [option for option in field.options if label == option.label]
        found = matching or [option for option in field.options if option.label.startswith(str(label))]
        if len(found) != 1:
            raise NotAllowed(f"{field.label!r} offers {[o.label for o in field.options]}, not {label!r}")
        if found[0].value in values:
            raise NotAllowed(f"{field.label!r}: {label!r} is chosen already")
        values.append(found[0].value)
    return values


def _submitted(component: Json, sent: dict[str, Json]) -> Json:
    """Return a top-level component as it is submitted: the same nesting, inputs by what was filled in."""
    outer: Json = {"type": component["type"], "id": component.get("id", 0)}
    if component["type"] == Kind.LABEL:
        return {**outer, "component": sent[component["component"]["custom_id"]]}
    if component["type"] == Kind.ACTION_ROW:
        return {**outer, "components": [sent[inner["custom_id"]] for inner in component["components"]]}
    return outer


def _sent(field: Field, given: dict[str, object], composer: Composer) -> Json:
    named = field.custom_id in given
    value = given.get(field.custom_id)
    base: Json = {"type": int(field.kind), "custom_id": field.custom_id, "id": 0}
    if field.kind is Kind.TEXT_INPUT:
        return {**base, "value": _text(field, value if named else field.value)}
    if field.kind is Kind.CHECKBOX:
        return {**base, "value": bool(value) if named else field.checked}
    chosen = _chosen(field, value, composer, named=named)
    if field.kind is Kind.RADIO_GROUP:
        _check_count(field, len(chosen), 1, 1)
        return {**base, "value": chosen[0] if chosen else None}
    _check_count(field, len(chosen), field.min_values, field.max_values)
    return {**base, "values": chosen}


def _text(field: Field, value: object) -> str:
    text = "" if value is None else value
    if not isinstance(text, str):
        raise NotAllowed(f"{field.label!r} takes text, not {value!r}")
    if field.required and not text:
        raise NotAllowed(f"{field.label!r} is required")
    if text and not field.min_length <= len(text) <= field.max_length:
        limits = f"{field.min_length} to {field.max_length}"
        raise NotAllowed(f"{field.label!r} takes {limits} characters, not {len(text)}")
    if "\n" in text and not field.multiline:
        raise NotAllowed(f"{field.label!r} has a single line")
    return text


def _chosen(field: Field, value: object, composer: Composer, *, named: bool) -> list[str]:
    if field.kind in PICKED:
        if not named:
            return picked_before(field.defaults, composer)
        listed = value if isinstance(value, (list, tuple)) else [] if value is None else [value]
        return pick(field, listed, composer)
    if not named:
        return [option.value for option in field.options if option.default]
    return [] if value is None else option_values(field, value)


def _check_count(field: Field, count: int, least: int, most: int) -> None:
    if count == 0 and not field.required:
        return
    if not max(least, 1 if field.required else 0) <= count <= most:
        kind = "choices" if field.kind in SELECTS else "options"
        raise NotAllowed(f"{field.label!r} takes {max(least, 1)} to {most} {kind}, not {count}")
