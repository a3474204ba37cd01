"""What Discord refuses in a modal (components/reference: Label, Text Input and the other inputs)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .component_rules import check_bounds, check_identity, check_options, check_select
from .components import SELECTS, Kind

if TYPE_CHECKING:
    from .wire import Json, Path, Problems

TOP = (Kind.ACTION_ROW, Kind.TEXT_DISPLAY, Kind.LABEL)
INPUTS = (
    *SELECTS,
    Kind.TEXT_INPUT,
    Kind.FILE_UPLOAD,
    Kind.RADIO_GROUP,
    Kind.CHECKBOX_GROUP,
    Kind.CHECKBOX,
)
TEXT_STYLES = (1, 2)
TEXT_LIMIT = 4000


def check_modal(problems: Problems, path: Path, value: object) -> None:
    """Collect the problems of a modal."""
    modal = problems.mapping(path, value)
    problems.text((*path, "custom_id"), modal.get("custom_id"), 1, 100, required=True)
    problems.text((*path, "title"), modal.get("title"), 1, 45, required=True)
    at = (*path, "components")
    top = problems.items(at, modal.get("components"), 1, 5, required=True)
    for number, item in enumerate(top):
        _check_top(problems, (*at, number), problems.mapping((*at, number), item))
    check_identity(problems, at, top)


def _check_top(problems: Problems, path: Path, component: Json) -> None:
    if not problems.choice((*path, "type"), component.get("type"), TOP):
        return
    if component["type"] == Kind.TEXT_DISPLAY:
        problems.text((*path, "content"), component.get("content"), 1, TEXT_LIMIT, required=True)
    elif component["type"] == Kind.LABEL:
        problems.text((*path, "label"), component.get("label"), 1, 45, required=True)
        problems.text((*path, "description"), component.get("description"), 0, 100)
        at = (*path, "component")
        _check_input(problems, at, problems.mapping(at, component.get("component")))
    else:
        at = (*path, "components")
        for number, item in enumerate(problems.items(at, component.get("components"), 1, 1, required=True)):
            inner = problems.mapping((*at, number), item)
            if problems.choice((*at, number, "type"), inner.get("type"), (Kind.TEXT_INPUT,)):
                problems.text((*at, number, "label"), inner.get("label"), 1, 45, required=True)
                _check_text_input(problems, (*at, number), inner)


def _check_input(problems: Problems, path: Path, component: Json) -> None:
    if not problems.choice((*path, "type"), component.get("type"), INPUTS):
        return
    kind = Kind(component["type"])
    problems.text((*path, "custom_id"), component.get("custom_id"), 1, 100, required=True)
    if kind is Kind.TEXT_INPUT:
        _check_text_input(problems, path, component)
        if component.get("label") is not None:
            problems.add((*path, "label"), "TEXT_INPUT_LABEL_IN_LABEL", "A text input in a Label has no label")
    elif kind in SELECTS:
        check_select(problems, path, component)
        if component.get("disabled"):
            problems.add((*path, "disabled"), "COMPONENT_DISABLED_IN_MODAL", "A select in a modal cannot be disabled")
    elif kind is Kind.RADIO_GROUP:
        _check_radio(problems, path, component)
    elif kind is Kind.CHECKBOX_GROUP:
        options = check_options(problems, (*path, "options"), component.get("options"), 1, 10)
        check_bounds(problems, path, component, max(len(options), 1), default_most=max(len(options), 1))
    elif kind is Kind.FILE_UPLOAD:
        check_bounds(problems, path, component, 10)
    if kind is not Kind.CHECKBOX:
        _check_required(problems, path, component)


def _check_text_input(problems: Problems, path: Path, component: Json) -> None:
    problems.text((*path, "custom_id"), component.get("custom_id"), 1, 100, required=True)
    problems.choice((*path, "style"), component.get("style"), TEXT_STYLES)
    problems.text((*path, "placeholder"), component.get("placeholder"), 0, 100)
    least = problems.whole((*path, "min_length"), component.get("min_length"), 0, TEXT_LIMIT, 0)
    most = problems.whole((*path, "max_length"), component.get("max_length"), 1, TEXT_LIMIT, TEXT_LIMIT)
    if least > most:
        problems.add((*path, "min_length"), "NUMBER_TYPE_MAX", f"Value should be less than or equal to {most}.")
    value = component.get("value")
    problems.text((*path, "value"), value, least if value else 0, most)


def _check_radio(problems: Problems, path: Path, component: Json) -> None:
    options = check_options(problems, (*path, "options"), component.get("options"), 2, 10)
    if sum(bool(option.get("default")) for option in options) > 1:
        problems.add((*path, "options"), "BASE_TYPE_MAX_LENGTH", "Must have 1 or fewer default options.")


def _check_required(problems: Problems, path: Path, component: Json) -> None:
    """A required input cannot be satisfied by nothing: with `min_values` 0, `required` must be false."""
    if component.get("min_values") == 0 and component.get("required") is not False:
        message = "min_values of 0 needs required to be false"
        problems.add((*path, "min_values"), "COMPONENT_REQUIRED_MIN_VALUES", message)
