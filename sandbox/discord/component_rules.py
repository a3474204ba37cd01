"""What Discord refuses in the components of a message or a modal (components/reference: each component's table)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .components import SELECTS, ButtonStyle, Kind, walk

if TYPE_CHECKING:
    from .wire import Json, Path, Problems

ROWS = 5
ROW_WIDTH = 5
V2_COMPONENTS = 40
DEFAULT_TYPES = {
    Kind.USER_SELECT: ("user",),
    Kind.ROLE_SELECT: ("role",),
    Kind.MENTIONABLE_SELECT: ("user", "role"),
    Kind.CHANNEL_SELECT: ("channel",),
}
V2_TOP = (
    Kind.ACTION_ROW,
    Kind.SECTION,
    Kind.TEXT_DISPLAY,
    Kind.MEDIA_GALLERY,
    Kind.FILE,
    Kind.SEPARATOR,
    Kind.CONTAINER,
)
IN_CONTAINER = tuple(kind for kind in V2_TOP if kind is not Kind.CONTAINER)


def check_components(problems: Problems, path: Path, value: object, *, v2: bool) -> None:
    """Collect the problems of a message's components."""
    top = problems.items(path, value, 0, V2_COMPONENTS if v2 else ROWS)
    allowed = V2_TOP if v2 else (Kind.ACTION_ROW,)
    for number, item in enumerate(top):
        _check_block(problems, (*path, number), item, allowed)
    check_identity(problems, path, top)


def check_identity(problems: Problems, path: Path, top: list[Json]) -> None:
    """Collect repeated custom ids and ids, and more components than a message or modal holds."""
    if problems.tree:
        return
    custom_ids: set[str] = set()
    ids: set[int] = set()
    count = 0
    for component in walk(top):
        count += 1
        custom_id, number = component.get("custom_id"), component.get("id")
        if custom_id is not None and custom_id in custom_ids:
            problems.add(path, "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
        if number and number in ids:
            problems.add(path, "COMPONENT_ID_DUPLICATED", "Component id cannot be duplicated")
        custom_ids.add(custom_id or "")
        ids.add(number or 0)
    if count > V2_COMPONENTS:
        problems.add(path, "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", f"At most {V2_COMPONENTS} components")


def check_options(problems: Problems, path: Path, value: object, least: int, most: int) -> list[Json]:
    """Collect the problems of a list of options; the options."""
    options = problems.items(path, value, least, most, required=True)
    seen: set[str] = set()
    for number, item in enumerate(options):
        option = problems.mapping((*path, number), item)
        for key in ("label", "value"):
            problems.text((*path, number, key), option.get(key), 1, 100, required=True)
        problems.text((*path, number, "description"), option.get("description"), 0, 100)
        given = str(option.get("value"))
        if given in seen:
            message = "The specified option value is already used"
            problems.add((*path, number, "value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message)
        seen.add(given)
    return [option for option in options if isinstance(option, dict)]


def check_bounds(problems: Problems, path: Path, component: Json, most: int, *, default_most: int = 1) -> None:
    """Collect the problems of `min_values` and `max_values`; no more than `most` can be chosen."""
    least = problems.whole((*path, "min_values"), component.get("min_values"), 0, most, 1)
    limit = problems.whole((*path, "max_values"), component.get("max_values"), 1, most, default_most)
    if least > limit:
        message = f"Value should be less than or equal to {limit}."
        problems.add((*path, "min_values"), "NUMBER_TYPE_MAX", message)
    chosen = [option for option in component.get("options") or () if isinstance(option, dict) and option.get("default")]
    if len(chosen) > limit:
        message = f"Must have {limit} or fewer default options."
        problems.add((*path, "options"), "BASE_TYPE_MAX_LENGTH", message)


def check_select(problems: Problems, path: Path, component: Json) -> None:
    """Collect the problems of a select menu."""
    problems.text((*path, "custom_id"), component.get("custom_id"), 1, 100, required=True)
    problems.text((*path, "placeholder"), component.get("placeholder"), 0, 150)
    most = 25
    if component.get("type") == Kind.STRING_SELECT:
        most = len(check_options(problems, (*path, "options"), component.get("options"), 1, 25)) or 1
    check_bounds(problems, path, component, min(most, 25))
    _check_defaults(problems, (*path, "default_values"), component)


def _check_defaults(problems: Problems, path: Path, component: Json) -> None:
    """Collect the problems of default values: of the select's own types, as many as can be chosen."""
    least, most = component.get("min_values"), component.get("max_values") or 1
    listed = problems.items(path, component.get("default_values"), 0, most)
    if listed and len(listed) < (1 if least is None else least):
        problems.add(path, "BASE_TYPE_MIN_LENGTH", f"Must be {least} or more in length.")
    types = DEFAULT_TYPES.get(component["type"], ())
    for number, item in enumerate(listed):
        default = problems.mapping((*path, number), item)
        if default.get("type") not in types or not str(default.get("id")).isdecimal():
            message = f"Value must be a snowflake and one of {types}."
            problems.add((*path, number), "SELECT_COMPONENT_INVALID_DEFAULT_VALUE", message)


def _check_block(problems: Problems, path: Path, item: object, allowed: tuple[Kind, ...]) -> None:
    component = problems.mapping(path, item)
    if not problems.choice((*path, "type"), component.get("type"), tuple(int(kind) for kind in allowed)):
        return
    kind = Kind(component["type"])
    if kind is Kind.ACTION_ROW:
        _check_row(problems, path, component)
    elif kind is Kind.CONTAINER:
        for number, inner in enumerate(problems.items((*path, "components"), component.get("components"), 1, 40)):
            _check_block(problems, (*path, "components", number), inner, IN_CONTAINER)
    elif kind is Kind.SECTION:
        _check_section(problems, path, component)
    elif kind is Kind.TEXT_DISPLAY:
        problems.text((*path, "content"), component.get("content"), 1, 4000, required=True)
    elif kind is Kind.MEDIA_GALLERY:
        for number, inner in enumerate(problems.items((*path, "items"), component.get("items"), 1, 10, required=True)):
            _check_media(problems, (*path, "items", number), problems.mapping((*path, "items", number), inner))
    elif kind is Kind.FILE:
        problems.mapping((*path, "file"), component.get("file"))


def _check_section(problems: Problems, path: Path, component: Json) -> None:
    texts = problems.items((*path, "components"), component.get("components"), 1, 3, required=True)
    for number, inner in enumerate(texts):
        _check_block(problems, (*path, "components", number), inner, (Kind.TEXT_DISPLAY,))
    at = (*path, "accessory")
    accessory = problems.mapping(at, component.get("accessory"))
    if problems.choice((*at, "type"), accessory.get("type"), (Kind.BUTTON, Kind.THUMBNAIL)):
        check = _check_button if accessory["type"] == Kind.BUTTON else _check_media
        check(problems, at, accessory)


def _check_media(problems: Problems, path: Path, item: Json) -> None:
    media = problems.mapping((*path, "media"), item.get("media"))
    problems.text((*path, "media", "url"), media.get("url"), 1, 2048, required=True)
    problems.text((*path, "description"), item.get("description"), 0, 1024)


def _check_row(problems: Problems, path: Path, row: Json) -> None:
    at = (*path, "components")
    inner = problems.items(at, row.get("components"), 1, ROW_WIDTH, required=True)
    selects = 0
    for number, item in enumerate(inner):
        component = problems.mapping((*at, number), item)
        if not problems.choice((*at, number, "type"), component.get("type"), (Kind.BUTTON, *SELECTS)):
            continue
        is_select = component["type"] in SELECTS
        selects += is_select
        check = check_select if is_select else _check_button
        check(problems, (*at, number), component)
    if selects and len(inner) > 1:
        message = "A select takes the whole width of its row"
        problems.add(at, "COMPONENT_LAYOUT_WIDTH_EXCEEDED", message)


def _check_button(problems: Problems, path: Path, button: Json) -> None:
    styles = tuple(int(style) for style in ButtonStyle)
    problems.text((*path, "label"), button.get("label"), 0, 80)
    if not problems.choice((*path, "style"), button.get("style"), styles):
        return
    if button["style"] == ButtonStyle.LINK:
        problems.text((*path, "url"), button.get("url"), 1, 512, required=True)
        if button.get("custom_id") is not None:
            message = "A custom id and url cannot both be specified"
            problems.add(path, "COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", message)
    elif button["style"] == ButtonStyle.PREMIUM:
        problems.text((*path, "sku_id"), button.get("sku_id"), 1, 100, required=True)
    else:
        problems.text((*path, "custom_id"), button.get("custom_id"), 1, 100, required=True)
        if button.get("url") is not None:
            problems.add((*path, "url"), "BUTTON_COMPONENT_INVALID_URL", "Only a link button has a url")
    if button["style"] != ButtonStyle.PREMIUM and not (button.get("label") or button.get("emoji")):
        message = "A button must have a label or an emoji"
        problems.add(path, "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", message)
